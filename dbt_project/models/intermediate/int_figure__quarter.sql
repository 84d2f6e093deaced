-- Flows of a quarter alone: the difference of two cumulative periods of which both were filed by all who count.
with

bases as (

    select
        figures.*,
        coalesce(unit_states.is_exact, organisation_states.is_exact, false) as is_exact
    from {{ ref('int_figure__base') }} as figures
    inner join {{ ref('int_indicator__form') }} as forms on figures.indicator_code = forms.indicator_code
    left join {{ ref('int_figure__state') }} as unit_states
        on
            figures.closure_level = 'unit'
            and unit_states.closure_level = 'unit'
            and figures.org_code = unit_states.org_code
            and figures.indicator_code = unit_states.indicator_code
            and figures.base_period_code = unit_states.base_period_code
    left join {{ ref('int_figure__state') }} as organisation_states
        on
            figures.closure_level = 'organisation'
            and organisation_states.closure_level = 'organisation'
            and figures.org_code = organisation_states.org_code
            and forms.form_code = organisation_states.form_code
            and figures.base_period_code = organisation_states.base_period_code
    where
        figures.period_kind <> 'NK'
        and figures.over_time <> 'none'
        and figures.amount is not null
        and forms.n_forms = 1

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
    bases.closure_level,
    bases.org_code,
    bases.indicator_code,
    bases.part,
    bases.over_time,
    bases.within_year,
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
        and bases.indicator_code = minus.indicator_code
        and bases.part = minus.part
        and bases.over_time = minus.over_time
        and bases.within_year = minus.within_year
        and minus.is_exact
where
    bases.is_exact
    and (
        quarters.minus_period_code is null
        or bases.within_year <> 'sum'
        or minus.base_period_code is not null
    )
