with

statements as (

    select
        statements.*,
        actuals.indicator_kind,
        actuals.unit_code,
        actuals.actual_value,
        actuals.actual_denominator,
        actuals.opening_value,
        actuals.has_target
    from {{ ref('stg_statement') }} as statements
    inner join {{ ref('int_statement__actual') }} as actuals on statements.statement_id = actuals.statement_id

),

figures as (

    select * from {{ ref('fct_indicator_value') }}

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
    from {{ ref('fct_target') }}

)

select
    statements.statement_id,
    case
        when
            statements.indicator_code = 'members_disciplined'
            and statements.value_low = statements.actual_value + suspensions.value
            then
                '{"code": "suspension_counted", "stated": ' || cast(cast(statements.value_low as bigint) as varchar)
                || ', "actual": ' || cast(cast(statements.actual_value as bigint) as varchar)
                || ', "suspended": ' || cast(cast(suspensions.value as bigint) as varchar) || '}'
        when statements.unit_code = 'ORG_VISIT' and statements.actual_value > existing.value
            then
                '{"code": "visits_beside_existing", "visits": ' || cast(cast(statements.actual_value as bigint) as varchar)
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
            statements.derivation is null
            and statements.indicator_kind = 'flow'
            and indicators_with_targets.indicator_code is not null
            and not statements.has_target
            then '{"code": "no_target_on_record"}'
        when statements.basis = 'expected' then '{"code": "stated_as_expected"}'
        when statements.indicator_code is null and statements.basis not like 'norm%'
            then '{"code": "nothing_filed_counts_it"}'
        when
            statements.derivation in ('before_after', 'percent_change', 'change_over_term')
            and statements.opening_value is not null
            then '{"code": "since_opening", "opening": ' || cast(statements.opening_value as varchar) || '}'
        when statements.denominator is not null and statements.actual_denominator is not null
            then
                '{"code": "of_how_many", "denominator": '
                || cast(cast(statements.actual_denominator as bigint) as varchar) || '}'
    end as detail
from statements
left join suspensions
    on
        statements.org_code = suspensions.org_code
        and statements.period_code = suspensions.period_code
left join existing
    on
        statements.org_code = existing.org_code
        and statements.period_code = existing.period_code
left join rating_ranges on statements.statement_id = rating_ranges.statement_id
left join indicators_with_targets
    on
        statements.indicator_code = indicators_with_targets.indicator_code
        and statements.period_code = indicators_with_targets.term_code
