"""Prefixes that join accepted figures of earlier periods: `prev_cum.`, `prev_year.`, `prev_term.`, `roll12.`.

What belongs here: which earlier period is meant. What does not: whose earlier rows are a unit's own, and these
rows (`frames/earlier.py`).
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form
from ingestion.definitions.registry import RegistryTable
from ingestion.definitions.registry_rows import Succession
from ingestion.gate.context.sheets import SheetProvider
from ingestion.gate.frames.batch import Batch
from ingestion.gate.frames.earlier import (
    Earlier,
    begins_on,
    earlier,
    ends_of_last_term,
    merged_into,
    seam,
    standing_for,
    taken_in,
    total,
)
from ingestion.gate.frames.frame import Frame, FrameKind, Path, RowFrame
from ingestion.gate.frames.provider import Provider, number_column
from ingestion.gate.frames.sources import OfRow, SheetSum, SumAndRest
from ingestion.gate.frames.subject import Subject
from ingestion.gate.language.vectors import Kind, Vector, nulls, numbers
from ingestion.records.periods import Period, PeriodKind
from ingestion.words.labels import Label


class EarlierProvider(Provider):
    """A prefix for one earlier period: `PREFIX.COLUMN` by row, `PREFIX.sheet.sum.COLUMN` by unit."""

    frames: ClassVar[frozenset[FrameKind]] = frozenset({"row", "sheet"})
    needs_history = True

    def expected(self, catalogue: Catalogue, form: Form | None, path: Path) -> str | None:
        """Say which columns there are."""
        if path[0] == "sheet":
            return (
                SheetProvider().expected(catalogue, form, path[1:])
                if path[1:2] == ("sum",)
                else "sheet.sum.COLUMN"
            )
        return number_column(form, path[0]) if len(path) == 1 else "a column, or sheet.sum.COLUMN"

    def column(self, batch: Batch, frame: Frame, path: Path) -> Vector:
        """Give the earlier figure for every row of the frame."""
        form = frame.form
        period = batch.period
        if form is None or period is None:
            return nulls(Kind.NUMBER, len(frame))
        by_system: dict[str, Earlier | None] = {}

        def past_of(subject: Subject) -> Earlier | None:
            system = subject.unit.term_system if subject.unit else ""
            if system not in by_system:
                by_system[system] = self.find(batch, form, subject, path[-1])
            return by_system[system]

        values: list[float | None] = []
        for row, index in enumerate(frame.submission.tolist()):
            subject = batch.subjects[index]
            past = past_of(subject)
            if not past:
                values.append(None)
            elif path[0] == "sheet" or not isinstance(frame, RowFrame):
                values.append(past.of_unit(self.units(batch, subject, past)))
            else:
                values.append(self.of_row(batch, frame, row, subject, past))
        return numbers(values)

    def registry_tables(self, path: Path) -> frozenset[RegistryTable]:
        """Give what says whose earlier rows are the unit's."""
        return frozenset({"organisations", "successions"})

    def in_workbook(self, path: Path) -> OfRow:
        """Say that it is known beforehand."""
        return OfRow(is_of_sheet=path[0] == "sheet")

    def find(self, batch: Batch, form: Form, subject: Subject, column: str) -> Earlier | None:
        """Give the earlier period's figures."""
        period = self.period(batch, subject)
        return earlier(batch, form, period, column) if period else None

    @abstractmethod
    def period(self, batch: Batch, subject: Subject) -> Period | None:
        """Give the earlier period that is meant; None where there is none."""

    def units(self, batch: Batch, subject: Subject, past: Earlier) -> tuple[str, ...]:
        """Give the units whose earlier rows are compared with this unit's."""
        return standing_for(batch, subject, past)

    def of_row(self, batch: Batch, frame: RowFrame, row: int, subject: Subject, past: Earlier) -> float | None:
        """Give the earlier figure of one row."""
        return past.of_units_and_key(self.units(batch, subject, past), frame.keys[row])


