-- What figures are asked for: cumulative periods, and terms, of each system its own.
select
    'cumulative' as base_kind,
    period_code,
    '' as term_system,
    make_date(period_year, 1, 1) as first_day,
    ends_on as last_day
from {{ ref('stg_period') }}
where is_cumulative

union all

select
    'term' as base_kind,
    term_code as period_code,
    term_system,
    make_date(first_year, 1, 1) as first_day,
    make_date(last_year, 12, 31) as last_day
from {{ ref('stg_term') }}
