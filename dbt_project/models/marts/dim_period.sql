select
    periods.period_code,
    periods.period_kind as kind,
    periods.period_year as "year",
    periods.first_year,
    periods.starts_on,
    periods.ends_on,
    periods.sort_order,
    periods.is_cumulative,
    calendar.period_code is not null as is_filed,
    calendar.due_on
from {{ ref('stg_period') }} as periods
left join {{ ref('stg_calendar_period') }} as calendar on periods.period_code = calendar.period_code
