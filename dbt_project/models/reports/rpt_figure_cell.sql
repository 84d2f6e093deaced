{{ config(materialized='view') }}

with

figures as (

    select
        parts.measure_id,
        measures.indicator_code,
        measures.part,
        measures.within_year,
        parts.org_code,
        parts.period_code,
        parts.term_system,
        parts.only_code,
        bases.base_period_code,
        bases.is_minus,
        -- years in a row are those of the years themselves
        case when parts.base_kind = 'run' then 'cumulative' else parts.base_kind end as source_kind,
        case when parts.base_kind = 'run' then bases.base_period_code else parts.period_code end as source_period_code,
        parts.org_code as source_org_code
    from {{ ref('int_figure__part') }} as parts
    inner join {{ ref('int_indicator__measure') }} as measures on parts.measure_id = measures.measure_id
    inner join {{ ref('int_period__base') }} as bases
        on
            {{ same_asked('parts', 'bases') }}
            and case
                when measures.over_time = 'first' then bases.first_base_year
                else bases.base_year
            end between parts.from_year and parts.to_year
    where not bases.is_minus or measures.within_year = 'sum'

),

{{ cells_behind('figures') }}

select
    indicator_code,
    org_code,
    period_code,
    part,
    submission_id,
    file,
    sheet,
    cell,
    value_number,
    value_code,
    contribution
from cells

union all

select
    indicator_code,
    org_code,
    period_code,
    'value' as part,
    cast(null as varchar) as submission_id,
    'registry/successions.csv' as file,
    cast(null as varchar) as sheet,
    -- a whole row, as spreadsheets write it
    cast(file_row as varchar) || ':' || cast(file_row as varchar) as cell,
    cast(null as double) as value_number,
    predecessor_code as value_code,
    cast(1 as double) as contribution
from {{ ref('int_figure__predecessor') }}