class PreviousCumulative(EarlierProvider):
    """`prev_cum.`: flows up to the cumulative period before this one in the same year (none for Q1), by key.

    That is the last one for which the form is filed: of one of half-years the half-year, also for a year.
    They are the unit's own. Where its cover says that its figures take in others' as well, these are added:
    those of units that merged into it, and of its organisations whoever reported them. Stocks have none.
    """

    prefix = "prev_cum"
    words: ClassVar[Mapping[str, Label]] = {
        "prev_cum": Label(
            vi="kỳ lũy kế liền trước trong năm, số đã được chấp nhận",
            en="the cumulative period before, of the same year, as accepted",
        ),
    }

    def column(self, batch: Batch, frame: Frame, path: Path) -> Vector:
        """Give the earlier flow for every row of the frame."""
        found = super().column(batch, frame, path)
        if len(path) != 1 or not isinstance(frame, RowFrame):
            return found
        is_flow = frame.flows(frame.schema.by_code[path[0]])
        return Vector(Kind.NUMBER, np.where(is_flow, found.data, np.nan))

    def period(self, batch: Batch, subject: Subject) -> Period | None:
        """Give the previous cumulative period."""
        return subject.period.previous_cumulative if subject.period else None

    def find(self, batch: Batch, form: Form, subject: Subject, column: str) -> Earlier | None:
        """Give the figures of the last period of the year before this one for which the form is filed."""
        period = self.period(batch, subject)
        while period is not None and period.kind not in form.filed_for:
            period = period.previous_cumulative
        return earlier(batch, form, period, column) if period else None

    def units(self, batch: Batch, subject: Subject, past: Earlier) -> tuple[str, ...]:
        """Give the unit, and those whose figures its own take in."""
        return taken_in(batch, subject, past)

    def of_row(self, batch: Batch, frame: RowFrame, row: int, subject: Subject, past: Earlier) -> float | None:
        """Give the earlier flow of a row; of an organisation whose whole year the unit takes in, all of it."""
        key, begins = frame.keys[row], subject.coverage_from
        if begins is None or subject.days is None or frame.schema.key != ("org_code",):
            return super().of_row(batch, frame, row, subject, past)
        first = batch.context.registry.begins(str(key[0]), subject.days.first)
        own = past.by_unit_and_key.get((subject.submission.key.unit, key))
        return past.by_key.get(key) if begins <= first else own


class PreviousYear(EarlierProvider):
    """`prev_year.`: last 31 December.

    An organisation is followed wherever it was reported. Predecessors that merged into it this year count where
    they have no row of their own in the submission, since then nothing else carries their members over; one
    founded this year opens at zero. Fixed lines belong to the unit, or to the units that merged into it.

    What begins within the year opens with that day: with what the units that merged into this one closed with,
    where they have; an organisation that came from a unit that lives on is not compared.
    """

    prefix = "prev_year"
    words: ClassVar[Mapping[str, Label]] = {
        "prev_year": Label(
            vi="ngày 31/12 năm trước, số đã được chấp nhận",
            en="31 December of last year, as accepted",
        ),
    }

    def in_workbook(self, path: Path) -> OfRow:
        """Say that it is known beforehand, and that this year opens with it."""
        return replace(super().in_workbook(path), is_opening=True)

    def period(self, batch: Batch, subject: Subject) -> Period | None:
        """Give last year as a whole."""
        return subject.period.previous_year if subject.period else None

    def of_row(self, batch: Batch, frame: RowFrame, row: int, subject: Subject, past: Earlier) -> float | None:
        """Give the closing of last year, or of those before where the row begins within this one."""
        key, code = frame.keys[row], None
        if frame.schema.key == ("org_code",):
            code = str(key[0])
        begins = begins_on(batch, subject, code)
        if subject.days is not None and begins is not None and begins > subject.days.first:
            versions = batch.context.registry.versions.get(code or "", ())
            if code is None or (versions and versions[0].valid_from < begins):
                return seam(batch, subject, past, key, begins)
        if code is None:
            return super().of_row(batch, frame, row, subject, past)
        return self._of_organisation(batch, frame, row, subject, past)

    def _of_organisation(
        self, batch: Batch, frame: RowFrame, row: int, subject: Subject, past: Earlier
    ) -> float | None:
        code, index = str(frame.keys[row][0]), int(frame.submission[row])
        own = past.by_key.get((code,))
        days = subject.days
        if days is None:
            return None
        registry = batch.context.registry
        this_year = [
            s
            for s in registry.successions
            if s.successor_code == code and days.first <= s.effective_on <= days.last
        ]
        carried = [
            s
            for s in this_year
            if (index, (s.predecessor_code,)) not in frame.index and self._was_here(batch, subject, s)
        ]
        if own is None:
            versions = registry.versions.get(code, ())
            if not versions or versions[0].valid_from < days.first:
                return None
            own = 0.0
        if not all(s.is_whole_merger for s in carried):
            return None
        return total([own, *(past.by_key.get((s.predecessor_code,)) for s in carried)])

    @staticmethod
    def _was_here(batch: Batch, subject: Subject, succession: Succession) -> bool:
        """Say whether a predecessor's members can come from nowhere but this submission.

        One that ended on the year's first day has no row anywhere; one that belonged to another unit until
        later has its row there, and its members come by transfer.
        """
        if subject.days is None or succession.effective_on <= subject.days.first:
            return True
        versions = batch.context.registry.versions.get(succession.predecessor_code, ())
        unit = subject.submission.key.unit
        units = {unit, *merged_into(batch, unit, subject.days.last)}
        return bool(versions) and versions[-1].parent_code in units


