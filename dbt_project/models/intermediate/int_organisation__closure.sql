with recursive

bases as (

    select
        period_code,
        period_year,
        ends_on
    from {{ ref('stg_period') }}
    where is_cumulative or period_kind = 'NK'

),

alive as (

    select
        bases.period_code as base_period_code,
        bases.ends_on,
        organisations.org_code,
        organisations.parent_code,
        organisations.term_system,
        organisations.is_reporting
    from bases
    inner join {{ ref('stg_organisation') }} as organisations
        on bases.ends_on between organisations.valid_from and organisations.valid_to

),

-- Every reporting unit with the organisations above it on the last day, within its own term system.
ancestry as (

    select
        base_period_code,
        ends_on,
        org_code as contributing_code,
        org_code,
        parent_code,
        term_system,
        1 as n_steps
    from alive
    where is_reporting

    union all

    select
        ancestry.base_period_code,
        ancestry.ends_on,
        ancestry.contributing_code,
        parents.org_code,
        parents.parent_code,
        parents.term_system,
        ancestry.n_steps + 1 as n_steps
    from ancestry
    inner join alive as parents
        on
            ancestry.base_period_code = parents.base_period_code
            and ancestry.parent_code = parents.org_code
            and ancestry.term_system = parents.term_system
    where ancestry.n_steps < 20

),

units as (

    select
        base_period_code,
        org_code,
        contributing_code,
        true as in_period
    from ancestry

    union all

    -- What merged wholly into a unit counts in its terms, and in a period of its own where the unit was not there yet.
    select
        ancestry.base_period_code,
        predecessors.org_code,
        ancestry.contributing_code,
        not exists (
            select 1
            from alive
            where
                alive.base_period_code = ancestry.base_period_code
                and alive.org_code = predecessors.org_code
        ) as in_period
    from {{ ref('int_organisation__predecessor') }} as predecessors
    inner join ancestry on predecessors.predecessor_code = ancestry.org_code
    where ancestry.ends_on < predecessors.ended_on

),

-- Organisations that do not file are found by the rows that are about them, in every period of a year in which they lived.
lived as (

    select distinct
        bases.period_code as base_period_code,
        bases.ends_on,
        bases.period_year,
        organisations.org_code
    from bases
    inner join {{ ref('stg_organisation') }} as organisations
        on
            bases.period_year between
            extract(year from organisations.valid_from) and extract(year from organisations.valid_to)
    where not organisations.is_reporting

),

organisations as (

    select
        base_period_code,
        org_code,
        org_code as contributing_code,
        true as in_period
    from lived

    union all

    select
        lived.base_period_code,
        predecessors.org_code,
        lived.org_code as contributing_code,
        not exists (
            select 1
            from lived as successors
            where
                successors.base_period_code = lived.base_period_code
                and successors.org_code = predecessors.org_code
        ) as in_period
    from {{ ref('int_organisation__predecessor') }} as predecessors
    inner join lived on predecessors.predecessor_code = lived.org_code

)

select
    'unit' as closure_level,
    base_period_code,
    org_code,
    contributing_code,
    bool_or(in_period) as in_period
from units
group by base_period_code, org_code, contributing_code

union all

select
    'organisation' as closure_level,
    organisations.base_period_code,
    organisations.org_code,
    organisations.contributing_code,
    bool_or(organisations.in_period) as in_period
from organisations
-- one that files has its figures from what it files
where
    not exists (
        select 1
        from units
        where
            units.base_period_code = organisations.base_period_code
            and units.org_code = organisations.org_code
    )
group by organisations.base_period_code, organisations.org_code, organisations.contributing_code
