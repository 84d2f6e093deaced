with

reporting as (

    select distinct org_code
    from {{ ref('int_organisation__closure') }}
    where closure_level = 'unit'

),

-- An opening is incomplete where somebody has nothing for the first year.
openings as (

    select
        org_code,
        state_key as indicator_code,
        period_code,
        max(case when first_rank = 2 then 2 else 0 end) as opening_rank
    from {{ ref('int_figure__period_state') }}
    group by org_code, state_key, period_code

),

first_years as (

    select
        asked.org_code,
        asked.period_code,
        extract(year from greatest(asked.first_day, asked.started_on)) as first_year
    from {{ ref('int_organisation__asked') }} as asked
    where asked.base_kind = 'term'

),

-- Openings that the first year of a term does not have: what stands in their place is that of a later one.
uncollected_openings as (

    select
        idle.indicator_code,
        first_years.org_code,
        first_years.period_code
    from {{ ref('stg_idle_summand') }} as idle
    inner join {{ ref('stg_period') }} as periods on idle.period_code = periods.period_code
    inner join first_years on periods.period_year = first_years.first_year
    where idle.part = 'opening' and not idle.is_collected and periods.period_kind = 'N'

    union distinct

    select
        starts.indicator_code,
        contributors.org_code,
        first_years.period_code
    from {{ ref('int_figure__late_start') }} as starts
    inner join {{ ref('int_figure__contributor') }} as contributors
        on
            contributors.base_kind = 'term'
            and contributors.closure_level = 'unit'
            and starts.contributing_code = contributors.contributing_code
            and starts.base_period_code = contributors.counted_base_code
    inner join first_years
        on
            contributors.org_code = first_years.org_code
            and contributors.period_code = first_years.period_code
            and contributors.base_year = first_years.first_year
    where starts.closure_level = 'unit' and starts.is_opening

    union distinct

    -- a form filed once for the whole term has none where it is not collected when the term ends
    select
        idle.indicator_code,
        states.org_code,
        states.period_code
    from {{ ref('stg_idle_summand') }} as idle
    inner join {{ ref('int_figure__period_state') }} as states
        on
            idle.indicator_code = states.state_key
            and idle.period_code = states.period_code
    where idle.part = 'opening' and not idle.is_collected and states.has_term_filing

),

-- Totals of which somebody filed only a part of a year.
part_filed as (

    select
        org_code,
        state_key as indicator_code,
        period_code
    from {{ ref('int_figure__period_state') }}
    where closure_level = 'unit' and is_part_filed

),

-- Of bodies that all filed once for the whole term nothing is asked in its first year.
all_at_once as (

    select
        org_code,
        state_key as indicator_code,
        period_code
    from {{ ref('int_figure__period_state') }}
    where closure_level = 'unit' and is_all_at_once

),

term_values as (

    select
        figures.indicator_code,
        figures.org_code,
        figures.period_code,
        figures.value,
        figures.numerator,
        figures.denominator,
        figures.opening_value,
        figures.status,
        indicators.indicator_kind,
        terms.term_system,
        terms.first_year,
        terms.last_year,
        case figures.status when 'final' then 0 when 'provisional' then 1 else 2 end as state_rank
    from {{ ref('fct_indicator_value') }} as figures
    inner join reporting on figures.org_code = reporting.org_code
    inner join {{ ref('stg_indicator') }} as indicators on figures.indicator_code = indicators.indicator_code
    inner join {{ ref('stg_term') }} as terms on figures.period_code = terms.term_code
    where
        figures.value is not null
        and exists (
            select 1
            from {{ ref('stg_organisation') }} as organisations
            where organisations.org_code = figures.org_code and organisations.term_system = terms.term_system
        )

),

against_previous as (

    select
        present.indicator_code,
        present.org_code,
        present.period_code,
        'change_vs_previous_term' as derivation,
        -- shares are subtracted as fractions: the difference of two rounded quotients may lie off a half
        case
            when present.indicator_kind = 'ratio'
                then
                    100.0
                    * (present.numerator * past.denominator - past.numerator * present.denominator)
                    / (present.denominator * past.denominator)
            else present.value - past.value
        end as value,
        greatest(present.state_rank, past.state_rank) as state_rank,
        cast(null as integer) as n_years,
        cast(null as integer) as of_year
    from term_values as present
    inner join {{ ref('dim_term') }} as terms
        on
            present.term_system = terms.term_system
            and present.period_code = terms.term_code
    inner join term_values as past
        on
            present.indicator_code = past.indicator_code
            and present.org_code = past.org_code
            and present.term_system = past.term_system
            and terms.previous_term_code = past.period_code
    where present.indicator_kind <> 'registry'

),

