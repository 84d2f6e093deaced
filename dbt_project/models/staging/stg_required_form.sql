with

source as (

    select * from {{ source('reference', 'required_forms') }}

),

renamed as (

    select
        reporting_org_code,
        period_code,
        form_code
    from source

)

select * from renamed
