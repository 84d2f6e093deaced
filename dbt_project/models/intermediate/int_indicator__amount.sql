select
    contributions.measure_id,
    effective_rows.reporting_org_code,
    effective_rows.base_period_code,
    sum(contributions.contribution) as amount,
    count(*) as n_cells,
    max(case when effective_rows.is_carried then 1 else 0 end) as carried_rank,
    bool_and(effective_rows.is_alone) as is_alone,
    min(effective_rows.reaches_on) as first_day,
    max(effective_rows.reaches_on) as last_day
from {{ ref('int_indicator__contribution') }} as contributions
inner join {{ ref('int_indicator__measure') }} as measures on contributions.measure_id = measures.measure_id
inner join {{ ref('int_row__effective') }} as effective_rows on contributions.row_id = effective_rows.row_id
where {{ counts_in_year('measures', 'effective_rows') }}
group by
    contributions.measure_id,
    effective_rows.reporting_org_code,
    effective_rows.base_period_code
