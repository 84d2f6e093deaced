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

),

-- What tells of organisations, and until when each of these was there.
about as (

    select
        effective_rows.*,
        bodies.last_day as body_last_day
    from effective_rows
    left join {{ ref('int_organisation__life') }} as bodies on effective_rows.row_org_code = bodies.org_code
    left join takers
        on
            effective_rows.row_id = takers.row_id
            and effective_rows.base_period_code = takers.base_period_code
    where effective_rows.row_org_code is not null and takers.row_id is null

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
    about.row_org_code as contributing_code,
    about.row_id,
    about.base_period_code,
    about.is_latest,
    about.is_first,
    about.is_alone,
    about.is_carried,
    about.reaches_on,
    about.stands_in_body as stands,
    about.opens_in_body as opens
from about
left join covered
    on
        about.reporting_org_code = covered.reporting_org_code
        and about.base_period_code = covered.base_period_code
        and covered.precedence = 1
        -- of one that had ended before its unit went over, nothing is taken in
        and about.body_last_day >= covered.came_on
where covered.reporting_org_code is null

union all

-- of a unit whose figures another takes in: what it had filed before
select
    'organisation' as closure_level,
    about.row_org_code as contributing_code,
    about.row_id,
    covered.base_period_code,
    about.is_latest,
    about.is_first,
    about.is_alone,
    false as is_carried,
    about.reaches_on,
    coalesce(stays.stands_in_body, true) as stands,
    about.opens_in_body as opens
from about
inner join covered
    on
        about.reporting_org_code = covered.reporting_org_code
        and about.base_period_code = covered.counted_base_code
        and covered.precedence = 1
        and about.body_last_day >= covered.came_on
left join {{ ref('int_organisation__stay') }} as stays
    on
        about.reporting_org_code = stays.reporting_org_code
        and about.row_org_code = stays.row_org_code
        and covered.base_period_code = stays.base_period_code
