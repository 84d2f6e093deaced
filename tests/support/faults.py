"""Failures of the product on purpose: what a file's name says happens to it, at the step that it names.

What belongs here: functions that stand in for the work on files, in the process in which that is done. A file
named `judge-hang.xlsx` hangs while it is judged; every other file is worked on as always.
"""

from collections.abc import Sequence
from typing import Any

from ingestion.bronze.accepted import Filed, PeriodRows
from ingestion.definitions.catalogue import Catalogue
from ingestion.gate import GateContext, Judged
from ingestion.pipeline import work
from ingestion.reading import many
from ingestion.records.submissions import Submission
from ingestion.returns import Answer
from tests.support.deeds import happen
from tests.support.totals import judge_by_totals

READ, MARK, ROWS = many._read, work._mark, work._rows


def at(step: str, name: str) -> None:
    """Let happen what a file's name says of this step."""
    place, _, kind = name.partition(".")[0].partition("-")
    if place == step:
        happen(kind)


def read(source: many.Source, catalogue: Catalogue) -> many.Read:
    """Read a file."""
    at("read", source.name)
    return READ(source, catalogue)


def judge(submissions: Sequence[Submission], context: GateContext, catalogue: Catalogue, engine: str) -> Judged:
    """Judge a batch by totals alone."""
    for submission in submissions:
        at("judge", submission.reading.file_name)
    return judge_by_totals(submissions, context)


def mark(path: Any, sha256: str, answer: Answer, catalogue: Catalogue) -> bytes:
    """Mark a workbook."""
    at("mark", answer.reading.file_name)
    return MARK(path, sha256, answer, catalogue)


def rows(period: str, filed: Sequence[Filed], catalogue: Catalogue) -> PeriodRows:
    """Make the rows of a period."""
    for one in filed:
        at("bronze", one.record.original_name)
    return ROWS(period, filed, catalogue)
