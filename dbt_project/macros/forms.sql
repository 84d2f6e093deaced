{#
    Forms are data: which there are, what columns they have and which of these are keys stands in bronze's reference
    files, and the macros below write the SQL from that. A form that is new in the catalogue arrives in the
    warehouse without a line of SQL; one that nobody has filed yet is an empty relation with the right columns.
#}

{# Where bronze lies; without a state folder, the small one beside this project. #}
{% macro bronze_folder() -%}
    {{ return(env_var('TONGKET_BRONZE', 'sample_bronze')) }}
{%- endmacro %}

{#
    The forms of the catalogue, in order. Each has `code`, `rows`, `filed` (the columns that bronze holds of it; empty
    where nobody has filed it) and `columns`, of which each has `code`, `type`, `nature` and `is_key`.
#}
{% macro form_catalogue() %}
    {% if not execute %}
        {{ return([]) }}
    {% endif %}
    {% set forms = {} %}
    {% for row in run_query(form_catalogue_query()).rows %}
        {% set form = forms.setdefault(row['form_code'], {'code': row['form_code'], 'rows': row['row_kind'], 'columns': [], 'filed': []}) %}
        {% do form.columns.append({
            'code': row['column_code'],
            'type': row['column_type'],
            'nature': row['nature'],
            'is_key': row['is_key']
        }) %}
    {% endfor %}
    {% for row in run_query(filed_columns_query()).rows %}
        {% if row['form_code'] in forms %}
            {% do forms[row['form_code']].filed.append(row['column_code']) %}
        {% endif %}
    {% endfor %}
    {{ return(forms.values() | list) }}
{% endmacro %}

{% macro form_catalogue_query() %}
    {{ return(adapter.dispatch('form_catalogue_query', 'tongket')()) }}
{% endmacro %}

{% macro duckdb__form_catalogue_query() %}
    select
        c.form_code,
        f.rows as row_kind,
        c.column_code,
        c.type as column_type,
        c.nature,
        c.is_key
    from read_parquet('{{ bronze_folder() }}/reference/form_columns.parquet') as c
    inner join read_parquet('{{ bronze_folder() }}/reference/forms.parquet') as f on c.form_code = f.form_code
    where f.rows <> 'cover'
    order by c.form_code, c.position
{% endmacro %}

{% macro filed_columns_query() %}
    {{ return(adapter.dispatch('filed_columns_query', 'tongket')()) }}
{% endmacro %}

{# The schema function refuses a pattern without files, so it is asked only where there are some. #}
{% macro duckdb__filed_columns_query() %}
    {% set pattern = bronze_folder() ~ '/forms/*/*.parquet' %}
    {% set files = run_query("select count(*) from glob('" ~ pattern ~ "')").rows[0][0] %}
    {% if files == 0 %}
        select null as form_code, null as column_code where false
    {% else %}
        select distinct
            regexp_extract(replace(file_name, '\', '/'), '/forms/([^/]+)/[^/]+$', 1) as form_code,
            name as column_code
        from parquet_schema('{{ pattern }}')
        where type is not null
        order by all
    {% endif %}
{% endmacro %}

{# The rows of one form as filed, each column under its code and with its type. #}
{% macro form_rows(form) -%}
    {{ adapter.dispatch('form_rows', 'tongket')(form) }}
{%- endmacro %}

{% macro duckdb__form_rows(form) %}
    select
        submission_id,
        reporting_org_code,
        period_code,
        sheet,
        row_number,
        {% if 'left_blank' in form.filed %}left_blank{% else %}cast(null as varchar) as left_blank{% endif %}
        {%- for column in form.columns %},
        {% if column.code in form.filed %}cast({{ adapter.quote(column.code) }} as {{ form_column_type(column.type) }}){% else %}cast(null as {{ form_column_type(column.type) }}){% endif %} as {{ adapter.quote(column.code) }}
        {%- endfor %}
    {%- if form.filed %}
    from read_parquet('{{ bronze_folder() }}/forms/{{ form.code }}/*.parquet', union_by_name = true)
    {%- else %}
    from (
        select
            '' as submission_id,
            '' as reporting_org_code,
            '' as period_code,
            '' as sheet,
            0 as row_number
    )
    where false
    {%- endif %}
{% endmacro %}

{% macro form_column_type(type) -%}
    {{ {'int': 'bigint', 'decimal': 'double', 'percent': 'double', 'date': 'date'}.get(type, 'varchar') }}
{%- endmacro %}

{# One form of the catalogue by its code. #}
{% macro form_of(code) %}
    {% set found = form_catalogue() | selectattr('code', 'equalto', code) | list %}
    {% if not found %}
        {{ exceptions.raise_compiler_error("The catalogue has no form " ~ code ~ "; rebuild bronze's reference files") }}
    {% endif %}
    {{ return(found[0]) }}
{% endmacro %}

{# One form by its code, for the wide staging views. #}
{% macro filed_form(code) %}
    {% if execute %}{{ form_rows(form_of(code)) }}{% else %}select 1{% endif %}
{% endmacro %}

{# The key of a row within a submission: its key columns in one text. #}
{% macro row_key(form) -%}
    {%- set parts = [] -%}
    {%- for column in form.columns if column.is_key -%}
        {%- do parts.append("coalesce(" ~ adapter.quote(column.code) ~ ", '')") -%}
    {%- endfor -%}
    {{ parts | join(" || '|' || ") }}
{%- endmacro %}

{# What tells apart the rows about one organisation, or else those of one unit: their other key columns in one text. #}
{% macro key_in_body(form) -%}
    {%- set parts = ["''"] -%}
    {%- for column in form.columns if column.is_key and (form.rows, column.code) != ('organisations', 'org_code') -%}
        {%- do parts.append("coalesce(" ~ adapter.quote(column.code) ~ ", '')") -%}
    {%- endfor -%}
    {{ parts | join(" || '|' || ") }}
{%- endmacro %}

{# The organisation that a row is about, where the form has a row for each. #}
{% macro row_organisation(form) -%}
    {% if form.rows == 'organisations' %}org_code{% else %}cast(null as varchar){% endif %}
{%- endmacro %}

{# The rows of every form: which submission, which row, which key. #}
{% macro all_form_rows() %}
    {% for form in form_catalogue() %}
    {% if not loop.first %}union all{% endif %}
    select
        submission_id,
        '{{ form.code }}' as form_code,
        reporting_org_code,
        period_code,
        row_number,
        {{ row_organisation(form) }} as row_org_code,
        {{ row_key(form) }} as row_key,
        {{ key_in_body(form) }} as key_in_body,
        left_blank
    from ({{ form_rows(form) }}) as filed
    {% else %}
    select
        '' as submission_id,
        '' as form_code,
        '' as reporting_org_code,
        '' as period_code,
        0 as row_number,
        '' as row_org_code,
        '' as row_key,
        '' as key_in_body,
        '' as left_blank
    where false
    {% endfor %}
{% endmacro %}

{# Every cell that holds a number or a code, of every row that counts, one row a cell; blank cells are no rows. #}
{% macro all_form_values() %}
    {% for form in form_catalogue() %}
    {% if not loop.first %}union all{% endif %}
    {{ form_values(form) }}
    {% else %}
    {{ no_form_values() }}
    {% endfor %}
{% endmacro %}

{% macro no_form_values() %}
    select
        0 as row_id,
        '' as form_code,
        '' as column_code,
        cast(null as double) as value_number,
        '' as value_code
    where false
{% endmacro %}

{# Number and code cells of the given rows, as columns of their row. #}
{% macro counted_rows(form, columns) %}
    select
        counted.row_id
        {%- for column in columns %},
        {{ column }}
        {%- endfor %}
    from ({{ form_rows(form) }}) as filed
    inner join {{ ref('int_form__row') }} as counted
        on
            filed.submission_id = counted.submission_id
            and filed.row_number = counted.row_number
            and counted.form_code = '{{ form.code }}'
{% endmacro %}

{% macro form_values(form) -%}
    {{ adapter.dispatch('form_values', 'tongket')(form) }}
{%- endmacro %}

{% macro columns_of_type(form, types) %}
    {% set codes = [] %}
    {% for column in form.columns if column.type in types and column.code in form.filed %}
        {% do codes.append(adapter.quote(column.code)) %}
    {% endfor %}
    {{ return(codes) }}
{% endmacro %}

{% macro duckdb__form_values(form) %}
    {% set numbers = columns_of_type(form, ['int', 'decimal', 'percent']) %}
    {% set codes = columns_of_type(form, ['code']) %}
    {% if numbers %}
    {% set casts = [] %}
    {% for code in numbers %}
        {% do casts.append('cast(filed.' ~ code ~ ' as double) as ' ~ code) %}
    {% endfor %}
    select
        row_id,
        '{{ form.code }}' as form_code,
        column_code,
        value_number,
        cast(null as varchar) as value_code
    from (
        unpivot ({{ counted_rows(form, casts) }})
        on {{ numbers | join(', ') }}
        into name column_code value value_number
    )
    {% endif %}
    {% if numbers and codes %}union all{% endif %}
    {% if codes %}
    {% set names = [] %}
    {% for code in codes %}
        {% do names.append('filed.' ~ code) %}
    {% endfor %}
    select
        row_id,
        '{{ form.code }}' as form_code,
        column_code,
        cast(null as double) as value_number,
        value_code
    from (
        unpivot ({{ counted_rows(form, names) }})
        on {{ codes | join(', ') }}
        into name column_code value value_code
    )
    {% endif %}
    {% if not numbers and not codes %}
    {{ no_form_values() }}
    {% endif %}
{% endmacro %}
