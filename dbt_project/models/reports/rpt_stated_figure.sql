with

found as (

    select
        statements.*,
        actuals.actual_value,
        actuals.actual_low,
        actuals.actual_high,
        actuals.actual_denominator,
        actuals.opening_value,
        actuals.has_target,
        actuals.is_by_size,
        actuals.status,
        -- “after (before: 1813)”
        cast(nullif(regexp_extract(statements.basis, 'before: ([0-9]+)', 1), '') as double) as stated_before
    from {{ ref('stg_statement') }} as statements
    inner join {{ ref('int_statement__actual') }} as actuals on statements.statement_id = actuals.statement_id

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
    compared.direction,
    compared.expected_value,
    compared.expected_verdict,
    compared.home,
    compared.is_by_size,
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
    remarks.detail
from compared
inner join {{ ref('int_statement__remark') }} as remarks on compared.statement_id = remarks.statement_id
order by compared.statement_id
