"""Whether a rule can ever say something: what refuses an office's rule beside names that do not exist.

What belongs here: values of different kinds, texts that nothing fills in, codes that a column never has, and
what is never filed together. What does not: names of columns, prefixes and functions (`compiling.py`).
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from pathlib import Path

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form, PeriodPart
from ingestion.definitions.registry import Registry
from ingestion.definitions.validity import turning_days
from ingestion.gate.compiling import Check, compile_rules
from ingestion.gate.context import Vocabulary, vocabulary
from ingestion.gate.frames.batch import Batch
from ingestion.gate.frames.history import EmptyHistory
from ingestion.gate.frames.subject import GateContext
from ingestion.gate.language.evaluate import mask
from ingestion.gate.language.syntax import COMPARISONS, Binary, Call, Name, Node, Text, walk
from ingestion.gate.language.vectors import VectorError
from ingestion.gate.message_fields import OF_THE_CELL, OF_THE_MISSING, OF_THE_ROW, fault_of_text
from ingestion.gate.rules import Rule, RuleError
from ingestion.records.periods import Period, PeriodKind

_ONE_OF = "one_of"


def demand_usable(rule: Rule, checks: Iterable[Check], catalogue: Catalogue, words: Vocabulary) -> None:
    """Refuse a rule that would set files aside when it is evaluated or worded, or that never says anything.

    Args:
        rule: the rule.
        checks: what it comes to over all forms, with all columns that they ever had.
        catalogue: these forms.
        words: the prefixes that there are.

    Raises:
        RuleError: it is one; the message says which clause, and why.
    """
    checks = tuple(checks)
    nobody = Registry(Path(), (), (), (), (), (), ())
    batch = Batch([], None, GateContext(nobody, catalogue, EmptyHistory(), None), words)
    for check in checks:
        _demand_kinds(check, batch)
        for fault in chain(_faults_of_texts(check), _faults_of_codes(check, catalogue)):
            raise RuleError(f"{check.text} {fault}")
    _demand_time(rule, checks, catalogue)


def _demand_kinds(check: Check, batch: Batch) -> None:
    """Refuse a check that mixes values of different kinds: evaluated over no rows, it says so."""
    try:
        mask(check.holds, check.when, batch.over(batch.frame(check.frame, check.form)), check.rule.missing)
    except (VectorError, KeyError) as error:
        raise RuleError(f"{check.text}: {error}") from error


def _faults_of_texts(check: Check) -> Iterator[str]:
    own = OF_THE_MISSING if check.frame == "owed" else OF_THE_CELL | check.fields.keys()
    for label in (check.message, check.remedy, check.whole_row):
        for text in (label.vi, label.en) if label is not None else ():
            if (fault := fault_of_text(text, own | OF_THE_ROW)) is not None:
                yield f"has a message that {fault}: “{text}”"


def _faults_of_codes(check: Check, catalogue: Catalogue) -> Iterator[str]:
    """Tell of codes with which a column is compared and which it never has."""
    spoken = (check.holds, check.when, check.value, check.expected, *check.fields.values())
    for node in chain.from_iterable(walk(tree) for tree in spoken if tree is not None):
        for name, text in _compared(node):
            known = _codes_of(name, check.form, catalogue)
            if known and text.value not in known:
                yield f"compares {name} with “{text.value}”; expected one of {', '.join(sorted(known))}"


def _compared(node: Node) -> Iterator[tuple[Name, Text]]:
    sides: tuple[Node, ...] = ()
    if isinstance(node, Binary) and node.operator in COMPARISONS:
        sides = (node.left, node.right)
    elif isinstance(node, Call) and node.function == _ONE_OF:
        sides = node.arguments
    names = [side for side in sides if isinstance(side, Name)]
    yield from ((name, side) for name in names for side in sides if isinstance(side, Text))


def _codes_of(name: Name, form: str | None, catalogue: Catalogue) -> set[str]:
    *prefix, code = name.path
    found = catalogue.forms.get(prefix[0] if prefix else form or "")
    if found is None or len(prefix) > 1 or code not in found.by_code:
        return set()
    return set(found.by_code[code].choices) or set(found.line_members.get(code, ()))


def _demand_time(rule: Rule, checks: tuple[Check, ...], catalogue: Catalogue) -> None:
    """Refuse a clause over a form that it names, or over forms of a kind, which no period ever evaluates."""
    named = set(rule.forms) | {code for clause in rule.clauses for code in clause.forms}
    for clause in range(1, len(rule.clauses) + 1):
        of_clause = [check for check in checks if check.clause == clause]
        made = [check for check in of_clause if _is_ever_made(check, catalogue)]
        lacking = [check for check in of_clause if check not in made and (check.form in named or not made)]
        if lacking:
            read = ", ".join(form.code for form in _read(lacking[0], catalogue))
            raise RuleError(
                f"{lacking[0].text} never applies: what it names of {read} is never filed together, by one kind"
                " of unit for one period (required_for, effective)"
            )


def _is_ever_made(check: Check, catalogue: Catalogue) -> bool:
    """Say whether a period for which one kind of unit files all forms of a check has all that it names."""
    forms = _read(check, catalogue)
    parts = _common_parts(forms) if forms else {"N"}
    intervals = [check.rule.effective]
    intervals += [form.effective for form in forms]
    intervals += [column.effective for form in forms for column in form.columns]
    ends = {end for day in turning_days(intervals) for part in parts if (end := _end_from(day, part))}
    return any(
        check.rule.effective.covers(day)
        and all(form.effective.covers(day) for form in forms)
        and _is_made_on(day, check, catalogue)
        for day in sorted(ends)
    )


def _read(check: Check, catalogue: Catalogue) -> list[Form]:
    codes = ([check.form] if check.form else []) + list(check.other_forms)
    return [catalogue.forms[code] for code in codes]


def _common_parts(forms: list[Form]) -> set[PeriodPart]:
    """Give the parts of the year for which some kind of unit files every one of some forms."""
    kinds = set.intersection(*({*form.required_for} for form in forms))
    return {
        part
        for kind in kinds
        for part in set.intersection(*({*form.required_for[kind], *form.accepted_for} for form in forms))
    }


def _end_from(day: date, part: str) -> date | None:
    """Give the first end of a part of the year on a day or after it."""
    years = (year for year in (day.year, day.year + 1) if year <= date.max.year)
    return next((end for year in years if (end := Period(PeriodKind(part), year, year).end) >= day), None)


def _is_made_on(day: date, check: Check, catalogue: Catalogue) -> bool:
    of_day = catalogue.on(day)
    if of_day is catalogue:
        return True
    checks = compile_rules({check.rule.id: check.rule}, of_day, vocabulary(of_day))[check.rule.id]
    place = (check.clause, check.form, check.column)
    return any((one.clause, one.form, one.column) == place for one in checks)
