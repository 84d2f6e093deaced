"""Workbooks as the product writes them: the layout, and the blank template of one unit and period.

What belongs here: writing. What does not: reading a filed workbook (`ingestion.reading`).
"""

from ingestion.records.submissions import NOT_APPLICABLE, CellInput, NotApplicable
from ingestion.workbook.template import (
    TemplateError,
    assigned_targets,
    blank_tables,
    reporting_unit,
    write_template,
)
from ingestion.workbook.writer import (
    period_name,
    write_workbook,
)

__all__ = [
    "NOT_APPLICABLE",
    "CellInput",
    "NotApplicable",
    "TemplateError",
    "assigned_targets",
    "blank_tables",
    "period_name",
    "reporting_unit",
    "write_template",
    "write_workbook",
]
