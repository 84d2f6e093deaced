{# No two rows share the key, and no part of it is missing. #}
{% test key(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1 or {% for column in columns %}{{ 'or ' if not loop.first }}max(case when {{ column }} is null then 1 else 0 end) = 1{{ ' ' if not loop.last }}{% endfor %}
{% endtest %}

{#
    Parts make a whole in every row. A whole that is missing while a part is there fails: a test that passes because
    there was nothing to add up proves nothing.
#}
{% test parts_make_whole(model, whole, parts, minus=[]) %}
select *
from {{ model }}
where
    ({{ whole }} is null and ({% for part in parts %}{{ 'or ' if not loop.first }}{{ part }} is not null {% endfor %}))
    or {{ whole }} <> {% for part in parts %}{{ '+ ' if not loop.first }}coalesce({{ part }}, 0) {% endfor %}{% for part in minus %}- coalesce({{ part }}, 0) {% endfor %}
{% endtest %}

{# Every value of a column is a value of another model's column. #}
{% test found_in(model, column_name, to, field) %}
select distinct missing.{{ column_name }}
from {{ model }} as missing
left join {{ to }} as known on missing.{{ column_name }} = known.{{ field }}
where missing.{{ column_name }} is not null and known.{{ field }} is null
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
