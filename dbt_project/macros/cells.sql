{#
    The cells behind figures, as common table expressions of which `cells` is the last. `figures` names one before
    them with a row for each figure, part and filed period that it is made of: base_kind, measure_id, indicator_code,
    part, within_year, org_code, period_code, only_code, base_period_code and is_minus.
#}
{% macro cells_behind(figures) %}
contributors as (

    select
        figures.*,
        closures.closure_level,
        closures.contributing_code
    from {{ figures }} as figures
    inner join {{ ref('int_organisation__closure') }} as closures
        on
            figures.org_code = closures.org_code
            and figures.base_period_code = closures.base_period_code
    where
        (closures.in_period or figures.base_kind = 'term')
        and (figures.only_code is null or figures.only_code = closures.contributing_code)

),

source_rows as (

    {% for level, code in [('unit', 'reporting_org_code'), ('organisation', 'row_org_code')] %}
        select
            contributors.*,
            effective_rows.row_id,
            effective_rows.is_latest,
            effective_rows.is_first
        from contributors
        inner join {{ ref('int_row__effective') }} as effective_rows
            on
                contributors.base_period_code = effective_rows.base_period_code
                and contributors.contributing_code = effective_rows.{{ code }}
        where contributors.closure_level = '{{ level }}'
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

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

)
{% endmacro %}
