-- Whose filings of a year give way to one that says it holds their figures too, and which of them stand all the same:
-- those that end before it begins.
with

parts as (

    {{ parts_of_years() }}

)

select
    predecessors.predecessor_code as reporting_org_code,
    covers.reporting_org_code as taker_code,
    covers.base_period_code,
    covers.coverage_from,
    predecessors.came_on,
    covers.coverage_from <= greatest(make_date(periods.period_year, 1, 1), lives.files_from) as is_whole_year,
    earlier.period_code as counted_base_code
from {{ ref('int_filing__cover') }} as covers
inner join {{ ref('stg_period') }} as periods on covers.base_period_code = periods.period_code
inner join {{ ref('int_organisation__predecessor') }} as predecessors
    on
        covers.reporting_org_code = predecessors.org_code
        and periods.ends_on >= predecessors.came_on
inner join {{ ref('int_organisation__life') }} as lives
    on
        predecessors.predecessor_code = lives.org_code
        and covers.coverage_from <= lives.files_to
        -- what ends before they did says nothing of what they filed
        and covers.reaches_on > lives.files_to
        and lives.files_to >= make_date(periods.period_year, 1, 1)
left join parts as earlier
    on
        periods.period_year = earlier.period_year
        and covers.coverage_from > earlier.ends_on
        and covers.coverage_from <= earlier.next_ends_on
