with

source as (

    select * from {{ source('reference', 'successions') }}

),

renamed as (

    select
        predecessor_code,
        nullif(successor_code, '') as successor_code,
        event_type,
        effective_on,
        nullif(document, '') as document,
        share,
        file_row,
        -- what went over whole; a split or a transfer hands on no figures
        event_type in ('merge', 'rename') and coalesce(share, 1) = 1 as is_whole
    from source

)

select * from renamed
