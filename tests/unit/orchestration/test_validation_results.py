"""What checks found is shown as a page and in Dagster, and results that are damaged are told."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import dagster as dg
import pytest
from click.testing import Result

from ingestion.gate.results import NO_ROWS, RuleResult, Sample, SuiteResult
from ingestion.storage.home import Home
from ingestion.validations import store
from ingestion.validations.page import page
from ingestion.validations.store import PUBLICATION, Validation
from orchestration import check_results
from orchestration.health import examine
from orchestration.texts import Invocation
from reports.publication_gate.report import PublicationFailure, PublicationReport

AT = datetime(2021, 1, 18, 2, 0, tzinfo=UTC)
TITLE = {"vi": "Cộng", "en": "Sum"}
Call = Callable[..., Result]


def rule(code: str, held: int, failed: int, not_run: int = 0, value: str = "7") -> RuleResult:
    samples = tuple(
        Sample(f"U{n}.2019-N.r1", 1, "1-A", f"C{n}", value, n, {"a": value, "b": ""}, f"landing/{n}.xlsx")
        for n in range(1, min(failed, 20) + 1)
    )
    return RuleResult(code, TITLE, "error", held, failed, not_run, samples)


def batch(period: str, *suites: SuiteResult, at: datetime = AT) -> Validation:
    return Validation(period, at, suites, "judged", "0123456789abcdef", 1_200)


def b01(*rules: RuleResult) -> SuiteResult:
    return SuiteResult("B01", 2_640, rules)


REPORT = PublicationReport(
    {"bronze_totals": 10, "nothing_shrank": 5, "years_make_terms": 0},
    (PublicationFailure("nothing_shrank", {"unit": "VP-YL", "period": "2020-N"}, 12.5, None),),
    {"nothing_shrank": 1},
    {"bronze_totals": 10, "nothing_shrank": 3},
)


@pytest.fixture
def kept(home: Home) -> Home:
    """Give a state folder with results of two periods and of the publication gate."""
    store.keep(home, batch("2019-N", b01(rule("V001", 9, 9)), at=AT - timedelta(days=1)))
    store.keep(home, batch("2019-N", b01(rule("V001", 10, 0), rule("V002", 2_619, 21))))
    store.keep(home, batch("2020-N", SuiteResult("B02", 0, (RuleResult("V001", TITLE, "", 0, 0, 0),))))
    gate = Validation(PUBLICATION, AT, REPORT.results(), "publication", database="abc")
    store.keep(home, gate)
    return home


class Markup(HTMLParser):
    """The tables of a page, as cells; elements that are not closed, ids, and what it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.open: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.labels: list[str] = []
        self.lacking = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in ("meta", "br"):
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.tables[-1][-1].append("")
        self.lacking += tag == "th" and not given.get("scope")
        self.loads += [str(given[name]) for name in ("src", "action") if name in given] + [tag] * (
            tag == "script"
        )
        self.labels += [str(given[name]) for name in ("aria-labelledby",) if name in given]
        self.ids += [str(given[name]) for name in ("id",) if name in given]
        self.links += [str(given[name]) for name in ("href",) if name in given]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self.open):
            self.tables[-1][-1][-1] += data


def test_the_page_has_the_counts_and_samples_of_each_rule(kept: Home, call: Call) -> None:
    result = call("validations")
    path = kept.validations / "index.html"
    text = path.read_text(encoding="utf-8")
    found = Markup(text)

    assert result.exit_code == 0 and str(path) in result.output
    assert ["V002", "Cộng Sum", "2.640", "21", "0"] in found.tables[0]
    assert ["V001", "Cộng Sum", "10", "0", "0"] in found.tables[0], "the newest batch alone"
    samples = found.tables[1]
    assert len(samples) == 1 + 20, "no more than one reads"
    assert samples[1] == ["U1.2019-N.r1", "landing/1.xlsx", "1-A", "1", "C1", "7", "a = 7b = trống blank"]
    assert "20 trong 21 dòng sai" in text and "20 of 21 failing rows" in text
    assert "2.640 dòng" in text and "rows 2,640" in text and "1.200 bản nộp" in text
    assert ["bronze_totals", *found.tables[3][2][1:]] == found.tables[3][2]
    assert found.tables[3][2][2:] == ["10", "0", "0"]
    assert found.tables[3][4][2:] == ["4", "1", "1"], "to one it does not apply"
    assert found.tables[4][1] == ["unit = VP-YLperiod = 2020-Nexpected = 12,5found = trống blank"]


