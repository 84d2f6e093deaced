"""Random fillings of templates, as a spreadsheet holds them and as the gate reads them.

One case is one unit and period with the plan of its template; a filling is a workbook in which figures were
drawn anew, left blank, marked as not applicable or typed as something that is no number, in prefilled rows and
in some of those that are left for further keys.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ingestion.definitions.forms import Form
from ingestion.definitions.registry_rows import Organisation
from ingestion.gate import rule_book
from ingestion.gate.frames.batch import Batch
from ingestion.gate.frames.frame import Frame
from ingestion.gate.frames.subject import subject_of
from ingestion.gate.language.evaluate import mask
from ingestion.gate.language.vectors import FALSE
from ingestion.records.cells import column_letter
from ingestion.records.periods import Period
from ingestion.records.sheet_names import CONTEXT_SHEET
from ingestion.records.submissions import Mark
from ingestion.workbook.foreknown import FIRST_BLOCK_ROW, Computed
from ingestion.workbook.formulas import ROW, SheetPlace
from ingestion.workbook.rule_formulas import Plan, plan_formulas
from ingestion.workbook.said import Violation
from ingestion.workbook.template import blank_tables, reporting_unit
from tests.support.excel_formulas import Formula

NO_COUNTS = ("khoảng 5", "12.5", "5%", "10/17", "1.25.200")
INDICATORS = ("admissions", "members_good_or_better_share", "members_expelled", "chi_tieu_rieng")
DOCUMENTS = ("NQ01", "NQ02", "–")


class Case:
    """One unit and period, with the plan of its template."""

    def __init__(self, world: Any, unit: str, period: str, **changes: Any) -> None:
        self.world = world
        self.context = world.context(**changes)
        self.period = Period.parse(period)
        registry, catalogue = self.context.registry, world.catalogue
        self.unit: Organisation = reporting_unit(registry, unit, self.period)
        self.tables = blank_tables(catalogue, registry, unit, self.period)
        self.plan: Plan = plan_formulas(
            catalogue, registry, self.unit, self.period, self.tables, history=self.context.history
        )

    def place(self, form: str) -> SheetPlace:
        return self.plan.book.sheets[form]

    def cells(self, book: Any) -> dict[tuple[str, str], Any]:
        """Give what a clerk's workbook with the same figures holds."""
        cells: dict[tuple[str, str], Any] = {("B00", "C10"): book.cover.get("period_basis", "CUMULATIVE")}
        for code, rows in book.tables.items():
            place = self.place(code)
            for number, row in enumerate(rows, start=place.first):
                for column, letters in place.letters.items():
                    value = typed(book, code, number - place.first, column, row)
                    if value is not None:
                        cells[place.name, f"{letters}{number}"] = value
            for column, value in book.totals.get(code, {}).items():
                cells[place.name, f"{place.letters[column]}{place.total}"] = value
            for letters, formula in self.plan.helpers[code].columns.items():
                for number in range(place.first, place.last + 1):
                    cells[place.name, f"{letters}{number}"] = Formula(formula.replace(ROW, str(number)))
        return cells | context_cells(self.plan)

    def messages(self) -> dict[tuple[str, str], Any]:
        """Give the hidden columns of messages."""
        found: dict[tuple[str, str], Any] = {}
        for code, columns in self.plan.columns.items():
            place = self.place(code)
            for column in columns:
                row = column.messages[0].row
                for number in range(place.first, place.last + 1) if row is None else (row,):
                    formula = column.formula.replace(ROW, str(number))
                    found[place.name, f"{column.letters}{number}"] = Formula(formula)
        return found

    def batch(self, books: list[Any]) -> Batch:
        for number, book in enumerate(books, start=1):
            book.revision = number
        subjects = [subject_of(book.submission(), self.period, self.context) for book in books]
        return Batch(subjects, self.period, self.context, rule_book(self.world.catalogue).words)


def typed(book: Any, form: str, number: int, column: str, row: dict[str, Any]) -> Any:
    """Give what stands in a cell: its value, or the text that was typed in its place."""
    shown = book.marks.get((form, number, column))
    if shown is Mark.NOT_APPLICABLE:
        return "x"
    return book.texts[form, number, column] if shown is Mark.INVALID else row.get(column)


def context_cells(plan: Plan) -> dict[tuple[str, str], Any]:
    """Give the hidden sheet of what is known beforehand."""
    found: dict[tuple[str, str], Any] = {}
    for number, block in enumerate(plan.blocks):
        for row, (code, value) in enumerate(block.rows, start=FIRST_BLOCK_ROW):
            found[CONTEXT_SHEET, f"{column_letter(2 * number + 1)}{row}"] = code
            if value is not None:
                shown = Formula(value.formula) if isinstance(value, Computed) else value
                found[CONTEXT_SHEET, f"{column_letter(2 * number + 2)}{row}"] = shown
    return found


