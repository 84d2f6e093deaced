-- depends_on: {{ source('bronze', 'forms') }}
with

filed as (

    {{ all_form_values() }}

)

select
    form_rows.row_id,
    form_rows.submission_id,
    form_rows.form_code,
    form_rows.reporting_org_code,
    form_rows.period_code,
    form_rows.row_org_code,
    form_rows.row_key,
    form_rows.row_number,
    filed.column_code,
    filed.value_number,
    filed.value_code
from filed
inner join {{ ref('int_form__row') }} as form_rows
    on
        filed.submission_id = form_rows.submission_id
        and filed.form_code = form_rows.form_code
        and filed.row_number = form_rows.row_number