def test_numbers_and_statuses_are_written_for_people(home: Home, call: Call) -> None:
    key = {"indicator": "admissions", "unit": "VP-YL", "period": "2020-N"}
    failures = (
        PublicationFailure("figures_again", key, 1005.0, 1.005),
        PublicationFailure("statuses_again", key, 2.0, 0.0),
        PublicationFailure("targets_again", {**key, "column": "assessment"}, 2.0, 1.0),
    )
    counts = {failure.check: 1 for failure in failures}
    report = PublicationReport(counts, failures, counts)
    store.keep(home, Validation(PUBLICATION, AT, report.results(), "publication"))
    call("validations")
    found = Markup((home.validations / "index.html").read_text(encoding="utf-8"))

    told = [table[1] for table in found.tables[1:]]
    assert [cells[0] for cells in told] == ["1,005", "chính thức (final)", "chưa đạt (not met)"]
    assert [cells[1].partition("expected = ")[2] for cells in told] == [
        "1.005found = 1,005",
        "chưa đủ (incomplete)found = chính thức (final)",
        "đạt (met)found = chưa đạt (not met)",
    ]


def test_the_page_stands_alone_and_is_whole_and_accessible(kept: Home, call: Call) -> None:
    call("validations")
    text = (kept.validations / "index.html").read_text(encoding="utf-8")
    found = Markup(text)

    assert found.open == [] and found.loads == [] and found.lacking == 0
    assert text.count("<table>") == text.count("<caption id=") and '<html lang="vi">' in text
    assert len(set(found.ids)) == len(found.ids)
    assert len(found.labels) == len(set(found.labels)) > text.count("<table>") and set(found.labels) <= set(
        found.ids
    )
    assert {link.removeprefix("#") for link in found.links} <= set(found.ids)


def test_what_was_filed_is_text_on_the_page() -> None:
    nasty = '<script>alert("x")</script>&'
    text = page([batch("2019-N", b01(rule("V001", 0, 1, value=nasty)))])

    assert "<script" not in text and "&lt;script&gt;" in text


def test_one_period_and_one_form_are_shown_alone(kept: Home, call: Call, tmp_path: Path) -> None:
    store.keep(kept, batch("2020-N", b01(rule("V001", 1, 0)), SuiteResult("B01 total", 1, ())))
    path = tmp_path / "one.html"
    assert call("validations", "--period", "2020-N", "--form", "B01", "-o", path).exit_code == 0
    text = path.read_text(encoding="utf-8")

    assert "B01 total" in text and "2020-N" in text and "2019-N" not in text and "B02" not in text


def test_absent_results_are_said_to_be_absent(home: Home, call: Call) -> None:
    result = call("validations")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "No results are kept" in result.stderr and not home.validations.exists()
    assert "Không còn giữ kết quả" in page([])
    metadata = check_results.of_periods(home)
    assert metadata == {"results": dg.MetadataValue.text("No results are kept.")}


@pytest.mark.parametrize("asked", ["2018-N", "../2019-N", "", "publication/.."])
def test_a_period_without_results_is_told_with_those_that_there_are(kept: Home, call: Call, asked: str) -> None:
    result = call("validations", "--period", asked)
    assert result.exit_code == 1
    assert "2019-N, 2020-N, publication" in result.stderr


def test_a_form_without_results_is_told_with_those_that_there_are(kept: Home, call: Call) -> None:
    result = call("validations", "--form", "B09")
    assert result.exit_code == 1
    assert "B01, B02, publication" in result.stderr


