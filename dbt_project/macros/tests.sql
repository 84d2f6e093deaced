{# No two rows share the key, and no part of it is missing. #}
{% test key(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1 or {% for column in columns %}{{ 'or ' if not loop.first }}max(case when {{ column }} is null then 1 else 0 end) = 1{{ ' ' if not loop.last }}{% endfor %}
{% endtest %}

{#
    Parts make wholes in every row: `wholes` lists each as {whole, parts, minus}. A row of which one of them is not
    there cannot be held: it was said not to apply, or its blank was explained. What fails comes with its row.
#}
{% test parts_make_wholes(model, wholes) %}
{% for check in wholes %}
{% set sum %}{% for part in check.parts %}{{ ' + ' if not loop.first }}{{ part }}{% endfor %}{% for part in check.minus or [] %} - {{ part }}{% endfor %}{% endset %}
{{ 'union all' if not loop.first }}
select
    '{{ check.whole }}' as whole,
    cast({{ check.whole }} as double) as found,
    cast({{ sum }} as double) as expected,
    facts.*
from {{ model }} as facts
where {{ check.whole }} <> {{ sum }}
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
