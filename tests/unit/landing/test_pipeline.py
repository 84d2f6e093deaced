"""From the inbox to bronze: nothing lost, nothing twice, one bad file stops no other."""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from ingestion import pipeline
from ingestion.bronze.accepted import form_path
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.gate import GateContext
from ingestion.landing import inbox
from ingestion.landing.events import DecisionRefusedError, PeriodClosed, PeriodReopened
from ingestion.landing.ledger import Ledger
from ingestion.landing.state import LedgerState
from ingestion.pipeline import judging, readings, writing
from ingestion.records.findings import Verdict
from ingestion.records.periods import Period
from ingestion.records.submissions import Submission
from ingestion.storage.home import Home
from tests.support.office import office_of

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
Write = Callable[..., Path]


@dataclass
class World:
    """One state folder and what its steps need."""

    home: Home
    registry: Registry
    catalogue: Catalogue

    def submit(self, path: Path, unit: str | None = "KA", received_at: datetime = NOW) -> None:
        inbox.put_in_inbox(self.home, path, unit, received_at)

    def land(self) -> pipeline.LandingReport:
        return pipeline.land_inbox(office_of(self.home, self.registry, self.catalogue, NOW))

    def judge(self) -> dict[str, Verdict]:
        verdicts: dict[str, Verdict] = {}
        for period in pipeline.pending_periods(self.home):
            verdicts |= pipeline.judge_period(
                office_of(self.home, self.registry, self.catalogue, NOW), period, engine="masks"
            ).verdicts
        return verdicts

    def decide(self, submission: str, decision: Any) -> None:
        office = office_of(self.home, self.registry, self.catalogue, NOW)
        pipeline.decide(office, submission, decision, reason="đã xem xét", by="data team")

    @property
    def state(self) -> LedgerState:
        return Ledger(self.home.ledger).replay()

    def rows(self, form: str, period: str) -> list[dict[str, Any]]:
        path = self.home.bronze / "forms" / form / f"{period}.parquet"
        rows: list[dict[str, Any]] = pq.read_table(path).to_pylist() if path.exists() else []
        return rows


@pytest.fixture
def world(home: Home, registry: Registry, catalogue: Catalogue, stand_in_gate: None) -> World:
    return World(home, registry, catalogue)


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def waiting(home: Home) -> list[str]:
    return [p.name for p in home.inbox.rglob("*") if p.is_file() and p.parent.name != inbox.UNKNOWN]


def test_a_sound_file_goes_from_the_inbox_to_bronze(world: World, workbook: Write) -> None:
    world.submit(workbook("KA", "2019-Q1", members=41))
    assert world.land().landed == ["KA.2019-Q1.r1"]
    assert waiting(world.home) == []
    assert world.judge() == {"KA.2019-Q1.r1": Verdict.ACCEPTED}
    row = world.rows("B01", "2019-Q1")[0]
    assert (row["submission_id"], row["sheet"], row["row_number"]) == ("KA.2019-Q1.r1", "B01", 9)
    assert (row["org_code"], row["closing_members"]) == ("KA-001", 41)


def test_landing_the_same_bytes_twice_is_landing_them_once(world: World, workbook: Write) -> None:
    path = workbook()
    world.submit(path)
    world.land()
    world.submit(path, received_at=NOW + timedelta(days=1))
    report = world.land()
    assert (report.landed, report.duplicates) == ([], ["KA.2019-Q1.r1"])
    assert list(world.state.submissions) == ["KA.2019-Q1.r1"]
    assert waiting(world.home) == []
    assert world.land() == pipeline.LandingReport()


def test_the_same_bytes_from_another_unit_are_another_submission(world: World, workbook: Write) -> None:
    path = workbook()
    world.submit(path, "KA")
    world.submit(path, "KB")
    assert world.land().landed == ["KA.2019-Q1.r1", "KB.2019-Q1.r1"]


def test_revisions_are_numbered_in_order_of_receipt(world: World, workbook: Write) -> None:
    world.submit(workbook(members=42), received_at=NOW + timedelta(hours=2))
    world.submit(workbook(members=41), received_at=NOW + timedelta(hours=1))
    world.land()
    names = {r.key.revision: r.original_name for r in world.state.revisions("KA", "2019-Q1")}
    assert names == {1: "KA 2019-Q1 41.xlsx", 2: "KA 2019-Q1 42.xlsx"}


def test_a_file_in_the_folder_of_nobody_is_put_aside_and_known(world: World, workbook: Write) -> None:
    world.submit(workbook(), "KX")
    report = world.land()
    assert report.landed == []
    (unknown,) = world.state.unknown
    assert unknown.folder == "KX"
    assert (world.home.root / unknown.file).is_file()
    assert waiting(world.home) == []
    assert world.land() == pipeline.LandingReport()


