with

source as (

    select * from {{ source('reference', 'targets') }}

),

renamed as (

    select
        org_code,
        indicator_code,
        term_code,
        "year" as target_year,
        basis,
        direction,
        "min" as target_min,
        "max" as target_max,
        nullif(document, '') as document
    from source

)

select * from renamed
