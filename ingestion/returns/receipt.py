"""What the first sheet of a returned workbook says.

What belongs here: which facts are listed, in which order and how many. What does not: how the sheet is written
(`ooxml/grid.py`) and how cells are marked (`marking.py`).
"""

from collections.abc import Sequence
from typing import Any, Literal

from ingestion.definitions.catalogue import Catalogue
from ingestion.ooxml import Entry, NewSheet, Styles, link_to
from ingestion.reading import describe, remedy
from ingestion.records.days import day_of
from ingestion.records.findings import Finding, Outcome, OutcomeStatus, Verdict
from ingestion.records.periods import Period, PeriodError
from ingestion.records.sheet_names import EXPLANATIONS_SHEET, RECEIPT_SHEET
from ingestion.records.submissions import Reading, SubmissionKey
from ingestion.returns.answer import Answer, Decision, Marks
from ingestion.returns.differences import Differences
from ingestion.returns.gathered import gathered, in_words, listed, reason_said
from ingestion.returns.signs import ASKED_FILL, NOTED_FILL, RELATED_FILL, WRONG_FILL
from ingestion.words import writing
from ingestion.words.found import printed
from ingestion.words.labels import Language
from ingestion.words.messages import message
from ingestion.words.places import place_said
from ingestion.workbook import period_name

SHEET = RECEIPT_SHEET
MOST_FINDINGS = 1_000
MOST_DIFFERENCES = 300

_WIDTHS = (5.0, 13.0, 14.0, 17.0, 17.0, 66.0, 46.0, 9.0)
_ALL = len(_WIDTHS)
_ORDER = {"error": 0, "warning": 1, "notice": 3}
_EXPLAINED_ORDER = 2
_SENT_AGAIN = frozenset({Verdict.REJECTED, Verdict.NEEDS_EXPLANATION, Verdict.UNREADABLE})


def named_styles(styles: Styles) -> tuple[dict[str, int], dict[str, float]]:
    """Give the cell styles of the product's own sheets, and their font sizes."""
    shades = {
        Verdict.ACCEPTED: "FFD8EFD9",
        Verdict.REJECTED: WRONG_FILL,
        Verdict.NEEDS_EXPLANATION: ASKED_FILL,
        Verdict.ON_HOLD: NOTED_FILL,
        Verdict.UNREADABLE: WRONG_FILL,
    }
    made = {
        "title": styles.new(size=16, bold=True, wrap=False),
        "plain": styles.new(),
        "quiet": styles.new(size=10, italic=True, color="FF5B6770"),
        "section": styles.new(size=13, bold=True, color="FF17456B", vertical="bottom"),
        "header": styles.new(bold=True, fill="FFDDE5EC", border=True, align="center", vertical="center"),
        "text": styles.new(border=True),
        "english": styles.new(size=10, color="FF5B6770", border=True),
        "center": styles.new(border=True, align="center"),
        "figure": styles.new(border=True, align="right"),
        "link": styles.new(border=True, color="FF0B5394", link=True),
        "jump": styles.new(color="FF0B5394", link=True),
        "error": styles.new(bold=True, border=True, fill=WRONG_FILL),
        "warning": styles.new(bold=True, border=True, fill=ASKED_FILL),
        "notice": styles.new(border=True, fill=NOTED_FILL),
        "explained": styles.new(border=True, fill=NOTED_FILL),
        "related": styles.new(border=True, fill=RELATED_FILL),
        "code": styles.new(color="FF808080", wrap=False),
        **{
            f"verdict.{v}": styles.new(size=18, bold=True, fill=c, vertical="center") for v, c in shades.items()
        },
        **{f"todo.{v}": styles.new(size=12, fill=c) for v, c in shades.items()},
        **{f"todo_en.{v}": styles.new(size=10, italic=True, fill=c) for v, c in shades.items()},
    }
    sizes = {"title": 16.0, "section": 14.0, "quiet": 10.0, "english": 10.0}
    sizes |= {name: 18.0 for name in made if name.startswith("verdict.")}
    sizes |= {name: 12.0 for name in made if name.startswith("todo.")}
    return made, sizes


