"""A form that the product does not have is guarded from its first day: each kind, each fault, rule and cell.

All cases are revisions of a few reports, judged in one go.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from ingestion.definitions.catalogue import Catalogue, OwnFile
from ingestion.definitions.overlay import laid_over
from ingestion.gate import judge
from ingestion.records.findings import Judgement, Verdict
from ingestion.records.submissions import FormRow, FormTable, Mark, Submission, Value
from tests.support.own_forms import column, form, indicator

FIRST_ROW = 9
Rows = list[dict[str, Any]]


def _line(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "label": {"vi": f"Dòng {code}", "en": f"Line {code}"}, "nature": "flow"} | more


def _lines(*members: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"column": "line_code", "members": list(members)}]


def _amount(code: str, **more: Any) -> dict[str, Any]:
    return column(code, "decimal", unit="PERSON", nature="flow", **more)


FORMS = (
    form(
        "B90",
        "organisations",
        column("org_code", "code"),
        column("given"),
        column("taken"),
        _amount("paid"),
        _amount("balance", signed=True),
        column("share", "percent", unit="PERCENT", nature="ratio"),
        column("score", "decimal", unit="POINT", nature="ratio"),
        column("bodies", nature="distinct"),
    ),
    form(
        "B91",
        "lines",
        column("line_code", "code"),
        column("given"),
        column("taken"),
        lines=_lines(_line("L1"), _line("L2"), _line("LB", owed_by=["PROVINCE"])),
        required_for={"DISTRICT": ["N"], "PROVINCE": ["N"]},
    ),
    form(
        "B92",
        "targets",
        column("indicator_code", "code"),
        column("given"),
        column("target_min", "decimal"),
        column("taken"),
    ),
    form(
        "B93",
        "lines",
        column("line_code", "code"),
        column("given"),
        lines=_lines(_line("M1"), _line("M2", parent="M1")),
    ),
    form(
        "B94",
        "lines",
        column("line_code", "code"),
        column("given"),
        column("taken", unit="LINE"),
        column("left", nature="line"),
        lines=_lines(_line("N1", unit="PERSON"), _line("N2", unit="CELL", nature="stock")),
    ),
    form("B95", "lines", column("line_code", "code"), _amount("given"), lines=_lines(_line("ONLY"))),
)
SOUND: dict[str, Rows] = {
    "B90": [
        {"org_code": code, "given": 2, "taken": 1, "paid": paid, "balance": -0.5, "share": -5.0}
        | {"score": 90.0, "bodies": 1}
        for code, paid in (("A1", 0.1), ("A2", 0.2), ("A3", 12_345_678.3))
    ],
    "B91": [{"line_code": code, "given": 2, "taken": 1} for code in ("L1", "L2")],
    "B92": [{"indicator_code": "admissions", "given": 3, "target_min": 10.0, "taken": 0}],
    "B93": [{"line_code": code, "given": 2} for code in ("M1", "M2")],
    "B94": [{"line_code": code, "given": 2, "taken": 1, "left": 3} for code in ("N1", "N2")],
    "B95": [{"line_code": "ONLY", "given": 2.5}],
}
KEYS = {"B90": "org_code", "B92": "indicator_code"} | dict.fromkeys(("B91", "B93", "B94", "B95"), "line_code")
COUNTED = ("B90", "B91", "B92")
"""Forms whose column `given` holds counts."""

TOTAL = {"given": 6, "taken": 3, "paid": 12_345_678.6, "balance": -1.5}
Found = set[tuple[str, str, str]]


@dataclass(frozen=True)
class Case:
    """One fault of a report: what is changed, and what is found: rule, sheet, cell."""

    change: Callable[[dict[str, Rows]], None]
    found: Found
    total: Mapping[str, Any] | None = None
    total_of: str = "B90"
    unit: str = "U1"
    kind: str = "DISTRICT"
    period: str = "2019-N"


def cell(code: str, row: int, **values: Any) -> Callable[[dict[str, Rows]], None]:
    def change(tables: dict[str, Rows]) -> None:
        tables[code][row] |= values

    return change


def repeated(form: str) -> Callable[[dict[str, Rows]], None]:
    return lambda tables: tables[form].append(dict(tables[form][0]))


def without_row(form: str) -> Callable[[dict[str, Rows]], None]:
    return lambda tables: tables[form].pop(0) and None


def without_sheet(form: str) -> Callable[[dict[str, Rows]], None]:
    return lambda tables: tables.pop(form) and None


def emptied(form: str) -> Callable[[dict[str, Rows]], None]:
    def change(tables: dict[str, Rows]) -> None:
        given = {KEYS[form], "target_min"}
        tables[form] = [{c: v if c in given else None for c, v in row.items()} for row in tables[form]]

    return change


def only(form: str) -> Callable[[dict[str, Rows]], None]:
    def change(tables: dict[str, Rows]) -> None:
        for other in set(tables) - {form}:
            del tables[other]

    return change


CASES = {
    "nothing wrong": Case(lambda tables: None, set(), TOTAL),
    # one row an organisation
    "an organisation twice": Case(repeated("B90"), {("V005", "B90", "A12")}),
    "an organisation that nobody knows": Case(
        lambda tables: tables["B90"].append({"org_code": "ZZ", "given": 0, "taken": 0}),
        {("V006", "B90", "A12")},
    ),
    "an organisation that has ended": Case(
        lambda tables: tables["B90"].append({"org_code": "GONE", "given": 0, "taken": 0}),
        {("V006", "B90", "A12")},
    ),
    "another unit's organisation": Case(
        lambda tables: tables["B90"].append({"org_code": "C1", "given": 0, "taken": 0}),
        {("V007", "B90", "A12")},
    ),
    "an organisation missing": Case(without_row("B90"), {("V008", "B90", "")}),
    "a false total": Case(lambda tables: None, {("V011", "B90", "B12")}, {"given": 7, "taken": 3}),
    "a total that is no number": Case(
        lambda tables: None, {("V011", "B90", "C12")}, {"given": 6, "taken": "ba"}
    ),
    "a total and a row that are no numbers": Case(
        cell("B90", 1, taken="hai"),
        {("V009", "B90", "C10"), ("V011", "B90", "C12")},
        {"given": 6, "taken": "ba"},
    ),
    "a total as a spreadsheet adds binary fractions": Case(
        lambda tables: None, set(), TOTAL | {"paid": 12_345_678.600_000_002}
    ),
    "a false total of amounts": Case(
        lambda tables: None, {("V011", "B90", "D12")}, TOTAL | {"paid": 12_345_678.61}
    ),
    "a false total of a balance": Case(lambda tables: None, {("V011", "B90", "E12")}, TOTAL | {"balance": 1.5}),
    "totals of what is never added": Case(
        lambda tables: None, set(), TOTAL | {"share": 99.0, "score": 90.0, "bodies": 2}
    ),
    "a negative amount": Case(cell("B90", 1, paid=-1.5), {("V009", "B90", "D10")}),
    # every kind
    **{
        f"{what} in {form}": Case(cell(form, 0, given=value), {(rule, form, f"B{FIRST_ROW}")})
        for form in COUNTED
        for what, value, rule in (
            ("a negative count", -1, "V009"),
            ("a blank", None, "V010"),
            ("words", "nhiều", "V009"),
            ("half a person", 1.5, "V009"),
        )
    },
    **{f"no sheet {form}": Case(without_sheet(form), {("V003", "", "")}) for form in SOUND},
    **{f"nothing in sheet {form}": Case(emptied(form), {("V003", form, "")}) for form in SOUND},
    **{
        f"{form} of a unit that does not owe it": Case(only(form), {("V003", form, "")}, unit="U2", kind="BLOC")
        for form in SOUND
    },
    **{
        f"{form} for a part of the year that has none": Case(only(form), {("V003", form, "")}, period="2019-6T")
        for form in SOUND
    },
    # fixed lines
    "a line twice": Case(repeated("B91"), {("V005", "B91", "A11")}),
    "a line missing": Case(without_row("B91"), {("V003", "B91", "")}),
    "a false total of lines": Case(
        lambda tables: None, {("V011", "B91", "B11")}, {"given": 77, "taken": 2}, total_of="B91"
    ),
    "a true total of lines": Case(lambda tables: None, set(), {"given": 4, "taken": 2}, total_of="B91"),
    "an amount that nobody filled in, beside a total": Case(
        lambda tables: [row.update(paid=None) for row in tables["B90"]] and None,
        {("V010", "B90", f"D{row}") for row in (9, 10, 11)},
        TOTAL | {"paid": 0.0},
    ),
    "a total of lines with parts": Case(lambda tables: None, set(), {"given": 2}, total_of="B93"),
    "a total of lines of which each counts something else": Case(
        lambda tables: None, {("V011", "B94", "B11")}, {"given": 5, "taken": 77, "left": 88}, total_of="B94"
    ),
    "a false total of the only line": Case(
        lambda tables: None, {("V011", "B95", "B10")}, {"given": 55.0}, total_of="B95"
    ),
    "a negative amount in the only line": Case(cell("B95", 0, given=-2.0), {("V009", "B95", "B9")}),
    "the only line twice": Case(repeated("B95"), {("V005", "B95", "A10")}),
    # assigned targets
    "a target twice": Case(repeated("B92"), {("V005", "B92", "A10")}),
    "a target missing": Case(
        cell("B92", 0, indicator_code="party_cells", target_min=None),
        {("V003", "B92", ""), ("V010", "B92", "C9"), ("V061", "B92", "A9")},
    ),
    "a target that was not assigned": Case(
        lambda tables: tables["B92"].append({"indicator_code": "villages", "given": 0, "taken": 0}),
        {("V061", "B92", "A10")},
    ),
    "a target that nobody knows": Case(
        lambda tables: tables["B92"].append({"indicator_code": "zzz", "given": 0, "taken": 0}),
        {("V061", "B92", "A10")},
    ),
    "another target than was assigned": Case(cell("B92", 0, target_min=9.0), {("V055", "B92", "C9")}),
}


@pytest.fixture(scope="module")
def judged(world: Any) -> dict[str, Judgement]:
    catalogue = laid_over(FORMS)
    submissions: dict[str, Submission] = {}
    for number, (name, case) in enumerate(CASES.items(), start=1):
        organisations = ("A1", "A2", "A3") if case.unit == "U1" else ("C1",)
        book = world.workbook(
            unit=case.unit, kind=case.kind, period=case.period, organisations=organisations, revision=number
        )
        submissions[name] = book.submission()
        tables = {form: [dict(row) for row in rows] for form, rows in SOUND.items()}
        case.change(tables)
        for code, rows in tables.items():
            total = case.total if code == case.total_of else None
            submissions[name].reading.tables[code] = table(catalogue, code, rows, total)
    found = judge(list(submissions.values()), world.context(catalogue=catalogue), engine="masks")
    return {name: found[submission.key] for name, submission in submissions.items()}


def table(catalogue: Catalogue, code: str, rows: Rows, total: Mapping[str, Any] | None) -> FormTable:
    described = catalogue.forms[code]
    filed = FormTable(code, code, {c.code: i for i, c in enumerate(described.columns, start=1)})
    counts = {c.code for c in described.number_columns}

    def row(number: int, given: Mapping[str, Any]) -> FormRow:
        texts = {c: v for c, v in given.items() if c in counts and isinstance(v, str)}
        values: dict[str, Value] = {c: None if c in texts else v for c, v in given.items()}
        marks = {c: Mark.INVALID if c in texts else Mark.BLANK for c, v in values.items() if v is None}
        return FormRow(number, values, marks, texts)

    filed.rows = [row(number, given) for number, given in enumerate(rows, start=FIRST_ROW)]
    if total is not None:
        filed.total = row(FIRST_ROW + len(rows), total)
    return filed


@pytest.mark.parametrize("name", CASES)
def test_a_fault_in_a_new_form_is_found_where_it_is(name: str, judged: dict[str, Judgement]) -> None:
    new = {"", *SOUND}
    found = {(f.rule, f.sheet, f.cell) for f in judged[name].findings if f.sheet in new}
    assert found == CASES[name].found


def test_what_is_wrong_is_refused_and_what_is_sound_is_not(judged: dict[str, Judgement]) -> None:
    errors = {
        name for name, case in CASES.items() if any(rule not in ("V010", "V061") for rule, _, _ in case.found)
    }
    assert {name for name, one in judged.items() if one.verdict is Verdict.REJECTED} == errors
    assert judged["nothing wrong"].verdict is Verdict.ACCEPTED


def test_what_nobody_asked_for_is_said_in_words(judged: dict[str, Judgement]) -> None:
    (finding,) = judged["B91 of a unit that does not owe it"].findings
    assert finding.message.startswith(
        "B91: Đơn vị không phải nộp biểu này trong kỳ báo cáo này: B91 (Biểu B91)"
    )
    assert finding.message_en.startswith("B91: The unit is not asked for this sheet in this period: B91")


def test_a_target_that_is_none_of_the_units_is_said_in_words(judged: dict[str, Judgement]) -> None:
    def said(name: str) -> str:
        (finding,) = (f for f in judged[name].findings if f.rule == "V061")
        return finding.message

    assert "chỉ tiêu villages không được giao cho đơn vị" in said("a target that was not assigned")
    assert "mã chỉ tiêu zzz không có trong danh mục" in said("a target that nobody knows")


def test_a_sum_of_amounts_is_written_as_it_is_added_by_hand(judged: dict[str, Judgement]) -> None:
    (finding,) = (f for f in judged["a false total of amounts"].findings if f.rule == "V011")
    assert finding.expected == "12345678.6"


def test_a_negative_amount_is_told_as_no_count_would_be(judged: dict[str, Judgement]) -> None:
    (finding,) = judged["a negative amount"].findings
    assert "giá trị “−1,5” không được âm." in finding.message
    assert "số nguyên" not in finding.message
    assert finding.expected == ""


def test_a_sum_that_cannot_be_given_is_not_spoken_of(judged: dict[str, Judgement]) -> None:
    def said(name: str) -> str:
        (finding,) = (f for f in judged[name].findings if f.rule == "V011")
        return finding.message

    assert "ghi ba, cộng các dòng được 3." in said("a total that is no number")
    assert "ghi ba, không phải số nguyên; các dòng cũng chưa cộng được." in said(
        "a total and a row that are no numbers"
    )


@pytest.mark.parametrize(
    ("decimals", "written", "is_found"),
    [
        (2, "-3,50", False),
        (2, "-3,5", False),
        (2, "-3,495", False),
        (2, "-3,51", True),
        (2, "-3,494", True),
        (0, "-3,5", True),
        (0, "-3,495", False),
    ],
)
def test_an_amount_that_is_told_rounded_may_be_written_as_it_was_told(
    world: Any, decimals: int, written: str, is_found: bool
) -> None:
    own = form("B90", "organisations", column("org_code", "code"), _amount("balance", signed=True))
    balance = indicator("own_balance", {"column": "balance"}, decimals=decimals)
    catalogue = laid_over((own, balance))
    book = world.workbook().target(indicator_code="own_balance", actual_period=float(written.replace(",", ".")))
    book.texts["B09", 0, "actual_period"] = written
    submission = book.submission()
    rows = [{"org_code": code, "balance": -1.165} for code in ("A1", "A2", "A3")]
    submission.reading.tables["B90"] = table(catalogue, "B90", rows, None)
    found = judge([submission], world.context(catalogue=catalogue), engine="masks")[submission.key].findings
    assert any(finding.rule == "V053" for finding in found) == is_found


@pytest.mark.parametrize(
    ("time", "rules"),
    [
        ({"from": "2019-12-31", "to": "2019-12-31"}, set()),
        ({"from": "2020-01-01"}, {("V003", "B93", "")}),
        ({"to": "2019-12-30"}, {("V003", "B93", "")}),
    ],
)
def test_a_form_is_taken_in_its_time_and_refused_outside_it(
    world: Any, time: dict[str, str], rules: Found
) -> None:
    catalogue = laid_over(
        (form("B93", "organisations", column("org_code", "code"), column("given"), effective=time),)
    )
    filed, missing = world.workbook().submission(), world.workbook(revision=2).submission()
    rows = [{"org_code": code, "given": 1} for code in ("A1", "A2", "A3")]
    filed.reading.tables["B93"] = table(catalogue, "B93", rows, None)
    found = judge([filed, missing], world.context(catalogue=catalogue), engine="masks")
    assert {(f.rule, f.sheet, f.cell) for f in found[filed.key].findings} == rules
    assert [f.rule for f in found[missing.key].findings] == ([] if rules else ["V003"])
    if rules:
        assert "Biểu này không được thu thập trong kỳ báo cáo này" in found[filed.key].findings[0].message


@pytest.mark.parametrize("blanks", ["zero", "skip"])
def test_a_blank_counts_as_zero_where_a_rule_says_so_and_both_engines_take_it_so(
    world: Any, blanks: str
) -> None:
    rule = OwnFile(
        "rules",
        "own.yml",
        f"""
