-- Figures of a year that add up quarters filed alone, of which the first were not collected: the sum looks whole and
-- is not. A cumulative filing holds what was before it, whenever its cells began to be collected.
with

-- What lasts, such as a stock, needs no earlier quarter. Where the line says how a column adds, only the ways count
-- to which something was filed.
adding as (

    select distinct measure_id
    from {{ ref('int_indicator__amount') }}
    where closure_level = 'unit'

),

uncollected as (

    select distinct
        idle.indicator_code,
        measures.part = 'opening' as is_opening,
        summands.form_code,
        periods.period_code,
        periods.period_year,
        periods.part_number
    from {{ ref('stg_idle_summand') }} as idle
    inner join {{ ref('stg_indicator_summand') }} as summands
        on
            {{ same_summand('idle', 'summands') }}
    inner join {{ ref('int_indicator__measure') }} as measures
        on
            summands.indicator_code = measures.indicator_code
            and summands.part = measures.part
            and summands.over_time = measures.over_time
    inner join adding on measures.measure_id = adding.measure_id
    inner join {{ ref('stg_period') }} as periods on idle.period_code = periods.period_code
    where
        not idle.is_collected
        and periods.is_cumulative
        and measures.within_year in ('sum', 'first')

),

asked as (

    select
        reporting_org_code,
        form_code,
        period_code
    from {{ ref('stg_owed_form') }}

    union distinct

    select
        reporting_org_code,
        form_code,
        period_code
    from {{ ref('stg_idle_form') }}

    union distinct

    select
        reporting_org_code,
        form_code,
        period_code
    from {{ ref('int_form__filing') }}

),

of_units as (

    select distinct
        uncollected.indicator_code,
        uncollected.is_opening,
        states.form_code,
        states.reporting_org_code,
        states.base_period_code
    from uncollected
    inner join {{ ref('int_filing__state') }} as states
        on
            uncollected.form_code = states.form_code
            and uncollected.period_year = states.period_year
            and uncollected.part_number >= states.cumulative_part
            and uncollected.part_number < states.filed_part
    inner join asked
        on
            uncollected.period_code = asked.period_code
            and states.form_code = asked.form_code
            and states.reporting_org_code = asked.reporting_org_code

),

-- Organisations that do not file: as their units have filed the rows about them.
of_organisations as (

    select distinct
        of_units.indicator_code,
        of_units.is_opening,
        of_units.form_code,
        effective_rows.row_org_code,
        of_units.base_period_code
    from of_units
    inner join {{ ref('int_row__effective') }} as effective_rows
        on
            of_units.form_code = effective_rows.form_code
            and of_units.reporting_org_code = effective_rows.reporting_org_code
            and of_units.base_period_code = effective_rows.base_period_code
    where effective_rows.row_org_code is not null

)

select
    'unit' as closure_level,
    indicator_code,
    is_opening,
    form_code,
    reporting_org_code as contributing_code,
    base_period_code
from of_units

union all

select
    'organisation' as closure_level,
    indicator_code,
    is_opening,
    form_code,
    row_org_code as contributing_code,
    base_period_code
from of_organisations
