-- How whole figures are at the end of each filed period that they are made of: as good as the worst of those who
-- count.
with

-- What lasts, and nothing else, is that of those who stand at the end: nobody else is waited for.
lasting as (

    select indicator_code
    from {{ ref('int_indicator__measure') }}
    group by indicator_code
    having bool_and(within_year = 'last')

)

select
    contributors.closure_level,
    contributors.base_kind,
    contributors.period_code,
    contributors.term_system,
    contributors.org_code,
    states.state_key,
    contributors.base_period_code,
    contributors.base_year as period_year,
    max(states.state_rank) as state_rank,
    bool_and(states.is_exact) as is_exact,
    bool_or(states.is_part_filed) as is_part_filed,
    bool_or(states.is_gap_filled) as is_gap_filled
from {{ ref('int_figure__contributor') }} as contributors
inner join {{ ref('int_contributor__state') }} as states
    on
        contributors.closure_level = states.closure_level
        and contributors.contributing_code = states.contributing_code
        and contributors.counted_base_code = states.base_period_code
left join {{ ref('stg_indicator') }} as indicators on states.state_key = indicators.indicator_code
left join lasting on states.state_key = lasting.indicator_code
where
    (contributors.base_kind <> 'discrete' or contributors.is_minus)
    and (contributors.has_stock or lasting.indicator_code is null)
    and (
        contributors.closure_level = 'organisation'
        -- what is never added over units does not wait for others
        or indicators.indicator_kind not in ('rate', 'distinct')
        or contributors.org_code = contributors.contributing_code
    )
group by
    contributors.closure_level,
    contributors.base_kind,
    contributors.period_code,
    contributors.term_system,
    contributors.org_code,
    states.state_key,
    contributors.base_period_code,
    contributors.base_year
