"""A small evaluator of the formulas that templates are made of: what a spreadsheet would show in a cell.

It knows only the functions and operators that the product emits; anything else is refused, so that a formula in
a new vocabulary is noticed. Formulas are turned into closures once and may be evaluated over many workbooks.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ingestion.records.cells import column_index, column_letter

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d+)?(?:E[+-]?\d+)?)
    | (?P<text>"(?:[^"]|"")*")
    | (?P<range>(?:'[^']+'!)?\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)
    | (?P<word>[A-Z]+)
    | (?P<operator><=|>=|<>|[-+*/^&=<>(),])
    )""",
    re.VERBOSE,
)
_RANGE = re.compile(r"(?:'([^']+)'!)?\$?([A-Z]+)\$?(\d+)(?::\$?([A-Z]+)\$?(\d+))?")


class ExcelError(Exception):
    """What a spreadsheet shows as #N/A, #VALUE! and the like."""


@dataclass(frozen=True)
class Formula:
    """A cell that holds a formula."""

    text: str


@dataclass
class Sheets:
    """The cells of a workbook by sheet and address; values of formulas are computed when they are asked for."""

    cells: Mapping[tuple[str, str], Any]
    known: dict[tuple[str, str], Any] = field(default_factory=dict)

    def value(self, sheet: str, address: str) -> Any:
        """Give what a cell shows; errors come as an `ExcelError` object."""
        key = (sheet, address)
        if key not in self.known:
            held = self.cells.get(key)
            if isinstance(held, Formula):
                try:
                    held = compiled(held.text)(self, sheet)
                except ExcelError as error:
                    held = error
            self.known[key] = held
        return self.known[key]

    def evaluate(self, formula: str, sheet: str) -> Any:
        """Give the value of a formula that stands on a sheet."""
        return compiled(formula)(self, sheet)


@dataclass(frozen=True)
class Cells:
    """A reference to one cell or a column of cells."""

    sheet: str
    addresses: tuple[str, ...]
    sheets: Sheets = field(compare=False, repr=False)

    def values(self) -> list[Any]:
        known, sheet, value = self.sheets.known, self.sheet, self.sheets.value
        return [known[at] if (at := (sheet, a)) in known else value(sheet, a) for a in self.addresses]


Closure = Callable[[Sheets, str], Any]
_compiled: dict[str, Closure] = {}


def compiled(formula: str) -> Closure:
    """Give the closure of a formula."""
    if formula not in _compiled:
        _compiled[formula] = _Parser(formula.removeprefix("=")).parse()
    return _compiled[formula]


def _single(value: Any) -> Any:
    if isinstance(value, Cells):
        if len(value.addresses) != 1:
            raise AssertionError("a range stands where one value is wanted")
        value = value.values()[0]
    if isinstance(value, ExcelError):
        raise value
    return value


def _number(value: Any) -> float:
    value = _single(value)
    if value is None:
        return 0.0
    if isinstance(value, bool | int | float):
        return float(value)
    if isinstance(value, date):
        return float((value - date(1899, 12, 30)).days)
    raise ExcelError("#VALUE!")


