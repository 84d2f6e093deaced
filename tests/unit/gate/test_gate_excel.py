"""Compiled formulas say of every cell what the gate says, on hundreds of random workbooks.

Compiled is every rule on a row, a cell, a sheet or its total row, also where it needs what the registry says or
what was filed before: the template carries that. Not compiled, because no cell of the workbook decides it, are

- V001, V002, V003, V004: the file as a whole, its unit, period, sheets and day of receipt;
- V008: a row that is missing; the rows of all organisations are prefilled;
- V057: it compares a unit with all others;
- V058, V059: they look at all figures at once, and at how they differ from the last ones.

Some clauses fall away with what they need: what was filed before (V015, V016, V026, V056), a form that the unit
does not owe, a target that was not assigned.
"""

import random
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.overlay import laid_over
from ingestion.gate import load_rules
from ingestion.records.stored import NumberKind, parse_number
from ingestion.workbook.formulas import ROW, cells
from ingestion.workbook.said import BLANK_RULE, Violation
from tests.support import agreed
from tests.support.excel_formulas import Sheets
from tests.support.filled_templates import Case, Gate, all_cases, filled, rows_of
from tests.support.own_forms import column, form, indicator

NOT_COMPILED = {"V001", "V002", "V003", "V004", "V008", "V057", "V058", "V059"}
NEVER_BROKEN = {"V007"}
"""An organisation of another unit: only those of the unit are known to its template, so that V006 speaks."""

BATCH = 43
CELL_BATCH = 4
MARKED = 1
MOST_BATCHES = 200


@pytest.fixture(scope="module")
def cases(world: Any) -> list[Case]:
    return list(all_cases(world))


def is_compared(violation: Violation, case: Case, index: int, row: int) -> bool:
    """Say whether a row is looked at: all of short sheets, every fifth (each time others) of long ones."""
    place = case.place(violation.check.form or violation.home)
    return violation.row is not None or place.last - place.first < 8 or (index + row) % 5 == 0


def failed(violation: Violation, case: Case, workbooks: list[Sheets]) -> set[tuple[int, int]]:
    """Give workbook and row of every failure that the formula finds among those that are looked at."""
    place = case.place(violation.check.form or violation.home)
    name = case.place(violation.home).name
    found = set()
    for row in rows_of(violation, place):
        formula = violation.formula.replace(ROW, str(row))
        for index, workbook in enumerate(workbooks):
            if is_compared(violation, case, index, row) and workbook.evaluate(formula, name) is True:
                found.add((index, row))
    return found


def is_never_broken(violation: Violation, case: Case) -> bool:
    """Say whether no filling can break a check: a sheet whose only cell is blank is empty, which V003 says."""
    place = case.place(violation.home)
    is_only_cell = place.first == place.last and len(place.form.by_code.keys() - place.form.given) == 1
    rule = violation.check.rule.id
    return rule in NEVER_BROKEN or (rule == BLANK_RULE and is_only_cell)


Checked = tuple[str, int, str]


def name_of(violation: Violation) -> Checked:
    return (violation.check.rule.id, violation.check.clause, str(violation.check.form))


def compare(
    case: Case, books: list[Any], violations: Iterable[Violation], most_of_cells: int = CELL_BATCH
) -> set[Checked]:
    """Let formulas and gate judge some fillings alike, and give what has failed in them."""
    gate = Gate(case.batch(books))
    sheets = [Sheets(case.cells(book)) for book in books]
    failing = set()
    for violation in violations:
        # One formula stands in every cell of a sheet; a few workbooks will do.
        shown = sheets[:most_of_cells] if violation.check.frame == "cell" else sheets
        expected = {
            (f.workbook, f.row)
            for f in gate.failures(violation)
            if f.workbook < len(shown) and is_compared(violation, case, f.workbook, f.row)
        }
        found = failed(violation, case, shown)
        assert found == expected, (violation.check.text, case.period, sorted(found ^ expected)[:3], violation)
        if expected:
            failing.add(name_of(violation))
    return failing


def test_formulas_and_gate_agree_on_hundreds_of_random_workbooks(cases: list[Case]) -> None:
    rng = random.Random(20191231)
    compiled, never = set[Checked](), set[Checked]()
    for case in cases:
        compiled |= {name_of(violation) for violation in case.plan.violations}
        never |= {name_of(v) for v in case.plan.violations if is_never_broken(v, case)}
    failing: set[Checked] = set()
    for case in cases:
        failing |= compare(case, [filled(case, rng) for _ in range(BATCH)], case.plan.violations)
    for case in cases * 4:  # what no filling has broken so far is looked for in some more
        missing = [v for v in case.plan.violations if name_of(v) not in failing | never]
        if missing:
            failing |= compare(case, [filled(case, rng) for _ in range(BATCH)], missing, BATCH)
    assert BATCH * len(cases) >= 300
    assert {form for _, _, form in compiled} == set(load_catalogue().forms)
    assert sorted(compiled - failing - never) == []


def amount(code: str, **more: Any) -> dict[str, Any]:
    return column(code, "decimal", unit="PERSON", nature="flow", **more)


