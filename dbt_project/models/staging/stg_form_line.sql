with

source as (

    select * from {{ source('reference', 'form_lines') }}

),

renamed as (

    select
        form_code,
        column_code,
        line_code,
        label_vi,
        label_en,
        unit as unit_code,
        nature,
        parent_line,
        owed_by,
        position
    from source

)

select * from renamed
