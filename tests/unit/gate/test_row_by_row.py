"""The evaluator comes to what a second one comes to that shares its parser alone."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.faults.injections import INJECTIONS
from demo.faults.trials import Trials
from demo.grids import submission_in_memory
from ingestion.gate import rule_book
from ingestion.gate.compiling import Check
from ingestion.gate.frames.batch import Batch, JoinedFrame
from ingestion.gate.frames.subject import subject_of
from ingestion.gate.language import evaluate as evaluation
from ingestion.gate.language import functions, vectors
from ingestion.gate.language.parser import parse
from ingestion.gate.language.syntax import Call, names, walk
from ingestion.gate.language.vectors import NULL, TRUE
from ingestion.records.periods import Period
from tests.support import agreement, mutants
from tests.support.row_by_row import held

NUMBERS = ("a", "b", "c")
IS_SEARCH = settings.get_current_profile_name() == "search"
"""Whether there is time: then every mutant is tried, and every row of the demo and of all trials compared."""


def test_the_evaluators_agree_on_the_cases():
    agreement.compare()


def test_every_function_and_operator_stands_in_a_case():
    calls = {n.function for text in agreement.EXPRESSIONS for n in walk(parse(text)) if isinstance(n, Call)}

    assert calls == set(functions.FUNCTIONS)


ALL_MUTANTS = list(mutants.mutants())
SAMPLE = ALL_MUTANTS if IS_SEARCH else ALL_MUTANTS[3::26]


@pytest.mark.hypothesis
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_every_mutant_of_the_evaluator_is_noticed():
    assert len(ALL_MUTANTS) > 280
    unnoticed = [m for m in SAMPLE if not mutants.is_noticed(m)]

    assert [mutant.what for mutant in unnoticed if not mutant.is_equivalent] == []


def test_the_evaluator_as_it_is_is_no_mutant():
    module = vectors.__name__
    source = Path(vectors.__file__).read_text(encoding="utf-8")

    assert not mutants.is_noticed(mutants.Mutant(module, "as it is", "", "", source))


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


@pytest.mark.hypothesis
@pytest.mark.timeout(3600 if IS_SEARCH else 120)
def test_the_evaluators_agree_on_every_rule_over_sound_and_faulty_submissions(demo_world):
    trials = Trials(demo_world, most_rows=None if IS_SEARCH else 220)
    ways = [way for rule in sorted(INJECTIONS) for way in INJECTIONS[rule]]
    # Some ways of breaking rules, and what rules ask of the world in each: all of them where there is time.
    drawn = ways if IS_SEARCH else ways[:: len(ways) // 10]
    cases = [trials.case(way, number) for number, way in enumerate(drawn)]
    batches: dict[tuple[str, str], list] = {}
    for case in cases:
        batches.setdefault((case.injection.variant, case.sound.key.period), []).extend(
            [case.sound, case.faulty]
        )
    if IS_SEARCH:
        for filed in demo_world.sound():
            sound = submission_in_memory(trials.catalogue, filed)
            batches.setdefault(("", sound.key.period), []).append(sound)
    book = rule_book(trials.catalogue)
    compared: Counter[str] = Counter()
    for (variant, code), submissions in sorted(batches.items()):
        period, context = Period.parse(code), trials.contexts[variant]
        batch = Batch([subject_of(s, period, context) for s in submissions], period, context, book.words)
        for rule, checks in book.checks.items():
            for check in checks:
                compared[rule] += _compared(check, batch.over(batch.frame(check.frame, check.form)))

    assert set(book.rules) == {rule for rule, rows in compared.items() if rows}
    assert compared.total() > (1_000_000 if IS_SEARCH else 5_000)


def _compared(check: Check, frame: JoinedFrame) -> int:
    count = len(frame.submission)
    rows = range(count if IS_SEARCH or _has_peers(check) else min(count, 25))
    if not rows:
        return 0
    used = {n for node in (check.holds, check.when) if node for n in names(node)}
    columns = {str(n): frame.column(n.path) for n in used}
    submissions = [int(frame.submission[r]) for r in rows]
    plain = agreement.table(columns, submissions, False)
    table = agreement.table(columns, submissions, True) if check.rule.missing == "zero" else plain
    mask = evaluation.mask(check.holds, check.when, frame, check.rule.missing)
    found = [None if mask[row] == NULL else bool(mask[row] == TRUE) for row in rows]
    assert found == held(table, check.holds, check.when, plain), check.text
    return len(rows)


def _has_peers(check: Check) -> bool:
    return any(isinstance(n, Call) and n.function == "robust_z" for n in walk(check.holds))
