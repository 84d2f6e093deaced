"""From a rule's tree to a spreadsheet formula that says the same of a workbook while it is being filled in.

What belongs here: the compilation of expressions, with the language's three-valued logic. What does not: where
things stand in a workbook and how a formula gets into a cell (`ingestion.workbook`).

A value is compiled together with the condition under which it is known. A truth is compiled into two formulas,
one that says when it surely holds and one that says when it surely does not; what is neither was not evaluated.
Neither of the two is ever an error, whatever stands in the cells.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from ingestion.catalogue import Catalogue, Column, Form, Indicator, Term
from ingestion.gate.batch import FILED
from ingestion.gate.context.derived import ADDED, DECLARING, WHOLE_FIGURE_ELSEWHERE
from ingestion.gate.functions import RATINGS
from ingestion.gate.rules import Check
from ingestion.gate.syntax import (
    COMPARISONS,
    Binary,
    Call,
    Name,
    Node,
    Number,
    Text,
    Truth,
    Unary,
    Visitor,
    format_number,
)
from ingestion.gate.vectors import Kind
from ingestion.submissions import Mark

ROW = "§"
"""Stands in a formula for the number of the row to which it belongs."""

LONGEST = 8000
"""Longest formula that is compiled; spreadsheets take 8192 characters."""

_EPSILON = "0.000000001"
_MOST_DECIMALS = 10
_LONGEST_LITERAL = 250


class NotCompiledError(ValueError):
    """An expression cannot be said as a formula; `reason` is the key of a text that says why."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class SheetPlace:
    """Where a form stands in a workbook.

    Attributes:
        letters: the letters of each column's place, by column code.
        first: first row of data.
        last: last row of data.
        total: the total row, where the form has one.
        keys: the keys of the rows, in order, as they were written.
    """

    form: Form
    name: str
    letters: Mapping[str, str]
    first: int
    last: int
    total: int | None
    keys: tuple[tuple[object, ...], ...]

    def row_of(self, key: tuple[object, ...]) -> int | None:
        """Give the row in which a key was written."""
        return self.first + self.keys.index(key) if key in self.keys else None


@dataclass(frozen=True)
class Lookup:
    """A column of known values by the key of a row, on a sheet of its own.

    Attributes:
        codes: the range of the keys, with the sheet's name.
        values: the range of the values.
    """

    codes: str
    values: str
    kind: Kind


@dataclass(frozen=True)
class Constant:
    """A value that is the same for the whole workbook; None where it is not known."""

    kind: Kind
    value: object


@dataclass(frozen=True)
class Book:
    """All that compiled formulas may refer to.

    Attributes:
        constants: what is known of a sheet or (form blank) of the submission, by form and dotted name.
        lookups: what is known of single rows, by form and dotted name.
        basis: the cell of the cover that says whether figures are cumulative.
        unit_kind: the kind of the reporting unit.
    """

    catalogue: Catalogue
    sheets: Mapping[str, SheetPlace]
    constants: Mapping[tuple[str, tuple[str, ...]], Constant] = field(default_factory=dict)
    lookups: Mapping[tuple[str, tuple[str, ...]], Lookup] = field(default_factory=dict)
    basis: str = ""
    unit_kind: str = ""


@dataclass(frozen=True)
class Known:
    """When a value is known: cells that must be numbers, cells that must be whole, and further conditions."""

    numbers: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    def with_(self, other: "Known", *conditions: str) -> "Known":
        """Give both together, and further conditions."""
        return Known(
            tuple(dict.fromkeys((*self.numbers, *other.numbers))),
            tuple(dict.fromkeys((*self.whole, *other.whole))),
            tuple(dict.fromkeys((*self.conditions, *other.conditions, *conditions))),
        )

    @property
    def never(self) -> bool:
        """Whether it can never be known."""
        return "FALSE" in self.conditions

    def guard(self, body: str, otherwise: str = "FALSE") -> str:
        """Give the body where everything is known."""
        if self.never:
            return otherwise
        inner = [condition for condition in self.conditions if condition != "TRUE"]
        if self.whole:
            # Rounding down never adds, so that the sums are equal only where every cell is whole.
            inner.insert(0, f"{'+'.join(f'INT({c})' for c in self.whole)}={'+'.join(self.whole)}")
        # Each condition may rely on those before it, so they are asked one after the other.
        for condition in reversed(inner):
            body = f"IF({condition},{body},{otherwise})"
        if self.numbers:
            body = f"IF(COUNT({','.join(self.numbers)})={len(self.numbers)},{body},{otherwise})"
        return body

    @property
    def condition(self) -> str:
        """The condition as one formula."""
        return self.guard("TRUE")


