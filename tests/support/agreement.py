"""Cases on which the two evaluators are compared.

What belongs here: rows with nulls and edges of every kind, expressions with every operator and function, and
the comparison. What does not: the evaluators.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import product
from typing import Any

import numpy as np

from ingestion.gate.language.evaluate import Missing, combine, evaluate, mask
from ingestion.gate.language.parser import parse
from ingestion.gate.language.vectors import (
    FALSE,
    NULL,
    TRUE,
    Kind,
    Vector,
    VectorError,
    concatenate,
    dates,
    numbers,
    texts,
    truths,
)
from tests.support.row_by_row import Table, held

A = [0, 1, -1, 2.5, -2.5, 100, None, 7, 7, 2.0000000001, 0.005, 85, 3, 12, 999, 1e6, -0.5, 50]
B = [0, 1, 1, 2.5, 2, 0, 3, None, 7.0000000001, 2, 0.015, 17, 3.1, 8, 1000, 3, 0.5, 70]
C = [1, 0, 5, -3, 2, 200, 4, 7, None, 2.1, 0.01, 20, 2.9, 9, 8, None, 1, 90]
S = [
    "x",
    "y",
    None,
    "x",
    "x1",
    "X",
    "",
    "33,3 %",
    "12.5",
    "1.000",
    "0,50%",
    "x",
    "GE",
    "LE",
    "x",
    "x",
    "y",
    "x",
]
T = ["x", "x", "x", None, "x1", "x", "", "a", "b", "1.000", "y", "x", "GE", "LE", "GT", "x", "y", "x"]
D = [
    "GE",
    "GT",
    "LE",
    "LT",
    "BETWEEN",
    "EQ",
    None,
    "GE",
    "GT",
    "LE",
    "LT",
    "BETWEEN",
    "EQ",
    "GE",
    "BETWEEN",
    "LE",
    "GT",
    "LT",
]
OK = [True, False, None, True, False, None, True, False, None] * 2
OFF = [True, True, True, False, False, False, None, None, None] * 2
DAY = [date(2019, 1, 1), None, date(2020, 2, 29), date(1969, 12, 31), date(2019, 1, 1), date(2025, 6, 30)] * 3
END = [date(2019, 1, 1), date(2019, 1, 1), None, date(1970, 1, 1), date(2018, 12, 31), date(2025, 6, 30)] * 3
GAP = [None] * 11 + ["g"] * 7
EIGHT = ["g"] * 6 + [None, "g", "g"] + [None] * 9
GROUP = ["g"] * 12 + ["h", "h", None, "g", "g", "g"]
SUBMISSION = [0] * 14 + [1] * 4

_NUMBERS = {"a": A, "b": B, "c": C}
_TEXTS = {"s": S, "t": T, "d": D, "group": GROUP, "gap": GAP, "eight": EIGHT}
_OTHERS = {"ok": OK, "off": OFF, "day": DAY, "end": END}
COLUMNS: Mapping[str, Vector] = {
    **{name: numbers(values) for name, values in _NUMBERS.items()},
    **{name: texts(values) for name, values in _TEXTS.items()},
    **{name: truths(_OTHERS[name]) for name in ("ok", "off")},
    **{name: dates(_OTHERS[name]) for name in ("day", "end")},
}

_NOISE = "0.000000001"
_WAYS = ("GE", "GT", "LE", "LT", "BETWEEN", "EQ")

MISUSED = (
    *("day + end", "day - a", "a - day", "s + a", "-s", "s < t", "ok < off", "a == s", "not a", "a and ok"),
    *("ok or a", "iif(ok, a, s)", "iif(a, a, b)", "nz(a, s)", "abs(s)", "matches(s, t)", "matches(a, s)"),
    *("date(s)", "min(a, s)", "is_int(s)", "assess(a, a, b, c)", "pct_ok(s, a, b)", "robust_z(s, group)"),
    "pct_ok(a, b, c, a)",
)
"""What an operation can do nothing with: it is an error and never a value."""

EXPRESSIONS = (
    *(f"a {operator} b" for operator in ("+", "-", "*", "/", "==", "!=", "<", "<=", ">", ">=")),
    *(f"{left} {operator} {right}" for operator in ("==", "!=") for left, right in (("s", "t"), ("ok", "off"))),
    *(f"day {operator} end" for operator in ("-", "==", "!=", "<", "<=", ">", ">=")),
    *(f"ok {operator} off" for operator in ("and", "or", "=>")),
    *("-a", "not ok", "1 == 1", "2.5", '"x"', "true", "abs(a)", "is_int(a)", "is_int(b)"),
    *(
        "round(a)",
        "round(b, 2)",
        "round(a * 10, 1)",
        "round(a * 0 + 0.285, 2)",
        "round(a * 0 - 1.005, 2)",
        "min(a, b)",
        "max(a, b)",
        "min(a, b, c)",
        "max(a, b, c)",
    ),
    *("iif(ok, a, b)", "iif(ok, s, t)", "iif(ok, off, true)", "iif(ok, day, end)", "iif(a > b, a, 0)"),
    *("nz(a)", "nz(a, 9)", "nz(s, t)", "nz(ok, off)", "nz(day, end)", "isnull(a)", "isnull(s)", "isnull(ok)"),
    *("isnull(day)", "between(a, b, c)", "between(day, end, end)", "one_of(a, b, c)", 'one_of(s, "x", "y", t)'),
    *('one_of(s, "x")', 'matches(s, "^x")', 'matches(s, "[0-9]")', 'day >= date("2019-01-01")'),
    *("assess(d, a, b, c)", "assess(d, a, b, b / 0)", "assess(d, a, a, c)", "assess(d, a, b / 0, c)"),
    *("pct_ok(a, b, c)", "pct_ok(a, b, c, s)", 'pct_ok(33.3, 1, 3, "33,3 %")', 'pct_ok(a, a, 100, "1.000")'),
    *(
        "pct_ok(50, 50.5, 100)",
        "pct_ok(50.3, 50.348, 100)",
        'pct_ok(50, 503, 1000, "50.000")',
        'pct_ok(50, 503, 1000, "50.00")',
        'pct_ok(50, 506, 1000, "50.000")',
        "pct_ok(50, 503, 1000, s)",
        "robust_z(b, gap)",
        "robust_z(a, eight)",
        "robust_z(c, eight)",
        "pct_ok(100 * b / c, b, c, s)",
        "pct_ok(100 * b / c + 0.04, b, c, s)",
        "pct_ok(33, 1, 3)",
        "pct_ok(33.333, 1, 3)",
        "pct_ok(33.5, 1, 3)",
        "pct_ok(34, 1, 3)",
        "pct_ok(33.36, 1, 3)",
        'pct_ok(50, 1, 2, "50")',
        'pct_ok(33.4, 1, 3, "33,4 %")',
        'pct_ok(34.3, 1, 3, "34.3")',
        'assess("BETWEEN", 5, 3, 5)',
        'assess("BETWEEN", 3, 3, 5)',
        'assess("BETWEEN", 2, 3, 5)',
        'assess("BETWEEN", 6, 3, 5)',
    ),
    *("rating_of_score(a, 90, 70, 50)", "rating_of_score(a, b, c, 2)", "rating_of_score(b, 90, 70, 50)"),
    *(
        "robust_z(a, group)",
        "robust_z(b, group)",
        "robust_z(c, s)",
        "robust_z(1, group)",
        "robust_z(a + b, group)",
        "robust_z(iif(a == 100, 5, a * 0), group)",
    ),
    # Every way to aim at something: under, at and over each bound, and with nothing known of the result.
    *(f'assess("{way}", a, {bounds})' for way in _WAYS for bounds in ("3, 12", "3, b / 0", "b / 0, 12")),
    # As far off as rounding noise may be, and a little further.
    *(
        f"a * 0 {operator} {noise}"
        for operator in ("==", "!=", "<", "<=", ">", ">=")
        for noise in (_NOISE, f"-{_NOISE}", "0.0000000011", "-0.0000000011")
    ),
    *(f'assess("{way}", a * 0 + {noise}, 0, 0)' for way in _WAYS for noise in (_NOISE, f"-{_NOISE}")),
    *(f"is_int({noise})" for noise in (_NOISE, "0.0000000011")),
    *(f"rating_of_score(-{noise}, 0, -1, -2)" for noise in (_NOISE, "0.0000000011")),
    *("pct_ok(33.4, 333495, 1000000)", "pct_ok(33.3334, 1, 3)"),
    *("pct_ok(0, 0.500000001, 100)", "pct_ok(0, 0.5000000015, 100)"),
    'pct_ok(33.4, 1, 3, "33,4 % ")',
    *("is_int(a - 0.0000000001)", "round(a, -2)", "round(a * 3, -1)", "pct_ok(33.33333339, 1, 3)"),
    'pct_ok(0, 0.4, 100, "0.000")',
    # Amounts of money: large numbers that differ are different.
    *(
        f"1000000000000 {operator} {other}"
        for operator in ("==", "!=", "<", "<=", ">", ">=")
        for other in ("1000000000100", "999999999900")
    ),
    *(f'assess("{way}", 1000000000000, 1000000000100, 1000000000200)' for way in _WAYS),
    *("is_int(1000000000000.4)", "rating_of_score(999999999900, 1000000000000, 2, 1)"),
    # Figures that are close together have a spread too.
    "robust_z(a / 1000000, eight)",
    # Texts are taken as they are written, blanks at their ends, capital letters and anchors too.
    *('" x" == s', '"x " == s', '"X" == s', 'matches("ax", "^x")', 'matches("xa", "x$")', 'matches("X", "x")'),
    # Three decimals of a whole number may be its thousands; four are none.
    # Decimals by row, divisors next to nothing, and more than a line.
    *(
        "round(b + 0.15, iif(a > 2, 1, 2))",
        "pct_ok(0.1 + 0.2, 34, 10000)",
        "a / (a * 0 + 0.000000001)",
        "a / (a * 0 + 0.0000000005)",
    ),
    *('matches("y\nx", "^x")', 'matches("x\ny", "x$")', 'matches("é", "^\\\\w$")', 'matches("٣", "^\\\\d$")'),
    *('pct_ok(33.4, 1, 3, "33,4 % của tổ")', 'pct_ok(33.4, 1, 3, "33,4")'),
    *("pct_ok(33.33333333333, 1, 3)", "pct_ok(0.00001, 0.00001, 100)"),
    '"e\u0301" == "\u00e9"',
    *('pct_ok(50, 503, 1000, "50.0000")', 'pct_ok(50, 506, 1000, "50.0000")', 'pct_ok(50, 506, 1000, "50.00")'),
)


_TRUTHS = {FALSE: False, NULL: None, TRUE: True}
_MISSING: tuple[Missing, ...] = ("skip", "zero")


class Columns:
    """The columns as the product's evaluator asks for them."""

    submission = np.array(SUBMISSION, dtype=np.intp)

    def column(self, path: tuple[str, ...]) -> Vector:
        """Give a column."""
        return COLUMNS[".".join(path)]


