-- Figures without a cell that was asked for, or without what one of those who count in them has to one of their parts:
-- what is there looks whole and is not.
with

measures as (

    select
        *,
        indicator_kind in ('rate', 'distinct') as is_single,
        part = 'opening' as is_opening,
        -- what a count is out of: without any it is a count all the same
        part = 'denominator' and indicator_kind <> 'ratio' as is_beside
    from {{ ref('int_indicator__measure') }}

),

row_gaps as (

    select
        gaps.measure_id,
        gaps.row_id,
        effective_rows.reporting_org_code,
        effective_rows.row_org_code,
        effective_rows.base_period_code
    from {{ ref('int_indicator__gap') }} as gaps
    inner join measures on gaps.measure_id = measures.measure_id
    inner join {{ ref('int_row__effective') }} as effective_rows on gaps.row_id = effective_rows.row_id
    where {{ counts_in_year('measures', 'effective_rows') }}

),

-- By the row, but for what a whole unit lacks.
lacking as (

    select
        'unit' as closure_level,
        measure_id,
        reporting_org_code as contributing_code,
        base_period_code,
        row_id
    from row_gaps

    union all

    select
        'organisation' as closure_level,
        measure_id,
        row_org_code as contributing_code,
        base_period_code,
        row_id
    from row_gaps
    where row_org_code is not null

    union all

    select
        closure_level,
        measure_id,
        contributing_code,
        base_period_code,
        cast(null as bigint) as row_id
    from {{ ref('int_indicator__missing_part') }}

),

who_lacks as (

    select
        closures.org_code,
        closures.in_period,
        lacking.row_id,
        measures.measure_id,
        measures.indicator_code,
        measures.is_opening,
        measures.is_beside,
        measures.over_time,
        measures.within_year,
        lacking.base_period_code
    from lacking
    inner join measures on lacking.measure_id = measures.measure_id
    inner join {{ ref('int_organisation__closure') }} as closures
        on
            lacking.closure_level = closures.closure_level
            and lacking.contributing_code = closures.contributing_code
            and lacking.base_period_code = closures.base_period_code
    where
        closures.closure_level = 'organisation'
        -- what is never added over units does not wait for others
        or not measures.is_single
        or closures.org_code = closures.contributing_code

),

bases as (

    select
        org_code,
        measure_id,
        indicator_code,
        is_opening,
        is_beside,
        over_time,
        base_period_code,
        bool_or(in_period) as in_period
    from who_lacks
    group by org_code, measure_id, indicator_code, is_opening, is_beside, over_time, base_period_code

),

of_periods as (

    select
        bases.indicator_code,
        bases.is_opening,
        bases.is_beside,
        bases.org_code,
        bases.base_period_code as period_code,
        true as is_counted
    from bases
    inner join {{ ref('int_period__base') }} as asked
        on
            bases.base_period_code = asked.base_period_code
            and asked.base_kind = 'cumulative'
    where bases.in_period

),

-- What a quarter lacks at both of its ends, as a row of an earlier quarter alone does, is none of its difference.
of_quarters as (

    select
        who_lacks.indicator_code,
        who_lacks.is_opening,
        who_lacks.is_beside,
        who_lacks.org_code,
        asked.period_code,
        true as is_counted
    from who_lacks
    inner join {{ ref('int_period__base') }} as asked
        on
            who_lacks.base_period_code = asked.base_period_code
            and asked.base_kind = 'discrete'
    where
        who_lacks.in_period
        and (not asked.is_minus or who_lacks.within_year = 'sum')
    group by
        who_lacks.indicator_code,
        who_lacks.is_opening,
        who_lacks.is_beside,
        who_lacks.org_code,
        who_lacks.measure_id,
        who_lacks.row_id,
        asked.period_code
    having who_lacks.row_id is null or count(*) = 1

),

systems as (

    select distinct
        org_code,
        term_system
    from {{ ref('stg_organisation') }}

),

-- What lasts is that of its last year, or of its first: a gap before or after that is none of the figure's.
of_terms as (

    select
        bases.indicator_code,
        bases.is_opening,
        bases.is_beside,
        bases.org_code,
        members.period_code,
        case bases.over_time
            when 'last' then members.base_year >= coalesce(taken.to_year, members.base_year)
            when 'first' then members.first_base_year <= coalesce(taken.from_year, members.first_base_year)
            else true
        end as is_counted
    from bases
    inner join {{ ref('int_period__base') }} as members
        on
            bases.base_period_code = members.base_period_code
            and members.base_kind = 'term'
    inner join systems
        on
            bases.org_code = systems.org_code
            and members.term_system = systems.term_system
    left join {{ ref('int_figure__term') }} as taken
        on
            bases.org_code = taken.org_code
            and bases.measure_id = taken.measure_id
            and members.term_system = taken.term_system
            and members.period_code = taken.period_code
    where bases.over_time <> 'none'

),

gaps as (

    select * from of_periods
    union all
    select * from of_quarters
    union all
    select * from of_terms

)

select
    indicator_code,
    is_opening,
    is_beside,
    org_code,
    period_code,
    bool_or(is_counted) as is_counted
from gaps
group by indicator_code, is_opening, is_beside, org_code, period_code
