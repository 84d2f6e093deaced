with

source as (

    select * from {{ source('bronze', 'findings') }}

),

renamed as (

    select
        submission_id,
        rule_code,
        clause,
        severity,
        sheet,
        cell,
        value,
        expected,
        message as message_vi,
        message_en,
        explained as is_explained,
        explanation
    from source

)

select * from renamed
