"""Findings in words: the fields of a message, how values are written, and the place in front.

What belongs here: from a failing row to a `Finding`. What does not: which rows fail (`judge.py`) and the texts
themselves, which stand with the rules.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from ingestion.gate.compiling import Check
from ingestion.gate.context.organisations import facts_of
from ingestion.gate.frames.batch import Batch
from ingestion.gate.frames.cells import CellFrame
from ingestion.gate.frames.frame import Frame, Place
from ingestion.gate.frames.owed import OwedFrame
from ingestion.gate.frames.subject import Subject
from ingestion.gate.language.evaluate import Mask, evaluate
from ingestion.gate.language.functions import decimals_of
from ingestion.gate.language.syntax import Name, Node
from ingestion.gate.language.vectors import FALSE, Vector
from ingestion.records.findings import Finding, Severity
from ingestion.records.submissions import FormRow, Problem
from ingestion.records.text import shortened
from ingestion.words import writing
from ingestion.words.labels import Label, Language
from ingestion.words.messages import message
from ingestion.words.places import address
from ingestion.words.problems import describe, remedy

_LISTED = 20
"""How many missing things a message names before it only counts them."""

_DECIMALS = 2
_EXACT = 6
"""What has more decimals is a quotient without an end, and written with two; all else is written in full."""


def plain(value: Any) -> str:
    """Write a value so that a program can read it: no grouping, ISO dates, no more of a text than is quoted."""
    if value is None:
        return ""
    if isinstance(value, float):
        return writing.plain(value)
    return value.isoformat() if isinstance(value, date) else shortened(str(value))


def written(value: Any, language: Language, decimals: int | None = None) -> str:
    """Write a value as people of a language do; a number with some decimals, or with those that it has."""
    if isinstance(value, date):
        return writing.day(value, language)
    if not is_number(value):
        return plain(value)
    return writing.number(value, _own_decimals(value) if decimals is None else decimals, language=language)


def is_number(value: Any) -> bool:
    """Say whether a value is a number, and no truth."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _own_decimals(value: float) -> int:
    own = writing.own_decimals(value)
    return own if own <= _EXACT else _DECIMALS


def _spaced(text: str) -> str:
    """Put a percent sign behind a number as everywhere else: after a space that never breaks."""
    return text.replace("}%", f"}}{writing.NBSP}{writing.PERCENT}")


class _Fields(dict[str, str]):
    """The fields of a message; those that need looking up are looked up when a message names them."""

    def __init__(self, known: dict[str, str], look_up: Callable[[str], str]) -> None:
        super().__init__(known)
        self._look_up = look_up

    def __missing__(self, key: str) -> str:
        return self._look_up(key)


@dataclass
class _Site:
    """The row that is spoken of: names that a reader knows it by."""

    batch: Batch
    subject: Subject
    row: FormRow | None
    form: str | None

    def name(self, field: str, language: Language) -> str:
        """Give a field of a message.

        Raises:
            KeyError: messages have no such field.
        """
        names: dict[str, Callable[[Language], str]] = {
            "org_name": self._organisation,
            "line_name": self._lines,
            "activity": self._lines,
            "indicator_name": self._indicator,
            "row_name": self._row_name,
        }
        return names[field](language)

    def _filed(self, column: str) -> str:
        return plain(self.row.values.get(column)) if self.row else ""

    def _organisation(self, _: Language) -> str:
        code = self._filed("org_code")
        return self._filed("org_name") or facts_of(self.batch, self.subject, code).name or code

    def _indicator(self, language: Language) -> str:
        code = self._filed("indicator_code")
        indicator = self.batch.context.catalogue.indicators.get(code)
        return indicator.name.get(language) if indicator else self._filed("indicator_name") or code

    def _row_name(self, language: Language) -> str:
        by_kind = {"organisations": self._organisation, "targets": self._indicator}
        kind = self.batch.context.catalogue.forms[self.form].rows if self.form else ""
        return by_kind.get(kind, self._lines)(language)

    def _lines(self, language: Language) -> str:
        if self.row is None or self.form is None:
            return ""
        names = []
        for column, members in self.batch.context.catalogue.forms[self.form].line_members.items():
            code = plain(self.row.values.get(column))
            names.append(members[code].label.get(language) if code in members else code)
        return " – ".join(name for name in names if name)


def _in_cell(place: Place | None) -> tuple[Any, str | None]:
    """Give the value of a cell, and its text where it was filed as one."""
    if place is None or place.row is None or place.column is None:
        return None, None
    return place.row.values.get(place.column.code), place.row.texts.get(place.column.code)


