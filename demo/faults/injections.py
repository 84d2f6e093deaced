"""All faults, by rule: each module of faults has entered its own when this one is imported.

What belongs here: naming those modules. What does not: any fault.
"""

from demo.faults import (  # noqa: F401 - each enters its faults in the list
    of_admissions,
    of_cells,
    of_discipline,
    of_evaluation,
    of_inspection,
    of_lines,
    of_members,
    of_organisations,
    of_outliers,
    of_relations,
    of_submission,
    of_targets,
)
from demo.faults.base import INJECTIONS

__all__ = ["INJECTIONS"]
