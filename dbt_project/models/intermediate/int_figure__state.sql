-- How whole figures of cumulative periods are: as good as the worst of those who contribute.
select
    closures.closure_level,
    closures.org_code,
    states.state_key,
    closures.base_period_code,
    states.period_year,
    max(case when closures.in_period then states.state_rank end) as state_rank,
    max(states.state_rank) as term_state_rank,
    bool_and(states.is_exact) as is_exact,
    bool_or(states.is_part_filed) as is_part_filed,
    bool_or(states.is_gap_filled) as is_gap_filled
from {{ ref('int_organisation__closure') }} as closures
inner join {{ ref('int_contributor__state') }} as states
    on
        closures.closure_level = states.closure_level
        and closures.contributing_code = states.contributing_code
        and closures.base_period_code = states.base_period_code
left join {{ ref('stg_indicator') }} as indicators on states.state_key = indicators.indicator_code
where
    closures.closure_level = 'organisation'
    -- what is never added over units does not wait for others
    or indicators.indicator_kind not in ('rate', 'distinct')
    or closures.org_code = closures.contributing_code
group by closures.closure_level, closures.org_code, states.state_key, closures.base_period_code, states.period_year
