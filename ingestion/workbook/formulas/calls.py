"""The functions of the rule language as a spreadsheet has them.

What belongs here: one function at a time. What does not: operators (`compiler.py`).
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from ingestion.definitions.assessment import RATINGS
from ingestion.gate.language.syntax import Binary, Node, Number, Text
from ingestion.gate.language.vectors import Kind
from ingestion.workbook.formulas.operands import Operands
from ingestion.workbook.formulas.values import (
    ALWAYS,
    EPSILON,
    Compiled,
    Known,
    Logic,
    NotCompiledError,
    Value,
    all_of,
    any_of,
    as_logic,
    as_value,
    both,
    either,
    half_a_digit,
    literal,
    number_formula,
)


class Compiling(Protocol):
    """What functions ask of the compiler."""

    operands: Operands

    def visit(self, node: Node) -> Compiled:
        """Compile an expression."""

    def comparison(self, node: Binary) -> Logic:
        """Compile a comparison."""


def _numbers(on: Compiling, nodes: Sequence[Node]) -> tuple[list[Value], Known]:
    values = [as_value(on.visit(node)) for node in nodes]
    known = ALWAYS
    for value in values:
        known = known.with_(value.known)
    return values, known


def _applied(on: Compiling, function: str, nodes: Sequence[Node]) -> Value:
    values, known = _numbers(on, nodes)
    return Value(Kind.NUMBER, f"{function}({','.join(v.formula for v in values)})", known)


def _abs(on: Compiling, value: Node) -> Compiled:
    return _applied(on, "ABS", [value])


def _min(on: Compiling, *values: Node) -> Compiled:
    return _applied(on, "MIN", values)


def _max(on: Compiling, *values: Node) -> Compiled:
    return _applied(on, "MAX", values)


def _round(on: Compiling, value: Node, decimals: Node | None = None) -> Compiled:
    return _applied(on, "ROUND", [value, decimals or Number(0)])


def _isnull(on: Compiling, value: Node) -> Compiled:
    compiled = on.visit(value)
    if isinstance(compiled, Logic):
        known = any_of([compiled.holds, compiled.fails])
    else:
        known = compiled.known.condition
    if known in ("TRUE", "FALSE"):
        return Logic("FALSE", "TRUE") if known == "TRUE" else Logic("TRUE", "FALSE")
    return Logic(f"NOT({known})", known)


def _nz(on: Compiling, value: Node, default: Node | None = None) -> Compiled:
    first, second = as_value(on.visit(value)), as_value(on.visit(default or Number(0)))
    is_first, is_second = first.known.condition, second.known.condition
    if is_first in ("TRUE", "FALSE"):
        return first if is_first == "TRUE" else second
    known = any_of([is_first, is_second])
    return on.operands.kept(
        Value(
            first.kind,
            f"IF({is_first},{first.formula},{second.formula})",
            Known(conditions=() if known == "TRUE" else (known,)),
        )
    )


def _iif(on: Compiling, condition: Node, first: Node, second: Node) -> Compiled:
    chosen = as_logic(on.visit(condition))
    a, b = as_value(on.visit(first)), as_value(on.visit(second))
    if chosen.holds == "TRUE":
        return a
    if chosen.fails == "TRUE":
        return b
    known = any_of([all_of([chosen.holds, a.known.condition]), all_of([chosen.fails, b.known.condition])])
    formula = f"IF({chosen.holds},{a.formula},{b.formula})"
    return on.operands.kept(Value(a.kind, formula, Known(conditions=(known,))))


def _is_int(on: Compiling, value: Node) -> Compiled:
    number = as_value(on.visit(value))
    gap = f"ABS({number.formula}-ROUND({number.formula},0))"
    return Logic(number.known.guard(f"{gap}<={EPSILON}"), number.known.guard(f"{gap}>{EPSILON}"))


def _between(on: Compiling, value: Node, low: Node, high: Node) -> Compiled:
    return both(on.comparison(Binary(">=", value, low)), on.comparison(Binary("<=", value, high)))


def _one_of(on: Compiling, value: Node, *candidates: Node) -> Compiled:
    result = on.comparison(Binary("==", value, candidates[0]))
    for candidate in candidates[1:]:
        result = either(result, on.comparison(Binary("==", value, candidate)))
    return result


def _pct_ok(on: Compiling, printed: Node, part: Node, whole: Node, raw: Node | None = None) -> Compiled:
    # The text of a cell is kept only where the cell holds text or a percentage; here it holds a number.
    shown, known = _numbers(on, [printed])
    (above, below), parts = _numbers(on, [part, whole])
    known = known.with_(parts, f"{number_formula(below.formula)}<>0")
    exact = f"100*{number_formula(above.formula)}/{number_formula(below.formula)}"
    tolerance = f"{half_a_digit(shown[0].formula)}+{EPSILON}"
    gap = f"ABS({number_formula(shown[0].formula)}-{exact})"
    return Logic(known.guard(f"{gap}<={tolerance}"), known.guard(f"{gap}>{tolerance}"))


def _rating_of_score(on: Compiling, score: Node, *bands: Node) -> Compiled:
    (value, *limits), known = _numbers(on, [score, *bands])
    formula = literal(RATINGS[-1])
    for rating, limit in reversed(list(zip(RATINGS, limits, strict=False))):
        formula = f"IF({value.formula}-{limit.formula}>=-{EPSILON},{literal(rating)},{formula})"
    return on.operands.kept(Value(Kind.TEXT, formula, known))


def _assess(on: Compiling, direction: Node, actual: Node, low: Node, high: Node) -> Compiled:
    way, result = as_value(on.visit(direction)), as_value(on.visit(actual))
    least, most = as_value(on.visit(low)), as_value(on.visit(high))
    a, d, has_most = number_formula(result.formula), way.formula, most.known.condition
    is_most = f'IF(OR({d}="LE",{d}="LT"),{has_most},FALSE)'
    bound = f"IF({is_most},{most.formula},{least.formula})"
    has_bound = any_of([is_most, least.known.condition])
    in_range = f'IF({d}="BETWEEN",AND({has_most},{least.known.condition}),TRUE)'
    gap = f"({a}-{bound})"
    equal = f"ABS{gap}<={EPSILON}"
    met, missed, beyond = '"DAT"', '"CHUA_DAT"', '"VUOT"'
    at_least = f'IF({gap}>{EPSILON},{beyond},IF(AND({equal},{d}="GE"),{met},{missed}))'
    at_most = f'IF({gap}<-{EPSILON},{beyond},IF(AND({equal},{d}="LE"),{met},{missed}))'
    between = f"IF({a}-{most.formula}>{EPSILON},{beyond},IF({a}-{least.formula}>=-{EPSILON},{met},{missed}))"
    formula = (
        f'IF(OR({d}="GE",{d}="GT"),{at_least},IF(OR({d}="LE",{d}="LT"),{at_most},'
        f'IF({d}="BETWEEN",{between},IF({equal},{met},{missed}))))'
    )
    return on.operands.kept(Value(Kind.TEXT, formula, way.known.with_(result.known, has_bound, in_range)))


def _date(on: Compiling, text: Node) -> Compiled:
    if not isinstance(text, Text):
        raise NotCompiledError("no_function", "date")
    year, month, day = (int(part) for part in text.value.split("-"))
    return Value(Kind.DATE, f"DATE({year},{month},{day})")


CALLS: dict[str, Callable[..., Compiled]] = {
    "abs": _abs,
    "assess": _assess,
    "between": _between,
    "date": _date,
    "iif": _iif,
    "is_int": _is_int,
    "isnull": _isnull,
    "max": _max,
    "min": _min,
    "nz": _nz,
    "one_of": _one_of,
    "pct_ok": _pct_ok,
    "rating_of_score": _rating_of_score,
    "round": _round,
}
"""The functions that there are, by name."""