def receipt(answer: Answer, marks: Marks, catalogue: Catalogue) -> NewSheet:
    """Say everything: the verdict and what to do, findings, changes, conversions, rules that did not run."""
    grid = NewSheet(_WIDTHS)
    _head(grid, answer, marks)
    _findings(grid, answer, marks)
    if answer.differences is not None and answer.previous is not None:
        _differences(grid, answer.previous, answer.differences, marks, catalogue)
    if answer.reading.is_readable:
        _reading(grid, answer.reading, marks)
    _not_run(grid, [o for o in answer.judgement.outcomes if o.status is OutcomeStatus.NOT_RUN])
    return grid


Apology = Literal["work", "rows", "original", "trial"]
"""What a clerk is told of a failure of the product: it could not work on what was filed, or write the rows of
what was accepted; its copy of the file is lost or damaged; or it failed on a file that was only tried."""


def apology_sheet(answer: Answer, why: Apology) -> NewSheet:
    """Say that the product failed on a file, which says nothing of the file, and what follows."""
    grid = NewSheet(_WIDTHS)
    _title(grid, answer)
    grid.add(_wide(_both("returns.set_aside"), f"verdict.{Verdict.ON_HOLD}"), height=32)
    grid.add(_wide(message(f"returns.set_aside.{why}"), f"todo.{Verdict.ON_HOLD}"))
    grid.add(_wide(message(f"returns.set_aside.{why}", "en"), f"todo_en.{Verdict.ON_HOLD}"))
    return grid


def _both(key: str, **fields: Any) -> str:
    return f"{message(key, **fields)} / {message(key, 'en', **fields)}"


def _wide(text: str, style: str, link: str = "") -> Entry:
    return Entry(text, style, link, _ALL)


def _title(grid: NewSheet, answer: Answer) -> None:
    """Say whose file it is, for which period, and when it came."""
    key = answer.key
    suffix = ".trial" if answer.received_at is None else ""
    grid.add(_wide(_both(f"returns.title{suffix}"), "title"), height=26)
    unknown = message("returns.unknown")
    try:
        period = f"{period_name(Period.parse(key.period))} ({key.period})"
    except PeriodError:
        period = unknown
    unit = key.unit if key.unit != "unknown" else unknown
    line = message(
        f"returns.subtitle{suffix}",
        unit=f"{answer.unit_name} ({unit})" if answer.unit_name else unit,
        period=period,
        revision=key.revision,
        file=answer.reading.file_name,
    )
    grid.add(_wide(line, "plain"))
    if times := _times(answer):
        grid.add(_wide(times, "plain"))


def _head(grid: NewSheet, answer: Answer, marks: Marks) -> None:
    _title(grid, answer)
    judgement = answer.judgement
    verdict = judgement.verdict
    if answer.decision is not None:
        _decided(grid, answer.decision)
        grid.add(_wide(_both("returns.verdict_before", verdict=message(f"returns.verdict.{verdict}")), "plain"))
    else:
        grid.add(_wide(_both(f"returns.verdict.{verdict}"), f"verdict.{verdict}"), height=32)
        grid.add(_wide(message(f"returns.todo.{verdict}"), f"todo.{verdict}"))
        if (hurry := _hurry(answer)) and answer.due_on is not None:
            grid.add(_wide(message(hurry, due_on=writing.day(answer.due_on)), f"todo.{verdict}"))
        grid.add(_wide(message(f"returns.todo.{verdict}", "en"), f"todo_en.{verdict}"))
    counts = _counts(answer)
    grid.add(_wide(message("returns.counts", **counts), "plain"))
    grid.add(_wide(message("returns.counts", "en", **counts), "quiet"))
    if marks.explanations:
        sheet = marks.sheets.get(EXPLANATIONS_SHEET, EXPLANATIONS_SHEET)
        text = _both("returns.to_explanations", count=marks.lines)
        grid.add(_wide(text, "jump", link_to(sheet, marks.explanations)))
    if any(finding.cell for finding in judgement.findings):
        names = ("error", "warning", "notice")
        grid.add(
            Entry(message("returns.legend") + ":", "plain", columns=2),
            *(Entry(message(f"returns.severity.{name}"), name) for name in names),
            Entry(message("returns.legend.related"), "related"),
        )


def _times(answer: Answer) -> str:
    """Say when the file came and when it was due."""
    parts = []
    if answer.received_at is not None:
        parts.append(message("returns.received", moment=writing.moment(answer.received_at)))
    if answer.due_on is not None:
        parts.append(message("returns.due", due_on=writing.day(answer.due_on)))
        if answer.received_at is not None:
            is_late = day_of(answer.received_at) > answer.due_on
            parts.append(message("returns.late" if is_late else "returns.on_time"))
    return " · ".join(parts)


