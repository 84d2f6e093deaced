with

source as (

    select * from {{ source('reference', 'periods') }}

),

renamed as (

    select
        period_code,
        kind as period_kind,
        "year" as period_year,
        first_year,
        starts_on,
        ends_on,
        sort_order,
        kind in ('Q1', '6T', '9T', 'N') as is_cumulative,
        case kind
            when 'Q1' then 1
            when '6T' then 2
            when '9T' then 3
            when 'N' then 4
        end as part_number
    from source

)

select * from renamed
