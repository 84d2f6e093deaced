with

bases as (

    select
        bases.*,
        measures.indicator_kind,
        measures.over_time
    from {{ ref('int_figure__base') }} as bases
    inner join {{ ref('int_indicator__measure') }} as measures on bases.measure_id = measures.measure_id

),

systems as (

    select distinct
        org_code,
        term_system
    from {{ ref('stg_organisation') }}

),

term_bases as (

    select
        bases.org_code,
        bases.measure_id,
        bases.over_time,
        bases.term_amount,
        bases.only_code,
        bases.carried_rank,
        members.term_system,
        members.period_code,
        members.base_year,
        members.is_term_filing,
        max(members.base_year) over (
            partition by bases.org_code, members.term_system, members.period_code, bases.measure_id
        ) as last_year,
        min(members.base_year) over (
            partition by bases.org_code, members.term_system, members.period_code, bases.measure_id
        ) as first_year
    from bases
    inner join {{ ref('int_period__base') }} as members
        on
            bases.base_period_code = members.base_period_code
            and members.base_kind = 'term'
    inner join systems
        on
            bases.org_code = systems.org_code
            and members.term_system = systems.term_system
    where bases.over_time <> 'none' and bases.period_kind in ('N', 'NK')

),

of_terms as (

    select
        org_code,
        measure_id,
        term_system,
        period_code,
        sum(term_amount) as amount,
        min(base_year) as from_year,
        max(base_year) as to_year,
        count(distinct base_year) as n_years,
        max(case when is_term_filing then 1 else 0 end) = 1 as has_term_filing,
        max(only_code) as only_code,
        max(carried_rank) as carried_rank
    from term_bases
    where
        over_time = 'sum'
        or (over_time = 'last' and base_year = last_year)
        or (over_time = 'first' and base_year = first_year)
    group by org_code, measure_id, term_system, period_code

)

select
    'cumulative' as base_kind,
    org_code,
    measure_id,
    cast(null as varchar) as term_system,
    base_period_code as period_code,
    amount,
    period_year as from_year,
    period_year as to_year,
    1 as n_years,
    false as has_term_filing,
    only_code,
    carried_rank
from bases
where
    period_kind <> 'NK'
    and amount is not null
    and indicator_kind <> 'run'

union all

select
    'discrete' as base_kind,
    org_code,
    measure_id,
    cast(null as varchar) as term_system,
    period_code,
    amount,
    period_year as from_year,
    period_year as to_year,
    1 as n_years,
    false as has_term_filing,
    only_code,
    carried_rank
from {{ ref('int_figure__quarter') }}

union all

select
    'term' as base_kind,
    org_code,
    measure_id,
    term_system,
    period_code,
    amount,
    from_year,
    to_year,
    n_years,
    has_term_filing,
    only_code,
    carried_rank
from of_terms

union all

select
    'run' as base_kind,
    org_code,
    measure_id,
    cast(null as varchar) as term_system,
    period_code,
    amount,
    from_year,
    to_year,
    cast(amount as integer) as n_years,
    false as has_term_filing,
    cast(null as varchar) as only_code,
    0 as carried_rank
from {{ ref('int_figure__run') }}
