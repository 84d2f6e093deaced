{# The day in Vietnam of a moment, which the warehouse keeps in UTC; deadlines are days there. #}
{% macro local_day(column) -%}
    cast({{ column }} + interval '7' hour as date)
{%- endmacro %}

{# Which cumulative period of its year a day falls in: 1 for the first quarter, 4 for the last. #}
{% macro part_of_year(day) -%}
    cast(ceil(extract(month from {{ day }}) / 3.0) as integer)
{%- endmacro %}

{# The cumulative periods of each year, each with the day on which the next one ends; the last has none. #}
{% macro parts_of_years() -%}
    select
        period_code,
        period_year,
        ends_on,
        lead(ends_on) over (partition by period_year order by part_number) as next_ends_on
    from {{ ref('stg_period') }}
    where is_cumulative
{%- endmacro %}
