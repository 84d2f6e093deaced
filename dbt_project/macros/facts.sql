{# The sum of a flow over filings of which each has it: what one of them left out is not known of all together. #}
{% macro known_sum(column) -%}
    case when count(filed.{{ column }}) = count(*) then cast(sum(filed.{{ column }}) as bigint) end
{%- endmacro %}

{#
    The rows of one form as facts: for each unit, key and filed period the figures from 1 January on. Flows filed for
    a quarter alone are added up, openings are those of the first filing, everything else is that of the latest;
    `by_line` names columns for which the fixed line says whether they are flows.
    `quarterly` names flows that also get a column `<flow>_in_quarter`: empty where the cumulative period before was
    not filed, or lacks it.
#}
{% macro fact_rows(model, form_code, keys, openings=[], flows=[], latest=[], by_line=[], quarterly=[]) %}
with

chained as (

    select
        effective_rows.reporting_org_code,
        effective_rows.base_period_code as period_code,
        {% for key in keys -%}
        filed.{{ key }},
        {% endfor -%}
        max(case when effective_rows.is_latest then effective_rows.submission_id end) as submission_id,
        max(case when effective_rows.is_latest then effective_rows.source_period_code end) as source_period_code
        {%- for column in openings %},
        max(case when effective_rows.is_first then filed.{{ column }} end) as {{ column }}
        {%- endfor %}
        {%- for column in flows %},
        {{ known_sum(column) }} as {{ column }}
        {%- endfor %}
        {%- for column in latest %},
        max(case when effective_rows.is_latest then filed.{{ column }} end) as {{ column }}
        {%- endfor %}
        {%- for column in by_line %},
        cast(case max(lines.nature)
            when 'flow' then {{ known_sum(column) }}
            when 'opening' then max(case when effective_rows.is_first then filed.{{ column }} end)
            else max(case when effective_rows.is_latest then filed.{{ column }} end)
        end as bigint) as {{ column }}
        {%- endfor %}
    from {{ ref('int_row__effective') }} as effective_rows
    inner join {{ ref('int_form__row') }} as form_rows on effective_rows.row_id = form_rows.row_id
    inner join {{ ref(model) }} as filed
        on
            form_rows.submission_id = filed.submission_id
            and form_rows.row_number = filed.row_number
    {% if by_line -%}
    left join {{ ref('stg_form_line') }} as lines
        on
            lines.form_code = '{{ form_code }}'
            and lines.column_code = 'line_code'
            and filed.line_code = lines.line_code
    {% endif -%}
    where effective_rows.form_code = '{{ form_code }}'
    group by
        effective_rows.reporting_org_code,
        effective_rows.base_period_code
        {%- for key in keys %},
        filed.{{ key }}
        {%- endfor %}

),

facts as (

    select
        chained.*,
        periods.period_year,
        periods.part_number
    from chained
    inner join {{ ref('stg_period') }} as periods on chained.period_code = periods.period_code
    where chained.source_period_code = chained.period_code

)

select
    facts.reporting_org_code,
    facts.period_code,
    {% for key in keys -%}
    facts.{{ key }},
    {% endfor -%}
    facts.submission_id
    {%- for column in openings + flows + latest + by_line %},
    facts.{{ column }}
    {%- endfor %}
    {%- for column in quarterly %},
    case
        when facts.part_number = 1 then facts.{{ column }}
        when before.submission_id is not null and earlier.submission_id is null then facts.{{ column }}
        when before.submission_id is not null then facts.{{ column }} - earlier.{{ column }}
    end as {{ column }}_in_quarter
    {%- endfor %}
from facts
{% if quarterly -%}
left join {{ ref('int_form__filing') }} as before
    on
        facts.reporting_org_code = before.reporting_org_code
        and facts.period_year = before.period_year
        and facts.part_number = before.part_number + 1
        and before.form_code = '{{ form_code }}'
left join facts as earlier
    on
        facts.reporting_org_code = earlier.reporting_org_code
        and facts.period_year = earlier.period_year
        and facts.part_number = earlier.part_number + 1
        {%- for key in keys %}
        and facts.{{ key }} = earlier.{{ key }}
        {%- endfor %}
{% endif -%}
{% endmacro %}
