-- Rows that count nothing in a figure, since a row of another unit that counts there tells of the same days.
select distinct
    contributors.base_kind,
    contributors.period_code,
    contributors.term_system,
    contributors.org_code,
    contributors.base_period_code,
    contributors.is_minus,
    takers.row_id
from {{ ref('int_row__taker') }} as takers
inner join {{ ref('int_figure__contributor') }} as contributors
    on
        contributors.closure_level = 'unit'
        and takers.reporting_org_code = contributors.contributing_code
        and takers.base_period_code = contributors.counted_base_code
inner join {{ ref('int_figure__contributor') }} as others
    on
        others.closure_level = 'unit'
        and {{ same_base('contributors', 'others') }}
        and takers.taker_code = others.contributing_code
