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
    closures.org_code,
    bases.period_code,
    filed.submission_id
from {{ ref('int_organisation__closure') }} as closures
inner join {{ ref('int_period__base') }} as bases
    on
        closures.base_period_code = bases.base_period_code
        and bases.base_kind <> 'run'
        and (closures.in_period or bases.base_kind = 'term')
inner join filed
    on
        closures.base_period_code = filed.base_period_code
        and closures.contributing_code = filed.reporting_org_code
where
    closures.closure_level = 'unit'
    and (bases.term_system is null or {{ is_of_system('closures.org_code', 'bases.term_system') }})
