"""What the publication gate reads: what counts, the registry in time, the last release, sums in the marts."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from ingestion.definitions.catalogue import OwnFile, load_catalogue
from ingestion.definitions.forms import Form
from ingestion.records.periods import Period
from reports.publication_gate import totals
from reports.publication_gate.asked import Shares
from reports.publication_gate.filed import counting_submissions, read_filed
from reports.publication_gate.previous import shrunk
from reports.publication_gate.received import last_day
from reports.publication_gate.wholes import Whole, wholes, wholes_of
from reports.release import METHOD
from tests.integration.warehouse_world import Filing
from tests.support.small_office import Office, body, catalogue, filing, succession, term

P, A, B = body("P", "PROVINCE"), body("A", "DISTRICT", "P"), body("B", "DISTRICT", "P")
BASES = [body("A1", "BASE", "A"), body("B1", "BASE", "B")]


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2021, 1, day, hour, tzinfo=UTC)


# on what day it is told


def test_the_day_is_that_of_what_was_recorded_last_by_then(tmp_path: Path) -> None:
    filed = pd.DataFrame({"received_at": [at(1), at(2)], "verdict_at": [at(4), None]})
    filed.to_parquet(tmp_path / "submissions.parquet")
    pd.DataFrame({"decided_at": [at(3), at(6, 17)]}).to_parquet(tmp_path / "decisions.parquet")

    moments = (None, at(6, 17), at(6), at(3), at(2))
    days = [last_day(tmp_path, moment) for moment in moments]
    assert days == [date(2021, 1, day) for day in (7, 7, 4, 3, 2)]
    assert last_day(tmp_path, at(1) - timedelta(hours=1)) is None


# what counts


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Revisions and decisions: what counts depends on the moment."""

    def of(number: int, day: int, verdict: str | None, *decisions: tuple[str, datetime], **more: Any) -> Filing:
        rows = {"F1": [{"org_code": "A1", "joined": number}]}
        return Filing("A", "2016-N", rows, number, verdict, "cumulative", at(day), decisions, **more)

    filings = [
        of(1, 1, "accepted"),
        of(2, 3, "needs_explanation", ("accepted", at(4)), ("rejected", at(8))),
        of(3, 6, "rejected"),
        of(4, 9, "accepted", ("on_hold", at(9))),
        Filing("B", "2016-N", {"F1": [{"org_code": "B1", "joined": 50}]}, received_at=at(7), basis=""),
        Filing("B", "2016-Q1", {"F1": [{"org_code": "B1", "joined": 9}]}, received_at=at(7), basis="QUARTER"),
    ]
    return Office(tmp_path_factory.mktemp("decided"), [P, A, B, *BASES], filings).bronze


@pytest.mark.parametrize(
    ("moment", "revision"),
    [(at(1), 1), (at(3, 1), 1), (at(4), 2), (at(7), 2), (at(8), 1), (None, 1)],
    ids=str,
)
def test_the_newest_accepted_revision_counts_as_of_a_moment(
    decided: Path, moment: datetime | None, revision: int
) -> None:
    counting = counting_submissions(decided, moment)

    assert f"A.2016-N.r{revision}" in set(counting["submission_id"])
    assert len(counting[counting["unit"] == "A"]) == 1
    assert (set(counting["unit"]) == {"A"}) == (moment is not None and moment < at(7))
    added = totals.bronze_totals(decided, moment)
    mine = added[(added["unit"] == "A") & (added["column"] == "joined")]
    assert mine.to_dict("records") == [
        {"unit": "A", "period": "2016-N", "column": "joined", "total": float(revision), "form": "F1"}
    ]


def test_a_moment_without_a_zone_is_of_the_clock_of_the_ledger(decided: Path) -> None:
    naive = datetime(2021, 1, 4)  # noqa: DTZ001

    assert counting_submissions(decided, naive).equals(counting_submissions(decided, at(4)))


