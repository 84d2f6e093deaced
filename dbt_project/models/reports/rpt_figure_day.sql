-- Of what day figures of whole years and terms are: that of the last filings of the rows that they are made of.
with

figures as (

    select
        parts.measure_id,
        measures.indicator_code,
        parts.base_kind,
        parts.org_code,
        parts.period_code,
        parts.only_code,
        members.base_period_code
    from {{ ref('int_figure__part') }} as parts
    inner join {{ ref('int_indicator__measure') }} as measures on parts.measure_id = measures.measure_id
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

)

select
    figures.indicator_code,
    figures.org_code,
    figures.period_code,
    min(amounts.first_day) as first_day,
    max(amounts.last_day) as last_day
from figures
inner join {{ ref('int_organisation__closure') }} as closures
    on
        figures.org_code = closures.org_code
        and figures.base_period_code = closures.base_period_code
        and (closures.in_period or figures.base_kind = 'term')
        and (figures.only_code is null or figures.only_code = closures.contributing_code)
inner join {{ ref('int_indicator__amount') }} as amounts
    on
        figures.measure_id = amounts.measure_id
        and figures.base_period_code = amounts.base_period_code
        and closures.contributing_code = amounts.reporting_org_code
where closures.closure_level = 'unit'
group by figures.indicator_code, figures.org_code, figures.period_code
