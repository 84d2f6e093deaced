-- A unit that has filed a form and never had anything for an indicator is not waited for.
with

indicator_forms as (

    select distinct
        indicator_code,
        form_code
    from {{ ref('stg_indicator_term') }}

),

pairs as (

    select distinct
        reporting_org_code,
        form_code
    from {{ ref('int_filing__state') }}

),

filed as (

    select distinct
        reporting_org_code,
        form_code
    from {{ ref('int_form__filing') }}

),

contributed as (

    select distinct
        measures.indicator_code,
        amounts.reporting_org_code
    from {{ ref('int_indicator__amount') }} as amounts
    inner join {{ ref('int_indicator__measure') }} as measures on amounts.measure_id = measures.measure_id

)

select
    indicator_forms.indicator_code,
    indicator_forms.form_code,
    pairs.reporting_org_code
from indicator_forms
inner join pairs on indicator_forms.form_code = pairs.form_code
left join filed
    on
        pairs.reporting_org_code = filed.reporting_org_code
        and pairs.form_code = filed.form_code
left join contributed
    on
        indicator_forms.indicator_code = contributed.indicator_code
        and pairs.reporting_org_code = contributed.reporting_org_code
where contributed.indicator_code is not null or filed.form_code is null
