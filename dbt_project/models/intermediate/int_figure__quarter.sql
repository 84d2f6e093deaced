-- A quarter alone: the difference of two cumulative periods over the same bodies, of which both were filed by all who
-- count.
with

states as (

    select
        closure_level,
        org_code,
        state_key,
        period_code,
        is_minus,
        is_exact,
        is_gap_filled
    from {{ ref('int_figure__state') }}
    where base_kind = 'discrete'

),

-- Whether anybody who counts is there in the quarter, or stood on the day before it: of who was not, nothing is asked.
presence as (

    select
        closure_level,
        org_code,
        period_code,
        is_minus,
        bool_or(is_there) as has_any,
        bool_or(is_there and org_code = contributing_code) as has_own
    from {{ ref('int_figure__contributor') }}
    where base_kind = 'discrete'
    group by closure_level, org_code, period_code, is_minus

),

quarters as (

    select
        period_code,
        max(case when not is_minus then base_period_code end) as base_period_code,
        max(case when is_minus then base_period_code end) as minus_period_code
    from {{ ref('int_period__base') }}
    where base_kind = 'discrete'
    group by period_code

),

ends as (

    select
        figures.closure_level,
        figures.org_code,
        figures.measure_id,
        quarters.period_code,
        quarters.minus_period_code,
        figures.amount,
        figures.only_code,
        figures.carried_rank,
        figures.is_alone,
        figures.period_year,
        measures.within_year,
        measures.indicator_kind in ('rate', 'distinct') and figures.closure_level = 'unit' as is_single,
        case
            when figures.closure_level = 'unit' then measures.indicator_code else measures.only_form_code
        end as state_key
    from {{ ref('int_figure__base') }} as figures
    inner join {{ ref('int_indicator__measure') }} as measures on figures.measure_id = measures.measure_id
    inner join quarters on figures.base_period_code = quarters.base_period_code
    where
        figures.base_kind = 'cumulative'
        and measures.over_time <> 'none'

),

judged as (

    select
        ends.*,
        coalesce(end_states.is_gap_filled, false) as is_gap_filled,
        -- of a body that ended before the quarter there is none
        end_presence.org_code is not null
        and (
            -- what is never added up is known of itself alone
            (not end_presence.has_any and not ends.is_single)
            or coalesce(end_states.is_exact, false)
        ) as is_end_known,
        coalesce(before.is_exact, false) as is_beginning_exact,
        not coalesce(case when ends.is_single then presence.has_own else presence.has_any end, false) as begins_with_nobody
    from ends
    left join presence as end_presence
        on
            not end_presence.is_minus
            and ends.closure_level = end_presence.closure_level
            and ends.org_code = end_presence.org_code
            and ends.period_code = end_presence.period_code
    left join states as end_states
        on
            not end_states.is_minus
            and ends.closure_level = end_states.closure_level
            and ends.org_code = end_states.org_code
            and ends.period_code = end_states.period_code
            and ends.state_key = end_states.state_key
    left join presence
        on
            presence.is_minus
            and ends.closure_level = presence.closure_level
            and ends.org_code = presence.org_code
            and ends.period_code = presence.period_code
    left join states as before
        on
            before.is_minus
            and ends.closure_level = before.closure_level
            and ends.org_code = before.org_code
            and ends.period_code = before.period_code
            and ends.state_key = before.state_key

)

select
    judged.org_code,
    judged.measure_id,
    judged.period_code,
    judged.amount - coalesce(minus.amount, 0) as amount,
    judged.only_code,
    greatest(judged.carried_rank, coalesce(minus.carried_rank, 0)) as carried_rank,
    judged.period_year
from judged
-- nothing is taken away from what is not added up
left join {{ ref('int_figure__base') }} as minus
    on
        minus.base_kind = 'discrete'
        and judged.closure_level = minus.closure_level
        and judged.org_code = minus.org_code
        and judged.period_code = minus.period_code
        and judged.measure_id = minus.measure_id
where
    judged.is_end_known
    and (
        judged.minus_period_code is null
        or (
            (judged.begins_with_nobody or judged.is_beginning_exact)
            -- what holds an earlier quarter that had not come does not say what of it is of its own
            and (judged.within_year <> 'sum' or not judged.is_gap_filled)
            -- without anything before it, what was filed from 1 January on does not say what of it is of the quarter
            and (
                judged.within_year <> 'sum'
                or judged.begins_with_nobody
                or minus.org_code is not null
                or judged.is_alone
            )
        )
    )