# -- drawing ---------------------------------------------------------------------------------------------------


def filled(case: Case, rng: random.Random) -> Any:
    """Give a filling of a case's template."""
    book = case.world.workbook(
        unit=case.unit.org_code,
        kind=case.unit.org_kind,
        period=case.period.code,
        organisations=next((_organisations(rows) for rows in case.tables.values() if _organisations(rows)), ()),
    )
    catalogue = case.world.catalogue
    _shape_like(book, case)
    for code, rows in book.tables.items():
        form = catalogue.forms[code]
        _use_further_rows(rows, case.place(code), rng)
        share = rng.choice((0.1, 0.25))
        for number in range(len(rows)):
            for column in form.columns:
                if column.code not in form.key and rng.random() < share:
                    _spoil(book, (code, number, column), rng)
        _exaggerate(book, form, rng)
        _leave_none_empty(book, form)
        if form.rows == "organisations":
            sums = {}
            for column in form.total_columns:
                values = [r[column.code] for r in rows if isinstance(r.get(column.code), int | float)]
                sums[column.code] = sum(values) + (rng.random() < 0.1)
            book.totals[code] = sums
        if rows and rng.random() < 0.1:  # keys are locked, but who pastes a whole row is not stopped
            first = {key: rows[0][key] for key in form.key}
            is_unknown = form.rows == "organisations" and rng.random() < 0.5
            rows[-1] |= {form.key[0]: "KHONG-CO"} if is_unknown else first
    if rng.random() < 0.2:
        book.cover["period_basis"] = "DISCRETE"
    return book


def _organisations(rows: Any) -> tuple[str, ...]:
    return tuple(row["org_code"] for row in rows if "org_code" in row)


def _shape_like(book: Any, case: Case) -> None:
    """Bring the rows of a drawn workbook into the order of the template."""
    book.marks.clear()
    for code, rows in case.tables.items():
        form = case.world.catalogue.forms[code]
        drawn = {tuple(row.get(k) for k in form.key): row for row in book.tables.get(code, [])}
        shaped = []
        for row in rows:
            key = tuple(row.get(k) for k in form.key)
            blank = {c.code: (0 if c.is_number else None) for c in form.columns}
            similar = drawn.get(key) or next((r for k, r in drawn.items() if k[0] == key[0]), blank)
            shaped.append({**similar, **{k: v for k, v in row.items() if v is not None}})
        book.tables[code] = shaped


def _use_further_rows(rows: list[dict[str, Any]], place: SheetPlace, rng: random.Random) -> None:
    """Use some of the rows that are left for further keys."""
    form = place.form
    for _ in range(rng.choice((0, 3, place.spare)) if place.spare else 0):
        if form.rows == "targets":
            row = {c.code: rng.choice(c.choices) if c.choices else None for c in form.columns}
            row |= {
                "indicator_code": rng.choice(INDICATORS),
                "indicator_name": "Chỉ tiêu",
                "unit_code": "PERSON",
            }
            row |= {
                "target_min": rng.choice((0.0, 5.0, 10.0)),
                "actual_period": rng.choice((0.0, 3.0, 9.0, 33.3)),
            }
        else:
            row = dict(rng.choice(rows[: len(place.keys)]))
            row["document_code"] = rng.choice(DOCUMENTS)
        rows.append(row)


def _exaggerate(book: Any, form: Form, rng: random.Random) -> None:
    """Make some figures greater than all others, and some codes the best: each rule must be broken.

    Where there are no more cells than that, they keep what was drawn for them.
    """
    rows = book.tables[form.code]
    for _ in range(3 if len(rows) * len(form.number_columns) > 3 else 0):
        number, column = rng.randrange(len(rows)), rng.choice(form.number_columns)
        book.marks.pop((form.code, number, column.code), None)
        rows[number][column.code] = rng.choice((400, 7, 0))
    for column in (c for c in form.columns if rows and c.choices and c.code not in form.key):
        rng.choice(rows)[column.code] = rng.choice((column.choices[0], column.choices[-1], None))


def _leave_none_empty(book: Any, form: Form) -> None:
    """Fill something in: of an empty sheet the gate says nothing but that it is empty."""
    if book.table(form.code).is_left_empty(form.given):
        column = next(c.code for c in form.number_columns if c.code not in form.given)
        book.tables[form.code][0][column] = 0