def test_before_anything_was_filed_there_is_nothing(decided: Path) -> None:
    assert counting_submissions(decided, datetime(2020, 1, 1, tzinfo=UTC)).empty
    nothing = totals.bronze_totals(decided, datetime(2020, 1, 1, tzinfo=UTC))
    assert nothing.empty and list(nothing.columns) == ["unit", "period", "column", "total", "form"]


def test_figures_run_from_january_unless_the_cover_says_otherwise(decided: Path) -> None:
    counting = counting_submissions(decided, None).set_index("submission_id")["is_cumulative"]

    assert counting.to_dict() == {"A.2016-N.r1": True, "B.2016-N.r1": True, "B.2016-Q1.r1": False}


def test_rows_that_stand_begin_with_the_newest_that_runs_from_january(tmp_path: Path) -> None:
    filings = [
        filing("A", "2016-Q1", basis="QUARTER", joined=1),
        filing("A", "2016-6T", joined=3),
        filing("A", "2016-9T", basis="QUARTER", joined=5),
        filing("A", "2017-Q1", joined=7),
        filing("A", "2015-2017-NK", joined=9),
    ]
    office = Office(tmp_path, [P, A, BASES[0], B, BASES[1]], filings, terms=[term(2016, 2017)])
    rows = read_filed(office.bronze, None).rows("F1", catalogue(), office.bodies())
    assert rows is not None

    def until(part: int) -> list[tuple[int, bool, bool, int]]:
        positions, is_latest, is_first, latest = rows.until(2016, part)
        found = rows.frame["joined"].to_numpy()[positions].tolist()
        return sorted(zip(found, is_latest.tolist(), is_first.tolist(), latest.tolist(), strict=True))

    assert until(1) == [(1, True, True, 1)]
    assert until(2) == [(3, True, True, 2)]
    assert until(3) == until(4) == [(3, False, True, 3), (5, True, False, 3)]


# the registry in time


def test_whose_filings_make_up_whose_figures(tmp_path: Path) -> None:
    bodies = [
        *(P, body("Q", "PROVINCE"), body("A", "DISTRICT", "P", valid_to="2016-12-31")),
        *(body("A", "DISTRICT", "Q", valid_from="2017-01-01"), body("Y", "BRANCH", "A", term_system="DOAN")),
        *(body("A1", "BASE", "A"), body("A2", "BASE", "A", valid_to="2016-03-31"), body("N", "BASE", "A")),
    ]
    filings = [filing("A", f"{year}-N", joined=1) for year in (2016, 2017)]
    successions = [
        succession("A2", "A1", "merge", "2016-04-01"),
        succession("N", "A1", "transfer", "2016-04-01"),
    ]
    (_, figures, _), *_ = Office(tmp_path, bodies, filings, successions=successions).groups()
    registry, asked = figures.bodies, figures.asked

    def of(shares: Shares) -> set[tuple[str, str]]:
        codes = registry.codes
        return set(zip(codes[shares.owners], codes[shares.contributors], strict=True))

    first, last = (asked.of_period(f"{year}-N") for year in (2016, 2017))
    # a branch of another system is below nobody
    always = {("P", "P"), ("Q", "Q"), ("A", "A"), ("Y", "Y")}
    assert of(first) == always | {("P", "A")}
    assert of(last) == always | {("Q", "A")}
    # rows about what lived at any time of the year, and what merged into one in the course of it
    living = {("A1", "A1"), ("N", "N")}
    assert of(asked.organisations(first)) == living | {("A2", "A2"), ("A1", "A2")}
    assert of(asked.organisations(last)) == living
    assert asked.filing == {"P", "Q", "A", "Y"}
    days = [date(year, 12, 31).toordinal() for year in (2016, 2017)]
    above = [
        {str(registry.codes[a]): str(registry.codes[b]) for a, b in registry.parents_on(day).items()}
        for day in days
    ]
    assert [parents["A"] for parents in above] == ["P", "Q"]
    assert "Y" not in above[0]
    assert registry.numbers(["A", "nobody"]).tolist() == [0, -1]
    assert registry.spans["DANG"]["A"] == (2010, 9999)
    assert registry.ends["2016-9T"] == Period.parse("2016-9T").end