def test_an_organisation_that_does_not_file_has_no_folder(world: World, workbook: Write) -> None:
    world.submit(workbook(), "KA-001")
    assert len(world.land().unknown) == 1


def test_a_file_without_a_folder_belongs_to_the_unit_on_its_cover(world: World, workbook: Write) -> None:
    world.submit(workbook("KB"), None)
    assert world.land().landed == ["KB.2019-Q1.r1"]


def test_a_file_without_folder_and_cover_is_put_aside(world: World, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_text("không phải là bảng tính", encoding="utf-8")
    world.submit(path, None)
    assert len(world.land().unknown) == 1


def test_a_file_that_tells_no_period_is_a_submission_all_the_same(world: World, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"")
    world.submit(path)
    assert world.land().landed == ["KA.unknown.r1"]
    assert pipeline.pending_periods(world.home) == ["unknown"]
    assert world.judge() == {"KA.unknown.r1": Verdict.UNREADABLE}


def copied(world: World, path: Path) -> Path:
    folder = world.home.inbox / "KA"
    folder.mkdir(parents=True)
    return Path(shutil.copyfile(path, folder / "a.xlsx"))


def test_a_file_that_was_copied_a_moment_ago_is_waited_for(
    world: World, workbook: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "SETTLE_SECONDS", 0.2)
    copied(world, workbook())
    report = pipeline.land_inbox(office_of(world.home, world.registry, world.catalogue, datetime.now(UTC)))
    assert (report.landed, report.left) == (["KA.2019-Q1.r1"], [])


def test_a_file_that_is_still_written_is_left_for_the_next_run(
    world: World, workbook: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "SETTLE_SECONDS", 0.2)
    path = copied(world, workbook())
    soon = (datetime.now(UTC) + timedelta(seconds=30)).timestamp()
    os.utime(path, (soon, soon))
    report = pipeline.land_inbox(office_of(world.home, world.registry, world.catalogue, datetime.now(UTC)))
    assert (report.landed, report.left) == ([], ["KA/a.xlsx"])
    later = datetime.now(UTC) + timedelta(minutes=1)
    report = pipeline.land_inbox(office_of(world.home, world.registry, world.catalogue, later))
    assert report.landed == ["KA.2019-Q1.r1"]


def test_a_rejected_file_never_reaches_bronze_and_stops_no_neighbour(world: World, workbook: Write) -> None:
    world.submit(workbook("KA", changes={("B01", 0, "closing_members"): 1}), "KA")
    world.submit(workbook("KB"), "KB")
    world.land()
    assert world.judge() == {"KA.2019-Q1.r1": Verdict.REJECTED, "KB.2019-Q1.r1": Verdict.ACCEPTED}
    assert {row["submission_id"] for row in world.rows("B01", "2019-Q1")} == {"KB.2019-Q1.r1"}
    findings = pq.read_table(world.home.bronze / "findings.parquet").to_pylist()
    assert [(f["submission_id"], f["rule_code"]) for f in findings] == [("KA.2019-Q1.r1", "V014")]


def test_periods_are_pending_in_calendar_order(world: World, workbook: Write) -> None:
    for period in ("2019-N", "2018-N", "2019-6T", "2019-Q1"):
        world.submit(workbook("KA", period))
    world.land()
    assert pipeline.pending_periods(world.home) == ["2018-N", "2019-Q1", "2019-6T", "2019-N"]
    world.judge()
    assert pipeline.pending_periods(world.home) == []


def test_the_gate_sees_what_counts_of_earlier_periods(
    world: World, workbook: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, seen = judging.judged, {}

    def judged(submissions: Sequence[Submission], context: GateContext, engine: Any) -> Any:
        rows = context.history.rows("B01", Period.parse("2018-N"))
        seen[submissions[0].key.period] = [int(v) for v in rows["closing_members"]]
        return real(submissions, context, engine)

    monkeypatch.setattr(judging, "judged", judged)
    world.submit(workbook("KA", "2018-N", members=31))
    world.submit(workbook("KA", "2018-N", members=32), received_at=NOW + timedelta(hours=1))
    world.submit(
        workbook("KA", "2018-N", members=33, changes={("B01", 0, "closing_members"): 1}),
        received_at=NOW + timedelta(hours=2),
    )
    world.submit(workbook("KA", "2019-Q1"))
    world.land()
    world.judge()
    assert seen == {"2018-N": [], "2019-Q1": [32, 32]}


def test_every_submission_that_ever_counted_stays_in_bronze(world: World, workbook: Write) -> None:
    world.submit(workbook(members=41))
    world.land()
    world.judge()
    world.submit(workbook(members=42), received_at=NOW + timedelta(days=1))
    world.land()
    world.judge()
    assert {row["submission_id"] for row in world.rows("B01", "2019-Q1")} == {"KA.2019-Q1.r1", "KA.2019-Q1.r2"}


def test_a_doubtful_submission_counts_once_the_data_team_accepts_it(world: World, workbook: Write) -> None:
    world.submit(workbook(cover={"preparer_role": "doubtful"}))
    world.land()
    assert world.judge() == {"KA.2019-Q1.r1": Verdict.NEEDS_EXPLANATION}
    assert world.rows("B01", "2019-Q1") == []
    world.decide("KA.2019-Q1.r1", "accept")
    assert len(world.rows("B01", "2019-Q1")) == 2
    world.decide("KA.2019-Q1.r1", "reject")
    assert len(world.rows("B01", "2019-Q1")) == 2
    (row,) = pq.read_table(world.home.bronze / "submissions.parquet").to_pylist()
    assert row["verdict"] == "needs_explanation"
    decisions = pq.read_table(world.home.bronze / "decisions.parquet").to_pylist()
    assert [(d["decision_no"], d["status"], d["decided_at"]) for d in decisions] == [
        (1, "accepted", NOW),
        (2, "rejected", NOW),
    ]


def test_a_decision_on_a_submission_that_is_not_there_is_refused(world: World) -> None:
    with pytest.raises(DecisionRefusedError, match=r"KA\.2019-Q1\.r9"):
        world.decide("KA.2019-Q1.r9", "accept")


def test_a_period_closed_by_hand_holds_what_comes_later_but_for_a_unit_that_may_file_again(
    world: World, workbook: Write
) -> None:
    with Ledger(world.home.ledger).writing() as ledger:
        ledger.append([PeriodClosed("2019-Q1", "data team", NOW - timedelta(days=1), "chốt số liệu")])
        ledger.append([PeriodReopened("2019-Q1", "KB", NOW.date(), "bổ sung", "data team", NOW)])
    world.submit(workbook("KA"), "KA")
    world.submit(workbook("KB"), "KB")
    world.land()
    assert world.judge() == {"KA.2019-Q1.r1": Verdict.ON_HOLD, "KB.2019-Q1.r1": Verdict.ACCEPTED}


def test_the_exception_of_a_reopened_period_ends_with_its_last_day(world: World, workbook: Write) -> None:
    last_day = NOW + timedelta(days=2)
    with Ledger(world.home.ledger).writing() as ledger:
        ledger.append([PeriodClosed("2019-Q1", "lan", NOW - timedelta(days=1), "chốt số liệu")])
        ledger.append([PeriodReopened("2019-Q1", "KA", last_day.date(), "bổ sung", "lan", NOW)])
    world.submit(workbook("KA", members=40), "KA", last_day)
    world.submit(workbook("KA", members=41), "KA", last_day + timedelta(days=1))
    world.submit(workbook("KB"), "KB", last_day)
    world.land()
    assert world.judge() == {
        "KA.2019-Q1.r1": Verdict.ACCEPTED,
        "KB.2019-Q1.r1": Verdict.ON_HOLD,
        "KA.2019-Q1.r2": Verdict.ON_HOLD,
    }
    kept = Ledger(world.home.ledger).replay().effective("KA", "2019-Q1")
    assert kept is not None and kept.key.revision == 1, "what is held leaves what counts as it is"
    world.decide("KA.2019-Q1.r2", "accept")
    kept = Ledger(world.home.ledger).replay().effective("KA", "2019-Q1")
    assert kept is not None and kept.key.revision == 2


def test_what_was_refused_while_the_period_was_closed_may_be_sent_as_it_is_when_it_is_reopened(
    world: World, workbook: Write
) -> None:
    with Ledger(world.home.ledger).writing() as ledger:
        ledger.append([PeriodClosed("2019-Q1", "lan", NOW - timedelta(days=1), "chốt số liệu")])

    def send(hours: int) -> dict[str, Verdict]:
        world.submit(workbook("KA"), "KA", NOW + timedelta(hours=hours))
        world.land()
        return world.judge()

    assert send(0) == {"KA.2019-Q1.r1": Verdict.ON_HOLD}
    world.decide("KA.2019-Q1.r1", "reject")
    assert send(1) == {}, "it is known, and the period is still closed"
    with Ledger(world.home.ledger).writing() as ledger:
        ledger.append([PeriodReopened("2019-Q1", "KA", NOW.date(), "bổ sung", "lan", NOW)])
    assert send(2) == {"KA.2019-Q1.r2": Verdict.ACCEPTED}
    assert send(3) == {}


def test_closing_a_period_again_ends_every_exception(world: World, workbook: Write) -> None:
    with Ledger(world.home.ledger).writing() as ledger:
        ledger.append([PeriodReopened("2019-Q1", "KA", NOW.date(), "bổ sung", "lan", NOW - timedelta(days=2))])
        ledger.append([PeriodClosed("2019-Q1", "lan", NOW - timedelta(days=1), "chốt số liệu")])
    world.submit(workbook("KA"), "KA")
    world.land()
    assert world.judge() == {"KA.2019-Q1.r1": Verdict.ON_HOLD}


def test_bronze_comes_back_byte_for_byte_from_landing_and_is_not_judged_again(
    world: World, workbook: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    for unit, period, members in (("KA", "2018-N", 31), ("KB", "2018-N", 32), ("KA", "2019-Q1", 33)):
        world.submit(workbook(unit, period, members=members), unit)
    world.land()
    world.judge()
    world.submit(workbook("KA", "2018-N", members=34), received_at=NOW + timedelta(days=1))
    world.land()
    world.judge()
    before = files(world.home.bronze)
    shutil.rmtree(world.home.bronze)
    monkeypatch.setattr(judging, "judged", None)
    monkeypatch.setattr(writing, "kept_readings", readings.Readings(1))
    rebuilt = pipeline.rebuild_bronze(office_of(world.home, world.registry, world.catalogue, NOW))
    assert rebuilt == ["2018-N", "2019-Q1"]
    assert files(world.home.bronze) == before
    assert pipeline.rebuild_bronze(office_of(world.home, world.registry, world.catalogue, NOW)) == []
    assert pipeline.rebuild_bronze(office_of(world.home, world.registry, world.catalogue, NOW), ["2018-N"]) == [
        "2018-N"
    ]
    assert files(world.home.bronze) == before


def test_bronze_that_a_hand_changed_is_written_anew_from_landing(world: World, workbook: Write) -> None:
    for period in ("2018-N", "2019-Q1"):
        world.submit(workbook("KA", period, members=32), "KA")
        world.land()
        world.judge()
    bronze = world.home.bronze
    path, before = form_path(bronze, "B01", "2018-N"), files(bronze)

    def rebuilt() -> list[str]:
        return pipeline.rebuild_bronze(office_of(world.home, world.registry, world.catalogue, NOW))

    rows = pq.read_table(path)
    place = rows.schema.get_field_index("closing_members")
    halved = pc.divide(rows["closing_members"], 2)
    pq.write_table(rows.set_column(place, rows.schema.field(place), halved), path)
    assert (rebuilt(), files(bronze)) == (["2018-N"], before)
    path.unlink()
    assert (rebuilt(), files(bronze)) == (["2018-N"], before)
    (bronze / "columns.parquet").unlink()
    assert (rebuilt(), files(bronze)) == (["2018-N", "2019-Q1"], before)
    assert rebuilt() == []


def test_bronze_is_written_anew_when_a_form_gets_a_column(world: World, workbook: Write) -> None:
    world.submit(workbook())
    world.land()
    world.judge()
    form = world.catalogue.forms["B01"]
    more = form.model_copy(
        update={"columns": (*form.columns, form.columns[-1].model_copy(update={"code": "more"}))}
    )
    catalogue = replace(world.catalogue, forms={**world.catalogue.forms, "B01": more})
    assert pipeline.rebuild_bronze(office_of(world.home, world.registry, catalogue, NOW)) == ["2019-Q1"]
    assert "more" in world.rows("B01", "2019-Q1")[0]


def test_checking_a_file_stores_nothing_and_numbers_files_of_one_unit(
    world: World, workbook: Write, tmp_path: Path
) -> None:
    good, bad = workbook(members=41), workbook(members=42, changes={("B01", 1, "closing_members"): 1})
    empty = tmp_path / "empty.xlsx"
    empty.write_bytes(b"")
    results = pipeline.check_files([good, empty, bad], world.catalogue, world.registry, None)
    assert [(str(r.key), r.judgement.verdict) for r in results] == [
        ("KA.2019-Q1.r1", Verdict.ACCEPTED),
        ("unknown.unknown.r1", Verdict.UNREADABLE),
        ("KA.2019-Q1.r2", Verdict.REJECTED),
    ]
    assert not world.home.root.exists()


def test_progress_is_told_from_nothing_to_all(world: World, workbook: Write) -> None:
    for unit in ("KA", "KB"):
        world.submit(workbook(unit), unit)
    told: list[tuple[int, int]] = []

    def progress(done: int, total: int, _: str) -> None:
        told.append((done, total))

    pipeline.land_inbox(office_of(world.home, world.registry, world.catalogue, NOW), progress)
    assert told == [(0, 2), (1, 2), (2, 2)]
