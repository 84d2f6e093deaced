"""Prefixes that say something of a submission as a whole: `sub.`, `cal.` and `scheme.`.

What belongs here: the receipt and the cover, the period's place in year and term, the rating scheme in force.
What does not: anything that differs from row to row.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from ingestion.definitions.registry import RegistryTable
from ingestion.definitions.registry_rows import CAP_GROUPS, TermOfOffice
from ingestion.gate.frames.batch import Batch
from ingestion.gate.frames.frame import Frame, Path, Place
from ingestion.gate.frames.provider import SubmissionProvider
from ingestion.gate.frames.sources import OfSubmission, OnCover, Source
from ingestion.gate.frames.subject import Subject
from ingestion.gate.language.vectors import Kind
from ingestion.gate.rules import load_parameters
from ingestion.records.periods import Days
from ingestion.words.labels import Label


class SubmissionContext(SubmissionProvider):
    """`sub.`: who files, for which period, received when.

    Where neither the receipt nor the cover names a unit, or the cover no period, nothing is said of it: that
    it is not named is a problem of reading, and the name that stands in its place is nobody's.
    """

    prefix = "sub"
    words: ClassVar[Mapping[str, Label]] = {
        "sub": Label(
            vi="về tệp nộp: đơn vị, kỳ, lúc nhận",
            en="of the file: its unit, period and receipt",
        ),
    }
    attributes: ClassVar[Mapping[str, Kind]] = {
        "unit": Kind.TEXT,
        "cover_unit": Kind.TEXT,
        "kind": Kind.TEXT,
        "is_known_unit": Kind.TRUTH,
        "is_active_at_end": Kind.TRUTH,
        "may_report": Kind.TRUTH,
        "period": Kind.TEXT,
        "cover_period": Kind.TEXT,
        "has_period": Kind.TRUTH,
        "is_in_calendar": Kind.TRUTH,
        "is_cumulative": Kind.TRUTH,
        "coverage_from": Kind.DATE,
        "usual_start": Kind.DATE,
        "has_successions": Kind.TRUTH,
        "received_on": Kind.DATE,
    }
    _CELL_OF: ClassVar[Mapping[str, str]] = {
        "unit": "reporting_org_code",
        "cover_unit": "reporting_org_code",
        "is_known_unit": "reporting_org_code",
        "is_active_at_end": "reporting_org_code",
        "may_report": "reporting_org_code",
        "kind": "reporting_org_code",
        "period": "period_code",
        "cover_period": "period_code",
        "coverage_from": "coverage_from",
        "has_period": "period_code",
        "is_in_calendar": "period_code",
    }

    _TABLES: ClassVar[Mapping[str, frozenset[RegistryTable]]] = {
        "kind": frozenset({"organisations"}),
        "is_known_unit": frozenset({"organisations"}),
        "is_active_at_end": frozenset({"organisations"}),
        "may_report": frozenset({"organisations"}),
        "usual_start": frozenset({"organisations"}),
        "has_successions": frozenset({"organisations", "successions"}),
        # A period that cannot be read is a problem of reading; whether there is one, the calendar says.
        "has_period": frozenset({"calendar"}),
        "is_in_calendar": frozenset({"organisations", "calendar"}),
    }

    def registry_tables(self, path: Path) -> frozenset[RegistryTable]:
        """Give what says who the unit is and which periods there are."""
        return self._TABLES.get(path[0], frozenset())

    def in_workbook(self, path: Path) -> Source | None:
        """Say that all is known beforehand but the day of receipt and what is typed on the cover."""
        if path == ("is_cumulative",):
            return OnCover("period_basis", unless="DISCRETE")
        is_typed = path in (("received_on",), ("coverage_from",))
        return None if is_typed else OfSubmission()

    def needs_clock(self, path: Path) -> bool:
        """Say that the day of receipt means nothing without a clock."""
        return path == ("received_on",)

    def value(self, batch: Batch, subject: int, name: str) -> object:
        """Give one attribute of one submission."""
        who = batch.subjects[subject]
        if name in ("is_known_unit", "is_active_at_end", "may_report"):
            return self._of_unit(batch, who, name)
        if name in ("has_period", "is_in_calendar"):
            return self._of_period(batch, who, name)
        if name in ("usual_start", "has_successions"):
            return self._of_year(batch, who, name)
        cover = who.submission.reading.cover
        values = {
            "unit": who.submission.key.unit,
            "cover_unit": cover.reporting_org_code if cover else None,
            "kind": who.unit.org_kind if who.unit else None,
            "period": who.period.code if who.period else who.submission.key.period,
            "cover_period": cover.values.get("period_code") if cover else None,
            "is_cumulative": (cover.values.get("period_basis") if cover else None) != "DISCRETE",
            "coverage_from": who.coverage_from,
            "received_on": who.received_on if batch.context.as_of else None,
        }
        return values[name]

    @staticmethod
    def _of_unit(batch: Batch, who: Subject, name: str) -> object:
        code, cover = who.submission.key.unit, who.submission.reading.cover
        if name == "is_known_unit":
            is_named = cover is not None and cover.reporting_org_code is not None
            return code in batch.context.registry.versions or (False if is_named else None)
        if who.days is None:
            return None
        registry = batch.context.registry
        day = registry.reporting_day(code, who.period) if who.period else None
        unit = registry.organisation_at(code, day) if day else None
        if name == "is_active_at_end":
            return unit is not None
        return unit.files_reports if unit else None

    @staticmethod
    def _of_period(batch: Batch, who: Subject, name: str) -> object:
        if name == "has_period":
            cover = who.submission.reading.cover
            is_named = cover is not None and bool(cover.values.get("period_code"))
            return who.period is not None or (False if is_named else None)
        if who.period is None:
            return None
        registry = batch.context.registry
        if who.unit is None:
            return who.period.code in registry.periods
        return registry.calendar_row(who.unit.org_code, who.period) is not None

    @staticmethod
    def _of_year(batch: Batch, who: Subject, name: str) -> object:
        registry, code = batch.context.registry, who.submission.key.unit
        versions = registry.versions.get(code)
        if not versions or who.days is None:
            return None
        if name == "usual_start":
            return registry.begins(code, who.days.first)
        seen = Days(who.days.first, who.days.last + timedelta(days=1))
        events = (s for s in registry.successions if code in (s.predecessor_code, s.successor_code))
        return any(seen.first <= s.effective_on <= seen.last for s in events) or registry.has_moves(code, seen)

    def locate(self, batch: Batch, frame: Frame, path: Path, row: int) -> Place | None:
        """Give the cell of the cover."""
        cover = batch.subjects[frame.submission[row]].submission.reading.cover
        entry = self._CELL_OF.get(path[0])
        if cover is None or entry is None:
            return None
        column = batch.context.catalogue.cover.by_code.get(entry)
        return Place(cover.sheet, cover.cells.get(entry, ""), column=column)


class CalendarContext(SubmissionProvider):
    """`cal.`: the period's place in its year and term, and its deadline."""

    prefix = "cal"
    words: ClassVar[Mapping[str, Label]] = {
        "cal": Label(
            vi="lịch báo cáo: hạn nộp, phần của năm đã qua",
            en="the calendar: the deadline, how much of the year is over",
        ),
    }
    attributes: ClassVar[Mapping[str, Kind]] = {
        "kind": Kind.TEXT,
        "year": Kind.NUMBER,
        "starts_on": Kind.DATE,
        "ends_on": Kind.DATE,
        "due_on": Kind.DATE,
        "schedule_share": Kind.NUMBER,
        "is_last_year_of_term": Kind.TRUTH,
        "years_of_term": Kind.NUMBER,
    }

    _TABLES: ClassVar[Mapping[str, frozenset[RegistryTable]]] = {
        "due_on": frozenset({"calendar"}),
        "is_last_year_of_term": frozenset({"organisations", "terms"}),
        "years_of_term": frozenset({"organisations", "terms"}),
    }

    def registry_tables(self, path: Path) -> frozenset[RegistryTable]:
        """Give the calendar or the terms; what follows from the period's code alone needs neither."""
        return self._TABLES.get(path[0], frozenset())

    def in_workbook(self, path: Path) -> Source | None:
        """Say that all is known beforehand; the deadline only matters once the file has come."""
        return None if path == ("due_on",) else OfSubmission()

    def value(self, batch: Batch, subject: int, name: str) -> object:
        """Give one attribute of one submission."""
        who = batch.subjects[subject]
        if who.period is None or who.days is None:
            return None
        row = batch.context.registry.calendar_row(who.submission.key.unit, who.period)
        share = {str(part): share for part, share in load_parameters().schedule_share.items()}
        term = self._term(batch, who)
        values = {
            "kind": str(who.period.kind),
            "year": who.period.year,
            "starts_on": who.days.first,
            "ends_on": who.days.last,
            "due_on": row.due_on if row else None,
            "schedule_share": share.get(str(who.period.kind)),
            "is_last_year_of_term": who.days.last.year >= term.last_year if term else None,
            "years_of_term": who.days.last.year - term.first_year + 1 if term else None,
        }
        return values[name]

    @staticmethod
    def _term(batch: Batch, who: Subject) -> TermOfOffice | None:
        if who.unit is None or who.period is None:
            return None
        return batch.context.registry.term_in(who.unit.term_system, who.period)


