-- What may be added over units is; a rate or a distinct count is only ever that of one unit, and of one
-- row: of the one that is asked for, or of the only one below it that is waited for, be it filed or not.
with

waited_for as (

    select distinct
        reporters.indicator_code,
        reporters.reporting_org_code
    from {{ ref('int_indicator__reporter') }} as reporters
    inner join {{ ref('int_indicator__measure') }} as measures on reporters.indicator_code = measures.indicator_code
    where measures.indicator_kind in ('rate', 'distinct')

),

n_waited_for as (

    select
        closures.org_code,
        closures.base_period_code,
        waited_for.indicator_code,
        count(*) as n_units
    from {{ ref('int_organisation__closure') }} as closures
    inner join waited_for on closures.contributing_code = waited_for.reporting_org_code
    where closures.closure_level = 'unit'
    group by closures.org_code, closures.base_period_code, waited_for.indicator_code

),

unit_amounts as (

    select
        amounts.measure_id,
        measures.indicator_code,
        measures.indicator_kind in ('rate', 'distinct') as is_single,
        amounts.reporting_org_code,
        amounts.base_period_code,
        amounts.amount,
        amounts.n_cells,
        amounts.carried_rank,
        amounts.is_alone
    from {{ ref('int_indicator__amount') }} as amounts
    inner join {{ ref('int_indicator__measure') }} as measures on amounts.measure_id = measures.measure_id

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
        amounts.is_alone,
        max(case when closures.org_code = closures.contributing_code then 1 else 0 end) over (
            partition by closures.org_code, amounts.base_period_code, amounts.indicator_code
        ) = 1 as has_own,
        n_waited_for.n_units
    from unit_amounts as amounts
    inner join {{ ref('int_organisation__closure') }} as closures
        on
            amounts.reporting_org_code = closures.contributing_code
            and amounts.base_period_code = closures.base_period_code
    left join n_waited_for
        on
            closures.org_code = n_waited_for.org_code
            and closures.base_period_code = n_waited_for.base_period_code
            and amounts.indicator_code = n_waited_for.indicator_code
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
        bool_and(is_alone or not in_period) as is_alone,
        max(case when is_single then contributing_code end) as only_code
    from shares
    where
        not is_single
        or (n_cells = 1 and has_own and org_code = contributing_code)
        or (n_cells = 1 and not has_own and n_units = 1)
    group by org_code, measure_id, base_period_code

),

-- The rows that are about an organisation, whoever filed them.
organisation_rows as (

    select
        closures.org_code,
        closures.base_period_code,
        closures.in_period,
        effective_rows.row_id,
        effective_rows.is_latest,
        effective_rows.is_first,
        effective_rows.is_alone,
        case when effective_rows.is_carried then 1 else 0 end as carried_rank
    from {{ ref('int_row__effective') }} as effective_rows
    inner join {{ ref('int_organisation__closure') }} as closures
        on
            effective_rows.row_org_code = closures.contributing_code
            and effective_rows.base_period_code = closures.base_period_code
    where closures.closure_level = 'organisation'

),

of_organisations as (

    select
        source_rows.org_code,
        contributions.measure_id,
        source_rows.base_period_code,
        sum(case when source_rows.in_period then contributions.contribution end) as amount,
        sum(contributions.contribution) as term_amount,
        sum(case when source_rows.in_period then 1 else 0 end) as n_cells,
        max(source_rows.carried_rank) as carried_rank,
        bool_and(source_rows.is_alone or not source_rows.in_period) as is_alone,
        cast(null as varchar) as only_code
    from {{ ref('int_indicator__contribution') }} as contributions
    inner join {{ ref('int_indicator__measure') }} as measures on contributions.measure_id = measures.measure_id
    inner join organisation_rows as source_rows on contributions.row_id = source_rows.row_id
    where {{ counts_in_year('measures', 'source_rows') }}
    group by
        source_rows.org_code,
        contributions.measure_id,
        measures.indicator_kind,
        source_rows.base_period_code
    having
        measures.indicator_kind not in ('rate', 'distinct')
        or count(*) = 1

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