def lines(*codes: str) -> list[dict[str, Any]]:
    members = [{"code": code, "label": {"vi": code, "en": code}} for code in codes]
    return [{"column": "line_code", "members": members}]


OFFICE = (
    form("B90", "organisations", column("org_code", "code"), column("given"), amount("paid")),
    form("B91", "lines", column("line_code", "code"), amount("paid"), lines=lines("L1", "L2")),
    form("B92", "lines", column("line_code", "code"), column("given"), lines=lines("ONLY")),
    form("B93", "targets", column("indicator_code", "code"), column("given")),
)


def test_formulas_and_gate_agree_on_forms_of_an_office_also_on_one_of_a_single_line(world: Any) -> None:
    catalogue = laid_over(OFFICE)
    book = partial(world.workbook, catalogue=catalogue)
    case = Case(replace(world, catalogue=catalogue, workbook=book), "U1", "2019-N")
    own = catalogue.forms.keys() - load_catalogue().forms.keys()
    violations = [violation for violation in case.plan.violations if violation.home in own]
    rng = random.Random(20191231)
    compiled = {name_of(violation) for violation in violations}
    missing = [violation for violation in violations if not is_never_broken(violation, case)]
    for _ in range(MOST_BATCHES):
        failing = compare(case, [filled(case, rng) for _ in range(CELL_BATCH)], violations)
        missing = [violation for violation in missing if name_of(violation) not in failing]
        if not missing:
            break
    assert {name_of(violation) for violation in missing} == set()
    assert {("V009", 2, "B90"), ("V009", 2, "B91"), ("V011", 1, "B90"), ("V061", 2, "B93")} <= compiled
    assert [form for rule, _, form in sorted(compiled) if rule == "V005"] == ["B90", "B91", "B93"]


@pytest.mark.parametrize(("decimals", "told_is_taken"), [(2, True), (0, False)])
def test_formulas_too_take_an_amount_as_it_was_told(world: Any, decimals: int, told_is_taken: bool) -> None:
    own = form("B90", "organisations", column("org_code", "code"), amount("balance", signed=True))
    catalogue = laid_over((own, indicator("own_balance", {"column": "balance"}, decimals=decimals)))
    book = partial(world.workbook, catalogue=catalogue)
    case = Case(replace(world, catalogue=catalogue, workbook=book), "U1", "2019-N")
    for written, is_taken in ((-3.5, told_is_taken), (-3.4, False), (-3.495, True)):
        one = filled(case, random.Random(1))
        target = one.tables["B09"][0]
        one.tables["B09"] = [target | {"indicator_code": "own_balance", "actual_period": written}]
        for number, row in enumerate(one.tables["B90"]):
            row["balance"] = -3.495 if number == 0 else 0.0
            one.marks.pop(("B90", number, "balance"), None)
        one.marks.pop(("B09", 0, "actual_period"), None)
        of_results = [v for v in case.plan.violations if v.check.rule.id == "V053" and v.home == "B09"]
        # Long sheets are looked at by every fifth row, in each workbook another: five see them all.
        assert bool(compare(case, [one] * 5, of_results)) != is_taken, written


def test_the_cells_that_the_template_colours_are_those_that_the_gate_accuses(cases: list[Case]) -> None:
    rng = random.Random(20201231)
    coloured = 0
    for case in cases:
        books = [filled(case, rng) for _ in range(MARKED)]
        gate = Gate(case.batch(books))
        sheets = [Sheets(case.cells(book) | case.messages()) for book in books]
        for marks in case.plan.marks.values():
            for mark in marks:
                if not isinstance(mark.message, Violation):
                    continue
                name = case.place(mark.form).name
                expected = {(f.workbook, f.cell) for f in gate.failures(mark.message) if f.cell}
                found = {
                    (index, f"{mark.letters}{row}")
                    for row in range(mark.first, mark.last + 1)
                    for index, workbook in enumerate(sheets)
                    if workbook.evaluate(mark.condition.replace(ROW, str(row)), name) is True
                }
                assert found == expected, (mark, sorted(found ^ expected)[:3])
                coloured += len(found)
    assert coloured > 200


def test_every_rule_is_compiled_that_a_workbook_can_decide(cases: list[Case]) -> None:
    compiled = {violation.check.rule.id for case in cases for violation in case.plan.violations}
    assert set(agreed.RULES) - compiled == NOT_COMPILED
    later = load_rules().keys() - set(agreed.RULES)
    assert cases[0].plan.rules_at_the_gate == sorted(NOT_COMPILED | (later - compiled))


