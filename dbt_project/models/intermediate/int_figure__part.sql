{{ config(materialized='view') }}

select
    bases.base_kind,
    bases.org_code,
    bases.measure_id,
    bases.term_system,
    bases.period_code,
    bases.amount,
    bases.period_year as from_year,
    bases.period_year as to_year,
    1 as n_years,
    false as has_term_filing,
    bases.only_code,
    bases.carried_rank
from {{ ref('int_figure__base') }} as bases
inner join {{ ref('int_indicator__measure') }} as measures on bases.measure_id = measures.measure_id
where
    bases.base_kind = 'cumulative'
    and measures.indicator_kind <> 'run'

union all

select
    'discrete' as base_kind,
    org_code,
    measure_id,
    '' as term_system,
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
from {{ ref('int_figure__term') }}

union all

select
    'run' as base_kind,
    org_code,
    measure_id,
    '' as term_system,
    period_code,
    amount,
    from_year,
    to_year,
    cast(amount as integer) as n_years,
    false as has_term_filing,
    cast(null as varchar) as only_code,
    0 as carried_rank
from {{ ref('int_figure__run') }}
