-- Pairs of asked periods and filed ones, as far as submissions go: by the year, not by the indicator.
select distinct
    closures.org_code,
    bases.period_code,
    effective_rows.submission_id
from {{ ref('int_organisation__closure') }} as closures
inner join {{ ref('int_period__base') }} as bases
    on
        closures.base_period_code = bases.base_period_code
        and bases.base_kind <> 'run'
        and (closures.in_period or bases.base_kind = 'term')
inner join {{ ref('int_row__effective') }} as effective_rows
    on
        closures.base_period_code = effective_rows.base_period_code
        and closures.contributing_code = effective_rows.reporting_org_code
where closures.closure_level = 'unit'
