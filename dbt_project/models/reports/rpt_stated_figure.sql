with

statements as (

    select
        *,
        -- “after (before: 1813)”
        cast(nullif(regexp_extract(basis, 'before: ([0-9]+)', 1), '') as double) as stated_before
    from {{ ref('stg_statement') }}

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
        closures.org_code,
        targets.indicator_code,
        targets.term_code,
        sum(targets.lowest) as lowest,
        sum(targets.highest) as highest
    from own_targets as targets
    inner join {{ ref('stg_term') }} as terms on targets.term_code = terms.term_code
    inner join {{ ref('int_organisation__closure') }} as closures
        on
            targets.org_code = closures.contributing_code
            and closures.base_period_code = cast(terms.last_year as varchar) || '-N'
            and closures.closure_level = 'unit'
            and closures.in_period
    inner join {{ ref('stg_indicator') }} as indicators on targets.indicator_code = indicators.indicator_code
    where
        closures.org_code <> closures.contributing_code
        and targets.n_targets = 1
        and indicators.indicator_kind in ('flow', 'stock')
        -- systems may call their terms the same
        and exists (
            select 1
            from {{ ref('stg_organisation') }} as organisations
            where organisations.org_code = targets.org_code and organisations.term_system = terms.term_system
        )
    group by closures.org_code, targets.indicator_code, targets.term_code

),

-- What the statement speaks of, as the warehouse has it.
found as (

    select
        statements.*,
        indicators.indicator_kind,
        indicators.unit_code,
        figures.denominator as actual_denominator,
        figures.opening_value,
        own_targets.org_code is not null or unit_targets.org_code is not null as has_target,
        case
            when statements.derivation = 'per_year' then null
            when statements.derivation = 'target'
                then case
                    when own_targets.org_code is not null then coalesce(own_targets.lowest, own_targets.highest)
                    else coalesce(unit_targets.lowest, unit_targets.highest)
                end
            when statements.derivation is null or statements.derivation = 'share' then figures.value
            when statements.derivation = 'percent_change' then abs(derived.value)
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

),

-- The two ends between which the statement has to hold: one figure, or the worst and best of the years.
ends as (

    select
        *,
        case when derivation = 'per_year' then actual_low else actual_value end as low_end,
        case when derivation = 'per_year' then actual_high else actual_value end as high_end,
        case
            when derivation = 'target' then has_target
            when derivation = 'per_year' then actual_low is not null and status = 'final'
            -- a part of a year neither bears out what is stated of the whole nor contradicts it
            else actual_value is not null and status = 'final'
        end as is_known
    from found

),

compared as (

    select
        *,
        case
            when derivation = 'target'
                then
                    (value_low is null or abs(value_low - actual_low) <= {{ tolerance() }})
                    and (value_high is null or abs(value_high - actual_high) <= {{ tolerance() }})
            when qualifier = 'EQ'
                then
                    {{ is_printed_as('low_end', 'value_low') }}
                    and {{ is_printed_as('high_end', 'value_low') }}
            when qualifier = 'APPROX_BELOW' then low_end >= 0.97 * value_high and high_end < value_high
            when qualifier = 'APPROX_ABOVE' then low_end > value_low and high_end <= 1.03 * value_low
            when qualifier = 'GT' then low_end > value_low
            when qualifier = 'LT' then high_end < value_high
            when qualifier = 'AT_LEAST' then low_end >= value_low
            when qualifier = 'AT_MOST' then high_end <= value_high
            when qualifier = 'RANGE'
                then
                    low_end >= value_low - {{ tolerance() }}
                    and high_end <= value_high + {{ tolerance() }}
        end
        -- what the source says besides: of how many, and what it was before
        and coalesce(denominator = actual_denominator, true)
        and coalesce(stated_before = opening_value, true) as holds
    from ends

),

suspensions as (

    select
        org_code,
        period_code,
        value
    from figures
    where indicator_code = 'members_suspended' and value > 0

),

-- The organisations that there are at the end of the term or of the year.
existing as (

    select
        org_code,
        period_code,
        value
    from figures
    where indicator_code = 'grassroots_orgs' and value > 0

),

term_caps as (

    select
        terms.term_code,
        max(schemes.cap_rate) as cap_rate
    from {{ ref('stg_term') }} as terms
    inner join {{ ref('stg_rating_scheme') }} as schemes
        on
            terms.last_year >= schemes.first_year
            and terms.first_year <= coalesce(schemes.last_year, 9999)
    where schemes.cap_rate is not null
    group by terms.term_code

),

