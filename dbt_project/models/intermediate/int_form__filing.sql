-- A form counts as filed where its sheet was read, with rows or without.
select distinct
    submissions.submission_id,
    submissions.reporting_org_code,
    columns.form_code,
    submissions.period_code,
    submissions.period_kind,
    submissions.period_year,
    submissions.part_number,
    submissions.period_basis
from {{ ref('int_submission__effective') }} as submissions
inner join {{ ref('int_submission__column') }} as columns
    on submissions.submission_id = columns.submission_id
