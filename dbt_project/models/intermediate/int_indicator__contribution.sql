with

{{ cells_of_summands(ref('int_form__value'), columns=['value_number', 'value_code']) }}

select
    measures.measure_id,
    natured.row_id,
    natured.column_code,
    natured.value_number,
    natured.value_code,
    natured.sign * case
        when not natured.is_count then natured.value_number
        when counted_codes.code is not null then 1
        else 0
    end as contribution,
    not natured.is_count or counted_codes.code is not null as is_counted
from natured
inner join {{ ref('int_indicator__measure') }} as measures
    on
        natured.indicator_code = measures.indicator_code
        and natured.part = measures.part
        and natured.over_time = measures.over_time
        and natured.within_year = measures.within_year
left join counted_codes
    on
        {{ same_summand('natured', 'counted_codes') }}
        and natured.value_code = counted_codes.code
where natured.is_count = (natured.value_number is null)
