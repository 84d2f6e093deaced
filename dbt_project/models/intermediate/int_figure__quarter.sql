-- A quarter alone: the difference of two cumulative periods, of which both were filed by all who count.
with

exact as (

    select
        closure_level,
        org_code,
        state_key,
        base_period_code,
        is_gap_filled
    from {{ ref('int_figure__state') }}
    where is_exact

),

bases as (

    select
        figures.closure_level,
        figures.org_code,
        figures.measure_id,
        figures.base_period_code,
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
    inner join exact
        on
            figures.closure_level = exact.closure_level
            and figures.org_code = exact.org_code
            and figures.base_period_code = exact.base_period_code
            and case
                when figures.closure_level = 'unit' then measures.indicator_code else measures.only_form_code
            end = exact.state_key
    where
        figures.period_kind <> 'NK'
        and figures.amount is not null
        and measures.over_time <> 'none'

),

quarters as (

    select
        period_code,
        max(case when not is_minus then base_period_code end) as base_period_code,
        max(case when is_minus then base_period_code end) as minus_period_code
    from {{ ref('int_period__base') }}
    where base_kind = 'discrete'
    group by period_code

)

select
    bases.org_code,
    bases.measure_id,
    quarters.period_code,
    bases.amount - coalesce(minus.amount, 0) as amount,
    bases.only_code,
    greatest(bases.carried_rank, coalesce(minus.carried_rank, 0)) as carried_rank,
    bases.period_year
from bases
inner join quarters on bases.base_period_code = quarters.base_period_code
left join exact as before
    on
        quarters.minus_period_code = before.base_period_code
        and bases.closure_level = before.closure_level
        and bases.org_code = before.org_code
        and bases.state_key = before.state_key
-- nothing is taken away from what is not added up
left join bases as minus
    on
        quarters.minus_period_code = minus.base_period_code
        and bases.closure_level = minus.closure_level
        and bases.org_code = minus.org_code
        and bases.measure_id = minus.measure_id
        and minus.within_year = 'sum'
where
    quarters.minus_period_code is null
    or (
        before.base_period_code is not null
        -- what holds an earlier quarter that had not come does not say what of it is of its own
        and (bases.within_year <> 'sum' or not bases.is_gap_filled)
        -- without anything before it, what was filed from 1 January on does not say what of it is of the quarter
        and (bases.within_year <> 'sum' or minus.base_period_code is not null or bases.is_alone)
    )