def test_results_as_json_are_those_that_are_kept(kept: Home, call: Call) -> None:
    (one,) = json.loads(call("validations", "--json", "--period", "2019-N").stdout)
    (first, second) = one["suites"][0]["rules"]

    assert (first["held"], second["failed"], len(second["samples"])) == (10, 21, 20)


def test_a_page_that_cannot_be_written_is_told(kept: Home, call: Call, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    result = call("validations", "-o", tmp_path / "file" / "page.html")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_damaged_results_are_told_wherever_they_are_looked_at_and_hide_no_others(
    kept: Home, call: Call
) -> None:
    (path,) = (kept.validations / "2020-N").iterdir()
    path.write_bytes(b'{"period": "2020-N", "suites": 3}')

    shown = call("validations")
    assert shown.exit_code == 0 and path.name in shown.stderr and "nothing else is lost" in shown.stderr
    text = (kept.validations / "index.html").read_text(encoding="utf-8")
    assert path.name in text and "2019-N" in text
    verified = call("verify", "--json", "--no-rebuild")
    assert verified.exit_code == 1
    found = json.loads(verified.stdout)["validations"]
    assert found["count"] == 4
    assert [path.name in said and "nothing else is lost" in said for said in found["damaged"]] == [True]
    (diagnosis,) = (one for one in examine(Invocation(kept, "en")) if one.name == "validations")
    assert (diagnosis.state, diagnosis.is_essential) == ("broken", False)
    assert path.name in diagnosis.detail and "nothing else is lost" in diagnosis.detail
    assert path.name in str(check_results.of_periods(kept)["unreadable_results"].value)

    path.unlink()
    assert json.loads(call("verify", "--json", "--no-rebuild").stdout)["validations"]["damaged"] == []


def test_dagster_shows_counts_and_samples_by_rule(kept: Home) -> None:
    metadata = check_results.of_periods(kept)
    table = metadata["results"]
    assert isinstance(table, dg.TableMetadataValue)
    first = table.records[0].data

    assert (metadata["rules"].value, metadata["evaluated_rows"].value, metadata["failing_rows"].value) == (
        3,
        2_650,
        21,
    )
    assert (first["rule"], first["evaluated"], first["failing"]) == ("V002", 2_640, 21), (
        "what fails comes first"
    )
    assert str(first["samples"]).startswith("U1.2019-N.r1 1-A!C1 = 7; ")


def test_dagster_shows_every_period_and_says_how_many_rules_its_table_leaves_out(home: Home) -> None:
    for period in ("2018-N", "2019-N", "2020-N"):
        store.keep(home, batch(period, b01(*(rule(f"V{n:03}", 2, n == 0, 1) for n in range(80)))))
    metadata = check_results.of_periods(home)
    periods, rules = metadata["by_period"], metadata["results"]
    assert isinstance(periods, dg.TableMetadataValue) and isinstance(rules, dg.TableMetadataValue)

    assert [tuple(record.data.values()) for record in periods.records] == [
        (period, "09:00 on 2021-01-18", "judged", 80, 161, 1, 80) for period in ("2018-N", "2019-N", "2020-N")
    ]
    assert len(rules.records) == 200
    assert str(metadata["not_shown"].value).startswith("40 rules stand in no row of the table")


def test_dagster_shows_what_the_gate_found_of_this_database_alone(kept: Home) -> None:
    table = check_results.of_database(kept, "abc")["results"]
    assert isinstance(table, dg.TableMetadataValue)
    records = [dict(record.data) for record in table.records]

    assert [(r["rule"], r["evaluated"], r["failing"], r["not_evaluated"]) for r in records] == [
        ("nothing_shrank", 4, 1, 1),
        ("bronze_totals", 10, 0, 0),
        ("years_make_terms", 0, 0, 0),
    ]
    assert records[0]["samples"] == "unit VP-YL, period 2020-N, expected 12.5, found –"
    assert check_results.of_database(kept, "another") == {
        "results": dg.MetadataValue.text("No results are kept.")
    }
    assert [one.rules[0].reason for one in REPORT.results()] == ["", "", NO_ROWS]
