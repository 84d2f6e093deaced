select
    form_code,
    reporting_org_code,
    period_code,
    column_code,
    max(submission_id) as submission_id,
    sum(value_number) as total,
    count(*) as n_cells
from {{ ref('int_form__value') }}
where value_number is not null
group by form_code, reporting_org_code, period_code, column_code
