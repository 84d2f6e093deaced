"""A figure is corrected after later filings were held against it: verdicts stand, and questions are opened."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion import pipeline
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.definitions.registry_rows import TermOfOffice
from ingestion.gate import Judged
from ingestion.gate.frames.earlier import periods_before
from ingestion.landing import inbox
from ingestion.landing.events import DecisionRefusedError
from ingestion.landing.ledger import Ledger
from ingestion.landing.state import LedgerState, SubmissionRecord
from ingestion.pipeline import reexamining
from ingestion.pipeline.reexamination import due
from ingestion.records.faults import Cause, Fault, Step
from ingestion.records.findings import Verdict
from ingestion.records.periods import Period
from ingestion.storage.home import Home
from ingestion.validations.store import KeptResults, newest
from tests.support.office import office_of

RECEIVED = datetime(2019, 4, 10, 9, 0, tzinfo=UTC)
Write = Callable[..., Path]


class Office:
    """Files workbooks and runs what a scheduled run does, one hour after another."""

    def __init__(self, home: Home, registry: Registry, catalogue: Catalogue) -> None:
        self.home, self.registry, self.catalogue = home, registry, catalogue
        self.now = RECEIVED

    def file(self, *paths: Path, unit: str = "KA") -> dict[str, Verdict]:
        self.now += timedelta(hours=1)
        for path in paths:
            inbox.put_in_inbox(self.home, path, unit, self.now)
        pipeline.land_inbox(office_of(self.home, self.registry, self.catalogue, self.now))
        verdicts: dict[str, Verdict] = {}
        for period in pipeline.pending_periods(self.home):
            report = self._step(pipeline.judge_period, period=period, engine="masks")
            assert not report.faults
            verdicts |= report.verdicts
        return verdicts

    def reexamine(self) -> pipeline.ReexaminationReport:
        report: pipeline.ReexaminationReport = self._step(pipeline.reexamine)
        assert not report.faults and not report.damaged
        return report

    def decide(self, submission: str, decision: Any, results: KeptResults | None = None) -> SubmissionRecord:
        record: SubmissionRecord = self._step(
            pipeline.decide,
            submission=submission,
            decision=decision,
            reason="đã đối chiếu",
            by="tổ dữ liệu",
            results=results,
        )
        return record

    def _step(self, step: Callable[..., Any], **more: Any) -> Any:
        self.now += timedelta(minutes=1)
        return step(office_of(self.home, self.registry, self.catalogue, self.now), **more)

    @property
    def state(self) -> LedgerState:
        return Ledger(self.home.ledger).replay()

    def questions(self) -> list[str]:
        return [str(record.key) for record in self.state.open_questions()]


@pytest.fixture
def year(workbook: Write) -> Write:
    """Give a function that writes a sound workbook of KA for 2018."""

    def write(members: int = 40, **more: Any) -> Path:
        organisations: dict[Any, Any] = {("B03", 0, c): 2 for c in ("opening_count", "closing_count")}
        ratings = {"org_rating": "HTTNV", "members_total": members, "members_rated": members}
        ratings |= {"members_completed": members}
        changes = organisations | {("B04", row, c): value for row in (0, 1) for c, value in ratings.items()}
        return workbook(period="2018-N", members=members, changes=changes | more.pop("changes", {}), **more)

    return write


@pytest.fixture
def office(home: Home, registry: Registry, catalogue: Catalogue) -> Office:
    return Office(home, registry, catalogue)


def test_a_correction_opens_a_question_on_what_was_accepted_and_changes_no_verdict(
    office: Office, workbook: Write, year: Write
) -> None:
    verdicts = office.file(year(), workbook(period="2019-Q1"))
    assert set(verdicts.values()) == {Verdict.ACCEPTED}
    assert office.reexamine() == pipeline.ReexaminationReport()
    office.file(year(41))
    assert office.reexamine().questioned == ["KA.2019-Q1.r1"]
    record = office.state.submissions["KA.2019-Q1.r1"]
    assert record.status is Verdict.ACCEPTED
    assert record.question is not None
    assert record.question.because == ("KA.2018-N.r2",)
    assert {(f.rule, f.cell, f.value, f.expected) for f in record.question.appeared} == {
        ("V015", "C9", "40", "41"),
        ("V015", "C10", "40", "41"),
    }
    assert record.question.gone == ()
    assert office.reexamine() == pipeline.ReexaminationReport()
    kept = newest(office.home, "2019-Q1")
    assert kept is not None and (kept.purpose, kept.submissions) == ("reexamined", 1)
    assert [rule.rule for suite in kept.suites for rule in suite.rules if rule.failed] == ["V015"]


def test_what_cannot_be_kept_to_be_shown_keeps_no_period_from_being_examined(
    office: Office, workbook: Write, year: Write
) -> None:
    office.file(year(), workbook(period="2019-Q1"), workbook(period="2019-6T"))
    office.file(year(41))
    shutil.rmtree(office.home.validations, ignore_errors=True)
    office.home.validations.write_text("a file in the way", encoding="utf-8")
    report = office.reexamine()
    assert sorted(report.questioned) == ["KA.2019-6T.r1", "KA.2019-Q1.r1"]
    assert report.results.errors.keys() == {"2019-6T", "2019-Q1"}
    results = KeptResults()
    office.decide("KA.2018-N.r2", "reject", results)
    assert results.errors.keys() == {"2019-6T", "2019-Q1"}, "what a decision has examined again as well"
    assert office.questions() == []


def test_a_question_is_answered_by_a_decision_a_revision_or_a_correction_of_the_correction(
    office: Office, workbook: Write, year: Write
) -> None:
    office.file(year(), workbook(period="2019-Q1"))
    with pytest.raises(DecisionRefusedError):
        office.decide("KA.2019-Q1.r1", "accept")
    office.file(year(41))
    office.reexamine()
    assert office.decide("KA.2019-Q1.r1", "accept").question is None
    assert office.questions() == []
    with pytest.raises(DecisionRefusedError):
        office.decide("KA.2019-Q1.r1", "accept")

    office.file(year(42))
    office.reexamine()
    assert office.questions() == ["KA.2019-Q1.r1"]
    office.file(workbook(period="2019-Q1", members=42))
    assert office.questions() == []

    office.decide("KA.2018-N.r3", "reject")  # looks again by itself: revision 2 counts again
    assert office.questions() == ["KA.2019-Q1.r2"]
    office.file(year(42, name="again.xlsx", cover={"preparer_role": "Văn phòng"}))
    assert office.reexamine().standing == ["KA.2019-Q1.r2"]
    assert office.questions() == []


def test_what_was_refused_for_figures_that_were_corrected_since_may_be_sent_as_it_is(
    office: Office, workbook: Write, year: Write
) -> None:
    later = workbook(period="2019-Q1", members=41)
    verdicts = office.file(year(), later)
    assert verdicts["KA.2019-Q1.r1"] is Verdict.REJECTED
    assert office.file(later) == {}  # known, and nothing has changed
    office.file(year(41))
    assert office.reexamine().questioned == ["KA.2019-Q1.r1"]
    question = office.state.submissions["KA.2019-Q1.r1"].question
    assert question is not None
    assert {finding.rule for finding in question.gone} == {"V015"}
    with pytest.raises(DecisionRefusedError):
        office.decide("KA.2019-Q1.r1", "accept")
    assert office.file(later) == {"KA.2019-Q1.r2": Verdict.ACCEPTED}
    assert office.questions() == []
    assert office.file(later) == {}


def test_what_rests_on_nobodys_correction_is_left_alone(office: Office, workbook: Write, year: Write) -> None:
    office.file(workbook("KB", "2019-Q1"), unit="KB")
    office.file(year())
    assert due(office.state, office.registry) == []
    office.file(year(41, changes={("B01", 0, "closing_members"): 7}))
    assert due(office.state, office.registry) == []  # refused, so nothing that counts has changed


@pytest.mark.parametrize(
    ("period", "before"),
    [
        ("2019-Q1", {"2018-N", "2018-Q1", "2010-2015-NK", "2015-N"}),
        ("2019-9T", {"2019-6T", "2019-Q1", "2018-N", "2018-9T", "2010-2015-NK", "2015-N"}),
        ("2019-N", {"2019-9T", "2019-6T", "2019-Q1", "2018-N", "2010-2015-NK", "2015-N"}),
        ("2015-N", {"2015-9T", "2015-6T", "2015-Q1", "2014-N"}),
        ("2015-2020-NK", {"2010-2015-NK", "2015-N"}),
    ],
)
def test_the_earlier_periods_of_a_period(registry: Registry, period: str, before: set[str]) -> None:
    terms = [("2010-2015-NK", 2011, 2015), ("2015-2020-NK", 2016, 2020)]
    known = replace(
        registry,
        terms=tuple(
            TermOfOffice(term_system="DANG", term_code=code, first_year=first, last_year=last)
            for code, first, last in terms
        ),
    )
    assert {one.code for one in periods_before(Period.parse(period), known, "DANG")} == before


def test_before_a_term_comes_the_one_that_ended_as_it_began_by_the_registry(registry: Registry) -> None:
    terms = [("2010-2015-NK", 2010, 2014), ("2015-2020-NK", 2015, 2019), ("2020-2025-NK", 2020, 2024)]
    known = replace(
        registry,
        terms=tuple(
            TermOfOffice(term_system="DANG", term_code=code, first_year=first, last_year=last)
            for code, first, last in terms
        ),
    )
    before = periods_before(Period.parse("2015-2020-NK"), known, "DANG")
    assert {one.code for one in before} == {"2010-2015-NK", "2014-N"}


def test_where_the_product_fails_to_look_again_the_verdict_stands_and_it_is_tried_no_more(
    office: Office, workbook: Write, year: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.file(year(), workbook(period="2019-Q1"))
    office.file(year(41))

    def judged(submissions: Any, context: Any, engine: Any) -> Any:
        faults = {s.key: Fault(Step.JUDGE, Cause.ERROR, "a fault of the gate") for s in submissions}
        return Judged({}, {}), faults

    monkeypatch.setattr(reexamining, "judged", judged)
    report: pipeline.ReexaminationReport = office._step(pipeline.reexamine)
    assert list(report.faults) == ["KA.2019-Q1.r1"]
    record = office.state.submissions["KA.2019-Q1.r1"]
    assert (record.status, record.set_aside and record.set_aside.step) == (Verdict.ACCEPTED, Step.EXAMINE)
    assert office._step(pipeline.reexamine).faults == {}


def test_where_results_cannot_be_kept_what_was_found_is_recorded_all_the_same(
    office: Office, workbook: Write, year: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.file(year(), workbook(period="2019-Q1"))
    office.file(year(41))

    def refuse(*_: object) -> None:
        raise FileExistsError("validations")

    with monkeypatch.context() as patched, pytest.raises(FileExistsError):
        patched.setattr(reexamining, "keep_results", refuse)
        office._step(pipeline.reexamine)
    assert office.questions() == ["KA.2019-Q1.r1"]
    assert office.reexamine() == pipeline.ReexaminationReport()


@pytest.mark.parametrize(("first_year", "has_one"), [(2016, True), (2017, False)])
def test_only_a_term_that_ended_as_the_next_began_came_before_it(first_year: int, has_one: bool) -> None:
    terms = (
        TermOfOffice(term_system="DANG", term_code="2010-2015-NK", first_year=2011, last_year=2015),
        TermOfOffice(term_system="DANG", term_code="2015-2020-NK", first_year=first_year, last_year=2020),
    )
    known = Registry(Path(), (), (), (), terms, (), ())
    before = {one.code for one in periods_before(Period.parse("2018-N"), known, "DANG")}

    assert ({"2010-2015-NK", "2015-N"} <= before) is has_one
