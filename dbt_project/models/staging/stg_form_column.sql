with

source as (

    select * from {{ source('reference', 'form_columns') }}

),

renamed as (

    select
        form_code,
        column_code,
        position,
        label_vi,
        label_en,
        "type" as column_type,
        unit as unit_code,
        nature,
        is_required,
        is_key
    from source

)

select * from renamed
