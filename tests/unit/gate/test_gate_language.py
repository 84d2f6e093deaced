"""The rules' language: reading, writing out, three-valued logic, and what it refuses."""

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.definitions.assessment import assessment
from ingestion.gate.language.evaluate import combine, evaluate, mask
from ingestion.gate.language.functions import FUNCTIONS, decimals_of
from ingestion.gate.language.parser import ExpressionError, parse
from ingestion.gate.language.syntax import (
    Binary,
    Call,
    Name,
    Number,
    Text,
    Truth,
    Unary,
    names,
    substitute,
    unparse,
)
from ingestion.gate.language.vectors import (
    FALSE,
    NULL,
    TRUE,
    Kind,
    Vector,
    VectorError,
    dates,
    numbers,
    texts,
    truths,
)

WORDS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,6}", fullmatch=True).filter(
    lambda word: word not in {"and", "or", "not", "true", "false"}
)
LEAVES = st.one_of(
    st.integers(0, 10**9).map(lambda n: Number(float(n))),
    st.floats(0, 1e6, allow_subnormal=False).map(lambda x: Number(round(x, 4))),
    st.text(max_size=8).map(Text),
    st.booleans().map(Truth),
    st.lists(WORDS, min_size=1, max_size=3).map(lambda parts: Name(tuple(parts))),
)
OPERATORS = ["+", "-", "*", "/", "==", "!=", "<=", ">=", "<", ">", "and", "or", "=>"]
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Unary, st.sampled_from(["-", "not"]), inner),
        st.builds(Binary, st.sampled_from(OPERATORS), inner, inner),
        st.builds(Call, st.sampled_from(sorted(FUNCTIONS)), st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=20,
)


@given(TREES)
def test_a_tree_that_is_written_out_reads_as_the_same_tree(tree):
    assert parse(unparse(tree)) == tree


@given(st.text(alphabet='ab1.+-*/()<>=!"\\, andotrue', max_size=30))
def test_any_text_is_an_expression_or_an_error_with_a_place(text):
    try:
        tree = parse(text)
    except ExpressionError as error:
        assert 0 <= error.position <= len(text)
        assert text in str(error)
    else:
        assert parse(unparse(tree)) == tree


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a-(b-c)", "a - (b - c)"),
        ("(a-b)-c", "a - b - c"),
        ("a=>(b=>c)", "a => b => c"),
        ("(a=>b)=>c", "(a => b) => c"),
        ("not (a and b) or c", "not (a and b) or c"),
        ("-(a+b)*2", "-(a + b) * 2"),
        ("0.20 * x", "0.2 * x"),
    ],
)
def test_only_needed_parentheses_are_written(text, written):
    assert unparse(parse(text)) == written


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("a +", 3, "expected a number, a text, a name or “(”"),
        ("a == b == c", 7, "comparisons do not chain"),
        ("f(a", 3, "expected “)”"),
        ("a ? b", 2, "expected a number, a name or an operator"),
        ("B01.f(a)", 0, "is a column, not a function"),
        ("a b", 2, "expected an operator or the end"),
    ],
)
def test_an_error_says_where_and_what_was_expected(text, position, expected):
    with pytest.raises(ExpressionError, match=expected.replace("(", r"\(").replace(")", r"\)")) as caught:
        parse(text)

    assert caught.value.position == position


def test_it_stands_for_a_column_also_behind_a_prefix():
    tree = substitute(parse("it >= prev_cum.it and f(it)"), {"it": "in_total"})

    assert unparse(tree) == "in_total >= prev_cum.in_total and f(in_total)"
    assert [str(name) for name in names(tree)] == ["in_total", "prev_cum.in_total"]


@dataclass
class Given:
    """Columns as given by a test."""

    columns: dict[str, Vector]

    @property
    def submission(self):
        return np.zeros(len(next(iter(self.columns.values())).data), dtype=np.intp)

    def column(self, path):
        return self.columns[".".join(path)]


def value(text: str, **columns: Vector):
    result = evaluate(parse(text), Given(columns or {"unused": numbers([0])}))
    return result.at(0)


NAMED = {"true": True, "false": False, "null": None}


@pytest.mark.parametrize(("a", "b"), itertools.product(NAMED, NAMED))
def test_logic_has_three_values(a, b):
    columns = {"a": truths([NAMED[a]]), "b": truths([NAMED[b]])}
    x, y = NAMED[a], NAMED[b]

    both = False if x is False or y is False else None if x is None or y is None else True
    either = True if x is True or y is True else None if x is None or y is None else False
    assert value("a and b", **columns) is both
    assert value("a or b", **columns) is either
    assert value("not a", **columns) is (None if x is None else not x)
    expected = True if x is False or y is True else None if x is None or y is None else False
    assert value("a => b", **columns) is expected


@pytest.mark.parametrize("operator", ["==", "!=", "<=", ">=", "<", ">"])
def test_a_comparison_with_a_null_is_null(operator):
    columns = {"a": numbers([1, None, None]), "b": numbers([None, 1, None])}
    result = evaluate(parse(f"a {operator} b"), Given(columns))

    assert [result.at(row) for row in range(3)] == [None, None, None]


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9))
def test_counts_compare_exactly(a, b):
    columns = {"a": numbers([a]), "b": numbers([b])}

    assert value("a == b", **columns) is (a == b)
    assert value("a < b", **columns) is (a < b)
    assert value("a >= b", **columns) is (a >= b)


