with

source as (

    select * from {{ source('reference', 'indicator_terms') }}

),

renamed as (

    select
        indicator_code,
        part,
        term_no,
        form_code,
        column_code,
        sign,
        over_time,
        is_count
    from source

)

select * from renamed
