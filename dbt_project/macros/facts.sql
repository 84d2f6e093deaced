{# The sum of a flow over filings of which each has it: what one of them left out is not known of all together. #}
{% macro known_sum(code, type) -%}
    case when count(filed.{{ code }}) = count(*) then cast(sum(filed.{{ code }}) as {{ type }}) end
{%- endmacro %}

{#
    How the filings of one year make a figure, as the nature of its column says: flows filed for a quarter alone are
    added up, openings are those of the first filing, everything else is that of the latest. Where each fixed line has
    a nature of its own, that of the row's line is `line_nature`.
#}
{% macro figure_of_year(column, line_nature) -%}
    {%- set code, type = adapter.quote(column.code), form_column_type(column.type) -%}
    {%- set first = 'max(case when effective_rows.is_first then filed.' ~ code ~ ' end)' -%}
    {%- set latest = 'max(case when effective_rows.is_latest then filed.' ~ code ~ ' end)' -%}
    {%- if column.nature == 'opening' -%}{{ first }}
    {%- elif column.nature == 'flow' -%}{{ known_sum(code, type) }}
    {%- elif column.nature == 'line' -%}
        cast(case {{ line_nature }}
            when 'flow' then {{ known_sum(code, type) }}
            when 'opening' then {{ first }}
            else {{ latest }}
        end as {{ type }})
    {%- else -%}{{ latest }}
    {%- endif -%}
{%- endmacro %}

{# What a key is where it was left blank: rows are told apart all the same. #}
{% macro key_of_row(column) -%}
    {%- set code = 'filed.' ~ adapter.quote(column.code) -%}
    {%- if form_column_type(column.type) == 'varchar' -%}coalesce({{ code }}, ''){%- else -%}{{ code }}{%- endif -%}
{%- endmacro %}

{#
    The rows of one form as facts, by what the catalogue says of its columns: for each unit, key and filed period the
    figures from 1 January on. Words for a reader are left out. Each flow also has what it was in the quarter alone,
    `<flow>_in_quarter`: empty where the cumulative period before was not filed, or lacks it. `filed` is the model with
    the rows as they were filed.
#}
{% macro wide_fact(form_code, filed) %}
{# named first, so that dbt knows of them before there is a catalogue to ask #}
{% set effective_rows, form_rows, periods = ref('int_row__effective'), ref('int_form__row'), ref('stg_period') %}
{% set lines, filings = ref('stg_form_line'), ref('int_form__filing') %}
{% if not execute %}
select 1
{% else %}
{% set form = form_of(form_code) %}
{% set keys = form.columns | selectattr('is_key') | list %}
{% set values = form.columns | rejectattr('is_key') | rejectattr('type', 'equalto', 'text') | list %}
{% set codes = form.columns | map(attribute='code') | list %}
{% set quarters = [] %}
{% for column in values if column.nature == 'flow' and column.code ~ '_in_quarter' not in codes %}
    {% do quarters.append(column.code) %}
{% endfor %}
{% set has_lines = values | selectattr('nature', 'equalto', 'line') | list | length > 0 %}
{% set natures = [] %}
{% for key in keys %}
    {% do natures.append('max(lines_' ~ loop.index ~ '.nature)') %}
{% endfor %}
{% set line_nature = 'coalesce(' ~ natures | join(', ') ~ ')' %}
with

facts as (

    select
        effective_rows.reporting_org_code,
        effective_rows.base_period_code as period_code,
        {% for key in keys -%}
        {{ key_of_row(key) }} as {{ adapter.quote(key.code) }},
        {% endfor -%}
        max(case when effective_rows.is_latest then effective_rows.submission_id end) as submission_id
        {%- for column in values %},
        {{ figure_of_year(column, line_nature) }} as {{ adapter.quote(column.code) }}
        {%- endfor %}
    from {{ effective_rows }} as effective_rows
    inner join {{ form_rows }} as form_rows on effective_rows.row_id = form_rows.row_id
    inner join {{ filed }} as filed
        on
            form_rows.submission_id = filed.submission_id
            and form_rows.row_number = filed.row_number
    {% for key in keys if has_lines -%}
    left join {{ lines }} as lines_{{ loop.index }}
        on
            lines_{{ loop.index }}.form_code = '{{ form_code }}'
            and lines_{{ loop.index }}.column_code = '{{ key.code }}'
            and lines_{{ loop.index }}.line_code = {{ key_of_row(key) }}
    {% endfor -%}
    where effective_rows.form_code = '{{ form_code }}'
    group by
        effective_rows.reporting_org_code,
        effective_rows.base_period_code
        {%- for key in keys %},
        {{ key_of_row(key) }}
        {%- endfor %}
    -- what an earlier period alone has is no fact of a later one
    having
        max(case when effective_rows.is_latest then effective_rows.source_period_code end)
        = effective_rows.base_period_code

)

select
    facts.reporting_org_code,
    facts.period_code,
    {% for key in keys -%}
    facts.{{ adapter.quote(key.code) }},
    {% endfor -%}
    facts.submission_id
    {%- for column in values %},
    facts.{{ adapter.quote(column.code) }}
    {%- endfor %}
    {%- for code in quarters %},
    case
        when periods.part_number = 1 then facts.{{ adapter.quote(code) }}
        when filings_before.submission_id is not null and earlier.submission_id is null
            then facts.{{ adapter.quote(code) }}
        when filings_before.submission_id is not null
            then facts.{{ adapter.quote(code) }} - earlier.{{ adapter.quote(code) }}
    end as {{ adapter.quote(code ~ '_in_quarter') }}
    {%- endfor %}
from facts
inner join {{ periods }} as periods on facts.period_code = periods.period_code
{% if quarters -%}
left join {{ filings }} as filings_before
    on
        facts.reporting_org_code = filings_before.reporting_org_code
        and periods.period_year = filings_before.period_year
        and periods.part_number = filings_before.part_number + 1
        and filings_before.form_code = '{{ form_code }}'
left join {{ periods }} as periods_before
    on
        periods.period_year = periods_before.period_year
        and periods.part_number = periods_before.part_number + 1
left join facts as earlier
    on
        facts.reporting_org_code = earlier.reporting_org_code
        and periods_before.period_code = earlier.period_code
        {%- for key in keys %}
        and facts.{{ adapter.quote(key.code) }} = earlier.{{ adapter.quote(key.code) }}
        {%- endfor %}
{% endif -%}
{% endif %}
{% endmacro %}
