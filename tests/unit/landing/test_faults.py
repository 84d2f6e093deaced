"""A step breaks on a file, in every way: it is set aside, once, and the others are answered."""

import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ingestion import pipeline
from ingestion.alerts import events
from ingestion.alerts.outbox import Outbox
from ingestion.bounded import Bounds
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.gate import RuleError
from ingestion.landing import inbox
from ingestion.landing.ledger import Ledger
from ingestion.landing.originals import Landing
from ingestion.landing.state import LedgerState, SubmissionRecord
from ingestion.pipeline import judging, readings, work
from ingestion.reading import many
from ingestion.records.faults import Cause, Step
from ingestion.records.findings import Verdict
from ingestion.returns import SHEET, answers
from ingestion.storage.home import Home
from tests.support import faults
from tests.support.deeds import ERRORS
from tests.support.office import office_of
from tests.unit.landing.conftest import NOW, _organisation

Write = Callable[..., Path]
FAULTY, SOUND, OTHER = "KA.2019-Q1.r1", "KB.2019-Q1.r1", "KC.2019-Q1.r1"
KINDS = {**dict.fromkeys((*ERRORS, "recursion"), Cause.ERROR), "hang": Cause.TIME, "memory": Cause.MEMORY}
KINDS |= {"kill": Cause.DIED}
"""What may happen, and how it is told; other bounds and deaths are tried in the tests of `bounded`."""

BEYOND = {"hang", "memory"}
"""What a reading may not do: the file is unreadable then."""

STEPS = {"KA": Step.JUDGE, "KD": Step.MARK, "KE": Step.BRONZE, "KF": Step.READ}


class Office:
    """Three units file for one period, and a run does its work."""

    def __init__(self, home: Home, registry: Registry, catalogue: Catalogue, workbook: Write) -> None:
        self.home, self.catalogue, self._workbook = home, catalogue, workbook
        more = [_organisation(f"K{letter}", "BLOC") for letter in "CDEF"]
        self.registry = replace(registry, organisations=(*registry.organisations, *more))
        self.now = NOW

    def submit(self, unit: str, name: str, members: int = 40) -> Path:
        path = self._workbook("KA", members=members, name=name, cover={"reporting_org_code": unit})
        inbox.put_in_inbox(self.home, path, unit, self.now)
        return path

    def submit_three(self, name: str) -> None:
        for members, (unit, file) in enumerate([("KA", name), ("KB", "b.xlsx"), ("KC", "c.xlsx")], start=40):
            self.submit(unit, file, members)

    def run(self) -> dict[str, Verdict]:
        self.now += timedelta(minutes=1)
        pipeline.land_inbox(office_of(self.home, self.registry, self.catalogue, self.now))
        verdicts: dict[str, Verdict] = {}
        for period in pipeline.pending_periods(self.home):
            report = pipeline.judge_period(
                office_of(self.home, self.registry, self.catalogue, self.now), period, engine="masks"
            )
            verdicts |= report.verdicts
        pipeline.rebuild_bronze(office_of(self.home, self.registry, self.catalogue, self.now))
        return verdicts

    def retry(self, *names: str) -> pipeline.RetryReport:
        self.now += timedelta(minutes=1)
        office = office_of(self.home, self.registry, self.catalogue, self.now)
        return pipeline.retry(office, names, reason="đã khắc phục", by="lan")

    @property
    def state(self) -> LedgerState:
        return Ledger(self.home.ledger).replay()

    def counting(self) -> set[str]:
        """Give what has rows in bronze and counts."""
        import pyarrow.parquet as pq

        rows = pq.read_table(self.home.bronze / "forms" / "B01" / "2019-Q1.parquet").to_pylist()
        submissions = pq.read_table(self.home.bronze / "submissions.parquet").to_pylist()
        accepted = {row["submission_id"] for row in submissions if row["verdict"] == "accepted"}
        assert {row["submission_id"] for row in rows} == accepted
        return accepted

    def told(self) -> set[tuple[str, str]]:
        """Give the kind of each alert, and of which submission it speaks."""
        alerts = [entry.alert for entry in Outbox(self.home.outbox).read()[0]]
        return {(str(alert.kind), alert.submission) for alert in alerts}


