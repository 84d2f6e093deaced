"""From the inbox to bronze: landing what waits, judging what is pending, and writing what counts.

What belongs here: the order of steps and what is recorded between them. What does not: what each step does
(`landing/inbox.py`, `landing/originals.py`, `reading/`, `gate/`, `returns/`, `bronze/accepted.py`), and any
scheduler.

Every step may be cut short and run again.
"""

from ingestion.pipeline.checking import UNKNOWN_UNIT, CheckResult, check_files, returns_of
from ingestion.pipeline.deciding import close, decide, reopen, set_coverage
from ingestion.pipeline.inbox import LandingReport, land_inbox
from ingestion.pipeline.judging import PeriodReport, changes_of, judge_period, pending_periods
from ingestion.pipeline.notices import write_alerts
from ingestion.pipeline.office import Office
from ingestion.pipeline.progress import Progress
from ingestion.pipeline.rebuilding import rebuild_bronze
from ingestion.pipeline.reexamining import ReexaminationReport, reexamine
from ingestion.pipeline.retrying import RetryReport, retry, to_retry
from ingestion.pipeline.writing import DamagedOriginalsError, demand_originals

__all__ = [
    "UNKNOWN_UNIT",
    "CheckResult",
    "DamagedOriginalsError",
    "LandingReport",
    "Office",
    "PeriodReport",
    "Progress",
    "ReexaminationReport",
    "RetryReport",
    "changes_of",
    "check_files",
    "close",
    "decide",
    "demand_originals",
    "judge_period",
    "land_inbox",
    "pending_periods",
    "rebuild_bronze",
    "reexamine",
    "reopen",
    "retry",
    "returns_of",
    "set_coverage",
    "to_retry",
    "write_alerts",
]
