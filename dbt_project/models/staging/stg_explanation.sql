with

source as (

    select * from {{ source('bronze', 'explanations') }}

),

renamed as (

    select
        submission_id,
        rule_code,
        sheet,
        cell,
        text as explanation
    from source

)

select * from renamed
