-- depends_on: {{ source('bronze', 'forms') }}
with

filed as (

    {{ all_form_rows() }}

)

select
    row_number() over (order by filed.form_code, filed.submission_id, filed.row_number) as row_id,
    filed.submission_id,
    filed.form_code,
    filed.reporting_org_code,
    filed.period_code,
    filed.row_number,
    filed.row_org_code,
    coalesce(filed.row_org_code, filed.reporting_org_code) as body_code,
    filed.row_key,
    filed.key_in_body,
    filed.left_blank
from filed
inner join {{ ref('int_submission__effective') }} as submissions
    on filed.submission_id = submissions.submission_id
