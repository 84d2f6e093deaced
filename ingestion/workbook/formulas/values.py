"""Compiled values and truths: formulas with the conditions under which they are known.

What belongs here: the shapes and how they combine. What does not: what a rule's tree or name compiles to.

A value is compiled together with the condition under which it is known. A truth is compiled into two formulas,
one that says when it surely holds and one that says when it surely does not; what is neither was not evaluated.
Neither of the two is ever an error, whatever stands in the cells.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.gate.language.vectors import Kind

ROW = "§"
"""Stands in a formula for the number of the row to which it belongs."""

LONGEST = 8000
"""Longest formula that is compiled; spreadsheets take 8192 characters."""

EPSILON = "0.000000001"
"""`TOLERANCE` as a formula writes it."""

_LONGEST_LITERAL = 250
_MOST_DECIMALS = 10


class NotCompiledError(ValueError):
    """An expression cannot be said as a formula; `reason` is the key of a text that says why."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


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


ALWAYS = Known()


@dataclass(frozen=True)
class Value:
    """A compiled number, text or date."""

    kind: Kind
    formula: str
    known: Known = ALWAYS


@dataclass(frozen=True)
class Logic:
    """A compiled truth: when it surely holds, and when it surely does not."""

    holds: str
    fails: str


Compiled = Value | Logic


def all_of(parts: Sequence[str]) -> str:
    """Give the formula that all of some formulas are TRUE."""
    listed = list(dict.fromkeys(part for part in parts if part != "TRUE"))
    if "FALSE" in listed:
        return "FALSE"
    if not listed:
        return "TRUE"
    return listed[0] if len(listed) == 1 else f"AND({','.join(listed)})"


def any_of(parts: Sequence[str]) -> str:
    """Give the formula that any of some formulas is TRUE."""
    listed = list(dict.fromkeys(part for part in parts if part != "FALSE"))
    if "TRUE" in listed:
        return "TRUE"
    if not listed:
        return "FALSE"
    return listed[0] if len(listed) == 1 else f"OR({','.join(listed)})"


def both(left: Logic, right: Logic) -> Logic:
    """Give `and`."""
    return Logic(all_of([left.holds, right.holds]), any_of([left.fails, right.fails]))


def either(left: Logic, right: Logic) -> Logic:
    """Give `or`."""
    return Logic(any_of([left.holds, right.holds]), all_of([left.fails, right.fails]))


def negated(operand: Logic) -> Logic:
    """Give `not`."""
    return Logic(operand.fails, operand.holds)


def literal(text: str) -> str:
    """Give a text as a formula; spreadsheets take no more than 255 characters between two quotes."""
    parts = [text[i : i + _LONGEST_LITERAL] for i in range(0, len(text), _LONGEST_LITERAL)] or [""]
    return "&".join('"' + part.replace('"', '""') + '"' for part in parts)


def number_formula(text: str) -> str:
    """Give a number's formula as an operand, in brackets where it needs them."""
    return text if text.replace("$", "").replace(ROW, "").replace(".", "").isalnum() else f"({text})"


def has_content(cell: str) -> str:
    """Give the formula that a cell of text or codes is filled in."""
    return f"IF(ISTEXT({cell}),LEN(TRIM({cell}))>0,ISNUMBER({cell}))"


def decimals_of(value: str) -> str:
    """Give the formula of how many decimals a number has."""
    formula = str(_MOST_DECIMALS)
    for digits in range(_MOST_DECIMALS - 1, -1, -1):
        formula = f"IF(ABS(ROUND({value},{digits})-{value})<0.00000000005,{digits},{formula})"
    return formula


def half_a_digit(value: str) -> str:
    """Give the formula of half of the last printed digit of a number."""
    return f"0.5*10^-{decimals_of(value)}"


def as_logic(compiled: Compiled) -> Logic:
    """Give a compiled truth.

    Raises:
        NotCompiledError: it is none.
    """
    if isinstance(compiled, Value):
        raise NotCompiledError("not_a_truth")
    return compiled


def as_value(compiled: Compiled) -> Value:
    """Give a compiled number, text or date.

    Raises:
        NotCompiledError: it is none.
    """
    if isinstance(compiled, Logic):
        raise NotCompiledError("not_a_value")
    return compiled
