"""What a report meant that was filed before covers had the line is recorded once, where there is such a one."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ingestion.landing.events import CoverageSet, Event, Judged, Received
from ingestion.landing.ledger import Ledger
from ingestion.records.findings import Verdict
from ingestion.storage.home import Home
from ingestion.upkeep.older_coverage import record_older_coverage
from ingestion.upkeep.version import VERSION, migrate, version_of

NOW = datetime(2020, 1, 20, tzinfo=UTC)
MERGERS = (
    "predecessor_code,successor_code,event_type,effective_on,document,share\n"
    "QT-KCQ,QT-KCQDN,merge,2019-07-01,,1\nQT-KDN,QT-KCQDN,merge,2019-07-01,,1\n"
)


def filed(period: str, verdict: Verdict = Verdict.ACCEPTED, coverage: date | None = None) -> list[Event]:
    name = f"QT-KCQDN.{period}.r1"
    received = Received(
        submission=name,
        unit="QT-KCQDN",
        period=period,
        revision=1,
        sha256=name,
        file=name,
        original_name=name,
        received_at=NOW,
        kind="xlsx",
        period_basis="CUMULATIVE",
        arrival=name,
        at=NOW,
        coverage_from=coverage,
    )
    return [received, Judged(name, verdict, "r", (), (), {}, (), NOW)]


def folder(path: Path, mergers: str, *events: Event) -> Home:
    home = Home(path)
    home.registry.mkdir(parents=True)
    (home.registry / "successions.csv").write_text(mergers, encoding="utf-8")
    home.landing.mkdir()
    with Ledger(home.ledger).writing() as ledger:
        ledger.append(events)
    return home


def recorded(home: Home) -> list[CoverageSet]:
    return [event for event in Ledger(home.ledger).events() if isinstance(event, CoverageSet)]


def test_it_is_recorded_with_person_reason_and_moment_and_only_once(tmp_path: Path) -> None:
    home = folder(tmp_path, MERGERS, *filed("2018-N"), *filed("2019-N"), *filed("2020-N"))
    before = home.ledger.read_bytes()
    assert migrate(home, "v") == tuple(range(2, VERSION + 1))
    (event,) = recorded(home)
    assert (event.submission, event.coverage_from, event.by) == (
        "QT-KCQDN.2019-N.r1",
        date(2019, 1, 1),
        "tongket",
    )
    assert "QT-KCQ" in event.reason
    assert home.ledger.read_bytes().startswith(before)
    assert Ledger(home.ledger).replay().submissions[event.submission].coverage_from == date(2019, 1, 1)
    record_older_coverage(home)
    assert len(recorded(home)) == 1
    assert version_of(home) == VERSION


@pytest.mark.parametrize(
    ("mergers", "events"),
    [
        (MERGERS, filed("2020-N")),
        (MERGERS, filed("2019-N", Verdict.REJECTED)),
        (MERGERS, filed("2019-N", coverage=date(2019, 7, 1))),
        (MERGERS.replace("QT-KDN,", "QT-KHAC,"), filed("2019-N")),
        (MERGERS.replace("2019-07-01", "2020-07-01"), filed("2019-N")),
        (MERGERS.replace("merge", "split"), filed("2019-N")),
    ],
)
def test_nothing_is_recorded_of_another_year_unit_or_merger_or_where_the_cover_says_it(
    tmp_path: Path, mergers: str, events: list[Event]
) -> None:
    home = folder(tmp_path, mergers, *events)
    record_older_coverage(home)
    assert recorded(home) == []


def test_a_folder_without_registry_or_reports_has_nothing_to_record(tmp_path: Path) -> None:
    record_older_coverage(Home(tmp_path))
    assert not (tmp_path / "landing").exists()
