with

parts as (

    select * from {{ ref('int_figure__part') }}

),

indicators as (

    select * from {{ ref('stg_indicator') }}

),

figures as (

    select
        indicator_code,
        org_code,
        period_code,
        base_kind,
        sum(case when part = 'value' then amount end) as amount,
        sum(case when part = 'numerator' then amount end) as numerator,
        sum(case when part = 'denominator' then amount end) as denominator,
        sum(case when part = 'opening' then amount end) as opening_value,
        max(case when part <> 'opening' then carried_rank else 0 end) as carried_rank,
        -- a form filed for the whole term stands for all its years
        bool_or(has_term_filing) as has_term_filing,
        max(case when part <> 'opening' and over_time = 'sum' then 1 else 0 end) as has_sum,
        max(case when part <> 'opening' and over_time = 'first' then 1 else 0 end) as has_first,
        max(case when part <> 'opening' and over_time in ('last', 'none') then 1 else 0 end) as has_last
    from parts
    group by indicator_code, org_code, period_code, base_kind

),

-- A quarter's state is that of the cumulative period at whose end it ends.
state_periods as (

    select distinct
        period_code,
        base_period_code as state_period_code
    from {{ ref('int_period__base') }}
    where base_kind in ('cumulative', 'discrete') and not is_minus

    union distinct

    select distinct
        period_code,
        period_code as state_period_code
    from {{ ref('int_period__base') }}
    where base_kind = 'term'

),

states as (

    select * from {{ ref('int_figure__period_state') }}

),

judged as (

    select
        figures.indicator_code,
        figures.org_code,
        figures.period_code,
        case
            when indicators.indicator_kind <> 'ratio' then figures.amount
            when figures.denominator <> 0 then 100.0 * figures.numerator / figures.denominator
        end as value,
        figures.numerator,
        figures.denominator,
        figures.opening_value,
        greatest(
            figures.carried_rank,
            case
                when figures.has_term_filing then coalesce(unit_states.known_rank, row_states.known_rank, 0)
                when figures.has_sum = 1 then coalesce(unit_states.sum_rank, row_states.sum_rank, 0)
                else 0
            end,
            case
                when figures.has_first = 1 and not figures.has_term_filing
                    then coalesce(unit_states.first_rank, row_states.first_rank, 0)
                else 0
            end,
            case
                when figures.has_last = 1 and not figures.has_term_filing
                    then coalesce(unit_states.last_rank, row_states.last_rank, 0)
                else 0
            end
        ) as state_rank
    from figures
    inner join indicators on figures.indicator_code = indicators.indicator_code
    inner join state_periods on figures.period_code = state_periods.period_code
    left join states as unit_states
        on
            figures.org_code = unit_states.org_code
            and figures.indicator_code = unit_states.indicator_code
            and state_periods.state_period_code = unit_states.period_code
            and unit_states.closure_level = 'unit'
    left join {{ ref('int_indicator__form') }} as forms
        on
            figures.indicator_code = forms.indicator_code
            and forms.n_forms = 1
    left join states as row_states
        on
            figures.org_code = row_states.org_code
            and forms.form_code = row_states.form_code
            and state_periods.state_period_code = row_states.period_code
            and row_states.closure_level = 'organisation'

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
order by indicator_code, org_code, period_code
