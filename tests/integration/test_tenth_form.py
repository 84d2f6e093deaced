"""A tenth form is data: the files of docs/adding-a-form.md, put where it says, go the whole way to a page."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from ingestion import pipeline
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.overlay import catalogue_of
from ingestion.definitions.registry import Registry, load_registry
from ingestion.landing import inbox
from ingestion.reading import read_file
from ingestion.records.findings import Verdict
from ingestion.records.periods import Period
from ingestion.records.submissions import CellInput
from ingestion.storage.home import Home
from ingestion.workbook.template import assigned_targets, reporting_unit, write_template
from ingestion.workbook.writer import write_workbook
from orchestration import as_of
from orchestration.as_of import warehouse_as_of
from orchestration.cli import main
from reports.blocks import write
from reports.figures import figure, trace
from reports.loading import load_site
from reports.marts import open_warehouse
from reports.publication_gate.comparison import figures_again
from reports.publication_gate.totals import fact_totals, form_totals
from reports.sections import plan_of
from reports.unit_page import unit_page
from tests.integration.small_state import UNIT, make_home, sound_tables
from tests.support import guide
from tests.support.office import office_of

TIME = "  effective: {from: 2020-01-01}\n"
"""The time that the page gives the badges for 55 years."""

BADGES, BADGES_55 = guide.free("party_badges"), guide.free("party_badges_55")
"""The indicators of the page."""

BEFORE, AFTER, TERM = Period.parse("2019-N"), Period.parse("2020-N"), "2015-2020-NK"
"""The last period without badges for 55 years, and the first with them."""
HALF = Period.parse("2020-6T")
"""The half year before columns of B91 begin."""
FILED = {
    BEFORE: [
        {"badges_30": 4, "badges_40": 1, "badges_55": 7},
        {"badges_30": 3, "badges_40": 1, "badges_55": 7},
    ],
    AFTER: [
        {"badges_30": 5, "badges_40": 2, "badges_55": 1},
        {"badges_30": 2, "badges_40": 0, "badges_55": 0},
    ],
}
NOW = {
    BEFORE: datetime(2020, 1, 10, tzinfo=UTC),
    HALF: datetime(2020, 7, 5, tzinfo=UTC),
    AFTER: datetime(2021, 1, 10, tzinfo=UTC),
}
VISITS = {
    "forms/B91.yml": """
code: B91
sheet: B91
title: {vi: Biểu 91 – Tiếp dân, en: Form 91 – Visits}
grain: one row per grassroots organisation
rows: organisations
key: [org_code]
required_for: {DISTRICT: [6T, N]}
columns:
- {code: org_code, label: {vi: Mã TCCSĐ, en: Organisation code}, type: code, required: true}
- code: open_cases
  label: {vi: Việc đầu kỳ, en: Open cases}
  type: int
  unit: VISIT
  nature: opening
  closing: left_cases
  required: true
  effective: {from: 2020-07-01}
- {code: visits, label: {vi: Lượt tiếp, en: Visits}, type: int, unit: VISIT, nature: flow, required: true}
- code: letters
  label: {vi: Đơn thư, en: Letters}
  type: int
  unit: VISIT
  nature: flow
  required: true
  effective: {from: 2020-07-01}
- {code: left_cases, label: {vi: Việc cuối kỳ, en: Left}, type: int, unit: VISIT, nature: stock, required: true}
""",
    "indicators/visits.yml": """
indicators:
- code: visits
  name: {vi: Lượt tiếp, en: Visits}
  unit: VISIT
  kind: flow
  section: badges
  value: [{form: B91, column: visits, over_time: sum}]
- code: letters
  name: {vi: Đơn thư, en: Letters}
  unit: VISIT
  kind: flow
  section: badges
  value: [{form: B91, column: letters, over_time: sum}]
- code: cases
  name: {vi: Việc, en: Cases}
  unit: VISIT
  kind: stock
  section: badges
  value: [{form: B91, column: left_cases, over_time: last}]
  opening: [{form: B91, column: open_cases, over_time: first}]
""",
}
"""A form of the office of which columns begin in the middle of a year, filed by periods of their own."""

CALLS = {
    "forms/B95.yml": """