rules:
- id: V901
  title: {{vi: x, en: x}}
  scope: row
  severity: warning
  forms: [B93]
  missing: {blanks}
  clauses:
  - {{holds: taken <= given, cell: taken}}
  message: {{vi: x, en: x}}
  remedy: {{vi: x, en: x}}
""",
    )
    given = column("given") | {"required": False}
    catalogue = laid_over(
        (form("B93", "organisations", column("org_code", "code"), given, column("taken")), rule)
    )
    submission = world.workbook().submission()
    rows = [{"org_code": code, "given": None, "taken": 1} for code in ("A1", "A2", "A3")]
    submission.reading.tables["B93"] = table(catalogue, "B93", rows, None)
    judged = judge([submission], world.context(catalogue=catalogue), engine="gx")[submission.key]
    found = [f.cell for f in judged.findings if f.rule == "V901"]
    assert found == ([f"C{row}" for row in (9, 10, 11)] if blanks == "zero" else [])


def test_a_rule_that_names_a_column_runs_in_the_periods_that_have_it(world: Any) -> None:
    later = column("later", effective={"from": "2020-01-01"})
    rule = OwnFile(
        "rules",
        "own.yml",
        """
rules:
- id: V901
  title: {vi: x, en: x}
  scope: row
  severity: error
  forms: [B93]
  clauses:
  - {holds: given <= 5, cell: given}
  - {holds: later <= given, cell: later}
  - {each: [given, later], holds: it < 9, cell: it}
  message: {vi: x, en: x}
  remedy: {vi: x, en: x}
""",
    )
    own = form("B93", "organisations", column("org_code", "code"), column("given"), later)
    catalogue = laid_over((own, rule))
    found = {}
    for period in ("2019-N", "2020-N"):
        submission = world.workbook(period=period).submission()
        rows = [{"org_code": code, "given": 0, "later": 0} for code in ("A1", "A2", "A3")]
        rows[0] |= {"given": 6, "later": 9}
        submission.reading.tables["B93"] = table(catalogue, "B93", rows, None)
        judged = judge([submission], world.context(catalogue=catalogue), engine="masks")[submission.key]
        found[period] = [(f.rule, f.clause, f.cell) for f in judged.findings if f.sheet == "B93"]
    assert found["2019-N"] == [("V901", 1, "B9")]
    assert sorted(found["2020-N"]) == [("V901", 1, "B9"), ("V901", 2, "C9"), ("V901", 3, "C9")]
