"""The rules of one workbook as formulas: which check accuses which cell, and what it says there.

What belongs here: what is known when a workbook is written, and from the rules to formulas with their places.
What does not: the compilation of expressions (`ingestion.gate.excel`) and the writing of cells (`aided.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from string import Formatter

from ingestion.catalogue import Catalogue, Form
from ingestion.cells import column_letter
from ingestion.gate import EmptyHistory, GateContext, History
from ingestion.gate.batch import Batch, subject_of
from ingestion.gate.excel import (
    LONGEST,
    ROW,
    Book,
    Constant,
    ExcelCompiler,
    Helpers,
    Lookup,
    NotCompiledError,
    SheetPlace,
    literal,
)
from ingestion.gate.rules import Check, rule_book
from ingestion.gate.syntax import Binary, Name, names
from ingestion.gate.vectors import Vector
from ingestion.messages import message
from ingestion.periods import Period
from ingestion.registry import Organisation, Registry
from ingestion.submissions import Cover, FormRow, FormTable, Reading, Submission, SubmissionKey
from ingestion.workbook.carried import Line, carried_lines
from ingestion.workbook.writer import FIRST_COVER_ROW, FIRST_DATA_ROW, CellInput, Row

CONTEXT_SHEET = "DM_CS"
"""The hidden sheet of what is known beforehand; like every sheet named DM_…, it is no form."""

FIRST_MESSAGE_COLUMN = 703
"""AAA: the hidden columns of messages begin where no form reaches and no reader looks."""

FIRST_HELPER_COLUMN = 1003
"""ALO: the hidden columns of intermediate values."""

_OF_ROW = frozenset({"reg", "target", "prev_cum", "prev_year", "prev_term"})
_OF_SUBMISSION = frozenset({"cal", "scheme", "sub"})
_UNSTABLE = frozenset({("sub", "is_cumulative"), ("sub", "received_on"), ("cal", "due_on")})
_LAST_RULE = "V010"
"""What is still blank is said last: a mistake is more urgent than what has not been written yet."""

_CHUNK = 6000


@dataclass(frozen=True)
class Violation:
    """One check over the rows of a sheet, or over the sheet as a whole.

    Attributes:
        home: the form on whose sheet it is shown.
        row: the row in which it is computed; None: every row of data.
        formula: TRUE where the check fails, with `ROW` for the number of the row.
        text: the message as a formula.
        cell: column and row of the accused cell (None: the same row); None where it accuses no cell.
        is_exact: whether the gate judges each cell alone, so that the formula colours the cell directly.
    """

    check: Check
    home: str
    row: int | None
    formula: str
    text: str
    cell: tuple[str, int | None] | None
    is_exact: bool = False

    @property
    def severity(self) -> str:
        """The severity of the rule; what the rating scheme decides counts as a warning here."""
        return "error" if self.check.rule.severity == "error" else "warning"


@dataclass(frozen=True)
class Skipped:
    """A check that is not in the workbook, and why."""

    rule: str
    clause: int
    form: str
    reason: str
    detail: str = ""

    @property
    def text(self) -> str:
        """The reason in words."""
        return message(f"template.not_compiled.{self.reason}", detail=self.detail)


@dataclass
class Column:
    """One hidden column of messages: the violations that it speaks of, in order."""

    letters: str
    violations: list[Violation]

    @property
    def formula(self) -> str:
        """The formula of each cell: the first message that applies, or nothing."""
        formula = '""'
        for violation in reversed(self.violations):
            formula = f"IF({violation.formula},{violation.text},{formula})"
        return formula


@dataclass(frozen=True)
class Block:
    """What is known of the rows of a form under one name, as the hidden sheet holds it: codes and values."""

    name: str
    rows: tuple[tuple[str, bool | float | str | None], ...]


@dataclass
class Plan:
    """All formulas of one workbook.

    Attributes:
        columns: the columns of messages of each form.
        helpers: the columns of intermediate values of each form.
        blocks: what the hidden sheet holds.
        openings: figures of last year that open this one, by form and key.
        carried: what the workbook carries of the registry and of earlier figures.
    """

    book: Book
    columns: dict[str, list[Column]] = field(default_factory=dict)
    helpers: dict[str, Helpers] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    openings: dict[tuple[str, tuple[object, ...]], dict[str, CellInput]] = field(default_factory=dict)
    carried: list[Line] = field(default_factory=list)

    @property
    def violations(self) -> list[Violation]:
        """Every violation of every sheet."""
        return [v for columns in self.columns.values() for column in columns for v in column.violations]


def not_compiled(plan: Plan) -> tuple[Skipped, ...]:
    """Give the checks that the workbook cannot make itself, with reasons; the gate makes them."""
    return tuple(sorted(plan.skipped, key=lambda s: (s.rule, s.clause, s.form)))


def plan_formulas(
    catalogue: Catalogue,
    registry: Registry,
    unit: Organisation,
    period: Period,
    tables: Mapping[str, Sequence[Row]],
    *,
    history: History | None = None,
) -> Plan:
    """Compile every rule that can be told from the workbook of one unit and period."""
    sheets = {code: _place(catalogue.forms[code], rows) for code, rows in tables.items()}
    basis = next(i for i, c in enumerate(catalogue.cover.columns) if c.code == "period_basis")
    context = GateContext(registry, catalogue, history or EmptyHistory(), None)
    batch = _batch(context, unit, period, tables)
    known = _Known(batch, sheets)
    rules = rule_book(catalogue)
    checks = [
        check
        for rule in rules.rules.values()
        if rule.is_effective(period.end)
        for check in _spread(rules.checks[rule.id], sheets)
    ]
    for check in checks:
        known.learn(check)
    book = Book(
        catalogue,
        sheets,
        known.constants,
        known.lookups,
        f"'{catalogue.cover.sheet}'!$C${FIRST_COVER_ROW + basis}",
        unit.org_kind,
    )
    plan = Plan(book, blocks=known.blocks, openings=_openings(checks, batch, sheets))
    plan.carried = carried_lines(registry, unit, period, batch)
    compiled: dict[str, list[Violation]] = {code: [] for code in sheets}
    for code in sheets:
        plan.helpers[code] = Helpers(_Letters(FIRST_HELPER_COLUMN))
    for check in checks:
        try:
            violation = _compile(check, plan)
        except NotCompiledError as error:
            form = check.form or ""
            plan.skipped.append(Skipped(check.rule.id, check.clause, form, error.reason, error.detail))
            continue
        if violation is not None:
            compiled[violation.home].append(violation)
    plan.columns = {code: _columns(found) for code, found in compiled.items()}
    return plan


@dataclass
class _Letters:
    """Gives the letters of one column after the other."""

    next_column: int

    def __call__(self) -> str:
        letters = column_letter(self.next_column)
        self.next_column += 1
        return letters


def _place(form: Form, rows: Sequence[Row]) -> SheetPlace:
    last = FIRST_DATA_ROW + max(len(rows), 1) - 1
    return SheetPlace(
        form,
        form.sheet,
        {column.code: column_letter(i) for i, column in enumerate(form.columns, start=1)},
        FIRST_DATA_ROW,
        last,
        last + 1 if form.rows == "organisations" else None,
        tuple(tuple(row.get(code) for code in form.key) for row in rows),
    )


def _spread(checks: Sequence[Check], sheets: Mapping[str, SheetPlace]) -> Iterator[Check]:
    """Give the checks of forms that are there; one on every cell becomes one for each column."""
    for check in checks:
        if check.frame != "cell":
            if check.form is None or (check.form in sheets and sheets[check.form].keys):
                yield check
            continue
        for place in (place for place in sheets.values() if place.keys):
            for column in place.form.columns:
                if column.type == "int" or column.required:
                    yield replace(check, form=place.form.code, column=column.code)


def _batch(
    context: GateContext, unit: Organisation, period: Period, tables: Mapping[str, Sequence[Row]]
) -> Batch:
    """Give the workbook as the gate would see it with nothing happened, to ask it what it knows already."""
    reading = Reading("", "xlsx", Cover(unit.org_code, period, {"period_code": period.code}, {}, "B00"))
    for code, rows in tables.items():
        form = context.catalogue.forms[code]
        columns = {column.code: i for i, column in enumerate(form.columns, start=1)}
        table = FormTable(code, form.sheet, columns)
        for number, row in enumerate(rows, start=FIRST_DATA_ROW):
            values = {c.code: 0 if c.is_number else row.get(c.code) for c in form.columns}
            table.rows.append(FormRow(number, values))  # type: ignore[arg-type]  # prefilled rows hold no marks
        reading.tables[code] = table
    moment = datetime.combine(period.end, datetime.min.time(), UTC)
    submission = Submission(SubmissionKey(unit.org_code, period.code, 1), "", moment, reading)
    subject = subject_of(submission, period, context)
    return Batch([subject], period, context, rule_book(context.catalogue).words)


@dataclass
class _Known:
    """What can be said of the workbook before anything is filled in, as the gate says it."""

    batch: Batch
    sheets: Mapping[str, SheetPlace]
    constants: dict[tuple[str, tuple[str, ...]], Constant] = field(default_factory=dict)
    lookups: dict[tuple[str, tuple[str, ...]], Lookup] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def learn(self, check: Check) -> None:
        """Look up every name of a check whose value does not depend on what will be filled in."""
        nodes = [check.holds, check.when, check.value, check.expected, *check.fields.values()]
        for name in (name for node in nodes if node is not None for name in names(node)):
            prefix = name.path[0]
            if name.path in _UNSTABLE or len(name.path) < 2:
                continue
            if prefix in _OF_SUBMISSION:
                vector = self.batch.submissions.column(name.path)
                self.constants["", name.path] = Constant(vector.kind, vector.at(0))
            elif check.form is not None and prefix in _OF_ROW | {"roll12"}:
                self._of_form(check, check.form, name)

    def _of_form(self, check: Check, form: str, name: Name) -> None:
        key = (form, name.path)
        if key in self.constants or key in self.lookups or not len(self.batch.sheet(form)):
            return
        if name.path[0] == "roll12":
            # With nothing filled in, what is left of twelve months is what earlier filings add.
            vector = self.batch.sheet(form).column(name.path)
            self.constants[form, (*name.path, "rest")] = Constant(vector.kind, vector.at(0))
        elif check.frame != "row" or name.path[1:2] in (("sheet",), ("organisations",)):
            vector = self.batch.sheet(form).column(name.path)
            self.constants[key] = Constant(vector.kind, vector.at(0))
        else:
            self._by_row(form, name, self.batch.row(form).column(name.path))

    def _by_row(self, form: str, name: Name, vector: Vector) -> None:
        place = self.sheets[form]
        if len(place.form.key) > 1 or vector.is_null.all():
            self.constants[form, name.path] = Constant(vector.kind, None)
            return
        start = len(self.blocks)
        codes, values = 2 * start + 1, 2 * start + 2
        rows = [vector.at(row) for row in range(len(place.keys))]
        codes_and_values = zip((str(key[0]) for key in place.keys), rows, strict=True)
        self.blocks.append(Block(f"{form}.{name}", tuple(codes_and_values)))
        last = 2 + len(rows)
        self.lookups[form, name.path] = Lookup(
            f"'{CONTEXT_SHEET}'!${column_letter(codes)}$3:${column_letter(codes)}${last}",
            f"'{CONTEXT_SHEET}'!${column_letter(values)}$3:${column_letter(values)}${last}",
            vector.kind,
        )


def _openings(
    checks: Sequence[Check], batch: Batch, sheets: Mapping[str, SheetPlace]
) -> dict[tuple[str, tuple[object, ...]], dict[str, CellInput]]:
    """Give the figures that a rule says are those of last year, by form and key, where they are known."""
    found: dict[tuple[str, tuple[object, ...]], dict[str, CellInput]] = {}
    for check in checks:
        holds = check.holds
        if not (isinstance(holds, Binary) and holds.operator == "==" and check.form and check.frame == "row"):
            continue
        own, past = holds.left, holds.right
        if not (isinstance(own, Name) and isinstance(past, Name) and past.path[0] == "prev_year"):
            continue
        vector = batch.row(check.form).column(past.path)
        for row, key in enumerate(sheets[check.form].keys):
            value = vector.at(row)
            if isinstance(value, float) and value.is_integer():
                found.setdefault((check.form, key), {})[str(own)] = int(value)
    return found


def _compile(check: Check, plan: Plan) -> Violation | None:
    """Compile one check; None where nothing in the workbook could ever violate it."""
    if check.frame in ("submission", "owed"):
        raise NotCompiledError("of_file")
    own = check.form or ""
    home, cell = _accused(check, plan.book.sheets[own], plan.book)
    compiler = ExcelCompiler(plan.book, check, home, plan.helpers[home])
    formula = compiler.violation()
    if formula == "FALSE":
        if any(name.path[0] in _OF_ROW | {"roll12"} for name in names(check.holds)):
            raise NotCompiledError("no_history")
        return None
    row = None
    if check.frame in ("sheet", "total"):
        place = plan.book.sheets[home]
        row = place.total or place.last + 1
    text = _text(check, compiler, plan.book, cell)
    is_exact = check.column is not None and "!" not in formula
    return Violation(check, home, row, formula, text, cell, is_exact)


def _accused(check: Check, place: SheetPlace, book: Book) -> tuple[str, tuple[str, int | None] | None]:
    """Give the form on whose sheet a check is shown, and the accused cell."""
    form = place.form.code
    if check.frame == "cell":
        return form, (place.letters[check.column or ""], None)
    if check.cell is None:
        return form, None
    path = check.cell.path
    if path[0] in book.catalogue.forms and len(path) > 1:
        if path[0] not in book.sheets:
            raise NotCompiledError("form_not_there", path[0])
        place, form, path = book.sheets[path[0]], path[0], path[1:]
    if len(path) == 1:
        return form, (place.letters[path[0]], place.total if check.frame == "total" else None)
    if path[0] == "line":
        column = next(c for c, members in place.form.line_members.items() if path[1] in members)
        position = place.form.key.index(column)
        row = next((i for i, key in enumerate(place.keys) if key[position] == path[1]), None)
        return form, None if row is None else (place.letters[path[2]], place.first + row)
    if path[:2] == ("sheet", "sum") and place.total is not None:
        return form, (place.letters[path[2]], place.total)
    return form, None


def _text(check: Check, compiler: ExcelCompiler, book: Book, cell: tuple[str, int | None] | None) -> str:
    """Give the message of a check as a formula, with what was found and expected filled in."""
    if check.frame == "cell":
        return literal(f"{check.rule.id}: {message(f'template.cell_rule.{check.rule.id}')}")
    parts = [literal(f"{check.rule.id}: ")]
    for fixed, name, _, _ in Formatter().parse(check.message.vi):
        if fixed:
            parts.append(literal(fixed))
        if name is not None:
            parts.append(_field(name, check, compiler, book, cell))
    return "&".join(part for part in parts if part != '""')


def _field(
    name: str, check: Check, compiler: ExcelCompiler, book: Book, cell: tuple[str, int | None] | None
) -> str:
    nodes = {"value": check.value or check.cell, "expected": check.expected, **check.fields}
    place = book.sheets[compiler.home]
    row = str(cell[1]) if cell and cell[1] is not None else ROW
    if name == "column":
        code = next((c for c, letters in place.letters.items() if cell and letters == cell[0]), "")
        return literal(place.form.by_code[code].full_label() if code else "")
    known = {
        "hint": '""',
        "row": ROW,
        "activity": '&" – "&'.join(f"${place.letters[code]}{row}" for code in place.form.key),
        **{code: f"${letters}{row}" for code, letters in place.letters.items()},
    }
    node = nodes.get(name)
    if node is None:
        return known.get(name, literal("…"))
    try:
        shown = compiler.shown(node)
    except NotCompiledError:
        return literal("…")
    return shown if len(shown) < LONGEST // 8 else literal("…")


def _columns(violations: Sequence[Violation]) -> list[Column]:
    """Put violations into columns of messages: errors first, and the columns of one clause together."""

    def urgency(violation: Violation) -> tuple[bool, bool, str, int]:
        check = violation.check
        return (check.rule.id == _LAST_RULE, violation.severity != "error", check.rule.id, check.clause)

    letters = _Letters(FIRST_MESSAGE_COLUMN)
    columns: list[Column] = []
    for violation in sorted(violations, key=urgency):
        last = columns[-1].violations if columns else []
        together = bool(last) and violation.is_exact and last[-1].is_exact
        if (
            together
            and urgency(last[-1]) == urgency(violation)
            and last[-1].row == violation.row
            and sum(len(v.formula) + len(v.text) for v in (*last, violation)) < _CHUNK
        ):
            last.append(violation)
        else:
            columns.append(Column(letters(), [violation]))
    return columns