TEXTS = [
    *(
        "1.252",
        "12.5",
        "-",
        "–",
        "không",
        "Không có",
        "x",
        " X ",
        "1 252",
        "1.252.000",
        "12.52",
        "0.252",
        "007",
    ),
    *(
        "1e5",
        "5%",
        "10/17",
        "khoảng 5",
        "…",
        "....",
        "bỏ trống",
        "1,252",
        "-5",
        "gần 5.000",
        "1.25.200",
        "999.999",
    ),
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_in_a_cell_of_counts_is_taken_as_the_reader_takes_it(text: str) -> None:
    sheets, read = Sheets({("S", "A1"): text}), parse_number(text)
    certain = {
        NumberKind.PLAIN,
        NumberKind.GROUPED,
        NumberKind.ZERO,
        NumberKind.BLANK,
        NumberKind.NOT_APPLICABLE,
    }
    is_fault = read.kind not in certain or read.is_percent or (read.value or 0) < 0
    assert sheets.evaluate(cells.is_invalid("$A1"), "S") is is_fault
    assert sheets.evaluate(cells.is_blank("$A1"), "S") is (read.kind is NumberKind.BLANK)
    assert sheets.evaluate(cells.is_not_applicable("$A1"), "S") is (read.kind is NumberKind.NOT_APPLICABLE)


def shown(case: Case, typed: dict[tuple[str, str], Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Give the colour of each coloured cell of B08, and the first message of each of its rows."""
    held = case.cells(filled_with_nothing(case)) | case.messages() | typed
    sheets, place = Sheets(held), case.place("B08")
    colours: dict[str, str] = {}
    for mark in case.plan.marks["B08"]:
        for row in range(mark.first, mark.last + 1):
            if sheets.evaluate(mark.condition.replace(ROW, str(row)), "B08") is True:
                colours.setdefault(f"{mark.letters}{row}", mark.message.colour)
    messages = {}
    for row in range(place.first, place.last + 1):
        said = [sheets.value("B08", f"{column.letters}{row}") for column in case.plan.columns["B08"]]
        messages[str(row)] = next((text for text in said if text), "")
    return colours, messages


def filled_with_nothing(case: Case) -> Any:
    """Give the template as it is handed out."""
    book = case.world.workbook(unit=case.unit.org_code, kind=case.unit.org_kind, period=case.period.code)
    book.tables = {code: [dict(row) for row in rows] for code, rows in case.tables.items()}
    book.totals, book.marks = {}, {}
    return book


def test_rows_left_for_further_keys_are_silent_until_they_are_used(cases: list[Case]) -> None:
    case = cases[0]
    place = case.place("B08")
    first = place.last - place.spare + 1
    colours, messages = shown(case, {})
    assert not [cell for cell in colours if int(cell[1:]) >= first]
    assert not [row for row, text in messages.items() if int(row) >= first and text]
    used = {("B08", f"A{first}"): "HT01", ("B08", f"B{first}"): "NQ01", ("B08", f"D{first}"): 5}
    used[("B08", f"E{first}")] = 7
    colours, messages = shown(case, used)
    assert {cell: colour for cell, colour in colours.items() if int(cell[1:]) == first} == {
        f"E{first}": "error"
    }
    assert messages[str(first)].startswith("V052")
    colours, messages = shown(case, {("B08", f"D{first}"): 5})
    assert {cell: colour for cell, colour in colours.items() if int(cell[1:]) == first} == {
        f"A{first}": "error"
    }
    assert "Mã dòng" in messages[str(first)]


def test_a_part_is_marked_in_the_row_of_its_own_document(cases: list[Case]) -> None:
    case = cases[0]
    place = case.place("B08")
    first = place.last - place.spare + 1
    typed: dict[tuple[str, str], Any] = {}
    for row, line, took_part in ((first, "DV05", 3), (first + 2, "DV06", 4)):
        typed |= {("B08", f"A{row}"): line, ("B08", f"B{row}"): "NQ01"}
        typed |= {("B08", f"D{row}"): 9, ("B08", f"E{row}"): took_part}
    colours, messages = shown(case, typed)
    assert {cell for cell, colour in colours.items() if colour == "error"} == {f"E{first + 2}"}
    assert [row for row, text in messages.items() if text.startswith("V052")] == [str(first)]


def test_a_count_stored_as_text_is_marked_mildly_and_its_rules_wait(cases: list[Case]) -> None:
    typed = {("B08", "D9"): "1.252", ("B08", "E9"): 2000}
    colours, messages = shown(cases[0], typed)
    assert colours["D9"] == "text"
    assert "E9" not in colours
    assert not messages["9"].startswith("V")
    colours, messages = shown(cases[0], typed | {("B08", "D9"): 1252})
    assert colours["E9"] == "error"
    assert messages["9"].startswith("V052")


def test_a_percentage_is_told_with_the_decimals_that_were_filed(cases: list[Case]) -> None:
    typed = {("B08", "D9"): 150, ("B08", "E9"): 50}
    for filed, told in ((50.003, "ghi 50.003%, tính được 33.333%"), (33.4, "ghi 33.4%, tính được 33.3%")):
        _, messages = shown(cases[0], typed | {("B08", "F9"): filed})
        assert messages["9"].startswith("V051") and told in messages["9"]


def test_a_result_is_told_with_the_decimals_of_its_indicator(cases: list[Case]) -> None:
    said = [said.text for column in cases[0].plan.columns["B09"] for said in column.messages]
    texts = [text for text in said if "V053" in text]
    assert texts and all(f'IF($A{ROW}="admissions",0,2)' in text for text in texts)
