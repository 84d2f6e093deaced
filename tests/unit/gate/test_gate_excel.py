"""Compiled formulas say of every cell what the gate says, on hundreds of random workbooks."""

import random
from typing import Any

import pytest

from ingestion.gate import rule_book
from ingestion.gate.batch import Batch, subject_of
from ingestion.gate.evaluate import mask
from ingestion.gate.excel import ROW, SheetPlace
from ingestion.gate.vectors import FALSE
from ingestion.periods import Period
from ingestion.submissions import Mark
from ingestion.workbook.formulas import CONTEXT_SHEET, Plan, Violation, plan_formulas
from ingestion.workbook.template import blank_tables, reporting_unit
from tests.support.excel_formulas import Formula, Sheets

WORKBOOKS = 320
BATCH = 40
CELL_BATCH = 3


class Case:
    """One unit and period, with the plan of its template."""

    def __init__(self, world: Any, period: str, history: Any = None) -> None:
        self.world = world
        self.context = world.context(**({"history": history} if history else {}))
        self.period = Period.parse(period)
        registry, catalogue = self.context.registry, world.catalogue
        self.tables = blank_tables(catalogue, registry, "U1", self.period)
        unit = reporting_unit(registry, "U1", self.period)
        self.plan: Plan = plan_formulas(
            catalogue, registry, unit, self.period, self.tables, history=self.context.history
        )

    def cells(self, book: Any) -> dict[tuple[str, str], Any]:
        """Give what a clerk's workbook with the same figures holds."""
        cells: dict[tuple[str, str], Any] = {("B00", "C10"): book.cover.get("period_basis", "CUMULATIVE")}
        for code, rows in book.tables.items():
            place = self.plan.book.sheets[code]
            for number, row in enumerate(rows, start=place.first):
                for column, letters in place.letters.items():
                    value = row.get(column)
                    shown = book.marks.get((code, number - place.first, column))
                    if shown is Mark.NOT_APPLICABLE:
                        value = "x"
                    elif shown is Mark.INVALID:
                        value = book.texts[code, number - place.first, column]
                    if value is not None:
                        cells[place.name, f"{letters}{number}"] = value
            for column, value in book.totals.get(code, {}).items():
                cells[place.name, f"{place.letters[column]}{place.total}"] = value
            for letters, formula in self.plan.helpers[code].columns.items():
                for number in range(place.first, place.last + 1):
                    text = formula if isinstance(formula, str) else formula.get(number)
                    if text is not None:
                        cells[place.name, f"{letters}{number}"] = Formula(text.replace(ROW, str(number)))
        return cells | context_cells(self.plan)

    def batch(self, books: list[Any]) -> Batch:
        submissions = [book.submission() for book in books]
        subjects = [subject_of(s, self.period, self.context) for s in submissions]
        words = rule_book(self.world.catalogue).words
        return Batch(subjects, self.period, self.context, words)


def context_cells(plan: Plan) -> dict[tuple[str, str], Any]:
    from ingestion.cells import column_letter

    found: dict[tuple[str, str], Any] = {}
    for number, block in enumerate(plan.blocks):
        for row, (code, value) in enumerate(block.rows, start=3):
            found[CONTEXT_SHEET, f"{column_letter(2 * number + 1)}{row}"] = code
            if value is not None:
                found[CONTEXT_SHEET, f"{column_letter(2 * number + 2)}{row}"] = value
    return found


