with

source as (

    select * from {{ source('reference', 'organisations') }}

),

renamed as (

    select
        org_code,
        org_name,
        org_kind,
        nullif(org_type, '') as org_type,
        nullif(sector, '') as sector,
        nullif(level, '') as org_level,
        nullif(parent_code, '') as parent_code,
        files_reports as is_reporting,
        term_system,
        valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from source

)

select * from renamed
