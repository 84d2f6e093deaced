-- How many bodies had merged into one by the end of a period, with the registry's row of each.
select
    indicators.indicator_code,
    successions.successor_code as org_code,
    periods.period_code,
    successions.predecessor_code,
    successions.file_row
from {{ ref('stg_indicator') }} as indicators
cross join {{ ref('stg_succession') }} as successions
inner join {{ ref('int_organisation__life') }} as lives on successions.successor_code = lives.org_code
-- one that has ended, or is not there yet, has no figure of the period
inner join {{ ref('stg_period') }} as periods
    on
        successions.effective_on <= periods.ends_on
        and successions.effective_on <= lives.last_day
        and lives.first_day <= periods.ends_on
        and lives.last_day >= periods.starts_on
where
    indicators.indicator_kind = 'registry'
    and indicators.source_table = 'successions'
    and successions.event_type = 'merge'
    and successions.successor_code is not null
    and (
        periods.period_kind <> 'NK'
        or exists (
            select 1
            from {{ ref('stg_term') }} as terms
            inner join {{ ref('stg_organisation') }} as organisations
                on terms.term_system = organisations.term_system
            where
                terms.term_code = periods.period_code
                and organisations.org_code = successions.successor_code
        )
    )