def table(columns: Mapping[str, Vector], submissions: Sequence[int], zero: bool) -> Table:
    """Give the same columns as rows."""
    rows = [{name: vector.at(row) for name, vector in columns.items()} for row in range(len(submissions))]
    return Table(rows, submissions, {n for n, vector in columns.items() if zero and vector.kind is Kind.NUMBER})


def _compare_masks() -> None:
    conditions = ("off", None, "a > b")
    plain = table(COLUMNS, SUBMISSION, zero=False)
    for text, when, missing in product(("ok", "a > b", "true"), conditions, _MISSING):
        node, condition = parse(text), parse(when) if when else None
        filled = table(COLUMNS, SUBMISSION, missing == "zero")
        found = [_TRUTHS[int(one)] for one in mask(node, condition, Columns(), missing)]
        assert found == held(filled, node, condition, plain), (text, when, missing)
    masks = [mask(parse(text), None, Columns()) for text in ("ok", "off")]
    for a, b, both in zip(OK, OFF, combine(masks), strict=True):
        assert _TRUTHS[int(both)] is (False if False in (a, b) else True if True in (a, b) else None), (a, b)


def _compare_errors() -> None:
    for text in MISUSED:
        try:
            evaluate(parse(text), Columns())
        except VectorError:
            continue
        raise AssertionError(f"{text} was given a value")
    for text, when in (("a", None), ("s", "ok"), ("ok", "a"), ("ok", "s")):
        try:
            mask(parse(text), parse(when) if when else None, Columns())
        except VectorError:
            continue
        raise AssertionError(f"{text} where {when} was taken for a rule")
    assert len(concatenate(Kind.NUMBER, []).data) == 0
    under = concatenate(Kind.NUMBER, [numbers([1]), numbers(n for n in (None, 2))])
    assert [under.at(row) for row in range(3)] == [1, None, 2]


