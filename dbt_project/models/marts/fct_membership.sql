{{ fact_rows(
    'stg_b01',
    'B01',
    keys=['org_code'],
    openings=['opening_members'],
    flows=[
        'in_admitted',
        'in_transfer_other_province',
        'in_transfer_same_province',
        'in_transfer_internal',
        'in_restored',
        'in_total',
        'out_deceased',
        'out_expelled',
        'out_struck_off',
        'out_struck_off_probationary',
        'out_resigned',
        'out_transfer_other_province',
        'out_transfer_same_province',
        'out_transfer_internal',
        'out_total'
    ],
    latest=[
        'closing_members',
        'closing_probationary',
        'closing_female',
        'closing_ethnic_minority',
        'closing_religious',
        'closing_youth_union',
        'closing_age_18_30',
        'closing_exempt'
    ],
    quarterly=['in_total', 'out_total']
) }}
