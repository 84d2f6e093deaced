-- Which filed periods an asked one is made of: itself, the years of a term, or two cumulative periods of a quarter.
with

periods as (

    select * from {{ ref('stg_period') }}

)

select
    'cumulative' as base_kind,
    period_code,
    '' as term_system,
    period_code as base_period_code,
    period_year as base_year,
    period_year as first_base_year,
    false as is_minus,
    false as is_term_filing
from periods
where is_cumulative

union all

select
    'discrete' as base_kind,
    quarters.period_code,
    '' as term_system,
    bases.period_code as base_period_code,
    bases.period_year as base_year,
    bases.period_year as first_base_year,
    bases.ends_on < quarters.ends_on as is_minus,
    false as is_term_filing
from periods as quarters
inner join periods as bases on quarters.period_year = bases.period_year
where
    quarters.period_kind in ('D1', 'D2', 'D3', 'D4')
    and bases.is_cumulative
    and bases.ends_on in (quarters.ends_on, quarters.starts_on - interval 1 day)

union all

select
    'term' as base_kind,
    terms.term_code as period_code,
    terms.term_system,
    bases.period_code as base_period_code,
    case when bases.period_kind = 'NK' then terms.last_year else bases.period_year end as base_year,
    case when bases.period_kind = 'NK' then terms.first_year else bases.period_year end as first_base_year,
    false as is_minus,
    bases.period_kind = 'NK' as is_term_filing
from {{ ref('stg_term') }} as terms
inner join periods as bases
    on
        (bases.period_kind = 'N' and bases.period_year between terms.first_year and terms.last_year)
        or terms.term_code = bases.period_code

union all

select
    'run' as base_kind,
    asked.period_code,
    '' as term_system,
    bases.period_code as base_period_code,
    bases.period_year as base_year,
    bases.period_year as first_base_year,
    false as is_minus,
    false as is_term_filing
from periods as asked
inner join periods as bases on asked.period_year >= bases.period_year
where asked.period_kind = 'N' and bases.period_kind = 'N'
