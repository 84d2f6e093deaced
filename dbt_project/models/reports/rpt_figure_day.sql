-- Of what day figures of whole years and terms are: that of the last filings of the rows that they are made of.
with

figures as (

    select
        parts.measure_id,
        measures.indicator_code,
        measures.within_year,
        parts.base_kind,
        parts.org_code,
        parts.period_code,
        parts.term_system,
        parts.only_code,
        members.base_period_code
    from {{ ref('int_figure__part') }} as parts
    inner join {{ ref('int_indicator__measure') }} as measures on parts.measure_id = measures.measure_id
    inner join {{ ref('stg_period') }} as periods on parts.period_code = periods.period_code
    inner join {{ ref('int_period__base') }} as members
        on
            {{ same_asked('parts', 'members') }}
            and parts.to_year = members.base_year
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
inner join {{ ref('int_figure__contributor') }} as contributors
    on
        {{ same_asked('figures', 'contributors') }}
        and figures.org_code = contributors.org_code
        and figures.base_period_code = contributors.base_period_code
        and (figures.only_code is null or figures.only_code = contributors.contributing_code)
inner join {{ ref('int_indicator__amount') }} as amounts
    on
        figures.measure_id = amounts.measure_id
        and contributors.counted_base_code = amounts.base_period_code
        and amounts.stands
        and contributors.closure_level = amounts.closure_level
        and contributors.contributing_code = amounts.contributing_code
left join {{ ref('int_figure__given_way') }} as given_way
    on
        amounts.giving_row_id = given_way.row_id
        and contributors.closure_level = 'unit'
        and {{ same_base('contributors', 'given_way') }}
where
    contributors.closure_level = 'unit'
    and given_way.row_id is null
    and {{ counts_of('figures', 'contributors') }}
group by figures.indicator_code, figures.org_code, figures.period_code
