with

-- What was not collected in a period is missing, whoever has filed. A stock without its opening is whole.
uncollected as (

    select distinct
        indicator_code,
        period_code
    from {{ ref('stg_idle_term') }}
    where not is_collected and part <> 'opening'

),

contributed as (

    select distinct
        measures.indicator_code,
        measures.part,
        amounts.reporting_org_code,
        amounts.base_period_code
    from {{ ref('int_indicator__amount') }} as amounts
    inner join {{ ref('int_indicator__measure') }} as measures on amounts.measure_id = measures.measure_id
    where measures.part <> 'opening'

),

n_parts as (

    select
        indicator_code,
        reporting_org_code,
        base_period_code,
        count(*) as n_parts
    from contributed
    group by indicator_code, reporting_org_code, base_period_code

),

n_parts_ever as (

    select
        indicator_code,
        reporting_org_code,
        count(distinct part) as n_parts
    from contributed
    group by indicator_code, reporting_org_code

),

-- Blank is not zero: who filed a form and left blank what it counts in other periods has nothing.
filing_states as (

    select
        reporters.indicator_code,
        states.reporting_org_code,
        states.base_period_code,
        states.period_year,
        states.is_exact,
        states.is_part_filed or late_starts.base_period_code is not null as is_part_filed,
        case
            when uncollected.period_code is not null or late_starts.base_period_code is not null then 2
            when states.filed_part is not null and coalesce(n_parts.n_parts, 0) < n_parts_ever.n_parts then 2
            else states.state_rank
        end as state_rank
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
    where states.state_rank is not null

),

-- Reporting units and provinces: as good as the worst of those who contribute.
of_units as (

    select
        'unit' as closure_level,
        closures.org_code,
        states.indicator_code as state_key,
        closures.base_period_code,
        states.period_year,
        max(case when closures.in_period then states.state_rank end) as state_rank,
        max(states.state_rank) as term_state_rank,
        bool_and(states.is_exact) as is_exact,
        bool_or(states.is_part_filed) as is_part_filed
    from {{ ref('int_organisation__closure') }} as closures
    inner join filing_states as states
        on
            closures.contributing_code = states.reporting_org_code
            and closures.base_period_code = states.base_period_code
    inner join {{ ref('stg_indicator') }} as indicators on states.indicator_code = indicators.indicator_code
    where
        closures.closure_level = 'unit'
        -- what is never added over units does not wait for others
        and (indicators.indicator_kind not in ('rate', 'distinct') or closures.org_code = closures.contributing_code)
    group by closures.org_code, states.indicator_code, closures.base_period_code, states.period_year

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

row_states as (

    select
        closures.org_code,
        closures.in_period,
        organisation_forms.form_code,
        closures.base_period_code,
        bases.period_year,
        coalesce(row_parts.row_part = bases.part_number, false) as is_exact,
        coalesce(row_parts.row_part < states.expected_part, false) as is_part_filed,
        case
            when row_parts.row_part is null
                then case
                    when states.is_in_term_filing then 0
                    when states.state_rank is not null then 2
                end
            when states.state_rank = 2 then 2
            when row_parts.row_part >= coalesce(states.expected_part, 0) then 0
            else 1
        end as state_rank
    from {{ ref('int_organisation__closure') }} as closures
    inner join {{ ref('stg_period') }} as bases on closures.base_period_code = bases.period_code
    cross join organisation_forms
    left join parents
        on
            closures.contributing_code = parents.org_code
            and closures.base_period_code = parents.base_period_code
    left join {{ ref('int_filing__state') }} as states
        on
            parents.parent_code = states.reporting_org_code
            and organisation_forms.form_code = states.form_code
            and closures.base_period_code = states.base_period_code
    left join row_parts
        on
            closures.contributing_code = row_parts.row_org_code
            and organisation_forms.form_code = row_parts.form_code
            and closures.base_period_code = row_parts.base_period_code
    where closures.closure_level = 'organisation' and bases.is_cumulative

),

of_organisations as (

    select
        'organisation' as closure_level,
        org_code,
        form_code as state_key,
        base_period_code,
        period_year,
        max(case when in_period then state_rank end) as state_rank,
        max(state_rank) as term_state_rank,
        bool_and(is_exact) as is_exact,
        bool_or(is_part_filed) as is_part_filed
    from row_states
    where state_rank is not null
    group by org_code, form_code, base_period_code, period_year

)

select * from of_units
union all
select * from of_organisations