@pytest.fixture
def office(
    home: Home, registry: Registry, catalogue: Catalogue, workbook: Write, monkeypatch: pytest.MonkeyPatch
) -> Office:
    monkeypatch.setattr(readings.kept_readings, "_kept", OrderedDict())
    monkeypatch.setattr(many, "_read", faults.read)
    monkeypatch.setattr(work, "_judge", faults.judge)
    monkeypatch.setattr(work, "_mark", faults.mark)
    monkeypatch.setattr(work, "_rows", faults.rows)
    monkeypatch.setattr(judging, "version_for", lambda _: "stand-in")
    # What does not end passes any bound; what ends has a multiple of what it takes, also on a busy machine.
    tight = Bounds(seconds=2, megabytes=300)
    monkeypatch.setattr(many, "READING", tight)
    monkeypatch.setattr(work, "MARKING", tight)
    monkeypatch.setattr(work, "ALONE", tight)
    monkeypatch.setattr(work, "_BATCH_SECONDS", 0)
    return Office(home, registry, catalogue, workbook)


def set_aside(record: SubmissionRecord) -> tuple[Step, Cause] | None:
    return (record.set_aside.step, record.set_aside.cause) if record.set_aside else None


@pytest.mark.parametrize("kind", KINDS)
def test_submissions_on_which_a_step_breaks_are_set_aside_and_the_others_are_answered(
    office: Office, kind: str
) -> None:
    broken = {unit: step for unit, step in STEPS.items() if step is not Step.READ or kind not in BEYOND}
    for members, (unit, step) in enumerate(broken.items(), start=50):
        office.submit(unit, f"{step}-{kind}.xlsx", members)
    office.submit("KB", "b.xlsx", 41)
    office.submit("KC", "c.xlsx", 42)
    verdicts = office.run()
    assert {SOUND: Verdict.ACCEPTED, OTHER: Verdict.ACCEPTED}.items() <= verdicts.items()
    assert office.counting() == {SOUND, OTHER}
    names = {unit: name for name, r in office.state.submissions.items() if (unit := r.key.unit) in broken}
    for unit, step in broken.items():
        record = office.state.submissions[names[unit]]
        assert set_aside(record) == (step, KINDS[kind])
        assert record.set_aside and record.set_aside.technical
        assert record.status is None and record.told_as == "set_aside"
        sheet = openpyxl.load_workbook(answers.apology_path(office.home, record.key))[SHEET]
        assert "LỖI CỦA CHƯƠNG TRÌNH" in str([row[0].value for row in sheet.iter_rows()])
    told = {("set_aside", name) for name in names.values()} | {("fault", name) for name in names.values()}
    assert office.told() == told
    assert office.run() == {}, "what was set aside once is left alone"
    assert pipeline.to_retry(office.home) == sorted(names.values(), key=list(office.state.submissions).index)


@pytest.mark.parametrize("step", ["judge", "mark", "bronze"])
def test_one_of_three_stops_none_of_the_two_others(office: Office, step: str) -> None:
    office.submit_three(f"{step}-error.xlsx")
    assert {SOUND: Verdict.ACCEPTED, OTHER: Verdict.ACCEPTED}.items() <= office.run().items()
    assert office.counting() == {SOUND, OTHER}
    assert all(
        answers.return_path(office.home, office.state.submissions[n].key).is_file() for n in (SOUND, OTHER)
    )


@pytest.mark.parametrize(("kind", "limit"), [("hang", "R015"), ("memory", "R016")])
def test_a_file_beyond_a_bound_of_reading_is_unreadable_and_its_limit_is_named(
    office: Office, kind: str, limit: str
) -> None:
    office.submit_three(f"read-{kind}.xlsx")
    # The stand-in for the gate says `unreadable` of what cannot be read, as the gate does.
    assert office.run() == {
        "KA.unknown.r1": Verdict.UNREADABLE,
        SOUND: Verdict.ACCEPTED,
        OTHER: Verdict.ACCEPTED,
    }
    source = many.Source(Landing(office.home).path(office.state.submissions["KA.unknown.r1"].file), "")
    (read,) = many.read_many([replace(source, name=f"read-{kind}.xlsx")], office.catalogue)
    assert [problem.code for problem in read.reading.problems] == [limit]


