"""`elsewhere.`: who else has reported an organisation for days that a row is about.

What belongs here: which accepted rows of other units overlap a row. What does not: which of them counts, which
the warehouse decides.
"""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form
from ingestion.definitions.registry import RegistryTable
from ingestion.gate.frames.batch import Batch
from ingestion.gate.frames.earlier import begins_on, earlier_rows
from ingestion.gate.frames.frame import Frame, FrameKind, Path, RowFrame, attribute
from ingestion.gate.frames.provider import Provider, one_of
from ingestion.gate.frames.subject import Subject
from ingestion.gate.language.vectors import Kind, Vector
from ingestion.records.periods import CUMULATIVE, Days, Period
from ingestion.words.labels import Label

_Reported = Mapping[str, Mapping[str, Period]]
"""The newest period of the year by organisation and unit that reported it."""


class ElsewhereContext(Provider):
    """`elsewhere.`: the other unit that reported the row's organisation for days of the row, and its period."""

    prefix = "elsewhere"
    words: ClassVar[Mapping[str, Label]] = {
        "elsewhere": Label(
            vi="báo cáo đã nhận của đơn vị khác về cùng tổ chức, cùng những ngày ấy",
            en="what was accepted of another unit about the same organisation and the same days",
        ),
    }
    frames: ClassVar[frozenset[FrameKind]] = frozenset({"row"})
    needs_history = True
    attributes: ClassVar[Mapping[str, Kind]] = {"unit": Kind.TEXT, "period": Kind.TEXT}

    def expected(self, catalogue: Catalogue, form: Form | None, path: Path) -> str | None:
        """Say which names there are."""
        if len(path) != 1 or path[0] not in self.attributes:
            return one_of(self.attributes)
        return None if form and "org_code" in form.key else "a form with a row for each organisation"

    def registry_tables(self, path: Path) -> frozenset[RegistryTable]:
        """Give what says who lived when, and who went into whom."""
        return frozenset({"organisations", "successions"})

    def column(self, batch: Batch, frame: Frame, path: Path) -> Vector:
        """Give it for every row."""
        if not isinstance(frame, RowFrame):
            raise KeyError(f"elsewhere.{path[0]} is there for rows alone")
        key = ("elsewhere", frame.schema.code)
        found: list[tuple[str, str] | None] = batch.remembered(key, lambda: _overlaps(batch, frame))
        number = list(self.attributes).index(path[0])
        return attribute(self.attributes[path[0]], [one[number] if one else None for one in found])


def _overlaps(batch: Batch, frame: RowFrame) -> list[tuple[str, str] | None]:
    reported = _reported(batch, frame.schema)
    codes = frame.column("org_code").data
    return [
        _overlap(batch, batch.subjects[subject], str(code), reported[code]) if code in reported else None
        for subject, code in zip(frame.submission.tolist(), codes, strict=True)
    ]


def _reported(batch: Batch, form: Form) -> _Reported:
    """Give the units that have reported each organisation in the year so far."""
    found: dict[str, dict[str, Period]] = {}
    if batch.period is None or not batch.period.is_cumulative:
        return found
    place = form.key.index("org_code")
    for kind in (kind for kind in CUMULATIVE if kind not in batch.period.later):
        period = Period(kind, batch.period.year, batch.period.year)
        rows = earlier_rows(batch, form, period)
        for unit, key in zip(rows.units, rows.keys, strict=True):
            found.setdefault(str(key[place]), {})[unit] = period
    return found


def _overlap(
    batch: Batch, subject: Subject, code: str, reported: Mapping[str, Period]
) -> tuple[str, str] | None:
    """Give the unit whose row is about some of the same days, with its period; None where there is none."""
    own, begins = subject.submission.key.unit, begins_on(batch, subject, code)
    if begins is None or subject.days is None:
        return None
    ends = _with(batch, own, code, subject.days).last
    registry = batch.context.registry
    for unit, period in sorted(reported.items()):
        last = registry.last_day(unit)
        gives_way = last is not None and begins <= last and own in registry.takers_of(unit)
        if unit == own or gives_way:
            continue
        other = _with(batch, unit, code, registry.reported_days(unit, period))
        if begins <= other.last and other.first <= ends:
            return unit, period.code
    return None


def _with(batch: Batch, unit: str, code: str, days: Days) -> Days:
    """Give the days of a report on which an organisation was with the unit; all of them if it never was."""
    versions = batch.context.registry.versions
    spells = [v for v in versions.get(code, ()) if v.parent_code == unit and v.lived_in(days)]
    first = max(days.first, *(v.valid_from for v in versions.get(unit, ())[:1]), days.first)
    if not spells:
        return Days(first, days.last)
    last = max(v.valid_to or date.max for v in spells)
    return Days(max(first, min(v.valid_from for v in spells)), min(days.last, last))


PROVIDERS = (ElsewhereContext(),)
