select
    units.org_code,
    units.term_code,
    predecessors.predecessor_code,
    predecessors.ended_on
from {{ ref('int_organisation__predecessor') }} as predecessors
inner join {{ ref('rpt_report_unit') }} as units on predecessors.org_code = units.org_code
inner join {{ ref('int_organisation__asked') }} as asked
    on
        asked.base_kind = 'term'
        and units.org_code = asked.org_code
        and units.term_code = asked.period_code
        and predecessors.came_on <= asked.asked_on
inner join {{ ref('rpt_report_unit') }} as earlier
    on
        predecessors.predecessor_code = earlier.org_code
        and units.term_code = earlier.term_code
