select
    indicator_code,
    name_vi,
    name_en,
    unit_code,
    indicator_kind as kind,
    section,
    decimals,
    sort_order
from {{ ref('stg_indicator') }}