_ALWAYS = Known()


@dataclass
class Helpers:
    """The hidden columns of one sheet that hold what several formulas need, one formula a row.

    Attributes:
        letters: gives the letters of the next free column.
        columns: formulas by the letters of their column; one formula a column, or one a row.
    """

    letters: Callable[[], str]
    columns: dict[str, str | dict[int, str]] = field(default_factory=dict)
    _by_formula: dict[str, str] = field(default_factory=dict)

    def column(self, formula: str) -> str:
        """Give the letters of the column with a formula."""
        if formula not in self._by_formula:
            letters = self.letters()
            self._by_formula[formula] = letters
            self.columns[letters] = formula
        return self._by_formula[formula]

    def column_of_rows(self, name: str, formulas: dict[int, str]) -> str:
        """Give the letters of a column in which each row has a formula of its own."""
        if name not in self._by_formula:
            letters = self.letters()
            self._by_formula[name] = letters
            self.columns[letters] = formulas
        return self._by_formula[name]


@dataclass(frozen=True)
class Value:
    """A compiled number, text or date."""

    kind: Kind
    formula: str
    known: Known = _ALWAYS


@dataclass(frozen=True)
class Logic:
    """A compiled truth: when it surely holds, and when it surely does not."""

    holds: str
    fails: str


Compiled = Value | Logic


def _and(parts: Sequence[str]) -> str:
    listed = list(dict.fromkeys(part for part in parts if part != "TRUE"))
    if "FALSE" in listed:
        return "FALSE"
    if not listed:
        return "TRUE"
    return listed[0] if len(listed) == 1 else f"AND({','.join(listed)})"


def _or(parts: Sequence[str]) -> str:
    listed = list(dict.fromkeys(part for part in parts if part != "FALSE"))
    if "TRUE" in listed:
        return "TRUE"
    if not listed:
        return "FALSE"
    return listed[0] if len(listed) == 1 else f"OR({','.join(listed)})"


def both(left: Logic, right: Logic) -> Logic:
    """Give `and`."""
    return Logic(_and([left.holds, right.holds]), _or([left.fails, right.fails]))


def either(left: Logic, right: Logic) -> Logic:
    """Give `or`."""
    return Logic(_or([left.holds, right.holds]), _and([left.fails, right.fails]))


def negated(operand: Logic) -> Logic:
    """Give `not`."""
    return Logic(operand.fails, operand.holds)


def literal(text: str) -> str:
    """Give a text as a formula; spreadsheets take no more than 255 characters between two quotes."""
    parts = [text[i : i + _LONGEST_LITERAL] for i in range(0, len(text), _LONGEST_LITERAL)] or [""]
    return "&".join('"' + part.replace('"', '""') + '"' for part in parts)


def _number_formula(text: str) -> str:
    return text if text.replace("$", "").replace(ROW, "").replace(".", "").isalnum() else f"({text})"


