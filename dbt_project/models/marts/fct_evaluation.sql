{{ fact_rows(
    'stg_b04',
    'B04',
    keys=['org_code'],
    latest=[
        'org_rating',
        'org_score',
        'org_not_rated_reason',
        'cells_total',
        'cells_not_rated',
        'cells_rated',
        'cells_excellent',
        'cells_good',
        'cells_completed',
        'cells_not_completed',
        'members_total',
        'members_exempt',
        'members_not_rated',
        'members_rated',
        'members_excellent',
        'members_good',
        'members_completed',
        'members_not_completed'
    ]
) }}
