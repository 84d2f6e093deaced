"""Every rule on a workbook that holds it and on one that breaks it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ingestion.definitions.registry_rows import Target, TermOfOffice
from ingestion.gate import load_rules
from ingestion.records.findings import OutcomeStatus
from ingestion.records.submissions import COVERAGE, Mark
from ingestion.words.found import printed as as_printed
from tests.support import agreed

Build = Callable[[Any], Any]


@dataclass(frozen=True)
class Case:
    """One way to break a rule.

    Attributes:
        breaks: makes the workbook.
        cell: the accused cell, as sheet and address.
        holds: makes a workbook that holds the rule, where the plain one does not exercise it.
        context: what else differs from the usual context.
    """

    rule: str
    breaks: Build
    cell: tuple[str, str]
    value: str = ""
    expected: str = ""
    holds: Build = lambda w: w.workbook()
    context: Callable[[Any], dict[str, Any]] = field(default=lambda w: {})

    def __str__(self) -> str:
        return f"{self.rule}-{self.cell[0]}{self.cell[1]}"


def plain(w: Any, **changes: Any) -> Any:
    return w.workbook(**changes)


def earlier(w: Any, *books: Any) -> dict[str, Any]:
    return {"history": w.history(**{f"b{i}": book for i, book in enumerate(books)})}


def last_year(w: Any) -> dict[str, Any]:
    book = plain(w, period="2018-N")
    for row in book.tables["B01"]:
        row["closing_members"] = 50
    return earlier(w, book)


def big(w: Any, odd: int | None = None) -> Any:
    """Give a unit of ten organisations, one of which grew as no other did."""
    book = plain(w, organisations=TEN)
    for index, row in enumerate(book.tables["B01"]):
        row["closing_members"] = 50 + index % 4
    if odd is not None:
        book.tables["B01"][0]["closing_members"] = odd
    return book


TEN = tuple(f"T{i}" for i in range(10))


def ten(w: Any) -> dict[str, Any]:
    registry = w.registry(
        organisations=(w.unit("U1", "DISTRICT"), *(w.organisation(code) for code in TEN)),
    )
    past = plain(w, period="2018-N", organisations=TEN)
    for row in past.tables["B01"]:
        row["closing_members"] = 50
    return {"registry": registry} | earlier(w, past)


def prior(w: Any, period: str, form: str, **values: Any) -> dict[str, Any]:
    return earlier(w, plain(w, period=period).set(form, **values))


def crowd(w: Any, period: str, step: int) -> Any:
    """Give a workbook with many flows that are all different."""
    book = plain(w, period=period, organisations=TEN)
    columns = [c.code for c in w.catalogue.forms["B02"].columns if c.nature == "flow"]
    for r, row in enumerate(book.tables["B02"]):
        for c, column in enumerate(columns):
            row[column] = 21 + ((7 * r + 3 * c) % 4) + step * (1 + r)
    return book


def qd366(w: Any) -> Any:
    return plain(w, unit="U2", kind="BLOC", period="2025-N", organisations=("C1",))


def rounded(w: Any) -> Any:
    book = plain(w)
    columns = [c.code for c in w.catalogue.forms["B02"].columns if c.nature == "flow"]
    for row in book.tables["B02"]:
        row.update(dict.fromkeys(columns, 30))
    return book


def province_target(**values: Any) -> Build:
    return lambda w: plain(w, unit="P1", kind="PROVINCE").target(**values)


CASES = [
    Case("V001", lambda w: plain(w, cover={"reporting_org_code": "U2"}), ("B00", "C5"), "U2", "U1"),
    Case("V001", lambda w: plain(w, unit="NEW", cover={}), ("B00", "C5"), "NEW"),
    Case("V001", lambda w: plain(w, unit="OLD", organisations=()), ("B00", "C5"), "OLD"),
    Case("V001", lambda w: plain(w, unit="A1", organisations=()), ("B00", "C5"), "A1"),
    Case("V001", lambda w: plain(w, period="2025-N"), ("B00", "C5"), "U1"),
    Case("V002", lambda w: plain(w, period="quý 3"), ("B00", "C6"), "quý 3"),
    Case("V002", lambda w: plain(w, period="2009-N"), ("B00", "C6"), "2009-N"),
    Case("V003", lambda w: plain(w).without("B04", "B06"), ("", ""), "", "B04, B06"),
    Case("V003", lambda w: plain(w).emptied("B08"), ("B08", ""), "", "B08"),
    Case("V003", lambda w: plain(w).without_line("B03", line_code="DV02"), ("B03", ""), "", "DV02"),
    Case(
        "V003",
        lambda w: plain(w).without_line("B05", actor_code="UBKT", activity_code="KT_TC"),
        ("B05", ""),
        "",
        "UBKT + KT_TC",
    ),
    Case("V003", lambda w: plain(w).without_line("B07", line_code="CB03"), ("B07", ""), "", "CB03"),
    Case("V003", lambda w: plain(w).without_line("B08", line_code="HT01"), ("B08", ""), "", "HT01"),
    Case(
        "V003",
        lambda w: plain(w).without_line("B09", indicator_code="admissions"),
        ("B09", ""),
        "",
        "admissions",
    ),
    Case(
        "V004",
        lambda w: plain(w, received_at=datetime(2020, 2, 1, tzinfo=UTC)),
        ("", ""),
        "2020-02-01",
        "2020-01-20",
    ),
    Case("V005", lambda w: plain(w, organisations=("A1", "A2", "A3", "A2")), ("B01", "A12"), "A2"),
    Case("V005", lambda w: plain(w).line("B07", "CB02", line_code="CB01"), ("B07", "A10"), "CB01"),
    Case("V006", lambda w: plain(w, organisations=("A1", "A2", "A3", "ZZ")), ("B01", "A12"), "ZZ"),
    Case("V006", lambda w: plain(w, organisations=("A1", "A2", "A3", "GONE")), ("B01", "A12"), "GONE"),
    Case("V007", lambda w: plain(w, organisations=("A1", "A2", "A3", "C1")), ("B01", "A12"), "C1", "U2"),
    Case("V008", lambda w: plain(w, organisations=("A1", "A3")), ("B01", ""), "", "A2"),
    Case("V009", lambda w: plain(w).set("B01", closing_exempt=-1), ("B01", "Z9"), "-1"),
    Case("V009", lambda w: plain(w).set("B05", 3, done_orgs=Mark.ERROR), ("B05", "E12"), ""),
    Case("V010", lambda w: plain(w).set("B02", 1, not_confirmed=None), ("B02", "S10"), ""),
    Case("V010", lambda w: plain(w).emptied("B06", 1), ("B06", "C10"), ""),
    Case(
        "V010",
        lambda w: plain(w).set("B04", org_rating="CXL"),
        ("B04", "E9"),
        holds=lambda w: plain(w).set("B04", org_rating="CXL", org_not_rated_reason="KHAC"),
    ),
    Case(
        "V011",
        lambda w: plain(w, totals={"B01": {"closing_members": 150}}),
        ("B01", "S12"),
        "150",
        "156",
        holds=lambda w: plain(w, totals={"B01": {"closing_members": 156}}),
    ),
    Case(
        "V011",
        lambda w: plain(w, totals={"B01": {"closing_members": "#REF!"}}),
        ("B01", "S12"),
        "#REF!",
        "156",
        holds=lambda w: plain(w, totals={"B01": {"closing_members": 156, "closing_female": "x"}}),
    ),
    Case("V012", lambda w: plain(w).set("B01", in_restored=1), ("B01", "I9"), "3", "4"),
    Case("V013", lambda w: plain(w).set("B01", 2, out_resigned=2), ("B01", "R11"), "1", "3"),
    Case("V014", lambda w: plain(w).set("B01", closing_members=53), ("B01", "S9"), "53", "52"),
    Case(
        "V015",
        lambda w: plain(w).set("B01", opening_members=49),
        ("B01", "C9"),
        "49",
        "50",
        context=last_year,
    ),
    Case(
        "V015",
        lambda w: plain(w).line("B03", "DV04", opening_count=21),
        ("B03", "C22"),
        "21",
        "20",
        context=last_year,
    ),
    Case(
        "V016",
        lambda w: plain(w).set("B01", out_deceased=0, out_total=1),
        ("B01", "J9"),
        "0",
        "1",
        context=lambda w: earlier(w, plain(w, period="2019-9T")),
    ),
    Case("V017", lambda w: plain(w).set("B01", closing_female=53), ("B01", "U9"), "53", "52"),
    Case("V017", lambda w: plain(w).set("B01", out_struck_off_probationary=1), ("B01", "M9"), "1", "0"),
    Case(
        "V018",
        lambda w: plain(w).set("B01", in_transfer_internal=2),
        ("B01", ""),
        "2",
        "0",
    ),
    Case("V019", lambda w: plain(w).set("B01", closing_probationary=50), ("B01", "S9"), "2", "3"),
    Case("V020", lambda w: plain(w).set("B01", closing_members=29), ("B01", "S9"), "29", "30"),
    Case("V021", lambda w: plain(w).set("B02", admitted_total=4), ("B02", "D9"), "4", "3"),
    Case("V022", lambda w: plain(w).set("B02", admitted_age_over_50=1), ("B02", "D9"), "3", "4"),
    Case("V023", lambda w: plain(w).set("B02", admitted_farmer=4), ("B02", "M9"), "4", "3"),
    Case("V023", lambda w: plain(w).set("B02", admitted_from_elite_union=3), ("B02", "W9"), "3", "2"),
    Case("V024", lambda w: plain(w).set("B02", elite_union_introduced=4), ("B02", "U9"), "5", "4"),
    Case("V024", lambda w: plain(w).set("B02", sent_to_awareness_class=1), ("B02", "W9"), "2", "1"),
    Case("V025", lambda w: plain(w).set("B02", target_admissions_year=4), ("B02", ""), "9", "10"),
    Case("V026", lambda w: plain(w).set("B01", closing_probationary=20), ("B01", ""), "26", "9"),
    Case(
        "V026",
        lambda w: plain(w).set("B02", confirmed_official=19),
        ("B02", ""),
        "19",
        "18",
        context=lambda w: earlier(w, plain(w, period="2018-N")),
    ),
    Case("V027", lambda w: plain(w).line("B03", "TC05", established=1), ("B03", "I12"), "12", "13"),
    Case("V028", lambda w: plain(w).line("B03", "TC03", closing_count=1), ("B03", "I9"), "4", "3"),
    Case("V029", lambda w: plain(w).line("B03", "TC06", closing_count=13), ("B03", "I13"), "13", "12"),
    Case("V029", lambda w: plain(w).line("B03", "TC09", closing_count=1), ("B03", "I16"), "1", "0"),
    Case("V029", lambda w: plain(w).line("B03", "DV05", closing_count=21), ("B03", "I23"), "21", "20"),
    Case(
        "V030",
        lambda w: plain(w).line("B03", "DV01", received=1),
        ("B03", "K19"),
        holds=lambda w: plain(w).line("B03", "DV01", received=1, legal_document="12-QĐ/TU"),
    ),
    Case("V031", lambda w: plain(w).line("B03", "DV04", dissolved=21), ("B03", "F22"), "21", "20"),
    Case("V032", lambda w: plain(w).set("B04", cells_total=5), ("B04", "F9"), "5", "4"),
    Case("V032", lambda w: plain(w).set("B04", cells_good=3), ("B04", "H9"), "4", "3"),
    Case("V033", lambda w: plain(w).set("B04", members_not_rated=1), ("B04", "M9"), "52", "53"),
    Case("V033", lambda w: plain(w).set("B04", members_completed=7), ("B04", "P9"), "50", "49"),
    Case("V034", lambda w: plain(w).set("B04", members_excellent=8), ("B04", "Q9"), "8", "7"),
    Case(
        "V035",
        lambda w: qd366(w).set("B04", cells_excellent=1),
        ("B04", ""),
        "1",
        "0.8",
        holds=qd366,
    ),
    Case(
        "V035",
        lambda w: qd366(w).set("B04", org_rating="HTXSNV"),
        ("B04", ""),
        "1",
        "0",
        holds=qd366,
    ),
    Case(
        "V036",
        lambda w: qd366(w).set("B04", org_score=90.0),
        ("B04", "C9"),
        "HTTNV",
        "HTXSNV",
        holds=lambda w: qd366(w).set("B04", org_score=89.5),
    ),
    Case(
        "V037",
        lambda w: plain(w).set("B04", org_rating="HTXSNV").set("B06", orgs_disciplined=1),
        ("B04", "C9"),
        "HTXSNV",
        holds=lambda w: plain(w).set("B04", org_rating="HTXSNV"),
    ),
    Case("V038", lambda w: plain(w).set("B04", members_total=51), ("B04", "M9"), "51", "52"),
    Case("V039", lambda w: plain(w).set("B06", members_disciplined=1), ("B04", "T9"), "0", "1"),
    Case("V040", lambda w: plain(w).set("B05", done_orgs_distinct=1), ("B05", "F9"), "1", "0"),
    Case("V040", lambda w: plain(w).set("B05", moved_to_suspicion_check=2), ("B05", "Q9"), "2", "0"),
    Case("V041", lambda w: plain(w).set("B05", violated_orgs=1), ("B05", "K9"), "1", "0"),
    Case("V041", lambda w: plain(w).set("B05", disciplined_members=1), ("B05", "P9"), "1", "0"),
    Case(
        "V042",
        lambda w: plain(w).set("B05", done_orgs=16, done_orgs_distinct=16),
        ("B05", "F9"),
        "16",
        "15",
    ),
    Case(
        "V043",
        lambda w: plain(w).set("B05", planned_orgs=4, done_orgs=3),
        ("B05", "E9"),
        "3",
        "4",
        holds=lambda w: plain(w).set("B05", planned_orgs=4, done_orgs=3, done_members=1),
    ),
    Case("V044", lambda w: plain(w).set("B05", disciplined_members=1), ("B05", ""), "1", "0"),
    Case("V045", lambda w: plain(w).set("B06", members_warning=1), ("B06", "G9"), "0", "1"),
    Case("V046", lambda w: plain(w).set("B06", orgs_disbanded=2), ("B06", "C9"), "0", "2"),
    Case("V047", lambda w: plain(w).set("B06", by_cell=1), ("B06", "G9"), "0", "1"),
    Case("V048", lambda w: plain(w).set("B06", members_expelled=1), ("B06", "K9"), "1", "0"),
    Case("V049", lambda w: plain(w).set("B06", imprisoned=1), ("B06", "U9"), "1", "0"),
    Case("V049", lambda w: plain(w).set("B06", members_disciplined_female=1), ("B06", "N9"), "1", "0"),
    Case("V050", lambda w: plain(w).line("B07", "CB02", total=10), ("B07", "C10"), "10", "9"),
    Case("V050", lambda w: plain(w).line("B07", "CB01", female=10), ("B07", "D9"), "10", "9"),
    Case("V050", lambda w: plain(w).line("B07", "BC04", total=29), ("B07", "C23"), "29", "28"),
    Case(
        "V051",
        lambda w: plain(w).line("B07", "CB01", total=235, plan_total=193, pct_of_plan=121.7),
        ("B07", "J9"),
        "121.7",
        "121.761658",
        holds=lambda w: plain(w).line("B07", "CB01", total=235, plan_total=193, pct_of_plan=121.8),
    ),
    Case(
        "V051",
        lambda w: plain(w).line("B08", "DV06", pct=98.0),
        ("B08", "F27"),
        "98",
        "96.77419355",
        holds=lambda w: plain(w).line("B08", "DV06", pct=97.0),
    ),
    Case("V052", lambda w: plain(w).line("B08", "HT02", participated=151), ("B08", "E10"), "151", "150"),
    Case("V052", lambda w: plain(w).line("B08", "DV03", population=10), ("B08", "D23"), "62", "63"),
    Case("V052", lambda w: plain(w).line("B08", "DV06", participated=63), ("B08", "E27"), "63", "62"),
    Case(
        "V053",
        lambda w: plain(w).target(indicator_code="members", actual_period=155.0),
        ("B09", "H9"),
        "155",
        "156",
        holds=lambda w: plain(w).target(indicator_code="members", actual_period=156.0),
    ),
    Case(
        "V053",
        lambda w: plain(w).target(indicator_code="members_female_share", actual_period=38.4),
        ("B09", "H9"),
        "38.4",
        "38.46153846",
        holds=lambda w: plain(w).target(indicator_code="members_female_share", actual_period=38.5),
    ),
    Case(
        "V054",
        province_target(self_assessment="DAT"),
        ("B09", "M9"),
        "DAT",
        "VUOT",
        holds=province_target(),
    ),
    Case(
        "V054",
        province_target(target_basis="TERM", actual_term=60.0),
        ("B09", "M9"),
        "VUOT",
        "CHUA_DEN_HAN",
        holds=province_target(target_basis="TERM", self_assessment="CHUA_DEN_HAN"),
    ),
    Case(
        "V055",
        lambda w: plain(w).target(target_min=9.0),
        ("B09", "E9"),
        "9",
        "10",
        holds=lambda w: plain(w).target(),
    ),
    Case(
        "V056",
        lambda w: plain(w).target(),
        ("B09", "E9"),
        "10",
        "15",
        holds=lambda w: plain(w).target(explanation="địa bàn thu hẹp"),
        context=lambda w: earlier(w, plain(w, period="2015-N").target(actual_term=15.0)),
    ),
    Case("V057", lambda w: big(w, 65), ("B01", "S9"), "65", "50", holds=big, context=ten),
    Case(
        "V058",
        lambda w: crowd(w, "2019-6T", 0),
        ("", ""),
        "1",
        "0.8",
        holds=lambda w: crowd(w, "2019-6T", 1),
        context=lambda w: ten(w) | earlier(w, crowd(w, "2019-Q1", 0)),
    ),
    Case("V059", rounded, ("", ""), "0.8735632184", "0.45", holds=lambda w: crowd(w, "2019-N", 1)),
    Case(
        "V061",
        lambda w: plain(w).target(indicator_code="members", actual_period=156.0),
        ("B09", "A9"),
        "members",
        "",
        holds=lambda w: plain(w).target(),
    ),
    Case(
        "V061",
        lambda w: plain(w).target(indicator_code="chi_tieu_rieng"),
        ("B09", "A9"),
        "chi_tieu_rieng",
        "",
        holds=lambda w: plain(w).target(),
    ),
    Case("V060", lambda w: plain(w).set("B01", closing_exempt=3), ("B04", "N9"), "2", "3"),
    Case("V062", lambda w: plain(w).set("B01", in_restored=Mark.NOT_APPLICABLE), ("B01", "H9")),
    Case("V062", lambda w: plain(w).set("B01", opening_members=Mark.NOT_APPLICABLE), ("B01", "C9")),
    Case("V062", lambda w: plain(w).set("B01", closing_members=Mark.NOT_APPLICABLE), ("B01", "S9")),
    Case("V062", lambda w: plain(w).set("B02", admitted_age_41_50=Mark.NOT_APPLICABLE), ("B02", "P9")),
    Case("V062", lambda w: plain(w).line("B03", "TC05", dissolved=Mark.NOT_APPLICABLE), ("B03", "G12")),
    Case("V062", lambda w: plain(w).set("B04", cells_total=Mark.NOT_APPLICABLE), ("B04", "F9")),
    Case("V062", lambda w: plain(w).set("B04", members_good=Mark.NOT_APPLICABLE), ("B04", "R9")),
    Case("V062", lambda w: plain(w).set("B06", by_cell=Mark.NOT_APPLICABLE), ("B06", "R9")),
    Case("V062", lambda w: plain(w).set("B06", orgs_reprimand=Mark.NOT_APPLICABLE), ("B06", "D9")),
    Case("V062", lambda w: plain(w).line("B07", "BC02", total=Mark.NOT_APPLICABLE), ("B07", "C21")),
    Case("V062", lambda w: plain(w).line("B08", "DV03", population=Mark.NOT_APPLICABLE), ("B08", "D24")),
]


@pytest.fixture(scope="module")
def broken(world):
    """Judge the broken workbook of a case, once."""
    judged: dict[int, Any] = {}

    def judge(case):
        if id(case) not in judged:
            judged[id(case)] = world.judge(case.breaks(world), **case.context(world))
        return judged[id(case)]

    return judge


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_broken_rule_accuses_its_cell(world, broken, case):
    judgement = broken(case)

    assert world.status(judgement, case.rule) is OutcomeStatus.FAIL
    found = [(f.sheet, f.cell, f.value, f.expected) for f in world.of(judgement, case.rule)]
    assert (*case.cell, case.value, case.expected) in found


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_kept_rule_passes(world, case):
    judgement = world.judge(case.holds(world), **case.context(world))

    assert world.of(judgement, case.rule) == []
    assert world.status(judgement, case.rule) is OutcomeStatus.PASS


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_message_says_what_was_found_and_what_to_do_in_both_languages(world, broken, case):
    for finding in world.of(broken(case), case.rule):
        for text in (finding.message, finding.message_en):
            assert "{" not in text
            assert "None" not in text
            assert "  " not in text
            assert not re.search(r"[0-9]%", text)  # a percent sign stands off its number, as on pages
            assert text.endswith(".")
            if finding.cell:
                assert text.startswith(f"{finding.sheet}!{finding.cell}: ")
        assert finding.message != finding.message_en


def test_every_agreed_rule_has_a_case():
    assert set(agreed.RULES) <= {case.rule for case in CASES} <= set(load_rules())


def test_a_message_reads_as_a_clerk_speaks(world):
    finding = world.of(world.judge(world.workbook().set("B01", in_restored=1)), "V012")[0]

    assert finding.message == (
        "B01!I9: Tổ chức A1: Cộng tăng ghi 3, các khoản tăng cộng lại được 4. "
        "Kiểm tra lại từng khoản tăng rồi sửa khoản ghi sai hoặc sửa cột Cộng tăng (B)."
    )
    assert finding.related == ("B01!D9", "B01!E9", "B01!F9", "B01!G9", "B01!H9")


def test_numbers_are_grouped_as_each_language_groups_them(world):
    book = world.workbook().line("B08", "HT02", population=1250, participated=12500)
    finding = world.of(world.judge(book), "V052")[0]

    assert "12.500 lớn hơn số đối tượng 1.250" in finding.message
    assert "12,500 took part, but there are only 1,250" in finding.message_en
    assert finding.value == "12500"


@pytest.mark.parametrize(
    ("pct", "text", "told", "printed"),
    [
        (50.003, None, "tỷ lệ ghi 50,003\u00a0%, tính được 33,333\u00a0%", ("50,003", "33,333")),
        (33.334, "33,334 %", "tỷ lệ ghi 33,334\u00a0%, tính được 33,333\u00a0%", ("33,334 %", "33,333")),
        (50.0, "50,0%", "tỷ lệ ghi 50,0\u00a0%, tính được 33,3\u00a0%", ("50,0%", "33,3")),
        (34.0, None, "tỷ lệ ghi 34\u00a0%, tính được 33\u00a0%", ("34", "33")),
    ],
)
def test_a_percentage_is_told_with_the_decimals_that_were_filed(world, pct, text, told, printed):
    book = world.workbook().line("B08", "HT01", population=150, participated=50, pct=pct)
    if text is not None:
        row = next(n for n, values in enumerate(book.tables["B08"]) if values["line_code"] == "HT01")
        book.texts["B08", row, "pct"] = text
    finding = world.of(world.judge(book), "V051")[0]

    assert told in finding.message
    assert as_printed(finding) == printed


@pytest.mark.parametrize(
    ("filed", "told", "printed"),
    [
        (38.4, "kết quả ghi 38,4, tính từ các biểu được 38,5", ("38,4", "38,5")),
        (38.51, "kết quả ghi 38,51, tính từ các biểu được 38,5", ("38,51", "38,5")),
        (38.5001, "kết quả ghi 38,5001, tính từ các biểu được 38,5", ("38,5001", "38,5")),
    ],
)
def test_a_result_is_told_with_the_decimals_of_its_indicator(world, filed, told, printed):
    book = world.workbook().target(indicator_code="members_female_share", actual_period=filed)
    finding = world.of(world.judge(book), "V053")[0]

    assert told in finding.message
    assert as_printed(finding) == printed and finding.expected == "38.46153846"


def test_what_is_wrong_is_seen_to_be_so(world):
    # 38.5 would be the result with its indicator's decimals.
    book = world.workbook().target(indicator_code="members_female_share", actual_period=38.5)
    book.texts["B09", 0, "actual_period"] = "38,50"
    finding = world.of(world.judge(book), "V053")[0]

    assert "kết quả ghi 38,50, tính từ các biểu được 38,46" in finding.message
    assert as_printed(finding) == ("38,50", "38,46")


class TestCountsThatAreNone:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("12/05/2019", "Excel đã đổi thành ngày"),
            ("gần 5.000", "gần"),
            ("12-15", "khoảng"),
            ("12 (5)", "hai giá trị"),
            ("12 và 5", "hai giá trị"),
            ("3,5", "thập phân"),
            ("95%", "tỷ lệ"),
        ],
    )
    def test_a_hint_names_the_mistake(self, world, text, words):
        book = world.workbook().set("B01", closing_female=Mark.INVALID)
        book.texts["B01", 0, "closing_female"] = text
        finding = world.of(world.judge(book), "V009")[0]

        assert finding.value == text
        assert words in finding.message.split("không âm.")[1]

    def test_a_cell_that_does_not_apply_is_neither_wrong_nor_blank(self, world):
        judgement = world.judge(world.workbook().set("B01", closing_religious=Mark.NOT_APPLICABLE))

        assert judgement.findings == []

    def test_a_cell_that_cannot_be_read_is_not_also_blank(self, world):
        book = world.workbook().set("B01", closing_religious=Mark.INVALID)

        assert {f.rule for f in world.judge(book).findings} == {"V009"}

    def test_a_sum_over_what_cannot_be_read_accuses_nobody(self, world):
        book = world.workbook(totals={"B01": {"closing_religious": 7}})
        book.set("B01", closing_religious=Mark.INVALID)

        assert {f.rule for f in world.judge(book).findings} == {"V009"}


def test_a_line_that_another_kind_of_unit_files_may_be_blank(world):
    book = world.workbook()
    line = dict.fromkeys(book.tables["B03"][0], None) | {"line_code": "TC01"}
    book.tables["B03"].append(line)

    assert world.judge(book).findings == []


def test_suspension_counted_as_discipline_gets_a_hint(world):
    book = world.workbook().set(
        "B06",
        members_disciplined=104,
        members_reprimand=81,
        members_warning=17,
        members_removed_from_post=3,
        members_expelled=2,
        members_suspended=1,
    )
    finding = world.of(world.judge(book), "V045")[0]

    assert (finding.value, finding.expected) == ("104", "103")
    assert "Đình chỉ sinh hoạt không phải hình thức kỷ luật" in finding.message


class TestTheCapOnExcellentMembers:
    @pytest.mark.parametrize("period", ["2016-N", "2018-N"])
    def test_schemes_without_a_cap_do_not_run_it(self, world, period):
        judgement = world.judge(world.workbook(period=period).set("B04", members_excellent=30))

        assert world.status(judgement, "V034") is OutcomeStatus.NOT_RUN
        assert world.reason(judgement, "V034") == "no_scheme"

    def test_twenty_percent_of_85_is_17(self, world):
        judgement = world.judge(world.workbook().set("B04", members_excellent=17, members_good=85))

        assert world.status(judgement, "V034") is OutcomeStatus.PASS

    def test_the_scheme_of_2019_makes_it_an_error(self, world):
        judgement = world.judge(world.workbook().set("B04", members_excellent=8))

        assert world.of(judgement, "V034")[0].severity == "error"

    def test_the_scheme_of_2025_warns_and_knows_an_exception(self, world):
        without = world.judge(qd366(world).set("B04", members_excellent=8))
        with_document = world.judge(
            qd366(world).set("B04", members_excellent=8, cap_exception_document="5-QĐ/TU")
        )

        assert world.of(without, "V034")[0].severity == "warning"
        assert world.status(with_document, "V034") is OutcomeStatus.PASS

    def test_the_base_may_be_good_or_better(self, world):
        registry = world.registry()
        schemes = tuple(s.model_copy(update={"cap_base": "GOOD_OR_BETTER"}) for s in registry.rating_schemes)
        book = world.workbook().set("B04", members_excellent=8)
        judgement = world.judge(book, registry=world.registry(rating_schemes=schemes))

        assert world.status(judgement, "V034") is OutcomeStatus.PASS


class TestSelfAssessment:
    @pytest.mark.parametrize(
        ("direction", "actual", "bounds", "said"),
        [
            ("GE", 10.0, (10.0, None), "DAT"),
            ("GE", 9.0, (10.0, None), "CHUA_DAT"),
            ("GT", 10.0, (10.0, None), "CHUA_DAT"),
            ("GT", 11.0, (10.0, None), "DAT"),
            ("GT", 11.0, (10.0, None), "VUOT"),
            ("LE", 9.0, (10.0, None), "VUOT"),
            ("LE", 10.0, (None, 10.0), "DAT"),
            ("LT", 11.0, (10.0, None), "CHUA_DAT"),
            ("EQ", 10.0, (10.0, None), "DAT"),
            ("EQ", 11.0, (10.0, None), "CHUA_DAT"),
            ("BETWEEN", 12.0, (10.0, 15.0), "DAT"),
            ("BETWEEN", 16.0, (10.0, 15.0), "VUOT"),
            ("BETWEEN", 9.0, (10.0, 15.0), "CHUA_DAT"),
        ],
    )
    def test_it_follows_from_direction_result_and_target(self, world, direction, actual, bounds, said):
        low, high = bounds
        book = province_target(
            direction=direction, actual_period=actual, target_min=low, target_max=high, self_assessment=said
        )(world)

        assert world.of(world.judge(book), "V054") == []

    def test_a_yearly_average_is_taken_over_the_years_of_the_term_so_far(self, world):
        book = province_target(target_basis="AVG_PER_YEAR", actual_term=40.0, self_assessment="DAT")(world)

        assert world.of(world.judge(book), "V054") == []

    def test_a_yearly_average_may_wait_for_the_last_year(self, world):
        early = province_target(target_basis="AVG_PER_YEAR", actual_term=20.0, self_assessment="CHUA_DEN_HAN")
        late = plain(world, unit="P1", kind="PROVINCE", period="2020-N")
        late.target(target_basis="AVG_PER_YEAR", actual_term=20.0, self_assessment="CHUA_DEN_HAN")

        assert world.of(world.judge(early(world)), "V054") == []
        assert [f.expected for f in world.of(world.judge(late), "V054")] == ["CHUA_DAT"]

    def test_a_target_of_the_term_is_judged_in_its_last_year(self, world):
        book = plain(world, unit="P1", kind="PROVINCE", period="2020-N")
        book.target(target_basis="TERM", actual_term=9.0, self_assessment="CHUA_DAT")

        assert world.of(world.judge(book), "V054") == []


class TestOpeningsAfterMergers:
    """A founded successor opens at zero; predecessors without a row of their own carry their members over."""

    @staticmethod
    def context(world, effective_on, organisations):
        past = world.workbook(period="2018-N", organisations=("A1", "A2"))
        merger = {"event_type": "merge", "effective_on": effective_on, "successor_code": "NEW"}
        registry = world.registry(
            organisations=(
                world.unit("U1", "DISTRICT"),
                world.organisation("A1", valid_to=effective_on),
                world.organisation("A2", valid_to=effective_on),
                world.organisation("NEW", valid_from=effective_on),
            ),
            successions=tuple(world.succession(predecessor_code=c, **merger) for c in ("A1", "A2")),
        )
        return {"registry": registry, "history": world.history(a=past)}, world.workbook(
            organisations=organisations
        )

    def test_without_rows_of_their_own_predecessors_are_summed(self, world):
        context, book = self.context(world, date(2019, 1, 1), ("NEW",))
        book.set("B01", opening_members=105)

        assert world.of(world.judge(book, **context), "V015")[0].expected == "104"

    def test_with_rows_of_their_own_the_successor_opens_at_zero(self, world):
        context, book = self.context(world, date(2019, 7, 1), ("A1", "A2", "NEW"))
        book.set("B01", 0, opening_members=52).set("B01", 1, opening_members=52)
        found = world.of(world.judge(book, **context), "V015")

        assert {f.cell: f.expected for f in found if f.sheet == "B01"} == {"C11": "0"}

    def test_an_organisation_is_followed_to_another_unit(self, world):
        past = world.workbook(unit="U2", kind="BLOC", period="2018-N", organisations=("A1",))
        judgement = world.judge(world.workbook(), history=world.history(a=past))

        found = {f.cell: f.expected for f in world.of(judgement, "V015")}
        assert found == {"C9": "52"}

    def test_lines_of_units_that_merged_are_summed(self, world):
        registry = world.registry()
        registry = world.registry(
            organisations=tuple(
                o.model_copy(update={"valid_from": date(2019, 7, 1)}) if o.org_code == "U1" else o
                for o in registry.organisations
            ),
            successions=tuple(
                world.succession(
                    predecessor_code=code,
                    successor_code="U1",
                    event_type="merge",
                    effective_on=date(2019, 7, 1),
                )
                for code in ("X1", "X2")
            ),
        )
        past = [world.workbook(unit=code, period="2018-N") for code in ("X1", "X2")]
        context = {"registry": registry, "history": world.history(a=past[0], b=past[1])}
        judgement = world.judge(world.workbook(cover={COVERAGE: date(2019, 1, 1)}), **context)

        found = {f.cell: f.expected for f in world.of(judgement, "V015") if f.sheet == "B03"}
        assert found == {"C9": "6", "C12": "24", "C22": "40"}
        assert world.of(world.judge(world.workbook(), **context), "V015") == [], "it opens with its first day"


def test_rolling_twelve_months_reach_into_last_year(world):
    books = [world.workbook(period=p) for p in ("2018-N", "2018-6T")]
    books[0].set("B02", admitted_total=30)
    context = {"history": world.history(a=books[0], b=books[1])}
    book = world.workbook(period="2019-6T")

    finding = world.of(world.judge(book, **context), "V026")[0]
    assert finding.expected == str(9 + 36 - 9)


def test_the_target_of_the_year_comes_before_that_of_the_term(world):
    known = world.registry().targets
    yearly = Target(**(known[0].model_dump() | {"year": 2019, "min": 11}))
    registry = world.registry(targets=(*known, yearly))

    finding = world.of(world.judge(world.workbook().target(), registry=registry), "V055")[0]
    assert finding.expected == "11"


@pytest.mark.parametrize("targets", ["none", "another term", "another unit"])
def test_where_nothing_is_known_of_what_was_assigned_no_target_is_called_unassigned(world, targets):
    (assigned,) = {
        t for t in world.registry().targets if t.org_code == "U1" and t.indicator_code == "admissions"
    }
    known = {
        "none": (),
        "another term": (assigned.model_copy(update={"term_code": "2010-2015-NK"}),),
        "another unit": (assigned.model_copy(update={"org_code": "U2"}),),
    }
    registry = world.registry(targets=known[targets])
    judged = world.judge(plain(world).target(indicator_code="admissions"), registry=registry)
    assert world.of(judged, "V061") == []
    unknown = world.judge(plain(world).target(indicator_code="chi_tieu_rieng"), registry=registry)
    assert [f.value for f in world.of(unknown, "V061")] == ["chi_tieu_rieng"]


def test_a_figure_of_the_surroundings_needs_no_assignment(world):
    judged = world.judge(plain(world).target(indicator_code="business_growth", actual_period=6.5))
    assert world.of(judged, "V061") == []


def test_no_term_before_the_first_one(world):
    terms = (TermOfOffice(term_system="DANG", term_code="2015-2020-NK", first_year=2016, last_year=2020),)
    context = {"registry": world.registry(terms=terms), **prior(world, "2015-N", "B01")}
    judgement = world.judge(world.workbook().target(), **context)

    assert world.status(judgement, "V056") is OutcomeStatus.NOT_RUN


IN = ("in_admitted", "in_transfer_other_province", "in_transfer_same_province", "in_transfer_internal")
OUT = ("out_deceased", "out_expelled", "out_struck_off", "out_resigned", "out_transfer_other_province")
FLOWS = (
    *IN,
    "in_restored",
    "in_total",
    *OUT,
    "out_transfer_same_province",
    "out_transfer_internal",
    "out_total",
)


@pytest.mark.parametrize(
    ("columns", "mark", "found"),
    [
        # nothing of the sum is told, or one cell of it alone
        ((*FLOWS, "opening_members", "closing_members"), Mark.NOT_APPLICABLE, []),
        ((*FLOWS, "opening_members"), Mark.NOT_APPLICABLE, ["C9", *"DEFGHIJKLNOPQR"]),
        # what is blank or wrong is told by other rules
        (("in_restored",), Mark.BLANK, []),
        (("in_restored",), Mark.INVALID, []),
        # no part of the sum
        (("closing_female", "out_struck_off_probationary"), Mark.NOT_APPLICABLE, []),
    ],
)
def test_of_a_sum_all_cells_apply_or_none(world, columns, mark, found):
    judged = world.judge(plain(world).set("B01", **dict.fromkeys(columns, mark)))
    told = [finding.cell for finding in world.of(judged, "V062")]
    assert sorted(told) == sorted(place if place[-1].isdigit() else f"{place}9" for place in found)


@pytest.mark.parametrize(
    ("column", "of_2019"),
    [
        ("opening_members", {"valid_from": date(2019, 5, 1)}),
        ("closing_members", {"valid_to": date(2019, 5, 1)}),
    ],
)
def test_what_was_not_there_has_no_opening_and_no_closing(world, column, of_2019):
    book = plain(world).set("B01", **{column: Mark.NOT_APPLICABLE})
    code = book.tables["B01"][0]["org_code"]
    others = [o for o in world.registry().organisations if o.org_code != code]
    registry = world.registry(organisations=(*others, world.organisation(code, **of_2019)))
    assert world.of(world.judge(book, registry=registry), "V062") == []
    assert [f.rule for f in world.of(world.judge(book), "V062")] == ["V062"]
