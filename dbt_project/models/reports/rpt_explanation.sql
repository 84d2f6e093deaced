select
    explanations.submission_id,
    submissions.reporting_org_code,
    submissions.period_code,
    explanations.rule_code,
    explanations.sheet,
    explanations.cell,
    explanations.explanation
from {{ ref('stg_explanation') }} as explanations
inner join {{ ref('int_submission__effective') }} as submissions
    on explanations.submission_id = submissions.submission_id
