with

source as (

    select * from {{ source('reference', 'indicators') }}

),

renamed as (

    select
        indicator_code,
        name_vi,
        name_en,
        unit_code,
        kind as indicator_kind,
        section,
        decimals,
        sort_order,
        source as source_table
    from source

)

select * from renamed
