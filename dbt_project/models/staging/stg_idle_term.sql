with

source as (

    select * from {{ source('reference', 'idle_terms') }}

),

renamed as (

    select
        indicator_code,
        part,
        term_no,
        period_code,
        is_collected
    from source

)

select * from renamed
