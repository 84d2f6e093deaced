"""Dagster's databases of events stay open while an instance is, are Dagster's own, and are closed with it."""

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from ingestion.storage.home import Home
from orchestration import event_store
from orchestration.event_store import KeptEvents, with_kept_events
from orchestration.instance import open_instance


def tell(instance: dg.DagsterInstance, *runs: str) -> None:
    for run in runs:
        instance.report_engine_event(f"of {run}", run_id=run, job_name="intake")


def told(store: SqliteEventLogStorage, run: str) -> list[str]:
    return [str(entry.get_dagster_event().message) for entry in store.get_logs_for_run(run)]


def journals(home: Home) -> set[str]:
    """Give the databases of events that anybody has open: SQLite removes their journals with the last."""
    return {path.name.removesuffix(".db-wal") for path in (home.dagster / "history" / "runs").glob("*.db-wal")}


def test_databases_of_events_are_open_until_the_instance_is_closed(home: Home) -> None:
    with open_instance(home) as instance:
        tell(instance, "one", "two", "one")
        assert {"one", "two"} <= journals(home)
    assert journals(home) == set()


def test_each_database_is_opened_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    real = event_store.create_engine
    monkeypatch.setattr(
        event_store, "create_engine", lambda url, **how: (opened.append(url), real(url, **how))[1]
    )
    with open_instance(home) as instance:
        tell(instance, *["one"] * 5)
        store = instance.event_log_storage
        assert isinstance(store, KeptEvents)
        assert told(store, "one") == ["of one"] * 5
    assert len(opened) == len(set(opened)) and sum("/one.db" in url for url in opened) == 1


def test_of_many_runs_a_few_databases_stay_open_and_all_events_are_there(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_store, "_MOST_OPEN", 3)
    runs = [f"run{number}" for number in range(6)]
    with open_instance(home) as instance:
        tell(instance, *runs, *runs)
        assert len(journals(home)) <= 3
        store = instance.event_log_storage
        assert isinstance(store, KeptEvents)
        assert [told(store, run) for run in runs] == [[f"of {run}"] * 2 for run in runs]


def test_dagster_itself_reads_and_writes_them_meanwhile(home: Home) -> None:
    with open_instance(home) as instance, dg.DagsterInstance.from_config(str(home.dagster)) as other:
        tell(instance, "one")
        tell(other, "one")
        tell(instance, "one")
        for store in (instance.event_log_storage, other.event_log_storage):
            assert isinstance(store, SqliteEventLogStorage)
            assert told(store, "one") == ["of one"] * 3


def test_storage_of_somebody_s_own_stays_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_text(
        "storage:\n  custom:\n    module: office.storage\n    class: Postgres\n    config: {}\n",
        encoding="utf-8",
    )
    reference = InstanceRef.from_dir(str(tmp_path))
    assert with_kept_events(reference) == reference
