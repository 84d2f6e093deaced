-- Whether what is owed has come, period by period: a form filed for the whole term says nothing of its years.
with

filings as (

    select
        reporting_org_code,
        form_code,
        period_year,
        part_number,
        period_basis
    from {{ ref('int_form__filing') }}
    where period_kind <> 'NK'

),

owed as (

    select
        owed.reporting_org_code,
        owed.form_code,
        periods.period_year,
        periods.part_number
    from {{ ref('stg_owed_form') }} as owed
    inner join {{ ref('stg_period') }} as periods on owed.period_code = periods.period_code
    where periods.is_cumulative

),

-- What is owed by the forms themselves, also for periods that the calendar does not have, or not yet.
required as (

    select
        required.reporting_org_code,
        required.form_code,
        periods.period_year,
        periods.part_number
    from {{ ref('stg_required_form') }} as required
    inner join {{ ref('stg_period') }} as periods on required.period_code = periods.period_code
    where periods.is_cumulative

),

pairs as (

    select
        reporting_org_code,
        form_code
    from owed

    union distinct

    select
        reporting_org_code,
        form_code
    from required

    union distinct

    select
        reporting_org_code,
        form_code
    from {{ ref('int_form__filing') }}

),

bases as (

    select
        pairs.reporting_org_code,
        pairs.form_code,
        periods.period_code as base_period_code,
        periods.period_kind,
        periods.period_year,
        periods.part_number,
        coalesce(lives.files_from <= periods.ends_on and lives.files_to >= periods.ends_on, false) as is_alive,
        -- the part of the year of its closing filing, if it has ended by then
        case
            when lives.files_to <= periods.ends_on and extract(year from lives.files_to) = periods.period_year
                then {{ part_of_year('lives.files_to') }}
        end as closing_part,
        exists(
            select 1
            from owed
            where owed.reporting_org_code = pairs.reporting_org_code and owed.form_code = pairs.form_code
        ) as is_ever_owed
    from pairs
    cross join {{ ref('stg_period') }} as periods
    left join {{ ref('int_organisation__life') }} as lives on pairs.reporting_org_code = lives.org_code
    where periods.is_cumulative

),

owed_until as (

    select
        bases.reporting_org_code,
        bases.form_code,
        bases.base_period_code,
        max(case when owed.part_number <= bases.part_number then owed.part_number end) as owed_part,
        count(*) as n_owed_in_year
    from bases
    inner join owed
        on
            bases.reporting_org_code = owed.reporting_org_code
            and bases.form_code = owed.form_code
            and bases.period_year = owed.period_year
    group by bases.reporting_org_code, bases.form_code, bases.base_period_code

),

required_until as (

    select
        bases.reporting_org_code,
        bases.form_code,
        bases.base_period_code,
        max(required.part_number) as required_part
    from bases
    inner join required
        on
            bases.reporting_org_code = required.reporting_org_code
            and bases.form_code = required.form_code
            and bases.period_year = required.period_year
            and bases.part_number >= required.part_number
    group by bases.reporting_org_code, bases.form_code, bases.base_period_code

),

filed_until as (

    select
        bases.reporting_org_code,
        bases.form_code,
        bases.base_period_code,
        max(filings.part_number) as filed_part,
        max(case when filings.period_basis = 'CUMULATIVE' then filings.part_number else 0 end) as cumulative_part
    from bases
    inner join filings
        on
            bases.reporting_org_code = filings.reporting_org_code
            and bases.form_code = filings.form_code
            and bases.period_year = filings.period_year
            and bases.part_number >= filings.part_number
    group by bases.reporting_org_code, bases.form_code, bases.base_period_code

),

-- A quarter alone says nothing of the quarters before it: these have to be there too.
gaps as (

    select distinct
        filed_until.reporting_org_code,
        filed_until.form_code,
        filed_until.base_period_code
    from filed_until
    inner join bases
        on
            filed_until.reporting_org_code = bases.reporting_org_code
            and filed_until.form_code = bases.form_code
            and filed_until.base_period_code = bases.base_period_code
    inner join owed
        on
            filed_until.reporting_org_code = owed.reporting_org_code
            and filed_until.form_code = owed.form_code
            and bases.period_year = owed.period_year
            and filed_until.filed_part > owed.part_number
            and filed_until.cumulative_part < owed.part_number
    left join filings
        on
            owed.reporting_org_code = filings.reporting_org_code
            and owed.form_code = filings.form_code
            and owed.period_year = filings.period_year
            and owed.part_number = filings.part_number
    where filings.part_number is null

),

-- Units of which another says that its own figures hold all of their year: who filed nothing is not waited for.
taken_in as (

    select distinct
        reporting_org_code,
        base_period_code
    from {{ ref('int_filing__covered') }}
    where is_whole_year

),

states as (

    select
        bases.reporting_org_code,
        bases.form_code,
        bases.base_period_code,
        bases.period_year,
        bases.period_kind,
        bases.part_number,
        bases.is_alive,
        least(bases.part_number, coalesce(bases.closing_part, bases.part_number)) as whole_part,
        bases.is_ever_owed,
        owed_until.owed_part,
        required_until.required_part,
        taken_in.reporting_org_code is not null and filed_until.filed_part is null as is_taken_in,
        greatest(
            coalesce(owed_until.owed_part, required_until.required_part),
            coalesce(required_until.required_part, owed_until.owed_part)
        ) as expected_part,
        coalesce(owed_until.n_owed_in_year, 0) as n_owed_in_year,
        filed_until.filed_part,
        filed_until.cumulative_part,
        gaps.base_period_code is not null as has_gap
    from bases
    left join owed_until
        on
            bases.reporting_org_code = owed_until.reporting_org_code
            and bases.form_code = owed_until.form_code
            and bases.base_period_code = owed_until.base_period_code
    left join required_until
        on
            bases.reporting_org_code = required_until.reporting_org_code
            and bases.form_code = required_until.form_code
            and bases.base_period_code = required_until.base_period_code
    left join filed_until
        on
            bases.reporting_org_code = filed_until.reporting_org_code
            and bases.form_code = filed_until.form_code
            and bases.base_period_code = filed_until.base_period_code
    left join gaps
        on
            bases.reporting_org_code = gaps.reporting_org_code
            and bases.form_code = gaps.form_code
            and bases.base_period_code = gaps.base_period_code
    left join taken_in
        on
            bases.reporting_org_code = taken_in.reporting_org_code
            and bases.base_period_code = taken_in.base_period_code

)

select
    reporting_org_code,
    form_code,
    base_period_code,
    period_year,
    expected_part,
    filed_part,
    cumulative_part,
    coalesce(filed_part >= whole_part, false) as is_exact,
    has_gap or coalesce(filed_part < expected_part, false) as is_part_filed,
    -- what runs from 1 January on holds the quarter too that had not come before it
    not has_gap and coalesce(
        lag(has_gap) over (partition by reporting_org_code, form_code, period_year order by part_number), false
    ) as is_gap_filled,
    case
        when is_taken_in then null
        when has_gap then 2
        when filed_part >= coalesce(expected_part, 0) then 0
        when filed_part is not null then 1
        when owed_part is not null then 2
        -- a year that the calendar leaves out, or whose end it does not have, of a unit that was there
        when period_kind = 'N' and n_owed_in_year = 0 and required_part = whole_part then 2
        when period_kind = 'N' and n_owed_in_year = 0 and is_alive and is_ever_owed then 2
    end as state_rank
from states
