-- depends_on: {{ source('bronze', 'forms') }}
-- depends_on: {{ ref('int_form__row') }}
with

filed as (

    {{ all_form_values() }}

)

select
    row_id,
    form_code,
    column_code,
    value_number,
    value_code
from filed