def _text(value: Any) -> str:
    value = _single(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _truth(value: Any) -> bool:
    value = _single(value)
    if isinstance(value, str):
        raise ExcelError("#VALUE!")
    return bool(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | date) and not isinstance(value, bool)


def _spread(value: Any) -> list[Any] | None:
    if isinstance(value, list):
        return value
    return value.values() if isinstance(value, Cells) and len(value.addresses) > 1 else None


def _compare(operator: str, left: Any, right: Any) -> bool:
    a, b = _single(left), _single(right)
    if type(a) is float and type(b) is float:
        return _ORDERS[operator](a, b)
    if a is None:
        a = "" if isinstance(b, str) else 0
    if b is None:
        b = "" if isinstance(a, str) else 0

    def order(value: Any) -> tuple[int, Any]:
        if isinstance(value, bool):
            return (2, value)
        return (1, value.lower()) if isinstance(value, str) else (0, _number(value))

    return _ORDERS[operator](order(a), order(b))


_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


def _arithmetic(operator: str, left: Any, right: Any) -> float:
    a, b = _number(left), _number(right)
    if operator == "/":
        if b == 0:
            raise ExcelError("#DIV/0!")
        return a / b
    return {"+": a + b, "-": a - b, "*": a * b, "^": a**b if operator == "^" else 0.0}[operator]


def _operate(operator: str, left: Any, right: Any) -> Any:
    def one(a: Any, b: Any) -> Any:
        if operator == "&":
            return _text(a) + _text(b)
        return (
            _compare(operator, a, b)
            if operator in ("=", "<>", "<", ">", "<=", ">=")
            else _arithmetic(operator, a, b)
        )

    a, b = _spread(left), _spread(right)
    if a is None and b is None:
        return one(left, right)
    length = len(a if a is not None else b or [])
    return [one(a[i] if a is not None else left, b[i] if b is not None else right) for i in range(length)]


class _Parser:
    """Recursive descent over the tokens of one formula."""

    LEVELS = (("=", "<>", "<", ">", "<=", ">="), ("&",), ("+", "-"), ("*", "/"), ("^",))

    def __init__(self, text: str) -> None:
        self.tokens = list(self._tokens(text))
        self.at = 0

    @staticmethod
    def _tokens(text: str) -> Iterator[tuple[str, str]]:
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None or match.end() == position:
                raise AssertionError(f"not a formula at {position}: {text}")
            position = match.end()
            yield str(match.lastgroup), str(match[str(match.lastgroup)])

    def parse(self) -> Closure:
        closure = self._level(0)
        assert self.at == len(self.tokens), self.tokens[self.at :]
        return lambda sheets, sheet: _single(closure(sheets, sheet))

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def _take(self, wanted: str) -> None:
        assert self._peek()[1] == wanted, (wanted, self.tokens[self.at :])
        self.at += 1

    def _level(self, level: int) -> Closure:
        if level == len(self.LEVELS):
            return self._unary()
        left = self._level(level + 1)
        while self._peek()[0] == "operator" and self._peek()[1] in self.LEVELS[level]:
            operator = self._peek()[1]
            self.at += 1
            left = self._binary(operator, left, self._level(level + 1))
        return left

    @staticmethod
    def _binary(operator: str, left: Closure, right: Closure) -> Closure:
        return lambda sheets, sheet: _operate(operator, left(sheets, sheet), right(sheets, sheet))

    def _unary(self) -> Closure:
        if self._peek() == ("operator", "-"):
            self.at += 1
            operand = self._unary()
            return lambda sheets, sheet: -_number(operand(sheets, sheet))
        return self._atom()

    def _atom(self) -> Closure:
        kind, text = self._peek()
        self.at += 1
        if kind == "number":
            number = float(text)
            return lambda sheets, sheet: number
        if kind == "text":
            value = text[1:-1].replace('""', '"')
            return lambda sheets, sheet: value
        if kind == "range":
            return self._reference(text)
        if (kind, text) == ("operator", "("):
            inner = self._level(0)
            self._take(")")
            return inner
        assert kind == "word", (kind, text)
        if text in ("TRUE", "FALSE"):
            return lambda sheets, sheet: text == "TRUE"
        return self._call(text)

    @staticmethod
    def _reference(text: str) -> Closure:
        match = _RANGE.fullmatch(text)
        assert match is not None
        other, first, top, last, bottom = match.groups()
        columns = range(column_index(first), column_index(last or first) + 1)
        addresses = tuple(
            f"{column_letter(c)}{row}" for row in range(int(top), int(bottom or top) + 1) for c in columns
        )
        return lambda sheets, sheet: Cells(other or sheet, addresses, sheets)

    def _call(self, name: str) -> Closure:
        self._take("(")
        arguments: list[Closure] = []
        while self._peek()[1] != ")":
            arguments.append(self._level(0))
            if self._peek()[1] == ",":
                self.at += 1
        self._take(")")
        if name in _LAZY:
            lazy = _LAZY[name]
            return lambda sheets, sheet: lazy([lambda a=a: a(sheets, sheet) for a in arguments])
        function = _FUNCTIONS[name]
        return lambda sheets, sheet: function(*(a(sheets, sheet) for a in arguments))


def _if(arguments: list[Callable[[], Any]]) -> Any:
    return arguments[1]() if _truth(arguments[0]()) else arguments[2]()


def _if_error(arguments: list[Callable[[], Any]]) -> Any:
    try:
        return _single(arguments[0]())
    except ExcelError:
        return arguments[1]()


def _is(test: Callable[[Any], bool]) -> Callable[[list[Callable[[], Any]]], bool]:
    def check(arguments: list[Callable[[], Any]]) -> bool:
        try:
            return test(_single(arguments[0]()))
        except ExcelError:
            return False

    return check


def _is_error(arguments: list[Callable[[], Any]]) -> bool:
    try:
        _single(arguments[0]())
    except ExcelError:
        return True
    return False


def _all_values(arguments: tuple[Any, ...]) -> list[Any]:
    listed: list[Any] = []
    for argument in arguments:
        listed += argument.values() if isinstance(argument, Cells) else [argument]
    return listed


def _sum(*arguments: Any) -> float:
    values = _all_values(arguments)
    for value in values:
        if isinstance(value, ExcelError):
            raise value
    return float(sum(_number(value) for value in values if _is_number(value)))


def _meets(value: Any, criterion: Any) -> bool:
    wanted = _text(criterion)
    if isinstance(value, ExcelError):
        return wanted == "<>"
    if wanted == "<>":
        return value is not None
    if wanted.startswith(">"):
        return _is_number(value) and _number(value) > float(wanted[1:])
    if wanted == "?*":
        return isinstance(value, str) and len(value) > 0
    return value is not None and _text(value).lower() == wanted.lower()


def _rows_meeting(pairs: tuple[Any, ...]) -> list[bool]:
    columns = [[_meets(value, pairs[i + 1]) for value in pairs[i].values()] for i in range(0, len(pairs), 2)]
    return [all(row) for row in zip(*columns, strict=True)]


def _sum_where(values: Cells, *pairs: Any) -> float:
    chosen = [v for v, is_met in zip(values.values(), _rows_meeting(pairs), strict=True) if is_met]
    for value in chosen:
        if isinstance(value, ExcelError):
            raise value
    return float(sum(_number(v) for v in chosen if _is_number(v)))


def _match(wanted: Any, cells: Cells, mode: Any) -> float:
    assert _number(mode) == 0
    wanted = _single(wanted)
    if isinstance(wanted, str) and wanted != "?*":
        lowered = wanted.lower()
        for number, value in enumerate(cells.values(), start=1):
            if isinstance(value, str) and value.lower() == lowered:
                return float(number)
        raise ExcelError("#N/A")
    for number, value in enumerate(cells.values(), start=1):
        if isinstance(value, ExcelError) or value is None:
            continue
        if wanted == "?*":
            if isinstance(value, str) and value:
                return float(number)
        elif not isinstance(value, str) and _compare("=", wanted, value):
            return float(number)
    raise ExcelError("#N/A")


def _index(cells: Cells, position: Any) -> Cells:
    return Cells(cells.sheet, (cells.addresses[int(_number(position)) - 1],), cells.sheets)


def _find(wanted: Any, text: Any) -> float:
    position = _text(text).find(_text(wanted))
    if position < 0:
        raise ExcelError("#VALUE!")
    return float(position + 1)


def _value(text: Any) -> float:
    """Read a number as a spreadsheet does in some language: signs, powers and shares included."""
    bare = _text(text).strip()
    share = bare.endswith("%")
    if not re.fullmatch(r"-?\d+(?:[.,]\d+)?(?:[eE]\d+)?%?", bare):
        raise ExcelError("#VALUE!")
    number = float(bare.removesuffix("%").replace(",", "."))
    return number / 100 if share else number


def _formatted(value: Any, pattern: Any) -> str:
    """Write a whole number under a pattern of `0`, `#` and dots that stand for themselves."""
    places = re.findall(r"\\.|[0#]", _text(pattern))
    digits = f"{math.floor(abs(_number(value)) + 0.5)}"
    first = next((i for i, place in enumerate(places) if place == "0"), len(places))
    shown, rest = "", digits if digits != "0" else ""
    for i in range(len(places) - 1, -1, -1):
        if places[i][0] == "\\":
            shown = places[i][1] + shown
        elif i == next(j for j, place in enumerate(places) if place[0] != "\\"):
            shown = (rest or ("0" if i >= first else "")) + shown
        else:
            shown, rest = (rest[-1:] or ("0" if i >= first else "")) + shown, rest[:-1]
    return ("-" if _number(value) < 0 else "") + shown


def _row(cells: Cells) -> float:
    return float(re.sub(r"[A-Z]+", "", cells.addresses[0]))


def _round(value: Any, digits: Any) -> float:
    scale = 10.0 ** _number(digits)
    number = _number(value)
    return math.copysign(math.floor(float(f"{abs(number) * scale:.15g}") + 0.5) / scale, number)


def _sum_product(*arguments: Any) -> float:
    assert len(arguments) == 1
    return float(sum(_number(value) for value in _spread(arguments[0]) or [arguments[0]]))


_LAZY: dict[str, Callable[[list[Callable[[], Any]]], Any]] = {
    "IF": _if,
    "IFERROR": _if_error,
    "ISERROR": _is_error,
    "ISBLANK": _is(lambda value: value is None),
    "ISNUMBER": _is(_is_number),
    "ISTEXT": _is(lambda value: isinstance(value, str)),
    "ISLOGICAL": _is(lambda value: isinstance(value, bool)),
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "ABS": lambda value: abs(_number(value)),
    "AND": lambda *values: min(_truth(value) for value in values),  # an error in any of them is an error
    "OR": lambda *values: max(_truth(value) for value in values),
    "NOT": lambda value: not _truth(value),
    "COUNT": lambda *values: float(sum(_is_number(value) for value in _all_values(values))),
    "COUNTA": lambda *values: float(sum(value is not None for value in _all_values(values))),
    "COUNTIF": lambda *pairs: float(sum(_rows_meeting(pairs))),
    "COUNTIFS": lambda *pairs: float(sum(_rows_meeting(pairs))),
    "DATE": lambda y, m, d: _number(date(int(_number(y)), int(_number(m)), int(_number(d)))),
    "EXACT": lambda a, b: _text(a) == _text(b),
    "FIND": _find,
    "INDEX": _index,
    "INT": lambda value: float(math.floor(_number(value))),
    "LEN": lambda value: float(len(_text(value))),
    "LOWER": lambda value: _text(value).lower(),
    "MATCH": _match,
    "MAX": lambda *values: max(_number(value) for value in values),
    "MIN": lambda *values: min(_number(value) for value in values),
    "REPT": lambda text, times: _text(text) * int(_number(times)),
    "ROUND": _round,
    "ROW": _row,
    "SUBSTITUTE": lambda text, old, new: _text(text).replace(_text(old), _text(new)),
    "SUM": _sum,
    "SUMIFS": _sum_where,
    "SUMPRODUCT": _sum_product,
    "TEXT": _formatted,
    "VALUE": _value,
    "TRIM": lambda value: " ".join(_text(value).split(" ")).strip(),
}
