with

source as (

    select * from {{ source('bronze', 'submissions') }}

),

-- What the data team recorded of the day from which figures run, as it stood at the moment that is told of.
recorded as (

    select
        submission_id,
        coverage_from,
        row_number() over (partition by submission_id order by coverage_no desc) as recency
    from {{ source('bronze', 'coverages') }}
    where cast(decided_at as timestamp) <= timestamp '{{ var("as_of") }}'

),

renamed as (

    select
        source.submission_id,
        source.reporting_org_code,
        source.period_code,
        source.revision,
        source.kind as file_kind,
        source.sha256,
        source.file,
        source.original_name,
        cast(source.received_at as timestamp) as received_at,
        source.verdict,
        cast(source.verdict_at as timestamp) as verdict_at,
        source.period_basis,
        case
            when recorded.submission_id is null then source.coverage_from
            else recorded.coverage_from
        end as coverage_from,
        source.rules_version,
        source.n_errors,
        source.n_warnings,
        source.n_passed,
        source.n_failed,
        source.n_not_run
    from source
    left join recorded on source.submission_id = recorded.submission_id and recorded.recency = 1

)

select * from renamed
