"""What the names in a rule mean to its reader: columns, fixed lines, sources and functions, in words.

What belongs here: finding the names that a rule's expressions use. What does not: what the names stand for when
a rule runs, and what those with a prefix are called (`context/`); the page that shows them (`rule_pages.py`).
"""

from collections.abc import Iterable, Iterator

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form
from ingestion.gate.book import RuleBook
from ingestion.gate.compiling import Check, forms_of
from ingestion.gate.language.parser import parse
from ingestion.gate.language.syntax import Name, Node, Text, names, walk
from ingestion.gate.rules import EACH, Rule
from ingestion.words.labels import Label

_DECLARED = frozenset({"*opening", "*cumulative"})
"""Kinds of column of which a form says itself that a rule is about them, and whose codes a page names."""

FUNCTIONS = ("nz", "iif", "isnull", "one_of", "between", "pct_ok", "assess", "rating_of_score", "robust_z")
"""Functions whose names do not speak for themselves."""


def named_sources(book: RuleBook) -> dict[str, Label]:
    """Give where rules take figures from other than the row at hand, in words, by the name in the rules."""
    used = {f"{'.'.join(name.path)}." for checks in book.checks.values() for name in _joined(checks)}
    words = {name: text for one in book.words.providers.values() for name, text in one.words.items()}
    return {name: words[name] for name in sorted(words) if any(full.startswith(f"{name}.") for full in used)}


def _joined(checks: Iterable[Check]) -> Iterator[Name]:
    """Give the names with a prefix."""
    for check in checks:
        spoken = (check.value, check.expected, *check.fields.values(), *(when for when, _ in check.hints))
        for node in (check.holds, check.when, *spoken):
            yield from (name for name in names(node) if len(name.path) > 1) if node is not None else ()


def named_columns(
    rule: Rule, checks: Iterable[Check], catalogue: Catalogue
) -> dict[tuple[str, Label], tuple[str, ...]]:
    """Give the columns and fixed lines that a rule names: code and label, with the forms in which they are.

    Rules about any cell of any form name none.
    """
    checks = tuple(checks)
    declared = [check for check in checks if _DECLARED & {*rule.clauses[check.clause - 1].each}]
    others = {form for check in checks for form in check.other_forms}
    own = forms_of(rule, checks)
    forms = [catalogue.forms[code] for code in sorted({*own, *others})] if own else []
    found: dict[tuple[str, Label], list[str]] = {}
    words = [(prefix, code) for check in declared for prefix, code in _of_column(check, catalogue)]
    for prefix, code in (*words, *_words(rule)):
        for form in [form for form in forms if form.code == prefix] or forms:
            if (label := _label(form, code)) is not None:
                found.setdefault((code, label), []).append(form.code)
    return {key: tuple(dict.fromkeys(codes)) for key, codes in found.items()}


def _of_column(check: Check, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Give the column over which a check runs since its form declares it so, and the closing that it names."""
    if check.form is not None and check.column is not None:
        yield check.form, check.column
        if (closing := catalogue.forms[check.form].by_code[check.column].closing) is not None:
            yield check.form, closing


def _words(rule: Rule) -> Iterator[tuple[str, str]]:
    """Give each part of each name and each text of a rule, with the first part of its name."""
    for clause in rule.clauses:
        for column in clause.each:
            if column not in EACH:
                yield "", column
        for expression in (clause.holds, clause.cell, clause.when, rule.when):
            for node in walk(parse(expression)) if expression else ():
                yield from _parts(node)


def _parts(node: Node) -> Iterator[tuple[str, str]]:
    if isinstance(node, Name):
        for part in node.path:
            yield node.path[0], part
    elif isinstance(node, Text):
        yield "", node.value


def _label(form: Form, code: str) -> Label | None:
    if (column := form.by_code.get(code)) is not None:
        return Label(vi=column.full_label("vi"), en=column.full_label("en"))
    lines = (lines[code] for lines in form.line_members.values() if code in lines)
    return next((line.label for line in lines), None)
