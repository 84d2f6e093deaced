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
    submissions.status,
    submissions.standing,
    submissions.decided_at,
    submissions.period_basis,
    submissions.n_errors,
    submissions.n_warnings,
    submissions.n_passed,
    submissions.n_failed,
    submissions.n_not_run,
    effective.submission_id is not null as is_effective
from {{ ref('int_submission__status') }} as submissions
left join {{ ref('int_submission__effective') }} as effective
    on submissions.submission_id = effective.submission_id
