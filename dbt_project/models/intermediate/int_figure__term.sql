with

term_bases as (

    select
        bases.org_code,
        bases.measure_id,
        measures.over_time,
        bases.amount,
        bases.only_code,
        bases.carried_rank,
        bases.term_system,
        bases.period_code,
        -- what was filed at once has its opening at the term's beginning
        case when measures.over_time = 'first' then members.first_base_year else members.base_year end as base_year,
        case when measures.over_time = 'sum' then members.first_base_year end as sum_from_year,
        members.is_term_filing
    from {{ ref('int_figure__base') }} as bases
    inner join {{ ref('int_indicator__measure') }} as measures on bases.measure_id = measures.measure_id
    inner join {{ ref('int_period__base') }} as members
        on
            {{ same_asked('bases', 'members') }}
            and bases.base_period_code = members.base_period_code
    where bases.base_kind = 'term'

),

-- Stocks take the last year of which there is anything, openings and some bases the first.
taken_years as (

    select
        org_code,
        measure_id,
        term_system,
        period_code,
        case when over_time = 'last' then max(base_year) else min(base_year) end as base_year
    from term_bases
    where over_time in ('last', 'first')
    group by org_code, measure_id, term_system, period_code, over_time

),

taken as (

    select *
    from term_bases
    where over_time = 'sum'

    union all

    select term_bases.*
    from term_bases
    inner join taken_years
        on
            term_bases.org_code = taken_years.org_code
            and term_bases.measure_id = taken_years.measure_id
            and term_bases.term_system = taken_years.term_system
            and term_bases.period_code = taken_years.period_code
            and term_bases.base_year = taken_years.base_year

)

select
    org_code,
    measure_id,
    term_system,
    period_code,
    sum(amount) as amount,
    min(coalesce(sum_from_year, base_year)) as from_year,
    max(base_year) as to_year,
    count(distinct base_year) as n_years,
    bool_or(is_term_filing) as has_term_filing,
    max(only_code) as only_code,
    max(carried_rank) as carried_rank
from taken
group by org_code, measure_id, term_system, period_code