class ExcelCompiler(Visitor[Compiled]):
    """Compiles the expressions of one check.

    Args:
        book: the workbook.
        check: the check.
        home: the form on whose sheet the formula will stand.
        helpers: the hidden columns of that sheet.
    """

    def __init__(self, book: Book, check: Check, home: str, helpers: Helpers) -> None:
        self.book = book
        self.check = check
        self.home = home
        self.helpers = helpers

    # -- what is asked of it ---------------------------------------------------------------------------------

    def violation(self) -> str:
        """Give the formula that is TRUE where the check fails.

        Raises:
            NotCompiledError: it cannot be said as a formula.
        """
        logic = self._logic(self.visit(self.check.holds))
        condition = self._logic(self.visit(self.check.when)) if self.check.when else Logic("TRUE", "FALSE")
        formula = _and([condition.holds, logic.fails])
        if len(formula) > LONGEST:
            raise NotCompiledError("too_long")
        return formula

    def shown(self, node: Node) -> str:
        """Give a formula for a value as a message shows it."""
        compiled = self.visit(node)
        if isinstance(compiled, Logic):
            raise NotCompiledError("not_shown")
        if compiled.kind is Kind.NUMBER:
            return compiled.known.guard(f"ROUND({compiled.formula},2)", '"…"')
        return compiled.known.guard(compiled.formula, '"…"')

    # -- nodes -----------------------------------------------------------------------------------------------

    def number(self, node: Number) -> Compiled:
        """Compile a number."""
        return Value(Kind.NUMBER, format_number(node.value))

    def text(self, node: Text) -> Compiled:
        """Compile a text."""
        return Value(Kind.TEXT, literal(node.value))

    def truth(self, node: Truth) -> Compiled:
        """Compile `true` or `false`."""
        return Logic("TRUE", "FALSE") if node.value else Logic("FALSE", "TRUE")

    def unary(self, node: Unary) -> Compiled:
        """Compile a minus or a `not`."""
        if node.operator == "not":
            return negated(self._logic(self.visit(node.operand)))
        operand = self._value(self.visit(node.operand))
        return Value(operand.kind, f"-{_number_formula(operand.formula)}", operand.known)

    def binary(self, node: Binary) -> Compiled:
        """Compile an operation of two operands."""
        if node.operator in COMPARISONS:
            return self._comparison(node)
        left, right = self.visit(node.left), self.visit(node.right)
        if node.operator == "and":
            return both(self._logic(left), self._logic(right))
        if node.operator == "or":
            return either(self._logic(left), self._logic(right))
        if node.operator == "=>":
            return either(negated(self._logic(left)), self._logic(right))
        a, b = self._value(left), self._value(right)
        known = a.known.with_(b.known)
        if node.operator == "/":
            known = known.with_(_ALWAYS, f"{_number_formula(b.formula)}<>0")
        formula = f"{_number_formula(a.formula)}{node.operator}{_number_formula(b.formula)}"
        return Value(Kind.NUMBER, formula, known)

    def call(self, node: Call) -> Compiled:
        """Compile a call.

        Raises:
            NotCompiledError: the function has no counterpart among a spreadsheet's.
        """
        method = getattr(self, f"_call_{node.function}", None)
        if method is None:
            raise NotCompiledError("no_function", node.function)
        compiled: Compiled = method(*node.arguments)
        return compiled

    def name(self, node: Name) -> Compiled:
        """Compile a name.

        Raises:
            NotCompiledError: what it names is not to be had from the workbook.
        """
        prefix, rest = node.path[0], node.path[1:]
        form = self.check.form or ""
        if not rest:
            return self._own(prefix)
        if constant := self.book.constants.get((form, node.path)) or self.book.constants.get(("", node.path)):
            return self._constant(constant)
        if lookup := self.book.lookups.get((form, node.path)):
            return self._looked_up(lookup, form)
        if node.path == ("sub", "is_cumulative"):
            is_discrete = f'EXACT({self.book.basis},"DISCRETE")'
            return Logic(f"NOT({is_discrete})", is_discrete)
        return self._elsewhere(node, form)

    def _elsewhere(self, node: Name, form: str) -> Compiled:
        """Compile what stands in other cells of the workbook."""
        prefix, rest = node.path[0], node.path[1:]
        meanings: dict[str, Callable[[], Compiled]] = {
            "sheet": lambda: self._of_sheet(form, rest),
            "line": lambda: self._line(form, rest[0], rest[1]),
            "total": lambda: self._total(form, rest[0]),
            "roll12": lambda: self._rolling(node.path),
            "derived": lambda: self._derived(rest[0]),
        }
        if prefix in meanings:
            return meanings[prefix]()
        if prefix in self.book.catalogue.forms:
            return self._other_form(prefix, rest)
        raise NotCompiledError("no_operand", str(node))

    # -- comparisons -----------------------------------------------------------------------------------------

    def _comparison(self, node: Binary) -> Logic:
        if self.check.frame == "cell" and (found := self._mark_comparison(node)) is not None:
            return found
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(left, Logic) and isinstance(right, Logic):
            same = either(both(left, right), both(negated(left), negated(right)))
            return same if node.operator == "==" else negated(same)
        a, b = self._value(left), self._value(right)
        known = a.known.with_(b.known)
        if a.kind is Kind.TEXT:
            # A spreadsheet's own comparison takes no notice of upper and lower case.
            same = Logic(
                known.guard(f"EXACT({a.formula},{b.formula})"),
                known.guard(f"NOT(EXACT({a.formula},{b.formula}))"),
            )
            return same if node.operator == "==" else negated(same)
        difference = f"{a.formula}-{_number_formula(b.formula)}"
        bodies = {
            "==": (f"ABS({difference})<={_EPSILON}", f"ABS({difference})>{_EPSILON}"),
            "!=": (f"ABS({difference})>{_EPSILON}", f"ABS({difference})<={_EPSILON}"),
            "<=": (f"{difference}<={_EPSILON}", f"{difference}>{_EPSILON}"),
            ">=": (f"{difference}>=-{_EPSILON}", f"{difference}<-{_EPSILON}"),
            "<": (f"{difference}<-{_EPSILON}", f"{difference}>=-{_EPSILON}"),
            ">": (f"{difference}>{_EPSILON}", f"{difference}<={_EPSILON}"),
        }
        holds, fails = bodies[node.operator]
        return Logic(known.guard(holds), known.guard(fails))

    def _mark_comparison(self, node: Binary) -> Logic | None:
        """Compile what a check on single cells asks of a cell's mark or of its column's type."""
        if not (isinstance(node.left, Name) and isinstance(node.right, Text)):
            return None
        if node.left.path == ("type",):
            is_same = (self._cell_column().type == node.right.value) == (node.operator == "==")
            return Logic("TRUE", "FALSE") if is_same else Logic("FALSE", "TRUE")
        if node.left.path != ("mark",):
            return None
        cell = self._cell()
        is_empty = f"LEN(TRIM({cell}))=0"
        is_mark = {
            FILED: f"ISNUMBER({cell})" if self._cell_column().is_number else f"NOT({is_empty})",
            Mark.BLANK: is_empty,
            Mark.NOT_APPLICABLE: f'LOWER(TRIM({cell}))="x"',
            Mark.ERROR: f"ISERROR({cell})",
            Mark.INVALID: f'AND(NOT({is_empty}),LOWER(TRIM({cell}))<>"x")',
        }[node.right.value]
        if node.right.value == Mark.INVALID:
            is_mark = f"IF(ISTEXT({cell}),{is_mark},ISLOGICAL({cell}))"
        elif node.right.value not in (Mark.ERROR, FILED):
            is_mark = f"IF(ISERROR({cell}),FALSE,{is_mark})"
        logic = Logic(is_mark, f"NOT({is_mark})")
        return logic if node.operator == "==" else negated(logic)

    # -- names -----------------------------------------------------------------------------------------------

    def _own(self, name: str) -> Compiled:
        if self.check.frame == "cell":
            return self._of_cell(name)
        form = self.check.form
        if form is None or self.check.frame not in ("row", "total"):
            raise NotCompiledError("no_operand", name)
        place = self.book.sheets[form]
        row = ROW if self.check.frame == "row" else str(place.total)
        return self._cell_value(place, name, row)

    def _cell_column(self) -> Column:
        place = self.book.sheets[self.home]
        return place.form.by_code[self.check.column or ""]

    def _cell(self) -> str:
        return f"${self.book.sheets[self.home].letters[self.check.column or '']}{ROW}"

    def _of_cell(self, name: str) -> Compiled:
        column, cell = self._cell_column(), self._cell()
        if name == "is_required":
            return Logic("TRUE", "FALSE") if column.required else Logic("FALSE", "TRUE")
        if name == "is_owed":  # lines that the unit does not owe are not in its workbook
            return Logic("TRUE", "FALSE")
        if name == "value":
            return Value(Kind.NUMBER, cell, Known((cell,)))
        raise NotCompiledError("no_operand", name)

    def _reference(self, place: SheetPlace, cell: str) -> str:
        return cell if place.form.code == self.home else f"'{place.name}'!{cell}"

    def _cell_value(self, place: SheetPlace, code: str, row: str) -> Value:
        column = place.form.by_code[code]
        cell = self._reference(place, f"${place.letters[code]}{'' if row == ROW else '$'}{row}")
        return self._typed(column, cell, is_cell=True)

    def _typed(self, column: Column, cell: str, *, is_cell: bool) -> Value:
        if column.is_number or column.type == "date":
            kind = Kind.NUMBER if column.is_number else Kind.DATE
            whole = (cell,) if column.type == "int" else ()
            if is_cell:
                return Value(kind, cell, Known((cell,), whole))
            conditions = (f"ISNUMBER({cell})",)
            if whole:
                conditions = (f"IF(ISNUMBER({cell}),INT({cell})={cell},FALSE)",)
            return Value(kind, cell, Known(conditions=conditions))
        return Value(Kind.TEXT, cell, Known(conditions=(f"IF(ISERROR({cell}),FALSE,LEN(TRIM({cell}))>0)",)))

    def _range(self, place: SheetPlace, code: str) -> str:
        letters = place.letters[code]
        return self._reference(place, f"${letters}${place.first}:${letters}${place.last}")

    def _place(self, form: str) -> SheetPlace:
        if form not in self.book.sheets:
            raise NotCompiledError("form_not_there", form)
        return self.book.sheets[form]

    def _constant(self, constant: Constant) -> Compiled:
        value = constant.value
        if constant.kind is Kind.TRUTH:
            return Logic(str(value is True).upper(), str(value is False).upper())
        if value is None:
            return Value(
                constant.kind, '""' if constant.kind is Kind.TEXT else "0", Known(conditions=("FALSE",))
            )
        if constant.kind is Kind.TEXT:
            return Value(Kind.TEXT, literal(str(value)))
        if isinstance(value, int | float):
            text = format_number(abs(float(value)))
            return Value(constant.kind, f"(-{text})" if value < 0 else text)
        raise NotCompiledError("no_operand", str(value))

    def _looked_up(self, lookup: Lookup, form: str) -> Compiled:
        place = self.book.sheets[form]
        key = self._reference(place, f"${place.letters[place.form.key[0]]}{ROW}")
        found = f"INDEX({lookup.values},MATCH({key},{lookup.codes},0))"
        if lookup.kind is Kind.TRUTH:
            # An organisation that is not listed at all neither lived nor was active.
            is_there = f"LEN(TRIM({key}))>0"
            is_true = f"IFERROR({found},FALSE)"
            return Logic(is_true, _and([is_there, f"NOT({is_true})"]))
        if lookup.kind is Kind.TEXT:
            return self._kept(Value(Kind.TEXT, found, Known(conditions=(f"ISTEXT({found})",))))
        return self._kept(Value(Kind.NUMBER, found, Known(conditions=(f"ISNUMBER({found})",))))

    def _of_sheet(self, form: str, path: tuple[str, ...]) -> Compiled:
        place = self._place(form)
        if path[0] in ("key", "duplicate_of"):
            return self._key(place) if path[0] == "key" else self._duplicate(place)
        values = self._range(place, path[1])
        if path[0] == "sum":
            usable = [f"COUNT({values})>0", f'COUNTA({values})=COUNT({values})+COUNTIF({values},"x")']
            if place.form.by_code[path[1]].type == "int":
                usable.append(f"IF(ISERROR(SUM({values})),FALSE,INT(SUM({values}))=SUM({values}))")
            return Value(Kind.NUMBER, f"SUM({values})", Known(conditions=tuple(usable)))
        if path[0] == "count":
            return Value(Kind.NUMBER, f"COUNTIF({values},{literal(path[2])})")
        return Value(Kind.NUMBER, f"COUNTA({values})")

    def _key_cells(self, place: SheetPlace) -> list[str]:
        return [self._reference(place, f"${place.letters[code]}{ROW}") for code in place.form.key]

    def _key(self, place: SheetPlace) -> Value:
        return Value(Kind.TEXT, '&" + "&'.join(self._key_cells(place)))

    def _duplicate(self, place: SheetPlace) -> Value:
        cells = self._key_cells(place)
        is_there = _and([f"LEN(TRIM({cell}))>0" for cell in cells])
        if len(cells) == 1:
            found = f"MATCH({cells[0]},{self._range(place, place.form.key[0])},0)+{place.first - 1}"
            return Value(Kind.NUMBER, found, Known(conditions=(f"IF({is_there},{found}<{ROW},FALSE)",)))
        above = [
            f"({self._reference(place, f'${letters}${place.first}:${letters}{ROW}')}={cell})"
            for letters, cell in zip((place.letters[code] for code in place.form.key), cells, strict=True)
        ]
        repeated = f"IF({is_there},SUMPRODUCT({'*'.join(above)})>1,FALSE)"
        return Value(Kind.NUMBER, "0", Known(conditions=(repeated,)))

    def _line(self, form: str, line: str, code: str) -> Value:
        place = self._place(form)
        key_column = next(c for c, members in place.form.line_members.items() if line in members)
        if len(place.form.key) == 1:
            found = (
                f"INDEX({self._range(place, code)},MATCH({literal(line)},{self._range(place, key_column)},0))"
            )
            return self._typed(place.form.by_code[code], found, is_cell=False)
        if form != self.check.form or self.check.frame != "row":
            raise NotCompiledError("several_lines", line)
        rows = [i for i, key in enumerate(place.keys) if key[place.form.key.index(key_column)] == line]
        if len(rows) != 1:
            raise NotCompiledError("several_lines", line)
        row = place.first + rows[0]
        value = self._cell_value(place, code, str(row))
        same = [
            f"EXACT(${place.letters[other]}{ROW},${place.letters[other]}${row})"
            for other in place.form.key
            if other != key_column
        ]
        is_line = f"EXACT(${place.letters[key_column]}${row},{literal(line)})"
        return Value(value.kind, value.formula, value.known.with_(_ALWAYS, is_line, *same))

    def _total(self, form: str, code: str) -> Value:
        place = self._place(form)
        if place.total is None:
            raise NotCompiledError("no_total", form)
        return self._cell_value(place, code, str(place.total))

    def _other_form(self, form: str, path: tuple[str, ...]) -> Compiled:
        place = self._place(form)
        if path[0] == "sheet":
            return self._of_sheet(form, path[1:])
        if path[0] == "line":
            return self._line(form, path[1], path[2])
        if len(place.form.key) != 1 or self.check.form is None:
            raise NotCompiledError("several_keys", form)
        own = self.book.sheets[self.check.form]
        key = self._reference(own, f"${own.letters[own.form.key[0]]}{ROW}")
        found = f"INDEX({self._range(place, path[0])},MATCH({key},{self._range(place, place.form.key[0])},0))"
        return self._kept(self._typed(place.form.by_code[path[0]], found, is_cell=False))

    def _rolling(self, path: tuple[str, ...]) -> Value:
        """Compile a flow of twelve months: what the workbook says, and what earlier years add to it."""
        rest = self.book.constants.get((self.check.form or "", (*path, "rest")))
        if rest is None:
            raise NotCompiledError("no_operand", ".".join(path))
        current, earlier = self._value(self._of_sheet(path[1], ("sum", path[2]))), self._constant(rest)
        past = self._value(earlier)
        return Value(Kind.NUMBER, f"({current.formula}+{past.formula})", current.known.with_(past.known))

    # -- results that follow from other forms ----------------------------------------------------------------

    def _derived(self, name: str) -> Value:
        """Compile a target's result as the other forms give it; each row has the formula of its indicator."""
        place = self._place(self.check.form or "")
        formulas: dict[int, str] = {}
        for row, key in enumerate(place.keys, start=place.first):
            indicator = self.book.catalogue.indicators.get(str(key[0]))
            if indicator is None:
                continue
            if name == "tolerance":
                printed = self._cell_value(place, "actual_period", ROW).formula
                half = self.half_a_digit(printed) if indicator.kind == "ratio" else "0"
                formulas[row] = f"IF(ISNUMBER({printed}),{half},0)"
                continue
            try:
                value = self.derived(indicator)
            except NotCompiledError:
                continue
            if len(value.known.guard(value.formula, '""')) <= LONGEST:
                formulas[row] = value.known.guard(value.formula, '""')
        if not formulas:
            raise NotCompiledError("not_derived")
        cell = f"${self.helpers.column_of_rows(f'derived.{name}', formulas)}{ROW}"
        return Value(Kind.NUMBER, cell, Known((cell,)))

    def derived(self, indicator: Indicator) -> Value:
        """Give the result of an indicator as the other forms give it.

        Raises:
            NotCompiledError: it cannot be computed from this workbook.
        """
        own_form = {term.form for _, terms in indicator.parts for term in terms} & DECLARING
        if self.book.unit_kind in WHOLE_FIGURE_ELSEWHERE or own_form:
            raise NotCompiledError("not_derived", indicator.code)
        if indicator.kind in ADDED:
            return self._part(indicator.value)
        if indicator.kind != "ratio":
            raise NotCompiledError("not_derived", indicator.code)
        part, whole = self._part(indicator.numerator), self._part(indicator.denominator)
        known = part.known.with_(whole.known, f"{whole.formula}<>0")
        return Value(Kind.NUMBER, f"100*{part.formula}/{whole.formula}", known)

    def _part(self, terms: Sequence[Term]) -> Value:
        values = [self._term(term) for term in terms]
        known = _ALWAYS
        for value in values:
            known = known.with_(value.known)
        signs = ["+" if term.sign > 0 else "-" for term in terms]
        formula = "".join(f"{sign}{value.formula}" for sign, value in zip(signs, values, strict=True))
        return Value(Kind.NUMBER, f"({formula.removeprefix('+')})", known)

    def _term(self, term: Term) -> Value:
        place = self._place(term.form)
        values = self._range(place, term.column)
        ranges = [self._range(place, column) for column in term.where]
        where = [
            "".join(f",{cells},{literal(code)}" for cells, code in zip(ranges, codes, strict=True))
            for codes in product(*term.where.values())
        ]

        def count(criterion: str) -> str:
            return "(" + "+".join(f"COUNTIFS({values},{criterion}{w})" for w in where) + ")"

        if term.count:
            counted = "+".join(count(literal(code)) for code in term.count)
            there = [f"COUNTIFS({w[1:]})" for w in where if w]
            return Value(
                Kind.NUMBER, f"({counted})", Known(conditions=(f"{'+'.join(there)}>0",) if there else ())
            )
        if where == [""]:
            total = f"SUM({values})"
        else:
            total = "(" + "+".join(f"SUMIFS({values}{w})" for w in where) + ")"
        numbers = count('">-1E+300"')
        conditions = [f"{numbers}>0", f"{count(literal('<>'))}={numbers}+{count(literal('x'))}"]
        if place.form.by_code[term.column].type == "int":
            conditions += [f"NOT(ISERROR({total}))", f"INT({total})={total}"]
        return Value(Kind.NUMBER, total, Known(conditions=tuple(conditions)))

    # -- functions -------------------------------------------------------------------------------------------

    def _numbers(self, nodes: Sequence[Node]) -> tuple[list[Value], Known]:
        values = [self._value(self.visit(node)) for node in nodes]
        known = _ALWAYS
        for value in values:
            known = known.with_(value.known)
        return values, known

    def _applied(self, function: str, nodes: Sequence[Node]) -> Value:
        values, known = self._numbers(nodes)
        return Value(Kind.NUMBER, f"{function}({','.join(v.formula for v in values)})", known)

    def _call_abs(self, value: Node) -> Compiled:
        return self._applied("ABS", [value])

    def _call_min(self, *values: Node) -> Compiled:
        return self._applied("MIN", values)

    def _call_max(self, *values: Node) -> Compiled:
        return self._applied("MAX", values)

    def _call_round(self, value: Node, decimals: Node | None = None) -> Compiled:
        return self._applied("ROUND", [value, decimals or Number(0)])

    def _call_isnull(self, value: Node) -> Compiled:
        compiled = self.visit(value)
        if isinstance(compiled, Logic):
            known = _or([compiled.holds, compiled.fails])
        else:
            known = compiled.known.condition
        if known in ("TRUE", "FALSE"):
            return Logic("FALSE", "TRUE") if known == "TRUE" else Logic("TRUE", "FALSE")
        return Logic(f"NOT({known})", known)

    def _call_nz(self, value: Node, default: Node | None = None) -> Compiled:
        first, second = self._value(self.visit(value)), self._value(self.visit(default or Number(0)))
        is_first, is_second = first.known.condition, second.known.condition
        if is_first in ("TRUE", "FALSE"):
            return first if is_first == "TRUE" else second
        known = _or([is_first, is_second])
        return self._kept(
            Value(
                first.kind,
                f"IF({is_first},{first.formula},{second.formula})",
                Known(conditions=() if known == "TRUE" else (known,)),
            )
        )

    def _call_iif(self, condition: Node, first: Node, second: Node) -> Compiled:
        chosen = self._logic(self.visit(condition))
        a, b = self._value(self.visit(first)), self._value(self.visit(second))
        if chosen.holds == "TRUE":
            return a
        if chosen.fails == "TRUE":
            return b
        known = _or([_and([chosen.holds, a.known.condition]), _and([chosen.fails, b.known.condition])])
        formula = f"IF({chosen.holds},{a.formula},{b.formula})"
        return self._kept(Value(a.kind, formula, Known(conditions=(known,))))

    def _kept(self, value: Value) -> Value:
        """Put a long value into a hidden column, so that formulas that name it several times stay short."""
        is_cell = value.formula.startswith("$") and value.formula.replace("$", "").replace(ROW, "").isalpha()
        if self.check.frame != "row" or is_cell or value.known.never:
            return value
        cell = f"${self.helpers.column(value.known.guard(value.formula, literal('')))}{ROW}"
        if value.kind is Kind.TEXT:
            return Value(Kind.TEXT, cell, Known(conditions=(f"LEN({cell})>0",)))
        return Value(value.kind, cell, Known((cell,)))

    def _call_is_int(self, value: Node) -> Compiled:
        number = self._value(self.visit(value))
        gap = f"ABS({number.formula}-ROUND({number.formula},0))"
        return Logic(number.known.guard(f"{gap}<={_EPSILON}"), number.known.guard(f"{gap}>{_EPSILON}"))

    def _call_between(self, value: Node, low: Node, high: Node) -> Compiled:
        return both(self._comparison(Binary(">=", value, low)), self._comparison(Binary("<=", value, high)))

    def _call_one_of(self, value: Node, *candidates: Node) -> Compiled:
        result = self._comparison(Binary("==", value, candidates[0]))
        for candidate in candidates[1:]:
            result = either(result, self._comparison(Binary("==", value, candidate)))
        return result

    def _call_pct_ok(self, printed: Node, part: Node, whole: Node, raw: Node | None = None) -> Compiled:
        # The text of a cell is kept only where the cell holds text or a percentage; here it holds a number.
        shown, known = self._numbers([printed])
        (above, below), parts = self._numbers([part, whole])
        known = known.with_(parts, f"{_number_formula(below.formula)}<>0")
        exact = f"100*{_number_formula(above.formula)}/{_number_formula(below.formula)}"
        tolerance = f"{self.half_a_digit(shown[0].formula)}+{_EPSILON}"
        gap = f"ABS({_number_formula(shown[0].formula)}-{exact})"
        return Logic(known.guard(f"{gap}<={tolerance}"), known.guard(f"{gap}>{tolerance}"))

    @staticmethod
    def half_a_digit(value: str) -> str:
        """Give half of the last printed digit of a number."""
        formula = f"0.5*10^-{_MOST_DECIMALS}"
        for digits in range(_MOST_DECIMALS - 1, -1, -1):
            half = "0.5" if digits == 0 else f"0.5*10^-{digits}"
            formula = f"IF(ABS(ROUND({value},{digits})-{value})<0.00000000005,{half},{formula})"
        return formula

    def _call_rating_of_score(self, score: Node, *bands: Node) -> Compiled:
        (value, *limits), known = self._numbers([score, *bands])
        formula = literal(RATINGS[-1])
        for rating, limit in reversed(list(zip(RATINGS, limits, strict=False))):
            formula = f"IF({value.formula}-{limit.formula}>=-{_EPSILON},{literal(rating)},{formula})"
        return self._kept(Value(Kind.TEXT, formula, known))

    def _call_assess(self, direction: Node, actual: Node, low: Node, high: Node) -> Compiled:
        way, result = self._value(self.visit(direction)), self._value(self.visit(actual))
        least, most = self._value(self.visit(low)), self._value(self.visit(high))
        a, d, has_most = _number_formula(result.formula), way.formula, most.known.condition
        is_most = f'IF(OR({d}="LE",{d}="LT"),{has_most},FALSE)'
        bound = f"IF({is_most},{most.formula},{least.formula})"
        has_bound = _or([is_most, least.known.condition])
        in_range = f'IF({d}="BETWEEN",AND({has_most},{least.known.condition}),TRUE)'
        gap = f"({a}-{bound})"
        equal = f"ABS{gap}<={_EPSILON}"
        met, missed, beyond = '"DAT"', '"CHUA_DAT"', '"VUOT"'
        at_least = f'IF({gap}>{_EPSILON},{beyond},IF(AND({equal},{d}="GE"),{met},{missed}))'
        at_most = f'IF({gap}<-{_EPSILON},{beyond},IF(AND({equal},{d}="LE"),{met},{missed}))'
        between = (
            f"IF({a}-{most.formula}>{_EPSILON},{beyond},IF({a}-{least.formula}>=-{_EPSILON},{met},{missed}))"
        )
        formula = (
            f'IF(OR({d}="GE",{d}="GT"),{at_least},IF(OR({d}="LE",{d}="LT"),{at_most},'
            f'IF({d}="BETWEEN",{between},IF({equal},{met},{missed}))))'
        )
        return self._kept(Value(Kind.TEXT, formula, way.known.with_(result.known, has_bound, in_range)))

    def _call_date(self, text: Node) -> Compiled:
        if not isinstance(text, Text):
            raise NotCompiledError("no_function", "date")
        year, month, day = (int(part) for part in text.value.split("-"))
        return Value(Kind.DATE, f"DATE({year},{month},{day})")

    # -- kinds -----------------------------------------------------------------------------------------------

    @staticmethod
    def _logic(compiled: Compiled) -> Logic:
        if isinstance(compiled, Value):
            raise NotCompiledError("not_a_truth")
        return compiled

    @staticmethod
    def _value(compiled: Compiled) -> Value:
        if isinstance(compiled, Logic):
            raise NotCompiledError("not_a_value")
        return compiled
