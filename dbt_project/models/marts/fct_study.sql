{{ fact_rows(
    'stg_b08',
    'B08',
    keys=['line_code', 'document_code'],
    latest=['population', 'pct', 'completed_on'],
    by_line=['participated']
) }}
