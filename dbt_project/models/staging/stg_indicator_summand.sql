with

source as (

    select * from {{ source('reference', 'indicator_summands') }}

),

renamed as (

    select
        indicator_code,
        part,
        summand_no,
        form_code,
        column_code,
        sign,
        over_time,
        is_count
    from source

)

select * from renamed
