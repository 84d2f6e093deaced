-- How whole what a single body gives to figures of a cumulative period is: a unit to an indicator, an organisation
-- that does not file to what is made of a form.
with

-- What was not collected in a period is missing, whoever has filed. A stock without its opening is whole.
uncollected as (

    {{ uncollected() }}

),

summands as (

    select
        indicator_code,
        form_code,
        count(*) as n_summands
    from {{ ref('stg_indicator_summand') }}
    group by indicator_code, form_code

),

-- A form of which an indicator takes nothing in a period, since another has its place or only its openings were
-- wanted, is not waited for.
replaced as (

    select
        named.indicator_code,
        named.form_code,
        idle.period_code
    from {{ ref('stg_idle_summand') }} as idle
    inner join {{ ref('stg_indicator_summand') }} as named
        on
            {{ same_summand('idle', 'named') }}
    inner join summands
        on
            named.indicator_code = summands.indicator_code
            and named.form_code = summands.form_code
    where idle.is_collected or idle.part = 'opening'
    group by named.indicator_code, named.form_code, idle.period_code
    having count(*) = max(summands.n_summands)

),

n_parts as (

    select
        indicator_code,
        reporting_org_code,
        base_period_code,
        count(*) as n_parts
    from {{ ref('int_contributor__part') }}
    group by indicator_code, reporting_org_code, base_period_code

),

n_parts_ever as (

    {{ n_parts_ever() }}

),

-- Blank is not zero: who filed a form and left blank what it counts in other periods has nothing of it.
of_units as (

    select
        'unit' as closure_level,
        states.reporting_org_code as contributing_code,
        reporters.indicator_code as state_key,
        states.reporting_org_code,
        states.form_code,
        states.base_period_code,
        states.period_year,
        states.is_exact,
        states.is_part_filed or late_starts.base_period_code is not null as is_part_filed,
        states.is_gap_filled,
        case
            when uncollected.period_code is not null or late_starts.base_period_code is not null then 2
            else states.state_rank
        end as state_rank,
        coalesce(
            states.filed_part is not null and coalesce(n_parts.n_parts, 0) < n_parts_ever.n_parts, false
        ) as is_left_blank
    from {{ ref('int_filing__state') }} as states
    inner join {{ ref('int_indicator__reporter') }} as reporters
        on
            states.reporting_org_code = reporters.reporting_org_code
            and states.form_code = reporters.form_code
    left join uncollected
        on
            reporters.indicator_code = uncollected.indicator_code
            and states.base_period_code = uncollected.period_code
    left join n_parts
        on
            reporters.indicator_code = n_parts.indicator_code
            and states.reporting_org_code = n_parts.reporting_org_code
            and states.base_period_code = n_parts.base_period_code
    left join n_parts_ever
        on
            reporters.indicator_code = n_parts_ever.indicator_code
            and states.reporting_org_code = n_parts_ever.reporting_org_code
    left join {{ ref('int_figure__late_start') }} as late_starts
        on
            late_starts.org_level = 'unit'
            and not late_starts.is_opening
            and reporters.indicator_code = late_starts.indicator_code
            and states.form_code = late_starts.form_code
            and states.reporting_org_code = late_starts.org_code
            and states.base_period_code = late_starts.base_period_code
    left join replaced
        on
            reporters.indicator_code = replaced.indicator_code
            and reporters.form_code = replaced.form_code
            and states.base_period_code = replaced.period_code
    where
        states.state_rank is not null
        and replaced.indicator_code is null

),

-- Organisations that do not file: as good as the row that their unit has filed about them.
parents as (

    select
        organisations.org_code,
        organisations.parent_code,
        periods.period_code as base_period_code
    from {{ ref('stg_organisation') }} as organisations
    inner join {{ ref('stg_period') }} as periods
        on periods.ends_on between organisations.valid_from and organisations.valid_to
    where periods.is_cumulative and not organisations.is_reporting

),

organisation_forms as (

    select form_code
    from {{ ref('stg_form') }}
    where row_kind = 'organisations'

),

row_parts as (

    select
        effective_rows.row_org_code,
        effective_rows.form_code,
        effective_rows.base_period_code,
        max(periods.part_number) as row_part
    from {{ ref('int_row__effective') }} as effective_rows
    inner join {{ ref('stg_period') }} as periods on effective_rows.source_period_code = periods.period_code
    where effective_rows.row_org_code is not null
    group by effective_rows.row_org_code, effective_rows.form_code, effective_rows.base_period_code

),

bodies as (

    select distinct
        contributing_code,
        base_period_code
    from {{ ref('int_organisation__closure') }}
    where closure_level = 'organisation'

),

of_organisations as (

    select
        'organisation' as closure_level,
        bodies.contributing_code,
        organisation_forms.form_code as state_key,
        states.reporting_org_code,
        organisation_forms.form_code,
        bodies.base_period_code,
        bases.period_year,
        coalesce(row_parts.row_part = bases.part_number, false) as is_exact,
        coalesce(row_parts.row_part < states.expected_part, false) as is_part_filed,
        coalesce(states.is_gap_filled, false) as is_gap_filled,
        case
            when row_parts.row_part is null and states.state_rank is not null then 2
            when row_parts.row_part is null then null
            when states.state_rank = 2 then 2
            when row_parts.row_part >= coalesce(states.expected_part, 0) then 0
            else 1
        end as state_rank,
        false as is_left_blank
    from bodies
    inner join {{ ref('stg_period') }} as bases on bodies.base_period_code = bases.period_code
    cross join organisation_forms
    left join parents
        on
            bodies.contributing_code = parents.org_code
            and bodies.base_period_code = parents.base_period_code
    left join {{ ref('int_filing__state') }} as states
        on
            parents.parent_code = states.reporting_org_code
            and organisation_forms.form_code = states.form_code
            and bodies.base_period_code = states.base_period_code
    left join row_parts
        on
            bodies.contributing_code = row_parts.row_org_code
            and organisation_forms.form_code = row_parts.form_code
            and bodies.base_period_code = row_parts.base_period_code
    where bases.is_cumulative

),

contributors as (

    select * from of_units
    union all
    select * from of_organisations

)

select
    closure_level,
    contributing_code,
    state_key,
    reporting_org_code,
    form_code,
    base_period_code,
    period_year,
    is_exact,
    is_part_filed,
    is_gap_filled,
    is_left_blank,
    state_rank as filing_rank,
    case when is_left_blank then 2 else state_rank end as state_rank
from contributors
where state_rank is not null
