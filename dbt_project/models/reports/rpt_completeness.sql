with

owed as (

    select
        reporting_org_code,
        period_code,
        string_agg(form_code, ' ' order by form_code) as owed_forms,
        min(due_on) as due_on
    from {{ ref('stg_owed_form') }}
    group by reporting_org_code, period_code

),

received as (

    select
        reporting_org_code,
        period_code,
        min(received_at) as received_at,
        max(case when is_effective then submission_id end) as accepted_submission_id
    from {{ ref('fct_submission') }}
    group by reporting_org_code, period_code

),

latest as (

    select
        reporting_org_code,
        period_code,
        standing,
        row_number() over (partition by reporting_org_code, period_code order by revision desc) as recency
    from {{ ref('fct_submission') }}

),

calendar as (

    select
        period_code,
        due_on
    from {{ ref('stg_calendar_period') }}

),

keys as (

    select
        reporting_org_code,
        period_code
    from owed

    union distinct

    select
        reporting_org_code,
        period_code
    from received

),

joined as (

    select
        keys.reporting_org_code,
        keys.period_code,
        owed.period_code is not null as is_owed,
        owed.owed_forms,
        received.received_at,
        coalesce(owed.due_on, calendar.due_on) as due_on,
        received.period_code is not null as is_received,
        received.accepted_submission_id,
        latest.standing as latest_standing
    from keys
    left join owed
        on
            keys.reporting_org_code = owed.reporting_org_code
            and keys.period_code = owed.period_code
    left join received
        on
            keys.reporting_org_code = received.reporting_org_code
            and keys.period_code = received.period_code
    left join latest
        on
            keys.reporting_org_code = latest.reporting_org_code
            and keys.period_code = latest.period_code
            and latest.recency = 1
    left join calendar on keys.period_code = calendar.period_code

)

select
    reporting_org_code,
    period_code,
    is_owed,
    owed_forms,
    received_at,
    due_on,
    is_received,
    case when is_received and due_on is not null then {{ local_day('received_at') }} <= due_on end as is_on_time,
    accepted_submission_id is not null as is_accepted,
    -- a later revision that was refused takes nothing away from the one that counts
    case
        when accepted_submission_id is not null then 'accepted'
        when is_received then latest_standing
        else 'missing'
    end as status,
    accepted_submission_id
from joined