code: B95
sheet: B95
title: {vi: Biểu 95 – Cuộc gọi, en: Form 95 – Calls}
grain: one row per grassroots organisation
rows: organisations
key: [org_code]
required_for: {DISTRICT: [N]}
effective: {to: 2019-12-31}
columns:
- {code: org_code, label: {vi: Mã TCCSĐ, en: Organisation code}, type: code, required: true}
- {code: calls, label: {vi: Cuộc gọi, en: Calls}, type: int, unit: VISIT, nature: flow, required: true}
""",
    "forms/B96.yml": """
code: B96
sheet: B96
title: {vi: Biểu 96 – Cuộc gọi, en: Form 96 – Calls}
grain: one row per grassroots organisation
rows: organisations
key: [org_code]
required_for: {DISTRICT: [N]}
effective: {from: 2020-01-01}
columns:
- {code: org_code, label: {vi: Mã TCCSĐ, en: Organisation code}, type: code, required: true}
- {code: phone_calls, label: {vi: Cuộc gọi, en: Calls}, type: int, unit: VISIT, nature: flow, required: true}
- {code: score, label: {vi: Điểm, en: Score}, type: decimal, unit: POINT, nature: ratio, required: true}
- {code: callers, label: {vi: Số người, en: Callers}, type: int, unit: PERSON, nature: distinct, required: true}
""",
    "indicators/calls.yml": """
indicators:
- code: calls
  name: {vi: Cuộc gọi, en: Calls}
  unit: VISIT
  kind: flow
  section: badges
  value:
  - {form: B95, column: calls, over_time: sum, effective: {to: 2019-12-31}}
  - {form: B96, column: phone_calls, over_time: sum, effective: {from: 2020-01-01}}
- code: call_score
  name: {vi: Điểm, en: Score}
  unit: POINT
  decimals: 1
  kind: rate
  section: badges
  value: [{form: B96, column: score, over_time: last}]
- code: callers
  name: {vi: Người gọi, en: Callers}
  unit: PERSON
  kind: distinct
  section: badges
  value: [{form: B96, column: callers, over_time: none}]
""",
}
"""A form whose place another takes, with cells that nobody adds up."""


FUNDS = {
    "units/funds.yml": """
OWN_SUM: {vi: triệu đồng, en: million VND}
""",
    "forms/B92.yml": """
code: B92
sheet: B92
title: {vi: Biểu 92 – Quỹ, en: Form 92 – Funds}
grain: one row per grassroots organisation
rows: organisations
key: [org_code]
required_for: {DISTRICT: [N]}
columns:
- {code: org_code, label: {vi: Mã TCCSĐ, en: Organisation code}, type: code, required: true}
- {code: fees, label: {vi: Đảng phí, en: Fees}, type: decimal, unit: OWN_SUM, nature: flow, required: true}
- code: balance
  label: {vi: Chênh lệch, en: Balance}
  type: decimal
  unit: OWN_SUM
  nature: stock
  signed: true
  required: true
""",
    "forms/B93.yml": """
code: B93
sheet: B93
title: {vi: Biểu 93 – Nguồn, en: Form 93 – Sources}
grain: one row per source
rows: lines
key: [line_code]
required_for: {DISTRICT: [N]}
columns:
- {code: line_code, label: {vi: Mã dòng, en: Line}, type: code, required: true}
- {code: line_name, label: {vi: Nguồn, en: Source}, type: text, required: false}
- {code: amount, label: {vi: Số tiền, en: Amount}, type: decimal, unit: OWN_SUM, nature: flow, required: true}
lines:
- column: line_code
  members:
  - {code: N1, label: {vi: Đảng phí, en: Fees}}
  - {code: N2, label: {vi: Ngân sách, en: Budget}}
""",
    "forms/B94.yml": """
code: B94
sheet: B94
title: {vi: Biểu 94 – Kiểm điểm, en: Form 94 – Reviews}
grain: one row per target
rows: targets
key: [indicator_code]
required_for: {DISTRICT: [N]}
columns:
- {code: indicator_code, label: {vi: Mã chỉ tiêu, en: Target}, type: code, required: true}
- {code: reviews, label: {vi: Kiểm điểm, en: Reviews}, type: int, unit: MEETING, nature: flow, required: true}
""",
    "targets.csv": """
