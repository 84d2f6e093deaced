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

-- By the row, but for what a whole unit lacks.
lacking as (

    select
        told.closure_level,
        gaps.measure_id,
        told.contributing_code,
        told.base_period_code,
        gaps.row_id
    from {{ ref('int_indicator__gap') }} as gaps
    inner join measures on gaps.measure_id = measures.measure_id
    inner join {{ ref('int_row__told') }} as told on gaps.row_id = told.row_id
    where
        {{ counts_in_year('measures', 'told') }}
        and {{ stands_in_year('measures', 'told') }}

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
        contributors.org_code,
        contributors.base_kind,
        contributors.period_code,
        contributors.term_system,
        contributors.base_period_code,
        contributors.base_year,
        contributors.first_base_year,
        contributors.is_minus,
        lacking.row_id,
        measures.measure_id,
        measures.indicator_code,
        measures.is_opening,
        measures.is_beside,
        measures.over_time,
        measures.within_year
    from lacking
    inner join measures on lacking.measure_id = measures.measure_id
    inner join {{ ref('int_figure__contributor') }} as contributors
        on
            lacking.closure_level = contributors.closure_level
            and lacking.contributing_code = contributors.contributing_code
            and lacking.base_period_code = contributors.counted_base_code
    left join {{ ref('int_figure__given_way') }} as given_way
        on
            lacking.row_id = given_way.row_id
            and contributors.closure_level = 'unit'
            and {{ same_base('contributors', 'given_way') }}
    where
        given_way.row_id is null
        and {{ counts_of('measures', 'contributors') }}
        and (
            contributors.closure_level = 'organisation'
            -- what is never added over units does not wait for others
            or not measures.is_single
            or contributors.org_code = contributors.contributing_code
        )

),

of_periods as (

    select distinct
        indicator_code,
        is_opening,
        is_beside,
        org_code,
        period_code,
        true as is_counted
    from who_lacks
    where base_kind = 'cumulative'

),

-- What a quarter lacks at both of its ends, as a row of an earlier quarter alone does, is none of its difference.
of_quarters as (

    select
        indicator_code,
        is_opening,
        is_beside,
        org_code,
        period_code,
        true as is_counted
    from who_lacks
    where base_kind = 'discrete' and (not is_minus or within_year = 'sum')
    group by indicator_code, is_opening, is_beside, org_code, measure_id, row_id, period_code
    having row_id is null or count(*) = 1

),

-- What lasts is that of its last year, or of its first: a gap before or after that is none of the figure's.
of_terms as (

    select
        who_lacks.indicator_code,
        who_lacks.is_opening,
        who_lacks.is_beside,
        who_lacks.org_code,
        who_lacks.period_code,
        case who_lacks.over_time
            when 'last' then who_lacks.base_year >= coalesce(taken.to_year, who_lacks.base_year)
            when 'first' then who_lacks.first_base_year <= coalesce(taken.from_year, who_lacks.first_base_year)
            else true
        end as is_counted
    from who_lacks
    left join {{ ref('int_figure__term') }} as taken
        on
            who_lacks.org_code = taken.org_code
            and who_lacks.measure_id = taken.measure_id
            and who_lacks.term_system = taken.term_system
            and who_lacks.period_code = taken.period_code
    where who_lacks.base_kind = 'term' and who_lacks.over_time <> 'none'

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
