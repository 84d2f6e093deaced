"""Bronze: accepted rows as Parquet, with the place of every cell.

What belongs here: the files of filed rows and of what the ledger says of them, and reading them back as history
for the gate. What does not: reference tables (`reference.py`), which submissions count (`landing/ledger.py`)
and when bronze is written (`pipeline/`).

Everything here follows from landing, the ledger and the catalogue. Files are written aside and
renamed, sorted, with explicit types; the same state gives the same bytes, and a file that would not change is
left alone.
"""

import io
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.form_names import ROW_COLUMNS
from ingestion.definitions.forms import Form
from ingestion.landing.review import answer_to
from ingestion.landing.state import LedgerState, SubmissionRecord
from ingestion.records.cells import column_letter
from ingestion.records.findings import OutcomeStatus
from ingestion.records.mendable import MendableError
from ingestion.records.periods import Period
from ingestion.records.submissions import FormRow, FormTable, Mark, Reading
from ingestion.storage.files import private_folder, write_durably
from ingestion.words.messages import ToldError

LAYOUT = 4
"""Rises when the files change in shape, so that bronze of an older version is rebuilt."""

_INSTANT = pa.timestamp("us", tz="UTC")
_TYPES = {
    "code": pa.string(),
    "text": pa.string(),
    "int": pa.int64(),
    "decimal": pa.float64(),
    "percent": pa.float64(),
    "date": pa.date32(),
}
ROW_COLUMNS_TOLD = dict(
    zip(
        ROW_COLUMNS,
        (
            "The submission.",
            "The unit that filed.",
            "The period.",
            "The sheet of the form.",
            "The row of the sheet.",
            "The columns that were asked for and left blank in the row, with blanks between; empty for none.",
        ),
        strict=True,
    )
)
"""What bronze says of every row of a form, in words."""
_KEY_FIELDS = [(name, pa.int32() if name == "row_number" else pa.string()) for name in ROW_COLUMNS]
_COLUMNS = pa.schema(
    [
        ("submission_id", pa.string()),
        ("form_code", pa.string()),
        ("sheet", pa.string()),
        ("column_code", pa.string()),
        ("letter", pa.string()),
    ]
)
_SUBMISSIONS = pa.schema(
    [
        ("submission_id", pa.string()),
        ("reporting_org_code", pa.string()),
        ("period_code", pa.string()),
        ("revision", pa.int32()),
        ("sha256", pa.string()),
        ("file", pa.string()),
        ("original_name", pa.string()),
        ("received_at", _INSTANT),
        ("verdict", pa.string()),
        ("verdict_at", _INSTANT),
        ("period_basis", pa.string()),
        ("coverage_from", pa.date32()),
        ("rules_version", pa.string()),
        ("n_errors", pa.int32()),
        ("n_warnings", pa.int32()),
        ("n_passed", pa.int32()),
        ("n_failed", pa.int32()),
        ("n_not_run", pa.int32()),
        ("kind", pa.string()),
    ]
)
_DECISIONS = pa.schema(
    [
        ("submission_id", pa.string()),
        ("decision_no", pa.int32()),
        ("status", pa.string()),
        ("decided_at", _INSTANT),
        ("decided_by", pa.string()),
        ("reason", pa.string()),
    ]
)
_COVERAGES = pa.schema(
    [
        ("submission_id", pa.string()),
        ("coverage_no", pa.int32()),
        ("coverage_from", pa.date32()),
        ("decided_at", _INSTANT),
        ("decided_by", pa.string()),
        ("reason", pa.string()),
    ]
)
_FINDINGS = pa.schema(
    [
        ("submission_id", pa.string()),
        ("rule_code", pa.string()),
        ("clause", pa.int32()),
        ("severity", pa.string()),
        ("sheet", pa.string()),
        ("cell", pa.string()),
        ("value", pa.string()),
        ("expected", pa.string()),
        ("message", pa.string()),
        ("message_en", pa.string()),
        ("explained", pa.bool_()),
        ("explanation", pa.string()),
    ]
)
_EXPLANATIONS = pa.schema(
    [
        ("submission_id", pa.string()),
        ("rule_code", pa.string()),
        ("sheet", pa.string()),
        ("cell", pa.string()),
        ("text", pa.string()),
    ]
)


class BronzeError(ToldError, MendableError):
    """A file of bronze is damaged; the message names it and says how it is made anew."""

    is_refusal = True


@dataclass(frozen=True)
class Filed:
    """One submission that counts or counted, with what was read from it."""

    record: SubmissionRecord
    reading: Reading


def form_schema(form: Form) -> pa.Schema:
    """Give the columns of a form's files: where a row comes from, what it leaves out, and the form's own."""
    return pa.schema(_KEY_FIELDS + [(column.code, _TYPES[column.type]) for column in form.columns])


def form_path(bronze: Path, form: str, period: str) -> Path:
    """Give the file of one form and period."""
    return bronze / "forms" / form / f"{period}.parquet"


