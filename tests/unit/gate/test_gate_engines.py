"""Great Expectations and the masks come to the same."""

import importlib
import random
import subprocess
import sys
from datetime import date

import numpy as np
import pytest

from ingestion.gate import GateError, checkpoints, expectations, judge, judge_with_results, load_rules
from ingestion.gate.checkpoints import EvaluationError, Tally
from ingestion.gate.confirming import confirmed
from ingestion.gate.language.vectors import FALSE, NULL, TRUE, dates, numbers, texts, truths
from ingestion.records.submissions import Mark

judge_module = importlib.import_module("ingestion.gate.judge")
UNITS = (("U1", "DISTRICT", ("A1", "A2", "A3")), ("U2", "BLOC", ("C1",)), ("P1", "PROVINCE", ()))


def scrambled(world, rnd, who, period):
    """Give a workbook in which a few cells are not what they were."""
    unit, kind, organisations = who
    book = world.workbook(unit=unit, kind=kind, organisations=organisations, period=period)
    if "B09" in book.tables:
        book.target(self_assessment=rnd.choice(["VUOT", "DAT"]), target_min=float(rnd.randint(8, 14)))
    cells = [
        (form, row, column)
        for form, rows in book.tables.items()
        for row, values in enumerate(rows)
        for column, value in values.items()
        if isinstance(value, int)
    ]
    for form, row, column in rnd.sample(cells, min(len(cells), rnd.choice([0, 1, 3, 20]))):
        change = rnd.choice([Mark.BLANK, Mark.INVALID, Mark.NOT_APPLICABLE, -1, 1, 7, 60])
        book.set(form, row, **{column: change})
    if rnd.random() < 0.2 and book.tables:
        book.without(rnd.choice(sorted(book.tables)))
    return book


def test_the_engines_agree_on_scrambled_workbooks(world):
    rnd = random.Random(7)
    seen: set[str] = set()
    for period in ("2018-N", "2019-6T", "2019-N", "2025-N"):
        past = [world.workbook(unit=u, kind=k, organisations=o, period="2018-N") for u, k, o in UNITS]
        context = {"history": world.history(a=past[0], b=past[1])}
        books = []
        for who in UNITS:
            for revision in range(1, 9):
                book = scrambled(world, rnd, who, period)
                book.revision = revision
                books.append(book)
        with_gx = world.batch(books, engine="gx", **context)
        with_masks = world.batch(books, engine="masks", **context)
        assert with_gx == with_masks
        seen |= {str(j.verdict) for j in with_masks}

    assert {"accepted", "rejected", "needs_explanation"} <= seen


def suite(name, *rules, **columns):
    length = len(next(iter(columns.values())).data)
    return expectations.Suite(name, rules, columns, np.zeros(length, dtype=np.intp))


def expected(rule, *parts, **changes):
    return expectations.Expected(rule, "title", tuple(expectations.Part(*part) for part in parts), **changes)


def test_an_expectation_evaluates_a_rule_from_the_columns_of_its_batch():
    count, other = numbers([1, 5, None, 7]), numbers([1, 4, 2, 7])
    found = checkpoints.run_checkpoints(
        [
            suite("A", expected("V001", ("a == b",)), expected("V002", ("a > 5", "b > 1")), a=count, b=other),
            suite("B", expected("V001", ("a == b",)), a=count, b=count),
            suite("C", expected("V001", ("a >= b",), missing="zero"), a=count, b=other),
            suite("D", expected("V001", ("a > 0",), ("a < 5",)), a=count),
        ]
    )

    assert found[0] == {
        "V001": Tally(success=False, rows=4, held=2, failed=1, samples=((1, 0),)),
        "V002": Tally(success=False, rows=4, held=1, failed=1, samples=((1, 0),)),
    }
    assert found[1]["V001"] == Tally(success=True, rows=4, held=3, failed=0)
    assert found[2]["V001"] == Tally(success=False, rows=4, held=3, failed=1, samples=((2, 0),))
    assert found[3]["V001"] == Tally(success=False, rows=4, held=1, failed=2, samples=((1, 1), (3, 1)))