org_code,indicator_code,term_code,year,basis,direction,min,max,document
VD-NX,villages,2015-2020-NK,,YEAR,GE,3,,
""",
}
"""Forms of an office of every kind: amounts, one of them signed; a single column of numbers; targets."""


@dataclass(frozen=True)
class Office:
    home: Home
    registry: Registry
    catalogue: Catalogue


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    home = make_home(tmp_path_factory.mktemp("tenth"))
    guide.put_below(home.root)
    for place, text in {**VISITS, **CALLS}.items():
        (home.registry / place).write_text(guide.renamed(text), encoding="utf-8")
    calendar = home.registry / "calendar.csv"
    with calendar.open("a", encoding="utf-8") as file:
        file.write("2020-6T,2020-06-01,2020-07-10,2020-12-31,\n")
    # A term of the two years that are filed, so that nothing else makes its figures incomplete.
    terms = home.registry / "terms.csv"
    terms.write_text(terms.read_text(encoding="utf-8").replace(",2016,2020", ",2019,2020"), encoding="utf-8")
    return Office(home, load_registry(home.registry), catalogue_of(home))


@pytest.fixture(scope="module")
def warehouse(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse as of now: both years were filed, the first before the office gave a column its time."""
    folder = tmp_path_factory.mktemp("filed")
    form = office.home.root / "registry" / "forms" / "B90.yml"
    form.write_text(form.read_text(encoding="utf-8").replace(TIME, ""), encoding="utf-8")
    file_and_judge(
        folder / "before.xlsx", Office(office.home, office.registry, catalogue_of(office.home)), BEFORE
    )
    guide.put_below(office.home.root)
    file_and_judge(folder / "half.xlsx", office, HALF, "DISCRETE")
    file_and_judge(folder / "after.xlsx", office, AFTER, "DISCRETE")
    return warehouse_as_of(office.home, NOW[AFTER], NOW[AFTER])


def file_and_judge(path: Path, office: Office, period: Period, basis: str = "CUMULATIVE") -> None:
    file_with(path, office, period, FILED.get(period, []), basis)
    if period == AFTER:
        submit_as_the_page_says(office.home, path)
    else:
        inbox.put_in_inbox(office.home, path, UNIT, NOW[period])
    at = office_of(office.home, office.registry, office.catalogue, NOW[period])
    pipeline.land_inbox(at)
    report = pipeline.judge_period(at, period.code, engine="masks")
    assert list(report.verdicts.values()) == [Verdict.ACCEPTED]


def submit_as_the_page_says(home: Home, path: Path) -> None:
    """Hand a workbook in with the page's own command, in time for its period, whenever this is run."""
    (command,) = (c for c in guide.commands() if c.split()[1] == "submit")
    words = [str(path) if word == "b.xlsx" else word for word in command.split()[1:]]
    result = CliRunner().invoke(main, ["--home", str(home.root), *words])
    assert result.exit_code == 0, result.output


def file_with(
    path: Path, office: Office, period: Period, badges: list[dict[str, CellInput]], basis: str = "CUMULATIVE"
) -> Path:
    unit, catalogue = reporting_unit(office.registry, UNIT, period), office.catalogue.on(period.end)
    tables = sound_tables(catalogue, office.registry, period)
    if badges:
        tables["B90"] = [row | counts for row, counts in zip(tables["B90"], badges, strict=True)]
    filed = {"visits": 5, "left_cases": 8} | ({"letters": 3, "open_cases": 8} if period == AFTER else {})
    if "B91" in tables:
        tables["B91"] = [row | filed for row in tables["B91"]]
    for form, called in (("B95", {"calls": 2}), ("B96", {"phone_calls": 3, "score": 4.5, "callers": 2})):
        if form in tables:
            tables[form] = [row | called for row in tables[form]]
    write_workbook(
        path,
        catalogue,
        unit,
        period,
        tables,
        days=period.days_by_code,
        cover={"period_basis": basis},
        organisations=office.registry.members_in(UNIT, period),
        targets=assigned_targets(office.registry, unit, period),
    )
    return path


