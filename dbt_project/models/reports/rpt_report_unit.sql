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

-- A report calls a unit what it was called on the term's last day, or on its own if it ended before, whatever became
-- of it since. Of a term that goes on, the last day is that of what is shown.
last_days as (

    select
        terms.term_system,
        terms.term_code,
        terms.first_year,
        terms.last_year,
        least(
            make_date(terms.last_year, 12, 31), coalesce(days.told_on, make_date(terms.last_year, 12, 31))
        ) as last_day
    from {{ ref('stg_term') }} as terms
    cross join {{ ref('int_publication__day') }} as days

),

versions as (

    select
        organisations.org_code,
        organisations.org_name,
        organisations.org_kind,
        organisations.parent_code,
        organisations.valid_from,
        last_days.term_code,
        last_days.first_year,
        last_days.last_year,
        coalesce(
            max(case when organisations.valid_from <= last_days.last_day then organisations.valid_from end) over (
                partition by organisations.org_code, last_days.term_system, last_days.term_code
            ),
            min(organisations.valid_from) over (
                partition by organisations.org_code, last_days.term_system, last_days.term_code
            )
        ) as named_from
    from {{ ref('dim_organisation') }} as organisations
    inner join last_days on organisations.term_system = last_days.term_system

),

units as (

    select distinct
        versions.org_code,
        versions.term_code,
        versions.org_name,
        versions.org_kind,
        versions.parent_code
    from versions
    inner join filed_years
        on
            versions.org_code = filed_years.org_code
            and filed_years.period_year between versions.first_year and versions.last_year
    where versions.valid_from = versions.named_from

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