class PreviousTerm(EarlierProvider):
    """`prev_term.`: the end of the term before, as filed for the term or else for its last year."""

    prefix = "prev_term"
    words: ClassVar[Mapping[str, Label]] = {
        "prev_term": Label(
            vi="nhiệm kỳ trước",
            en="the term before",
        ),
    }

    def registry_tables(self, path: Path) -> frozenset[RegistryTable]:
        """Give also the terms."""
        return super().registry_tables(path) | {"terms"}

    def period(self, batch: Batch, subject: Subject) -> Period | None:
        """Give the term before, or its last year where the term itself was not filed."""
        if subject.unit is None or subject.days is None:
            return None
        ends = ends_of_last_term(batch.context.registry, subject.unit.term_system, subject.days.last.year)
        if not ends:
            return None
        of_term, last_year = ends
        of_targets = (form.code for form in batch.context.catalogue.forms.values() if form.rows == "targets")
        return of_term if any(len(batch.history(form, of_term)) for form in of_targets) else last_year


class RollingYear(Provider):
    """`roll12.FORM.COLUMN`: the unit's flow over the last twelve months.

    It is this period's cumulative figure, plus last year's, minus last year's up to the same day.
    """

    prefix = "roll12"
    words: ClassVar[Mapping[str, Label]] = {
        "roll12": Label(
            vi="12 tháng đến cuối kỳ",
            en="the 12 months up to the end of the period",
        ),
    }
    frames: ClassVar[frozenset[FrameKind]] = frozenset({"sheet"})
    needs_history = True

    def expected(self, catalogue: Catalogue, form: Form | None, path: Path) -> str | None:
        """Say which forms and columns there are."""
        if len(path) != 2 or path[0] not in catalogue.forms:
            return "roll12.FORM.COLUMN"
        return number_column(catalogue.forms[path[0]], path[1])

    def column(self, batch: Batch, frame: Frame, path: Path) -> Vector:
        """Give the flow of twelve months for every sheet."""
        period = batch.period
        current = batch.column(frame, (path[0], "sheet", "sum", path[1]))
        if path[0] == (frame.form.code if frame.form else None):
            current = batch.column(frame, ("sheet", "sum", path[1]))
        if period is None or not period.is_cumulative:
            return nulls(Kind.NUMBER, len(frame))
        if period.kind is PeriodKind.YEAR or period.previous_year is None:
            return current
        form = batch.context.catalogue.forms[path[0]]
        year = earlier(batch, form, period.previous_year, path[1])
        part = earlier(batch, form, Period(period.kind, period.year - 1, period.year - 1), path[1])
        rest = []
        for index in frame.submission.tolist():
            whole = year.of_unit(standing_for(batch, batch.subjects[index], year))
            same = part.of_unit(standing_for(batch, batch.subjects[index], part))
            rest.append(None if whole is None or same is None else whole - same)
        return Vector(Kind.NUMBER, current.data + numbers(rest).data)

    def registry_tables(self, path: Path) -> frozenset[RegistryTable]:
        """Give what says whose earlier rows are the unit's."""
        return frozenset({"organisations", "successions"})

    def in_workbook(self, path: Path) -> SumAndRest:
        """Say that earlier filings add to what the workbook says of this year."""
        return SumAndRest(SheetSum(path[1], form=path[0]))

    def forms(self, path: Path) -> tuple[str, ...]:
        """Give the form whose flow it is."""
        return (path[0],)


PROVIDERS = (PreviousCumulative(), PreviousYear(), PreviousTerm(), RollingYear())
