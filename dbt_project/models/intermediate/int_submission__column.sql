-- Kept as a table, so that a published warehouse traces a figure without bronze at hand.
select
    columns.submission_id,
    columns.form_code,
    columns.sheet,
    columns.column_code,
    columns.column_letter
from {{ ref('stg_filed_column') }} as columns
inner join {{ ref('int_submission__effective') }} as submissions
    on columns.submission_id = submissions.submission_id
