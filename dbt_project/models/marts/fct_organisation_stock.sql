{{ fact_rows(
    'stg_b03',
    'B03',
    keys=['line_code'],
    openings=['opening_count'],
    flows=['established', 'received', 'merged_away', 'dissolved', 'handed_over'],
    latest=['closing_count', 'in_scope_count']
) }}
