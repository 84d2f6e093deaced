"""One damaged byte in landing: what rests on it stops by name, all else goes on, and a resend repairs it."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ingestion import pipeline
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.landing import inbox
from ingestion.landing.ledger import Ledger
from ingestion.landing.originals import Landing
from ingestion.landing.state import LedgerState
from ingestion.pipeline import readings
from ingestion.records.faults import Cause
from ingestion.records.findings import Verdict
from ingestion.storage.home import Home
from tests.support.office import office_of

pytestmark = pytest.mark.usefixtures("stand_in_gate")

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
Write = Callable[..., Path]
Damage = Callable[[Path], None]


def change(original: Path) -> None:
    """Change one byte, as a failing disk does."""
    data = bytearray(original.read_bytes())
    data[len(data) // 2] ^= 1
    original.chmod(0o644)
    original.write_bytes(data)


def lose(original: Path) -> None:
    """Lose the file."""
    original.unlink()


class Office:
    """Two units file, and each run begins as a new process does."""

    def __init__(self, home: Home, registry: Registry, catalogue: Catalogue, workbook: Write) -> None:
        self.home, self.registry, self.catalogue, self.workbook = home, registry, catalogue, workbook
        self.now = NOW

    def submit(self, unit: str, period: str, members: int) -> Path:
        path = self.workbook(unit, period, members=members)
        inbox.put_in_inbox(self.home, path, unit, self.now)
        return path

    def forget(self) -> None:
        """Leave nothing in memory."""
        readings.kept_readings._kept.clear()

    def land(self) -> pipeline.LandingReport:
        self.forget()
        self.now += timedelta(hours=1)
        return pipeline.land_inbox(office_of(self.home, self.registry, self.catalogue, self.now))

    def judge(self) -> list[pipeline.PeriodReport]:
        self.forget()
        return [
            pipeline.judge_period(
                office_of(self.home, self.registry, self.catalogue, self.now), period, engine="masks"
            )
            for period in pipeline.pending_periods(self.home)
        ]

    def rebuild(self) -> list[str]:
        self.forget()
        return pipeline.rebuild_bronze(office_of(self.home, self.registry, self.catalogue, self.now))

    def original(self, submission: str) -> Path:
        return Landing(self.home).path(self.state.submissions[submission].file)

    def members(self, period: str) -> dict[str, int]:
        rows = pq.read_table(self.home.bronze / "forms" / "B01" / f"{period}.parquet").to_pylist()
        return {row["submission_id"]: row["closing_members"] for row in rows}

    @property
    def state(self) -> LedgerState:
        return Ledger(self.home.ledger).replay()


@pytest.fixture
def office(
    home: Home, registry: Registry, catalogue: Catalogue, workbook: Write, stand_in_gate: None
) -> Office:
    return Office(home, registry, catalogue, workbook)


@pytest.mark.parametrize("damage", [change, lose])
def test_figures_are_never_built_without_an_original_that_counts(office: Office, damage: Damage) -> None:
    office.submit("KA", "2019-Q1", 40)
    office.submit("KB", "2019-Q1", 50)
    office.land()
    office.judge()
    damage(office.original("KA.2019-Q1.r1"))
    with pytest.raises(pipeline.DamagedOriginalsError, match=r"KA\.2019-Q1\.r1.*landing/") as rested:
        pipeline.demand_originals(office.home)
    assert list(rested.value.damaged) == ["KA.2019-Q1.r1"], "bronze is up to date, and rests on it all the same"
    shutil.rmtree(office.home.bronze)
    with pytest.raises(pipeline.DamagedOriginalsError, match=r"KA\.2019-Q1\.r1.*landing/") as raised:
        office.rebuild()
    assert list(raised.value.damaged) == ["KA.2019-Q1.r1"]
    with pytest.raises(pipeline.DamagedOriginalsError):
        office.rebuild()


@pytest.mark.parametrize("damage", [change, lose])
def test_a_resend_repairs_the_original_and_the_same_figures_come_back(office: Office, damage: Damage) -> None:
    path = office.submit("KA", "2019-Q1", 40)
    office.land()
    office.judge()
    before = office.members("2019-Q1")
    damage(office.original("KA.2019-Q1.r1"))
    shutil.rmtree(office.home.bronze)
    inbox.put_in_inbox(office.home, path, "KA", office.now)
    report = office.land()
    assert (report.duplicates, report.repaired) == (["KA.2019-Q1.r1"], ["KA.2019-Q1.r1"])
    assert office.state.duplicates[-1].repaired
    pipeline.demand_originals(office.home)
    assert office.rebuild() == ["2019-Q1"]
    assert office.members("2019-Q1") == before
    inbox.put_in_inbox(office.home, path, "KA", office.now)
    assert office.land().repaired == [], "a sound original is left as it is"


def test_a_resend_under_another_ending_repairs_the_file_that_the_ledger_names(office: Office) -> None:
    path = office.submit("KA", "2019-Q1", 40)
    office.land()
    original = office.original("KA.2019-Q1.r1")
    lose(original)
    inbox.put_in_inbox(office.home, path.rename(path.with_suffix(".xlsm")), "KA", office.now)
    assert office.land().repaired == ["KA.2019-Q1.r1"]
    assert original.is_file()


@pytest.mark.parametrize("damage", [change, lose])
def test_what_waits_for_the_gate_is_set_aside_and_judged_once_it_is_repaired(
    office: Office, damage: Damage
) -> None:
    path = office.submit("KA", "2019-Q1", 40)
    office.submit("KB", "2019-Q1", 50)
    office.land()
    damage(office.original("KA.2019-Q1.r1"))
    (report,) = office.judge()
    assert report.verdicts == {"KB.2019-Q1.r1": Verdict.ACCEPTED}
    assert report.faults["KA.2019-Q1.r1"].cause is Cause.ORIGINAL
    assert office.judge() == []
    inbox.put_in_inbox(office.home, path, "KA", office.now)
    office.land()
    assert [r.verdicts for r in office.judge()] == [{"KA.2019-Q1.r1": Verdict.ACCEPTED}]


def test_what_rests_on_earlier_figures_of_a_damaged_original_waits_and_the_others_are_judged(
    office: Office,
) -> None:
    path = office.submit("KA", "2018-N", 40)
    office.submit("KB", "2018-N", 50)
    office.land()
    office.judge()
    change(office.original("KA.2018-N.r1"))
    shutil.rmtree(office.home.bronze)
    office.submit("KA", "2019-Q1", 41)
    office.submit("KB", "2019-Q1", 51)
    office.land()
    (report,) = office.judge()
    assert report.verdicts == {"KB.2019-Q1.r1": Verdict.ACCEPTED}
    assert report.waiting == ["KA.2019-Q1.r1"]
    assert list(report.damaged) == ["KA.2018-N.r1"]
    assert pipeline.pending_periods(office.home) == ["2019-Q1"], "it is neither judged nor set aside"
    inbox.put_in_inbox(office.home, path, "KA", office.now)
    office.land()
    assert [r.verdicts for r in office.judge()] == [{"KA.2019-Q1.r1": Verdict.ACCEPTED}]


def test_a_revision_is_judged_and_answered_although_what_it_revises_is_damaged(office: Office) -> None:
    office.submit("KA", "2019-Q1", 40)
    office.land()
    office.judge()
    change(office.original("KA.2019-Q1.r1"))
    office.submit("KA", "2019-Q1", 41)
    office.land()
    (report,) = office.judge()
    assert report.verdicts == {"KA.2019-Q1.r2": Verdict.ACCEPTED}
    with pytest.raises(pipeline.DamagedOriginalsError, match=r"KA\.2019-Q1\.r1"):
        office.rebuild()


def test_a_folder_in_the_place_of_an_original_is_damage_by_name_and_a_resend_repairs_it(office: Office) -> None:
    path = office.submit("KA", "2019-Q1", 40)
    office.land()
    office.judge()
    original = office.original("KA.2019-Q1.r1")
    original.unlink()
    (original / "inside").mkdir(parents=True)
    shutil.rmtree(office.home.bronze)
    with pytest.raises(pipeline.DamagedOriginalsError, match=r"KA\.2019-Q1\.r1"):
        office.rebuild()
    assert office.state.submissions["KA.2019-Q1.r1"].set_aside is None, "its verdict and its figures stand"
    inbox.put_in_inbox(office.home, path, "KA", office.now)
    assert office.land().repaired == ["KA.2019-Q1.r1"]
    assert office.rebuild() == ["2019-Q1"]


def test_what_was_set_aside_for_its_original_is_taken_up_when_a_backup_brings_that_back(office: Office) -> None:
    office.submit("KA", "2019-Q1", 40)
    office.land()
    original = office.original("KA.2019-Q1.r1")
    kept = original.read_bytes()
    lose(original)
    office.judge()
    assert office.state.submissions["KA.2019-Q1.r1"].set_aside is not None
    original.write_bytes(kept)
    office.land()
    assert [report.verdicts for report in office.judge()] == [{"KA.2019-Q1.r1": Verdict.ACCEPTED}]
