with

source as (

    select * from {{ source('reference', 'indicator_summand_filters') }}

),

renamed as (

    select
        indicator_code,
        part,
        summand_no,
        column_code,
        code
    from source

)

select * from renamed
