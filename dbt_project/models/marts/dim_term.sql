select
    term_system,
    term_code,
    first_year,
    last_year,
    lag(term_code) over (partition by term_system order by first_year) as previous_term_code
from {{ ref('stg_term') }}