def test_every_kind_of_column_arrives_as_it_was():
    columns = {
        "day": dates([date(2019, 1, 1), None, date(1968, 2, 29)]),
        "ok": truths([True, None, False]),
        "B01.text": texts(["a", None, "b"]),
        "prev.none": texts([None, None, None]),
        "half": numbers([0.5, None, -2]),
    }
    frame = expectations.frame_of(suite("A", **columns))

    for name, vector in columns.items():
        back = expectations.vector_of(frame[name])
        assert [back.at(row) for row in range(3)] == [vector.at(row) for row in range(3)]
        assert back.kind is vector.kind


@pytest.mark.parametrize("failing", [19, 20, 21])
def test_no_more_samples_are_kept_than_one_reads(failing):
    values = numbers([1, *[0] * failing])
    (found,) = checkpoints.run_checkpoints([suite("A", expected("V001", ("a > 0",)), a=values)])

    assert found["V001"].failed == failing
    assert found["V001"].samples == tuple((row, 0) for row in range(1, min(failing, 20) + 1))


def test_a_suite_may_go_back_to_rules_that_it_had_before():
    least = {least: suite("A", expected("V001", (f"a > {least}",)), a=numbers([1, 2])) for least in (0, 1)}
    found = [checkpoints.run_checkpoints([least[asked]])[0]["V001"].failed for asked in (0, 1, 0, 1)]

    assert found == [0, 1, 0, 1], "a file of an old year after one of this year, and this year's again"


def test_the_process_keeps_no_results():
    for _ in range(3):
        failing = [suite(name, expected("V001", ("a > 0",)), a=numbers([0])) for name in "AB"]
        checkpoints.run_checkpoints(failing)
    context = checkpoints.context()
    (source,) = context.data_sources.all().values()

    assert [key for store in context.stores.values() for key in store.list_keys()] == []
    assert len(source.get_execution_engine().batch_manager.loaded_batch_ids) == 1, "the last frame, in place"


def test_a_rule_that_cannot_be_evaluated_is_named():
    with pytest.raises(EvaluationError, match=r"V001 cannot be evaluated.*needs a number"):
        checkpoints.run_checkpoints([suite("A", expected("V001", ("a + 1 > 0",)), a=texts(["x"]))])


def test_suites_and_expectations_carry_the_names_and_texts_of_forms_and_rules(world):
    judged = judge_with_results([world.workbook().submission()], world.context())
    ((period, suites),) = judged.results.items()
    rules = {rule.rule for found in suites for rule in found.rules}

    assert period == "2019-N"
    assert {"B01", "B01 total", "submission", "owed"} <= {found.suite for found in suites}
    assert rules == {rule.id for rule in load_rules().values() if rule.is_effective(date(2019, 12, 31))}
    one = expectations.expectation(expected("V001", ("a > 0",), severity="error", notes=("what to do",)))
    assert (one.description, one.notes) == ("V001: title", ["title", "what to do"])


def test_samples_name_unit_sheet_cell_and_value_of_what_the_findings_tell(world):
    book = world.workbook()
    book.set("B01", 0, closing_members=999_999)
    submission = book.submission()
    judged = judge_with_results([submission], world.context())
    findings = judged.judgements[submission.key].findings
    told = {(f.rule, f.sheet, f.cell, f.value) for f in findings if f.severity == "error"}
    samples = {
        (rule.rule, sample.sheet, sample.cell, sample.value)
        for found in judged.results["2019-N"]
        for rule in found.rules
        for sample in rule.samples
        if rule.severity == "error"
    }

    assert told and samples == told


