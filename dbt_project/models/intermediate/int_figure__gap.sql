-- Figures without a cell that was asked for: what is there looks whole and is not.
with

row_gaps as (

    select
        gaps.measure_id,
        gaps.row_id,
        measures.indicator_code,
        measures.indicator_kind in ('rate', 'distinct') as is_single,
        measures.part = 'opening' as is_opening,
        measures.over_time,
        measures.within_year,
        effective_rows.reporting_org_code,
        effective_rows.row_org_code,
        effective_rows.base_period_code
    from {{ ref('int_indicator__gap') }} as gaps
    inner join {{ ref('int_indicator__measure') }} as measures on gaps.measure_id = measures.measure_id
    inner join {{ ref('int_row__effective') }} as effective_rows on gaps.row_id = effective_rows.row_id
    where {{ counts_in_year('measures', 'effective_rows') }}

),

of_bodies as (

    {% for level, code in [('unit', 'reporting_org_code'), ('organisation', 'row_org_code')] %}
        select
            closures.org_code,
            row_gaps.measure_id,
            row_gaps.row_id,
            row_gaps.indicator_code,
            row_gaps.is_opening,
            row_gaps.over_time,
            row_gaps.within_year,
            row_gaps.base_period_code,
            closures.in_period
        from row_gaps
        inner join {{ ref('int_organisation__closure') }} as closures
            on
                row_gaps.{{ code }} = closures.contributing_code
                and row_gaps.base_period_code = closures.base_period_code
        where
            closures.closure_level = '{{ level }}'
            -- what is never added over units does not wait for others
            and (
                '{{ level }}' = 'organisation'
                or not row_gaps.is_single
                or closures.org_code = closures.contributing_code
            )
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

bases as (

    select
        org_code,
        measure_id,
        indicator_code,
        is_opening,
        over_time,
        within_year,
        base_period_code,
        bool_or(in_period) as in_period
    from of_bodies
    group by org_code, measure_id, indicator_code, is_opening, over_time, within_year, base_period_code

),

of_periods as (

    select
        bases.indicator_code,
        bases.is_opening,
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
        of_bodies.indicator_code,
        of_bodies.is_opening,
        of_bodies.org_code,
        asked.period_code,
        true as is_counted
    from of_bodies
    inner join {{ ref('int_period__base') }} as asked
        on
            of_bodies.base_period_code = asked.base_period_code
            and asked.base_kind = 'discrete'
    where
        of_bodies.in_period
        and (not asked.is_minus or of_bodies.within_year = 'sum')
    group by
        of_bodies.indicator_code,
        of_bodies.is_opening,
        of_bodies.org_code,
        of_bodies.measure_id,
        of_bodies.row_id,
        asked.period_code
    having count(*) = 1

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
        bases.org_code,
        members.period_code,
        case bases.over_time
            when 'last' then members.base_year >= coalesce(taken.to_year, members.base_year)
            when 'first' then members.base_year <= coalesce(taken.from_year, members.base_year)
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
    org_code,
    period_code,
    bool_or(is_counted) as is_counted
from gaps
group by indicator_code, is_opening, org_code, period_code
