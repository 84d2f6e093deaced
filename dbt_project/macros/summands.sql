{#
    Cells as summands of indicators, as common table expressions of which `natured` is the last: which cell belongs
    to which summand by its column and by the codes of its row, and how it adds within a year. `cells` has row_id,
    form_code and column_code, and the further `columns`; `rows` names the rows where these are few.
#}
{% macro cells_of_summands(cells, columns=[], rows=none) %}
summands as (

    select
        summands.indicator_code,
        summands.part,
        summands.summand_no,
        summands.form_code,
        summands.column_code,
        summands.sign,
        summands.over_time,
        summands.is_count,
        columns.nature
    from {{ ref('stg_indicator_summand') }} as summands
    left join {{ ref('stg_form_column') }} as columns
        on
            summands.form_code = columns.form_code
            and summands.column_code = columns.column_code

),

counted_codes as (

    select
        summands.indicator_code,
        summands.part,
        summands.summand_no,
        filters.code
    from summands
    inner join {{ ref('stg_indicator_summand_filter') }} as filters
        on
            {{ same_summand('summands', 'filters') }}
            and summands.column_code = filters.column_code
    where summands.is_count

),

row_filters as (

    select
        summands.indicator_code,
        summands.part,
        summands.summand_no,
        summands.form_code,
        filters.column_code,
        filters.code
    from summands
    inner join {{ ref('stg_indicator_summand_filter') }} as filters
        on
            {{ same_summand('summands', 'filters') }}
    where not (summands.is_count and filters.column_code = summands.column_code)

),

n_row_filters as (

    select
        indicator_code,
        part,
        summand_no,
        count(distinct column_code) as n_columns
    from row_filters
    group by indicator_code, part, summand_no

),

codes as (

    select
        row_id,
        form_code,
        column_code,
        value_code
    from {{ ref('int_form__value') }}
    where
        value_code is not null
        {% if rows -%}
        and row_id in (select asked.row_id from {{ rows }} as asked)
        {%- endif %}

),

-- Rows that carry a wanted code in every column that a summand asks about.
matching_rows as (

    select
        row_filters.indicator_code,
        row_filters.part,
        row_filters.summand_no,
        codes.row_id
    from row_filters
    inner join codes
        on
            row_filters.form_code = codes.form_code
            and row_filters.column_code = codes.column_code
            and row_filters.code = codes.value_code
    inner join n_row_filters
        on
            {{ same_summand('row_filters', 'n_row_filters') }}
    group by
        row_filters.indicator_code,
        row_filters.part,
        row_filters.summand_no,
        codes.row_id,
        n_row_filters.n_columns
    having count(distinct row_filters.column_code) = n_row_filters.n_columns

),

-- Rows of periods in which a summand adds nothing, whatever was filed.
idle_rows as (

    select
        idle.indicator_code,
        idle.part,
        idle.summand_no,
        form_rows.row_id
    from {{ ref('stg_idle_summand') }} as idle
    inner join summands
        on
            {{ same_summand('idle', 'summands') }}
    inner join {{ ref('int_form__row') }} as form_rows
        on
            idle.period_code = form_rows.period_code
            and summands.form_code = form_rows.form_code

),

-- Where a column adds as its line says, the line's own nature.
line_natures as (

    select
        codes.row_id,
        max(lines.nature) as nature
    from codes
    inner join {{ ref('stg_form_line') }} as lines
        on
            codes.form_code = lines.form_code
            and codes.column_code = lines.column_code
            and codes.value_code = lines.line_code
    where lines.nature is not null
    group by codes.row_id

),

cells as (

    select
        summands.indicator_code,
        summands.part,
        summands.summand_no,
        summands.over_time,
        summands.sign,
        summands.is_count,
        summands.nature,
        cells.row_id,
        cells.column_code
        {%- for column in columns %},
        cells.{{ column }}
        {%- endfor %}
    from summands
    inner join {{ cells }} as cells
        on
            summands.form_code = cells.form_code
            and summands.column_code = cells.column_code
    left join n_row_filters
        on
            {{ same_summand('summands', 'n_row_filters') }}
    left join matching_rows
        on
            {{ same_summand('summands', 'matching_rows') }}
            and cells.row_id = matching_rows.row_id
    left join idle_rows
        on
            {{ same_summand('summands', 'idle_rows') }}
            and cells.row_id = idle_rows.row_id
    where
        (n_row_filters.n_columns is null or matching_rows.row_id is not null)
        and idle_rows.row_id is null

),

natured as (

    select
        cells.*,
        {{ within_year(
            "case when cells.nature = 'line' then line_natures.nature else cells.nature end",
            'cells.over_time',
            'cells.is_count'
        ) }} as within_year
    from cells
    left join line_natures on cells.row_id = line_natures.row_id

)
{% endmacro %}

{# What an indicator did not collect in a period. A stock without its opening is whole. #}
{% macro uncollected() %}
    select distinct
        indicator_code,
        period_code
    from {{ ref('stg_idle_summand') }}
    where not is_collected and part <> 'opening'
{% endmacro %}

{# Of how many parts of an indicator a unit ever had anything. #}
{% macro n_parts_ever() %}
    select
        indicator_code,
        reporting_org_code,
        count(distinct part) as n_parts
    from {{ ref('int_contributor__part') }}
    group by indicator_code, reporting_org_code
{% endmacro %}
