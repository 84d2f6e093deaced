-- On what day an organisation's figure of a period is asked for: the period's last, or its own last day if it ended
-- before. One that came later has those of what went over to it whole; one that had ended before has none.
with

lives as (

    select * from {{ ref('int_organisation__life') }}

),

asked as (

    select
        asked.base_kind,
        asked.period_code,
        asked.term_system,
        asked.first_day,
        asked.last_day,
        lives.org_code,
        lives.term_system as system_of_org,
        lives.first_day as born_on,
        lives.told_of_from,
        lives.told_of_to,
        least(asked.last_day, lives.last_day) as asked_on,
        asked.last_day < lives.first_day as is_unborn
    from {{ ref('int_period__asked') }} as asked
    inner join lives
        on
            asked.first_day <= lives.last_day
            and (asked.term_system = '' or asked.term_system = lives.term_system)

),

-- Since when there is any of those who had gone over to it whole.
inherited as (

    select
        asked.base_kind,
        asked.period_code,
        asked.term_system,
        asked.org_code,
        min(
            case
                when
                    not asked.is_unborn
                    or (
                        predecessors_lives.first_day <= asked.last_day
                        and predecessors_lives.last_day >= asked.first_day
                    )
                    then predecessors_lives.first_day
            end
        ) as first_day,
        bool_or(
            predecessors_lives.first_day <= asked.last_day and predecessors_lives.last_day >= asked.first_day
        ) as has_lived
    from asked
    inner join {{ ref('int_organisation__predecessor') }} as predecessors
        on
            asked.org_code = predecessors.org_code
            and (asked.is_unborn or asked.asked_on >= predecessors.came_on)
    inner join lives as predecessors_lives
        on
            predecessors.predecessor_code = predecessors_lives.org_code
            and asked.system_of_org = predecessors_lives.term_system
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
    asked.is_unborn,
    coalesce(least(asked.born_on, inherited.first_day), asked.born_on) as started_on,
    coalesce(asked.told_of_from <= asked.asked_on and asked.told_of_to >= asked.first_day, false) as is_told_of
from asked
left join inherited
    on
        {{ same_asked('asked', 'inherited') }}
        and asked.org_code = inherited.org_code
where not asked.is_unborn or inherited.has_lived
