"""Prefixes that join the registry to rows: `reg.` and `target.`.

What belongs here: what the registry says of the organisation or the target of a row. What does not: the
reporting unit itself (`submission.py`) and earlier filings (`frames/history.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form
from ingestion.definitions.registry import RegistryTable
from ingestion.definitions.registry_rows import Target
from ingestion.gate.frames.batch import Batch
from ingestion.gate.frames.frame import Frame, FrameKind, Path, RowFrame, attribute
from ingestion.gate.frames.provider import Provider, one_of
from ingestion.gate.frames.sources import OfRow
from ingestion.gate.frames.subject import Subject
from ingestion.gate.language.vectors import Kind, Vector
from ingestion.records.periods import PeriodKind
from ingestion.words.labels import Label

_CONTEXT = "context"
"""The section of indicators that tell of a unit's surroundings."""


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """What the registry says of an organisation, seen from one reporting unit and period.

    Attributes:
        is_listed: whether the code exists at all.
        lived_in_period: whether it existed on any day of the period.
        began_in_period: whether it existed on no day before the period, and on one of it.
        active_at_end: whether it exists on the last day, under whichever unit.
        ended_in_period: whether it ended in the period, or left the unit to which it belonged in it.
        parent_at_end: the code above it on the last day.
        org_type: its type on the last day, or the last one of the period.
        name: its name then.
    """

    is_listed: bool
    lived_in_period: bool
    began_in_period: bool
    active_at_end: bool
    ended_in_period: bool
    parent_at_end: str | None
    org_type: str | None
    name: str | None


def facts_of(batch: Batch, subject: Subject, code: str) -> OrganisationFacts:
    """Look an organisation up, once for a batch."""
    key = ("facts", subject.submission.key.unit, code)
    return batch.remembered(key, lambda: _facts(batch, subject, code))


def _facts(batch: Batch, subject: Subject, code: str) -> OrganisationFacts:
    registry, days, unit = batch.context.registry, subject.days, subject.submission.key.unit
    versions = registry.versions.get(code, ())
    if days is None:
        return OrganisationFacts(bool(versions), False, False, False, False, None, None, None)
    lived = [v for v in versions if v.lived_in(days)]
    at_end = next((v for v in lived if v.is_active(days.last)), None)
    last = at_end or (lived[-1] if lived else None)
    was_under_unit = any(v.parent_code == unit for v in lived if v is not at_end)
    has_left = was_under_unit and (at_end is None or at_end.parent_code != unit)
    return OrganisationFacts(
        is_listed=bool(versions),
        lived_in_period=bool(lived),
        began_in_period=bool(lived) and min(v.valid_from for v in versions) >= days.first,
        active_at_end=at_end is not None,
        ended_in_period=has_left,
        parent_at_end=at_end.parent_code if at_end else None,
        org_type=last.org_type if last else None,
        name=last.org_name if last else None,
    )


class RegistryContext(Provider):
    """`reg.`: the organisation of a row as the registry knows it; `reg.organisations` counts the unit's."""

    prefix = "reg"
    words: ClassVar[Mapping[str, Label]] = {
        "reg": Label(
            vi="danh mục tổ chức",
            en="the registry",
        ),
    }
    frames: ClassVar[frozenset[FrameKind]] = frozenset({"row", "sheet"})
    attributes: ClassVar[Mapping[str, Kind]] = {
        "is_listed": Kind.TRUTH,
        "lived_in_period": Kind.TRUTH,
        "began_in_period": Kind.TRUTH,
        "active_at_end": Kind.TRUTH,
        "ended_in_period": Kind.TRUTH,
        "parent_at_end": Kind.TEXT,
        "org_type": Kind.TEXT,
        "name": Kind.TEXT,
    }

    def expected(self, catalogue: Catalogue, form: Form | None, path: Path) -> str | None:
        """Say which names there are."""
        if path == ("organisations",):
            return None
        if len(path) != 1 or path[0] not in self.attributes:
            return one_of(frozenset(self.attributes) | {"organisations"})
        return None if form and "org_code" in form.key else "a form with a row for each organisation"

    def registry_tables(self, path: Path) -> frozenset[RegistryTable]:
        """Give the table of the organisations."""
        return frozenset({"organisations"})

    def in_workbook(self, path: Path) -> OfRow:
        """Say that it is known beforehand."""
        return OfRow(is_of_sheet=path == ("organisations",))

    def column(self, batch: Batch, frame: Frame, path: Path) -> Vector:
        """Give what the registry says of each row."""
        if path == ("organisations",):
            return frame.joined(attribute(Kind.NUMBER, [_count(batch, s) for s in batch.subjects]))
        if not isinstance(frame, RowFrame):
            raise KeyError(f"reg.{path[0]} is there for rows alone")
        codes = frame.column("org_code").data
        values = [
            None if code is None else getattr(facts_of(batch, batch.subjects[subject], code), path[0])
            for subject, code in zip(frame.submission.tolist(), codes, strict=True)
        ]
        return attribute(self.attributes[path[0]], values)


