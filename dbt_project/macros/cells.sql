{#
    The cells behind figures, as common table expressions of which `cells` is the last. `figures` names one before
    them with a row for each figure, part and filed period that it is made of: measure_id, indicator_code, part,
    within_year, org_code, period_code, only_code, base_period_code and is_minus; and source_kind, source_org_code,
    source_period_code and term_system, by which int_figure__contributor knows who counts in it.
#}
{% macro cells_behind(figures) %}
contributors as (

    select
        figures.*,
        contributors.closure_level,
        contributors.contributing_code,
        contributors.counted_base_code
    from {{ figures }} as figures
    inner join {{ ref('int_figure__contributor') }} as contributors
        on
            figures.source_kind = contributors.base_kind
            and figures.source_period_code = contributors.period_code
            and figures.term_system = contributors.term_system
            and figures.source_org_code = contributors.org_code
            and figures.base_period_code = contributors.base_period_code
            and figures.is_minus = contributors.is_minus
    where
        (figures.only_code is null or figures.only_code = contributors.contributing_code)
        and {{ counts_of('figures', 'contributors') }}

),

source_rows as (

    select
        contributors.*,
        told.row_id,
        told.is_latest,
        told.is_first,
        told.stands,
        told.opens
    from contributors
    inner join {{ ref('int_row__told') }} as told
        on
            contributors.closure_level = told.closure_level
            and contributors.contributing_code = told.contributing_code
            and contributors.counted_base_code = told.base_period_code
    left join {{ ref('int_figure__given_way') }} as given_way
        on
            told.row_id = given_way.row_id
            and contributors.closure_level = 'unit'
            and contributors.source_kind = given_way.base_kind
            and contributors.source_period_code = given_way.period_code
            and contributors.term_system = given_way.term_system
            and contributors.source_org_code = given_way.org_code
            and contributors.base_period_code = given_way.base_period_code
            and contributors.is_minus = given_way.is_minus
    where given_way.row_id is null

),

cells as (

    select
        source_rows.indicator_code,
        source_rows.org_code,
        source_rows.period_code,
        source_rows.base_period_code,
        case
            when not source_rows.is_minus then source_rows.part
            when source_rows.part = 'value' then 'minus'
            else source_rows.part || '_minus'
        end as part,
        form_rows.submission_id,
        submissions.file,
        columns.sheet,
        columns.column_letter || cast(form_rows.row_number as varchar) as cell,
        contributions.value_number,
        contributions.value_code,
        contributions.contribution
    from source_rows
    inner join {{ ref('int_indicator__contribution') }} as contributions
        on
            source_rows.measure_id = contributions.measure_id
            and source_rows.row_id = contributions.row_id
    inner join {{ ref('int_form__row') }} as form_rows on source_rows.row_id = form_rows.row_id
    inner join {{ ref('int_submission__effective') }} as submissions
        on form_rows.submission_id = submissions.submission_id
    inner join {{ ref('int_submission__column') }} as columns
        on
            form_rows.submission_id = columns.submission_id
            and form_rows.form_code = columns.form_code
            and contributions.column_code = columns.column_code
    where
        contributions.is_counted
        and {{ counts_in_year('source_rows', 'source_rows') }}
        and {{ stands_in_year('source_rows', 'source_rows') }}

)
{% endmacro %}
