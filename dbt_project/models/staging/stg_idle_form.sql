with

source as (

    select * from {{ source('reference', 'idle_forms') }}

),

renamed as (

    select
        reporting_org_code,
        period_code,
        form_code
    from source

)

select * from renamed
