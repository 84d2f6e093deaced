"""The groups of Dagster's graph: named once, in the order in which a figure passes them.

What belongs here: their names. What does not: which asset is in which (`assets.py`, `publication.py`), and the
layers of the dbt project, whose folders have the same names.
"""

INTAKE = "intake"
"""Files that come in, and the registry that says who owes them."""

GATE = "gate"
"""Verdicts on what came in."""

BRONZE = "bronze"
"""Accepted rows, as they were filed."""

WAREHOUSE = "warehouse"
"""The moment that is published, the database built of it, and the one that readers open."""

STAGING = "staging"
"""Bronze and registry as dbt reads them."""

INTERMEDIATE = "intermediate"
"""What counts of them, and the figures of each unit and period."""

MARTS = "marts"
"""Facts and dimensions: what analysts open."""

REPORTS = "reports"
"""Tables that pages are made of."""

REPORT = "report"
"""Pages, documents and the release that is up."""

ALL = (INTAKE, GATE, BRONZE, WAREHOUSE, STAGING, INTERMEDIATE, MARTS, REPORTS, REPORT)
LAYERS = (STAGING, INTERMEDIATE, MARTS, REPORTS)
"""The groups that are folders of the dbt project."""