@dataclass(frozen=True)
class PeriodRows:
    """The rows of one period as they are written.

    Attributes:
        forms: the bytes of each form's file; forms without rows have none.
        letters: the place of each column of each submission.
    """

    period: str
    forms: Mapping[str, bytes] = field(default_factory=dict)
    letters: Sequence[Mapping[str, Any]] = ()


def rows_of_period(catalogue: Catalogue, period: str, filed: Sequence[Filed]) -> PeriodRows:
    """Give the rows of one period: every submission that counts or counted."""
    filed = sorted(filed, key=lambda f: str(f.record.key))
    forms = {}
    for form in catalogue.forms.values():
        if rows := [row for one in filed for row in _form_rows(form, one)]:
            forms[form.code] = _bytes_of(pa.Table.from_pylist(rows, form_schema(form)))
    return PeriodRows(period, forms, [row for one in filed for row in _letters(catalogue, one)])


def write_period(bronze: Path, catalogue: Catalogue, rows: PeriodRows) -> None:
    """Write the rows of one period, whole files at once.

    The column letters of these submissions replace those that were there; those of other periods stay.
    """
    for form in catalogue.forms:
        path = form_path(bronze, form, rows.period)
        if form in rows.forms:
            _write(path, rows.forms[form])
        else:
            path.unlink(missing_ok=True)
    letters = list(rows.letters)
    path = bronze / "columns.parquet"
    if path.is_file():
        kept = read_table(path, _COLUMNS).to_pylist()
        letters += [row for row in kept if _period_of(row["submission_id"]) != rows.period]
    letters.sort(key=lambda row: (row["submission_id"], row["form_code"], len(row["letter"]), row["letter"]))
    write_table(path, pa.Table.from_pylist(letters, _COLUMNS))


def remove_other_periods(bronze: Path, periods: Container[str]) -> None:
    """Remove the files of periods that have no rows any more (bronze of another landing, say)."""
    for path in sorted((bronze / "forms").glob("*/*.parquet")):
        if path.stem not in periods:
            path.unlink()


def _period_of(submission_id: str) -> str:
    return submission_id.rsplit(".", 2)[1]


def _table(form: Form, filed: Filed) -> FormTable | None:
    """Give the sheet on which a form was filed; one that need not be, and was left empty, was not."""
    table = filed.reading.tables.get(form.code)
    period = Period.parse(filed.record.key.period)
    if table is None or (not form.is_owed_by_any(period) and table.is_left_empty(form.given)):
        return None
    return table


def _form_rows(form: Form, filed: Filed) -> list[dict[str, Any]]:
    table = _table(form, filed)
    if table is None:
        return []
    key = filed.record.key
    head = {
        "submission_id": str(key),
        "reporting_org_code": key.unit,
        "period_code": key.period,
        "sheet": table.sheet,
    }
    asked = form.on(Period.parse(key.period).end)
    return [
        {
            **head,
            "row_number": row.number,
            "left_blank": _left_blank(asked, row),
            **{c.code: row.values.get(c.code) for c in form.columns},
        }
        for row in sorted(table.rows, key=lambda row: row.number)
    ]


def _left_blank(form: Form, row: FormRow) -> str | None:
    """Name the cells that a form asks for and a row left blank, None for none; `x` is an answer."""
    blank = [c.code for c in form.columns if c.required and row.marks.get(c.code) is Mark.BLANK]
    return " ".join(blank) or None


def _letters(catalogue: Catalogue, filed: Filed) -> list[dict[str, Any]]:
    return [
        {
            "submission_id": str(filed.record.key),
            "form_code": table.form,
            "sheet": table.sheet,
            "column_code": column,
            "letter": column_letter(position),
        }
        for table in (_table(form, filed) for form in catalogue.forms.values())
        if table is not None
        for column, position in table.columns.items()
    ]


def write_ledger_tables(bronze: Path, state: LedgerState) -> None:
    """Write what the ledger says: submissions, decisions, findings and explanations, rejected ones included."""
    # What was read again under another name without ever having had a verdict is told by that one alone.
    told = (r for r in state.submissions.values() if r.judged is not None or not r.again)
    records = sorted(told, key=lambda record: str(record.key))
    submissions = [_submission_row(record) for record in records]
    decisions = [
        {
            "submission_id": str(record.key),
            "decision_no": number,
            "status": decision.status,
            "decided_at": decision.at,
            "decided_by": decision.by,
            "reason": decision.reason,
        }
        for record in records
        if not record.is_set_aside
        for number, decision in enumerate(record.decisions, start=1)
    ]
    findings = [
        {
            "submission_id": str(record.key),
            "rule_code": finding.rule,
            "clause": finding.clause,
            "severity": finding.severity,
            "sheet": finding.sheet,
            "cell": finding.cell,
            "value": finding.value,
            "expected": finding.expected,
            "message": finding.message,
            "message_en": finding.message_en,
            "explained": finding.explained,
            "explanation": answer_to(record, finding) or None if finding.explained else None,
        }
        for record in records
        for finding in record.findings
    ]
    explanations = [
        {
            "submission_id": str(record.key),
            "rule_code": explanation.rule,
            "sheet": explanation.sheet,
            "cell": explanation.cell,
            "text": explanation.text,
        }
        for record in records
        for explanation in record.explanations
    ]
    write_table(bronze / "submissions.parquet", pa.Table.from_pylist(submissions, _SUBMISSIONS))
    write_table(bronze / "decisions.parquet", pa.Table.from_pylist(decisions, _DECISIONS))
    coverages = [row for record in records for row in _coverage_rows(record)]
    write_table(bronze / "coverages.parquet", pa.Table.from_pylist(coverages, _COVERAGES))
    write_table(bronze / "findings.parquet", pa.Table.from_pylist(findings, _FINDINGS))
    write_table(bronze / "explanations.parquet", pa.Table.from_pylist(explanations, _EXPLANATIONS))
    if not (bronze / "columns.parquet").is_file():
        # Nothing was ever accepted; whoever reads bronze finds every table all the same.
        write_table(bronze / "columns.parquet", _COLUMNS.empty_table())


