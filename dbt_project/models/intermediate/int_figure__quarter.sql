-- A quarter alone: the difference of two cumulative periods over the same bodies, of which both were filed by all who
-- count.
with

exact as (

    select
        closure_level,
        base_kind,
        org_code,
        state_key,
        period_code,
        base_period_code,
        is_exact,
        is_gap_filled
    from {{ ref('int_figure__state') }}
    where base_kind in ('cumulative', 'discrete')

),

quarters as (

    select
        bases.period_code,
        max(case when not bases.is_minus then bases.base_period_code end) as base_period_code,
        max(case when bases.is_minus then bases.base_period_code end) as minus_period_code
    from {{ ref('int_period__base') }} as bases
    where bases.base_kind = 'discrete'
    group by bases.period_code

),

-- Of a body that ended before the quarter there is none.
asked as (

    select
        owners.org_code,
        quarters.period_code,
        quarters.base_period_code,
        quarters.minus_period_code
    from {{ ref('int_organisation__asked') }} as owners
    inner join quarters on owners.base_kind = 'cumulative' and owners.period_code = quarters.base_period_code
    inner join {{ ref('stg_period') }} as periods on quarters.period_code = periods.period_code
    where owners.asked_on >= periods.starts_on

),

ends as (

    select
        figures.closure_level,
        figures.org_code,
        figures.measure_id,
        asked.period_code,
        asked.minus_period_code,
        figures.amount,
        figures.only_code,
        figures.carried_rank,
        figures.is_alone,
        figures.period_year,
        measures.within_year,
        exact.state_key,
        coalesce(exact.is_gap_filled, false) as is_gap_filled
    from {{ ref('int_figure__base') }} as figures
    inner join {{ ref('int_indicator__measure') }} as measures on figures.measure_id = measures.measure_id
    inner join asked
        on
            figures.org_code = asked.org_code
            and figures.period_code = asked.base_period_code
    inner join exact
        on
            exact.is_exact
            and exact.base_kind = 'cumulative'
            and figures.closure_level = exact.closure_level
            and figures.org_code = exact.org_code
            and figures.period_code = exact.period_code
            and case
                when figures.closure_level = 'unit' then measures.indicator_code else measures.only_form_code
            end = exact.state_key
    where
        figures.base_kind = 'cumulative'
        and measures.over_time <> 'none'

),

-- A body that came after the earlier end had nothing to file by then.
beginnings as (

    select
        asked.org_code,
        asked.period_code,
        exact.closure_level,
        exact.state_key,
        exact.is_exact
    from asked
    inner join exact
        on
            exact.base_kind = 'discrete'
            and asked.org_code = exact.org_code
            and asked.period_code = exact.period_code
            and asked.minus_period_code = exact.base_period_code

),

newcomers as (

    select
        asked.org_code,
        asked.period_code
    from asked
    left join {{ ref('int_figure__contributor') }} as contributors
        on
            contributors.base_kind = 'discrete'
            and contributors.is_minus
            and asked.org_code = contributors.org_code
            and asked.period_code = contributors.period_code
    where asked.minus_period_code is not null and contributors.org_code is null

)

select
    ends.org_code,
    ends.measure_id,
    ends.period_code,
    ends.amount - coalesce(minus.amount, 0) as amount,
    ends.only_code,
    greatest(ends.carried_rank, coalesce(minus.carried_rank, 0)) as carried_rank,
    ends.period_year
from ends
left join beginnings
    on
        ends.closure_level = beginnings.closure_level
        and ends.org_code = beginnings.org_code
        and ends.period_code = beginnings.period_code
        and ends.state_key = beginnings.state_key
left join newcomers
    on
        ends.org_code = newcomers.org_code
        and ends.period_code = newcomers.period_code
-- nothing is taken away from what is not added up
left join {{ ref('int_figure__base') }} as minus
    on
        minus.base_kind = 'discrete'
        and ends.closure_level = minus.closure_level
        and ends.org_code = minus.org_code
        and ends.period_code = minus.period_code
        and ends.measure_id = minus.measure_id
where
    ends.minus_period_code is null
    or newcomers.org_code is not null
    or (
        coalesce(beginnings.is_exact, false)
        -- what holds an earlier quarter that had not come does not say what of it is of its own
        and (ends.within_year <> 'sum' or not ends.is_gap_filled)
        -- without anything before it, what was filed from 1 January on does not say what of it is of the quarter
        and (ends.within_year <> 'sum' or minus.org_code is not null or ends.is_alone)
    )
