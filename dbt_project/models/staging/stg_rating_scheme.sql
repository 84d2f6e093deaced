with

source as (

    select * from {{ source('reference', 'rating_schemes') }}

),

renamed as (

    select
        scheme,
        first_year,
        last_year,
        cap_rate,
        cap_exception_rate,
        nullif(cap_base, '') as cap_base,
        cap_applies_to
    from source

)

select * from renamed
