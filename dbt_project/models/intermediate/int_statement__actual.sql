with

statements as (

    select * from {{ ref('stg_statement') }}

),

figures as (

    select * from {{ ref('fct_indicator_value') }}

),

derived as (

    select * from {{ ref('fct_indicator_derived') }}

),

-- A unit's own target, else the sum of those of the units below it.
own_targets as (

    select
        org_code,
        indicator_code,
        term_code,
        min(target_min) as lowest,
        max(coalesce(target_max, target_min)) as highest,
        count(distinct coalesce(target_min, -1) || '-' || coalesce(target_max, -1)) as n_targets
    from {{ ref('fct_target') }}
    group by org_code, indicator_code, term_code

),

unit_targets as (

    select
        contributors.org_code,
        targets.indicator_code,
        targets.term_code,
        sum(targets.lowest) as lowest,
        sum(targets.highest) as highest
    from own_targets as targets
    inner join {{ ref('stg_term') }} as terms on targets.term_code = terms.term_code
    inner join {{ ref('int_figure__contributor') }} as contributors
        on
            targets.org_code = contributors.contributing_code
            and contributors.base_kind = 'cumulative'
            and contributors.period_code = cast(terms.last_year as varchar) || '-N'
            and contributors.closure_level = 'unit'
            and contributors.has_stock
    inner join {{ ref('stg_indicator') }} as indicators on targets.indicator_code = indicators.indicator_code
    where
        contributors.org_code <> contributors.contributing_code
        and targets.n_targets = 1
        and indicators.indicator_kind in ('flow', 'stock')
        -- systems may call their terms the same
        and exists (
            select 1
            from {{ ref('stg_organisation') }} as organisations
            where organisations.org_code = targets.org_code and organisations.term_system = terms.term_system
        )
    group by contributors.org_code, targets.indicator_code, targets.term_code

),

-- Percentages of change of which neither a word nor a sign says whether they are a rise or a fall.
by_sizes as (

    select statement_id
    from statements
    where
        derivation = 'percent_change'
        and direction is null
        and coalesce(value_low, 0) >= 0
        and coalesce(value_high, 0) >= 0

),

-- What the statement speaks of, as the warehouse has it.
found as (

    select
        statements.statement_id,
        indicators.indicator_kind,
        indicators.unit_code,
        figures.denominator as actual_denominator,
        figures.opening_value,
        own_targets.org_code is not null or unit_targets.org_code is not null as has_target,
        by_sizes.statement_id is not null as is_by_size,
        case
            when statements.derivation = 'per_year' then null
            when statements.derivation = 'target'
                then case
                    when own_targets.org_code is not null then coalesce(own_targets.lowest, own_targets.highest)
                    else coalesce(unit_targets.lowest, unit_targets.highest)
                end
            when statements.derivation is null or statements.derivation = 'share' then figures.value
            -- how far it went the way that is stated, which is below zero where it went the other way
            when statements.direction = 'fall' then -derived.value
            when by_sizes.statement_id is not null then abs(derived.value)
            else derived.value
        end as actual_value,
        case
            when statements.derivation = 'per_year' then lowest.value
            when statements.derivation = 'target'
                then case when own_targets.org_code is not null then own_targets.lowest else unit_targets.lowest end
        end as actual_low,
        case
            when statements.derivation = 'per_year' then highest.value
            when statements.derivation = 'target'
                then case when own_targets.org_code is not null then own_targets.highest else unit_targets.highest end
        end as actual_high,
        coalesce(
            case
                when statements.derivation = 'per_year' then lowest.status
                when statements.derivation = 'target'
                    then case when own_targets.org_code is not null or unit_targets.org_code is not null then 'final' end
                when statements.derivation is null or statements.derivation = 'share' then figures.status
                else derived.status
            end,
            'none'
        ) as status
    from statements
    left join by_sizes on statements.statement_id = by_sizes.statement_id
    left join {{ ref('stg_indicator') }} as indicators on statements.indicator_code = indicators.indicator_code
    left join figures
        on
            statements.indicator_code = figures.indicator_code
            and statements.org_code = figures.org_code
            and statements.period_code = figures.period_code
    left join derived
        on
            statements.indicator_code = derived.indicator_code
            and statements.org_code = derived.org_code
            and statements.period_code = derived.period_code
            and statements.derivation = derived.derivation
    left join derived as lowest
        on
            statements.indicator_code = lowest.indicator_code
            and statements.org_code = lowest.org_code
            and statements.period_code = lowest.period_code
            and lowest.derivation = 'per_year_low'
    left join derived as highest
        on
            statements.indicator_code = highest.indicator_code
            and statements.org_code = highest.org_code
            and statements.period_code = highest.period_code
            and highest.derivation = 'per_year_high'
    left join own_targets
        on
            statements.indicator_code = own_targets.indicator_code
            and statements.org_code = own_targets.org_code
            and statements.period_code = own_targets.term_code
    left join unit_targets
        on
            statements.indicator_code = unit_targets.indicator_code
            and statements.org_code = unit_targets.org_code
            and statements.period_code = unit_targets.term_code

)

select * from found
