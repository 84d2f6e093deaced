"""Accepted figures of earlier periods, and whose of them are a unit's own after mergers.

What belongs here: earlier rows by unit and key, and who stands for whom. What does not: the prefixes that join
them (`context/earlier.py`) and where accepted rows are kept (`history.py` is only the question).
"""

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingestion.definitions.forms import Form
from ingestion.definitions.registry import Registry
from ingestion.gate.frames.batch import Batch
from ingestion.gate.frames.subject import Subject
from ingestion.records.periods import Period, PeriodKind

Key = tuple[object, ...]


Numbers = npt.NDArray[np.float64]


_EARLIER = "earlier"
"""Under this a batch remembers columns of earlier periods."""


class EarlierRows:
    """The accepted rows of one form in one earlier period."""

    def __init__(self, rows: pd.DataFrame, form: Form) -> None:
        self.form = form
        self._rows = rows
        self.units: list[str] = rows["reporting_org_code"].tolist() if len(rows) else []
        columns = [rows[code].tolist() for code in form.key] if len(rows) else []
        self.keys: list[Key] = list(zip(*columns, strict=True))
        self.index = {pair: row for row, pair in enumerate(zip(self.units, self.keys, strict=True))}

    def values(self, column: str) -> Numbers:
        """Give a column of numbers, null where the rows have no such column."""
        if column not in self._rows:
            return np.full(len(self.units), np.nan)
        numeric = pd.to_numeric(self._rows[column], errors="coerce")
        return numeric.to_numpy(dtype=np.float64, na_value=np.nan)


class Earlier:
    """One number column of one form in one earlier period, by unit and key."""

    def __init__(self, rows: EarlierRows, column: str) -> None:
        self.form, self.column = rows.form, column
        self.by_unit_and_key: dict[tuple[str, Key], float] = {}
        self.by_key: dict[Key, float] = {}
        self.by_unit: dict[str, float] = {}
        values = rows.values(column).tolist()
        for unit, key, value in zip(rows.units, rows.keys, values, strict=True):
            if math.isnan(value):
                continue
            # An organisation that moved within the year has a row with each unit; its stock is their sum.
            self.by_key[key] = self.by_key.get(key, 0.0) + value
            self.by_unit_and_key[unit, key] = self.by_unit_and_key.get((unit, key), 0.0) + value
            self.by_unit[unit] = self.by_unit.get(unit, 0.0) + value

    def __bool__(self) -> bool:
        return bool(self.by_unit)

    def of_unit(self, units: Sequence[str]) -> float | None:
        """Give the sum over some units; None where one of them has nothing."""
        found = [self.by_unit.get(unit) for unit in units]
        return total(found)

    def of_units_and_key(self, units: Sequence[str], key: Key) -> float | None:
        """Give the sum over the rows with a key of some units; None where one of them has none."""
        return total([self.by_unit_and_key.get((unit, key)) for unit in units])


def total(values: Sequence[float | None]) -> float | None:
    """Give the sum; None where a part is not known, or there is none."""
    known = [value for value in values if value is not None]
    return sum(known) if values and len(known) == len(values) else None


def earlier_rows(batch: Batch, form: Form, period: Period) -> EarlierRows:
    """Give the rows of one form in one earlier period."""
    key = ("earlier rows", form.code, period.code)
    return batch.remembered(key, lambda: EarlierRows(batch.history(form.code, period), form))


def earlier(batch: Batch, form: Form, period: Period, column: str) -> Earlier:
    """Give one column of one form in one earlier period."""
    key = (_EARLIER, form.code, period.code, column)
    return batch.remembered(key, lambda: Earlier(earlier_rows(batch, form, period), column))


def figures_asked(batch: Batch) -> dict[tuple[str, str], set[str]]:
    """Give the columns of earlier periods that were asked for, by form and period."""
    asked: dict[tuple[str, str], set[str]] = {}
    for kind, *rest in batch.memory:
        if kind == _EARLIER:
            form, period, column = map(str, rest)
            asked.setdefault((form, period), set()).add(column)
    return asked


