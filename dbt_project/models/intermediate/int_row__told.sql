{{ config(materialized='view') }}

-- The rows that stand at the end of a filed period, by the unit that filed and by the organisation that they are about.
-- What gives way to another unit's row may count where that unit does not; about the organisation it never does.
with

effective_rows as (

    select * from {{ ref('int_row__effective') }}

),

takers as (

    select distinct
        row_id,
        base_period_code
    from {{ ref('int_row__taker') }}

),

covered as (

    select
        reporting_org_code,
        base_period_code,
        counted_base_code,
        came_on,
        row_number() over (
            partition by reporting_org_code, base_period_code
            order by coverage_from, taker_code
        ) as precedence
    from {{ ref('int_filing__covered') }}

)

select
    'unit' as closure_level,
    reporting_org_code as contributing_code,
    row_id,
    base_period_code,
    is_latest,
    is_first,
    is_alone,
    is_carried,
    reaches_on,
    stands_in_unit as stands,
    opens_in_unit as opens
from effective_rows

union all

select
    'organisation' as closure_level,
    effective_rows.row_org_code as contributing_code,
    effective_rows.row_id,
    effective_rows.base_period_code,
    effective_rows.is_latest,
    effective_rows.is_first,
    effective_rows.is_alone,
    effective_rows.is_carried,
    effective_rows.reaches_on,
    effective_rows.stands_in_body as stands,
    effective_rows.opens_in_body as opens
from effective_rows
left join {{ ref('int_organisation__life') }} as bodies on effective_rows.row_org_code = bodies.org_code
left join covered
    on
        effective_rows.reporting_org_code = covered.reporting_org_code
        and effective_rows.base_period_code = covered.base_period_code
        and covered.precedence = 1
        -- of one that had ended before its unit went over, nothing is taken in
        and bodies.last_day >= covered.came_on
left join takers
    on
        effective_rows.row_id = takers.row_id
        and effective_rows.base_period_code = takers.base_period_code
where
    effective_rows.row_org_code is not null
    and takers.row_id is null
    and covered.reporting_org_code is null

union all

-- of a unit whose figures another takes in: what it had filed before
select
    'organisation' as closure_level,
    effective_rows.row_org_code as contributing_code,
    effective_rows.row_id,
    covered.base_period_code,
    effective_rows.is_latest,
    effective_rows.is_first,
    effective_rows.is_alone,
    false as is_carried,
    effective_rows.reaches_on,
    coalesce(stays.stands_in_body, true) as stands,
    effective_rows.opens_in_body as opens
from effective_rows
inner join covered
    on
        effective_rows.reporting_org_code = covered.reporting_org_code
        and effective_rows.base_period_code = covered.counted_base_code
        and covered.precedence = 1
inner join {{ ref('int_organisation__life') }} as bodies
    on
        effective_rows.row_org_code = bodies.org_code
        and covered.came_on <= bodies.last_day
left join {{ ref('int_organisation__stay') }} as stays
    on
        effective_rows.reporting_org_code = stays.reporting_org_code
        and effective_rows.row_org_code = stays.row_org_code
        and covered.base_period_code = stays.base_period_code
left join takers
    on
        effective_rows.row_id = takers.row_id
        and effective_rows.base_period_code = takers.base_period_code
where
    effective_rows.row_org_code is not null
    and takers.row_id is null
