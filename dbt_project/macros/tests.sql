{# No two rows share the key, and no part of it is missing. #}
{% test key(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1 or {% for column in columns %}{{ 'or ' if not loop.first }}max(case when {{ column }} is null then 1 else 0 end) = 1{{ ' ' if not loop.last }}{% endfor %}
{% endtest %}

{#
    Parts make wholes in every row: `wholes` lists each as {whole, parts, minus}. A whole that is missing while a part
    is there fails: a test that passes because there was nothing to add up proves nothing.
#}
{% test parts_make_wholes(model, wholes) %}
{% for check in wholes %}
{{ 'union all' if not loop.first }}
select
    '{{ check.whole }}' as whole,
    cast({{ check.whole }} as double) as found,
    cast({% for part in check.parts %}{{ ' + ' if not loop.first }}coalesce({{ part }}, 0){% endfor %}{% for part in check.minus or [] %} - coalesce({{ part }}, 0){% endfor %} as double) as expected
from {{ model }}
where
    ({{ check.whole }} is null and ({% for part in check.parts %}{{ ' or ' if not loop.first }}{{ part }} is not null{% endfor %}))
    or {{ check.whole }} <> {% for part in check.parts %}{{ ' + ' if not loop.first }}coalesce({{ part }}, 0){% endfor %}{% for part in check.minus or [] %} - coalesce({{ part }}, 0){% endfor %}
{% endfor %}
{% endtest %}

{# Every code of a column is known: `columns` maps each to the model and field that know it. #}
{% test codes_are_known(model, columns) %}
{% for column, known in columns.items() %}
{{ 'union all' if not loop.first }}
select distinct
    '{{ column }}' as column_name,
    coded.{{ column }} as code
from {{ model }} as coded
left join {{ ref(known[0]) }} as known on coded.{{ column }} = known.{{ known[1] }}
where coded.{{ column }} is not null and known.{{ known[1] }} is null
{% endfor %}
{% endtest %}

{# A ratio is its numerator over its denominator, in percent; one without parts fails. #}
{% test quotient_of_parts(model) %}
select figures.*
from {{ model }} as figures
inner join {{ ref('dim_indicator') }} as indicators on figures.indicator_code = indicators.indicator_code
where
    indicators.kind = 'ratio'
    and (
        (figures.value is null and figures.numerator is not null and figures.denominator <> 0)
        or (figures.value is not null and (figures.numerator is null or figures.denominator is null))
        or abs(figures.value * figures.denominator - 100 * figures.numerator) > 1e-6 * abs(figures.denominator)
    )
{% endtest %}

{# Every statement of the registry has its row. #}
{% test no_statement_left_out(model) %}
select statements.statement_id
from {{ ref('stg_statement') }} as statements
left join {{ model }} as judged on statements.statement_id = judged.statement_id
where judged.statement_id is null
{% endtest %}
