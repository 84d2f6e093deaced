with

-- A unit has a report on a term in which it owes or has filed the form of at least one year.
filed_years as (

    select distinct
        owed.reporting_org_code as org_code,
        periods.period_year
    from {{ ref('stg_owed_form') }} as owed
    inner join {{ ref('stg_period') }} as periods on owed.period_code = periods.period_code
    where periods.is_cumulative

    union distinct

    select distinct
        reporting_org_code as org_code,
        period_year
    from {{ ref('int_submission__effective') }}
    where period_kind <> 'NK'

),

latest as (

    select *
    from {{ ref('dim_organisation') }}
    where is_latest

),

units as (

    select distinct
        organisations.org_code,
        terms.term_code,
        organisations.org_name,
        organisations.org_kind,
        organisations.parent_code
    from latest as organisations
    inner join {{ ref('stg_term') }} as terms on organisations.term_system = terms.term_system
    inner join filed_years
        on
            organisations.org_code = filed_years.org_code
            and filed_years.period_year between terms.first_year and terms.last_year

)

select
    units.org_code,
    units.org_name,
    units.org_kind,
    units.term_code,
    units.org_kind = 'PROVINCE' as is_province,
    -- only a province that has a report of its own is a place to go up to
    parents.org_code as parent_code
from units
left join units as parents
    on
        units.parent_code = parents.org_code
        and units.term_code = parents.term_code
        and parents.org_kind = 'PROVINCE'
