with

source as (

    select * from {{ source('bronze', 'submissions') }}

),

renamed as (

    select
        submission_id,
        reporting_org_code,
        period_code,
        revision,
        kind as file_kind,
        sha256,
        file,
        original_name,
        cast(received_at as timestamp) as received_at,
        verdict,
        cast(verdict_at as timestamp) as verdict_at,
        period_basis,
        coverage_from,
        rules_version,
        n_errors,
        n_warnings,
        n_passed,
        n_failed,
        n_not_run
    from source

)

select * from renamed