class SchemeContext(SubmissionProvider):
    """`scheme.`: the rating scheme of the period's year; everything is null where no scheme is known."""

    prefix = "scheme"
    words: ClassVar[Mapping[str, Label]] = {
        "scheme": Label(
            vi="quy định xếp loại của năm",
            en="the rating scheme of the year",
        ),
    }
    attributes: ClassVar[Mapping[str, Kind]] = {
        "code": Kind.TEXT,
        "cap_rate": Kind.NUMBER,
        "cap_exception_rate": Kind.NUMBER,
        "cap_base": Kind.TEXT,
        "severity": Kind.TEXT,
        "lowest_excellent": Kind.NUMBER,
        "lowest_good": Kind.NUMBER,
        "lowest_completed": Kind.NUMBER,
        **{f"caps_{group.lower()}": Kind.TRUTH for group in CAP_GROUPS},
    }
    _BANDS = ("lowest_excellent", "lowest_good", "lowest_completed")

    def registry_tables(self, path: Path) -> frozenset[RegistryTable]:
        """Give the rating schemes."""
        return frozenset({"rating_schemes"})

    def in_workbook(self, path: Path) -> Source:
        """Say that it is known beforehand."""
        return OfSubmission()

    def value(self, batch: Batch, subject: int, name: str) -> object:
        """Give one attribute of the scheme."""
        who = batch.subjects[subject]
        scheme = batch.context.registry.scheme_of(who.period.year) if who.period else None
        if scheme is None:
            return None
        if name in self._BANDS:
            position = self._BANDS.index(name)
            return scheme.bands[position] if position < len(scheme.bands) else None
        if name.startswith("caps_"):
            return scheme.cap_rate is not None and name.removeprefix("caps_").upper() in scheme.cap_groups
        values = {
            "code": scheme.scheme,
            "cap_rate": scheme.cap_rate,
            "cap_exception_rate": scheme.cap_exception_rate,
            "cap_base": scheme.cap_base or None,
            "severity": scheme.severity or None,
        }
        return values[name]


PROVIDERS = (SubmissionContext(), CalendarContext(), SchemeContext())
