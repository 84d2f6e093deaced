{# Every step by which a body went over to another whole, with its day, and whether it only changed its name. #}
{% macro whole_steps() -%}
    select distinct
        predecessor_code,
        successor_code,
        effective_on,
        event_type = 'rename' as is_renamed
    from {{ ref('stg_succession') }}
    where is_whole and successor_code is not null and successor_code <> predecessor_code
{%- endmacro %}
