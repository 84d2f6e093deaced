-- How whole figures are at the end of each filed period that they are made of: as good as the worst of those who
-- count.
with

-- What lasts, and nothing else but its opening, is that of those who stand at the end: nobody else is waited for. Where
-- the line says how a column adds, only the ways count to which something was filed.
lasting as (

    select measures.indicator_code
    from {{ ref('int_indicator__measure') }} as measures
    where
        measures.part <> 'opening'
        and measures.measure_id in (select amounts.measure_id from {{ ref('int_indicator__amount') }} as amounts)
    group by measures.indicator_code
    having bool_and(measures.within_year = 'last')

),

waited_for as (

    select
        contributors.closure_level,
        contributors.base_kind,
        contributors.period_code,
        contributors.term_system,
        contributors.org_code,
        contributors.base_period_code,
        contributors.base_year,
        states.state_key,
        states.state_rank,
        states.is_exact,
        states.is_part_filed,
        states.is_gap_filled,
        contributors.is_there,
        contributors.is_minus,
        contributors.has_stock or lasting.indicator_code is null as is_of_value
    from {{ ref('int_figure__contributor') }} as contributors
    inner join {{ ref('int_contributor__state') }} as states
        on
            contributors.closure_level = states.closure_level
            and contributors.contributing_code = states.contributing_code
            and contributors.counted_base_code = states.base_period_code
    left join {{ ref('stg_indicator') }} as indicators on states.state_key = indicators.indicator_code
    left join lasting on states.state_key = lasting.indicator_code
    where
        contributors.closure_level = 'organisation'
        -- what is never added over units does not wait for others
        or indicators.indicator_kind not in ('rate', 'distinct')
        or contributors.org_code = contributors.contributing_code

)

select
    closure_level,
    base_kind,
    period_code,
    term_system,
    org_code,
    state_key,
    base_period_code,
    base_year as period_year,
    is_minus,
    max(case when is_of_value then state_rank end) as state_rank,
    max(state_rank) as opening_rank,
    -- one that ended before a quarter began does not by itself make the quarter known
    bool_and(is_exact or not (is_of_value and is_there)) and bool_or(is_there) as is_exact,
    bool_or(is_part_filed and is_of_value) as is_part_filed,
    bool_or(is_gap_filled and is_of_value) as is_gap_filled
from waited_for
group by
    closure_level,
    base_kind,
    period_code,
    term_system,
    org_code,
    state_key,
    base_period_code,
    base_year,
    is_minus
