-- What was explained in a unit's last accepted period before the newest that it filed is looked at again with that one.
with

filed as (

    select
        submissions.submission_id,
        submissions.reporting_org_code,
        submissions.period_code,
        submissions.verdict,
        periods.sort_order,
        effective.submission_id is not null as counts,
        max(submissions.revision) over (
            partition by submissions.reporting_org_code, submissions.period_code
        ) = submissions.revision as is_newest_revision,
        max(periods.sort_order) over (partition by submissions.reporting_org_code) as newest
    from {{ ref('int_submission__status') }} as submissions
    inner join {{ ref('stg_period') }} as periods on submissions.period_code = periods.period_code
    left join {{ ref('int_submission__effective') }} as effective
        on submissions.submission_id = effective.submission_id

),

last_accepted as (

    select
        reporting_org_code,
        max(sort_order) as sort_order
    from filed
    where counts and sort_order < newest
    group by reporting_org_code

),

pairs as (

    select
        before.submission_id as explained_in,
        before.reporting_org_code,
        before.period_code as explained_period_code,
        now.submission_id,
        now.period_code,
        now.verdict
    from filed as before
    inner join last_accepted
        on
            before.reporting_org_code = last_accepted.reporting_org_code
            and before.sort_order = last_accepted.sort_order
    inner join filed as now
        on
            before.reporting_org_code = now.reporting_org_code
            and now.sort_order = now.newest
    where before.counts and now.is_newest_revision

)

select
    pairs.reporting_org_code,
    pairs.period_code,
    pairs.explained_in as submission_id,
    pairs.explained_period_code,
    findings.rule_code,
    findings.clause,
    findings.sheet,
    findings.cell,
    findings.explanation,
    case
        when pairs.verdict is not null
            then exists (
                select 1
                from {{ ref('stg_finding') }} as found
                where
                    found.submission_id = pairs.submission_id
                    and found.rule_code = findings.rule_code
                    and found.sheet = findings.sheet
            )
    end as fired_again
from pairs
inner join {{ ref('stg_finding') }} as findings on pairs.explained_in = findings.submission_id
where findings.is_explained
