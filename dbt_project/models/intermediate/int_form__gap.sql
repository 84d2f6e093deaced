-- Cells that were asked for and left out. A blank one is; one that is said not to apply (x) is where the same row
-- fills it in another period of the term, whichever unit filed the row, and where a row of what has merged wholly into
-- its organisation or unit does. What a row never fills does not apply to it, and what was not there yet or no longer
-- has no opening and no closing.
with

filed as (

    select
        form_rows.row_id,
        form_rows.form_code,
        form_rows.reporting_org_code,
        form_rows.body_code,
        form_rows.key_in_body,
        form_rows.period_code,
        form_rows.left_blank,
        submissions.period_kind,
        submissions.period_year
    from {{ ref('int_form__row') }} as form_rows
    inner join {{ ref('int_submission__effective') }} as submissions
        on form_rows.submission_id = submissions.submission_id

),

-- Of a line that other kinds of units owe nothing was asked.
not_owed as (

    select cells.row_id
    from filed
    inner join {{ ref('int_form__value') }} as cells on filed.row_id = cells.row_id
    inner join {{ ref('stg_form_line') }} as lines
        on
            cells.form_code = lines.form_code
            and cells.column_code = lines.column_code
            and cells.value_code = lines.line_code
    left join {{ ref('stg_organisation') }} as organisations
        on
            filed.reporting_org_code = organisations.org_code
            and organisations.is_reporting
            and list_contains(string_split(lines.owed_by, ' '), organisations.org_kind)
    where
        lines.owed_by is not null
        and organisations.org_code is null

),

blank as (

    select
        filed.row_id,
        filed.form_code,
        unnest(string_split(filed.left_blank, ' ')) as column_code
    from filed
    where filed.left_blank is not null

),

lives as (

    select
        org_code,
        min(valid_from) as first_day,
        max(valid_to) as last_day
    from {{ ref('stg_organisation') }}
    group by org_code

),

systems as (

    select distinct
        org_code,
        term_system
    from {{ ref('stg_organisation') }}

),

of_terms as (

    select
        filed.row_id,
        filed.form_code,
        filed.body_code,
        filed.key_in_body,
        filed.period_code,
        filed.period_year,
        terms.term_system,
        terms.term_code
    from filed
    inner join systems on filed.reporting_org_code = systems.org_code
    inner join {{ ref('stg_term') }} as terms
        on
            systems.term_system = terms.term_system
            and filed.period_year between terms.first_year and terms.last_year
    where filed.period_kind <> 'NK'

),

-- Columns that nobody has to fill say nothing by being empty.
asked_columns as (

    select distinct
        columns.form_code,
        columns.column_code
    from {{ ref('stg_form_column') }} as columns
    inner join {{ ref('stg_indicator_summand') }} as summands
        on
            columns.form_code = summands.form_code
            and columns.column_code = summands.column_code
    where columns.is_required

),

filled as (

    select
        cells.row_id,
        cells.column_code
    from {{ ref('int_form__value') }} as cells
    inner join asked_columns
        on
            cells.form_code = asked_columns.form_code
            and cells.column_code = asked_columns.column_code

),

n_rows as (

    select
        form_code,
        body_code,
        key_in_body,
        term_system,
        term_code,
        count(*) as n_rows
    from of_terms
    group by form_code, body_code, key_in_body, term_system, term_code

),

n_filled as (

    select
        of_terms.form_code,
        of_terms.body_code,
        of_terms.key_in_body,
        of_terms.term_system,
        of_terms.term_code,
        filled.column_code,
        count(*) as n_filled
    from of_terms
    inner join filled on of_terms.row_id = filled.row_id
    group by
        of_terms.form_code,
        of_terms.body_code,
        of_terms.key_in_body,
        of_terms.term_system,
        of_terms.term_code,
        filled.column_code

),

-- By whose rows the rows of a body are held: by its own, by those of what it took in whole, and by those of the same
-- body under another code. What merged with others into one does not owe what all of them together count.
holders as (

    select distinct
        body_code,
        body_code as holder_code
    from of_terms

    union distinct

    select
        org_code as body_code,
        predecessor_code as holder_code
    from {{ ref('int_organisation__predecessor') }}

    union distinct

    select
        predecessor_code as body_code,
        org_code as holder_code
    from {{ ref('int_organisation__predecessor') }}
    where is_renamed

),

applying as (

    select distinct
        n_filled.form_code,
        holders.body_code,
        n_filled.key_in_body,
        n_filled.term_system,
        n_filled.term_code,
        n_filled.column_code
    from n_filled
    inner join holders on n_filled.body_code = holders.holder_code

),

filled_at_times as (

    select applying.*
    from applying
    inner join n_rows
        on
            applying.form_code = n_rows.form_code
            and applying.body_code = n_rows.body_code
            and applying.key_in_body = n_rows.key_in_body
            and applying.term_system = n_rows.term_system
            and applying.term_code = n_rows.term_code
    left join n_filled
        on
            applying.form_code = n_filled.form_code
            and applying.body_code = n_filled.body_code
            and applying.key_in_body = n_filled.key_in_body
            and applying.term_system = n_filled.term_system
            and applying.term_code = n_filled.term_code
            and applying.column_code = n_filled.column_code
    where coalesce(n_filled.n_filled, 0) < n_rows.n_rows

),

not_this_time as (

    select
        of_terms.row_id,
        of_terms.form_code,
        filled_at_times.column_code
    from filled_at_times
    inner join of_terms
        on
            filled_at_times.form_code = of_terms.form_code
            and filled_at_times.body_code = of_terms.body_code
            and filled_at_times.key_in_body = of_terms.key_in_body
            and filled_at_times.term_system = of_terms.term_system
            and filled_at_times.term_code = of_terms.term_code
    left join filled
        on
            of_terms.row_id = filled.row_id
            and filled_at_times.column_code = filled.column_code
    inner join {{ ref('stg_form_column') }} as columns
        on
            filled_at_times.form_code = columns.form_code
            and filled_at_times.column_code = columns.column_code
    inner join {{ ref('stg_period') }} as periods on of_terms.period_code = periods.period_code
    left join lives on of_terms.body_code = lives.org_code
    where
        filled.row_id is null
        and not coalesce(
            columns.nature = 'opening'
            and extract(year from lives.first_day) = of_terms.period_year
            and lives.first_day <= periods.ends_on,
            false
        )
        and not coalesce(
            columns.nature = 'stock'
            and extract(year from lives.last_day) = of_terms.period_year
            and lives.last_day <= periods.ends_on,
            false
        )

),

gaps as (

    select * from blank
    union distinct
    select * from not_this_time

)

select gaps.*
from gaps
left join not_owed on gaps.row_id = not_owed.row_id
where not_owed.row_id is null