@pytest.mark.parametrize("step", ["read", "judge", "mark", "bronze"])
def test_what_was_set_aside_is_judged_under_its_own_name_once_the_product_is_mended(
    office: Office, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.submit_three(f"{step}-error.xlsx")
    office.run()
    (name,) = pipeline.to_retry(office.home)
    assert office.retry(name).faults.keys() == ({name} if step in ("read", "bronze") else set())
    office.run()
    assert pipeline.to_retry(office.home) == [name], "it breaks again, and is set aside again"
    monkeypatch.setattr(faults, "at", lambda *_: None)
    monkeypatch.setattr(many, "_read", faults.READ)
    monkeypatch.setattr(work, "_mark", faults.MARK)
    monkeypatch.setattr(work, "_rows", faults.ROWS)
    monkeypatch.setattr(judging, "judged", lambda s, c, _: (faults.judge_by_totals(s, c), {}))
    report = office.retry(name)
    assert not report.faults
    verdicts = office.run()
    # What could not be read had no period in its name, and gets one.
    assert (verdicts == {}) == (step == "bronze")
    assert office.state.submissions[FAULTY].status is Verdict.ACCEPTED
    assert office.counting() == {FAULTY, SOUND, OTHER}
    assert pipeline.to_retry(office.home) == []
    if step == "read":
        assert report.again == {name: FAULTY}
        receipt = office.state.submissions[FAULTY].receipt
        assert (receipt.again_of, receipt.reason, receipt.by) == (name, "đã khắc phục", "lan")
    assert not answers.apology_path(office.home, office.state.submissions[FAULTY].key).exists()


def test_a_batch_that_fails_on_none_alone_loses_the_one_with_which_it_begins_to_fail(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.submit_three("a.xlsx")

    def work_on(some: Any, bounds: Bounds) -> list[str]:
        if {"a", "c"} <= set(some):
            raise work.WorkError(Cause.ERROR, "together")
        return list(some)

    found, guilty = work._without_culprits(["a", "b", "c", "d"], work_on, Step.JUDGE)
    assert found == ["a", "b", "d"]
    assert [one for one, _ in guilty] == ["c"]


def test_broken_rules_are_nobody_s_fault_and_stop_the_run(office: Office) -> None:
    def work_on(some: Any, bounds: Bounds) -> None:
        raise work.WorkError(Cause.ERROR, "", RuleError("V001 lacks holds"))

    with pytest.raises(RuleError, match="V001"):
        work._without_culprits(["a", "b"], work_on, Step.JUDGE)


def test_a_verdict_of_which_no_alert_can_be_made_stands_and_another_alert_says_so(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = events._about

    def about(kind: Any, record: SubmissionRecord, *more: Any) -> Any:
        if record.key.unit == "KA":
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        return real(kind, record, *more)

    monkeypatch.setattr(events, "_about", about)
    monkeypatch.setattr(judging, "judged", lambda s, c, _: (_doubtful(s, c), {}))
    office.submit_three("a.xlsx")
    assert set(office.run().values()) == {Verdict.NEEDS_EXPLANATION}
    record = office.state.submissions[FAULTY]
    assert set_aside(record) == (Step.TELL, Cause.ERROR)
    assert record.status is Verdict.NEEDS_EXPLANATION
    asked = {("needs_explanation", SOUND), ("needs_explanation", OTHER)}
    assert office.told() == {("fault", FAULTY), ("set_aside", FAULTY)} | asked
    assert office.run() == {}
    monkeypatch.setattr(events, "_about", real)
    assert office.retry(FAULTY).settled == [FAULTY]
    assert ("needs_explanation", FAULTY) in office.told()


def _doubtful(submissions: Any, context: Any) -> Any:
    judged = faults.judge_by_totals(submissions, context)
    doubtful = {k: replace(one, verdict=Verdict.NEEDS_EXPLANATION) for k, one in judged.judgements.items()}
    return replace(judged, judgements=doubtful)


def test_a_file_that_cannot_be_landed_stays_where_it_is_and_is_tried_again_only_when_asked(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tried = Landing.stage, []

    def stage(self: Landing, source: Path) -> Any:
        tried.append(source.name)
        if source.name == "a.xlsx":
            raise PermissionError(13, "may not be read", str(source))
        return real(self, source)

    monkeypatch.setattr(Landing, "stage", stage)
    office.submit_three("a.xlsx")
    assert office.run() == {SOUND: Verdict.ACCEPTED, OTHER: Verdict.ACCEPTED}
    assert (office.home.inbox / "KA" / "a.xlsx").is_file()
    (arrival,) = pipeline.to_retry(office.home)
    assert office.told() == {("set_aside", ""), ("fault", "")}
    office.run()
    assert tried.count("a.xlsx") == 1
    monkeypatch.setattr(Landing, "stage", real)
    assert office.retry(arrival).waiting == [arrival]
    assert office.run() == {FAULTY: Verdict.ACCEPTED}


def test_a_full_disk_stops_the_run_and_says_nothing_of_any_file(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(Landing, "stage", full)
    office.submit_three("a.xlsx")
    with pytest.raises(OSError, match="no space"):
        office.run()
    assert office.state.not_landed == {} and len(inbox.waiting(office.home)) == 3


def test_what_an_older_reader_called_unreadable_is_landed_as_the_next_revision_and_its_verdict_stands(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = office.submit("KA", "read-memory.xlsx")
    assert office.run() == {"KA.unknown.r1": Verdict.UNREADABLE}
    assert office.retry("KA.unknown.r1").unreadable == ["KA.unknown.r1"], "nor can this one"
    monkeypatch.setattr(many, "_read", faults.READ)
    report = office.retry("KA.unknown.r1")
    assert report.again == {"KA.unknown.r1": FAULTY}
    assert office.run() == {FAULTY: Verdict.ACCEPTED}
    old = office.state.submissions["KA.unknown.r1"]
    assert (old.verdict, old.told_as, old.again) == (Verdict.UNREADABLE, "read_again", FAULTY)
    assert old not in office.state.open_cases(office.registry.known_periods)
    inbox.put_in_inbox(office.home, path, "KA", office.now + timedelta(hours=1))
    assert office.run() == {}, "the same bytes again are a duplicate of what was read"


def test_what_was_unreadable_is_read_when_its_unit_sends_it_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = office.submit("KA", "read-memory.xlsx")
    office.run()
    monkeypatch.setattr(many, "_read", faults.READ)
    inbox.put_in_inbox(office.home, path, "KA", office.now + timedelta(hours=1))
    assert office.run() == {FAULTY: Verdict.ACCEPTED}
    assert office.state.submissions[FAULTY].receipt.again_of == "KA.unknown.r1"


def test_a_line_of_the_ledger_is_written_whole_or_not_at_all(office: Office) -> None:
    office.submit_three("a.xlsx")
    office.run()
    lines = office.home.ledger.read_text(encoding="utf-8").splitlines()
    assert all(json.loads(line)["event"] for line in lines)


@pytest.mark.parametrize("obstacle", ["a file for the unit's folder", "a folder for the workbook"])
def test_what_stands_in_the_way_of_one_return_holds_back_no_other_verdict(
    office: Office, obstacle: str
) -> None:
    office.submit_three("a.xlsx")
    if obstacle.startswith("a file"):
        office.home.returns.mkdir()
        (office.home.returns / "KA").write_bytes(b"")
    else:
        (office.home.returns / "KA" / f"{FAULTY}.xlsx" / "inside").mkdir(parents=True)
    assert office.run() == {SOUND: Verdict.ACCEPTED, OTHER: Verdict.ACCEPTED}
    assert set_aside(office.state.submissions[FAULTY]) == (Step.MARK, Cause.ERROR)
    assert office.run() == {}


def test_a_file_that_cannot_be_taken_out_of_the_inbox_is_landed_once_and_left_there(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: inbox.InboxFile) -> None:
        raise PermissionError(13, "may not be removed", str(file.path))

    real = inbox.remove
    monkeypatch.setattr(inbox, "remove", refuse)
    office.submit("KA", "a.xlsx")
    report = pipeline.land_inbox(office_of(office.home, office.registry, office.catalogue, office.now))
    assert (report.landed, report.not_landed, report.why_left) == ([FAULTY], {}, {"KA/a.xlsx": "no_access"})
    assert office.run() == {FAULTY: Verdict.ACCEPTED}
    monkeypatch.setattr(inbox, "remove", real)
    office.run()
    assert inbox.waiting(office.home) == [] and len(office.state.submissions) == 1


@pytest.mark.parametrize(
    ("step", "said"), [("mark", "Tổ dữ liệu đã được báo"), ("bronze", "Báo cáo đã được chấp nhận")]
)
def test_a_clerk_is_told_what_is_so_of_his_file(office: Office, step: str, said: str) -> None:
    office.submit_three(f"{step}-error.xlsx")
    office.run()
    record = office.state.submissions[FAULTY]
    sheet = openpyxl.load_workbook(answers.apology_path(office.home, record.key))[SHEET]
    assert said in str([row[0].value for row in sheet.iter_rows()])
