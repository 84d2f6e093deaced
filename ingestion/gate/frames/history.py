"""What the gate asks of earlier periods.

What belongs here: the one question that rules over time need answered, and the answer where there is no
warehouse. What does not: where accepted rows are kept.
"""

from typing import Protocol

import pandas as pd

from ingestion.records.periods import Period

KEY_COLUMNS = ("submission_id", "reporting_org_code", "period_code", "sheet", "row_number")
"""The columns that stand before a form's own in every table of accepted rows."""


class History(Protocol):
    """Effective accepted rows of earlier periods."""

    def rows(self, form: str, period: Period) -> pd.DataFrame:
        """Give the rows of a form that count for a period, of all units.

        Columns: submission_id, reporting_org_code, period_code, sheet, row_number and the form's own.
        """


class EmptyHistory:
    """No earlier periods: rules that need them are not run."""

    def rows(self, form: str, period: Period) -> pd.DataFrame:
        """Give no rows, whatever is asked."""
        return pd.DataFrame(columns=list(KEY_COLUMNS))
