{{ config(materialized='view') }}

with

figures as (

    select
        bases.measure_id,
        measures.indicator_code,
        measures.part,
        measures.within_year,
        bases.org_code,
        bases.period_code,
        bases.term_system,
        bases.only_code,
        bases.base_period_code,
        bases.is_minus,
        bases.base_kind as source_kind,
        bases.period_code as source_period_code,
        bases.org_code as source_org_code
    from {{ ref('int_figure__base') }} as bases
    inner join {{ ref('int_indicator__measure') }} as measures on bases.measure_id = measures.measure_id
    where
        bases.base_kind = 'term'
        and not bases.is_term_filing
        and bases.closure_level = 'unit'
        and measures.part <> 'opening'

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