def _coverage_rows(record: SubmissionRecord) -> list[dict[str, Any]]:
    """Give what was recorded of the day from which figures run; before it, as number 0, what the cover said."""
    if not record.coverages:
        return []
    name = str(record.key)
    said: dict[str, Any] = {"coverage_from": record.receipt.coverage_from, "decided_at": record.received_at}
    recorded: list[dict[str, Any]] = [
        {
            "coverage_from": event.coverage_from,
            "decided_at": event.at,
            "decided_by": event.by,
            "reason": event.reason,
        }
        for event in record.coverages
    ]
    return [
        {"submission_id": name, "coverage_no": number, **row} for number, row in enumerate((said, *recorded))
    ]


def _submission_row(record: SubmissionRecord) -> dict[str, Any]:
    counted = {status: sum(o.status is status for o in record.outcomes) for status in OutcomeStatus}
    severities = [finding.severity for finding in record.findings]
    return {
        "submission_id": str(record.key),
        "reporting_org_code": record.key.unit,
        "period_code": record.key.period,
        "revision": record.key.revision,
        "sha256": record.sha256,
        "file": record.file,
        "original_name": record.original_name,
        "received_at": record.received_at,
        # Without its rows it must not take the place of an earlier revision.
        "verdict": None if record.is_set_aside else record.verdict,
        "verdict_at": None if record.is_set_aside else record.verdict_at,
        "period_basis": record.receipt.period_basis or None,
        "coverage_from": record.coverage_from,
        "rules_version": record.rules_version,
        "n_errors": severities.count("error"),
        "n_warnings": severities.count("warning"),
        "n_passed": counted[OutcomeStatus.PASS],
        "n_failed": counted[OutcomeStatus.FAIL],
        "n_not_run": counted[OutcomeStatus.NOT_RUN],
        "kind": record.receipt.kind,
    }


def write_table(path: Path, table: pa.Table) -> None:
    """Write one file whole, and only if its bytes change."""
    _write(path, _bytes_of(table))


def _bytes_of(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _write(path: Path, data: bytes) -> None:
    if path.is_file() and path.read_bytes() == data:
        return
    private_folder(path.parent)
    write_durably(path, data)


def read_table(path: Path, schema: pa.Schema) -> pa.Table:
    """Read one file.

    Raises:
        BronzeError: it is damaged, or of another shape.
    """
    try:
        return pq.read_table(path, schema=schema)
    except pa.ArrowException as error:
        raise BronzeError("landing.bronze.damaged", path=path, folder=_folder_of(path)) from error


def _folder_of(path: Path) -> Path:
    """Give the folder of bronze to which a file belongs."""
    return next((parent for parent in path.parents if parent.name == "bronze"), path.parent)


class BronzeHistory:
    """Accepted rows of earlier periods, as the gate asks for them: each unit's newest accepted revision."""

    def __init__(self, bronze: Path, catalogue: Catalogue, state: LedgerState) -> None:
        self._bronze = bronze
        self._catalogue = catalogue
        # Names alone, and not the ledger with all that it says: this goes to other processes.
        self._counting = _counting(state)
        self._frames: dict[tuple[str, str], pd.DataFrame] = {}

    def rows(self, form: str, period: Period) -> pd.DataFrame:
        """Give the rows of a form that count for a period, of all units."""
        key = (form, period.code)
        if key not in self._frames:
            self._frames[key] = self._read(form, period.code)
        return self._frames[key]

    def _read(self, form: str, period: str) -> pd.DataFrame:
        schema = form_schema(self._catalogue.forms[form])
        path = form_path(self._bronze, form, period)
        table = read_table(path, schema) if path.is_file() else schema.empty_table()
        frame: pd.DataFrame = table.to_pandas()
        return frame[frame["submission_id"].isin(self._counting.get(period, ()))].reset_index(drop=True)


def _counting(state: LedgerState) -> dict[str, set[str]]:
    """Give by period the submissions that count."""
    counting: dict[str, set[str]] = {}
    for unit, period in {(record.key.unit, record.key.period) for record in state.submissions.values()}:
        if (record := state.effective(unit, period)) is not None:
            counting.setdefault(period, set()).add(str(record.key))
    return counting
