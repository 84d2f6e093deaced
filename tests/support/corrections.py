"""Figures of an older product against today's, and the list of those that were corrected on purpose."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

Key = tuple[str, str, str, str]
"""Indicator, unit, period and derivation; the last is blank for the figure itself."""

Figures = Mapping[Key, str]
"""Each figure as `value status`, such as `71 final`; a status alone where there is no value."""


@dataclass(frozen=True)
class Correction:
    """One line of `corrected.csv`; blank before or after is a figure that was not there."""

    key: Key
    before: str
    after: str
    reason: str


def written(value: float | None, status: str) -> str:
    """Write a figure so that every digit is compared."""
    if value is None:
        return status
    return f"{int(value) if float(value).is_integer() else value!r} {status}"


def read_figures(path: Path) -> dict[Key, str]:
    """Read what the older product gave."""
    return {
        _key(row): written(float(row["value"]) if row["value"] else None, row["status"]) for row in _rows(path)
    }


def read_corrections(path: Path) -> list[Correction]:
    """Read what was corrected since."""
    return [Correction(_key(row), row["before"], row["after"], row["reason"].strip()) for row in _rows(path)]


def _key(row: Mapping[str, str]) -> Key:
    return row["indicator"], row["unit"], row["period"], row["derivation"]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def complaints(before: Figures, after: Figures, corrections: Iterable[Correction]) -> list[str]:
    """Say which figures differ without being listed, and which lines of the list are not so."""
    found, listed = [], {}
    for one in corrections:
        name = " ".join(filter(None, one.key))
        if not one.reason:
            found.append(f"{name}: no reason is given")
        if one.key in listed or one.before == one.after:
            found.append(f"{name}: listed twice, or for nothing")
        for said, figures, when in ((one.before, before, "before"), (one.after, after, "after")):
            if (there := figures.get(one.key, "")) != said:
                found.append(f"{name}: {when} is {there!r}, the list says {said!r}")
        listed[one.key] = one
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key) and key not in listed:
            found.append(f"{' '.join(filter(None, key))}: {before.get(key)} became {after.get(key)}")
    return found
