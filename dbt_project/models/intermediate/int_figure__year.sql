-- The single years of a term as the term sees them, which takes in what merged into a unit later.
with

years as (

    select
        measures.indicator_code,
        measures.indicator_kind,
        bases.org_code,
        bases.term_system,
        bases.period_code as term_code,
        bases.period_year,
        sum(case when measures.part = 'value' then bases.amount end) as value,
        sum(case when measures.part = 'numerator' then bases.amount end) as numerator,
        sum(case when measures.part = 'denominator' then bases.amount end) as denominator,
        max(bases.carried_rank) as carried_rank
    from {{ ref('int_figure__base') }} as bases
    inner join {{ ref('int_indicator__measure') }} as measures on bases.measure_id = measures.measure_id
    where
        bases.base_kind = 'term'
        and not bases.is_term_filing
        and bases.closure_level = 'unit'
    group by
        measures.indicator_code,
        measures.indicator_kind,
        bases.org_code,
        bases.term_system,
        bases.period_code,
        bases.period_year

),

-- A year of which there is nothing, or not everything, makes the range of all years incomplete.
term_ranks as (

    select
        org_code,
        state_key,
        period_code,
        years_rank
    from {{ ref('int_figure__period_state') }}
    where closure_level = 'unit'

)

select
    years.indicator_code,
    years.indicator_kind,
    years.org_code,
    years.term_code,
    years.period_year,
    years.value,
    years.numerator,
    years.denominator,
    greatest(
        years.carried_rank,
        coalesce(term_ranks.years_rank, 0),
        case when gaps.org_code is not null then 2 else 0 end
    ) as state_rank
from years
left join term_ranks
    on
        years.org_code = term_ranks.org_code
        and years.indicator_code = term_ranks.state_key
        and years.term_code = term_ranks.period_code
left join {{ ref('int_figure__gap') }} as gaps
    on
        years.org_code = gaps.org_code
        and years.indicator_code = gaps.indicator_code
        and years.term_code = gaps.period_code
        and not gaps.is_opening
        and not gaps.is_beside
