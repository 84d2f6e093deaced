with

{{ cells_of_summands(ref('int_form__gap'), rows=ref('int_form__gap')) }}

select distinct
    measures.measure_id,
    natured.row_id
from natured
inner join {{ ref('int_indicator__measure') }} as measures
    on
        natured.indicator_code = measures.indicator_code
        and natured.part = measures.part
        and natured.over_time = measures.over_time
        and natured.within_year = measures.within_year