since_opening as (

    select
        term_values.indicator_code,
        term_values.org_code,
        term_values.period_code,
        term_values.value,
        term_values.opening_value,
        greatest(
            term_values.state_rank,
            case
                when uncollected_openings.org_code is not null and all_at_once.org_code is null then 2
                else coalesce(openings.opening_rank, 0)
            end,
            case when gaps.org_code is not null then 2 else 0 end
        ) as state_rank
    from term_values
    left join openings
        on
            term_values.indicator_code = openings.indicator_code
            and term_values.org_code = openings.org_code
            and term_values.period_code = openings.period_code
    left join all_at_once
        on
            term_values.indicator_code = all_at_once.indicator_code
            and term_values.org_code = all_at_once.org_code
            and term_values.period_code = all_at_once.period_code
    left join uncollected_openings
        on
            term_values.indicator_code = uncollected_openings.indicator_code
            and term_values.org_code = uncollected_openings.org_code
            and term_values.period_code = uncollected_openings.period_code
    left join {{ ref('int_figure__gap') }} as gaps
        on
            term_values.indicator_code = gaps.indicator_code
            and term_values.org_code = gaps.org_code
            and term_values.period_code = gaps.period_code
            and gaps.is_counted
            and gaps.is_opening
    where term_values.opening_value is not null

),

n_years as (

    select
        measures.indicator_code,
        parts.org_code,
        parts.term_system,
        parts.period_code,
        max(case when parts.has_term_filing then terms.last_year - terms.first_year + 1 else parts.n_years end) as n_years,
        max(parts.carried_rank) as carried_rank
    from {{ ref('int_figure__part') }} as parts
    inner join {{ ref('int_indicator__measure') }} as measures on parts.measure_id = measures.measure_id
    inner join {{ ref('stg_term') }} as terms
        on
            parts.period_code = terms.term_code
            and parts.term_system = terms.term_system
    where parts.base_kind = 'term' and measures.part = 'value' and measures.over_time = 'sum'
    group by measures.indicator_code, parts.org_code, parts.term_system, parts.period_code

),

averages as (

    select
        term_values.indicator_code,
        term_values.org_code,
        term_values.period_code,
        'average_per_year' as derivation,
        case
            when part_filed.org_code is null and n_years.carried_rank = 0 then term_values.value / n_years.n_years
        end as value,
        term_values.state_rank,
        n_years.n_years,
        cast(null as integer) as of_year
    from term_values
    inner join n_years
        on
            term_values.indicator_code = n_years.indicator_code
            and term_values.org_code = n_years.org_code
            and term_values.term_system = n_years.term_system
            and term_values.period_code = n_years.period_code
    left join part_filed
        on
            term_values.indicator_code = part_filed.indicator_code
            and term_values.org_code = part_filed.org_code
            and term_values.period_code = part_filed.period_code
    where term_values.indicator_kind = 'flow'

),

years as (

    select
        indicator_code,
        org_code,
        term_code,
        period_year,
        case
            when indicator_kind <> 'ratio' then value
            when denominator <> 0 then 100.0 * numerator / denominator
        end as value,
        state_rank
    from {{ ref('int_figure__year') }}

),

ranged as (

    select
        *,
        min(value) over (partition by indicator_code, org_code, term_code) as lowest,
        max(value) over (partition by indicator_code, org_code, term_code) as highest
    from years
    where value is not null

),

year_ranges as (

    select
        indicator_code,
        org_code,
        term_code,
        min(value) as lowest,
        max(value) as highest,
        min(case when value = lowest then period_year end) as lowest_year,
        min(case when value = highest then period_year end) as highest_year,
        max(state_rank) as state_rank
    from ranged
    group by indicator_code, org_code, term_code

),

derived as (

    select * from against_previous
    union all
    select
        indicator_code,
        org_code,
        period_code,
        'change_over_term' as derivation,
        value - opening_value as value,
        state_rank,
        cast(null as integer) as n_years,
        cast(null as integer) as of_year
    from since_opening
    union all
    select
        indicator_code,
        org_code,
        period_code,
        'before_after' as derivation,
        value,
        state_rank,
        cast(null as integer) as n_years,
        cast(null as integer) as of_year
    from since_opening
    union all
    select
        indicator_code,
        org_code,
        period_code,
        'percent_change' as derivation,
        100.0 * (value - opening_value) / abs(opening_value) as value,
        state_rank,
        cast(null as integer) as n_years,
        cast(null as integer) as of_year
    from since_opening
    where opening_value <> 0
    union all
    select * from averages
    union all
    select
        indicator_code,
        org_code,
        term_code as period_code,
        'per_year_low' as derivation,
        lowest as value,
        state_rank,
        cast(null as integer) as n_years,
        cast(lowest_year as integer) as of_year
    from year_ranges
    union all
    select
        indicator_code,
        org_code,
        term_code as period_code,
        'per_year_high' as derivation,
        highest as value,
        state_rank,
        cast(null as integer) as n_years,
        cast(highest_year as integer) as of_year
    from year_ranges

)

select
    derived.indicator_code,
    derived.org_code,
    derived.period_code,
    derived.derivation,
    -- what is incomplete is compared with nothing, nor is a total of which a part of a year is still to come
    case
        when derived.derivation in ('before_after', 'average_per_year') then derived.value
        when derived.state_rank = 0 or (derived.state_rank = 1 and totals.indicator_code is null) then derived.value
    end as value,
    case derived.state_rank when 0 then 'final' when 1 then 'provisional' else 'incomplete' end as status,
    cast(derived.n_years as integer) as n_years,
    derived.of_year
from derived
left join {{ ref('int_indicator__total') }} as totals on derived.indicator_code = totals.indicator_code
