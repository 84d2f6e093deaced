with

source as (

    select * from {{ source('reference', 'statements') }}

),

renamed as (

    select
        statement_id,
        source as source_name,
        family,
        body_code,
        body_name,
        body_level,
        measure,
        unit,
        dimension,
        term,
        basis,
        qualifier,
        value_low,
        value_high,
        numerator,
        denominator,
        nullif(indicator_code, '') as indicator_code,
        org_code,
        period_code,
        nullif(derivation, '') as derivation,
        nullif(direction, '') as direction,
        expected_value,
        expected_verdict,
        home
    from source

)

select * from renamed
