with

source as (

    select * from {{ source('reference', 'idle_summands') }}

),

renamed as (

    select
        indicator_code,
        part,
        summand_no,
        period_code,
        is_collected
    from source

)

select * from renamed
