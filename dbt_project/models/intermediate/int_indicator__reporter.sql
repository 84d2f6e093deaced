-- A unit that has filed a form and never had anything for an indicator is not waited for.
with

indicator_forms as (

    select distinct
        indicator_code,
        form_code
    from {{ ref('stg_indicator_summand') }}

),

pairs as (

    select distinct
        reporting_org_code,
        form_code
    from {{ ref('int_filing__state') }}

),

-- A form for a whole term that does not count says nothing of what its unit has.
filed as (

    select distinct
        reporting_org_code,
        form_code
    from {{ ref('int_form__filing') }}
    where period_kind <> 'NK'

    union distinct

    select
        reporting_org_code,
        form_code
    from {{ ref('int_term__filing') }}
    where is_counted

),

contributed as (

    select distinct
        measures.indicator_code,
        amounts.contributing_code as reporting_org_code
    from {{ ref('int_indicator__amount') }} as amounts
    inner join {{ ref('int_indicator__measure') }} as measures on amounts.measure_id = measures.measure_id
    where amounts.closure_level = 'unit'

),

kinds as (

    select distinct
        org_code,
        org_kind
    from {{ ref('stg_organisation') }}
    where is_reporting

),

-- Of one that has never filed the form, those of its kind that have tell what it will have.
filed_by_kind as (

    select
        filed.form_code,
        kinds.org_kind
    from filed
    inner join kinds on filed.reporting_org_code = kinds.org_code
    group by filed.form_code, kinds.org_kind

),

contributed_by_kind as (

    select
        contributed.indicator_code,
        kinds.org_kind
    from contributed
    inner join kinds on contributed.reporting_org_code = kinds.org_code
    group by contributed.indicator_code, kinds.org_kind

)

select distinct
    indicator_forms.indicator_code,
    indicator_forms.form_code,
    pairs.reporting_org_code
from indicator_forms
inner join pairs on indicator_forms.form_code = pairs.form_code
left join kinds on pairs.reporting_org_code = kinds.org_code
left join filed
    on
        pairs.reporting_org_code = filed.reporting_org_code
        and pairs.form_code = filed.form_code
left join contributed
    on
        indicator_forms.indicator_code = contributed.indicator_code
        and pairs.reporting_org_code = contributed.reporting_org_code
left join filed_by_kind
    on
        kinds.org_kind = filed_by_kind.org_kind
        and pairs.form_code = filed_by_kind.form_code
left join contributed_by_kind
    on
        indicator_forms.indicator_code = contributed_by_kind.indicator_code
        and kinds.org_kind = contributed_by_kind.org_kind
where
    contributed.indicator_code is not null
    or (
        filed.form_code is null
        and (filed_by_kind.form_code is null or contributed_by_kind.indicator_code is not null)
    )
