with

source as (

    select * from {{ source('reference', 'indicator_term_filters') }}

),

renamed as (

    select
        indicator_code,
        part,
        term_no,
        column_code,
        code
    from source

)

select * from renamed
