{{ config(materialized='view') }}

-- A decision counts from the moment at which it was taken; before that the verdict stands.
select
    submission_id,
    reporting_org_code,
    period_code,
    revision,
    file_kind,
    sha256,
    file,
    original_name,
    received_at,
    verdict,
    verdict_at,
    case when decided_at is null or decided_at <= timestamp '{{ var("as_of") }}' then status else verdict end as status,
    case when decided_at <= timestamp '{{ var("as_of") }}' then decided_at end as decided_at,
    upper(coalesce(nullif(period_basis, ''), 'CUMULATIVE')) as period_basis,
    rules_version,
    n_errors,
    n_warnings,
    n_passed,
    n_failed,
    n_not_run
from {{ ref('stg_submission') }}
where received_at <= timestamp '{{ var("as_of") }}'
