-- Rows of two units that tell of the same days of an organisation: the one that reaches further stands, or else that of
-- the unit that has the organisation then. The other gives way to it wherever both units count.
with

standing as (

    select
        effective_rows.row_id,
        effective_rows.base_period_code,
        effective_rows.form_code,
        effective_rows.reporting_org_code,
        effective_rows.row_org_code,
        form_rows.key_in_body,
        effective_rows.source_period_code,
        effective_rows.coverage_from,
        effective_rows.is_alone
    from {{ ref('int_row__effective') }} as effective_rows
    inner join {{ ref('int_form__row') }} as form_rows on effective_rows.row_id = form_rows.row_id
    where effective_rows.row_org_code is not null

),

told_twice as (

    select
        base_period_code,
        form_code,
        row_org_code,
        key_in_body
    from standing
    group by base_period_code, form_code, row_org_code, key_in_body
    having count(distinct reporting_org_code) > 1

),

-- What days each of those rows is about: from when the organisation was with the unit, or from when the cover says, up
-- to when it left or ended.
tiles as (

    select
        standing.row_id,
        standing.base_period_code,
        standing.form_code,
        standing.row_org_code,
        standing.key_in_body,
        standing.reporting_org_code,
        coalesce(stays.stands_in_body, true) as stands_in_body,
        coalesce(
            standing.coverage_from,
            greatest(
                case
                    when standing.is_alone then make_date(periods.period_year, 3 * periods.part_number - 2, 1)
                    else make_date(periods.first_year, 1, 1)
                end,
                coalesce(units.files_from, periods.starts_on),
                coalesce(stays.came_on, periods.starts_on)
            )
        ) as first_day,
        least(
            periods.ends_on,
            coalesce(stays.left_on, periods.ends_on),
            coalesce(units.files_to, periods.ends_on)
        ) as last_day
    from standing
    inner join told_twice
        on
            standing.base_period_code = told_twice.base_period_code
            and standing.form_code = told_twice.form_code
            and standing.row_org_code = told_twice.row_org_code
            and standing.key_in_body = told_twice.key_in_body
    inner join {{ ref('stg_period') }} as periods on standing.source_period_code = periods.period_code
    left join {{ ref('int_organisation__stay') }} as stays
        on
            standing.reporting_org_code = stays.reporting_org_code
            and standing.row_org_code = stays.row_org_code
            and standing.source_period_code = stays.base_period_code
    left join {{ ref('int_organisation__life') }} as units on standing.reporting_org_code = units.org_code

)

select distinct
    tiles.row_id,
    tiles.base_period_code,
    tiles.reporting_org_code,
    others.reporting_org_code as taker_code
from tiles
inner join tiles as others
    on
        tiles.base_period_code = others.base_period_code
        and tiles.form_code = others.form_code
        and tiles.row_org_code = others.row_org_code
        and tiles.key_in_body = others.key_in_body
        and tiles.reporting_org_code <> others.reporting_org_code
        and tiles.first_day <= others.last_day
        and tiles.last_day >= others.first_day
where
    tiles.last_day < others.last_day
    or (
        tiles.last_day = others.last_day
        and (
            (others.stands_in_body and not tiles.stands_in_body)
            or (
                others.stands_in_body = tiles.stands_in_body
                and others.reporting_org_code < tiles.reporting_org_code
            )
        )
    )
