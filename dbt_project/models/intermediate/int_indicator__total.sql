-- Indicators whose figures add something up over time: what is filed of a part of a period is no whole to compare.
-- Where the line says how a column adds, only the ways count to which something was filed.
select distinct measures.indicator_code
from {{ ref('int_indicator__amount') }} as amounts
inner join {{ ref('int_indicator__measure') }} as measures on amounts.measure_id = measures.measure_id
where
    measures.part <> 'opening'
    and (measures.over_time = 'sum' or measures.within_year = 'sum')
