"""What a registry says otherwise than one before it of days that had passed when that one was known.

What belongs here: comparing what two registries say of each day before a given one. What does not: what else
differs between them (`differences.py`), and what follows from it (`in_force.py`).

Whom to tell (contacts), what was stated elsewhere (statements) and documents that are named change nothing that
was said of a day.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from ingestion.chronicle.differences import written
from ingestion.definitions.registry import Registry
from ingestion.definitions.registry_files import RegistryTable
from ingestion.definitions.registry_rows import CalendarPeriod, Organisation, RatingScheme, Target
from ingestion.records.periods import Period

_DAY = timedelta(days=1)

_OF_BODY = (
    "org_name",
    "org_kind",
    "org_type",
    "sector",
    "level",
    "parent_code",
    "files_reports",
    "term_system",
)
_OF_SCHEME = tuple(
    name for name in RatingScheme.model_fields if name not in ("scheme", "first_year", "last_year")
)

What = Literal["changed", "gone", "new"]


@dataclass(frozen=True)
class PastChange:
    """One thing that was said of a day that had passed, and is said otherwise now.

    Attributes:
        table: where it is said.
        what: whether a value changed, or a whole row is gone or new.
        row: the row as a spreadsheet counts: of the newer file, or of the older where the row is gone.
        key: by what the row is known.
        column: the column; blank where the row as a whole is meant.
        before: what was said; blank where nothing was.
        after: what is said now; blank where nothing is.
    """

    table: RegistryTable
    what: What
    row: int
    key: str
    column: str = ""
    before: str = ""
    after: str = ""


def past_changes(before: Registry, after: Registry, until: date) -> tuple[PastChange, ...]:
    """Give what is said otherwise of days before one.

    Args:
        before: the older registry.
        after: the newer one.
        until: the day on which the older one was known last; that day itself has not passed.
    """
    return (
        *_bodies(before, after, until),
        *_events(before, after, until),
        *_calendar(before, after, until),
        *_terms(before, after, until),
        *_targets(before, after, until),
        *_schemes(before, after, until),
    )


def _bodies(before: Registry, after: Registry, until: date) -> Iterator[PastChange]:
    old_rows, new_rows = _rows_of_bodies(before), _rows_of_bodies(after)
    for code in [*before.versions, *(code for code in after.versions if code not in before.versions)]:
        old, new = before.versions.get(code, ()), after.versions.get(code, ())
        if not new:
            if old[0].valid_from < until:
                row = old_rows[code, old[0].valid_from]
                yield PastChange("organisations", "gone", row, code, before=old[0].org_name)
        elif not old:
            if new[0].valid_from < until:
                row = new_rows[code, new[0].valid_from]
                yield PastChange("organisations", "new", row, code, after=new[0].org_name)
        else:
            yield from _lives(code, old, new, until, new_rows)
            yield from _versions(code, old, new, until, new_rows)


_Rows = Mapping[tuple[str, date], int]


def _rows_of_bodies(registry: Registry) -> _Rows:
    numbers = registry.file_rows["organisations"]
    return {
        (row.org_code, row.valid_from): number
        for row, number in zip(registry.organisations, numbers, strict=True)
    }


def _lives(
    code: str, old: Sequence[Organisation], new: Sequence[Organisation], until: date, rows: _Rows
) -> Iterator[PastChange]:
    """Compare from when to when a body was there."""
    then, now = old[0].valid_from, new[0].valid_from
    if then != now and min(then, now) < until:
        row = rows[code, now]
        yield PastChange("organisations", "changed", row, code, "valid_from", written(then), written(now))
    ended, ends = old[-1].valid_to, new[-1].valid_to
    if ended != ends and min(end for end in (ended, ends) if end is not None) + _DAY < until:
        row = rows[code, new[-1].valid_from]
        yield PastChange("organisations", "changed", row, code, "valid_to", written(ended), written(ends))


def _versions(
    code: str, old: Sequence[Organisation], new: Sequence[Organisation], until: date, rows: _Rows
) -> Iterator[PastChange]:
    """Compare what a body was on the days on which both say that it was there."""
    seen: set[tuple[str, str, str]] = set()
    for day in sorted({one.valid_from for one in (*old, *new) if one.valid_from < until}):
        was = next((one for one in old if one.is_active(day)), None)
        is_now = next((one for one in new if one.is_active(day)), None)
        if was is None or is_now is None:
            continue
        for column in _OF_BODY:
            then, now = written(getattr(was, column)), written(getattr(is_now, column))
            if then != now and (column, then, now) not in seen:
                seen.add((column, then, now))
                row = rows[code, is_now.valid_from]
                yield PastChange("organisations", "changed", row, code, column, then, now)


def _events(before: Registry, after: Registry, until: date) -> Iterator[PastChange]:
    return _by_key(
        "successions",
        before,
        after,
        key_of=lambda row: (row.predecessor_code, row.successor_code, row.event_type, row.effective_on),
        columns=("share",),
        is_past=lambda row: row.effective_on < until,
    )


def _terms(before: Registry, after: Registry, until: date) -> Iterator[PastChange]:
    return _by_key(
        "terms",
        before,
        after,
        key_of=lambda row: (row.term_system, row.term_code),
        columns=("first_year", "last_year"),
        is_past=lambda row: _has_begun(row.first_year, until),
    )


def _calendar(before: Registry, after: Registry, until: date) -> Iterator[PastChange]:
    def is_past(row: CalendarPeriod) -> bool:
        return (row.due_on or Period.parse(row.period_code).end) < until

    return _by_key(
        "calendar",
        before,
        after,
        key_of=lambda row: (row.period_code, row.term_system),
        columns=("opens_on", "due_on", "locked_on"),
        is_past=is_past,
    )


def _targets(before: Registry, after: Registry, until: date) -> Iterator[PastChange]:
    begins = {term.term_code: term.first_year for one in (after, before) for term in one.terms}

    def is_past(row: Target) -> bool:
        return _has_begun(row.year or begins[row.term_code], until)

    return _by_key(
        "targets",
        before,
        after,
        key_of=lambda row: (row.org_code, row.indicator_code, row.term_code, row.year),
        columns=("basis", "direction", "min", "max"),
        is_past=is_past,
    )


def _schemes(before: Registry, after: Registry, until: date) -> Iterator[PastChange]:
    """Compare how each year that has begun is rated."""
    known = [row.first_year for registry in (before, after) for row in registry.rating_schemes]
    numbers = {
        side: dict(zip(registry.rating_schemes, registry.file_rows["rating_schemes"], strict=True))
        for side, registry in (("old", before), ("new", after))
    }
    seen: set[tuple[str, str, str, str]] = set()
    for year in range(min(known, default=until.year), until.year + 1):
        was, is_now = before.scheme_of(year), after.scheme_of(year)
        if not _has_begun(year, until) or was == is_now:
            continue
        for change in _of_scheme(was, is_now, numbers["old"], numbers["new"]):
            mark = (change.what, change.key, change.column, change.after)
            if mark not in seen:
                seen.add(mark)
                yield change


def _of_scheme(
    was: RatingScheme | None,
    is_now: RatingScheme | None,
    old: Mapping[RatingScheme, int],
    new: Mapping[RatingScheme, int],
) -> Iterator[PastChange]:
    if is_now is None:
        if was is not None:
            yield PastChange("rating_schemes", "gone", old[was], was.scheme, before=was.scheme)
    elif was is None:
        yield PastChange("rating_schemes", "new", new[is_now], is_now.scheme, after=is_now.scheme)
    else:
        for column in ("scheme", *_OF_SCHEME):
            then, now = written(getattr(was, column)), written(getattr(is_now, column))
            if then != now:
                row = new[is_now]
                yield PastChange("rating_schemes", "changed", row, is_now.scheme, column, then, now)


def _by_key(
    table: RegistryTable,
    before: Registry,
    after: Registry,
    *,
    key_of: Callable[[Any], tuple[Hashable, ...]],
    columns: Sequence[str],
    is_past: Callable[[Any], bool],
) -> Iterator[PastChange]:
    """Compare the rows of a table that have the same key, as far as either speaks of days that have passed."""
    old, new = _numbered(before, table, key_of), _numbered(after, table, key_of)
    for key in [*old, *(key for key in new if key not in old)]:
        (was, old_row), (is_now, new_row) = old.get(key, (None, 0)), new.get(key, (None, 0))
        if not any(row is not None and is_past(row) for row in (was, is_now)):
            continue
        shown = " ".join(filter(None, map(written, key)))
        if is_now is None:
            yield PastChange(table, "gone", old_row, shown, before=shown)
        elif was is None:
            yield PastChange(table, "new", new_row, shown, after=shown)
        else:
            for column in columns:
                then, now = written(getattr(was, column)), written(getattr(is_now, column))
                if then != now:
                    yield PastChange(table, "changed", new_row, shown, column, then, now)


def _numbered(
    registry: Registry, table: RegistryTable, key_of: Callable[[Any], tuple[Hashable, ...]]
) -> dict[tuple[Hashable, ...], tuple[Any, int]]:
    rows: Sequence[Any] = getattr(registry, table)
    return {key_of(row): (row, at) for row, at in zip(rows, registry.file_rows[table], strict=True)}


def _has_begun(year: int, until: date) -> bool:
    return date(year, 1, 1) < until