def _spoil(book: Any, at: tuple[str, int, Any], rng: random.Random) -> None:
    code, number, column = at
    row = book.tables[code][number]
    book.marks.pop((code, number, column.code), None)
    chance = rng.random()
    if column.type in ("text", "date"):
        row[column.code] = None if column.type == "date" or chance < 0.5 else "Số 12"
    elif column.type == "code":
        row[column.code] = rng.choice([*column.choices, None]) if column.choices else row[column.code]
    elif chance < 0.2:
        row[column.code] = None
    elif chance < 0.3:
        book.set(code, number, **{column.code: Mark.NOT_APPLICABLE})
    elif chance < 0.35 and column.type == "int":
        book.set(code, number, **{column.code: Mark.INVALID})
        book.texts[code, number, column.code] = rng.choice(NO_COUNTS)
    elif column.type == "int":
        row[column.code] = rng.choice([0, 1, 2, 3, 5, 29, 30, 50, 60, -1])
    else:
        row[column.code] = rng.choice([0.0, 1.0, 12.5, 33.33, 66.7, 91.0, 50.0] + [-1.5] * column.is_amount)


# -- what the gate finds ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Failure:
    """One failure of a check: its workbook, its row (0: the sheet as a whole), and the accused cell."""

    workbook: int
    row: int
    cell: str


@dataclass
class Gate:
    """What the gate finds in a batch."""

    batch: Batch
    _of_cells: dict[str, dict[tuple[str, str], set[Failure]]] = field(default_factory=dict)

    def failures(self, violation: Violation) -> set[Failure]:
        check = violation.check
        if check.frame == "cell":
            if check.text not in self._of_cells:
                self._of_cells[check.text] = self._cells(violation)
            return self._of_cells[check.text].get((str(check.form), str(check.column)), set())
        frame = self.batch.frame(check.frame, check.form)
        return {
            Failure(
                int(frame.submission[i]),
                frame.form_row(i).number if check.frame == "row" else 0,  # type: ignore[union-attr]
                self._place(violation, frame, i),
            )
            for i in self._failed(violation, frame)
        }

    def _place(self, violation: Violation, frame: Frame, row: int) -> str:
        cell = violation.check.cell
        place = self.batch.locate(frame, cell.path, row) if cell is not None else None
        return place.cell if place is not None else ""

    def _failed(self, violation: Violation, frame: Frame) -> list[int]:
        check = violation.check
        failed = mask(check.holds, check.when, self.batch.over(frame), check.rule.missing) == FALSE
        return [int(i) for i in failed.nonzero()[0]]

    def _cells(self, violation: Violation) -> dict[tuple[str, str], set[Failure]]:
        frame = self.batch.frame("cell", None)
        found: dict[tuple[str, str], set[Failure]] = {}
        for i in self._failed(violation, frame):
            place = frame.own_place("value", i)
            form = frame.form_of(i)  # type: ignore[attr-defined]
            row = frame.form_row(i)
            assert place is not None
            assert row is not None
            failure = Failure(int(frame.submission[i]), row.number, place.cell)
            found.setdefault((form.code, str(place.column.code)), set()).add(failure)  # type: ignore[union-attr]
        return found


def rows_of(violation: Violation, place: SheetPlace) -> Iterable[int]:
    """Give the rows for which a violation is computed; 0 is the sheet as a whole."""
    return range(place.first, place.last + 1) if violation.row is None else (0,)


def all_cases(world: Any) -> Iterator[Case]:
    """Give units of every kind with periods of every kind, with and without a past."""
    last_term = world.workbook(period="2015-N").target(actual_term=8.0)
    last_term.tables["B09"].append(last_term.tables["B09"][0] | {"indicator_code": "members_expelled"})
    past = {
        "year": world.workbook(period="2018-N"),
        "nine": world.workbook(period="2019-9T").set("B06", members_suspended=2, legal_action=2),
        "term": last_term,
    }
    registry = world.registry()
    organisations = tuple(
        o.model_copy(update={"org_type": "CHI_BO_CO_SO"}) if o.org_code == "A2" else o
        for o in registry.organisations
    )
    registry = world.registry(organisations=organisations)
    yield Case(world, "U1", "2019-N", registry=registry, history=world.history(**past))
    yield Case(world, "U1", "2025-N")
    yield Case(world, "U1", "2019-6T")
    yield Case(world, "P1", "2019-N")
    yield Case(world, "Y1", "2016-N")
    yield Case(world, "U2", "2018-Q1")
    yield Case(world, "U1", "2015-2020-NK")