class Gate:
    """What the gate finds in a batch: submission and row (0 for a whole sheet) of every failure."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.cells: dict[str, dict[tuple[str, str], set[tuple[int, int]]]] = {}

    def failures(self, violation: Violation) -> set[tuple[int, int]]:
        check = violation.check
        if check.frame == "cell":
            if check.text not in self.cells:
                self.cells[check.text] = self._of_cells(violation)
            return self.cells[check.text].get((check.form, check.column), set())
        frame = self.batch.frame(check.frame, check.form)
        return {
            (int(frame.submission[i]), frame.form_row(i).number if check.frame == "row" else 0)
            for i in self._failed(violation)
        }

    def _failed(self, violation: Violation) -> list[int]:
        check = violation.check
        frame = self.batch.frame(check.frame, check.form)
        failed = mask(check.holds, check.when, frame, check.rule.missing) == FALSE
        return failed.nonzero()[0].tolist()

    def _of_cells(self, violation: Violation) -> dict[tuple[str, str], set[tuple[int, int]]]:
        frame = self.batch.frame("cell", None)
        found: dict[tuple[str, str], set[tuple[int, int]]] = {}
        for i in self._failed(violation):
            if frame.submission[i] < CELL_BATCH:
                key = (frame.form_of(i).code, frame.locate(("value",), i).column.code)
                found.setdefault(key, set()).add((int(frame.submission[i]), frame.form_row(i).number))
        return found


def formula_failures(violation: Violation, plan: Plan, workbooks: list[Sheets]) -> set[tuple[int, int]]:
    place = plan.book.sheets[violation.check.form or violation.home]
    name = plan.book.sheets[violation.home].name
    rows = range(place.first, place.last + 1) if violation.row is None else (0,)
    return {
        (index, row)
        for row in rows
        for formula in [violation.formula.replace(ROW, str(row))]
        for index, workbook in enumerate(workbooks)
        if is_compared(violation, place, index, row) and workbook.evaluate(formula, name) is True
    }


def is_compared(violation: Violation, place: SheetPlace, index: int, row: int) -> bool:
    """Say whether a row is looked at: all of short sheets, every fourth (each time others) of long ones."""
    return violation.row is not None or len(place.keys) < 10 or (index + row) % 4 == 0


def perturbed(world: Any, case: Case, rng: random.Random) -> Any:
    """Give a workbook in which figures were drawn anew, left blank, marked as not applicable, or no numbers."""
    book = world.workbook(
        period=case.period.code, organisations=tuple(r["org_code"] for r in case.tables["B01"])
    )
    shape_like(book, case)
    for code, rows in book.tables.items():
        form = world.catalogue.forms[code]
        for number in range(len(rows)):
            for column in form.columns:
                if column.code in form.key or rng.random() > 0.25:
                    continue
                spoil(book, (code, number, column), rng)
        if form.rows == "organisations" and rng.random() < 0.6:
            sums = {}
            for column in form.columns:
                if column.type == "int":
                    values = [r[column.code] for r in rows if isinstance(r.get(column.code), int)]
                    sums[column.code] = sum(values) + (rng.random() < 0.1)
            book.totals[code] = sums
        if form.rows == "organisations" and rng.random() < 0.1:
            rows[-1][form.key[0]] = rng.choice([rows[0][form.key[0]], "KHONG-CO"])
    if rng.random() < 0.2:
        book.cover["period_basis"] = "DISCRETE"
    return book


def shape_like(book: Any, case: Case) -> None:
    """Bring the rows of a drawn workbook into the order of the template."""
    for code, rows in case.tables.items():
        form = book.table(code) and case.world.catalogue.forms[code] if code in book.tables else None
        if form is None:
            continue
        drawn = {tuple(row.get(k) for k in form.key): row for row in book.tables[code]}
        shaped = []
        for row in rows:
            key = tuple(row.get(k) for k in form.key)
            blank = {c.code: (0 if c.is_number else None) for c in form.columns}
            similar = drawn.get(key) or next((r for k, r in drawn.items() if k[0] == key[0]), blank)
            shaped.append({**similar, **{k: v for k, v in row.items() if v is not None}})
        book.tables[code] = shaped


def spoil(book: Any, at: tuple[str, int, Any], rng: random.Random) -> None:
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
        book.texts[code, number, column.code] = "khoảng 5"
    elif column.type == "int":
        row[column.code] = rng.choice([0, 1, 2, 3, 5, 29, 30, 50, 60, -1])
    else:
        row[column.code] = rng.choice([0.0, 1.0, 12.5, 33.33, 66.7, 91.0, 50.0])


@pytest.fixture(scope="module")
def cases(world: Any) -> list[Case]:
    earlier = world.workbook(period="2018-N")
    nine = world.workbook(period="2019-9T")
    known = world.history(earlier=earlier, nine=nine)
    return [Case(world, "2019-N"), Case(world, "2019-N", known), Case(world, "2019-6T"), Case(world, "2025-N")]


def test_formulas_and_gate_agree_cell_by_cell_on_random_workbooks(world: Any, cases: list[Case]) -> None:
    rng = random.Random(20191231)
    compared = failures = 0
    for number in range(WORKBOOKS // BATCH):
        case = cases[number % len(cases)]
        books = [perturbed(world, case, rng) for _ in range(BATCH)]
        for index, book in enumerate(books):
            book.revision = index + 1
        gate = Gate(case.batch(books))
        workbooks = [Sheets(case.cells(book)) for book in books]
        for violation in case.plan.violations:
            place = case.plan.book.sheets[violation.check.form]
            expected = {(i, r) for i, r in gate.failures(violation) if is_compared(violation, place, i, r)}
            shown = workbooks
            if violation.check.frame == "cell":  # one formula in every cell of a sheet; a few workbooks will do
                shown = workbooks[:CELL_BATCH]
            found = formula_failures(violation, case.plan, shown)
            assert found == expected, (
                violation.check.text,
                violation.check.column,
                sorted(found ^ expected)[:3],
                violation.formula,
            )
            compared += len(shown)
            failures += len(expected)
    assert failures > 1000
    assert compared > WORKBOOKS * 50