def test_only_what_went_over_whole_is_a_predecessor_at_whatever_remove(tmp_path: Path) -> None:
    codes = ["C", "D", "E", "F", "G", "H", "I"]
    successions = [
        *(succession("C", "D", "merge", "2014-01-01"), succession("D", "E", "rename", "2015-01-01", "1")),
        *(succession("F", "E", "merge", "2016-01-01", "0.4"), succession("G", "E", "split", "2016-01-01")),
        *(succession("H", "", "dissolve", "2016-01-01"), succession("I", "I", "merge", "2016-01-01")),
        # a circle ends
        succession("E", "C", "merge", "2017-01-01"),
    ]
    registry = Office(
        tmp_path, [body(code, "DISTRICT") for code in codes], [filing("C", "2013-N")], successions=successions
    ).bodies()
    years = {b: {old: day.year for old, day in known.items()} for b, known in registry.predecessors.items()}

    assert years["E"] == {"D": 2015, "C": 2014}
    assert years["D"] == {"C": 2014, "E": 2017}
    assert set(years) == {"C", "D", "E"}


# the last release


def release(
    folder: Path,
    rows: list[tuple[Any, ...]],
    submissions: list[str],
    *,
    derived: bool = True,
    method: int | None = METHOD,
) -> Path:
    columns = ["indicator_code", "org_code", "period_code", "value", "status", "derivation"]
    frame = pd.DataFrame(rows, columns=columns)
    frame = frame if derived else frame.drop(columns="derivation")
    frame.to_parquet(folder / "figures.parquet")
    told = {"submissions": submissions} | ({"method": method} if method else {})
    (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    return folder / "figures.parquet"


@pytest.mark.parametrize("derived", [True, False])
def test_final_figures_are_put_beside_those_of_the_last_release(tmp_path: Path, derived: bool) -> None:
    of = ("i", "A", "2016-N")
    before = [
        (*of, 10.0, "final", None),
        *(("i", "P", "2016-N", 30.0, "final", ""), ("i", "Q", "2016-N", 5.0, "final", None)),
        *(("i", "B", "2016-N", 7.0, "provisional", None), ("i", "C", "2016-N", None, "final", None)),
        ("i", "A1", "2016-N", 9.0, "final", None),
    ]
    before += [(*of, 99.0, "final", "change_over_term")] if derived else []
    previous = release(tmp_path, before, ["A.2016-N.r1", "B.2016-N.r1", "G.2016-N.r1"], derived=derived)
    connection = duckdb.connect()
    for statement in (
        "table fct_indicator_value (indicator_code varchar, org_code varchar, period_code varchar, "
        "value double, status varchar)",
        "table rpt_report_unit as select unnest(['A', 'B', 'C', 'P', 'Q']) as org_code",
        "table fct_submission (submission_id varchar, reporting_org_code varchar, is_effective boolean)",
        "table rpt_figure_source (org_code varchar, submission_id varchar)",
    ):
        connection.execute(f"create {statement}")
    for statement in (
        "fct_indicator_value values ('i', 'A', '2016-N', 8, 'final'), ('i', 'P', '2016-N', 28, 'provisional'), "
        "('i', 'B', '2016-N', 1, 'final'), ('j', 'A', '2016-N', 1, 'final')",
        "fct_submission values ('A.2016-N.r1', 'A', false), ('A.2016-N.r2', 'A', true), "
        "('B.2016-N.r1', 'B', true), ('C.2016-N.r1', 'C', false)",
        "rpt_figure_source values ('P', 'A.2016-N.r2'), ('P', 'B.2016-N.r1'), ('Q', 'B.2016-N.r1'), "
        "('C', 'C.2016-N.r1'), ('A', 'A.2016-N.r2')",
    ):
        connection.execute(f"insert into {statement}")
    found = shrunk(connection, previous).set_index("unit")

    # what was final and is no longer is gone; that of a unit of which something came is explained
    assert found["expected"].to_dict() == {"A": 10, "P": 30, "Q": 5}
    assert found["found"].fillna(-1).to_dict() == {"A": 8, "P": -1, "Q": -1}
    assert found["is_explained"].to_dict() == {"A": 1, "P": 1, "Q": 0}


@pytest.mark.parametrize("derivation", [None, "average_per_year"], ids=["it filed", "of it was derived"])
def test_a_unit_that_has_no_report_any_more_is_still_compared(tmp_path: Path, derivation: str | None) -> None:
    figures: list[Any] = [("i", "A", "2016-N", 10.0, "final", None), ("i", "A1", "2016-N", 4.0, "final", None)]
    if derivation:
        figures.append(("i", "A", "2015-2017-NK", 10.0, "final", derivation))
    previous = release(tmp_path, figures, [] if derivation else ["A.2016-N.r1"])
    connection = duckdb.connect()
    for statement in (
        "fct_indicator_value as select 'i' as indicator_code, 'B' as org_code, '2016-N' as period_code, "
        "8.0 as value, 'final' as status",
        "rpt_report_unit as select 'B' as org_code",
        "fct_submission as select 'A.2016-N.r1' as submission_id, 'A' as reporting_org_code, "
        f"{'false' if derivation else 'true'} as is_effective",
        "rpt_figure_source as select 'A' as org_code, 'A.2016-N.r1' as submission_id",
    ):
        connection.execute(f"create table {statement}")
    found = shrunk(connection, previous)

    assert found[["unit", "expected", "is_explained"]].to_numpy().tolist() == [["A", 10, 0]]
    assert found["found"].isna().all()


@pytest.mark.parametrize(
    ("known", "explained"), [(["B.2016-N.r1"], 0.0), (["B.2016-N.r1", "A.2016-N.r3"], 1.0), ([], 1.0)]
)
def test_what_came_or_was_withdrawn_explains_and_nothing_new_does_not(
    tmp_path: Path, known: list[str], explained: float
) -> None:
    previous = release(tmp_path, [("i", "A", "2016-N", 10.0, "final", None)], known)
    connection = duckdb.connect()
    for statement in (
        "fct_indicator_value as select 'i' as indicator_code, 'A' as org_code, '2016-N' as period_code, "
        "8.0 as value, 'final' as status",
        "rpt_report_unit as select 'A' as org_code",
        "fct_submission as select 'B.2016-N.r1' as submission_id, 'B' as reporting_org_code, "
        "true as is_effective",
        "rpt_figure_source as select 'A' as org_code, 'B.2016-N.r1' as submission_id",
    ):
        connection.execute(f"create table {statement}")

    assert shrunk(connection, previous)["is_explained"].tolist() == [explained]


@pytest.mark.parametrize(
    ("method", "explained"),
    [(None, {"P": 1, "U": 1, "V": 0, "W": 1}), (METHOD, {"P": 0, "U": 0, "V": 0, "W": 0})],
    ids=["worked out in an earlier way", "in this one"],
)
def test_another_way_of_working_out_explains_figures_of_whom_something_became(
    tmp_path: Path, method: int | None, explained: dict[str, int]
) -> None:
    figures = [("i", unit, "2016-N", 10.0, "final", None) for unit in ("P", "U", "V", "W")]
    known = ["U.2016-N.r1"]
    previous = release(tmp_path, [(*figure[:4], "final", "") for figure in figures], known, method=method)
    connection = duckdb.connect()
    for statement in (
        "fct_indicator_value (indicator_code varchar, org_code varchar, period_code varchar, value double, "
        "status varchar)",
        "rpt_report_unit as select unnest(['P', 'U', 'V', 'W']) as org_code",
        "fct_submission as select 'U.2016-N.r1' as submission_id, 'U' as reporting_org_code, "
        "true as is_effective",
        "rpt_figure_source as select 'U' as org_code, 'U.2016-N.r1' as submission_id",
        "rpt_predecessor as select 'W' as org_code, 'U' as predecessor_code",
        "dim_organisation as select * from (values ('P', null, date '9999-12-31'), "
        "('U', 'P', date '9999-12-31'), ('V', 'P', date '9999-12-31'), ('U1', 'U', date '2016-06-30')) "
        "as bodies (org_code, parent_code, valid_to)",
    ):
        connection.execute(f"create table {statement}")
    found = shrunk(connection, previous).set_index("unit")

    assert found["is_explained"].to_dict() == explained


@pytest.mark.parametrize(("withdrawn", "explained"), [("VP.YL.2016-N.r1", 1.0), ("VP.2016-N.r1", 0.0)])
def test_a_unit_whose_code_has_a_dot_is_known_by_all_of_it(
    tmp_path: Path, withdrawn: str, explained: float
) -> None:
    previous = release(tmp_path, [("i", "VP.YL", "2016-N", 10.0, "final", None)], [withdrawn])
    connection = duckdb.connect()
    for statement in (
        "fct_indicator_value as select 'i' as indicator_code, 'VP.YL' as org_code, '2016-N' as period_code, "
        "8.0 as value, 'final' as status",
        "rpt_report_unit as select 'VP.YL' as org_code",
        "fct_submission (submission_id varchar, reporting_org_code varchar, is_effective boolean)",
        "rpt_figure_source (org_code varchar, submission_id varchar)",
    ):
        connection.execute(f"create table {statement}")

    assert shrunk(connection, previous)["is_explained"].tolist() == [explained]


# sums in the marts


def test_what_only_one_side_has_stays() -> None:
    left = pd.DataFrame({"unit": ["A", "B"], "total": [1.0, 2.0]})
    right = pd.DataFrame({"unit": ["C", "B"], "total": [3.0, 4.0]})
    found = totals.pairs_of(left, right, ["unit"]).fillna(-1).to_numpy().tolist()

    assert found == [["A", 1.0, -1], ["B", 2.0, 4.0], ["C", -1, 3.0]]


def test_years_make_terms_of_the_same_system_for_those_in_whom_the_same_count() -> None:
    connection = duckdb.connect()
    for statement in (
        "dim_indicator as select unnest(['i', 's']) as indicator_code, unnest(['flow', 'stock']) as kind",
        "dim_term as select unnest(['DANG', 'DOAN']) as term_system, 'T-NK' as term_code, "
        "unnest([2016, 2015]) as first_year, unnest([2017, 2017]) as last_year",
        "dim_period as select * from (values ('2015-N', 'N', 2015), ('2016-N', 'N', 2016), "
        "('2016-9T', '9T', 2016), ('2017-N', 'N', 2017), ('T-NK', 'NK', 2017)) as p (period_code, kind, year)",
        "rpt_report_unit as select unnest(['A', 'B', 'M', 'Y', 'Z']) as org_code",
        "dim_organisation as select unnest(['A', 'B', 'M', 'Y', 'X', 'Z']) as org_code, "
        "unnest(['DANG', 'DANG', 'DANG', 'DOAN', 'DANG', 'DANG']) as term_system",
        "fct_indicator_value (indicator_code varchar, org_code varchar, period_code varchar, value double, "
        "status varchar)",
        "fct_submission as select unnest(['Y.2017-N.r1', 'Z.T-NK.r1']) as submission_id, "
        "unnest(['2017-N', 'T-NK']) as period_code",
        "rpt_figure_source as select unnest(['Y', 'Z']) as org_code, 'T-NK' as period_code, "
        "unnest(['Y.2017-N.r1', 'Z.T-NK.r1']) as submission_id",
    ):
        connection.execute(f"create table {statement}")
    rows = [("i", unit, f"{year}-N", year - 2014.0, "final") for unit in "AMYXZ" for year in (2015, 2016, 2017)]
    rows += [("i", "A", "2016-9T", 100.0, "final")]
    rows += [("i", unit, "T-NK", 5.0, "final") for unit in "AMYXZ"] + [("i", "B", "T-NK", 5.0, "incomplete")]
    rows += [
        ("i", "B", "2016-N", 9.0, "final"),
        ("s", "A", "T-NK", 9.0, "final"),
        ("s", "A", "2016-N", 1, "final"),
    ]
    connection.executemany("insert into fct_indicator_value values (?, ?, ?, ?, ?)", rows)

    # the year 2015 is of the other system's term only, and of Z a form filed for the whole term counts
    assert totals.terms(connection, [(unit, "T-NK") for unit in "ABXYZ"]).to_numpy().tolist() == [
        ["i", "A", "T-NK", 5.0, 5.0],
        ["i", "Y", "T-NK", 6.0, 5.0],
    ]


def form(code: str, *columns: tuple[str, str | None], table: str = "") -> Form:
    key = {"code": "org_code", "type": "code", "required": True}
    numbers = [{"code": name, "type": "int", "nature": nature, "required": True} for name, nature in columns]
    named: list[dict[str, Any]] = [
        {**column, "label": {"vi": f"{column['code']} vi", "en": column["code"]}} for column in (key, *numbers)
    ]
    return Form.model_validate(
        {
            **{"code": code, "sheet": code, "grain": "rows", "rows": "organisations", "key": ["org_code"]},
            **{"title": {"vi": code, "en": code}, "columns": named, "table": table},
            "required_for": {"DISTRICT": ["N"]},
        }
    )


def test_wholes_are_their_parts_in_the_rows_that_have_all_of_them() -> None:
    whole = Whole(form("F1", table="facts"), "whole", ("one", "two"), ("three",))
    connection = duckdb.connect()
    connection.execute(
        "create table fct_facts as select * from (values ('A', 'p', 6, 1, 2, 3), ('A', 'p', 4, 2, 2, 0), "
        "('A', 'p', null, 1, 1, 1), ('A', 'p', 9, 1, null, 1), ('B', 'p', null, 1, 1, 1), "
        "('C', 'p', null, null, null, null), ('D', 'p', 5, null, 1, 1)) "
        "as f (reporting_org_code, period_code, whole, one, two, three)"
    )
    found = wholes(connection, [whole])

    assert list(found.columns) == ["table", "unit", "period", "column", "expected", "found"]
    assert found.to_numpy().tolist() == [["fct_facts", "A", "p", "whole", 4, 10]]


def test_the_products_rules_say_what_is_a_whole_in_its_facts() -> None:
    found = {
        (one.form.code, one.column): (len(one.parts), len(one.minus)) for one in wholes_of(load_catalogue())
    }

    assert found == {
        **{("B01", "in_total"): (5, 0), ("B01", "out_total"): (7, 0), ("B01", "closing_members"): (2, 1)},
        **{("B02", "admitted_total"): (4, 0), ("B03", "closing_count"): (3, 3)},
        **{("B04", "cells_total"): (2, 0), ("B04", "cells_rated"): (4, 0)},
        **{("B04", "members_total"): (3, 0), ("B04", "members_rated"): (4, 0)},
        **{("B06", "members_disciplined"): (4, 0), ("B06", "orgs_disciplined"): (3, 0)},
    }


OWN_RULE = """
rules:
- id: V901
  title: {{vi: Tổng, en: Whole}}
  scope: row
  severity: {severity}
  forms: [F1]
  clauses: [{{holds: '{holds}', cell: joined{when}}}]
  message: {{vi: Sai, en: Wrong}}
  remedy: {{vi: Sửa, en: Mend}}
"""


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"holds": "joined == of_men + of_women"}, ("joined", ("of_men", "of_women"), ())),
        ({"holds": "closing == opening + joined - gone"}, ("closing", ("opening", "joined"), ("gone",))),
        ({"holds": "closing == opening - (gone - joined)"}, ("closing", ("opening", "joined"), ("gone",))),
        ({"holds": "closing == of_age + others"}, ("closing", ("of_age", "others"), ())),
        # each filing of a quarter has its own, of which a year is not the sum
        ({"holds": "closing == of_age + joined"}, None),
        ({"holds": "opening == of_age + others"}, None),
        ({"holds": "joined == opening + gone"}, None),
        # not said of every row, or no sum
        ({"holds": "joined == of_men + of_women", "severity": "warning"}, None),
        ({"holds": "joined == of_men + of_women", "when": ", when: gone > 0"}, None),
        ({"holds": "joined >= of_men + of_women"}, None),
        ({"holds": "joined == of_men + 1"}, None),
        ({"holds": "joined == of_men * of_women"}, None),
        ({"holds": "joined == of_men + prev_year.joined"}, None),
    ],
    ids=lambda value: value["holds"] if isinstance(value, dict) else "",
)
def test_a_rule_makes_a_whole_where_it_holds_of_a_years_filings_together(
    rule: dict[str, str], expected: tuple[str, tuple[str, ...], tuple[str, ...]] | None
) -> None:
    flows = [(name, "flow") for name in ("joined", "gone", "of_men", "of_women")]
    stocks = [(name, "stock") for name in ("closing", "of_age", "others")]
    forms = {**load_catalogue().forms, "F1": form("F1", ("opening", "opening"), *flows, *stocks)}
    text = OWN_RULE.format(**({"severity": "error", "when": ""} | rule))
    own = replace(load_catalogue(), forms=forms, own=(OwnFile("rules", "own.yml", text),))
    found = [(one.column, one.parts, one.minus) for one in wholes_of(own) if one.form.code == "F1"]

    assert found == ([] if expected is None else [expected])


