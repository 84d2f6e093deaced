with

source as (

    select * from {{ source('reference', 'forms') }}

),

renamed as (

    select
        form_code,
        title_vi,
        title_en,
        "rows" as row_kind
    from source

)

select * from renamed