def _count(batch: Batch, subject: Subject) -> int | None:
    if subject.days is None:
        return None
    children = batch.context.registry.children_at(subject.submission.key.unit, subject.days.last)
    return sum(not child.files_reports for child in children)


class TargetContext(Provider):
    """`target.`: the target that was assigned to the unit for the indicator of a row."""

    prefix = "target"
    words: ClassVar[Mapping[str, Label]] = {
        "target": Label(
            vi="chỉ tiêu được giao",
            en="the assigned target",
        ),
    }
    frames: ClassVar[frozenset[FrameKind]] = frozenset({"row"})
    attributes: ClassVar[Mapping[str, Kind]] = {
        "min": Kind.NUMBER,
        "max": Kind.NUMBER,
        "basis": Kind.TEXT,
        "direction": Kind.TEXT,
    }
    """What the assignment itself says; null where there is none."""
    standing: ClassVar[Mapping[str, Kind]] = {"is_assigned": Kind.TRUTH, "is_known": Kind.TRUTH}
    """Whether there is one; whether the code is known at all, as an indicator or as what was assigned."""

    def expected(self, catalogue: Catalogue, form: Form | None, path: Path) -> str | None:
        """Say which names there are."""
        known = frozenset({*self.attributes, *self.standing})
        if len(path) != 1 or path[0] not in known:
            return one_of(known)
        return None if form and "indicator_code" in form.key else "a form with a row for each target"

    def registry_tables(self, path: Path) -> frozenset[RegistryTable]:
        """Give the targets, and whose term they are of."""
        return frozenset({"organisations", "terms", "targets"})

    def in_workbook(self, path: Path) -> OfRow:
        """Say that it is known beforehand."""
        return OfRow()

    def column(self, batch: Batch, frame: Frame, path: Path) -> Vector:
        """Give the assigned target of each row."""
        codes = frame.column("indicator_code").data
        rows = [
            (batch.subjects[subject], code)
            for subject, code in zip(frame.submission.tolist(), codes, strict=True)
        ]
        found = [_target(batch, subject, code) for subject, code in rows]
        if path[0] in self.attributes:
            return attribute(self.attributes[path[0]], [getattr(t, path[0]) if t else None for t in found])
        told = self._is_known if path[0] == "is_known" else self._is_assigned
        return attribute(
            Kind.TRUTH,
            [
                told(batch, subject, code, target) if code and _term_of(batch, subject) else None
                for target, (subject, code) in zip(found, rows, strict=True)
            ],
        )

    @staticmethod
    def _is_known(batch: Batch, subject: Subject, code: str, target: Target | None) -> bool:
        return target is not None or code in batch.context.catalogue.indicators

    @staticmethod
    def _is_assigned(batch: Batch, subject: Subject, code: str, target: Target | None) -> bool | None:
        """Say whether a target was assigned; null where that cannot be said.

        Of a term for which the table has nothing of the unit it is not known what was assigned, and figures of
        the context are told by units of their own accord (form B09).
        """
        if target is not None:
            return True
        indicator = batch.context.catalogue.indicators.get(code)
        unit, term = subject.submission.key.unit, _term_of(batch, subject)
        has_targets = term is not None and bool(batch.context.registry.targets_of(unit, term))
        if (indicator and indicator.section == _CONTEXT) or not has_targets:
            return None
        return False


def _term_of(batch: Batch, subject: Subject) -> str | None:
    """Give the code of the term for which targets of a submission were assigned; None where it is not known."""
    if subject.unit is None or subject.period is None:
        return None
    if subject.period.kind is PeriodKind.TERM:
        return subject.period.code
    term = batch.context.registry.term_of(subject.unit.term_system, subject.period.year)
    return term.term_code if term else None


def _target(batch: Batch, subject: Subject, indicator: str | None) -> Target | None:
    term, period = _term_of(batch, subject), subject.period
    if indicator is None or period is None or term is None:
        return None
    year = None if period.kind is PeriodKind.TERM else period.year
    return batch.context.registry.target_of(subject.submission.key.unit, indicator, term, year)


PROVIDERS = (RegistryContext(), TargetContext())
