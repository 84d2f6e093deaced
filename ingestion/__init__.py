"""From a filed workbook to accepted rows: reading, landing, the gate, bronze.

What belongs here: pure functions and the data that they interpret (forms, rules, indicators).
What does not: Dagster, SQL, rendering, the clock and the environment.
"""
