-- By the year, not by the indicator: every submission from which a unit's figures of a period may come.
with

filed as (

    select distinct
        reporting_org_code,
        base_period_code,
        submission_id
    from {{ ref('int_row__effective') }}

)

select distinct
    contributors.org_code,
    contributors.period_code,
    filed.submission_id
from {{ ref('int_figure__contributor') }} as contributors
inner join filed
    on
        contributors.counted_base_code = filed.base_period_code
        and contributors.contributing_code = filed.reporting_org_code
where contributors.closure_level = 'unit'
