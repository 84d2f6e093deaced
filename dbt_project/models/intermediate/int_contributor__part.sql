-- Which parts of indicators a unit has something for, period by period. Openings are none of a figure's own.
select distinct
    measures.indicator_code,
    measures.part,
    amounts.contributing_code as reporting_org_code,
    amounts.base_period_code
from {{ ref('int_indicator__amount') }} as amounts
inner join {{ ref('int_indicator__measure') }} as measures on amounts.measure_id = measures.measure_id
where amounts.closure_level = 'unit' and measures.part <> 'opening'