def merged_into(batch: Batch, unit: str, day: date) -> tuple[str, ...]:
    """Give the units that went wholly into one up to a day."""
    successions = batch.context.registry.successions
    found = {
        s.predecessor_code
        for s in successions
        if s.successor_code == unit and s.is_whole_merger and s.effective_on <= day
    }
    return tuple(sorted(found))


def standing_for(batch: Batch, subject: Subject, past: Earlier) -> tuple[str, ...]:
    """Give the units whose earlier rows are this unit's: its own, or those of the units that merged into it."""
    unit = subject.submission.key.unit
    if unit in past.by_unit or subject.days is None:
        return (unit,)
    return merged_into(batch, unit, subject.days.last) or (unit,)


def begins_on(batch: Batch, subject: Subject, code: str | None = None) -> date | None:
    """Give the first day of what a row says: of one about an organisation, or of a unit as a whole.

    That is the day that the cover names; else 1 January, the unit's first day, or that on which the
    organisation came to the unit. One that was never with the unit is taken to have been with it always.
    """
    if subject.days is None or subject.coverage_from is not None:
        return subject.coverage_from
    unit, first, registry = subject.submission.key.unit, subject.days.first, batch.context.registry
    versions = registry.versions.get(code or "", ())
    came = [v.valid_from for v in versions if v.parent_code == unit and v.lived_in(subject.days)]
    return max(registry.begins(unit, first), min(came, default=first))


def seam(batch: Batch, subject: Subject, past: Earlier, key: Key, day: date) -> float | None:
    """Give what those that merged into a unit on a day closed with, in rows with a key; None if one did not.

    These are the stocks with which their closing filings end, and the unit's own figures begin. An organisation
    was with one of them; a fixed line is of all of them.
    """
    registry, found = batch.context.registry, []
    for unit in merged_into(batch, subject.submission.key.unit, day):
        closing = registry.closing_period(unit)
        if closing is not None and registry.last_day(unit) == day - timedelta(days=1):
            closed = earlier(batch, past.form, closing, past.column)
            found.append(closed.by_unit_and_key.get((unit, key)))
    is_of_one = past.form.key == ("org_code",)
    return total([value for value in found if value is not None] if is_of_one else found)


def taken_in(batch: Batch, subject: Subject, past: Earlier) -> tuple[str, ...]:
    """Give the units whose figures of earlier in the year are in this unit's: its own, and those it takes in.

    These are the units that merged into it, where its cover says that their whole time of the year is in it.
    """
    unit, days, begins = subject.submission.key.unit, subject.days, subject.coverage_from
    if days is None or begins is None:
        return (unit,)
    registry, found = batch.context.registry, [unit] if unit in past.by_unit else []
    for other in merged_into(batch, unit, days.last):
        is_known = other in registry.versions
        if other in past.by_unit and is_known and begins <= registry.begins(other, days.first):
            found.append(other)
    return tuple(found) or (unit,)


def parts_before(period: Period) -> Iterator[Period]:
    """Give the cumulative periods of the year before one, the last one first."""
    before = period.previous_cumulative
    while before is not None:
        yield before
        before = before.previous_cumulative


def periods_before(period: Period, registry: Registry, term_system: str) -> tuple[Period, ...]:
    """Give the earlier periods that the prefixes of this module may read for a period."""
    found = [*parts_before(period), period.previous_year]
    if period.is_cumulative and period.kind is not PeriodKind.YEAR:
        found.append(Period(period.kind, period.year - 1, period.year - 1))
    found += ends_of_last_term(registry, term_system, registry.days_of(period, term_system).last.year)
    return tuple(dict.fromkeys(one for one in found if one is not None))


def ends_of_last_term(registry: Registry, term_system: str, year: int) -> tuple[Period, ...]:
    """Give the term before a year's, as a whole and by its last year; nothing where there is none.

    Only a term that ended as the next began came before it, as in `dim_term`.
    """
    current = registry.term_of(term_system, year)
    begins = current.first_year if current else year
    of_system = (term for term in registry.terms if term.term_system == term_system)
    last = next((term for term in of_system if term.last_year == begins - 1), None)
    if last is None:
        return ()
    return Period.parse(last.term_code), Period(PeriodKind.YEAR, last.last_year, last.last_year)
