"""The rules of one workbook as formulas: which check accuses which cell, and what it says there.

What belongs here: from the rules to messages with their places. What does not: the compilation of expressions
(`ingestion.workbook.formulas`), what is known beforehand (`foreknown.py`), and how messages are arranged
(`said.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from string import Formatter
from typing import Literal

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form
from ingestion.definitions.registry import Registry
from ingestion.definitions.registry_rows import Organisation
from ingestion.gate import EmptyHistory, GateContext, History
from ingestion.gate.book import rule_book
from ingestion.gate.compiling import Check
from ingestion.gate.context import Vocabulary
from ingestion.gate.frames.batch import Batch
from ingestion.gate.frames.sources import InLine, InRowOfSameKey, InSheet, OfRow, SheetSum, Source, SumAndRest
from ingestion.gate.language.syntax import Binary, Name, names
from ingestion.gate.language.vectors import Kind
from ingestion.records.cells import column_letter
from ingestion.records.periods import Period
from ingestion.records.submissions import CellInput
from ingestion.words.messages import message
from ingestion.workbook.carried import Line, carried_lines
from ingestion.workbook.foreknown import Block, Computed, Foreknown, empty_batch, further_keys
from ingestion.workbook.formulas import (
    LONGEST,
    ROW,
    Book,
    ExcelCompiler,
    Helpers,
    Lookup,
    NotCompiledError,
    Results,
    SheetPlace,
    any_of,
    derived_formula,
    literal,
)
from ingestion.workbook.said import (
    BLANK_RULE,
    Column,
    Letters,
    Mark,
    Message,
    Violation,
    arranged,
    marks_of,
    remarks_on,
)
from ingestion.workbook.writer import FIRST_COVER_ROW, FIRST_DATA_ROW, Row

FIRST_HELPER_COLUMN = 1003
"""ALO: the hidden columns of intermediate values."""

SPARE_ROWS = 16
"""How many rows a form has for further keys: four documents on four lines, or as many targets."""


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
class Plan:
    """All formulas of one workbook.

    Attributes:
        columns: the columns of messages of each form.
        marks: the conditions that colour cells, those that win first.
        helpers: the columns of intermediate values of each form.
        blocks: what the hidden sheet holds.
        listed: the keys that may stand in further rows of a form, with their names.
        openings: figures of last year that open this one, by form and key.
        carried: what the workbook carries of the registry and of earlier figures.
    """

    book: Book
    columns: dict[str, list[Column]] = field(default_factory=dict)
    marks: dict[str, list[Mark]] = field(default_factory=dict)
    helpers: dict[str, Helpers] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    listed: dict[str, Lookup] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    openings: dict[tuple[str, tuple[object, ...]], dict[str, CellInput]] = field(default_factory=dict)
    carried: list[Line] = field(default_factory=list)

    @property
    def rules_at_the_gate(self) -> list[str]:
        """The rules of which the workbook says nothing at all."""
        return sorted({s.rule for s in self.skipped} - {v.check.rule.id for v in self.violations})

    @property
    def violations(self) -> list[Violation]:
        """Every violation of every sheet."""
        columns = (column for columns in self.columns.values() for column in columns)
        return [said for column in columns for said in column.messages if isinstance(said, Violation)]


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
    context = GateContext(registry, catalogue, history or EmptyHistory(), None)
    rules = rule_book(catalogue)
    batch = empty_batch(context, rules.words, unit, period, tables)
    known = Foreknown(batch, rules.words, sheets)
    checks = [
        check
        for rule in rules.rules.values()
        if rule.is_effective(period.end)
        for check in _spread(rules.checks[rule.id], sheets)
    ]
    for check in checks:
        known.learn(check)
    entries = {
        entry.code: f"'{catalogue.cover.sheet}'!$C${row}"
        for row, entry in enumerate(catalogue.cover.columns, start=FIRST_COVER_ROW)
    }
    book = Book(
        catalogue,
        rules.words,
        sheets,
        constants=known.constants,
        lookups=known.lookups,
        entries=entries,
        unit_kind=unit.org_kind,
    )
    results = {form: _put_results(catalogue.forms[form], rows, book, known) for form, rows in tables.items()}
    book = replace(book, results={form: found for form, found in results.items() if found is not None})
    plan = Plan(book, blocks=known.blocks, openings=_openings(checks, batch, sheets, rules.words))
    plan.listed = {
        code: known.put(Block(f"{code}.names", _names_of_keys(place, catalogue)), Kind.TEXT)
        for code, place in sheets.items()
        if place.spare
    }
    plan.carried = carried_lines(registry, unit, period, batch)
    compiled: dict[str, list[Message]] = {code: [] for code in sheets}
    for code in sheets:
        plan.helpers[code] = Helpers(Letters(FIRST_HELPER_COLUMN))
    for check in checks:
        try:
            violation = _compile(check, plan)
        except NotCompiledError as error:
            form = check.form or ""
            plan.skipped.append(Skipped(check.rule.id, check.clause, form, error.reason, error.detail))
            continue
        if violation is not None:
            compiled[violation.home].append(violation)
    for code, place in sheets.items():
        plan.columns[code] = arranged(compiled[code], remarks_on(place))
        plan.marks[code] = marks_of(plan.columns[code], place)
    return plan


def _put_results(form: Form, rows: Sequence[Row], book: Book, known: Foreknown) -> Results | None:
    """Put what other forms give for each indicator of a form of targets on the hidden sheet."""
    if form.rows != "targets":
        return None
    codes = [str(row[form.key[0]]) for row in rows] + further_keys(book.catalogue, form, rows)
    results: list[tuple[str, Computed]] = []
    for code in codes:
        indicator = book.catalogue.indicators.get(code)
        try:
            if indicator is not None:
                results.append((code, Computed(derived_formula(book, indicator))))
        except NotCompiledError:
            continue
    if not results:
        return None
    rounded = [(code, book.catalogue.indicators[code].is_rounded) for code, _ in results]
    values = known.put(Block(f"{form.code}.derived.value", tuple(results)), Kind.NUMBER)
    return Results(values, known.put(Block(f"{form.code}.derived.is_rounded", tuple(rounded)), Kind.TRUTH))


def _names_of_keys(place: SheetPlace, catalogue: Catalogue) -> tuple[tuple[str, str], ...]:
    """Give the first keys that may stand in further rows of a form, with their names."""
    form = place.form
    if form.rows == "targets":
        return tuple((code, catalogue.indicators[code].name.vi) for code in sorted(catalogue.indicators))
    lines = form.line_members[form.key[0]]
    owed = dict.fromkeys(str(key[0]) for key in place.keys)
    return tuple((code, lines[code].label.vi) for code in owed)


def _place(form: Form, rows: Sequence[Row]) -> SheetPlace:
    spare = SPARE_ROWS if _takes_further_rows(form) else 0
    last = FIRST_DATA_ROW + max(len(rows) + spare, 1) - 1
    return SheetPlace(
        form,
        form.sheet,
        {column.code: column_letter(i) for i, column in enumerate(form.columns, start=1)},
        FIRST_DATA_ROW,
        last,
        last + 1 if form.rows == "organisations" else None,
        tuple(tuple(row.get(code) for code in form.key) for row in rows),
        spare,
    )


def _takes_further_rows(form: Form) -> bool:
    """Say whether rows may be filed whose keys neither the registry nor the form lists."""
    return form.rows == "targets" or (form.rows == "lines" and set(form.key) > set(form.line_members))


def _spread(checks: Sequence[Check], sheets: Mapping[str, SheetPlace]) -> Iterator[Check]:
    """Give the checks of forms that are there; one on every cell becomes one for each column."""
    for check in checks:
        if check.frame != "cell":
            if check.form is None or (check.form in sheets and not sheets[check.form].is_empty):
                yield check
            continue
        for place in (place for place in sheets.values() if not place.is_empty):
            for column in place.form.columns:
                if column.is_looked_at:
                    yield replace(check, form=place.form.code, column=column.code)


def _openings(
    checks: Sequence[Check], batch: Batch, sheets: Mapping[str, SheetPlace], words: Vocabulary
) -> dict[tuple[str, tuple[object, ...]], dict[str, CellInput]]:
    """Give the figures that a rule says are those of last year, by form and key, where they are known."""
    found: dict[tuple[str, tuple[object, ...]], dict[str, CellInput]] = {}
    for check in checks:
        holds = check.holds
        if not (isinstance(holds, Binary) and holds.operator == "==" and check.form and check.frame == "row"):
            continue
        own, past = holds.left, holds.right
        if not (isinstance(own, Name) and isinstance(past, Name)):
            continue
        source = words.source(past.path)
        if not (isinstance(source, OfRow) and source.is_opening):
            continue
        vector = batch.column(batch.row(check.form), past.path)
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
        sources = (plan.book.words.source(name.path) for name in names(check.holds))
        if any(isinstance(source, OfRow | SumAndRest) for source in sources):
            raise NotCompiledError("no_history")
        return None
    place = plan.book.sheets[home]
    row = None
    if check.frame in ("sheet", "total"):
        row = place.total or place.last + 1
    colour = "error" if check.rule.severity == "error" else "warning"
    if check.rule.id == BLANK_RULE and check.frame == "cell":
        colour = "blank"
    aim = None
    accused = plan.book.words.source(check.cell.path) if check.cell is not None else None
    if isinstance(accused, InLine) and accused.form is None and len(place.form.key) > 1:
        found = compiler.operands.position_of_line(place, accused.line)
        aim = plan.helpers[home].column(f"IF({formula},IFERROR({found}+{place.first - 1},0),0)")
    text = _text(check, compiler, plan.book, cell)
    is_exact = check.column is not None and "!" not in formula
    return Violation(home, row, formula, text, colour, check, cell, is_exact, aim)


def _accused(check: Check, place: SheetPlace, book: Book) -> tuple[str, tuple[str, int | None] | None]:
    """Give the form on whose sheet a check is shown, and the accused cell."""
    form = place.form.code
    if check.frame == "cell":
        return form, (place.letters[check.column or ""], None)
    if check.cell is None:
        return form, None
    if len(check.cell.path) == 1:
        return form, (place.letters[check.cell.path[0]], place.total if check.frame == "total" else None)
    source = book.words.source(check.cell.path)
    if isinstance(source, InSheet) and source.form is not None:
        place, form = book.place(source.form), source.form
    return form, _cell_of(source, place)


def _cell_of(source: Source | None, place: SheetPlace) -> tuple[str, int | None] | None:
    """Give the cell of a sheet in which a value stands, where there is one."""
    match source:
        case InRowOfSameKey(column=column):
            return place.letters[column], None
        case InLine(line=line, column=column):
            return _cell_in_line(place, line, column)
        case SheetSum(column=column) if place.total is not None:
            return place.letters[column], place.total
    return None


def _cell_in_line(place: SheetPlace, line: str, column: str) -> tuple[str, int | None] | None:
    """Give the cell of a fixed line; its row is left open where the line may stand in several."""
    if len(place.form.key) > 1:
        return place.letters[column], None
    row = place.keys.index((line,)) if (line,) in place.keys else None
    return None if row is None else (place.letters[column], place.first + row)


def _text(check: Check, compiler: ExcelCompiler, book: Book, cell: tuple[str, int | None] | None) -> str:
    """Give the message of a check as a formula, with what was found and expected filled in."""
    if check.frame == "cell":
        return literal(f"{check.rule.id}: {message(f'template.cell_rule.{check.rule.id}.{check.clause}')}")
    parts = [literal(f"{check.rule.id}: ")]
    for fixed, name, _, _ in Formatter().parse(check.message.vi):
        if fixed:
            parts.append(literal(fixed))
        if name is not None:
            parts.append(_field(name, check, compiler, book, cell))
    return "&".join(part for part in parts if part != '""')


def _decimals(of: Literal["cell", "indicator"], cell: Name, compiler: ExcelCompiler, place: SheetPlace) -> str:
    """Give the formula of how many decimals are shown: those of the filed cell, or of the row's indicator."""
    if of == "cell":
        return compiler.decimals(cell)
    code = f"${place.letters['indicator_code']}{ROW}"
    by_decimals: dict[int, list[str]] = {}
    for key in place.keys:
        indicator = compiler.book.catalogue.indicators.get(str(key[0]))
        if indicator is not None:
            by_decimals.setdefault(indicator.decimals, []).append(f"{code}={literal(indicator.code)}")
    formula = "2"
    for decimals, codes in by_decimals.items():
        formula = f"IF({any_of(codes)},{decimals},{formula})"
    return formula


def _field(
    name: str, check: Check, compiler: ExcelCompiler, book: Book, cell: tuple[str, int | None] | None
) -> str:
    nodes = {"value": check.value or check.cell, "expected": check.expected, **check.fields}
    place = book.sheets[compiler.operands.home]
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
        decimals = "2"
        if name == "expected" and check.decimals is not None and check.cell is not None:
            decimals = _decimals(check.decimals, check.cell, compiler, place)
        shown = compiler.shown(node, decimals)
    except NotCompiledError:
        return literal("…")
    return shown if len(shown) < LONGEST // 8 else literal("…")