def test_the_page_shows_a_file_of_each_kind_and_every_command() -> None:
    kinds = [place.split("/")[1] for place in guide.shown()]
    assert kinds == ["forms", "kinds", "units", "indicators", "rules", "sections"]
    shown = {command.split()[1] for command in guide.commands()}
    assert shown == {"doctor", "template", "check", "submit", "run", "figures", "trace"}


def test_the_template_has_the_new_sheet_as_the_period_has_it(tmp_path: Path, office: Office) -> None:
    found = {}
    for period in (BEFORE, AFTER):
        path = tmp_path / f"{period}.xlsx"
        write_template(path, office.catalogue, office.registry, UNIT, period)
        table = read_file(path, office.catalogue).tables["B90"]
        assert [row.values["org_code"] for row in table.rows] == ["VD-NX-04", "VD-SM-04"]
        found[period] = list(table.columns)
    assert found[BEFORE] == ["org_code", "org_name", "badges_30", "badges_40"]
    assert found[AFTER] == [*found[BEFORE], "badges_55"]


def test_check_applies_the_rules_of_its_kind_and_its_own(tmp_path: Path, office: Office) -> None:
    badges: list[dict[str, CellInput]] = [
        {"badges_30": "gần 5", "badges_40": 1},
        {"badges_30": 1, "badges_40": 2},
    ]
    badges[0] |= {"badges_55": None}
    path = file_with(tmp_path / "wrong.xlsx", office, AFTER, badges)
    (result,) = pipeline.check_files([path], office.catalogue, office.registry, as_of=NOW[AFTER])
    assert result.judgement.verdict is Verdict.REJECTED
    found = {(finding.rule, finding.sheet, finding.cell) for finding in result.judgement.findings}
    assert found == {("V009", "B90", "C9"), ("V010", "B90", "E9"), ("V901", "B90", "D10")}


@pytest.fixture(scope="module")
def funds(tmp_path_factory: pytest.TempPathFactory) -> Office:
    home = make_home(tmp_path_factory.mktemp("funds"))
    for place, text in FUNDS.items():
        path = home.registry / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.removeprefix("\n"), encoding="utf-8")
    return Office(home, load_registry(home.registry), catalogue_of(home))


def found_in_funds(path: Path, office: Office, **typed: CellInput) -> set[tuple[str, str, str]]:
    """Give what is found in a sound workbook in which some cells were typed over: `B92_C9`."""
    unit, catalogue = reporting_unit(office.registry, UNIT, AFTER), office.catalogue.on(AFTER.end)
    tables = sound_tables(catalogue, office.registry, AFTER)
    for row in tables["B92"]:
        row |= {"fees": 1.1, "balance": -0.3}
    blank = dict.fromkeys(("actual_term", "target_max", "numerator", "denominator", "pct_achieved"))
    for row in tables["B09"]:
        row |= {"actual_period": 0.0, "self_assessment": "CHUA_DAT", **blank}
    members = office.registry.members_in(UNIT, AFTER)
    targets = assigned_targets(office.registry, unit, AFTER)
    days = AFTER.days_by_code
    write_workbook(
        path, catalogue, unit, AFTER, tables, days=days, cover={}, organisations=members, targets=targets
    )
    book = openpyxl.load_workbook(path)
    for place, value in typed.items():
        sheet, _, cell = place.partition("_")
        book[sheet][cell].value = value
    book.save(path)
    (result,) = pipeline.check_files([path], office.catalogue, office.registry, as_of=NOW[AFTER])
    assert result.judgement is not None
    return {
        (one.rule, one.sheet, one.cell) for one in result.judgement.findings if one.sheet in book.sheetnames
    }


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({}, set()),
        ({"B92_B11": 2.2, "B92_C11": -0.6}, set()),
        ({"B92_B11": 99}, {("V011", "B92", "B11")}),
        ({"B92_C11": 0.6}, {("V011", "B92", "C11")}),
        ({"B92_B9": -1.1, "B92_B11": 0}, {("V009", "B92", "B9")}),
        ({"B93_A11": "Tổng cộng", "B93_C11": 0}, set()),
        ({"B93_A11": "Tổng cộng", "B93_C11": 77}, {("V011", "B93", "C11")}),
        ({"B94_A10": "members", "B94_B10": 1}, {("V061", "B94", "A10")}),
        ({"B94_A10": "zzz", "B94_B10": 1}, {("V061", "B94", "A10")}),
    ],
)
def test_amounts_totals_and_targets_of_its_own_forms_are_looked_at_from_their_first_day(
    tmp_path: Path, funds: Office, typed: dict[str, CellInput], found: set[tuple[str, str, str]]
) -> None:
    assert found_in_funds(tmp_path / "f.xlsx", funds, **typed) == found


