"""The evaluator comes to what a second one comes to that shares its parser alone."""

from hypothesis import given
from hypothesis import strategies as st

from demo.trials import Trials
from ingestion.gate import evaluate as evaluation
from ingestion.gate import functions, rule_book
from ingestion.gate.batch import Batch, Frame, subject_of
from ingestion.gate.parser import parse
from ingestion.gate.rules import Check
from ingestion.gate.syntax import Call, names, walk
from ingestion.gate.vectors import NULL, TRUE
from ingestion.periods import Period
from tests.support import agreement
from tests.support.row_by_row import held

NUMBERS = ("a", "b", "c")


def test_the_evaluators_agree_on_the_cases():
    agreement.compare()


def test_every_function_and_operator_stands_in_a_case():
    calls = {n.function for text in agreement.EXPRESSIONS for n in walk(parse(text)) if isinstance(n, Call)}

    assert calls == set(functions.FUNCTIONS)


def _numbers(depth: int) -> st.SearchStrategy[str]:
    leaf = st.sampled_from([*NUMBERS, "0", "1", "2.5", "100"])
    if not depth:
        return leaf
    inner, truth = _numbers(depth - 1), _truths(depth - 1)
    return st.one_of(
        leaf,
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda t: f"-{t}"),
        st.sampled_from(["abs", "round", "nz"]).flatmap(lambda f: inner.map(lambda t: f"{f}({t})")),
        st.tuples(st.sampled_from(["min", "max", "nz"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        st.tuples(truth, inner, inner).map(lambda t: f"iif({', '.join(t)})"),
    )


def _truths(depth: int) -> st.SearchStrategy[str]:
    leaf = st.sampled_from(["ok", "true", "false", 's == "x"', "s != t", "isnull(s)", "day < end"])
    if not depth:
        return leaf
    number, inner = _numbers(depth - 1), _truths(depth - 1)
    comparison = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    return st.one_of(
        leaf,
        st.tuples(number, comparison, number).map(" ".join),
        st.tuples(inner, st.sampled_from(["and", "or", "=>"]), inner).map(
            lambda t: f"({t[0]}) {t[1]} ({t[2]})"
        ),
        inner.map(lambda t: f"not ({t})"),
        st.tuples(number, number, number).map(lambda t: f"between({', '.join(t)})"),
        st.tuples(number, number, number).map(lambda t: f"one_of({', '.join(t)})"),
        number.map(lambda t: f"is_int({t})"),
    )


@given(text=_truths(2))
def test_the_evaluators_agree_on_whatever_can_be_written(text):
    agreement.compare([text])


def test_the_evaluators_agree_on_every_rule_over_sound_and_faulty_submissions(demo_world):
    trials = Trials(demo_world, most_rows=220)
    context = trials.contexts[""]
    cases = trials.cases(16)
    by_period: dict[str, list] = {}
    for case in cases:
        by_period.setdefault(case.sound.key.period, []).extend([case.sound, case.faulty])
    book = rule_book(context.catalogue)
    compared = 0
    for code, submissions in sorted(by_period.items()):
        period = Period.parse(code)
        batch = Batch([subject_of(s, period, context) for s in submissions], period, context, book.words)
        for checks in book.checks.values():
            for check in checks:
                compared += _compared(check, batch.frame(check.frame, check.form))

    assert compared > 5_000


def _compared(check: Check, frame: Frame) -> int:
    rows = range(min(len(frame), 25)) if not _has_peers(check) else range(len(frame))
    if not rows:
        return 0
    used = {n for node in (check.holds, check.when) if node for n in names(node)}
    columns = {str(n): frame.column(n.path) for n in used}
    table = agreement.table(columns, [int(frame.submission[r]) for r in rows], check.rule.missing == "zero")
    plain = agreement.table(columns, [int(frame.submission[r]) for r in rows], False)
    mask = evaluation.mask(check.holds, check.when, frame, check.rule.missing)
    found = [None if mask[row] == NULL else bool(mask[row] == TRUE) for row in rows]
    assert found == held(table, check.holds, check.when, plain), check.text
    return len(rows)


def _has_peers(check: Check) -> bool:
    return any(isinstance(n, Call) and n.function == "robust_z" for n in walk(check.holds))