def _hurry(answer: Answer) -> str:
    """Give the message that says until when the mended file has to come; blank where none is asked for."""
    if answer.due_on is None or answer.received_at is None or answer.judgement.verdict not in _SENT_AGAIN:
        return ""
    if answer.is_locked:
        return "returns.again_locked"
    return "returns.again_late" if day_of(answer.received_at) > answer.due_on else "returns.again"


def _decided(grid: NewSheet, decision: Decision) -> None:
    """Say what the data team decided, why, who and when."""
    verdict, kind = decision.verdict, decision.kind
    grid.add(_wide(_both(f"returns.decision.{kind}"), f"verdict.{verdict}"), height=32)
    grid.add(_wide(message("returns.decision.reason", reason=decision.reason), f"todo.{verdict}"))
    moment = writing.moment(decision.at)
    grid.add(_wide(message("returns.decision.by", by=decision.by, moment=moment), f"todo.{verdict}"))
    styles: tuple[tuple[Language, str], ...] = (("vi", "todo"), ("en", "todo_en"))
    for language, style in styles:
        if not decision.is_accepted:
            grid.add(_wide(_what_counts(decision, language), f"{style}.{verdict}"))
        grid.add(_wide(message(f"returns.decision.todo.{kind}", language), f"{style}.{verdict}"))


def _what_counts(decision: Decision, language: Language) -> str:
    """Say which figures the period has without the submission that was taken back."""
    if decision.counting is None:
        return message("returns.decision.nothing_counts", language)
    return message("returns.decision.counting", language, submission=str(decision.counting))


def _counts(answer: Answer) -> dict[str, Any]:
    findings = answer.judgement.findings
    return {
        "errors": sum(f.severity == "error" for f in findings),
        "warnings": len(answer.unexplained),
        "explained": sum(f.severity == "warning" and f.explained for f in findings),
        "notices": sum(f.severity == "notice" for f in findings),
        "passed": answer.judgement.count(OutcomeStatus.PASS),
        "failed": answer.judgement.count(OutcomeStatus.FAIL),
        "not_run": answer.judgement.count(OutcomeStatus.NOT_RUN),
    }


def _section(grid: NewSheet, key: str, **fields: Any) -> None:
    grid.add()
    grid.add(_wide(_both(key, **fields), "section"))


def _header(grid: NewSheet, *columns: tuple[str, int]) -> None:
    entries = []
    for name, width in columns:
        labels = (message(f"returns.column.{name}"), message(f"returns.column.{name}", "en"))
        entries.append(Entry("\n".join(dict.fromkeys(labels)), "header", columns=width))
    grid.add(*entries)


def severity_of(finding: Finding) -> str:
    """Give the name under which a finding is shown: its severity, or that it is explained."""
    return "explained" if finding.severity == "warning" and finding.explained else finding.severity


def _rank(finding: Finding) -> int:
    return _EXPLAINED_ORDER if severity_of(finding) == "explained" else _ORDER[finding.severity]


def _findings(grid: NewSheet, answer: Answer, marks: Marks) -> None:
    findings = sorted(answer.judgement.findings, key=_rank)
    _section(grid, "returns.section.findings", count=len(findings))
    if not findings:
        grid.add(_wide(_both("returns.none"), "plain"))
        return
    names = ("number", "severity", "place", "found", "expected", "message", "english", "rule")
    _header(grid, *((name, 1) for name in names))
    for number, finding in enumerate(findings[:MOST_FINDINGS], start=1):
        shade = severity_of(finding)
        grid.add(
            Entry(str(number), "center"),
            Entry(message(f"returns.severity.{shade}"), shade),
            _place(finding.sheet, finding.cell, marks),
            *(Entry(text, "figure") for text in printed(finding)),
            Entry(finding.message, "text"),
            Entry(finding.message_en, "english"),
            Entry(finding.rule, "center"),
        )
    if len(findings) > MOST_FINDINGS:
        grid.add(_wide(_both("returns.more", count=len(findings) - MOST_FINDINGS), "plain"))