def test_wide_facts_are_the_totals_where_filings_run_from_january() -> None:
    forms = [form("F1", ("joined", "flow"), ("lost", None)), form("F3", ("joined", "flow"))]
    connection = duckdb.connect()
    for statement in (
        "fct_f1 (reporting_org_code varchar, period_code varchar, joined bigint, joined_in_quarter bigint)",
        "fct_submission (reporting_org_code varchar, period_code varchar, is_effective boolean, "
        "period_basis varchar)",
    ):
        connection.execute(f"create table {statement}")
    connection.execute("insert into fct_f1 values ('A', '2016-N', 3, 1), ('A', '2016-N', 4, 1)")
    connection.execute("insert into fct_f1 values ('B', '2016-N', 9, 1), ('A', '2015-2017-NK', 9, 1)")
    connection.execute(
        "insert into fct_submission values ('A', '2016-N', true, 'CUMULATIVE'), "
        "('B', '2016-N', true, 'QUARTER'), ('C', '2016-N', true, 'CUMULATIVE'), "
        "('A', '2015-2017-NK', true, 'CUMULATIVE')"
    )
    filed = pd.DataFrame(
        [
            ("F1", "A", "2016-N", "joined", 8.0),
            ("F1", "C", "2016-N", "joined", 2.0),
            ("F1", "A", "2016-N", "lost", 4),
            ("F2", "A", "2016-N", "joined", 1),
            ("F3", "A", "2016-N", "joined", 6),
        ],
        columns=["form", "unit", "period", "column", "total"],
    )
    found = totals.fact_totals(connection, filed, forms).fillna(-1)

    assert found.to_numpy().tolist() == [
        ["A", "2016-N", "joined", 8, 7, "fct_f1"],
        # a column that the facts lack, and a form that has none
        ["A", "2016-N", "lost", 4, -1, "fct_f1"],
        ["C", "2016-N", "joined", 2, -1, "fct_f1"],
        ["A", "2016-N", "joined", 6, -1, "fct_f3"],
    ]
