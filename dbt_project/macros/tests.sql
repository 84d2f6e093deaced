{#
    No two rows share the values of these columns, and none of these is missing. It is asked as the test of the package
    dbt_utils that has this name, which would let rows with a missing value pass.
#}
{% test unique_combination_of_columns(model, combination_of_columns, quote_columns=false) %}
{% set columns = [] %}
{% for column in combination_of_columns %}
    {% do columns.append(adapter.quote(column) if quote_columns else column) %}
{% endfor %}
select {{ columns | join(', ') }}
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {%- for column in columns %}
    or max(case when {{ column }} is null then 1 else 0 end) = 1
    {%- endfor %}
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
