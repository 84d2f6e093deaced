-- Of what day figures of whole years and terms are: that of the last filings of which they are made.
with

figures as (

    select distinct
        measures.indicator_code,
        terms.form_code,
        parts.base_kind,
        parts.org_code,
        parts.period_code,
        parts.only_code,
        members.base_period_code
    from {{ ref('int_figure__part') }} as parts
    inner join {{ ref('int_indicator__measure') }} as measures on parts.measure_id = measures.measure_id
    inner join {{ ref('stg_indicator_term') }} as terms
        on
            measures.indicator_code = terms.indicator_code
            and measures.part = terms.part
            and measures.over_time = terms.over_time
    inner join {{ ref('stg_period') }} as periods on parts.period_code = periods.period_code
    inner join {{ ref('int_period__base') }} as members
        on
            parts.base_kind = members.base_kind
            and parts.period_code = members.period_code
            and parts.to_year = members.base_year
            and coalesce(parts.term_system, '') = coalesce(members.term_system, '')
    where
        parts.base_kind in ('cumulative', 'term')
        and periods.period_kind in ('N', 'NK')
        and measures.part <> 'opening'
        and measures.over_time <> 'first'
        and parts.org_code in (select report_units.org_code from {{ ref('rpt_report_unit') }} as report_units)

),

sources as (

    select distinct
        base_period_code,
        reporting_org_code,
        form_code,
        source_period_code
    from {{ ref('int_row__effective') }}
    where is_latest

)

select
    figures.indicator_code,
    figures.org_code,
    figures.period_code,
    min(periods.ends_on) as first_day,
    max(periods.ends_on) as last_day
from figures
inner join {{ ref('int_organisation__closure') }} as closures
    on
        figures.org_code = closures.org_code
        and figures.base_period_code = closures.base_period_code
        and (closures.in_period or figures.base_kind = 'term')
        and (figures.only_code is null or figures.only_code = closures.contributing_code)
inner join sources
    on
        figures.base_period_code = sources.base_period_code
        and closures.contributing_code = sources.reporting_org_code
        and figures.form_code = sources.form_code
inner join {{ ref('stg_period') }} as periods on sources.source_period_code = periods.period_code
where closures.closure_level = 'unit'
group by figures.indicator_code, figures.org_code, figures.period_code
