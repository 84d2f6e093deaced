"""How much of the machine the warehouse may take: memory, processors, and where what does not fit is put.

What belongs here: what the machine or its container has, the share of it that is taken, and the setting that
says otherwise. What does not: reading the setting from the environment, and opening databases
(`reports/database.py`, `orchestration/warehouse.py`).
"""

import ctypes
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ingestion.records.mendable import MendableError
from ingestion.words.messages import ToldError

MEMORY_VARIABLE = "TONGKET_WAREHOUSE_MEMORY"
"""The setting, such as `4GB` or `1500 MB`; without it the machine decides."""

LEAST_MB = 100
"""Less than this is no setting that a warehouse could be built with."""

MOST_MB = 1_000_000_000
"""More than this no machine has; DuckDB does not take it for an amount."""

_SHARE = 0.5
_FLOOR_MB, _CAP_MB = 500, 32_000
_MB_A_THREAD = 250
_MOST_THREADS = 16
_UNKNOWN_MB = 2_000
_MB = 1_000_000
_UNITS = {"MB": 1.0, "GB": 1_000.0}
_STATED = re.compile(r"(\d+(?:[.,]\d+)?)\s*(MB|GB)", re.IGNORECASE)
_SPILL = re.compile(r"^.+\.duckdb\.(\d+)\.tmp$", re.DOTALL)


class MemorySettingError(ToldError, MendableError):
    """The setting of the warehouse's memory says nothing that can be used."""


@dataclass(frozen=True)
class WarehouseLimits:
    """What an open warehouse may take.

    Attributes:
        memory_mb: megabytes (10^6 bytes); what does not fit is put on the disk.
        threads: how many processors a statement may use.
        is_stated: whether the setting said so, and not the machine.
    """

    memory_mb: int
    threads: int
    is_stated: bool = False


def warehouse_limits(
    stated: str, memory_mb: int | None = None, processors: int | None = None
) -> WarehouseLimits:
    """Give the limits of this machine: half of its memory, unless the setting names another amount.

    Args:
        stated: the setting; blank where there is none.
        memory_mb: the machine's memory; by default it is looked up.
        processors: the machine's processors, likewise.

    Raises:
        MemorySettingError: the setting is no amount, too little to build anything with, or more than there is.
    """
    share = (machine_memory_mb() if memory_mb is None else memory_mb) * _SHARE
    memory = _amount(stated) if stated.strip() else int(min(max(share, _FLOOR_MB), _CAP_MB))
    found = machine_processors() if processors is None else processors
    threads = max(1, min(found, memory // _MB_A_THREAD, _MOST_THREADS))
    return WarehouseLimits(memory, threads, bool(stated.strip()))


def _amount(stated: str) -> int:
    match = _STATED.fullmatch(stated.strip())
    amount = float(match[1].replace(",", ".")) * _UNITS[match[2].upper()] if match else 0.0
    said = {"variable": MEMORY_VARIABLE, "stated": stated.strip()}
    if amount > MOST_MB:
        raise MemorySettingError("warehouse.memory_too_much", **said, most=MOST_MB // int(_UNITS["GB"]))
    if amount < LEAST_MB:
        raise MemorySettingError("warehouse.memory_setting", **said, least=LEAST_MB)
    return int(amount)


def spill_folder(database: Path, process: int | None = None) -> Path:
    """Give where a database puts what does not fit into memory; DuckDB makes it when it is needed.

    The one that a run builds has a fixed place, since dbt parses everything anew when a setting changes; others
    may be open in several processes at once, each of which needs a place of its own.
    """
    return database.with_name(f"{database.name}.{process}.tmp" if process else f"{database.name}.tmp")


def spilling_process(name: str) -> int | None:
    """Give the process that a folder of spilled data is of; None for any other name."""
    match = _SPILL.match(name)
    return int(match[1]) if match else None


def machine_memory_mb() -> int:
    """Give the memory that this process may use: the machine's, or its container's where that is less."""
    found = [amount for amount in (_physical_bytes(), *_cgroup_bytes()) if amount]
    return min(found) // _MB if found else _UNKNOWN_MB


def machine_processors() -> int:
    """Give the processors that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _physical_bytes() -> int:
    if sys.platform == "win32":
        return _windows_bytes()
    with suppress(ValueError, OSError, AttributeError):  # no system has to tell
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return 0


def _windows_bytes() -> int:
    kilobytes = ctypes.c_ulonglong(0)
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - other systems have no such name
    return kilobytes.value * 1024 if kernel.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes)) else 0


def _cgroup_bytes(root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> Iterator[int]:
    """Give the limits of the groups that this process is in (Linux): of its own and of each above it."""
    places = [root, root / "memory"]
    with suppress(OSError):
        for line in own.read_text(encoding="utf-8").splitlines():
            path = line.split(":", 2)[-1].lstrip("/")
            while path:
                places += [root / path, root / "memory" / path]
                path = path.rpartition("/")[0]
    for place in places:
        for name in ("memory.max", "memory.limit_in_bytes"):
            with suppress(OSError, ValueError):  # `max` is no number, and no limit
                yield int((place / name).read_text(encoding="utf-8"))
