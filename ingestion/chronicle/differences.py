"""What differs between the tables of two registries, row by row.

What belongs here: which rows are the same one, and what stands in each of their columns. What does not: whether
that changes what was said of days that have passed (`past.py`).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ingestion.definitions.registry_files import TABLES, RegistryFiles, RegistryTable
from ingestion.definitions.registry_rows import Row

_KEYS: Mapping[RegistryTable, tuple[str, ...]] = {
    "organisations": ("org_code", "valid_from"),
    "successions": ("predecessor_code", "successor_code", "event_type", "effective_on"),
    "calendar": ("period_code", "term_system"),
    "terms": ("term_system", "term_code"),
    "targets": ("org_code", "indicator_code", "term_code", "year"),
    "rating_schemes": ("scheme",),
    "contacts": ("org_code", "role"),
    "statements": ("statement_id",),
}
"""The columns by which a row is known again."""

_SECRET = frozenset({"channel"})
"""Columns whose values may hold passwords, and are kept with the files alone."""

_HIDDEN = "•••"


@dataclass(frozen=True)
class Difference:
    """One thing that differs.

    Attributes:
        file: the file, below the registry.
        row: the row in it as a spreadsheet counts: of the newer file, or of the older where the row is gone; 0
            where the file as a whole is meant.
        key: by what the row is known.
        column: the column; blank where the row, or the file, is new or gone.
        before: what stood there; blank where nothing did.
        after: what stands there; blank where nothing does.
    """

    file: str
    row: int
    key: str
    column: str
    before: str
    after: str


def written(value: Any) -> str:
    """Write a value of a row as the files write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def differences(
    before: RegistryFiles,
    after: RegistryFiles,
    own_before: Mapping[str, str],
    own_after: Mapping[str, str],
) -> tuple[Difference, ...]:
    """Give what differs, table by table and then file by file.

    Args:
        before: the older tables.
        after: the newer ones.
        own_before: the hash of each of the office's own data files then, by place.
        own_after: the same for now.
    """
    found = [one for table in TABLES for one in _of_table(table, before, after)]
    for name in sorted(own_before.keys() | own_after.keys()):
        old, new = own_before.get(name, ""), own_after.get(name, "")
        if old != new:
            found.append(Difference(name, 0, "", "", old, new))
    return tuple(found)


def _of_table(table: RegistryTable, before: RegistryFiles, after: RegistryFiles) -> Iterator[Difference]:
    old, new = _by_key(table, before), _by_key(table, after)
    file = f"{table}.csv"
    for key in [*old, *(key for key in new if key not in old)]:
        shown = " ".join(filter(None, key[:-1]))
        if key not in new:
            row, number = old[key]
            yield Difference(file, number, shown, "", _whole(row), "")
        elif key not in old:
            row, number = new[key]
            yield Difference(file, number, shown, "", "", _whole(row))
        else:
            (was, _), (is_now, number) = old[key], new[key]
            for column in TABLES[table].model_fields:
                then, now = getattr(was, column), getattr(is_now, column)
                if then != now:
                    yield Difference(file, number, shown, column, _shown(column, then), _shown(column, now))


def _by_key(table: RegistryTable, files: RegistryFiles) -> dict[tuple[str, ...], tuple[Row, int]]:
    """Give the rows of a table by their key; where several have the same, by their order as well."""
    found: dict[tuple[str, ...], tuple[Row, int]] = {}
    seen: Counter[tuple[str, ...]] = Counter()
    for at in files.of(table):
        key = tuple(written(getattr(at.row, column)) for column in _KEYS[table])
        found[*key, str(seen[key])] = (at.row, at.number)
        seen[key] += 1
    return found


def _shown(column: str, value: Any) -> str:
    text = written(value)
    return _HIDDEN if text and column in _SECRET else text


def _whole(row: Row) -> str:
    """Give a row as one line of text, as far as anything stands in it."""
    cells = [_shown(column, getattr(row, column)) for column in type(row).model_fields]
    return ",".join(cells).rstrip(",")
