"""The two gates as asset checks.

What belongs here: how their findings are shown and what they block. What does not: the rules (`ingestion.gate`,
`reports.publication_gate`); tests of single models, which dbt has.
"""
