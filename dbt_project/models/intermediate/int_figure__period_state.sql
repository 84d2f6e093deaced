-- The state of an asked period: once for parts that add its years up, once each for those that take the last or the
-- first, and once for its single years.
with

states as (

    select * from {{ ref('int_figure__state') }}

),

-- The years of a term in which there was the body, or one that went over to it whole.
lives as (

    select
        asked.org_code,
        asked.period_code as term_code,
        greatest(terms.first_year, extract(year from asked.started_on)) as first_year,
        least(terms.last_year, extract(year from asked.asked_on)) as last_year
    from {{ ref('int_organisation__asked') }} as asked
    inner join {{ ref('stg_term') }} as terms
        on
            asked.base_kind = 'term'
            and asked.period_code = terms.term_code
            and asked.term_system = terms.term_system

),

-- Years of a term of which the calendar knows nothing, such as those that are still to come.
terms as (

    select
        lives.org_code,
        lives.term_code,
        lives.first_year,
        lives.last_year,
        count(years.period_code) as n_known_years,
        max(years.period_year) as last_known_year,
        min(years.period_year) as first_known_year
    from lives
    left join {{ ref('stg_period') }} as years
        on
            years.period_kind = 'N'
            and years.period_year between lives.first_year and lives.last_year
    group by lives.org_code, lives.term_code, lives.first_year, lives.last_year

),

of_periods as (

    select
        closure_level,
        org_code,
        state_key,
        period_code,
        state_rank as sum_rank,
        state_rank as last_rank,
        opening_rank as first_rank,
        state_rank as years_rank,
        is_part_filed,
        false as has_term_filing,
        false as is_all_at_once
    from states
    where base_kind = 'cumulative'

),

year_states as (

    select
        closure_level,
        org_code,
        state_key,
        term_system,
        period_code,
        period_year as base_year,
        state_rank,
        opening_rank,
        is_part_filed
    from states
    where base_kind = 'term'

),

at_once as (

    select * from {{ ref('int_figure__term_state') }}

),

at_once_figures as (

    select distinct
        closure_level,
        org_code,
        state_key,
        term_system,
        term_code
    from at_once

),

-- Where somebody filed once for all years, the term is not held to the years of that one.
term_states as (

    select
        year_states.closure_level,
        year_states.org_code,
        year_states.state_key,
        year_states.period_code,
        year_states.base_year,
        year_states.state_rank,
        year_states.opening_rank,
        year_states.is_part_filed,
        false as has_term_filing,
        false as is_all_at_once
    from year_states
    left join at_once_figures
        on
            year_states.closure_level = at_once_figures.closure_level
            and year_states.org_code = at_once_figures.org_code
            and year_states.state_key = at_once_figures.state_key
            and year_states.term_system = at_once_figures.term_system
            and year_states.period_code = at_once_figures.term_code
    where at_once_figures.org_code is null

    union all

    select
        closure_level,
        org_code,
        state_key,
        term_code as period_code,
        base_year,
        state_rank,
        state_rank as opening_rank,
        is_part_filed,
        true as has_term_filing,
        is_all_at_once
    from at_once

),

numbered as (

    select
        *,
        row_number() over (
            partition by closure_level, org_code, state_key, period_code order by base_year desc
        ) as from_last,
        row_number() over (partition by closure_level, org_code, state_key, period_code order by base_year) as from_first
    from term_states

),

years_ranks as (

    select
        closure_level,
        org_code,
        state_key,
        period_code,
        max(state_rank) as years_rank
    from year_states
    group by closure_level, org_code, state_key, period_code

),

term_ranks as (

    select
        closure_level,
        org_code,
        state_key,
        period_code,
        max(state_rank) as sum_rank,
        max(case when from_last = 1 then state_rank end) as last_rank,
        max(case when from_first = 1 then opening_rank end) as first_rank,
        bool_or(is_part_filed) as is_part_filed,
        bool_or(has_term_filing) as has_term_filing,
        bool_and(is_all_at_once) as is_all_at_once
    from numbered
    group by closure_level, org_code, state_key, period_code

),

judged as (

    select
        term_ranks.closure_level,
        term_ranks.org_code,
        term_ranks.state_key,
        term_ranks.period_code,
        term_ranks.sum_rank,
        term_ranks.last_rank,
        term_ranks.first_rank,
        years_ranks.years_rank,
        term_ranks.is_part_filed,
        term_ranks.has_term_filing,
        term_ranks.is_all_at_once,
        terms.n_known_years < terms.last_year - terms.first_year + 1 as lacks_year,
        -- one that was not there in the term has no years of its own to lack
        coalesce(terms.last_known_year < terms.last_year, terms.first_year <= terms.last_year) as lacks_last,
        coalesce(terms.first_known_year > terms.first_year, terms.first_year <= terms.last_year) as lacks_first
    from term_ranks
    inner join terms
        on
            term_ranks.org_code = terms.org_code
            and term_ranks.period_code = terms.term_code
    left join years_ranks
        on
            term_ranks.closure_level = years_ranks.closure_level
            and term_ranks.org_code = years_ranks.org_code
            and term_ranks.state_key = years_ranks.state_key
            and term_ranks.period_code = years_ranks.period_code

)

select
    closure_level,
    org_code,
    state_key,
    period_code,
    sum_rank,
    last_rank,
    first_rank,
    years_rank,
    is_part_filed,
    has_term_filing,
    is_all_at_once
from of_periods

union all

select
    closure_level,
    org_code,
    state_key,
    period_code,
    case when lacks_year and not is_all_at_once then 2 else sum_rank end as sum_rank,
    case when lacks_last and not is_all_at_once then 2 else last_rank end as last_rank,
    case when lacks_first and not is_all_at_once then 2 else first_rank end as first_rank,
    case when lacks_year then 2 else years_rank end as years_rank,
    is_part_filed,
    has_term_filing,
    is_all_at_once
from judged
