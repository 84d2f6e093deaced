-- How whole what a body gives to figures of a term is where a form was filed once for all its years, and counts: that
-- form answers for the years, and other forms of the same indicator for what they were filed for.
with

counted as (

    select
        reporting_org_code,
        form_code,
        term_system,
        term_code,
        first_year,
        last_year
    from {{ ref('int_term__filing') }}
    where is_counted

),

years as (

    select
        term_system,
        period_code as term_code,
        base_period_code,
        base_year
    from {{ ref('int_period__base') }}
    where base_kind = 'term' and not is_term_filing

),

-- What a unit has something for in a year of a term, or for the whole of it.
parts as (

    select
        years.term_system,
        years.term_code,
        parts.indicator_code,
        parts.reporting_org_code,
        parts.base_period_code,
        parts.part
    from {{ ref('int_contributor__part') }} as parts
    inner join years on parts.base_period_code = years.base_period_code
    where parts.reporting_org_code in (select counted.reporting_org_code from counted)

),

parts_at_once as (

    select distinct
        counted.term_system,
        counted.term_code,
        parts.indicator_code,
        parts.reporting_org_code,
        parts.part
    from {{ ref('int_contributor__part') }} as parts
    inner join counted
        on
            parts.reporting_org_code = counted.reporting_org_code
            and parts.base_period_code = counted.term_code

),

n_parts_ever as (

    {{ n_parts_ever() }}

),

-- Forms of one indicator may be filed each in its way: a year has what it has and what was filed for all of them.
n_parts_in_year as (

    select
        term_system,
        term_code,
        indicator_code,
        reporting_org_code,
        base_period_code,
        count(distinct part) as n_parts
    from (
        select
            term_system,
            term_code,
            indicator_code,
            reporting_org_code,
            base_period_code,
            part
        from parts

        union all

        select
            parts_at_once.term_system,
            parts_at_once.term_code,
            parts_at_once.indicator_code,
            parts_at_once.reporting_org_code,
            years.base_period_code,
            parts_at_once.part
        from parts_at_once
        inner join years
            on
                parts_at_once.term_system = years.term_system
                and parts_at_once.term_code = years.term_code
    ) as together
    group by term_system, term_code, indicator_code, reporting_org_code, base_period_code

),

n_parts_in_term as (

    select
        term_system,
        term_code,
        indicator_code,
        reporting_org_code,
        count(distinct part) as n_parts
    from (
        select
            term_system,
            term_code,
            indicator_code,
            reporting_org_code,
            part
        from parts

        union all

        select
            term_system,
            term_code,
            indicator_code,
            reporting_org_code,
            part
        from parts_at_once
    ) as together
    group by term_system, term_code, indicator_code, reporting_org_code

),

uncollected as (

    {{ uncollected() }}

),

units_at_once as (

    select
        'unit' as closure_level,
        counted.reporting_org_code as contributing_code,
        reporters.indicator_code as state_key,
        counted.term_system,
        counted.term_code,
        counted.first_year,
        counted.last_year,
        case
            when uncollected.period_code is not null then 2
            when coalesce(n_parts_in_term.n_parts, 0) < n_parts_ever.n_parts then 2
            else 0
        end as state_rank
    from counted
    inner join {{ ref('int_indicator__reporter') }} as reporters
        on
            counted.reporting_org_code = reporters.reporting_org_code
            and counted.form_code = reporters.form_code
    left join uncollected
        on
            reporters.indicator_code = uncollected.indicator_code
            and counted.term_code = uncollected.period_code
    left join n_parts_ever
        on
            reporters.indicator_code = n_parts_ever.indicator_code
            and counted.reporting_org_code = n_parts_ever.reporting_org_code
    left join n_parts_in_term
        on
            counted.term_system = n_parts_in_term.term_system
            and counted.term_code = n_parts_in_term.term_code
            and reporters.indicator_code = n_parts_in_term.indicator_code
            and counted.reporting_org_code = n_parts_in_term.reporting_org_code

),

-- Organisations that do not file: the form has a row about them, or it has not.
organisations_at_once as (

    select distinct
        'organisation' as closure_level,
        organisations.org_code as contributing_code,
        forms.form_code as state_key,
        counted.term_system,
        counted.term_code,
        counted.first_year,
        counted.last_year,
        case when effective_rows.row_id is null then 2 else 0 end as state_rank
    from counted
    inner join {{ ref('stg_form') }} as forms
        on
            counted.form_code = forms.form_code
            and forms.row_kind = 'organisations'
    inner join {{ ref('stg_period') }} as periods on counted.term_code = periods.period_code
    inner join {{ ref('stg_organisation') }} as organisations
        on
            counted.reporting_org_code = organisations.parent_code
            and not organisations.is_reporting
            and periods.ends_on between organisations.valid_from and organisations.valid_to
    left join {{ ref('int_row__effective') }} as effective_rows
        on
            organisations.org_code = effective_rows.row_org_code
            and counted.form_code = effective_rows.form_code
            and counted.term_code = effective_rows.base_period_code

),

at_once as (

    select * from units_at_once
    union all
    select * from organisations_at_once

),

bodies as (

    select distinct
        closure_level,
        contributing_code,
        state_key,
        term_system,
        term_code
    from at_once

),

of_years as (

    select
        bodies.closure_level,
        bodies.contributing_code,
        bodies.state_key,
        bodies.term_system,
        bodies.term_code,
        years.base_period_code,
        years.base_year,
        case
            when states.is_left_blank and coalesce(n_parts_in_year.n_parts < n_parts_ever.n_parts, true) then 2
            else states.filing_rank
        end as state_rank,
        states.is_part_filed
    from bodies
    inner join years
        on
            bodies.term_system = years.term_system
            and bodies.term_code = years.term_code
    inner join {{ ref('int_contributor__state') }} as states
        on
            bodies.closure_level = states.closure_level
            and bodies.contributing_code = states.contributing_code
            and bodies.state_key = states.state_key
            and years.base_period_code = states.base_period_code
    left join counted
        on
            states.reporting_org_code = counted.reporting_org_code
            and states.form_code = counted.form_code
            and bodies.term_system = counted.term_system
            and bodies.term_code = counted.term_code
    left join n_parts_ever
        on
            states.state_key = n_parts_ever.indicator_code
            and states.contributing_code = n_parts_ever.reporting_org_code
    left join n_parts_in_year
        on
            bodies.term_system = n_parts_in_year.term_system
            and bodies.term_code = n_parts_in_year.term_code
            and states.state_key = n_parts_in_year.indicator_code
            and states.contributing_code = n_parts_in_year.reporting_org_code
            and states.base_period_code = n_parts_in_year.base_period_code
    where counted.form_code is null

)

select
    closure_level,
    contributing_code,
    state_key,
    term_system,
    term_code,
    base_period_code,
    base_year,
    false as is_at_once,
    state_rank,
    is_part_filed
from of_years

-- What was filed at once stands for the first year as for the last.
{% for year in ['first_year', 'last_year'] %}
    union all

    select
        closure_level,
        contributing_code,
        state_key,
        term_system,
        term_code,
        term_code as base_period_code,
        {{ year }} as base_year,
        true as is_at_once,
        state_rank,
        false as is_part_filed
    from at_once
{% endfor %}
