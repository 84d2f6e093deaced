{#
    How a result stands to its target: VUOT strictly beyond it, DAT met, CHUA_DAT not met, CHUA_DEN_HAN while the year
    of the target, or the last year of its term, may still be filed in time and is not whole. A range that is surpassed
    at its upper end is surpassed.
#}
{% macro assessment(direction, actual, least, most, is_early) %}
    {%- set bound = "case when " ~ direction ~ " in ('LE', 'LT') then coalesce(" ~ most ~ ", " ~ least ~ ") else " ~ least ~ " end" %}
    case
        when {{ is_early }} then 'CHUA_DEN_HAN'
        when {{ actual }} is null or {{ bound }} is null then null
        when {{ direction }} = 'BETWEEN' and {{ most }} is null then null
        when {{ direction }} in ('GE', 'GT') and {{ actual }} > {{ least }} + {{ tolerance() }} then 'VUOT'
        when {{ direction }} in ('LE', 'LT') and {{ actual }} < {{ bound }} - {{ tolerance() }} then 'VUOT'
        when {{ direction }} = 'BETWEEN' and {{ actual }} > {{ most }} + {{ tolerance() }} then 'VUOT'
        when {{ direction }} = 'BETWEEN' and {{ actual }} >= {{ least }} - {{ tolerance() }} then 'DAT'
        when {{ direction }} in ('GE', 'LE', 'EQ') and abs({{ actual }} - {{ bound }}) <= {{ tolerance() }} then 'DAT'
        else 'CHUA_DAT'
    end
{% endmacro %}

{# What two figures may differ by and still be the same: shares are quotients. #}
{% macro tolerance() %}1e-9{% endmacro %}

{# The number of decimals with which a figure was printed. #}
{% macro printed_decimals(column) %}
    cast(length(coalesce(nullif(split_part(cast({{ column }} as varchar), '.', 2), '0'), '')) as integer)
{% endmacro %}

{#
    Whether a figure, rounded as it is printed, is what somebody stated: a half goes away from zero. The half is
    looked at with the noise of a quotient, which lies below a part in ten million million, and not with the
    tolerance, so that 81.24999999 is no half. (The product rounds in one place, which is not SQL.)
#}
{% macro is_printed_as(value, stated) %}
    (
        abs({{ value }} - {{ stated }})
        <= 0.5 / power(10, {{ printed_decimals(stated) }}) + 1e-13 * greatest(abs({{ value }}), 1)
        -- what lies half a step beyond the stated is printed as the next
        and abs({{ value }})
        < abs({{ stated }}) + 0.5 / power(10, {{ printed_decimals(stated) }}) - 1e-13 * greatest(abs({{ value }}), 1)
    )
{% endmacro %}

{#
    How filings of one year add up: flows do where each is of a quarter alone, openings are those of the first,
    everything else is that of the latest.
#}
{% macro within_year(nature, over_time, is_count) %}
    case coalesce({{ nature }}, {{ over_time }})
        when 'flow' then 'sum'
        when 'opening' then 'first'
        when 'first' then 'first'
        when 'sum' then case when {{ is_count }} then 'last' else 'sum' end
        else 'last'
    end
{% endmacro %}

{# Whether a row counts, of all the filings of its year: that of a flow always, else that of the latest or the first. #}
{% macro counts_in_year(measure, effective_row) %}
    (
        {{ measure }}.within_year = 'sum'
        or ({{ measure }}.within_year = 'last' and {{ effective_row }}.is_latest)
        or ({{ measure }}.within_year = 'first' and {{ effective_row }}.is_first)
    )
{% endmacro %}

{#
    Whether what a row tells stands with whom it is counted: a flow always, what lasts where its organisation is there
    at the end, an opening where it was there at the beginning.
#}
{% macro stands_in_year(measure, effective_row) -%}
    case {{ measure }}.within_year
        when 'last' then {{ effective_row }}.stands
        when 'first' then {{ effective_row }}.opens
        else true
    end
{%- endmacro %}

{# Whether somebody who counts in a figure does so in a measure: what lasts is that of those who stand at the end. #}
{% macro counts_of(measure, contributor) %}
    (
        {{ measure }}.within_year = 'sum'
        or ({{ measure }}.within_year = 'last' and {{ contributor }}.has_stock)
        or ({{ measure }}.within_year = 'first' and {{ contributor }}.has_opening)
    )
{% endmacro %}

{# Whether two rows are of the same summand of an indicator. #}
{% macro same_summand(one, other) -%}
    {{ one }}.indicator_code = {{ other }}.indicator_code
    and {{ one }}.part = {{ other }}.part
    and {{ one }}.summand_no = {{ other }}.summand_no
{%- endmacro %}

{# Whether an organisation is of a term system: two of them may call different years the same term. #}
{% macro is_of_system(org_code, term_system) -%}
    exists (
        select 1
        from {{ ref('stg_organisation') }} as members_of_system
        where
            members_of_system.org_code = {{ org_code }}
            and members_of_system.term_system = {{ term_system }}
    )
{%- endmacro %}

{# Whether two rows are of the same asked period. #}
{% macro same_asked(one, other) -%}
    {{ one }}.base_kind = {{ other }}.base_kind
    and {{ one }}.period_code = {{ other }}.period_code
    and {{ one }}.term_system = {{ other }}.term_system
{%- endmacro %}

{# Whether two rows are of the same figure, and of the same filed period that it is made of. #}
{% macro same_base(one, other) -%}
    {{ same_asked(one, other) }}
    and {{ one }}.org_code = {{ other }}.org_code
    and {{ one }}.base_period_code = {{ other }}.base_period_code
    and {{ one }}.is_minus = {{ other }}.is_minus
{%- endmacro %}