def test_rounding_noise_of_a_rate_does_not_decide():
    columns = {"excellent": numbers([17]), "good": numbers([85])}

    assert value("excellent <= 0.2 * good", **columns) is True
    assert value("excellent < 0.2 * good", **columns) is False


def test_a_division_by_zero_is_null():
    assert value("a / b", a=numbers([1]), b=numbers([0])) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abs(-3)", 3),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("round(1.005, 2)", 1.01),
        ("min(3, 1, 2)", 1),
        ("max(3, 1, 2)", 3),
        ("iif(1 < 2, 5, 6)", 5),
        ("nz(1 / 0)", 0),
        ("nz(1 / 0, 7)", 7),
        ("isnull(1 / 0)", True),
        ("is_int(2)", True),
        ("is_int(2.5)", False),
        ("is_int(1 / 0)", None),
        ("between(2, 1, 3)", True),
        ("between(4, 1, 3)", False),
        ('one_of("b", "a", "b")', True),
        ('matches("ab12", "^[a-z]+[0-9]+$")', True),
        ('date("2025-06-30") < date("2025-07-01")', True),
        ('date("2025-07-01") - date("2025-06-30")', 1),
        ("rating_of_score(89.99, 90, 70, 50)", "HTTNV"),
        ("rating_of_score(90, 90, 70, 50)", "HTXSNV"),
        ("rating_of_score(49, 90, 70, 50)", "KHTNV"),
        ("rating_of_score(49, 1 / 0, 70, 50)", None),
        ("pct_ok(97, 60, 62)", True),
        ("pct_ok(121.8, 235, 193)", True),
        ("pct_ok(121.7, 235, 193)", False),
        ("pct_ok(101, 938, 929)", True),
        ("pct_ok(101, 938, 0)", None),
        ('pct_ok(21, 15, 72, "21,0%")', False),
    ],
)
def test_functions(text, expected):
    found = value(text)

    assert found == expected if expected is not None else found is None


def test_a_null_condition_gives_a_null():
    assert value("iif(1 / 0 > 0, 1, 2)") is None


def test_an_average_deviation_needs_peers_of_the_same_submission_and_type():
    values = numbers([1.0, 1.1, 0.9, 1.0, 1.05, 0.95, 1.0, 3.0])
    frame = Given({"x": values, "type": texts(["a"] * 8)})
    far = evaluate(parse("abs(robust_z(x, type)) > 3.5"), frame)
    assert [far.at(row) for row in range(8)] == [False] * 7 + [True]

    few = Given({"x": values, "type": texts(["a"] * 7 + ["b"])})
    assert evaluate(parse("robust_z(x, type)"), few).is_null.all()

    same = Given({"x": numbers([1.0] * 8), "type": texts(["a"] * 8)})
    assert evaluate(parse("robust_z(x, type)"), same).is_null.all()


@pytest.mark.parametrize(
    "text",
    ["a + t", "t < t", 'a == "x"', "not a", "a and t", "iif(a, 1, 2)", 'nz(a, "x")', "matches(t, t)", "-t"],
)
def test_kinds_that_do_not_go_together_are_refused(text):
    columns = {"a": numbers([1, 2]), "t": texts(["x", "y"])}

    with pytest.raises(VectorError):
        evaluate(parse(text), Given(columns))


def test_a_blank_operand_leaves_the_row_out_or_counts_as_zero():
    frame = Given({"a": numbers([1, None]), "b": numbers([None, 0]), "prev.b": numbers([None, 0])})

    for rule in ("a == b", "a == prev.b"):
        assert mask(parse(rule), None, frame).tolist() == [NULL, NULL]
        assert mask(parse(rule), None, frame, "zero").tolist() == [FALSE, TRUE]


def test_rows_to_which_a_rule_does_not_apply_are_left_out():
    frame = Given({"a": numbers([1, 2, 3]), "c": truths([True, False, None])})

    assert mask(parse("a > 1"), parse("c"), frame).tolist() == [FALSE, NULL, NULL]


def test_one_failing_clause_fails_the_row():
    masks = [np.array(m, dtype=np.int8) for m in ([TRUE, NULL, NULL], [FALSE, TRUE, NULL])]

    assert combine(masks).tolist() == [FALSE, TRUE, NULL]


def test_rows_are_taken_with_nulls_where_there_are_none():
    taken = texts(["a", "b"]).take(np.array([1, -1]))

    assert [taken.at(0), taken.at(1)] == ["b", None]
    assert dates([None]).take(np.array([0])).at(0) is None
    assert numbers([]).take(np.array([-1])).at(0) is None
    assert Vector(Kind.TRUTH, np.array([TRUE], dtype=np.int8)).take(np.array([-1, 0])).at(0) is None


@pytest.mark.parametrize(
    ("text", "number", "decimals"),
    [
        ("121,8%", 121.8, 1),
        ("97", 97.0, 0),
        (None, 97.5, 1),
        (None, 97.0, 0),
        ("1.250", 1250.0, 0),
        ("0,250", 0.25, 3),
    ],
)
def test_decimals_are_those_that_were_printed(text, number, decimals):
    assert decimals_of(text, number) == decimals


def test_without_a_bound_there_is_no_assessment():
    assert assessment("GE", 5, None, None) is None
    assert assessment("BETWEEN", 5, 1, None) is None
