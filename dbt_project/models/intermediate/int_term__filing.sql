-- A form filed for a whole term counts only where the unit, and those that merged into it, filed nothing yearly, and
-- where the unit stood when the term ended: of one that did not there is no figure of that day to count in.
with

term_filings as (

    select
        filings.submission_id,
        filings.reporting_org_code,
        filings.form_code,
        terms.term_system,
        terms.term_code,
        terms.first_year,
        terms.last_year
    from {{ ref('int_form__filing') }} as filings
    inner join {{ ref('stg_term') }} as terms on filings.period_code = terms.term_code
    where
        filings.period_kind = 'NK'
        and exists (
            select 1
            from {{ ref('stg_organisation') }} as organisations
            where
                organisations.org_code = filings.reporting_org_code
                and organisations.term_system = terms.term_system
        )

),

own_and_predecessors as (

    select
        term_filings.reporting_org_code,
        term_filings.term_system,
        term_filings.term_code,
        term_filings.reporting_org_code as filing_code
    from term_filings

    union distinct

    select
        asked.org_code as reporting_org_code,
        asked.term_system,
        asked.period_code as term_code,
        predecessors.predecessor_code as filing_code
    from {{ ref('int_organisation__asked') }} as asked
    inner join {{ ref('int_organisation__predecessor') }} as predecessors
        on
            asked.org_code = predecessors.org_code
            and asked.asked_on >= predecessors.came_on
    where asked.base_kind = 'term'

),

yearly as (

    select distinct
        family.reporting_org_code,
        family.term_system,
        family.term_code,
        filings.form_code,
        filings.period_year
    from {{ ref('int_form__filing') }} as filings
    inner join own_and_predecessors as family on filings.reporting_org_code = family.filing_code
    where filings.period_kind <> 'NK'

)

select
    term_filings.submission_id,
    term_filings.reporting_org_code,
    term_filings.form_code,
    term_filings.term_system,
    term_filings.term_code,
    term_filings.first_year,
    term_filings.last_year,
    not exists (
        select 1
        from yearly
        where
            yearly.reporting_org_code = term_filings.reporting_org_code
            and yearly.term_system = term_filings.term_system
            and yearly.term_code = term_filings.term_code
            and yearly.form_code = term_filings.form_code
            and yearly.period_year between term_filings.first_year and term_filings.last_year
    )
    and exists (
        select 1
        from {{ ref('int_organisation__life') }} as lives
        where
            lives.org_code = term_filings.reporting_org_code
            and lives.files_from <= make_date(term_filings.last_year, 12, 31)
            and lives.files_to >= make_date(term_filings.last_year, 12, 31)
    ) as is_counted
from term_filings
