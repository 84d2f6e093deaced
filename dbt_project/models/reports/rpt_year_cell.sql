{{ config(materialized='view') }}

with

figures as (

    select
        members.base_kind,
        bases.measure_id,
        measures.indicator_code,
        measures.part,
        measures.within_year,
        bases.org_code,
        members.period_code,
        bases.only_code,
        bases.base_period_code,
        members.is_minus
    from {{ ref('int_figure__base') }} as bases
    inner join {{ ref('int_indicator__measure') }} as measures on bases.measure_id = measures.measure_id
    inner join {{ ref('int_period__base') }} as members
        on
            bases.base_period_code = members.base_period_code
            and members.base_kind = 'term'
            and not members.is_term_filing
    where
        bases.closure_level = 'unit'
        and measures.over_time <> 'none'
        and measures.part <> 'opening'
        and {{ is_of_system('bases.org_code', 'members.term_system') }}

),

{{ cells_behind('figures') }}

select
    indicator_code,
    org_code,
    period_code,
    base_period_code,
    part,
    submission_id,
    file,
    sheet,
    cell,
    value_number,
    value_code,
    contribution
from cells
