-- What may be added over units is; a rate or a distinct count is only ever that of one unit.
with

unit_amounts as (

    select
        amounts.measure_id,
        measures.indicator_code,
        measures.indicator_kind in ('rate', 'distinct') as is_single,
        amounts.reporting_org_code,
        amounts.base_period_code,
        sum(amounts.amount) as amount,
        sum(amounts.n_cells) as n_cells,
        max(amounts.carried_rank) as carried_rank
    from {{ ref('int_indicator__amount') }} as amounts
    inner join {{ ref('int_indicator__measure') }} as measures on amounts.measure_id = measures.measure_id
    group by
        amounts.measure_id,
        measures.indicator_code,
        measures.indicator_kind,
        amounts.reporting_org_code,
        amounts.base_period_code

),

shares as (

    select
        closures.org_code,
        closures.contributing_code,
        closures.in_period,
        amounts.measure_id,
        amounts.is_single,
        amounts.base_period_code,
        amounts.amount,
        amounts.n_cells,
        amounts.carried_rank,
        max(case when closures.org_code = closures.contributing_code then 1 else 0 end) over (
            partition by closures.org_code, amounts.base_period_code, amounts.indicator_code
        ) = 1 as has_own,
        count(*) over (
            partition by closures.org_code, amounts.base_period_code, amounts.measure_id
        ) as n_units
    from unit_amounts as amounts
    inner join {{ ref('int_organisation__closure') }} as closures
        on
            amounts.reporting_org_code = closures.contributing_code
            and amounts.base_period_code = closures.base_period_code
    where closures.closure_level = 'unit'

),

of_units as (

    select
        org_code,
        measure_id,
        base_period_code,
        sum(case when in_period then amount end) as amount,
        sum(amount) as term_amount,
        sum(case when in_period then n_cells else 0 end) as n_cells,
        max(carried_rank) as carried_rank,
        max(case when is_single then contributing_code end) as only_code
    from shares
    where
        not is_single
        or (has_own and org_code = contributing_code)
        or (not has_own and n_units = 1)
    group by org_code, measure_id, base_period_code

),

of_organisations as (

    select
        closures.org_code,
        amounts.measure_id,
        amounts.base_period_code,
        sum(case when closures.in_period then amounts.amount end) as amount,
        sum(amounts.amount) as term_amount,
        sum(case when closures.in_period then amounts.n_cells else 0 end) as n_cells,
        max(amounts.carried_rank) as carried_rank,
        cast(null as varchar) as only_code
    from {{ ref('int_indicator__amount') }} as amounts
    inner join {{ ref('int_organisation__closure') }} as closures
        on
            amounts.row_org_code = closures.contributing_code
            and amounts.base_period_code = closures.base_period_code
    where closures.closure_level = 'organisation'
    group by closures.org_code, amounts.measure_id, amounts.base_period_code

),

figures as (

    select
        'unit' as closure_level,
        *
    from of_units

    union all

    select
        'organisation' as closure_level,
        *
    from of_organisations

)

select
    figures.*,
    periods.period_kind,
    periods.period_year
from figures
inner join {{ ref('stg_period') }} as periods on figures.base_period_code = periods.period_code
