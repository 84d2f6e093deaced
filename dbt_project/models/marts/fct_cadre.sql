{{ fact_rows(
    'stg_b07',
    'B07',
    keys=['line_code'],
    latest=['base_total', 'pct_of_base', 'plan_total', 'pct_of_plan'],
    by_line=['total', 'female', 'age_40_or_less', 'ethnic_minority']
) }}
