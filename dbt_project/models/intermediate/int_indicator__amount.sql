-- What a measure comes to at the end of a filed period, by the unit that filed and, where a form has a row for each
-- organisation, by the organisation that the rows are about. A row that may give way to another unit's is kept apart,
-- since it counts where that unit does not; so is what counts nowhere, as the stock of one that has left by then.
with

takers as (

    select distinct
        row_id,
        base_period_code
    from {{ ref('int_row__taker') }}

)

select
    told.closure_level,
    contributions.measure_id,
    told.contributing_code,
    takers.row_id as giving_row_id,
    told.base_period_code,
    {{ stands_in_year('measures', 'told') }} as stands,
    sum(contributions.contribution) as amount,
    count(*) as n_cells,
    max(case when told.is_carried then 1 else 0 end) as carried_rank,
    bool_and(told.is_alone) as is_alone,
    min(told.reaches_on) as first_day,
    max(told.reaches_on) as last_day
from {{ ref('int_indicator__contribution') }} as contributions
inner join {{ ref('int_indicator__measure') }} as measures on contributions.measure_id = measures.measure_id
inner join {{ ref('int_row__told') }} as told on contributions.row_id = told.row_id
left join takers
    on
        told.closure_level = 'unit'
        and told.row_id = takers.row_id
        and told.base_period_code = takers.base_period_code
where {{ counts_in_year('measures', 'told') }}
group by
    told.closure_level,
    contributions.measure_id,
    told.contributing_code,
    takers.row_id,
    told.base_period_code,
    {{ stands_in_year('measures', 'told') }}
