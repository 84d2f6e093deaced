"""Sheets and rows into which nothing was filled: one finding each, and nothing that depends on them runs."""

import pytest

from ingestion.definitions.catalogue import load_catalogue
from ingestion.gate import RuleError, load_rules
from ingestion.gate.compiling import compile_rules
from ingestion.gate.context import vocabulary
from ingestion.gate.wording import reason_text
from ingestion.records.findings import OutcomeStatus, Verdict
from ingestion.records.periods import Period
from ingestion.records.submissions import Mark
from ingestion.workbook import blank_tables

OWED = tuple(form.code for form in load_catalogue().owed_forms("DISTRICT", Period.parse("2019-N")))
"""The forms of a workbook of these tests."""


def found(judgement):
    return [(f.rule, f.sheet, f.cell) for f in judgement.findings]


class TestAnEmptySheet:
    @pytest.mark.parametrize("form", OWED)
    def test_is_one_error_and_not_a_warning_for_each_cell(self, world, form):
        judgement = world.judge(world.workbook().emptied(form))

        assert found(judgement) == [("V003", form, "")]
        assert judgement.verdict is Verdict.REJECTED
        assert "để trống" in judgement.findings[0].message
        assert "empty" in judgement.findings[0].message_en

    def test_is_accused_apart_from_those_that_are_not_there(self, world):
        judgement = world.judge(world.workbook().emptied("B01", "B05").without("B03", "B04"))

        assert found(judgement) == [("V003", "", ""), ("V003", "B01", ""), ("V003", "B05", "")]
        assert [f.expected for f in judgement.findings] == ["B03, B04", "B01", "B05"]

    def test_passes_no_rule(self, world):
        judgement = world.judge(world.workbook().emptied(*OWED))

        assert {f.rule for f in judgement.findings} == {"V003"}
        passed = {o.rule for o in judgement.outcomes if o.status is OutcomeStatus.PASS}
        assert passed == {"V001", "V002", "V004"}

    @pytest.mark.parametrize(
        ("rule", "emptied", "reason"),
        [
            ("V012", ("B01",), "form_empty:B01"),
            ("V021", ("B01",), "form_empty:B01"),
            ("V051", ("B07", "B08", "B09"), "form_empty:B07, B08, B09"),
            (
                "V010",
                OWED,
                "form_empty:" + ", ".join(OWED),
            ),
        ],
    )
    def test_is_the_reason_why_rules_did_not_run(self, world, rule, emptied, reason):
        judgement = world.judge(world.workbook().emptied(*emptied))

        assert world.reason(judgement, rule) == reason
        assert "để trống" in reason_text(reason)

    def test_comes_after_a_missing_one_among_the_reasons(self, world):
        judgement = world.judge(world.workbook().emptied("B08", "B09").without("B07"))

        assert world.reason(judgement, "V051") == "form_missing:B07"

    def test_may_stand_beside_others_where_it_need_not_be_filed(self, world):
        book = world.workbook(period="2015-2020-NK", tables=filed_for_a_term(world)).emptied("B05", "B06")
        book.set("B09", actual_period=Mark.NOT_APPLICABLE)

        assert world.judge(book).findings == []

    def test_is_an_error_where_nothing_else_was_filed_even_if_it_need_not_be(self, world):
        book = world.workbook(period="2015-2020-NK", tables=filed_for_a_term(world)).emptied(
            "B05", "B06", "B09"
        )

        assert found(world.judge(book)) == [("V003", form, "") for form in ("B05", "B06", "B09")]

    def test_without_targets_is_none(self, world):
        book = world.workbook(unit="U2", kind="BLOC", organisations=("C1",))

        assert book.tables["B09"] == []
        assert world.judge(book).findings == []


@pytest.mark.parametrize("value", [0, Mark.NOT_APPLICABLE, Mark.INVALID, Mark.ERROR])
def test_whatever_stands_in_a_cell_fills_a_sheet(world, value):
    book = world.workbook().emptied("B07").set("B07", 2, total=value)
    rules = {f.rule for f in world.judge(book).findings}

    assert "V003" not in rules
    assert "V010" in rules


def filed_for_a_term(world):
    year = world.workbook()
    return {form: year.tables[form] for form in ("B05", "B06", "B09")}


class TestARowThatWasNotFilledIn:
    def test_is_one_warning_that_names_all_its_cells(self, world):
        judgement = world.judge(world.workbook().emptied("B07", 3))
        (finding,) = judgement.findings

        assert (finding.rule, finding.sheet, finding.cell, finding.severity) == (
            "V010",
            "B07",
            "C12",
            "warning",
        )
        assert finding.related == ("B07!D12", "B07!E12", "B07!F12")
        assert finding.message.startswith("B07!C12: Dòng 12 (")
        assert "cả dòng để trống" in finding.message
        assert "the whole row is blank" in finding.message_en

    @pytest.mark.parametrize(
        ("form", "name"),
        [("B02", "Tổ chức A1"), ("B05", "Cấp ủy – Kiểm tra chấp hành"), ("B09", "Chỉ tiêu lạ")],
    )
    def test_is_named_by_what_it_is_about(self, world, form, name):
        book = world.workbook()
        if form == "B09":
            book.tables[form].append(book.tables[form][0] | {"indicator_code": "rieng", "indicator_name": name})
        book.emptied(form, len(book.tables[form]) - 1 if form == "B09" else 0)
        (finding,) = [f for f in world.judge(book).findings if f.rule == "V010"]

        assert f"({name}" in finding.message

    def test_is_not_one_in_which_a_note_stands(self, world):
        book = world.workbook().emptied("B07", 3).set("B07", 3, note="sẽ bổ sung")

        assert [f.cell for f in world.judge(book).findings] == ["C12", "D12", "E12", "F12"]

    def test_is_answered_by_one_explanation(self, world):
        book = world.workbook(explanations=[("V010", "B07", "C12")]).emptied("B07", 3)

        assert world.judge(book).verdict is Verdict.ACCEPTED

    def test_is_told_of_once_for_each(self, world):
        judgement = world.judge(world.workbook().emptied("B06", 0, 2))

        assert found(judgement) == [("V010", "B06", "C9"), ("V010", "B06", "C11")]


@pytest.mark.parametrize(
    ("unit", "period"), [("U1", "2019-N"), ("P1", "2019-N"), ("Y1", "2016-N"), ("U1", "2015-2020-NK")]
)
def test_what_blank_workbooks_bring_fills_nothing_in(world, unit, period):
    tables = blank_tables(world.catalogue, world.registry(), unit, Period.parse(period))

    assert tables
    for form, rows in tables.items():
        brought = {column for row in rows for column, value in row.items() if value is not None}
        assert brought <= world.catalogue.forms[form].given


def test_only_checks_on_cells_speak_of_whole_rows(world):
    rule = load_rules()["V012"]
    label = rule.message
    odd = rule.model_copy(
        update={"clauses": tuple(c.model_copy(update={"whole_row": label}) for c in rule.clauses)}
    )

    with pytest.raises(RuleError, match="whole_row"):
        compile_rules({"V012": odd}, world.catalogue, vocabulary(world.catalogue))
