{{ config(materialized='view') }}

select
    indicator_code,
    form_code,
    count(*) over (partition by indicator_code) as n_forms
from (
    select distinct
        indicator_code,
        form_code
    from {{ ref('stg_indicator_term') }}
)
