select
    term_system,
    term_code,
    first_year,
    last_year,
    -- only a term that ended when this one began came before it
    case
        when lag(last_year) over (partition by term_system order by first_year) >= first_year - 1
            then lag(term_code) over (partition by term_system order by first_year)
    end as previous_term_code
from {{ ref('stg_term') }}
