with

summands as (

    select distinct
        summands.indicator_code,
        indicators.indicator_kind,
        summands.part,
        summands.over_time,
        summands.is_count,
        summands.form_code,
        columns.nature
    from {{ ref('stg_indicator_summand') }} as summands
    inner join {{ ref('stg_indicator') }} as indicators on summands.indicator_code = indicators.indicator_code
    left join {{ ref('stg_form_column') }} as columns
        on
            summands.form_code = columns.form_code
            and summands.column_code = columns.column_code

),

line_natures as (

    select distinct
        form_code,
        nature
    from {{ ref('stg_form_line') }}
    where nature is not null

),

-- Where the line says how a column adds, any of the form's lines may.
natures as (

    select
        summands.indicator_code,
        summands.indicator_kind,
        summands.part,
        summands.over_time,
        summands.is_count,
        summands.form_code,
        case when summands.nature = 'line' then line_natures.nature else summands.nature end as nature
    from summands
    left join line_natures
        on
            summands.nature = 'line'
            and summands.form_code = line_natures.form_code

),

measures as (

    select distinct
        indicator_code,
        indicator_kind,
        part,
        over_time,
        {{ within_year('nature', 'over_time', 'is_count') }} as within_year
    from natures

),

forms as (

    select
        indicator_code,
        min(form_code) as form_code,
        count(distinct form_code) as n_forms
    from summands
    group by indicator_code

)

select
    row_number() over (
        order by measures.indicator_code, measures.part, measures.over_time, measures.within_year
    ) as measure_id,
    measures.indicator_code,
    measures.indicator_kind,
    measures.part,
    measures.over_time,
    measures.within_year,
    case when forms.n_forms = 1 then forms.form_code end as only_form_code
from measures
inner join forms on measures.indicator_code = forms.indicator_code
