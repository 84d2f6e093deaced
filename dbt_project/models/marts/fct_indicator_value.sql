with

figures as (

    select
        measures.indicator_code,
        measures.indicator_kind,
        measures.only_form_code,
        parts.org_code,
        parts.period_code,
        sum(case when measures.part = 'value' then parts.amount end) as amount,
        sum(case when measures.part = 'numerator' then parts.amount end) as numerator,
        sum(case when measures.part = 'denominator' then parts.amount end) as denominator,
        sum(case when measures.part = 'opening' then parts.amount end) as opening_value,
        max(case when measures.part <> 'opening' then parts.carried_rank else 0 end) as carried_rank,
        -- a form filed for the whole term stands for all its years
        bool_or(parts.has_term_filing) as has_term_filing,
        bool_or(measures.part <> 'opening' and measures.over_time = 'sum') as has_sum,
        bool_or(measures.part <> 'opening' and measures.over_time = 'first') as has_first,
        bool_or(measures.part <> 'opening' and measures.over_time in ('last', 'none')) as has_last
    from {{ ref('int_figure__part') }} as parts
    inner join {{ ref('int_indicator__measure') }} as measures on parts.measure_id = measures.measure_id
    group by
        measures.indicator_code,
        measures.indicator_kind,
        measures.only_form_code,
        parts.org_code,
        parts.period_code

),

-- A quarter's state is that of the cumulative period at whose end it ends.
state_periods as (

    select distinct
        period_code,
        case when base_kind = 'term' then period_code else base_period_code end as state_period_code
    from {{ ref('int_period__base') }}
    where base_kind in ('cumulative', 'discrete', 'term') and not is_minus

),

-- States of units are kept by indicator, those of other organisations by form; the two share no key.
states as (

    select
        org_code,
        state_key,
        period_code,
        max(sum_rank) as sum_rank,
        max(last_rank) as last_rank,
        max(first_rank) as first_rank
    from {{ ref('int_figure__period_state') }}
    group by org_code, state_key, period_code

),

-- States of forms do not know of columns: for organisations that do not file, what was not collected in the years
-- of a term, or in the first quarters of a year, is counted here.
members as (

    select
        term_system,
        period_code,
        base_period_code,
        base_year = max(base_year) over (partition by term_system, period_code) as is_last,
        base_year = min(base_year) over (partition by term_system, period_code) as is_first
    from {{ ref('int_period__base') }}
    where base_kind = 'term' and not is_term_filing

),

uncollected as (

    select
        idle.indicator_code,
        members.period_code,
        bool_or(members.is_last) as is_last,
        bool_or(members.is_first) as is_first
    from {{ ref('stg_idle_summand') }} as idle
    inner join members on idle.period_code = members.base_period_code
    where not idle.is_collected and idle.part <> 'opening'
    group by idle.indicator_code, members.period_code

),

late_starts as (

    select distinct
        starts.indicator_code,
        contributors.org_code,
        contributors.period_code as state_period_code
    from {{ ref('int_figure__late_start') }} as starts
    inner join {{ ref('int_figure__contributor') }} as contributors
        on
            starts.closure_level = contributors.closure_level
            and starts.contributing_code = contributors.contributing_code
            and starts.base_period_code = contributors.counted_base_code
    where
        starts.closure_level = 'organisation'
        and not starts.is_opening
        and contributors.base_kind in ('cumulative', 'term')

),

gaps as (

    select
        indicator_code,
        org_code,
        period_code,
        bool_or(not is_beside) as is_of_figure,
        bool_or(is_beside) as is_beside
    from {{ ref('int_figure__gap') }}
    where is_counted and not is_opening
    group by indicator_code, org_code, period_code

),

judged as (

    select
        figures.indicator_code,
        figures.org_code,
        figures.period_code,
        case
            when figures.indicator_kind <> 'ratio' then figures.amount
            when figures.denominator <> 0 then 100.0 * figures.numerator / figures.denominator
        end as value,
        figures.numerator,
        figures.denominator,
        figures.opening_value,
        greatest(
            figures.carried_rank,
            case
                when figures.has_sum then coalesce(unit_states.sum_rank, row_states.sum_rank, 0)
                else 0
            end,
            case
                when figures.has_first
                    then coalesce(unit_states.first_rank, row_states.first_rank, 0)
                else 0
            end,
            case
                when figures.has_last
                    then coalesce(unit_states.last_rank, row_states.last_rank, 0)
                else 0
            end,
            case
                when unit_states.state_key is not null or uncollected.period_code is null or figures.has_term_filing
                    then 0
                when figures.has_sum or (figures.has_first and uncollected.is_first) then 2
                when figures.has_last and uncollected.is_last then 2
                else 0
            end,
            case
                when late_starts.org_code is null or figures.has_term_filing then 0
                when figures.has_sum or figures.has_first then 2
                else 0
            end,
            case
                when gaps.is_of_figure then 2
                -- a count that says of how many takes all in both
                when gaps.is_beside and figures.denominator is not null then 2
                else 0
            end
        ) as state_rank
    from figures
    inner join state_periods on figures.period_code = state_periods.period_code
    left join states as unit_states
        on
            figures.org_code = unit_states.org_code
            and figures.indicator_code = unit_states.state_key
            and state_periods.state_period_code = unit_states.period_code
    left join states as row_states
        on
            figures.org_code = row_states.org_code
            and figures.only_form_code = row_states.state_key
            and state_periods.state_period_code = row_states.period_code
    left join uncollected
        on
            figures.indicator_code = uncollected.indicator_code
            and figures.period_code = uncollected.period_code
    left join late_starts
        on
            figures.indicator_code = late_starts.indicator_code
            and figures.org_code = late_starts.org_code
            and state_periods.state_period_code = late_starts.state_period_code
    left join gaps
        on
            figures.indicator_code = gaps.indicator_code
            and figures.org_code = gaps.org_code
            and figures.period_code = gaps.period_code

),

of_forms as (

    select
        indicator_code,
        org_code,
        period_code,
        value,
        numerator,
        denominator,
        opening_value,
        case
            when value is null then 'none'
            when state_rank = 0 then 'final'
            when state_rank = 1 then 'provisional'
            else 'incomplete'
        end as status
    from judged

),

of_registry as (

    select
        indicator_code,
        org_code,
        period_code,
        cast(count(*) as double) as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        cast(null as double) as opening_value,
        'final' as status
    from {{ ref('int_figure__predecessor') }}
    group by indicator_code, org_code, period_code

)

select * from of_forms
union all
select * from of_registry