def test_its_cells_reach_bronze_a_figure_and_its_trace(office: Office, warehouse: Path) -> None:
    bronze = pq.read_table(office.home.bronze / "forms" / "B90" / "2019-N.parquet").to_pylist()
    assert [row["badges_55"] for row in bronze] == [7, 7], "what was filed is kept"
    badges = figure(warehouse, BADGES, UNIT, "2019-N", units=office.catalogue.units)
    assert (badges.value, badges.measure, badges.status) == (9, "huy hiệu", "final")
    cells = {(c.sheet, c.cell): c.contribution for c in trace(warehouse, BADGES, UNIT, "2019-N")}
    assert cells == {("B90", "C9"): 4, ("B90", "D9"): 1, ("B90", "C10"): 3, ("B90", "D10"): 1}


def test_its_facts_add_as_its_columns_say_and_the_gate_holds_them(office: Office, warehouse: Path) -> None:
    with open_warehouse(warehouse) as connection:
        badges = connection.execute(
            "select org_code, badges_30, badges_55, badges_30_in_quarter from fct_own_b90 "
            "where period_code = '2019-N' order by 1"
        ).fetchall()
        visits = connection.execute(
            "select period_code, visits, visits_in_quarter, letters, open_cases, left_cases from fct_own_b91 "
            "where org_code = 'VD-NX-04' and period_code like '2020%' order by 1"
        ).fetchall()
        held = fact_totals(connection, form_totals(connection), office.catalogue.forms.values())
    assert badges == [("VD-NX-04", 4, 7, None), ("VD-SM-04", 3, 7, None)]
    # the half year and the rest of it, each filed alone; the first had no letters and no opening
    assert visits == [("2020-6T", 5, None, None, None, 8), ("2020-N", 10, None, None, None, 8)]
    own = held[held["table"].str.startswith("fct_own")]
    assert set(own["table"]) == {"fct_own_b90", "fct_own_b91", "fct_own_b95"} and len(own) > 3
    assert own["expected"].equals(own["found"])


def test_what_a_period_does_not_collect_has_no_figure_and_makes_its_term_incomplete(
    office: Office, warehouse: Path
) -> None:
    assert trace(warehouse, BADGES_55, UNIT, "2019-N") == []
    assert figure(warehouse, BADGES, UNIT, TERM, units=office.catalogue.units).status == "final"
    for body in (UNIT, "VD-NX-04"):
        found = [
            figure(warehouse, BADGES_55, body, period, units=office.catalogue.units)
            for period in ("2019-N", "2020-N", TERM)
        ]
        assert [(one.value, one.status) for one in found] == [(None, "none"), (1, "final"), (1, "incomplete")]


def test_a_sum_of_periods_filed_alone_is_incomplete_where_the_first_had_no_such_column(
    office: Office, warehouse: Path
) -> None:
    for body, filers in ((UNIT, 2), ("VD-NX-04", 1)):
        letters, visits, cases = (
            figure(warehouse, one, body, "2020-N", units=office.catalogue.units)
            for one in ("letters", "visits", "cases")
        )
        assert (letters.value, letters.status) == (3 * filers, "incomplete")
        assert (visits.value, visits.status) == (10 * filers, "final")
        assert (cases.value, cases.status) == (8 * filers, "final"), "a stock without its opening is whole"


