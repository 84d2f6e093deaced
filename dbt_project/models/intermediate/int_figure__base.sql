-- What may be added over units is; a rate or a distinct count is only ever that of one unit, and of one
-- row: of the one that is asked for, or of the only one below it that is waited for, be it filed or not.
with

-- A quarter's end is that of the cumulative period with which it ends.
contributors as (

    select
        closure_level,
        base_kind,
        period_code,
        term_system,
        org_code,
        contributing_code,
        base_period_code,
        counted_base_code,
        is_minus,
        is_term_filing,
        has_stock,
        has_opening
    from {{ ref('int_figure__contributor') }}
    where base_kind <> 'discrete' or is_minus

),

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
        contributors.org_code,
        contributors.base_kind,
        contributors.period_code,
        contributors.term_system,
        contributors.base_period_code,
        waited_for.indicator_code,
        count(*) as n_units
    from contributors
    inner join waited_for on contributors.contributing_code = waited_for.reporting_org_code
    where contributors.closure_level = 'unit' and contributors.has_stock
    group by
        contributors.org_code,
        contributors.base_kind,
        contributors.period_code,
        contributors.term_system,
        contributors.base_period_code,
        waited_for.indicator_code

),

amounts as (

    select
        amounts.closure_level,
        amounts.measure_id,
        measures.indicator_code,
        measures.indicator_kind in ('rate', 'distinct') as is_single,
        measures.within_year,
        measures.over_time,
        amounts.contributing_code,
        amounts.giving_row_id,
        amounts.base_period_code,
        amounts.stands,
        amounts.amount,
        amounts.n_cells,
        amounts.carried_rank,
        amounts.is_alone
    from {{ ref('int_indicator__amount') }} as amounts
    inner join {{ ref('int_indicator__measure') }} as measures on amounts.measure_id = measures.measure_id

),

shares as (

    select
        contributors.closure_level,
        contributors.base_kind,
        contributors.period_code,
        contributors.term_system,
        contributors.org_code,
        contributors.contributing_code,
        contributors.base_period_code,
        contributors.is_minus,
        contributors.is_term_filing,
        amounts.measure_id,
        amounts.indicator_code,
        amounts.is_single,
        amounts.amount,
        amounts.n_cells,
        amounts.carried_rank,
        amounts.is_alone
    from amounts
    inner join contributors
        on
            amounts.closure_level = contributors.closure_level
            and amounts.contributing_code = contributors.contributing_code
            and amounts.base_period_code = contributors.counted_base_code
            and amounts.stands
            -- nothing is taken away from what is not added up
            and (amounts.within_year = 'sum' or not contributors.is_minus)
            and (amounts.over_time <> 'none' or contributors.base_kind <> 'term')
    left join {{ ref('int_figure__given_way') }} as given_way
        on
            amounts.giving_row_id = given_way.row_id
            and contributors.closure_level = 'unit'
            and {{ same_base('contributors', 'given_way') }}
    where given_way.row_id is null and {{ counts_of('amounts', 'contributors') }}

),

added as (

    select
        closure_level,
        base_kind,
        period_code,
        term_system,
        org_code,
        measure_id,
        base_period_code,
        is_minus,
        is_term_filing,
        sum(amount) as amount,
        sum(n_cells) as n_cells,
        max(carried_rank) as carried_rank,
        bool_and(is_alone) as is_alone,
        cast(null as varchar) as only_code
    from shares
    where not is_single
    group by
        closure_level,
        base_kind,
        period_code,
        term_system,
        org_code,
        measure_id,
        base_period_code,
        is_minus,
        is_term_filing

),

singles as (

    select
        shares.*,
        max(case when shares.org_code = shares.contributing_code then 1 else 0 end) over (
            partition by
                shares.closure_level,
                shares.base_kind,
                shares.period_code,
                shares.term_system,
                shares.org_code,
                shares.base_period_code,
                shares.indicator_code
        ) = 1 as has_own,
        sum(shares.n_cells) over (
            partition by
                shares.closure_level,
                shares.base_kind,
                shares.period_code,
                shares.term_system,
                shares.org_code,
                shares.base_period_code,
                shares.measure_id
        ) as n_cells_together,
        n_waited_for.n_units
    from shares
    left join n_waited_for
        on
            {{ same_asked('shares', 'n_waited_for') }}
            and shares.org_code = n_waited_for.org_code
            and shares.base_period_code = n_waited_for.base_period_code
            and shares.indicator_code = n_waited_for.indicator_code
    where shares.is_single

),

single as (

    select
        closure_level,
        base_kind,
        period_code,
        term_system,
        org_code,
        measure_id,
        base_period_code,
        is_minus,
        is_term_filing,
        amount,
        n_cells,
        carried_rank,
        is_alone,
        case when closure_level = 'unit' then contributing_code end as only_code
    from singles
    where
        (
            closure_level = 'unit'
            and n_cells = 1
            and ((has_own and org_code = contributing_code) or (not has_own and n_units = 1))
        )
        or (closure_level = 'organisation' and n_cells_together = 1)

),

figures as (

    select * from added
    union all
    select * from single

)

select
    figures.*,
    periods.period_kind,
    periods.period_year
from figures
inner join {{ ref('stg_period') }} as periods on figures.base_period_code = periods.period_code
