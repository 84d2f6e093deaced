"""From rules to checks: what each rule comes to for each form, and whether every name in it exists.

What belongs here: the checks, and compiling rules to them. What does not: the files of rules (`rules.py`) and
evaluating checks (`judge.py`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form, RowKind
from ingestion.definitions.registry import RegistryTable
from ingestion.gate.context import Vocabulary
from ingestion.gate.frames.cells import CellFrame
from ingestion.gate.frames.frame import FrameKind
from ingestion.gate.frames.owed import OwedFrame
from ingestion.gate.language.functions import FUNCTIONS
from ingestion.gate.language.parser import ExpressionError, parse
from ingestion.gate.language.syntax import (
    COMPARISONS,
    IT,
    ITS_CLOSING,
    Binary,
    Call,
    Name,
    Node,
    Unary,
    names,
    substitute,
)
from ingestion.gate.rules import (
    EACH,
    SCHEME,
    Clause,
    Rule,
    RuleError,
)
from ingestion.words.labels import Label


@dataclass(frozen=True)
class Check:
    """One clause of a rule over one form and, where it is repeated, one column: what is evaluated in one go.

    Attributes:
        clause: number of the clause, from 1.
        column: the column that stands for `it`.
        history: the names by which it reads earlier periods.
        scheme: the names by which its condition reads the rating scheme in force.
        clock: whether it needs to know the time.
        registry: the tables of the registry without which it cannot be made, or its finding not be worded.
        other_forms: forms that it reads besides its own.
    """

    rule: Rule
    clause: int
    frame: FrameKind
    form: str | None
    column: str | None
    holds: Node
    when: Node | None
    cell: Name | None
    related: tuple[Name, ...]
    value: Node | None
    expected: Node | None
    decimals: Literal["cell", "indicator"] | None
    fields: Mapping[str, Node]
    hints: tuple[tuple[Node, Label], ...]
    message: Label
    whole_row: Label | None
    remedy: Label
    history: tuple[Name, ...]
    scheme: tuple[Name, ...]
    clock: bool
    registry: frozenset[RegistryTable]
    other_forms: tuple[str, ...]

    @cached_property
    def text(self) -> str:
        """Where the check stands, for errors."""
        return f"{self.rule.id}, clause {self.clause}"


def forms_of(rule: Rule, checks: Iterable[Check]) -> list[str]:
    """Give the forms over which a rule runs; none for one that is about any form or about none."""
    is_limited = bool(rule.forms or rule.kinds)
    return sorted({check.form for check in checks if check.form is not None}) if is_limited else []


_parsed = lru_cache(maxsize=None)(parse)


class _Compiler:
    """Turns one rule into its checks, and refuses names and functions that do not exist.

    Over the catalogue of one day it leaves out what names a column that is not collected then.
    """

    def __init__(self, rule: Rule, catalogue: Catalogue, words: Vocabulary) -> None:
        self.rule = rule
        self.catalogue = catalogue
        self.words = words
        self.is_of_day = catalogue.whole is not None

    def checks(self) -> Iterator[Check]:
        for number, clause in enumerate(self.rule.clauses, start=1):
            is_own = bool(clause.forms or clause.kinds)
            named, kinds = (clause.forms, clause.kinds) if is_own else (self.rule.forms, self.rule.kinds)
            for code in named or (() if kinds else (None,)):
                yield from self._of_form(number, clause, self._form(code))
            yield from self._of_kinds(number, clause, named, kinds)

    def _of_form(self, number: int, clause: Clause, form: Form | None) -> Iterator[Check]:
        for column in self._columns(clause, form):
            try:
                yield self._check(number, clause, form, column)
            except RuleError:
                if not self.is_of_day:
                    raise

    def _of_kinds(
        self, number: int, clause: Clause, named: tuple[str, ...], kinds: tuple[RowKind, ...]
    ) -> Iterator[Check]:
        """Give the checks over every form of some kinds that has what the clause names.

        What no form of them has is a slip of the pen.
        """
        of_kinds = [f for f in self.catalogue.forms.values() if f.rows in kinds and f.code not in named]
        refusal: RuleError | None = None
        has_any = False
        for form in of_kinds:
            try:
                checks = list(self._of_form(number, clause, form))
            except RuleError as error:
                refusal = refusal or error
            else:
                has_any = True
                yield from checks
        if refusal is not None and not has_any:
            raise refusal

    def _form(self, code: str | None) -> Form | None:
        if code is None:
            return None
        if code not in self.catalogue.forms:
            raise RuleError(f"{self.rule.id}: form {code} does not exist")
        return self.catalogue.forms[code]

    def _columns(self, clause: Clause, form: Form | None) -> tuple[str | None, ...]:
        if not clause.each:
            return (None,)
        if form is None:
            raise RuleError(f"{self.rule.id}: “each” needs a form")
        columns: list[str | None] = []
        for code in clause.each:
            if (of_kind := EACH.get(code)) is not None:
                columns += [column.code for column in of_kind(form)]
            elif code in form.by_code:
                columns.append(code)
            elif not self.is_of_day:
                raise RuleError(f"{self.rule.id}: {form.code} has no column “{code}”")
        return tuple(columns)

    def _check(self, number: int, clause: Clause, form: Form | None, column: str | None) -> Check:
        rule, frame = self.rule, clause.frame or self.rule.frame
        if clause.whole_row is not None and frame != "cell":
            raise RuleError(f"{rule.id}: “whole_row” is for checks on cells, and this one is on each {frame}")

        def node(text: str) -> Node:
            return self._node(text, frame, form, column)

        def optional(text: str | None) -> Node | None:
            return None if text is None else node(text)

        def name(text: str) -> Name:
            found = node(text)
            if not isinstance(found, Name):
                raise RuleError(f"{rule.id}: “{text}” is no column; only a cell can be accused")
            return found

        holds = node(clause.holds)
        cell = None if clause.cell is None else name(clause.cell)
        conditions = [optional(text) for text in (rule.when, clause.when) if text is not None]
        when = None
        for condition in conditions:
            when = condition if when is None or condition is None else Binary("and", when, condition)
        used = names(holds)
        related = tuple(name(text) for text in clause.related) if clause.related is not None else used
        in_condition = names(when) if when else ()
        joined = [n for n in (*used, *in_condition) if len(n.path) > 1]
        providers = [(self.words(n.path[0]), n.path[1:]) for n in joined]
        others = {code for provider, path in providers for code in provider.forms(path)}
        value = optional(clause.value)
        expected = optional(clause.expected) or _other_side(holds, cell)
        fields = {key: node(text) for key, text in (rule.fields | clause.fields).items()}
        hints = tuple((node(hint.when), hint.text) for hint in (*clause.hints, *rule.hints))
        spoken = (value, expected, *fields.values(), *(condition for condition, _ in hints))
        all_names = (*used, *in_condition, *(n for one in spoken if one is not None for n in names(one)))
        return Check(
            rule=rule,
            clause=number,
            frame=frame,
            form=form.code if form else None,
            column=column,
            holds=holds,
            when=when,
            cell=cell,
            related=tuple(n for n in related if n != cell),
            value=value,
            expected=expected,
            decimals=clause.decimals,
            fields=fields,
            hints=hints,
            message=clause.message or rule.message,
            whole_row=clause.whole_row,
            remedy=clause.remedy or rule.remedy,
            history=tuple(n for n in joined if self.words(n.path[0]).needs_history),
            scheme=tuple(n for n in in_condition if n.path[0] == SCHEME),
            clock=any(provider.needs_clock(path) for provider, path in providers),
            registry=self._registry_tables(frame, form, all_names),
            other_forms=tuple(sorted(others - {form.code if form else None})),
        )

    def _registry_tables(
        self, frame: FrameKind, form: Form | None, used: tuple[Name, ...]
    ) -> frozenset[RegistryTable]:
        tables = OwedFrame.registry_tables(form) if frame == "owed" else frozenset[RegistryTable]()
        for name in used:
            if len(name.path) > 1:
                tables |= self.words(name.path[0]).registry_tables(name.path[1:])
        return tables | {"rating_schemes"} if self.rule.severity == SCHEME else tables

    def _node(self, text: str, frame: FrameKind, form: Form | None, column: str | None) -> Node:
        try:
            tree = _parsed(text)
        except ExpressionError as error:
            raise RuleError(f"{self.rule.id}: {error}") from error
        if column is not None and form is not None:
            closing = form.by_code[column].closing
            tree = substitute(tree, {IT: column} | ({ITS_CLOSING: closing} if closing else {}))
        for call in _calls(tree):
            self._check_call(call, text)
        for name in names(tree):
            if expected := self._expected(name, frame, form):
                raise RuleError(
                    f"{self.rule.id}: “{name}” does not exist; expected {expected}, "
                    f"at character {name.position + 1} of “{text}”"
                )
        return tree

    def _check_call(self, call: Call, text: str) -> None:
        function = FUNCTIONS.get(call.function)
        place = f"at character {call.position + 1} of “{text}”"
        if function is None:
            raise RuleError(
                f"{self.rule.id}: there is no function “{call.function}”; expected one of "
                f"{', '.join(FUNCTIONS)}, {place}"
            )
        count = len(call.arguments)
        if count < function.least or (function.most is not None and count > function.most):
            raise RuleError(f"{self.rule.id}: {count} arguments; expected {function.signature}, {place}")

    def _expected(self, name: Name, frame: FrameKind, form: Form | None) -> str | None:
        if len(name.path) > 1:
            return self._expected_of_prefix(name, frame, form)
        if name.path[0] == IT:
            return "“each” with the columns for which “it” stands"
        own = {"cell": CellFrame.COLUMNS, "owed": OwedFrame.COLUMNS}.get(frame)
        if own is not None:
            return None if name.path[0] in own else f"one of {', '.join(sorted(own))}"
        if frame in ("row", "total") and form is not None:
            return None if name.path[0] in form.by_code else f"a column of {form.code}"
        return f"a name with a prefix (a frame of kind {frame} has no columns of its own)"

    def _expected_of_prefix(self, name: Name, frame: FrameKind, form: Form | None) -> str | None:
        prefix, *path = name.path
        if prefix not in self.words.providers:
            return "one of the prefixes " + ", ".join(sorted(self.words.providers))
        provider = self.words(prefix)
        if frame not in provider.frames:
            return f"a name without “{prefix}.”, which cannot be joined to a frame of kind {frame}"
        return provider.expected(self.catalogue, form, tuple(path))


def _calls(node: Node) -> Iterator[Call]:
    match node:
        case Call(arguments=arguments):
            yield node
            for argument in arguments:
                yield from _calls(argument)
        case Binary(left=left, right=right):
            yield from _calls(left)
            yield from _calls(right)
        case Unary(operand=operand):
            yield from _calls(operand)


def _other_side(holds: Node, cell: Name | None) -> Node | None:
    """Give what the accused cell is compared with, where `holds` is such a comparison."""
    if cell is None or not isinstance(holds, Binary) or holds.operator not in COMPARISONS - {"!="}:
        return None
    if holds.left == cell:
        return holds.right
    return holds.left if holds.right == cell else None


def compile_rules(
    rules: Mapping[str, Rule], catalogue: Catalogue, words: Vocabulary
) -> dict[str, tuple[Check, ...]]:
    """Give the checks of every rule.

    Raises:
        RuleError: a rule is no expression, or names a form, column, prefix or function that does not exist.
    """
    return {code: tuple(_Compiler(rule, catalogue, words).checks()) for code, rule in rules.items()}
