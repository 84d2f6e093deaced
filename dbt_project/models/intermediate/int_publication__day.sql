{{ config(materialized='view') }}

-- No model reads the clock: what the warehouse says is said on the day of the last that was recorded.
with

recorded as (

    select received_at as recorded_at
    from {{ ref('stg_submission') }}

    union all

    select verdict_at as recorded_at
    from {{ ref('stg_submission') }}

    union all

    select decided_at as recorded_at
    from {{ ref('stg_decision') }}

)

select {{ local_day('max(recorded_at)') }} as told_on
from recorded
where recorded_at <= timestamp '{{ var("as_of") }}'
