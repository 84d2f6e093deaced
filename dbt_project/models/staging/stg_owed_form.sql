with

source as (

    select * from {{ source('reference', 'owed') }}

),

renamed as (

    select
        reporting_org_code,
        period_code,
        form_code,
        due_on
    from source

)

select * from renamed
