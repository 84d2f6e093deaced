"""What is expected of a submission: its sheets, or the rows of one of its sheets.

What belongs here: what the registry and the forms ask for, beside what was filed. What does not: whether its
lack is a finding, which rules say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from ingestion.definitions.forms import Form
from ingestion.definitions.registry import RegistryTable
from ingestion.gate.frames.frame import Frame, FrameKind
from ingestion.gate.frames.subject import FormStatus, GateContext, Subject, filed, status_of
from ingestion.gate.language.vectors import Vector, texts, truths
from ingestion.records.submissions import FormTable


@dataclass(frozen=True, slots=True)
class _Owed:
    subject: int
    code: str
    name: str
    is_filed: bool
    form: str
    is_empty: bool = False
    is_asked: bool = True
    is_collected: bool = True


class OwedFrame(Frame):
    """What is expected: the sheets of a submission, or the rows of one of its sheets.

    With the sheets stand those that were filled in though nobody asked for them.

    Expected rows are those that the template brings: the unit's living organisations, the fixed lines that
    its kind files, its assigned targets.

    Own columns: code, name, is_filed, is_empty (of sheets that are there, but into which nothing was filled;
    they are not filed), is_asked (of sheets: whether units of the kind may file it for the period),
    is_collected (of sheets: whether anybody may, as far as the form's time is concerned).
    """

    kind: FrameKind = "owed"
    COLUMNS = frozenset({"code", "name", "is_filed", "is_empty", "is_asked", "is_collected"})

    def __init__(self, subjects: Sequence[Subject], context: GateContext, form: Form | None) -> None:
        if form is None:
            self.expected = self._sheets(subjects, context)
        elif form.rows == "organisations":
            self.expected = self._organisations(subjects, context, form)
        elif form.rows == "lines":
            self.expected = self._lines(subjects, form)
        else:
            self.expected = self._targets(subjects, context, form)
        super().__init__(subjects, form, np.array([owed.subject for owed in self.expected], dtype=np.intp))

    @staticmethod
    def registry_tables(form: Form | None) -> frozenset[RegistryTable]:
        """Give the tables of the registry that say what is expected."""
        if form is not None and form.rows == "targets":
            return frozenset({"organisations", "terms", "targets"})
        return frozenset({"organisations"})

    @staticmethod
    def _sheets(subjects: Sequence[Subject], context: GateContext) -> list[_Owed]:
        expected: list[_Owed] = []
        for index, subject in enumerate(subjects):
            if subject.unit is None or subject.period is None:
                continue
            kind, period, is_closing = subject.unit.org_kind, subject.period, subject.is_closing
            for form in context.catalogue.forms.values():
                status = subject.forms[form.code]
                is_asked = form.is_accepted(kind, period, is_closing=is_closing)
                if not is_asked and status_of(subject.submission, form) is FormStatus.FILED:
                    is_collected = form.effective.covers(period.end)
                    expected.append(
                        _Owed(index, form.sheet, form.title.vi, True, form.code, False, False, is_collected)
                    )
                elif form.is_owed(kind, period, is_closing=is_closing) or status is FormStatus.EMPTY:
                    is_filed, is_empty = status is FormStatus.FILED, status is FormStatus.EMPTY
                    expected.append(_Owed(index, form.sheet, form.title.vi, is_filed, form.code, is_empty))
        return expected

    @staticmethod
    def _organisations(subjects: Sequence[Subject], context: GateContext, form: Form) -> list[_Owed]:
        expected: list[_Owed] = []
        for index, subject in filed(subjects, form.code):
            if subject.days is None:
                continue
            there = {row.values.get("org_code") for row in subject.tables[form.code].rows}
            children = context.registry.children_at(subject.submission.key.unit, subject.days.last)
            expected += [
                _Owed(index, child.org_code, child.org_name, child.org_code in there, form.code)
                for child in children
                if not child.files_reports
            ]
        return expected

    @staticmethod
    def _lines(subjects: Sequence[Subject], form: Form) -> list[_Owed]:
        expected: list[_Owed] = []
        for index, subject in filed(subjects, form.code):
            table = subject.tables[form.code]
            owed = form.owed_lines(subject.unit.org_kind if subject.unit else "")
            if not owed.keys() <= table.columns.keys():
                continue  # without its key column no line can be told from another, which is said already
            there = {tuple(row.values.get(column) for column in owed) for row in table.rows}
            expected += [
                _Owed(
                    index,
                    " + ".join(line.code for line in lines),
                    " – ".join(line.label.vi for line in lines),
                    tuple(line.code for line in lines) in there,
                    form.code,
                )
                for lines in product(*owed.values())
            ]
        return expected

    @staticmethod
    def _targets(subjects: Sequence[Subject], context: GateContext, form: Form) -> list[_Owed]:
        expected: list[_Owed] = []
        for index, subject in filed(subjects, form.code):
            table = subject.tables[form.code]
            if subject.unit is None or subject.period is None or "indicator_code" not in table.columns:
                continue
            there = {row.values.get("indicator_code") for row in table.rows}
            for target in context.registry.assigned_targets(subject.unit, subject.period):
                indicator = context.catalogue.indicators.get(target.indicator_code)
                name = indicator.name.vi if indicator else target.indicator_code
                is_filed = target.indicator_code in there
                expected.append(_Owed(index, target.indicator_code, name, is_filed, form.code))
        return expected

    def table(self, row: int) -> FormTable | None:
        """Give the sheet that is expected, or on which something is; None where it is not there."""
        return self.subjects[int(self.submission[row])].tables.get(self.expected[row].form)

    def own(self, name: str) -> Vector:
        """Give one of the frame's columns."""
        if name.startswith("is_"):
            return truths([getattr(owed, name) for owed in self.expected])
        return texts([owed.code if name == "code" else owed.name for owed in self.expected])
