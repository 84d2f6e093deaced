-- What a measure comes to at the end of a filed period, by the unit that filed and, where a form has a row for each
-- organisation, by the organisation that the rows are about. What gives way to another unit's row is kept apart: it
-- counts where that unit does not.
with

effective_rows as (

    select
        'unit' as closure_level,
        reporting_org_code as contributing_code,
        gives_way_to,
        row_id,
        base_period_code,
        is_latest,
        is_first,
        is_alone,
        is_carried,
        reaches_on,
        stands_in_unit as stands,
        opens_in_unit as opens
    from {{ ref('int_row__effective') }}

    union all

    select
        'organisation' as closure_level,
        row_org_code as contributing_code,
        cast(null as varchar) as gives_way_to,
        row_id,
        base_period_code,
        is_latest,
        is_first,
        is_alone,
        is_carried,
        reaches_on,
        stands_in_body as stands,
        opens_in_body as opens
    from {{ ref('int_row__effective') }}
    where row_org_code is not null and gives_way_to is null

)

select
    effective_rows.closure_level,
    contributions.measure_id,
    effective_rows.contributing_code,
    effective_rows.gives_way_to,
    effective_rows.base_period_code,
    sum(contributions.contribution) as amount,
    count(*) as n_cells,
    max(case when effective_rows.is_carried then 1 else 0 end) as carried_rank,
    bool_and(effective_rows.is_alone) as is_alone,
    min(effective_rows.reaches_on) as first_day,
    max(effective_rows.reaches_on) as last_day
from {{ ref('int_indicator__contribution') }} as contributions
inner join {{ ref('int_indicator__measure') }} as measures on contributions.measure_id = measures.measure_id
inner join effective_rows on contributions.row_id = effective_rows.row_id
where {{ counts_in_year('measures', 'effective_rows') }}
group by
    effective_rows.closure_level,
    contributions.measure_id,
    effective_rows.contributing_code,
    effective_rows.gives_way_to,
    effective_rows.base_period_code