-- Two stated ranges of one body and term that are read against each other: the excellent and the good.
rating_ranges as (

    select
        excellent.statement_id,
        excellent.value_low as excellent_low,
        excellent.value_high as excellent_high,
        good.value_low as good_low,
        good.value_high as good_high,
        100.0 * term_caps.cap_rate as cap
    from statements as excellent
    inner join statements as good
        on
            excellent.org_code = good.org_code
            and excellent.period_code = good.period_code
            and good.indicator_code = replace(excellent.indicator_code, '_excellent_', '_good_')
            and good.qualifier = 'RANGE'
            and good.derivation = 'per_year'
    inner join term_caps on excellent.period_code = term_caps.term_code
    where
        excellent.qualifier = 'RANGE'
        and excellent.derivation = 'per_year'
        and excellent.indicator_code in ('orgs_excellent_share', 'members_excellent_share')
        and good.value_low > 0

),

indicators_with_targets as (

    select distinct
        indicator_code,
        term_code
    from own_targets

)

select
    compared.statement_id,
    compared.source_name as source,
    compared.family,
    compared.body_code,
    compared.body_name,
    compared.body_level,
    compared.measure,
    compared.unit,
    compared.dimension,
    compared.term,
    compared.basis,
    compared.qualifier,
    compared.value_low,
    compared.value_high,
    compared.numerator,
    compared.denominator,
    compared.indicator_code,
    compared.org_code,
    compared.period_code,
    compared.derivation,
    compared.expected_value,
    compared.expected_verdict,
    compared.home,
    compared.actual_value,
    compared.actual_low,
    compared.actual_high,
    compared.status,
    case
        when compared.basis like 'norm%' then 'norm'
        when compared.indicator_code is null or not compared.is_known or compared.holds is null then 'cannot_verify'
        when not compared.holds then 'contradicts'
        when compared.derivation = 'target' then 'target'
        when compared.family = 'F-CTX' then 'context'
        when compared.qualifier = 'EQ' then 'equal'
        else 'within'
    end as verdict,
    case
        when
            compared.indicator_code = 'members_disciplined'
            and compared.value_low = compared.actual_value + suspensions.value
            then
                '{"code": "suspension_counted", "stated": ' || cast(cast(compared.value_low as bigint) as varchar)
                || ', "actual": ' || cast(cast(compared.actual_value as bigint) as varchar)
                || ', "suspended": ' || cast(cast(suspensions.value as bigint) as varchar) || '}'
        when compared.unit_code = 'ORG_VISIT' and compared.actual_value > existing.value
            then
                '{"code": "visits_beside_existing", "visits": ' || cast(cast(compared.actual_value as bigint) as varchar)
                || ', "existing": ' || cast(cast(existing.value as bigint) as varchar) || '}'
        when
            rating_ranges.excellent_high / rating_ranges.good_low * 100 > rating_ranges.cap
            and rating_ranges.excellent_low / rating_ranges.good_high * 100 <= rating_ranges.cap
            then
                '{"code": "cap_broken_at_one_end", "cap": ' || cast(rating_ranges.cap as varchar)
                || ', "breaking_excellent": ' || cast(rating_ranges.excellent_high as varchar)
                || ', "breaking_good": ' || cast(rating_ranges.good_low as varchar)
                || ', "breaking_rate": '
                || cast(100 * rating_ranges.excellent_high / rating_ranges.good_low as varchar)
                || ', "keeping_excellent": ' || cast(rating_ranges.excellent_low as varchar)
                || ', "keeping_good": ' || cast(rating_ranges.good_high as varchar)
                || ', "keeping_rate": '
                || cast(100 * rating_ranges.excellent_low / rating_ranges.good_high as varchar)
                || '}'
        when
            compared.derivation is null
            and compared.indicator_kind = 'flow'
            and indicators_with_targets.indicator_code is not null
            and not compared.has_target
            then '{"code": "no_target_on_record"}'
        when compared.basis = 'expected' then '{"code": "stated_as_expected"}'
        when compared.indicator_code is null and compared.basis not like 'norm%' then '{"code": "nothing_filed_counts_it"}'
        when
            compared.derivation in ('before_after', 'percent_change', 'change_over_term')
            and compared.opening_value is not null
            then '{"code": "since_opening", "opening": ' || cast(compared.opening_value as varchar) || '}'
        when compared.denominator is not null and compared.actual_denominator is not null
            then
                '{"code": "of_how_many", "denominator": '
                || cast(cast(compared.actual_denominator as bigint) as varchar) || '}'
    end as detail
from compared
left join suspensions
    on
        compared.org_code = suspensions.org_code
        and compared.period_code = suspensions.period_code
left join existing
    on
        compared.org_code = existing.org_code
        and compared.period_code = existing.period_code
left join rating_ranges on compared.statement_id = rating_ranges.statement_id
left join indicators_with_targets
    on
        compared.indicator_code = indicators_with_targets.indicator_code
        and compared.period_code = indicators_with_targets.term_code
order by compared.statement_id