def test_a_sample_shows_what_stands_in_its_cell_and_not_what_is_compared(world):
    book = world.workbook().set("B05", planned_orgs=40, done_orgs=7, done_members=6)
    judged = judge_with_results([book.submission()], world.context())
    rules = [rule for one in judged.results["2019-N"] for rule in one.rules if rule.rule == "V043"]
    (sample,) = (sample for rule in rules for sample in rule.samples)
    (finding,) = (f for j in judged.judgements.values() for f in j.findings if f.rule == "V043")

    assert (sample.cell, sample.value, sample.is_number) == (finding.cell, "7", True)
    assert finding.value == "13"


def test_samples_carry_the_row_and_what_the_rule_compares_there(world):
    book = world.workbook()
    book.set("B01", 0, closing_members=999_999)
    judged = judge_with_results([book.submission()], world.context())
    rules = [rule for one in judged.results["2019-N"] for rule in one.rules if one.suite == "B01"]
    samples = [sample for rule in rules for sample in rule.samples if sample.value == "999999"]

    assert samples
    for sample in samples:
        assert sample.submission == "U1.2019-N.r1"
        assert sample.row is not None and sample.cell.endswith(str(sample.row))
        assert sample.values["closing_members"] == "999999" and len(sample.values) > 1


def test_a_difference_between_the_engines_is_an_error_of_ours(world, monkeypatch):
    evaluated = judge_module.mask

    def wrong(*arguments):
        return np.where(evaluated(*arguments) == FALSE, TRUE, evaluated(*arguments)).astype(np.int8)

    monkeypatch.setattr(judge_module, "mask", wrong)
    book = world.workbook()
    book.set("B01", 0, closing_members=999_999)

    with pytest.raises(GateError, match=r"V\d+ over B01: .*do not agree; it finds \d+ rows that hold"):
        world.judge(book, engine="gx")


@pytest.mark.parametrize("lie", [np.roll, lambda found, _: np.where(found == TRUE, NULL, found)])
def test_a_mask_that_names_other_rows_is_an_error_of_ours_however_many_they_are(world, monkeypatch, lie):
    evaluated = judge_module.mask

    def wrong(holds, when, frame, missing):
        found = evaluated(holds, when, frame, missing)
        return lie(found, 1).astype(np.int8) if (found == FALSE).any() and (found == TRUE).any() else found

    book = world.workbook()
    book.set("B01", 0, closing_members=999_999)
    world.judge(book, engine="gx")
    monkeypatch.setattr(judge_module, "mask", wrong)

    with pytest.raises(GateError, match=r"V\d+ over B01: .*do not agree"):
        world.judge(book, engine="gx")


def test_masks_of_parts_that_changed_places_are_an_error_of_ours(world, monkeypatch):
    def misplaced(batch, runs):
        for found in runs.values():
            failing = [run for run in found if (run.mask == FALSE).any()]
            others = [
                run
                for run in found
                if failing and run.is_known and run.frame is failing[0].frame and run is not failing[0]
            ]
            if failing and others:
                failing[0].mask, others[0].mask = others[0].mask, failing[0].mask
        return confirmed(batch, runs)

    book = world.workbook()
    book.set("B01", 0, closing_female=999_999)
    monkeypatch.setattr(judge_module, "confirmed", misplaced)

    with pytest.raises(GateError, match=r"do not agree in which rows clause \d+, \d+ holds and fails"):
        world.judge(book, engine="gx")


def test_the_masks_do_without_great_expectations():
    code = "import sys, ingestion.gate; sys.exit('great_expectations' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_order_of_submissions_changes_nothing(world):
    rnd = random.Random(3)
    submissions = [scrambled(world, rnd, UNITS[0], "2019-N").submission() for _ in range(4)]
    for number, submission in enumerate(submissions):
        object.__setattr__(submission.key, "revision", number)
    forwards = judge(submissions, world.context(), engine="masks")
    backwards = judge(submissions[::-1], world.context(), engine="masks")

    assert forwards == backwards
