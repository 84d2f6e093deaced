"""What a template knows of its workbook before anything is filled in.

What belongs here: asking the gate of a workbook with nothing in it, and keeping what does not depend on what
will be typed. What does not: which names these are, which their providers say; the formulas that use it
(`rule_formulas.py`) and what is carried for checks without a registry (`carried.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form
from ingestion.definitions.registry_rows import Organisation
from ingestion.gate import GateContext
from ingestion.gate.compiling import Check
from ingestion.gate.context import Vocabulary
from ingestion.gate.frames.batch import Batch
from ingestion.gate.frames.sources import OfRow, OfSubmission, SumAndRest
from ingestion.gate.frames.subject import subject_of
from ingestion.gate.language.syntax import Name, names
from ingestion.gate.language.vectors import Kind, Vector
from ingestion.records.cells import column_letter
from ingestion.records.file_kinds import FileKind
from ingestion.records.periods import Period
from ingestion.records.sheet_names import CONTEXT_SHEET
from ingestion.records.submissions import Cover, FormRow, FormTable, Reading, Submission, SubmissionKey
from ingestion.workbook.formulas import Constant, Lookup, SheetPlace
from ingestion.workbook.writer import FIRST_DATA_ROW, Row

"""The hidden sheet of what is known beforehand; like every sheet named DM_…, it is no form."""

FIRST_BLOCK_ROW = 3


@dataclass(frozen=True)
class Computed:
    """A value of a block that the workbook computes itself."""

    formula: str


@dataclass(frozen=True)
class Block:
    """What is known of rows under one name, as the hidden sheet holds it: codes and values."""

    name: str
    rows: tuple[tuple[str, "bool | float | str | Computed | None"], ...]


def further_keys(catalogue: Catalogue, form: Form, rows: Sequence[Row]) -> list[str]:
    """Give the keys that a clerk may add to a form and of which something can be known: further indicators."""
    if form.rows != "targets":
        return []
    filled_in = {row.get(form.key[0]) for row in rows}
    return [code for code in sorted(catalogue.indicators) if code not in filled_in]


def empty_batch(
    context: GateContext,
    words: Vocabulary,
    unit: Organisation,
    period: Period,
    tables: Mapping[str, Sequence[Row]],
) -> Batch:
    """Give the workbook as the gate would see it with nothing happened, to ask it what it knows already."""
    reading = Reading(
        "",
        FileKind.XLSX,
        Cover(unit.org_code, period, {"period_code": period.code}, {}, context.catalogue.cover.sheet),
    )
    for code, rows in tables.items():
        form = context.catalogue.forms[code]
        columns = {column.code: i for i, column in enumerate(form.columns, start=1)}
        table = FormTable(code, form.sheet, columns)
        further = ({form.key[0]: key} for key in further_keys(context.catalogue, form, rows))
        shown: Iterable[Row] = (*rows, *further)
        for number, row in enumerate(shown, start=FIRST_DATA_ROW):
            values = {c.code: 0 if c.is_number else row.get(c.code) for c in form.columns}
            table.rows.append(FormRow(number, values))  # type: ignore[arg-type]  # prefilled rows hold no marks
        reading.tables[code] = table
    moment = datetime.combine(period.end, datetime.min.time(), UTC)
    submission = Submission(SubmissionKey(unit.org_code, period.code, 1), "", moment, reading)
    subject = subject_of(submission, period, context)
    return Batch([subject], period, context, words)


@dataclass
class Foreknown:
    """What can be said of the workbook before anything is filled in, as the gate says it.

    Attributes:
        constants: what is the same for a whole sheet or submission.
        lookups: what is known of single rows.
        blocks: the hidden sheet on which they stand.
    """

    batch: Batch
    words: Vocabulary
    sheets: Mapping[str, SheetPlace]
    constants: dict[tuple[str, tuple[str, ...]], Constant] = field(default_factory=dict)
    lookups: dict[tuple[str, tuple[str, ...]], Lookup] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def learn(self, check: Check) -> None:
        """Look up every name of a check whose value does not depend on what will be filled in."""
        nodes = [check.holds, check.when, check.value, check.expected, *check.fields.values()]
        for name in (name for node in nodes if node is not None for name in names(node)):
            source = self.words.source(name.path)
            if isinstance(source, OfSubmission):
                vector = self.batch.column(self.batch.submissions, name.path)
                self.constants["", name.path] = Constant(vector.kind, vector.at(0))
            elif check.form is not None and isinstance(source, OfRow | SumAndRest):
                self._of_form(check, check.form, name, source)

    def _of_form(self, check: Check, form: str, name: Name, source: OfRow | SumAndRest) -> None:
        key = (form, name.path)
        if key in self.constants or key in self.lookups or not len(self.batch.sheet(form)):
            return
        if isinstance(source, SumAndRest):
            # With nothing filled in, what is left of the sum is what earlier filings add.
            vector = self.batch.column(self.batch.sheet(form), name.path)
            self.constants[form, (*name.path, "rest")] = Constant(vector.kind, vector.at(0))
        elif check.frame != "row" or source.is_of_sheet:
            vector = self.batch.column(self.batch.sheet(form), name.path)
            self.constants[key] = Constant(vector.kind, vector.at(0))
        else:
            self._by_row(form, name, self.batch.column(self.batch.row(form), name.path))

    def _by_row(self, form: str, name: Name, vector: Vector) -> None:
        place = self.sheets[form]
        if len(place.form.key) > 1 or vector.is_null.all():
            self.constants[form, name.path] = Constant(vector.kind, None)
            return
        rows = [(str(key[0]), vector.at(row)) for row, key in enumerate(self.batch.row(form).keys)]
        block = Block(f"{form}.{name}", tuple(rows))
        self.lookups[form, name.path] = self.put(block, vector.kind)

    def put(self, block: Block, kind: Kind) -> Lookup:
        """Put a block on the hidden sheet."""
        column = 2 * len(self.blocks) + 1
        self.blocks.append(block)
        codes, values = column_letter(column), column_letter(column + 1)
        last = FIRST_BLOCK_ROW + len(block.rows) - 1
        return Lookup(
            f"'{CONTEXT_SHEET}'!${codes}${FIRST_BLOCK_ROW}:${codes}${last}",
            f"'{CONTEXT_SHEET}'!${values}${FIRST_BLOCK_ROW}:${values}${last}",
            kind,
        )
