with

accepted as (

    select
        submissions.submission_id,
        submissions.reporting_org_code,
        submissions.period_code,
        submissions.revision,
        submissions.file,
        submissions.received_at,
        submissions.period_basis,
        submissions.coverage_from,
        periods.period_kind,
        periods.period_year,
        periods.part_number,
        row_number() over (
            partition by submissions.reporting_org_code, submissions.period_code
            order by submissions.revision desc
        ) as recency
    from {{ ref('int_submission__status') }} as submissions
    inner join {{ ref('stg_period') }} as periods on submissions.period_code = periods.period_code
    where submissions.status = 'accepted'

)

select
    submission_id,
    reporting_org_code,
    period_code,
    revision,
    file,
    received_at,
    period_basis,
    coverage_from,
    period_kind,
    period_year,
    part_number
from accepted
where recency = 1
