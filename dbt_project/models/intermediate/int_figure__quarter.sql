-- A quarter alone: the difference of two cumulative periods, of which both were filed by all who count.
with

bases as (

    select
        figures.org_code,
        figures.measure_id,
        figures.base_period_code,
        figures.amount,
        figures.only_code,
        figures.carried_rank,
        figures.period_year,
        measures.within_year
    from {{ ref('int_figure__base') }} as figures
    inner join {{ ref('int_indicator__measure') }} as measures on figures.measure_id = measures.measure_id
    inner join {{ ref('int_figure__state') }} as states
        on
            figures.closure_level = states.closure_level
            and figures.org_code = states.org_code
            and figures.base_period_code = states.base_period_code
            and case
                when figures.closure_level = 'unit' then measures.indicator_code else measures.only_form_code
            end = states.state_key
    where
        figures.period_kind <> 'NK'
        and figures.amount is not null
        and measures.over_time <> 'none'
        and states.is_exact

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
    case
        when bases.within_year = 'sum' then bases.amount - coalesce(minus.amount, 0)
        else bases.amount
    end as amount,
    bases.only_code,
    greatest(bases.carried_rank, coalesce(minus.carried_rank, 0)) as carried_rank,
    bases.period_year
from bases
inner join quarters on bases.base_period_code = quarters.base_period_code
left join bases as minus
    on
        quarters.minus_period_code = minus.base_period_code
        and bases.org_code = minus.org_code
        and bases.measure_id = minus.measure_id
where quarters.minus_period_code is null or minus.base_period_code is not null
