-- The first and the last day of every organisation, and of those days the ones on which it files reports.
select
    org_code,
    max(term_system) as term_system,
    min(valid_from) as first_day,
    max(valid_to) as last_day,
    min(case when is_reporting then valid_from end) as files_from,
    max(case when is_reporting then valid_to end) as files_to,
    min(case when not is_reporting then valid_from end) as told_of_from,
    max(case when not is_reporting then valid_to end) as told_of_to
from {{ ref('stg_organisation') }}
group by org_code
