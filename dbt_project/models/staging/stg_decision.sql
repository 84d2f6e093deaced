with

source as (

    select * from {{ source('bronze', 'decisions') }}

),

renamed as (

    select
        submission_id,
        decision_no,
        status,
        cast(decided_at as timestamp) as decided_at,
        decided_by,
        reason
    from source

)

select * from renamed
