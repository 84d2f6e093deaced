-- How an organisation belonged to a unit that filed rows about it, by filed period. One that the registry never had
-- with the unit is not here: nothing is known of where it belonged.
with

windows as (

    select
        period_code,
        case when is_cumulative then make_date(period_year, 1, 1) else starts_on end as first_day,
        ends_on as last_day,
        period_year,
        is_cumulative
    from {{ ref('stg_period') }}
    where is_cumulative or period_kind = 'NK'

),

told_of as (

    select distinct
        form_rows.reporting_org_code,
        form_rows.row_org_code,
        case when submissions.period_kind <> 'NK' then submissions.period_year end as period_year,
        case when submissions.period_kind = 'NK' then submissions.period_code end as term_code
    from {{ ref('int_form__row') }} as form_rows
    inner join {{ ref('int_submission__effective') }} as submissions
        on form_rows.submission_id = submissions.submission_id
    where form_rows.row_org_code is not null

),

pairs as (

    select
        told_of.reporting_org_code,
        told_of.row_org_code,
        windows.period_code as base_period_code,
        windows.first_day,
        windows.last_day,
        least(windows.last_day, units.files_to) as stands_in_unit_on,
        least(windows.last_day, bodies.last_day) as stands_in_body_on,
        greatest(windows.first_day, units.files_from) as opens_in_unit_on,
        greatest(windows.first_day, bodies.first_day) as opens_in_body_on
    from told_of
    inner join windows
        on
            (windows.is_cumulative and told_of.period_year = windows.period_year)
            or told_of.term_code = windows.period_code
    inner join {{ ref('int_organisation__life') }} as units on told_of.reporting_org_code = units.org_code
    inner join {{ ref('int_organisation__life') }} as bodies on told_of.row_org_code = bodies.org_code

)

select
    pairs.reporting_org_code,
    pairs.row_org_code,
    pairs.base_period_code,
    min(
        case
            when pairs.last_day >= versions.valid_from and pairs.first_day <= versions.valid_to
                then greatest(pairs.first_day, versions.valid_from)
        end
    ) as came_on,
    max(
        case
            when pairs.last_day >= versions.valid_from and pairs.first_day <= versions.valid_to
                then least(pairs.last_day, versions.valid_to)
        end
    ) as left_on,
    bool_or(pairs.stands_in_unit_on between versions.valid_from and versions.valid_to) as stands_in_unit,
    bool_or(pairs.stands_in_body_on between versions.valid_from and versions.valid_to) as stands_in_body,
    bool_or(pairs.opens_in_unit_on between versions.valid_from and versions.valid_to) as opens_in_unit,
    bool_or(pairs.opens_in_body_on between versions.valid_from and versions.valid_to) as opens_in_body
from pairs
inner join {{ ref('stg_organisation') }} as versions
    on
        pairs.row_org_code = versions.org_code
        and pairs.reporting_org_code = versions.parent_code
group by pairs.reporting_org_code, pairs.row_org_code, pairs.base_period_code
