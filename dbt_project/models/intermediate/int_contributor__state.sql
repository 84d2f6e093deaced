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
            late_starts.closure_level = 'unit'
            and not late_starts.is_opening
            and reporters.indicator_code = late_starts.indicator_code
            and states.form_code = late_starts.form_code
            and states.reporting_org_code = late_starts.contributing_code
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

-- Organisations that do not file: as good as the rows that their units have filed about them. Each unit answers for
-- the days on which it had the organisation.
organisation_forms as (

    select
        forms.form_code,
        bool_or(
            coalesce(columns.nature = 'flow', false)
            or coalesce(columns.nature = 'line' and lines.form_code is not null, false)
        ) as has_flow
    from {{ ref('stg_form') }} as forms
    left join {{ ref('stg_form_column') }} as columns on forms.form_code = columns.form_code
    left join {{ ref('stg_form_line') }} as lines
        on
            forms.form_code = lines.form_code
            and lines.nature = 'flow'
    where forms.row_kind = 'organisations'
    group by forms.form_code

),

-- An organisation about which nobody ever filed has no figures.
told_of as (

    select distinct row_org_code as org_code
    from {{ ref('int_row__effective') }}
    where row_org_code is not null

),

stays as (

    select
        organisations.org_code,
        organisations.parent_code as reporting_org_code,
        periods.period_code as base_period_code,
        periods.period_year,
        periods.part_number,
        periods.ends_on,
        min(greatest(organisations.valid_from, make_date(periods.period_year, 1, 1))) as first_day,
        max(least(organisations.valid_to, periods.ends_on)) as last_day
    from {{ ref('stg_organisation') }} as organisations
    inner join told_of on organisations.org_code = told_of.org_code
    inner join {{ ref('stg_period') }} as periods
        on
            organisations.valid_from <= periods.ends_on
            and organisations.valid_to >= make_date(periods.period_year, 1, 1)
    where periods.is_cumulative and not organisations.is_reporting
    group by
        organisations.org_code,
        organisations.parent_code,
        periods.period_code,
        periods.period_year,
        periods.part_number,
        periods.ends_on

),

-- What each unit has filed about it by then, and what days that is about.
told as (

    select
        form_rows.reporting_org_code,
        form_rows.row_org_code,
        form_rows.form_code,
        standing.base_period_code,
        max(periods.part_number) as row_part,
        max(periods.ends_on) as reaches_on,
        min(submissions.coverage_from) as coverage_from
    from {{ ref('int_row__told') }} as standing
    inner join {{ ref('int_form__row') }} as form_rows on standing.row_id = form_rows.row_id
    inner join {{ ref('stg_period') }} as periods on form_rows.period_code = periods.period_code
    inner join {{ ref('int_submission__effective') }} as submissions
        on form_rows.submission_id = submissions.submission_id
    where standing.closure_level = 'organisation'
    group by
        form_rows.reporting_org_code,
        form_rows.row_org_code,
        form_rows.form_code,
        standing.base_period_code

),

numbered_stays as (

    select
        stays.*,
        organisation_forms.form_code,
        organisation_forms.has_flow,
        row_number() over (
            partition by stays.org_code, stays.base_period_code, organisation_forms.form_code
            order by stays.last_day desc, stays.first_day desc
        ) as from_last
    from stays
    cross join organisation_forms

),

told_stays as (

    select
        numbered_stays.*,
        told.row_part,
        told.reaches_on,
        coalesce(told.reaches_on >= numbered_stays.last_day, false) as reaches_end,
        -- one that ended, or left its unit, before the period did needs no row as new as the unit's filings
        coalesce(
            numbered_stays.last_day < numbered_stays.ends_on and told.reaches_on >= numbered_stays.last_day, false
        ) as is_told_to_its_end
    from numbered_stays
    left join told
        on
            numbered_stays.reporting_org_code = told.reporting_org_code
            and numbered_stays.org_code = told.row_org_code
            and numbered_stays.form_code = told.form_code
            and numbered_stays.base_period_code = told.base_period_code

),

judged_stays as (

    select
        told_stays.org_code,
        told_stays.form_code,
        told_stays.reporting_org_code,
        told_stays.base_period_code,
        told_stays.period_year,
        told_stays.from_last = 1 as is_last,
        told_stays.has_flow,
        told_stays.row_part = told_stays.part_number or told_stays.is_told_to_its_end as is_exact,
        told_stays.row_part < states.expected_part and not told_stays.is_told_to_its_end as is_part_filed,
        states.is_gap_filled,
        case
            when told_stays.row_part is null and states.state_rank is not null then 2
            when told_stays.row_part is null then null
            when states.state_rank = 2 then 2
            when told_stays.row_part >= coalesce(states.expected_part, 0) then 0
            when told_stays.is_told_to_its_end then 0
            else 1
        end as state_rank,
        -- its rows reach as far, or a later unit says that its figures take in the days that they lack
        told_stays.reaches_end
        or exists (
            select 1
            from told as takers
            where
                takers.row_org_code = told_stays.org_code
                and takers.form_code = told_stays.form_code
                and takers.base_period_code = told_stays.base_period_code
                and takers.reporting_org_code <> told_stays.reporting_org_code
                and (
                    takers.coverage_from <= told_stays.first_day
                    or takers.coverage_from <= told_stays.reaches_on + interval '1' day
                )
        ) as is_whole
    from told_stays
    left join {{ ref('int_filing__state') }} as states
        on
            told_stays.reporting_org_code = states.reporting_org_code
            and told_stays.form_code = states.form_code
            and told_stays.base_period_code = states.base_period_code

),

of_organisations as (

    select
        'organisation' as closure_level,
        org_code as contributing_code,
        form_code as state_key,
        max(case when is_last then reporting_org_code end) as reporting_org_code,
        form_code,
        base_period_code,
        period_year,
        bool_and(coalesce(is_exact, false) or (not is_last and (is_whole or not has_flow))) as is_exact,
        bool_or(coalesce(is_part_filed, false) and is_last) as is_part_filed,
        bool_or(coalesce(is_gap_filled, false)) as is_gap_filled,
        max(
            case
                when is_last then state_rank
                -- what comes before the last filing is there as a whole or is missing; what lasts is none of it
                when not has_flow then null
                when is_whole then 0
                when state_rank is not null then 2
            end
        ) as state_rank,
        false as is_left_blank
    from judged_stays
    group by org_code, form_code, base_period_code, period_year

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
