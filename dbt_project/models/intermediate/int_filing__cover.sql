-- From what day on a unit's figures of a year run, where its cover says so: that of its latest filing up to the period.
with

covers as (

    select
        submissions.reporting_org_code,
        asked.period_code as base_period_code,
        submissions.coverage_from,
        filed.ends_on as reaches_on,
        row_number() over (
            partition by submissions.reporting_org_code, asked.period_code
            order by submissions.part_number desc
        ) as recency
    from {{ ref('int_submission__effective') }} as submissions
    inner join {{ ref('stg_period') }} as filed on submissions.period_code = filed.period_code
    inner join {{ ref('stg_period') }} as asked
        on
            submissions.period_year = asked.period_year
            and submissions.part_number <= asked.part_number
    where asked.is_cumulative and submissions.period_basis = 'CUMULATIVE'

)

select
    reporting_org_code,
    base_period_code,
    coverage_from,
    reaches_on
from covers
where recency = 1 and coverage_from is not null
