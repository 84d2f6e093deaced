with

source as (

    select * from {{ source('bronze', 'columns') }}

),

renamed as (

    select
        submission_id,
        form_code,
        sheet,
        column_code,
        letter as column_letter
    from source

)

select * from renamed
