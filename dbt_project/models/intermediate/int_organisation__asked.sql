-- On what day an organisation's figure of a period is asked for: the period's last, or its own last day if it ended
-- before. One that did not live in the period has no figure of it.
with

asked as (

    select
        asked.base_kind,
        asked.period_code,
        asked.term_system,
        asked.first_day,
        lives.org_code,
        lives.term_system as system_of_org,
        lives.first_day as born_on,
        lives.told_of_from,
        lives.told_of_to,
        least(asked.last_day, lives.last_day) as asked_on
    from {{ ref('int_period__asked') }} as asked
    inner join {{ ref('int_organisation__life') }} as lives
        on
            asked.last_day >= lives.first_day
            and asked.first_day <= lives.last_day
            and (asked.term_system = '' or asked.term_system = lives.term_system)

),

-- Since when there is any of those who had gone over to it whole.
inherited as (

    select
        asked.base_kind,
        asked.period_code,
        asked.term_system,
        asked.org_code,
        min(lives.first_day) as first_day
    from asked
    inner join {{ ref('int_organisation__predecessor') }} as predecessors
        on
            asked.org_code = predecessors.org_code
            and asked.asked_on >= predecessors.came_on
    inner join {{ ref('int_organisation__life') }} as lives on predecessors.predecessor_code = lives.org_code
    group by asked.base_kind, asked.period_code, asked.term_system, asked.org_code

)

select
    asked.base_kind,
    asked.period_code,
    asked.term_system,
    asked.first_day,
    asked.org_code,
    asked.system_of_org,
    asked.asked_on,
    least(asked.born_on, coalesce(inherited.first_day, asked.born_on)) as started_on,
    coalesce(asked.told_of_from <= asked.asked_on and asked.told_of_to >= asked.first_day, false) as is_told_of
from asked
left join inherited
    on
        {{ same_asked('asked', 'inherited') }}
        and asked.org_code = inherited.org_code
