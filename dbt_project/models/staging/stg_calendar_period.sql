with

source as (

    select * from {{ source('reference', 'calendar') }}

),

renamed as (

    select
        period_code,
        opens_on,
        due_on,
        locked_on,
        nullif(term_system, '') as term_system
    from source

)

select * from renamed
