{{ fact_rows(
    'stg_b05',
    'B05',
    keys=['actor_code', 'activity_code'],
    flows=[
        'done_orgs',
        'done_members',
        'done_committee_members',
        'concluded_orgs',
        'concluded_members',
        'violated_orgs',
        'violated_members',
        'must_discipline_orgs',
        'must_discipline_members',
        'disciplined_orgs',
        'disciplined_members',
        'moved_to_suspicion_check'
    ],
    latest=['planned_orgs', 'planned_members', 'done_orgs_distinct'],
    quarterly=['done_orgs', 'done_members']
) }}
