-- Whose filings, or rows about whom, make an organisation's figures: its own, those of what went over to it whole by
-- the day that is asked for, and those of all who stand below it then. One that ended stands where the body stands to
-- which it went over, or else where it stood last; what happens later is not seen.
with recursive

asked as (

    select distinct
        base_kind,
        period_code,
        term_system,
        first_day,
        asked_on
    from {{ ref('int_organisation__asked') }}

),

steps as (

    {{ whole_steps() }}

),

lives as (

    select * from {{ ref('int_organisation__life') }}

),

-- Every unit that files in the period, and what it has become by the day.
chains as (

    select
        asked.base_kind,
        asked.period_code,
        asked.term_system,
        asked.asked_on,
        units.org_code as contributing_code,
        units.org_code as present_code,
        units.term_system as system_of_unit,
        units.last_day as present_last_day,
        0 as n_steps
    from asked
    inner join lives as units
        on
            asked.asked_on >= units.files_from
            and asked.first_day <= units.files_to
            and (asked.term_system = '' or asked.term_system = units.term_system)

    union all

    select
        chains.base_kind,
        chains.period_code,
        chains.term_system,
        chains.asked_on,
        chains.contributing_code,
        steps.successor_code as present_code,
        chains.system_of_unit,
        successors.last_day as present_last_day,
        chains.n_steps + 1 as n_steps
    from chains
    inner join steps
        on
            chains.present_code = steps.predecessor_code
            and chains.asked_on >= steps.effective_on
    inner join lives as successors
        on
            steps.successor_code = successors.org_code
            and chains.system_of_unit = successors.term_system
    where chains.present_last_day < chains.asked_on and chains.n_steps < 20

),

last_steps as (

    select
        base_kind,
        period_code,
        term_system,
        asked_on,
        contributing_code,
        max(n_steps) as n_steps
    from chains
    group by base_kind, period_code, term_system, asked_on, contributing_code

),

-- From the last of the chain up, as things stood on the day, or on its own last day.
ancestry as (

    select
        chains.base_kind,
        chains.period_code,
        chains.term_system,
        chains.asked_on,
        least(chains.asked_on, chains.present_last_day) as stood_on,
        chains.contributing_code,
        chains.system_of_unit,
        chains.present_code as org_code,
        0 as n_steps
    from chains
    inner join last_steps
        on
            {{ same_asked('chains', 'last_steps') }}
            and chains.asked_on = last_steps.asked_on
            and chains.contributing_code = last_steps.contributing_code
            and chains.n_steps = last_steps.n_steps

    union all

    select
        ancestry.base_kind,
        ancestry.period_code,
        ancestry.term_system,
        ancestry.asked_on,
        ancestry.stood_on,
        ancestry.contributing_code,
        ancestry.system_of_unit,
        parents.org_code,
        ancestry.n_steps + 1 as n_steps
    from ancestry
    inner join {{ ref('stg_organisation') }} as versions
        on
            ancestry.org_code = versions.org_code
            and ancestry.stood_on between versions.valid_from and versions.valid_to
    inner join {{ ref('stg_organisation') }} as parents
        on
            versions.parent_code = parents.org_code
            and ancestry.system_of_unit = parents.term_system
            and ancestry.stood_on between parents.valid_from and parents.valid_to
    where ancestry.n_steps < 20

),

pairs as (

    select
        base_kind,
        period_code,
        term_system,
        asked_on,
        contributing_code,
        present_code as org_code
    from chains

    union distinct

    select
        base_kind,
        period_code,
        term_system,
        asked_on,
        contributing_code,
        org_code
    from ancestry

),

-- By whose bodies an organisation's figures are made: its own, before it came those of what went over to it whole.
sources as (

    select
        base_kind,
        period_code,
        term_system,
        org_code,
        org_code as source_code,
        first_day,
        asked_on,
        started_on
    from {{ ref('int_organisation__asked') }}
    where not is_unborn

    union all

    select
        asked.base_kind,
        asked.period_code,
        asked.term_system,
        asked.org_code,
        predecessors.predecessor_code as source_code,
        asked.first_day,
        asked.asked_on,
        asked.started_on
    from {{ ref('int_organisation__asked') }} as asked
    inner join {{ ref('int_organisation__predecessor') }} as predecessors on asked.org_code = predecessors.org_code
    inner join lives
        on
            predecessors.predecessor_code = lives.org_code
            and asked.system_of_org = lives.term_system
    where asked.is_unborn

),

units as (

    select distinct
        sources.base_kind,
        sources.period_code,
        sources.term_system,
        sources.org_code,
        pairs.contributing_code,
        sources.first_day,
        sources.asked_on,
        sources.started_on
    from sources
    inner join pairs
        on
            {{ same_asked('sources', 'pairs') }}
            and sources.source_code = pairs.org_code
            and sources.asked_on = pairs.asked_on

),

-- Organisations that do not file are found by the rows that are about them.
organisations as (

    select
        base_kind,
        period_code,
        term_system,
        org_code,
        org_code as contributing_code,
        first_day,
        asked_on,
        started_on
    from {{ ref('int_organisation__asked') }}
    where is_told_of

    union all

    select
        owners.base_kind,
        owners.period_code,
        owners.term_system,
        owners.org_code,
        predecessors.predecessor_code as contributing_code,
        owners.first_day,
        owners.asked_on,
        owners.started_on
    from {{ ref('int_organisation__asked') }} as owners
    inner join {{ ref('int_organisation__predecessor') }} as predecessors
        on
            owners.org_code = predecessors.org_code
            and (owners.is_unborn or owners.asked_on >= predecessors.came_on)
    inner join lives
        on
            predecessors.predecessor_code = lives.org_code
            and owners.system_of_org = lives.term_system
            and owners.asked_on >= lives.told_of_from
            and owners.first_day <= lives.told_of_to
    where owners.is_told_of or owners.is_unborn

)

select
    'unit' as closure_level,
    *
from units

union all

select
    'organisation' as closure_level,
    organisations.*
from organisations
-- one that files has its figures from what it files
where not exists (
    select 1
    from units
    where
        {{ same_asked('units', 'organisations') }}
        and units.org_code = organisations.org_code
)
