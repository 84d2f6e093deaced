select
    cells.form_code,
    form_rows.reporting_org_code,
    form_rows.period_code,
    cells.column_code,
    form_rows.submission_id,
    sum(cells.value_number) as total,
    count(*) as n_cells
from {{ ref('int_form__value') }} as cells
inner join {{ ref('int_form__row') }} as form_rows on cells.row_id = form_rows.row_id
where cells.value_number is not null
group by
    cells.form_code,
    form_rows.reporting_org_code,
    form_rows.period_code,
    cells.column_code,
    form_rows.submission_id
