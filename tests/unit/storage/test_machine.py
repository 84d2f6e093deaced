"""The warehouse takes its share of the machine, or what the setting says."""

import os
from pathlib import Path

import pytest

from ingestion.storage import machine
from ingestion.storage.machine import MemorySettingError, spill_folder, spilling_process, warehouse_limits


@pytest.mark.parametrize(
    ("stated", "memory", "processors", "expected"),
    [
        ("", 16_000, 8, (8_000, 8)),
        ("", 600, 8, (500, 2)),
        ("", 512_000, 64, (32_000, 16)),
        ("4GB", 16_000, 8, (4_000, 8)),
        (" 1,5 gb ", 16_000, 2, (1_500, 2)),
        ("100MB", 16_000, 8, (100, 1)),
    ],
)
def test_memory_and_processors_follow_the_machine_and_the_setting(
    stated: str, memory: int, processors: int, expected: tuple[int, int]
) -> None:
    limits = warehouse_limits(stated, memory, processors)
    assert (limits.memory_mb, limits.threads) == expected


@pytest.mark.parametrize("stated", ["4", "lots", "99MB", "-1GB", "50%"])
def test_a_setting_that_is_no_amount_is_refused_with_what_to_write(stated: str) -> None:
    with pytest.raises(MemorySettingError) as refused:
        warehouse_limits(stated, 16_000, 2)
    assert stated in refused.value.told("en") and "4GB" in refused.value.told("en")


@pytest.mark.parametrize("stated", ["9999999GB", "1000000001 MB", "9" * 400 + "GB"])
def test_an_amount_that_no_machine_has_is_refused_as_too_much_and_not_as_too_little(stated: str) -> None:
    with pytest.raises(MemorySettingError) as refused:
        warehouse_limits(stated, 16_000, 2)
    said = refused.value.told("en")
    assert f"{stated} is too much" in said and "1,000,000GB" in said and "at least" not in said
    assert warehouse_limits("1000000GB", 16_000, 2).memory_mb == 1_000_000_000


def test_a_container_that_allows_less_than_the_machine_has_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    own.write_text("0::/office/etl\n", encoding="utf-8")
    (tmp_path / "office" / "etl").mkdir(parents=True)
    (tmp_path / "office" / "etl" / "memory.max").write_text("max\n", encoding="utf-8")
    (tmp_path / "office" / "memory.max").write_text("2000000000\n", encoding="utf-8")
    found = list(machine._cgroup_bytes(tmp_path, own))
    assert found == [2_000_000_000]
    monkeypatch.setattr(machine, "_cgroup_bytes", lambda: iter(found))
    monkeypatch.setattr(machine, "_physical_bytes", lambda: 64_000_000_000)
    assert warehouse_limits("").memory_mb == 1_000


def test_spilled_data_of_two_readers_never_meet() -> None:
    database = Path("warehouse.duckdb")
    own = spill_folder(database, os.getpid())
    assert spilling_process(own.name) == os.getpid()
    assert spilling_process(spill_folder(database).name) is None
