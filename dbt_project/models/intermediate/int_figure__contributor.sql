-- Who counts in a figure, by each filed period that it is made of, and up to which of its filings. A filing that says
-- it holds the figures of those who came before its unit stands in their place.
with

bases as (

    select
        bases.base_kind,
        bases.period_code,
        bases.term_system,
        bases.base_period_code,
        bases.base_year,
        bases.first_base_year,
        bases.is_minus,
        bases.is_term_filing,
        asked.starts_on as asked_from,
        make_date(bases.first_base_year, 1, 1) as base_first_day,
        case
            when bases.is_term_filing then make_date(bases.base_year, 12, 31) else periods.ends_on
        end as base_last_day,
        case when bases.base_kind = 'term' then 'term' else 'cumulative' end as closure_kind,
        -- a quarter is of those who count at its end
        case
            when bases.base_kind = 'term' then bases.period_code
            else max(case when not bases.is_minus then bases.base_period_code end) over (
                partition by bases.base_kind, bases.period_code
            )
        end as closure_period_code
    from {{ ref('int_period__base') }} as bases
    inner join {{ ref('stg_period') }} as periods on bases.base_period_code = periods.period_code
    inner join {{ ref('stg_period') }} as asked on bases.period_code = asked.period_code
    where bases.base_kind <> 'run'

),

parts as (

    {{ parts_of_years() }}

),

-- An organisation about which nobody ever filed has no figures.
told_of as (

    select distinct row_org_code as org_code
    from {{ ref('int_form__row') }}
    where row_org_code is not null

),

lives as (

    select
        'unit' as closure_level,
        org_code,
        files_from as from_day,
        files_to as to_day
    from {{ ref('int_organisation__life') }}
    where files_from is not null

    union all

    select
        'organisation' as closure_level,
        lives.org_code,
        lives.told_of_from as from_day,
        lives.told_of_to as to_day
    from {{ ref('int_organisation__life') }} as lives
    inner join told_of on lives.org_code = told_of.org_code
    where lives.told_of_from is not null

),

members as (

    select
        closures.closure_level,
        bases.base_kind,
        bases.period_code,
        bases.term_system,
        closures.org_code,
        closures.contributing_code,
        closures.asked_on,
        bases.base_period_code,
        bases.base_year,
        bases.first_base_year,
        bases.base_first_day,
        bases.is_minus,
        bases.is_term_filing,
        lives.from_day,
        lives.to_day,
        least(bases.base_last_day, closures.asked_on) as stands_on,
        greatest(bases.base_first_day, closures.started_on) as opens_on,
        -- at the beginning of a quarter those who stood on the day before, at its end all who were there in it
        lives.to_day >= case when bases.is_minus then bases.base_last_day else bases.asked_from end as is_there,
        bases.base_last_day <= closures.asked_on or lives.to_day <= closures.asked_on as is_whole_base
    from bases
    inner join {{ ref('int_organisation__closure') }} as closures
        on
            bases.closure_kind = closures.base_kind
            and bases.closure_period_code = closures.period_code
            and bases.term_system = closures.term_system
    inner join lives
        on
            closures.closure_level = lives.closure_level
            and closures.contributing_code = lives.org_code
    where
        bases.base_first_day <= closures.asked_on
        -- of a body that ended before a quarter there is none
        and (bases.base_kind <> 'discrete' or bases.asked_from <= closures.asked_on)
        and lives.from_day <= least(bases.base_last_day, closures.asked_on)
        and lives.to_day >= bases.base_first_day

),

-- Filings of one that lives on count in the figure of one that ended up to that one's last day.
cut_back as (

    select
        members.*,
        case
            when members.is_whole_base then members.base_period_code
            when not members.is_term_filing then earlier.period_code
        end as filed_base_code
    from members
    left join parts as earlier
        on
            not members.is_whole_base
            and members.base_year = earlier.period_year
            and members.asked_on >= earlier.ends_on
            and (earlier.next_ends_on is null or members.asked_on < earlier.next_ends_on)

),

-- Of those that give way to others, the one that reaches furthest back.
covered as (

    select
        takers.base_kind,
        takers.period_code,
        takers.term_system,
        takers.org_code,
        takers.base_period_code,
        covered.reporting_org_code,
        covered.counted_base_code,
        row_number() over (
            partition by
                takers.base_kind,
                takers.period_code,
                takers.term_system,
                takers.org_code,
                takers.base_period_code,
                covered.reporting_org_code
            order by covered.coverage_from, covered.taker_code
        ) as precedence
    from cut_back as takers
    inner join {{ ref('int_filing__covered') }} as covered
        on
            takers.contributing_code = covered.taker_code
            and takers.filed_base_code = covered.base_period_code
    where takers.closure_level = 'unit'

),

given_way as (

    select
        cut_back.*,
        case
            when covered.reporting_org_code is null then cut_back.filed_base_code else covered.counted_base_code
        end as counted_base_code
    from cut_back
    left join covered
        on
            cut_back.closure_level = 'unit'
            and {{ same_asked('cut_back', 'covered') }}
            and cut_back.org_code = covered.org_code
            and cut_back.base_period_code = covered.base_period_code
            and cut_back.contributing_code = covered.reporting_org_code
            and covered.precedence = 1

)

select
    given_way.closure_level,
    given_way.base_kind,
    given_way.period_code,
    given_way.term_system,
    given_way.org_code,
    given_way.contributing_code,
    given_way.base_period_code,
    given_way.counted_base_code,
    given_way.base_year,
    given_way.first_base_year,
    given_way.is_minus,
    given_way.is_term_filing,
    given_way.is_there,
    given_way.to_day >= given_way.stands_on as has_stock,
    (given_way.from_day <= given_way.opens_on and given_way.to_day >= given_way.opens_on)
    or coalesce(covers.coverage_from <= given_way.opens_on, false) as has_opening
from given_way
left join {{ ref('int_filing__cover') }} as covers
    on
        given_way.closure_level = 'unit'
        and given_way.contributing_code = covers.reporting_org_code
        and given_way.counted_base_code = covers.base_period_code
where given_way.counted_base_code is not null