class Wording:
    """Turns the failing rows of one check into findings."""

    def __init__(self, batch: Batch, check: Check, frame: Frame) -> None:
        self.batch = batch
        self.check = check
        self.frame = frame
        self._joined = batch.over(frame)

    def _vector(self, node: Node | None) -> Vector | None:
        return None if node is None else evaluate(node, self._joined)

    @cached_property
    def _value(self) -> Vector | None:
        if self.check.value is not None:
            return evaluate(self.check.value, self._joined)
        is_cell = isinstance(self.frame, CellFrame)
        return None if self.check.cell is None or is_cell else self._joined.column(self.check.cell.path)

    @cached_property
    def _expected(self) -> Vector | None:
        return self._vector(self.check.expected)

    @cached_property
    def _fields(self) -> dict[str, Vector]:
        return {key: evaluate(node, self._joined) for key, node in self.check.fields.items()}

    @cached_property
    def _hints(self) -> list[tuple[Vector, Label]]:
        return [(evaluate(when, self._joined), text) for when, text in self.check.hints]

    @cached_property
    def _severity(self) -> Vector | None:
        return self._joined.column(("scheme", "severity")) if self.check.rule.severity == "scheme" else None

    def findings(self, mask: Mask) -> list[tuple[int, Finding]]:
        """Give the findings of the rows that fail, each with the number of its submission."""
        rows = np.flatnonzero(mask == FALSE).tolist()
        if isinstance(self.frame, OwedFrame):
            return self._of_missing(self.frame, rows)
        if isinstance(self.frame, CellFrame) and self.check.whole_row is not None:
            return self._of_cells(self.frame, rows, self.check.whole_row)
        return [(int(self.frame.submission[row]), self._of_row(row)) for row in rows]

    def sample(self, row: int) -> tuple[Place | None, str, bool]:
        """Give place and value of a failing row, and whether that is a number; of what is missing its code.

        Where the place is a cell, the value is what stands in it, and nothing that a rule makes of it.
        """
        if isinstance(self.frame, OwedFrame):
            return self._place(None, row), self.frame.expected[row].code, False
        place = self._place(self.check.cell, row)
        is_cell = place is not None and place.row is not None and place.column is not None
        value, filed = _in_cell(place) if is_cell else self._found(place, row)
        return place, plain(value) if filed is None else filed, filed is None and is_number(value)

    def severity(self, row: int) -> Severity:
        """Give the severity of a finding; a scheme that caps without saying how severely, warns."""
        if self.check.rule.severity != "scheme":
            return self.check.rule.severity
        return "error" if self._severity is not None and self._severity.at(row) == "error" else "warning"

    def _of_cells(self, frame: CellFrame, rows: list[int], whole_row: Label) -> list[tuple[int, Finding]]:
        """Speak once of each row into which nothing was filled: its first cell is accused, all are named."""
        by_row: dict[int, list[int]] = {}
        for row in rows:
            by_row.setdefault(id(frame.form_row(row)), []).append(row)
        found: list[tuple[int, Finding]] = []
        for cells in by_row.values():
            subject, filed = int(frame.submission[cells[0]]), frame.form_row(cells[0])
            if len(cells) == 1 or filed is None or filed.is_filled_in(frame.form_of(cells[0]).given):
                found += [(subject, self._of_row(cell)) for cell in cells]
                continue
            others = [frame.own_place("", cell) for cell in cells[1:]]
            related = tuple(str(place) for place in others if place is not None)
            found.append((subject, replace(self._of_row(cells[0], whole_row), related=related)))
        return found

    def _of_row(self, row: int, text: Label | None = None) -> Finding:
        place = self._place(self.check.cell, row)
        value, filed = self._found(place, row)
        expected = self._expected.at(row) if self._expected is not None else None
        decimals = self._decimals(value, filed, expected, place)
        hint = next((text for when, text in self._hints if when.at(row) is True), None)
        site = self._site(place, row)

        def speak(language: Language) -> str:
            fields = {
                "cell": place.cell if place else "",
                "sheet": place.sheet if place else "",
                "row": str(site.row.number) if site.row else "",
                "column": place.column.full_label(language) if place and place.column else "",
                "value": (filed or "") if value is None else written(value, language, decimals[0]),
                "expected": written(expected, language, decimals[1]),
                "hint": hint.get(language) if hint else "",
                **{key: written(vector.at(row), language) for key, vector in self._fields.items()},
            }
            return self._say(text or self.check.message, place, fields, site, language)

        related = [self._place(name, row) for name in self.check.related]
        return Finding(
            rule=self.check.rule.id,
            severity=self.severity(row),
            sheet=place.sheet if place else "",
            cell=place.cell if place else "",
            value=plain(value) if filed is None else filed,
            expected=plain(expected),
            message=speak("vi"),
            message_en=speak("en"),
            clause=self.check.clause,
            decimals=(decimals[0] if filed is None else None, decimals[1]),
            related=tuple(dict.fromkeys(str(p) for p in related if p is not None and p.cell and p != place)),
        )

    def _place(self, name: Name | None, row: int) -> Place | None:
        if name is not None:
            return self.batch.locate(self.frame, name.path, row)
        table = self.frame.table(row)
        return Place(table.sheet) if table else None

    def _decimals(
        self, value: Any, filed: str | None, expected: Any, place: Place | None
    ) -> tuple[int | None, int | None]:
        """Give with how many decimals value and expected are written; None for one that is no number."""
        own = wanted = None
        if is_number(value):
            is_filed = self.check.value is None or filed is not None
            own = decimals_of(filed, value) if is_filed else _own_decimals(value)
        if is_number(expected):
            wanted = self._decimals_of_expected(own, place)
            wanted = _own_decimals(expected) if wanted is None else wanted
        if own is None or wanted is None or value == expected:
            return own, wanted
        # What is wrong must be seen to be so.
        if writing.rounded(value, own) == writing.rounded(expected, wanted):
            wanted = writing.apart(value, expected, max(own, wanted))
            own = max(own, min(wanted, writing.own_decimals(value)))
        return own, wanted

    def _decimals_of_expected(self, of_cell: int | None, place: Place | None) -> int | None:
        """Give the decimals of the filed cell, or of the row's indicator, where the rule says so."""
        if self.check.decimals == "cell":
            return of_cell
        if self.check.decimals == "indicator" and place is not None and place.row is not None:
            code = plain(place.row.values.get("indicator_code"))
            indicator = self.batch.context.catalogue.indicators.get(code)
            return indicator.decimals if indicator else None
        return None

    def _found(self, place: Place | None, row: int) -> tuple[Any, str | None]:
        """Give what was found, and its text where it was filed as one."""
        in_cell, filed = _in_cell(place)
        value = in_cell if self._value is None else self._value.at(row)
        is_own_cell = (
            self.check.value is None and self.check.cell is not None and self.check.cell.path[0] != "sheet"
        )
        return value, filed if is_own_cell else None

    def _site(self, place: Place | None, row: int) -> _Site:
        subject = self.batch.subjects[self.frame.submission[row]]
        form = self.frame.form_of(row).code if isinstance(self.frame, CellFrame) else self.check.form
        spoken_of = place.row if place and place.row else self.frame.form_row(row)
        return _Site(self.batch, subject, spoken_of, form)

    def _say(
        self, text: Label, place: Place | None, fields: dict[str, str], site: _Site, language: Language
    ) -> str:
        known = _Fields(fields, lambda key: site.name(key, language))
        body, remedy = (_spaced(said.get(language)).format_map(known) for said in (text, self.check.remedy))
        if place is None or not place.sheet:
            return message("gate.finding_of_file", language, body=body, remedy=remedy)
        return message("gate.finding", language, place=str(place), body=body, remedy=remedy)

    def _of_missing(self, frame: OwedFrame, rows: list[int]) -> list[tuple[int, Finding]]:
        """Speak once of all that is missing from a sheet, and of all sheets that are missing from a file."""
        grouped: dict[tuple[int, str], list[int]] = {}
        for row in rows:
            table = frame.table(row)
            grouped.setdefault((int(frame.submission[row]), table.sheet if table else ""), []).append(row)
        return [(subject, self._of_group(frame, group)) for (subject, _), group in grouped.items()]

    def _of_group(self, frame: OwedFrame, rows: list[int]) -> Finding:
        place = self._place(None, rows[0])
        site = self._site(place, rows[0])
        missing = [frame.expected[row] for row in rows]

        def speak(language: Language) -> str:
            names = [f"{owed.code} ({owed.name})" for owed in missing[:_LISTED]]
            if len(missing) > _LISTED:
                names.append(message("gate.and_more", language, count=len(missing) - _LISTED))
            fields = {"n": written(len(missing), language), "missing": ", ".join(names)}
            return self._say(self.check.message, place, fields, site, language)

        return Finding(
            rule=self.check.rule.id,
            severity=self.severity(rows[0]),
            sheet=place.sheet if place else "",
            cell="",
            value="",
            expected=", ".join(owed.code for owed in missing),
            message=speak("vi"),
            message_en=speak("en"),
            clause=self.check.clause,
            decimals=(None, None),
        )


def finding_of_problem(problem: Problem, severity: Severity = "error") -> Finding:
    """Turn something that could not be read, or was noted, into a finding."""

    def speak(language: Language) -> str:
        texts = {"body": describe(problem, language), "remedy": remedy(problem, language)}
        if not problem.sheet:
            return message("gate.finding_of_file", language, **texts)
        return message("gate.finding", language, place=address(problem.sheet, problem.cell), **texts)

    return Finding(
        rule=problem.code,
        severity=severity,
        sheet=problem.sheet,
        cell=problem.cell,
        value=problem.value,
        expected="",
        message=speak("vi"),
        message_en=speak("en"),
        decimals=(None, None),
    )


def reason_text(reason: str, language: Language = "vi") -> str:
    """Say in words why a rule was not run, from the reason of an outcome (`form_missing:B03`)."""
    if not reason:
        return ""
    code, _, detail = reason.partition(":")
    return message(f"gate.not_run.{code}", language, detail=detail)
