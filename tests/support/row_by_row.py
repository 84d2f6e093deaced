"""A second evaluator of the rules' language: one row at a time, in plain Python.

What belongs here: what operators and functions mean, said once more. It shares the parser alone with the
product, neither its vectors nor its functions, so that a mistake in one of the two is a disagreement.
"""

import math
import re
import statistics
from collections.abc import Mapping, Sequence, Set
from datetime import date
from typing import Any

from ingestion.gate.language.syntax import Binary, Call, Name, Node, Number, Text, Truth, Unary

Value = float | str | bool | date | None
Row = Mapping[str, Value]
NOISE = 1e-9


class Table:
    """Rows with the submission of each, as an expression sees them."""

    def __init__(self, rows: Sequence[Row], submissions: Sequence[int], zeros: Set[str]) -> None:
        """Take rows, the submission of each, and the columns whose blanks count as zero."""
        self.rows = rows
        self.submissions = submissions
        self.zeros = zeros
        self.peers: dict[int, list[int]] = {}
        for row, submission in enumerate(submissions):
            self.peers.setdefault(submission, []).append(row)

    def values(self, node: Node) -> list[Value]:
        """Give the value of an expression in each row."""
        return [self.value(node, number) for number in range(len(self.rows))]

    def value(self, node: Node, row: int) -> Value:  # noqa: PLR0911  # one return a node
        """Give the value of an expression in one row."""
        match node:
            case Number(value=value) | Text(value=value) | Truth(value=value):
                return value
            case Name():
                found = self.rows[row][str(node)]
                return 0.0 if found is None and str(node) in self.zeros else found
            case Unary(operator="not", operand=operand):
                truth = self.value(operand, row)
                return None if truth is None else not truth
            case Unary(operand=operand):
                number: Any = self.value(operand, row)
                return None if number is None else -number
            case Binary(operator=operator, left=left, right=right):
                return _binary(operator, self.value(left, row), self.value(right, row))
            case Call(function="robust_z", arguments=(number_of, group_of)):
                return self._robust_z(number_of, group_of, row)
            case Call(function=function, arguments=arguments):
                return _call(function, [self.value(argument, row) for argument in arguments])
        raise AssertionError(node)

    def _robust_z(self, number_of: Node, group_of: Node, row: int) -> Value:
        own: Any = self.value(number_of, row)
        group = self.value(group_of, row)
        peers: list[Any] = [
            self.value(number_of, other)
            for other in self.peers[self.submissions[row]]
            if self.value(group_of, other) == group
        ]
        known = [peer for peer in peers if peer is not None]
        if own is None or group is None or len(known) < 8:
            return None
        middle = statistics.median(known)
        spread = statistics.median(abs(peer - middle) for peer in known)
        return None if spread == 0 else 0.6745 * (own - middle) / spread


def held(table: Table, holds: Node, when: Node | None, conditions: Table) -> list[bool | None]:
    """Say for each row whether a rule holds; None where it was not evaluated."""
    found: list[Any] = table.values(holds)
    if when is None:
        return found
    return [one if conditions.value(when, row) is True else None for row, one in enumerate(found)]


def _binary(operator: str, a: Any, b: Any) -> Value:  # noqa: PLR0911  # one return a kind
    if operator == "and":
        return False if a is False or b is False else None if a is None or b is None else True
    if operator == "or":
        return True if a is True or b is True else None if a is None or b is None else False
    if operator == "=>":
        return True if a is False or b is True else None if a is None or b is None else False
    if a is None or b is None:
        return None
    if isinstance(a, date):
        a, b = a.toordinal(), b.toordinal()
        if operator == "-":
            return float(a - b)
    if operator in ("==", "!=") and isinstance(a, str | bool):
        return bool((a == b) is (operator == "=="))
    if operator in ("+", "-", "*", "/"):
        if operator == "/" and b == 0:
            return None
        return float({"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else 0}[operator])
    is_same = abs(a - b) <= NOISE
    return bool(
        {
            "==": is_same,
            "!=": not is_same,
            "<=": a < b or is_same,
            ">=": a > b or is_same,
            "<": a < b and not is_same,
            ">": a > b and not is_same,
        }[operator]
    )


def _call(function: str, given: list[Any]) -> Value:  # noqa: PLR0911, PLR0912  # one a function
    first = given[0]
    if function == "isnull":
        return first is None
    if function == "nz":
        return first if first is not None else given[1] if len(given) > 1 else 0.0
    if function == "iif":
        return None if first is None else given[1] if first else given[2]
    if function == "between":
        return _binary("and", _binary(">=", first, given[1]), _binary("<=", first, given[2]))
    if function == "one_of":
        equal = [_binary("==", first, other) for other in given[1:]]
        return True if True in equal else None if None in equal else False
    if function == "date":
        return date(*map(int, first.split("-")))
    if function == "assess":
        return _assess(*given)
    if function == "pct_ok":
        return _pct_ok(*given)
    if None in given:
        return None
    if function == "abs":
        return first if first >= 0 else -first
    if function == "is_int":
        return min(first - math.floor(first), math.ceil(first) - first) <= NOISE
    if function == "matches":
        return bool(re.findall(given[1], first))
    if function == "min":
        return sorted(given)[0]
    if function == "max":
        return sorted(given)[-1]
    if function == "round":
        scale = 10 ** given[1] if len(given) > 1 else 1
        whole = math.floor(abs(first) * scale + 0.5 + NOISE) / scale
        return -whole if first < 0 else whole
    if function == "rating_of_score":
        below = [band for band in given[1:] if first < band - NOISE]
        return ("HTXSNV", "HTTNV", "HTNV", "KHTNV")[len(below)]
    raise AssertionError(function)


def _assess(direction: Any, actual: Any, low: Any, high: Any) -> Value:  # noqa: PLR0911  # one a result
    if direction is None or actual is None:
        return None
    aim = high if direction in ("LE", "LT") and high is not None else low
    if aim is None or (direction == "BETWEEN" and high is None):
        return None
    at_aim = abs(actual - aim) <= NOISE
    if direction in ("GE", "GT") and actual > aim and not at_aim:
        return "VUOT"
    if direction in ("LE", "LT") and actual < aim and not at_aim:
        return "VUOT"
    if direction == "BETWEEN":
        if actual > high + NOISE:
            return "VUOT"
        return "DAT" if actual >= aim - NOISE else "CHUA_DAT"
    return "DAT" if at_aim and direction not in ("GT", "LT") else "CHUA_DAT"


def _pct_ok(printed: Any, part: Any, whole: Any, text: str | None = None) -> Value:
    if None in (printed, part, whole) or whole == 0:
        return None
    shown = text if text is not None else f"{printed:.10f}".rstrip("0")
    match = re.search(r"[.,](\d+)\s*%?\s*$", shown)
    digits = len(match[1]) if match else 0
    if digits == 3 and printed == int(printed):
        digits = 0
    return bool(abs(printed - 100 * part / whole) <= 0.5 / 10**digits + NOISE)
