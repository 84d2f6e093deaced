with

source as (

    select * from {{ source('reference', 'terms') }}

),

renamed as (

    select
        term_system,
        term_code,
        first_year,
        last_year
    from source

)

select * from renamed
