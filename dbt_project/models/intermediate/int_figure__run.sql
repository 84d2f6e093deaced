-- A year counts where the organisation had exactly one rating and it is the one that is asked for.
with

years as (

    select
        bases.org_code,
        bases.measure_id,
        bases.base_period_code,
        bases.period_year,
        bases.n_cells = 1 and bases.amount = 1 as is_hit
    from {{ ref('int_figure__base') }} as bases
    inner join {{ ref('int_indicator__measure') }} as measures on bases.measure_id = measures.measure_id
    where
        measures.indicator_kind = 'run'
        and bases.base_kind = 'cumulative'
        and bases.closure_level = 'organisation'
        and bases.period_kind = 'N'

),

-- Years in a row share the difference of their number and their rank among the hits.
hits as (

    select
        *,
        period_year - row_number() over (partition by org_code, measure_id order by period_year) as streak
    from years
    where is_hit

),

runs as (

    select
        *,
        row_number() over (partition by org_code, measure_id, streak order by period_year) as n_years
    from hits

)

select
    years.org_code,
    years.measure_id,
    years.base_period_code as period_code,
    cast(coalesce(runs.n_years, 0) as double) as amount,
    years.period_year - coalesce(runs.n_years, 0) + 1 as from_year,
    years.period_year as to_year
from years
left join runs
    on
        years.org_code = runs.org_code
        and years.measure_id = runs.measure_id
        and years.period_year = runs.period_year
