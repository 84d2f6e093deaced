with

filed as (

    select
        form_rows.row_id,
        form_rows.form_code,
        form_rows.reporting_org_code,
        form_rows.row_org_code,
        form_rows.row_key,
        form_rows.submission_id,
        submissions.period_code,
        submissions.period_year,
        submissions.part_number,
        submissions.period_basis,
        submissions.coverage_from,
        least(periods.ends_on, coalesce(units.files_to, periods.ends_on)) as ends_on
    from {{ ref('int_form__row') }} as form_rows
    inner join {{ ref('int_submission__effective') }} as submissions
        on form_rows.submission_id = submissions.submission_id
    inner join {{ ref('stg_period') }} as periods on submissions.period_code = periods.period_code
    left join {{ ref('int_organisation__life') }} as units on form_rows.reporting_org_code = units.org_code

),

-- Every filing of the row up to the period that is asked for.
candidates as (

    select
        filed.*,
        asked.period_code as base_period_code,
        max(case when filed.period_basis = 'CUMULATIVE' then filed.part_number else 0 end) over (
            partition by asked.period_code, filed.reporting_org_code, filed.form_code, filed.row_key
        ) as latest_cumulative_part
    from filed
    inner join {{ ref('stg_period') }} as asked
        on
            filed.period_year = asked.period_year
            and filed.part_number <= asked.part_number
    where asked.is_cumulative

),

-- A cumulative filing stands alone; figures of a quarter alone are added to those before them.
chains as (

    select
        row_id,
        form_code,
        reporting_org_code,
        row_org_code,
        submission_id,
        base_period_code,
        period_code as source_period_code,
        period_basis,
        coverage_from,
        part_number,
        max(part_number) over (
            partition by base_period_code, reporting_org_code, form_code, row_key
        ) as latest_part_number,
        min(part_number) over (
            partition by base_period_code, reporting_org_code, form_code, row_key
        ) as first_part_number,
        max(ends_on) over (
            partition by base_period_code, reporting_org_code, form_code, row_key
        ) as reaches_on
    from candidates
    where part_number >= latest_cumulative_part

),

filings as (

    select
        filings.reporting_org_code,
        filings.form_code,
        asked.period_code as base_period_code,
        max(filings.part_number) as filed_part_number,
        max_by(filings.period_code, filings.part_number) as filed_period_code
    from {{ ref('int_form__filing') }} as filings
    inner join {{ ref('stg_period') }} as asked
        on
            filings.period_year = asked.period_year
            and filings.part_number <= asked.part_number
    where asked.is_cumulative
    group by filings.reporting_org_code, filings.form_code, asked.period_code

),

standing as (

    select
        chains.row_id,
        chains.form_code,
        chains.reporting_org_code,
        chains.row_org_code,
        chains.submission_id,
        chains.base_period_code,
        chains.source_period_code,
        chains.coverage_from,
        chains.part_number = chains.latest_part_number as is_latest,
        chains.part_number = chains.first_part_number as is_first,
        chains.period_basis <> 'CUMULATIVE' as is_alone,
        chains.reaches_on,
        -- the row is older than what its unit has filed since, though what it is about was still with the unit
        chains.latest_part_number < coalesce(filings.filed_part_number, 0)
        and (stays.row_org_code is null or coalesce(stays.left_on > chains.reaches_on, false)) as is_carried
    from chains
    left join filings
        on
            chains.reporting_org_code = filings.reporting_org_code
            and chains.form_code = filings.form_code
            and chains.base_period_code = filings.base_period_code
    left join {{ ref('int_organisation__stay') }} as stays
        on
            chains.reporting_org_code = stays.reporting_org_code
            and chains.row_org_code = stays.row_org_code
            and filings.filed_period_code = stays.base_period_code

    union all

    select
        form_rows.row_id,
        form_rows.form_code,
        form_rows.reporting_org_code,
        form_rows.row_org_code,
        form_rows.submission_id,
        term_filings.term_code as base_period_code,
        term_filings.term_code as source_period_code,
        cast(null as date) as coverage_from,
        true as is_latest,
        true as is_first,
        false as is_alone,
        periods.ends_on as reaches_on,
        false as is_carried
    from {{ ref('int_term__filing') }} as term_filings
    inner join {{ ref('int_form__row') }} as form_rows
        on
            term_filings.submission_id = form_rows.submission_id
            and term_filings.form_code = form_rows.form_code
    inner join {{ ref('stg_period') }} as periods on term_filings.term_code = periods.period_code
    where term_filings.is_counted

)

select
    standing.row_id,
    standing.form_code,
    standing.reporting_org_code,
    standing.row_org_code,
    standing.submission_id,
    standing.base_period_code,
    standing.source_period_code,
    standing.is_latest,
    standing.is_first,
    standing.is_alone,
    standing.reaches_on,
    standing.is_carried,
    standing.coverage_from,
    coalesce(stays.stands_in_unit, true) as stands_in_unit,
    coalesce(stays.stands_in_body, true) as stands_in_body,
    standing.coverage_from is not null or coalesce(stays.opens_in_unit, true) as opens_in_unit,
    standing.coverage_from is not null or coalesce(stays.opens_in_body, true) as opens_in_body
from standing
left join {{ ref('int_organisation__stay') }} as stays
    on
        standing.reporting_org_code = stays.reporting_org_code
        and standing.row_org_code = stays.row_org_code
        and standing.base_period_code = stays.base_period_code
