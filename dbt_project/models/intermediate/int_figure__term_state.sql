-- Terms in whose figures somebody counts who filed a form once for all years: that form answers for these, and what
-- others filed, or have yet to file, is held year by year. Figures of which nobody filed so are not here.
with

bodies as (

    select * from {{ ref('int_contributor__term_state') }}

),

contributors as (

    select
        closure_level,
        period_code as term_code,
        term_system,
        org_code,
        contributing_code,
        base_period_code,
        counted_base_code,
        base_year,
        is_term_filing,
        has_stock
    from {{ ref('int_figure__contributor') }}
    where base_kind = 'term'

),

-- What is never added over units does not wait for others.
singles as (

    select indicator_code
    from {{ ref('stg_indicator') }}
    where indicator_kind in ('rate', 'distinct')

),

of_bodies as (

    select
        contributors.org_code,
        contributors.contributing_code,
        bodies.closure_level,
        bodies.state_key,
        bodies.term_system,
        bodies.term_code,
        bodies.base_year,
        bodies.is_at_once,
        bodies.state_rank,
        bodies.is_part_filed
    from bodies
    inner join contributors
        on
            bodies.closure_level = contributors.closure_level
            and bodies.term_system = contributors.term_system
            and bodies.term_code = contributors.term_code
            and bodies.contributing_code = contributors.contributing_code
            and bodies.base_period_code = contributors.counted_base_code
    left join singles on bodies.state_key = singles.indicator_code
    where singles.indicator_code is null or contributors.org_code = contributors.contributing_code

),

figures as (

    select distinct
        closure_level,
        org_code,
        state_key,
        term_system,
        term_code
    from of_bodies
    where is_at_once

),

bodies_at_once as (

    select distinct
        closure_level,
        org_code,
        contributing_code,
        state_key,
        term_system,
        term_code
    from of_bodies
    where is_at_once

),

of_others as (

    select
        figures.org_code,
        contributors.contributing_code,
        figures.closure_level,
        figures.state_key,
        figures.term_system,
        figures.term_code,
        contributors.base_year,
        false as is_at_once,
        states.state_rank,
        states.is_part_filed
    from figures
    inner join contributors
        on
            not contributors.is_term_filing
            and figures.closure_level = contributors.closure_level
            and figures.term_system = contributors.term_system
            and figures.term_code = contributors.term_code
            and figures.org_code = contributors.org_code
    inner join {{ ref('int_contributor__state') }} as states
        on
            contributors.closure_level = states.closure_level
            and contributors.contributing_code = states.contributing_code
            and contributors.counted_base_code = states.base_period_code
            and figures.state_key = states.state_key
    left join bodies_at_once
        on
            figures.closure_level = bodies_at_once.closure_level
            and figures.org_code = bodies_at_once.org_code
            and contributors.contributing_code = bodies_at_once.contributing_code
            and figures.state_key = bodies_at_once.state_key
            and figures.term_system = bodies_at_once.term_system
            and figures.term_code = bodies_at_once.term_code
    left join singles on figures.state_key = singles.indicator_code
    where
        bodies_at_once.state_key is null
        and (singles.indicator_code is null or contributors.org_code = contributors.contributing_code)

),

-- Who is waited for and filed nothing at once, be there a year of the term in the calendar or not.
waited_for as (

    select distinct
        figures.closure_level,
        figures.org_code,
        figures.state_key,
        figures.term_system,
        figures.term_code
    from figures
    inner join contributors
        on
            figures.closure_level = contributors.closure_level
            and figures.term_system = contributors.term_system
            and figures.term_code = contributors.term_code
            and figures.org_code = contributors.org_code
            and contributors.is_term_filing
            and contributors.has_stock
    inner join {{ ref('int_indicator__reporter') }} as reporters
        on
            figures.state_key = reporters.indicator_code
            and contributors.contributing_code = reporters.reporting_org_code
    left join {{ ref('int_term__filing') }} as filings
        on
            filings.is_counted
            and reporters.reporting_org_code = filings.reporting_org_code
            and reporters.form_code = filings.form_code
            and figures.term_system = filings.term_system
            and figures.term_code = filings.term_code
    left join singles on figures.state_key = singles.indicator_code
    where
        figures.closure_level = 'unit'
        and filings.form_code is null
        and (singles.indicator_code is null or contributors.org_code = contributors.contributing_code)

),

together as (

    -- one that moved or merged away may have years of its own in the figure without what it filed at once
    select of_bodies.*
    from of_bodies
    inner join figures
        on
            of_bodies.closure_level = figures.closure_level
            and of_bodies.org_code = figures.org_code
            and of_bodies.state_key = figures.state_key
            and of_bodies.term_system = figures.term_system
            and of_bodies.term_code = figures.term_code

    union all

    select * from of_others

),

by_year as (

    select
        closure_level,
        org_code,
        state_key,
        term_system,
        term_code,
        base_year,
        bool_and(is_at_once) as is_at_once,
        max(state_rank) as state_rank,
        bool_or(is_part_filed) as is_part_filed
    from together
    group by closure_level, org_code, state_key, term_system, term_code, base_year

)

select
    by_year.closure_level,
    by_year.org_code,
    by_year.state_key,
    by_year.term_system,
    by_year.term_code,
    by_year.base_year,
    by_year.state_rank,
    by_year.is_part_filed,
    -- nobody is held by the years, so that it does not matter which of them the calendar has
    waited_for.org_code is null
    and bool_and(by_year.is_at_once) over (
        partition by
            by_year.closure_level, by_year.org_code, by_year.state_key, by_year.term_system, by_year.term_code
    ) as is_all_at_once
from by_year
left join waited_for
    on
        by_year.closure_level = waited_for.closure_level
        and by_year.org_code = waited_for.org_code
        and by_year.state_key = waited_for.state_key
        and by_year.term_system = waited_for.term_system
        and by_year.term_code = waited_for.term_code
