select
    units.org_code,
    units.term_code,
    predecessors.predecessor_code,
    predecessors.ended_on
from {{ ref('int_organisation__predecessor') }} as predecessors
inner join {{ ref('rpt_report_unit') }} as units on predecessors.org_code = units.org_code
inner join {{ ref('rpt_report_unit') }} as earlier
    on
        predecessors.predecessor_code = earlier.org_code
        and units.term_code = earlier.term_code
