"""What Great Expectations found is kept, bounded, and private."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingestion import pipeline
from ingestion.gate import load_rules, rules_version
from ingestion.gate.results import EARLIER_VERSION, NO_ROWS, RuleResult, Sample, SuiteResult
from ingestion.landing import inbox
from ingestion.landing.ledger import Ledger
from ingestion.storage.home import Home
from ingestion.validations import store
from ingestion.validations.page import page
from ingestion.validations.store import KEPT, KeptResults, Validation, ValidationError, keep, newest, periods
from tests.support.office import office_of

AT = datetime(2020, 1, 10, 8, tzinfo=UTC)
SAMPLE = Sample(
    "KA.2019-N.r1", 1, "1-Thanh vien", "C7", "12", row=7, values={"a": "12"}, file="landing/ab.xlsx"
)
RULE = RuleResult("V021", {"vi": "Cộng", "en": "Sum"}, "error", 3, 1, 2, (SAMPLE,))


def validation(at: datetime = AT) -> Validation:
    return Validation("2019-N", at, [SuiteResult("B01", 6, (RULE,))], "judged", "abc", 2)


def test_what_was_kept_is_read_as_it_was(tmp_path: Path) -> None:
    home = Home(tmp_path)
    path = keep(home, validation())

    assert path == tmp_path / "validations" / "2019-N" / "20200110T080000Z-000.json"
    assert newest(home, "2019-N") == validation()
    assert periods(home) == ["2019-N"]
    assert newest(home, "2018-N") is None
    assert path.read_bytes() == keep(Home(tmp_path / "other"), validation()).read_bytes()


def test_only_the_newest_batches_of_a_period_are_kept(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for hour in range(KEPT + 3):
        keep(home, validation(AT + timedelta(hours=hour)))
    keep(home, validation(AT + timedelta(hours=KEPT + 2)))
    kept = sorted(path.name for path in (home.validations / "2019-N").iterdir())

    assert len(kept) == KEPT
    assert kept[0].startswith("20200110T12")
    assert kept[-1] == "20200111T060000Z-001.json", "another batch of the same second stands beside the first"


def test_no_batch_takes_the_name_of_another(tmp_path: Path) -> None:
    home = Home(tmp_path)
    written = [keep(home, validation()) for _ in range(KEPT + 3)]

    assert len(set(written)) == len(written), "however many are judged at one moment"
    assert [path.exists() for path in written] == [False] * 3 + [True] * KEPT


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"period": "2019-N"}',
        b'{"suites": [{"rows": "x"}]}',
        b'{"checks": 3}',
        b"[" * 100_000,
    ],
)
def test_a_file_that_is_none_of_ours_is_named(tmp_path: Path, damage: bytes) -> None:
    home = Home(tmp_path)
    path = keep(home, validation())
    path.write_bytes(damage)

    with pytest.raises(ValidationError, match="20200110T080000Z-000"):
        newest(home, "2019-N")
    count, wrong = store.damaged(home)
    assert (
        count == 1
        and len(wrong) == 1
        and all(str(path) in wrong[0].told(language) for language in ("vi", "en"))
    )


def _written(home: Home, period: str, content: object) -> None:
    path = home.validations / period / "20191231T080000Z-000.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(content), encoding="utf-8")


TITLE = {"vi": "Cộng", "en": "Sum"}


def test_results_of_an_earlier_version_are_read(tmp_path: Path) -> None:
    home = Home(tmp_path)
    sample = {"unit": "VP-QS", "revision": 2, "clause": 1, "sheet": "1-A", "cell": "C7", "value": "12"}
    rule = {"rule": "V021", "title": TITLE, "severity": "error", "held": 3, "failed": 1, "not_run": 2}
    suite = {"suite": "B01", "rows": 6, "rules": [{**rule, "samples": [sample], "reason": ""}]}
    said = {"period": "2019-N", "rules_version": "abc", "submissions": 2, "suites": [suite]}
    _written(home, "2019-N", {"at": AT.isoformat(), **said})
    found = newest(home, "2019-N")

    assert store.damaged(home) == (1, [])
    assert found is not None and (found.at, found.submissions, found.purpose) == (AT, 2, "judged")
    ((read,),) = (one.rules for one in found.suites)
    assert (read.evaluated, read.failed, read.not_run) == (4, 1, 2)
    assert read.samples == (Sample("VP-QS.2019-N.r2", 1, "1-A", "C7", "12"),)


def test_what_the_publication_gate_of_an_earlier_version_found_is_read_and_no_more_said_of_it(
    tmp_path: Path,
) -> None:
    home = Home(tmp_path)
    sample = {"unit": "VP-QS", "period": "2019-N", "expected": 2.5, "found": None}
    checks = [
        {"check": "bronze_totals", "title": TITLE, "checked": 10, "failed": 1, "samples": [sample]},
        {"check": "years_make_terms", "title": TITLE, "checked": 0, "failed": 0, "samples": []},
        {"check": "nothing_shrank", "title": TITLE, "checked": 5, "failed": 1, "samples": [sample]},
    ]
    _written(home, store.PUBLICATION, {"at": AT.isoformat(), "checks": checks})
    found = newest(home, store.PUBLICATION)

    assert store.damaged(home) == (1, [])
    assert found is not None and (found.at, found.purpose) == (AT, "publication")
    rules = [rule for suite in found.suites for rule in suite.rules]
    assert found.suites[0].suite == "publication bronze_totals"
    assert [(r.held, r.failed, r.not_run, r.reason) for r in rules] == [
        (9, 1, 0, ""),
        (0, 0, 0, NO_ROWS),
        (0, 1, 4, EARLIER_VERSION),
    ]
    assert rules[0].samples[0].values == {
        "unit": "VP-QS",
        "period": "2019-N",
        "expected": "2.5",
        "found": "",
    }
    assert "an earlier version did not write down" in page([found])


def test_a_folder_in_place_of_a_file_is_named_too(tmp_path: Path) -> None:
    home = Home(tmp_path)
    path = keep(home, validation())
    path.unlink()
    path.mkdir()

    assert [str(path) in str(error) for error in store.damaged(home)[1]] == [True]


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    keep(Home(tmp_path / "other"), validation())

    assert newest(Home(tmp_path / "home"), "../../other/validations/2019-N") is None


def test_a_batch_that_is_judged_leaves_counts_and_samples_by_suite_and_rule(
    home, registry, catalogue, workbook
) -> None:
    inbox.put_in_inbox(home, workbook("KA"), "KA", AT)
    pipeline.land_inbox(office_of(home, registry, catalogue, AT))
    pipeline.judge_period(office_of(home, registry, catalogue, AT), "2019-Q1")
    found = newest(home, "2019-Q1")
    (path,) = (home.validations / "2019-Q1").iterdir()
    said = json.loads(path.read_text(encoding="utf-8"))

    assert found is not None
    assert (found.rules_version, found.submissions, found.at) == (rules_version(), 1, AT)
    assert {suite["suite"] for suite in said["suites"]} >= {"B01", "submission", "owed"}
    for suite in found.suites:
        for rule in suite.rules:
            assert rule.rule in load_rules()
            assert rule.held + rule.failed + rule.not_run == suite.rows
            assert len(rule.samples) == min(rule.failed, 20)
    assert found.failed == sum(rule.failed for suite in found.suites for rule in suite.rules) > 0
    samples = [sample for suite in found.suites for rule in suite.rules for sample in rule.samples]
    (record,) = Ledger(home.ledger).replay().submissions.values()
    assert {(sample.submission, sample.file) for sample in samples} == {(str(record.key), record.file)}
    assert all(sample.values for sample in samples)
    if os.name == "posix":
        assert {p.stat().st_mode & 0o077 for p in (home.validations, path.parent, path)} == {0}


def test_a_batch_of_which_nothing_could_be_read_is_the_newest_as_well(
    home, registry, catalogue, tmp_path
) -> None:
    keep(home, Validation("unknown", AT - timedelta(days=1), [SuiteResult("B01", 6, (RULE,))]))
    unreadable = tmp_path / "a.xlsx"
    unreadable.write_bytes(b"no workbook")
    inbox.put_in_inbox(home, unreadable, "KA", AT)
    pipeline.land_inbox(office_of(home, registry, catalogue, AT))
    pipeline.judge_period(office_of(home, registry, catalogue, AT), "unknown")
    found = newest(home, "unknown")

    assert found is not None and (found.at, found.submissions, found.suites) == (AT, 1, [])
    shown = page([found])
    assert "No submission could be read" in shown and "<table>" not in shown


def test_results_that_cannot_be_kept_are_no_half_file(tmp_path: Path, monkeypatch) -> None:
    home = Home(tmp_path)
    keep(home, validation())
    monkeypatch.setattr(store, "write_durably", lambda *_: (_ for _ in ()).throw(OSError("full")))

    with pytest.raises(OSError, match="full"):
        keep(home, validation(AT + timedelta(hours=1)))
    assert newest(home, "2019-N") == validation()


def test_two_periods_are_judged_though_nothing_can_be_kept_to_be_shown(
    home, registry, catalogue, workbook
) -> None:
    home.root.mkdir(exist_ok=True)
    home.validations.write_text("a file in the way", encoding="utf-8")
    for period in ("2019-Q1", "2019-6T"):
        inbox.put_in_inbox(home, workbook("KA", period=period), "KA", AT)
    pipeline.land_inbox(office_of(home, registry, catalogue, AT))
    results = KeptResults()
    for period in pipeline.pending_periods(home):
        report = pipeline.judge_period(office_of(home, registry, catalogue, AT), period)
        assert report.verdicts and not report.faults
        results.add(report.results)
    assert pipeline.pending_periods(home) == []
    assert results.places == set() and results.errors.keys() == {"2019-Q1", "2019-6T"}
    assert {error.filename for error in results.errors.values()} == {str(home.validations)}
    home.validations.unlink()
    results = KeptResults()
    results.keep(home, validation())
    assert (results.places, results.errors) == ({"2019-N"}, {})


def test_text_that_no_file_can_hold_stops_nothing_either(tmp_path: Path) -> None:
    results, sample = KeptResults(), replace(SAMPLE, value="\ud800")
    rule = replace(RULE, samples=(sample,))
    results.keep(Home(tmp_path), replace(validation(), suites=[SuiteResult("B01", 6, (rule,))]))
    assert results.errors.keys() == {"2019-N"} and newest(Home(tmp_path), "2019-N") is None


def test_a_name_of_another_hand_is_no_number_and_in_nobodys_way(tmp_path: Path) -> None:
    home = Home(tmp_path)
    first = keep(home, validation())
    (first.parent / "20200110T080000Z-1x.json").write_text("{}", encoding="utf-8")
    assert keep(home, validation()).name == "20200110T080000Z-001.json"
