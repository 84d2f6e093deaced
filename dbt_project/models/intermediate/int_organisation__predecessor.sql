-- Whole mergers and renamings, followed through as many steps as there are.
with recursive

steps as (

    {{ whole_steps() }}

),

chain as (

    select
        successor_code as org_code,
        predecessor_code,
        effective_on as ended_on,
        effective_on as came_on,
        is_renamed,
        1 as n_steps
    from steps

    union all

    select
        chain.org_code,
        steps.predecessor_code,
        steps.effective_on as ended_on,
        greatest(chain.came_on, steps.effective_on) as came_on,
        chain.is_renamed and steps.is_renamed as is_renamed,
        chain.n_steps + 1 as n_steps
    from chain
    inner join steps on chain.predecessor_code = steps.successor_code
    -- a circle in the registry ends here instead of never
    where chain.n_steps < 20 and steps.predecessor_code <> chain.org_code

)

select
    org_code,
    predecessor_code,
    max(ended_on) as ended_on,
    min(came_on) as came_on,
    bool_or(is_renamed) as is_renamed
from chain
group by org_code, predecessor_code
