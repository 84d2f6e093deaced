{# The day in Vietnam of a moment, which the warehouse keeps in UTC; deadlines are days there. #}
{% macro local_day(column) -%}
    cast({{ column }} + interval '7' hour as date)
{%- endmacro %}
