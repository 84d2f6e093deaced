-- Who has one part of an indicator in a period and not another: added over several, the figure would take in what
-- they did and not of how much. Zero of nothing said is no share of anything, so that who never did any of it and
-- never said of how much is not meant; who ever did is, in every period. A unit's part is that of all its rows: an
-- organisation to which nothing was assigned, and an inspection that nobody plans, count in what the unit did.
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

terms as (

    select
        terms.indicator_code,
        terms.part,
        terms.term_no,
        terms.form_code
    from {{ ref('stg_indicator_term') }} as terms
    inner join several on terms.indicator_code = several.indicator_code

),

-- Terms of fixed lines that other kinds of units owe: of one column of codes none is the unit's.
lines as (

    select
        terms.indicator_code,
        terms.part,
        terms.term_no,
        filters.column_code,
        filed_lines.owed_by
    from terms
    inner join {{ ref('stg_indicator_term_filter') }} as filters
        on
            {{ same_term('terms', 'filters') }}
    inner join {{ ref('stg_form_line') }} as filed_lines
        on
            terms.form_code = filed_lines.form_code
            and filters.column_code = filed_lines.column_code
            and filters.code = filed_lines.line_code

),

lines_of_units as (

    select
        lines.indicator_code,
        lines.part,
        lines.term_no,
        lines.column_code,
        kinds.org_code
    from lines
    cross join kinds
    group by lines.indicator_code, lines.part, lines.term_no, lines.column_code, kinds.org_code
    having
        not bool_or(
            lines.owed_by is null
            or list_contains(string_split(lines.owed_by, ' '), kinds.org_kind)
        )

),

asked_units as (

    select distinct
        terms.indicator_code,
        terms.part,
        reporters.reporting_org_code as org_code
    from terms
    inner join reporters on terms.form_code = reporters.form_code
    left join lines_of_units
        on
            {{ same_term('terms', 'lines_of_units') }}
            and reporters.reporting_org_code = lines_of_units.org_code
    where lines_of_units.org_code is null

),

of_units as (

    select
        judged.indicator_code,
        judged.part,
        amounts.reporting_org_code as org_code,
        amounts.base_period_code,
        bool_or(amounts.amount <> 0) as has_any
    from {{ ref('int_indicator__amount') }} as amounts
    inner join judged on amounts.measure_id = judged.measure_id
    group by judged.indicator_code, judged.part, amounts.reporting_org_code, amounts.base_period_code

),

concerned as (

    select
        indicator_code,
        org_code
    from of_units
    group by indicator_code, org_code
    having bool_or(has_any)

),

told as (

    select distinct
        indicator_code,
        org_code,
        base_period_code
    from of_units

)

select
    judged.measure_id,
    told.org_code as reporting_org_code,
    told.base_period_code
from told
inner join concerned
    on
        told.indicator_code = concerned.indicator_code
        and told.org_code = concerned.org_code
inner join judged on told.indicator_code = judged.indicator_code
inner join asked_units
    on
        told.indicator_code = asked_units.indicator_code
        and told.org_code = asked_units.org_code
        and judged.part = asked_units.part
left join of_units
    on
        told.indicator_code = of_units.indicator_code
        and told.org_code = of_units.org_code
        and told.base_period_code = of_units.base_period_code
        and judged.part = of_units.part
where of_units.org_code is null
