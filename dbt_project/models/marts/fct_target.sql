with

targets as (

    select
        targets.org_code,
        targets.indicator_code,
        targets.term_code,
        targets.target_year,
        targets.basis,
        targets.direction,
        targets.target_min,
        targets.target_max,
        targets.document,
        terms.term_system,
        terms.first_year,
        terms.last_year
    from {{ ref('stg_target') }} as targets
    inner join {{ ref('stg_term') }} as terms on targets.term_code = terms.term_code
    where exists (
        select 1
        from {{ ref('stg_organisation') }} as organisations
        where organisations.org_code = targets.org_code and organisations.term_system = terms.term_system
    )

),

years as (

    select distinct
        period_year,
        period_code
    from {{ ref('stg_period') }}
    where period_kind = 'N'

),

-- A yearly target without a year holds in each year of the term.
expanded as (

    select
        targets.org_code,
        targets.indicator_code,
        targets.term_code,
        case when targets.basis = 'YEAR' then coalesce(targets.target_year, years.period_year) end as target_year,
        targets.basis,
        targets.direction,
        targets.target_min,
        targets.target_max,
        targets.document,
        targets.term_system,
        targets.last_year,
        row_number() over (
            partition by
                targets.org_code,
                targets.indicator_code,
                targets.term_code,
                targets.basis,
                case when targets.basis = 'YEAR' then coalesce(targets.target_year, years.period_year) end
            order by case when targets.target_year is null then 1 else 0 end, targets.target_min
        ) as precedence
    from targets
    left join years
        on
            targets.basis = 'YEAR'
            and targets.target_year is null
            and years.period_year between targets.first_year and targets.last_year

),

-- A year's own target goes before the one of every year.
chosen as (

    select
        *,
        case when basis = 'YEAR' then cast(target_year as varchar) || '-N' else term_code end as period_code,
        case when basis = 'YEAR' then coalesce(target_year, last_year) else last_year end as due_year
    from expanded
    where precedence = 1

),

years_due as (

    select distinct
        term_system,
        due_year,
        cast(cast(due_year as varchar) || '-12-31' as date) as ends_on
    from chosen

),

-- Until when a year is filed in time: to its last day, or to a later one that the calendar names.
deadlines as (

    select
        years_due.term_system,
        years_due.due_year,
        max(
            case when calendar.due_on > years_due.ends_on then calendar.due_on else years_due.ends_on end
        ) as due_on
    from years_due
    left join {{ ref('stg_calendar_period') }} as calendar
        on
            calendar.period_code = cast(years_due.due_year as varchar) || '-N'
            and coalesce(calendar.term_system, years_due.term_system) = years_due.term_system
    group by years_due.term_system, years_due.due_year

),

actuals as (

    select
        chosen.*,
        case when chosen.basis = 'AVG_PER_YEAR' then averages.value else figures.value end as actual_value,
        case when chosen.basis = 'AVG_PER_YEAR' then averages.status else figures.status end as status,
        case
            -- what has not come by then is missing
            when days.told_on > deadlines.due_on then false
            when chosen.basis = 'YEAR' then coalesce(figures.status = 'provisional', false)
            -- who filed once for the whole term has its last year without a figure of it
            when terms_at_once.last_rank = 0 then coalesce(last_years.status = 'provisional', false)
            when terms_at_once.last_rank = 1 then true
            else last_years.indicator_code is null or last_years.status = 'provisional'
        end as is_early
    from chosen
    cross join {{ ref('int_publication__day') }} as days
    inner join deadlines
        on
            chosen.term_system = deadlines.term_system
            and chosen.due_year = deadlines.due_year
    left join {{ ref('fct_indicator_value') }} as figures
        on
            chosen.indicator_code = figures.indicator_code
            and chosen.org_code = figures.org_code
            and chosen.period_code = figures.period_code
    left join {{ ref('fct_indicator_derived') }} as averages
        on
            chosen.indicator_code = averages.indicator_code
            and chosen.org_code = averages.org_code
            and chosen.term_code = averages.period_code
            and averages.derivation = 'average_per_year'
    left join {{ ref('fct_indicator_value') }} as last_years
        on
            chosen.indicator_code = last_years.indicator_code
            and chosen.org_code = last_years.org_code
            and last_years.period_code = cast(chosen.last_year as varchar) || '-N'
    left join {{ ref('int_figure__period_state') }} as terms_at_once
        on
            terms_at_once.closure_level = 'unit'
            and terms_at_once.has_term_filing
            and chosen.indicator_code = terms_at_once.state_key
            and chosen.org_code = terms_at_once.org_code
            and chosen.term_code = terms_at_once.period_code

)

select
    org_code,
    indicator_code,
    term_code,
    target_year as "year",
    basis,
    direction,
    target_min,
    target_max,
    document,
    actual_value,
    -- only a whole result meets a target or misses it
    {{ assessment(
        'direction',
        "case when status = 'final' then actual_value end",
        'target_min',
        'target_max',
        'is_early'
    ) }} as assessment,
    coalesce(status, 'none') as status
from actuals
