-- Of each unit and period what came last and does not count; and of files whose period could not be told also those
-- after which their unit sent others. What was taken back leaves nothing open where another revision counts.
with

submissions as (

    select
        submissions.submission_id,
        submissions.reporting_org_code,
        submissions.period_code,
        submissions.status,
        submissions.standing,
        periods.period_code is null
        and submissions.received_at < max(submissions.received_at) over (
            partition by submissions.reporting_org_code
        ) as is_answered,
        max(submissions.revision) over (
            partition by submissions.reporting_org_code, submissions.period_code
        ) = submissions.revision as is_newest,
        max(case when effective.submission_id is not null then 1 else 0 end) over (
            partition by submissions.reporting_org_code, submissions.period_code
        ) = 1 as has_one_that_counts
    from {{ ref('int_submission__status') }} as submissions
    left join {{ ref('stg_period') }} as periods on submissions.period_code = periods.period_code
    left join {{ ref('int_submission__effective') }} as effective
        on submissions.submission_id = effective.submission_id

)

select
    submission_id,
    reporting_org_code,
    period_code,
    case when is_answered then 'answered' else 'open' end as case_state
from submissions
where
    status <> 'accepted'
    and (is_answered or is_newest)
    and not (not is_answered and has_one_that_counts and standing in ('withdrawn', 'refused'))
