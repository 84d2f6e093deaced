{{ config(materialized='view') }}

-- A decision counts from the moment at which it was taken until the next one; before the first the verdict stands.
with

decided as (

    select
        submission_id,
        status,
        decided_at,
        bool_or(status = 'accepted') over (partition by submission_id) as was_accepted,
        row_number() over (partition by submission_id order by decision_no desc) as recency
    from {{ ref('stg_decision') }}
    where decided_at <= timestamp '{{ var("as_of") }}'

)

select
    submissions.submission_id,
    submissions.reporting_org_code,
    submissions.period_code,
    submissions.revision,
    submissions.file_kind,
    submissions.sha256,
    submissions.file,
    submissions.original_name,
    submissions.received_at,
    submissions.verdict,
    submissions.verdict_at,
    -- before there is a verdict, or while the product has failed on it, it waits
    coalesce(decided.status, submissions.verdict, 'pending') as status,
    -- what the data team took back had counted before, or was only held
    case
        when decided.status = 'rejected' and submissions.verdict <> 'accepted' and not decided.was_accepted
            then 'refused'
        when decided.status = 'rejected' then 'withdrawn'
        else coalesce(decided.status, submissions.verdict, 'pending')
    end as standing,
    decided.decided_at,
    upper(coalesce(nullif(submissions.period_basis, ''), 'CUMULATIVE')) as period_basis,
    submissions.coverage_from,
    submissions.rules_version,
    submissions.n_errors,
    submissions.n_warnings,
    submissions.n_passed,
    submissions.n_failed,
    submissions.n_not_run
from {{ ref('stg_submission') }} as submissions
left join decided on submissions.submission_id = decided.submission_id and decided.recency = 1
where submissions.received_at <= timestamp '{{ var("as_of") }}'