def test_a_form_that_takes_the_place_of_another_goes_on_with_its_figures(
    office: Office, warehouse: Path
) -> None:
    for body, n_rows in ((UNIT, 2), ("VD-NX-04", 1)):
        found = [
            figure(warehouse, "calls", body, period, units=office.catalogue.units)
            for period in ("2019-N", "2020-N", TERM)
        ]
        told = [(one.value, one.status) for one in found]
        assert told == [(2 * n_rows, "final"), (3 * n_rows, "final"), (5 * n_rows, "final")]


def test_what_nobody_adds_up_is_of_its_row_and_not_of_all_rows_together(
    office: Office, warehouse: Path
) -> None:
    for code, filed in (("call_score", 4.5), ("callers", 2)):
        found = [figure(warehouse, code, body, "2020-N", units={}) for body in (UNIT, "VD-NX-04")]
        assert [(one.value, one.status) for one in found] == [(None, "none"), (filed, "final")]
        cells = [len(trace(warehouse, code, body, "2020-N")) for body in (UNIT, "VD-NX-04")]
        assert cells == [0, 1]


def test_the_commands_that_the_page_shows_answer(office: Office, warehouse: Path) -> None:
    office.home.warehouse.touch()  # one that is up; what is asked as of a moment is answered from its own

    def said(command: str) -> str:
        home, at = ["--home", str(office.home.root), "--lang", "en"], ["--as-of", NOW[AFTER].isoformat()]
        result = CliRunner().invoke(main, [*home, *command.split()[1:], *at])
        assert result.exit_code == 0, result.output
        return result.stdout

    figures, traced = (
        next(c for c in guide.commands() if c.split()[1] == name) for name in ("figures", "trace")
    )
    assert said(figures) == "30- and 40-year Party badges awarded, VD-NX, 2020-N: 9 badges (final)\n"
    cells = {cell["cell"]: cell["contribution"] for cell in json.loads(said(f"{traced} --json"))}
    assert cells == {"C9": 5, "D9": 2, "C10": 2, "D10": 0}
    not_collected = said(figures.replace(BADGES, BADGES_55).replace("2020-N", "2019-N"))
    assert not_collected.endswith("not collected in this period\n")


def test_the_publication_gate_comes_to_the_same_figures(office: Office, warehouse: Path) -> None:
    with open_warehouse(warehouse) as connection:
        pairs = figures_again(connection, office.home.bronze, office.catalogue, None)
    assert len(pairs["figures_again"]) > 0
    for check, frame in pairs.items():
        if "expected" in frame:
            assert frame["expected"].astype(float).equals(frame["found"].astype(float)), check


def test_a_page_has_its_section_with_the_figures(office: Office, warehouse: Path) -> None:
    plan = plan_of(office.catalogue)
    site = load_site(warehouse, as_of=NOW[AFTER], code_version="", plan=plan, units=office.catalogue.units)
    (unit,) = (unit for unit in site.units if unit.code == UNIT)
    text = write(unit_page(site, unit, plan).blocks)
    section = text[text.index("Huy hiệu Đảng") :]
    assert "Huy hiệu Đảng 30 và 40 năm được trao" in section
    assert "Huy hiệu Đảng 55 năm được trao" in section


def test_an_earlier_moment_is_built_anew_from_the_offices_files_when_these_change(
    office: Office, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[list[str]] = []

    def build(inputs: Home, database: Path, *_: object) -> None:
        built.append(sorted(path.name for path in (inputs.registry / "forms").glob("*")))
        database.touch()

    monkeypatch.setattr(as_of, "build_aside", build)
    assert warehouse_as_of(office.home, NOW[AFTER], NOW[AFTER]) == warehouse, "nothing has changed"
    more = office.home.registry / "forms" / "B92.yml"
    text = guide.shown()["registry/forms/B90.yml"]
    more.write_text(text.replace("B90", "B92").replace(guide.free("BADGE"), "PERSON"), encoding="utf-8")
    try:
        assert warehouse_as_of(office.home, NOW[AFTER], NOW[AFTER]) != warehouse
    finally:
        more.unlink()
    assert built == [["B90.yml", "B91.yml", "B92.yml", "B95.yml", "B96.yml"]]