def _place(sheet: str, cell: str, marks: Marks) -> Entry:
    name = marks.sheets.get(sheet, "") if sheet else ""
    text = place_said(name or sheet, cell)
    return Entry(text, "link", link_to(name, cell)) if name else Entry(text, "text")


def _differences(
    grid: NewSheet, previous: SubmissionKey, differences: Differences, marks: Marks, catalogue: Catalogue
) -> None:
    _section(grid, "returns.section.differences", previous=str(previous), count=differences.count)
    if not differences.count:
        grid.add(_wide(_both("returns.no_differences"), "plain"))
        return
    labels = {
        (form.code, column.code): column.full_label("vi")
        for form in (catalogue.cover, *catalogue.forms.values())
        for column in form.columns
    }
    _header(grid, ("number", 1), ("place", 2), ("before", 1), ("after", 1), ("change", 3))
    blank = Entry("", "text")
    entries: list[tuple[Entry, str, str, str]] = [
        (blank, "", "", _both("returns.form_added", form=form)) for form in differences.added_forms
    ]
    entries += [(blank, "", "", _both("returns.form_removed", form=form)) for form in differences.removed_forms]
    entries += [
        (
            _place(change.sheet, f"A{change.row}", marks),
            "",
            "",
            _both("returns.row_added", row=change.row, codes=", ".join(change.key)),
        )
        for change in differences.added_rows
    ]
    entries += [
        (
            Entry(change.sheet, "text"),
            "",
            "",
            _both("returns.row_removed", row=change.row, codes=", ".join(change.key)),
        )
        for change in differences.removed_rows
    ]
    entries += [
        (
            _place(change.sheet, change.cell, marks),
            *change.printed(),
            " · ".join(part for part in (", ".join(change.key), labels[change.form, change.column]) if part),
        )
        for change in differences.changed
    ]
    for number, (place, before, after, what) in enumerate(entries[:MOST_DIFFERENCES], start=1):
        grid.add(
            Entry(str(number), "center"),
            Entry(place.text, place.style, place.link, 2),
            Entry(before, "figure"),
            Entry(after, "figure"),
            Entry(what, "text", columns=3),
        )
    if len(entries) > MOST_DIFFERENCES:
        grid.add(_wide(_both("returns.more", count=len(entries) - MOST_DIFFERENCES), "plain"))


def _reading(grid: NewSheet, reading: Reading, marks: Marks) -> None:
    _section(grid, "returns.section.reading")
    said: list[tuple[Entry, str, str]] = [
        (
            Entry("", "text"),
            message(key, **in_words(fields, "vi")),
            message(key, "en", **in_words(fields, "en")),
        )
        for key, fields in marks.notes
    ]
    said += [
        (
            Entry("", "text"),
            message("returns.conversion", count=count, what=message(f"conversion.{kind}")),
            message("returns.conversion", "en", count=count, what=message(f"conversion.{kind}", "en")),
        )
        for kind, count in sorted(reading.conversions.items())
        if count
    ]
    said += [
        (
            _place(note.sheet, note.cell, marks),
            f"{describe(note)} {remedy(note)}",
            f"{describe(note, 'en')} {remedy(note, 'en')}",
        )
        for note in gathered(reading.notes)
    ]
    if not said:
        grid.add(_wide(_both("returns.note.nothing"), "plain"))
    for number, (place, vietnamese, english) in enumerate(said, start=1):
        grid.add(
            Entry(str(number), "center"),
            Entry(place.text, place.style, place.link, 2),
            Entry(vietnamese, "text", columns=3),
            Entry(english, "english", columns=2),
        )


def _not_run(grid: NewSheet, outcomes: Sequence[Outcome]) -> None:
    if not outcomes:
        return
    _section(grid, "returns.section.not_run", count=len(outcomes))
    _header(grid, ("number", 1), ("rule", 4), ("reason", 1), ("english", 2))
    by_reason: dict[str, list[str]] = {}
    for outcome in outcomes:
        by_reason.setdefault(outcome.reason, []).append(outcome.rule)
    for number, (reason, rules) in enumerate(sorted(by_reason.items()), start=1):
        grid.add(
            Entry(str(number), "center"),
            Entry(listed(sorted(rules)), "text", columns=4),
            Entry(reason_said(reason, "vi"), "text"),
            Entry(reason_said(reason, "en"), "english", columns=2),
        )
