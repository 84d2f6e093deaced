-- Who has one part of an indicator in a period and not another: added over several, the figure would take in what
-- they did and not of how much. Zero of nothing said is no share of anything, so that who never did any of it and
-- never said of how much is not meant; who ever did is, in every period. A unit's part is that of all its rows: an
-- organisation to which nothing was assigned, and an inspection that nobody plans, count in what the unit did. Of the
-- organisation itself the figure takes the rows about it, and lacks what these lack.
with

-- A part of which nobody has anything makes no figure.
measures as (

    select
        measure_id,
        indicator_code,
        part
    from {{ ref('int_indicator__measure') }}
    where
        part <> 'opening'
        and measure_id in (select amounts.measure_id from {{ ref('int_indicator__amount') }} as amounts)

),

several as (

    select indicator_code
    from measures
    group by indicator_code
    having count(distinct part) > 1

),

judged as (

    select measures.*
    from measures
    inner join several on measures.indicator_code = several.indicator_code

),

kinds as (

    select distinct
        org_code,
        org_kind
    from {{ ref('stg_organisation') }}
    where is_reporting

),

reporters as (

    select distinct
        reporting_org_code,
        form_code
    from {{ ref('int_filing__state') }}

),

summands as (

    select
        summands.indicator_code,
        summands.part,
        summands.summand_no,
        summands.form_code
    from {{ ref('stg_indicator_summand') }} as summands
    inner join several on summands.indicator_code = several.indicator_code

),

-- Summands of fixed lines that other kinds of units owe: of one column of codes none is the unit's.
lines as (

    select
        summands.indicator_code,
        summands.part,
        summands.summand_no,
        filters.column_code,
        filed_lines.owed_by
    from summands
    inner join {{ ref('stg_indicator_summand_filter') }} as filters
        on
            {{ same_summand('summands', 'filters') }}
    inner join {{ ref('stg_form_line') }} as filed_lines
        on
            summands.form_code = filed_lines.form_code
            and filters.column_code = filed_lines.column_code
            and filters.code = filed_lines.line_code

),

lines_of_units as (

    select
        lines.indicator_code,
        lines.part,
        lines.summand_no,
        lines.column_code,
        kinds.org_code
    from lines
    cross join kinds
    group by lines.indicator_code, lines.part, lines.summand_no, lines.column_code, kinds.org_code
    having
        not bool_or(
            lines.owed_by is null
            or list_contains(string_split(lines.owed_by, ' '), kinds.org_kind)
        )

),

asked as (

    select distinct
        'unit' as closure_level,
        summands.indicator_code,
        summands.part,
        reporters.reporting_org_code as org_code
    from summands
    inner join reporters on summands.form_code = reporters.form_code
    left join lines_of_units
        on
            {{ same_summand('summands', 'lines_of_units') }}
            and reporters.reporting_org_code = lines_of_units.org_code
    where lines_of_units.org_code is null

    union distinct

    select distinct
        'organisation' as closure_level,
        summands.indicator_code,
        summands.part,
        effective_rows.row_org_code as org_code
    from summands
    inner join {{ ref('int_row__effective') }} as effective_rows on summands.form_code = effective_rows.form_code
    where effective_rows.row_org_code is not null

),

parts as (

    select
        amounts.closure_level,
        judged.indicator_code,
        judged.part,
        amounts.contributing_code as org_code,
        amounts.base_period_code,
        sum(amounts.amount) <> 0 as has_any
    from {{ ref('int_indicator__amount') }} as amounts
    inner join judged on amounts.measure_id = judged.measure_id
    group by
        amounts.closure_level, judged.indicator_code, judged.part, amounts.contributing_code, amounts.base_period_code

),

concerned as (

    select
        closure_level,
        indicator_code,
        org_code
    from parts
    group by closure_level, indicator_code, org_code
    having bool_or(has_any)

),

told as (

    select distinct
        closure_level,
        indicator_code,
        org_code,
        base_period_code
    from parts

)

select
    told.closure_level,
    judged.measure_id,
    told.org_code as contributing_code,
    told.base_period_code
from told
inner join concerned
    on
        told.closure_level = concerned.closure_level
        and told.indicator_code = concerned.indicator_code
        and told.org_code = concerned.org_code
inner join judged on told.indicator_code = judged.indicator_code
inner join asked
    on
        told.closure_level = asked.closure_level
        and told.indicator_code = asked.indicator_code
        and told.org_code = asked.org_code
        and judged.part = asked.part
left join parts
    on
        told.closure_level = parts.closure_level
        and told.indicator_code = parts.indicator_code
        and told.org_code = parts.org_code
        and told.base_period_code = parts.base_period_code
        and judged.part = parts.part
where parts.org_code is null
