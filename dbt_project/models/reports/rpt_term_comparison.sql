-- A form filed for a whole term beside yearly ones adds nothing, but it should say what the years say.
with

superseded as (

    select
        submission_id,
        reporting_org_code,
        form_code,
        term_system,
        term_code
    from {{ ref('int_term__filing') }}
    where not is_counted

),

filed as (

    select
        contributions.measure_id,
        superseded.submission_id,
        superseded.reporting_org_code,
        superseded.term_system,
        superseded.term_code,
        sum(contributions.contribution) as filed_value
    from superseded
    inner join {{ ref('int_form__row') }} as form_rows
        on
            superseded.submission_id = form_rows.submission_id
            and superseded.form_code = form_rows.form_code
    inner join {{ ref('int_indicator__contribution') }} as contributions on form_rows.row_id = contributions.row_id
    group by
        contributions.measure_id,
        superseded.submission_id,
        superseded.reporting_org_code,
        superseded.term_system,
        superseded.term_code

)

select
    measures.indicator_code,
    filed.reporting_org_code,
    filed.term_code,
    measures.part,
    filed.submission_id,
    sum(filed.filed_value) as filed_value,
    sum(terms.amount) as years_value
from filed
inner join {{ ref('int_indicator__measure') }} as measures on filed.measure_id = measures.measure_id
left join {{ ref('int_figure__term') }} as terms
    on
        filed.measure_id = terms.measure_id
        and filed.reporting_org_code = terms.org_code
        and filed.term_system = terms.term_system
        and filed.term_code = terms.period_code
where measures.over_time <> 'none'
group by
    measures.indicator_code,
    filed.reporting_org_code,
    filed.term_code,
    measures.part,
    filed.submission_id