def _compare_vectors() -> None:
    """Hold what frames ask of columns against lists of values."""
    for name, values in {**_NUMBERS, **_TEXTS, **_OTHERS}.items():
        assert [COLUMNS[name].at(row) for row in range(len(values))] == values, name
    rows = [2, -1, 0, 1, 1]
    for vector in (numbers([1, None, 3]), texts(["a", None, "c"]), truths([True, None, False]), dates(DAY[:3])):
        values = [vector.at(row) for row in range(3)]
        taken = vector.take(np.array(rows, dtype=np.intp))
        assert [taken.at(n) for n in range(5)] == [values[row] if row >= 0 else None for row in rows], vector
        assert [bool(one) for one in vector.is_null] == [value is None for value in values], vector
        none = Vector(vector.kind, vector.data[:0]).take(np.array([-1, -1], dtype=np.intp))
        assert [none.at(row) for row in range(2)] == [None, None], vector
    nothing = evaluate(parse("round(a * 0 - 0.3)"), Columns()).at(0)
    assert (nothing, math.copysign(1, nothing)) == (0, 1), "nothing has no sign where it is rounded"
    assert [numbers([1, 2]).at(row) for row in range(2)] == [1, 2]
    assert [numbers([5]).at(row) for row in range(3)] == [5, 5, 5], "one value is that of every row"


def compare(expressions: Sequence[str] = EXPRESSIONS) -> None:
    """Hold the product's evaluator against the other one.

    Raises:
        AssertionError: they differ; says on which expression, row and values.
    """
    _compare_masks()
    _compare_errors()
    _compare_vectors()
    for text in expressions:
        node = parse(text)
        for missing in _MISSING:
            vector = evaluate(node, Columns(), missing)
            expected = table(COLUMNS, SUBMISSION, missing == "zero").values(node)
            for row, value in enumerate(expected):
                assert _same(vector.at(row), value), (text, missing, row, vector.at(row), value)


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
    return type(a) is type(b) and bool(a == b)
