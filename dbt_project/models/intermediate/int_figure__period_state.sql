-- The state of an asked period: once for parts that add its years up, once each for those that take the last or the
-- first, and once over the years that the calendar knows.
with

states as (

    select * from {{ ref('int_figure__state') }}

),

systems as (

    select
        org_code,
        term_system,
        min(extract(year from valid_from)) as from_year,
        max(extract(year from valid_to)) as to_year
    from {{ ref('stg_organisation') }}
    group by org_code, term_system

),

-- Years of a term of which the calendar knows nothing, such as those that are still to come.
terms as (

    select
        systems.org_code,
        terms.term_code,
        greatest(terms.first_year, systems.from_year) as first_year,
        least(terms.last_year, systems.to_year) as last_year,
        count(years.period_code) as n_known_years,
        max(years.period_year) as last_known_year,
        min(years.period_year) as first_known_year
    from {{ ref('stg_term') }} as terms
    inner join systems on terms.term_system = systems.term_system
    left join {{ ref('stg_period') }} as years
        on
            years.period_kind = 'N'
            and years.period_year between
            greatest(terms.first_year, systems.from_year) and least(terms.last_year, systems.to_year)
    group by systems.org_code, terms.term_code, terms.first_year, systems.from_year, terms.last_year, systems.to_year

),

of_periods as (

    select
        closure_level,
        org_code,
        state_key,
        base_period_code as period_code,
        state_rank as sum_rank,
        state_rank as last_rank,
        state_rank as first_rank,
        state_rank as known_rank,
        is_part_filed
    from states
    where state_rank is not null

),

term_states as (

    select
        states.closure_level,
        states.org_code,
        states.state_key,
        members.period_code,
        members.base_year,
        states.term_state_rank,
        states.is_part_filed,
        row_number() over (
            partition by states.closure_level, states.org_code, states.state_key, members.period_code
            order by members.base_year desc
        ) as from_last,
        row_number() over (
            partition by states.closure_level, states.org_code, states.state_key, members.period_code
            order by members.base_year
        ) as from_first
    from states
    inner join {{ ref('int_period__base') }} as members
        on
            states.base_period_code = members.base_period_code
            and members.base_kind = 'term'
            and not members.is_term_filing
    inner join systems
        on
            states.org_code = systems.org_code
            and members.term_system = systems.term_system

),

term_ranks as (

    select
        closure_level,
        org_code,
        state_key,
        period_code,
        max(term_state_rank) as sum_rank,
        max(case when from_last = 1 then term_state_rank end) as last_rank,
        max(case when from_first = 1 then term_state_rank end) as first_rank,
        bool_or(is_part_filed) as is_part_filed
    from term_states
    group by closure_level, org_code, state_key, period_code

)

select
    closure_level,
    org_code,
    state_key,
    period_code,
    sum_rank,
    last_rank,
    first_rank,
    known_rank,
    is_part_filed
from of_periods

union all

select
    term_ranks.closure_level,
    term_ranks.org_code,
    term_ranks.state_key,
    term_ranks.period_code,
    case
        when terms.n_known_years < terms.last_year - terms.first_year + 1 then 2
        else term_ranks.sum_rank
    end as sum_rank,
    case when terms.last_known_year < terms.last_year then 2 else term_ranks.last_rank end as last_rank,
    case when terms.first_known_year > terms.first_year then 2 else term_ranks.first_rank end as first_rank,
    term_ranks.sum_rank as known_rank,
    term_ranks.is_part_filed
from term_ranks
inner join terms
    on
        term_ranks.org_code = terms.org_code
        and term_ranks.period_code = terms.term_code
