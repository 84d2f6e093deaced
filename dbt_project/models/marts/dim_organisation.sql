select
    org_code,
    org_name,
    org_kind,
    org_type,
    sector,
    org_level,
    parent_code,
    is_reporting,
    term_system,
    valid_from,
    valid_to,
    valid_from = max(valid_from) over (partition by org_code) as is_latest
from {{ ref('stg_organisation') }}
