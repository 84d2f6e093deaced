"""Files are read by other processes, one or many, and what was read is not read again."""

from pathlib import Path

import pytest

from ingestion.definitions.catalogue import Catalogue, load_catalogue
from ingestion.pipeline import readings
from ingestion.pipeline.readings import Readings
from ingestion.reading import many, read_file
from ingestion.reading.many import Source, read, read_many
from ingestion.records.faults import Cause
from ingestion.storage.files import sha256_of
from tests.support import faults


@pytest.fixture
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def sources(tmp_path: Path) -> list[Source]:
    return [_cover(tmp_path / f"{number}", f"U{number}") for number in range(12)]


def _cover(folder: Path, unit: str) -> Source:
    folder.mkdir()
    path = folder / "B00.csv"
    path.write_text(f"reporting_org_code;Đơn vị;{unit}\nperiod_code;Kỳ;2019-N\n", encoding="utf-8")
    return Source(folder, f"{unit}.csv")


def test_several_processes_read_what_one_does_in_the_same_order(
    sources: list[Source], catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = [read_file(source.path, catalogue, name=source.name) for source in sources]
    assert [read(source, catalogue).reading for source in sources] == here
    monkeypatch.setattr(many, "MANY", 2)
    together = [one.reading for one in read_many(sources, catalogue)]
    assert together == here
    units = [reading.cover.reporting_org_code for reading in together if reading.cover]
    assert units == [f"U{number}" for number in range(12)]


@pytest.mark.parametrize("together", [2, 100])
def test_a_file_that_ends_the_process_is_a_fault_and_its_neighbours_are_read(
    sources: list[Source], catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(many, "MANY", together)
    monkeypatch.setattr(many, "_read", faults.read)
    sources[5] = Source(sources[5].path, "read-kill.xlsx")
    outcomes = list(read_many(sources, catalogue))
    dead = outcomes.pop(5)
    assert dead.fault is not None and dead.fault.cause is Cause.DIED and dead.fault.technical
    assert dead.reading.file_name == "read-kill.xlsx" and not dead.reading.is_readable
    assert all(outcome.reading.cover and outcome.fault is None for outcome in outcomes)


def test_what_was_read_ahead_is_not_read_again_and_counts_only_for_the_bytes_that_were_read(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "MANY", 1)
    path = tmp_path / "read-error.xlsx"
    path.write_bytes(b"no workbook")
    kept, digest = Readings(10), sha256_of(path)
    assert list(kept.ahead([Source(path, "read-error.xlsx")], catalogue)) == [None]
    monkeypatch.setattr(many, "_read", faults.read)
    assert kept.get(Source(path, "read-error.xlsx", digest), catalogue).reading.problems
    failed = kept.get(Source(path, "read-error.xlsx", "0" * 64), catalogue)
    assert failed.fault is not None and "ZeroDivisionError" in failed.fault.technical


def test_what_the_product_failed_on_is_told_ahead_and_is_not_kept(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "MANY", 1)
    monkeypatch.setattr(many, "_read", faults.read)
    path = tmp_path / "read-error.xlsx"
    path.write_bytes(b"no workbook")
    kept = Readings(10)
    (failed,) = kept.ahead([Source(path, path.name)], catalogue)
    assert failed is not None and failed.fault is not None
    monkeypatch.setattr(many, "_read", faults.READ)
    assert kept.get(Source(path, path.name, sha256_of(path)), catalogue).fault is None


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_an_original_that_is_not_what_it_was_is_not_read(
    tmp_path: Path, catalogue: Catalogue, damage: str
) -> None:
    path = tmp_path / "landing" / "ab" / "a.xlsx"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"one")
    source = Source(path, "a.xlsx", sha256_of(path))
    if damage == "changed":
        path.write_bytes(b"two")
    else:
        path.unlink()
    fault = read(source, catalogue).fault
    assert fault is not None and fault.cause is Cause.ORIGINAL
    assert "landing/ab/a.xlsx" in fault.technical
