"""Who is judged: a submission with its unit and period, and how each form stands in it.

What belongs here: what is known of a submission before any rule, and what judging needs besides. What does not:
tables over several submissions (`frame.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form
from ingestion.definitions.locks import Locks
from ingestion.definitions.registry import Registry
from ingestion.definitions.registry_rows import Organisation
from ingestion.gate.frames.history import History
from ingestion.records.days import day_of
from ingestion.records.periods import Days, Period
from ingestion.records.submissions import FormTable, Submission


@dataclass(frozen=True)
class GateContext:
    """Everything besides the submissions themselves that judging needs.

    Attributes:
        history: effective accepted rows of earlier periods.
        as_of: the clock; None where rules that need it are not to be run.
        locks: the periods that were closed or reopened by hand.
    """

    registry: Registry
    catalogue: Catalogue
    history: History
    as_of: datetime | None
    locks: Locks = field(default_factory=Locks)

    def is_locked(self, submission: Submission) -> bool:
        """Say whether the period was over for the unit, by the calendar or by hand, when a file came."""
        if self.as_of is None:
            return False
        key = submission.key
        locked_on = self.registry.locked_on(key.period)
        return self.locks.is_locked(key.unit, key.period, submission.received_at, locked_on)


class FormStatus(StrEnum):
    """How a form stands in a submission.

    An empty one is there, but nothing was filled into it; an absent one is not there, and nobody can say
    whether it is owed.
    """

    FILED = "filed"
    EMPTY = "empty"
    MISSING = "missing"
    NOT_OWED = "not_owed"
    ABSENT = "absent"


@dataclass(frozen=True)
class Subject:
    """One submission that is judged.

    Attributes:
        days: the days that the period covers for the unit, up to the one on which everything is looked at:
            its own last day where it ended within the period; None where there is no period.
        unit: the reporting unit's version on that day, or the last one within the period; None where
            the registry does not know it, and then nothing but the file as such can be judged.
        forms: how each form stands.
        is_closing: whether the unit ended in the period, so that it closes its year with it.
        is_of_another: whether the cover names another reporting unit, so that this is somebody else's workbook.
    """

    submission: Submission
    period: Period | None
    days: Days | None
    unit: Organisation | None
    forms: Mapping[str, FormStatus]
    is_of_another: bool = False
    is_closing: bool = False

    @property
    def is_known(self) -> bool:
        """Whether unit and period are known, so that it can be said what is owed."""
        return self.unit is not None and self.period is not None

    @property
    def tables(self) -> Mapping[str, FormTable]:
        """The sheets by form."""
        return self.submission.reading.tables

    @property
    def coverage_from(self) -> date | None:
        """The day from which the figures run, where the cover says it."""
        cover = self.submission.reading.cover
        return cover.coverage_from if cover else None

    @cached_property
    def told(self) -> frozenset[tuple[str, str]]:
        """Sheet and cell of what could not be read."""
        return frozenset((p.sheet, p.cell) for p in self.submission.reading.problems if p.cell)

    @property
    def received_on(self) -> date:
        """The day of receipt, in Vietnam."""
        return day_of(self.submission.received_at)


def filed(subjects: Sequence[Subject], form: str) -> list[tuple[int, Subject]]:
    """Give the subjects that filed a form, with their numbers."""
    return [(i, s) for i, s in enumerate(subjects) if s.forms[form] is FormStatus.FILED]


def subject_of(submission: Submission, period: Period | None, context: GateContext) -> Subject:
    """Find out who files and what is owed."""
    registry, catalogue = context.registry, context.catalogue
    unit, days, is_closing = None, None, False
    if period is not None:
        code = submission.key.unit
        days = registry.reported_days(code, period)
        unit = registry.organisation_at(code, days.last) or registry.organisation_in(code, period)
        is_closing = registry.is_closing(code, period)
    if "organisations" in registry.known:
        forms = _forms_of(submission, unit, period, catalogue, is_closing=is_closing)
    else:
        forms = {
            form.code: status_of(submission, form) or FormStatus.ABSENT for form in catalogue.forms.values()
        }
    cover = submission.reading.cover
    named = (cover.reporting_org_code if cover else None) or submission.key.unit
    # A code that nobody has is a slip of the pen; that of another unit makes it the other's workbook.
    is_of_another = named != submission.key.unit and named in registry.reporting_units
    return Subject(submission, period, days, unit, forms, is_of_another, is_closing)


def _forms_of(
    submission: Submission,
    unit: Organisation | None,
    period: Period | None,
    catalogue: Catalogue,
    *,
    is_closing: bool,
) -> dict[str, FormStatus]:
    """Say how each form stands, where it is known what is owed."""
    forms = dict.fromkeys(catalogue.forms, FormStatus.NOT_OWED)
    if unit is None or period is None:
        return forms
    kind = unit.org_kind
    for form in catalogue.forms.values():
        is_accepted = form.is_accepted(kind, period, is_closing=is_closing)
        status = status_of(submission, form) if is_accepted else None
        is_owed = form.is_owed(kind, period, is_closing=is_closing)
        not_there = FormStatus.MISSING if is_owed else FormStatus.NOT_OWED
        forms[form.code] = status or not_there
    if FormStatus.FILED in forms.values():
        # A form that need not be filed may be left empty beside one that was.
        for code, status in forms.items():
            is_owed = catalogue.forms[code].is_owed(kind, period, is_closing=is_closing)
            if status is FormStatus.EMPTY and not is_owed:
                forms[code] = FormStatus.NOT_OWED
    return forms


def status_of(submission: Submission, form: Form) -> FormStatus | None:
    """Say whether a form that is in the file was filled in; None where it is not in the file."""
    table = submission.reading.tables.get(form.code)
    if table is None:
        return None
    return FormStatus.EMPTY if table.is_left_empty(form.given) else FormStatus.FILED
