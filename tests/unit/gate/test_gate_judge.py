"""Stages, outcomes, explanations and verdicts."""

from datetime import UTC, date, datetime

import pytest

from ingestion.definitions.registry_rows import CalendarPeriod
from ingestion.gate import judge, load_rules, reason_text
from ingestion.records.findings import OutcomeStatus, Verdict
from ingestion.records.submissions import Mark, Problem

PASS, FAIL, NOT_RUN = OutcomeStatus.PASS, OutcomeStatus.FAIL, OutcomeStatus.NOT_RUN


def warned(world, **changes):
    return world.workbook(**changes).set("B04", members_total=51, members_rated=49, members_completed=7)


def test_a_workbook_that_holds_everything_is_accepted(world):
    judgement = world.judge(world.workbook())

    assert judgement.verdict is Verdict.ACCEPTED
    assert judgement.findings == []
    assert judgement.count(PASS) + judgement.count(NOT_RUN) == len(load_rules())


def test_an_error_rejects_and_a_warning_asks(world):
    assert world.judge(world.workbook().set("B01", in_restored=1)).verdict is Verdict.REJECTED
    assert world.judge(warned(world)).verdict is Verdict.NEEDS_EXPLANATION


def test_lateness_holds_nothing_back(world):
    judgement = world.judge(world.workbook(received_at=datetime(2020, 2, 1, tzinfo=UTC)))

    assert world.status(judgement, "V004") is FAIL
    assert judgement.verdict is Verdict.ACCEPTED


def test_one_bad_submission_holds_back_itself_alone(world):
    bad = world.workbook().set("B01", in_restored=1)
    good = world.workbook(unit="U2", kind="BLOC", organisations=("C1",))

    assert [j.verdict for j in world.batch([bad, good])] == [Verdict.REJECTED, Verdict.ACCEPTED]


class TestStages:
    def test_an_unreadable_file_says_why_and_runs_nothing(self, world):
        submission = world.workbook().submission()
        submission.reading.problems.append(Problem("R001", is_fatal=True))
        judgement = judge([submission], world.context(), engine="masks")[submission.key]

        assert judgement.verdict is Verdict.UNREADABLE
        assert [f.rule for f in judgement.findings] == ["R001"]
        assert {o.status for o in judgement.outcomes} == {NOT_RUN}

    def test_what_could_not_be_read_is_an_error_beside_the_rules(self, world):
        submission = world.workbook().submission()
        submission.reading.problems.append(Problem("R041", "B01", "A12", "Cộng", {"row": "12"}, is_fatal=False))
        judgement = judge([submission], world.context(), engine="masks")[submission.key]

        assert judgement.verdict is Verdict.REJECTED
        assert [(f.rule, f.severity, f.sheet, f.cell) for f in judgement.findings] == [
            ("R041", "error", "B01", "A12")
        ]
        assert world.status(judgement, "V012") is PASS

    def test_without_a_known_period_only_the_file_is_judged(self, world):
        judgement = world.judge(world.workbook(period="quý 3"))

        assert {f.rule for f in judgement.findings} == {"V002"}
        assert world.reason(judgement, "V012") == "unknown_unit"
        assert judgement.verdict is Verdict.REJECTED

    def test_without_a_known_unit_only_the_file_is_judged(self, world):
        judgement = world.judge(world.workbook(unit="NEW"))

        assert {f.rule for f in judgement.findings} == {"V001"}
        assert world.reason(judgement, "V012") == "unknown_unit"

    def test_the_workbook_of_another_unit_is_one_finding_and_its_figures_are_not_judged(self, world):
        wrong = {"reporting_org_code": "U2"}
        judgement = world.judge(world.workbook(cover=wrong).set("B01", closing_members=53))

        assert [(f.rule, f.value, f.expected) for f in judgement.findings] == [("V001", "U2", "U1")]
        assert world.reason(judgement, "V014") == "other_unit"
        assert world.status(judgement, "V002") is PASS

    def test_a_slip_in_the_code_of_the_unit_hides_nothing_else(self, world):
        wrong = {"reporting_org_code": "U1x"}
        judgement = world.judge(world.workbook(cover=wrong).set("B01", closing_members=53))

        assert {"V001", "V014"} <= {f.rule for f in judgement.findings}

    def test_a_missing_sheet_is_one_finding_and_its_rules_are_not_run(self, world):
        judgement = world.judge(world.workbook().without("B01"))

        assert [f.rule for f in judgement.findings] == ["V003"]
        for rule in ("V012", "V018", "V021", "V038"):
            assert (world.status(judgement, rule), world.reason(judgement, rule)) == (
                NOT_RUN,
                "form_missing:B01",
            )
        assert world.status(judgement, "V022") is PASS


class TestFormsThatAreNotOwed:
    def test_rules_of_other_kinds_of_units_do_not_apply(self, world):
        judgement = world.judge(world.workbook(unit="P1", kind="PROVINCE"))

        assert world.status(judgement, "V012") is None
        assert world.status(judgement, "V027") is PASS
        assert judgement.verdict is Verdict.ACCEPTED

    def test_a_rule_across_forms_is_not_run_where_a_form_is_not_owed(self, world):
        judgement = world.judge(
            world.workbook(unit="Y1", kind="UNION_BRANCH", period="2016-N", organisations=("YB1",))
        )

        assert world.reason(judgement, "V021") == "form_not_owed:B01"
        assert world.status(judgement, "V022") is PASS
        assert world.status(judgement, "V008") is PASS
        assert judgement.verdict is Verdict.ACCEPTED

    def test_submissions_of_one_batch_are_told_apart(self, world):
        union = world.workbook(unit="Y1", kind="UNION_BRANCH", period="2016-N", organisations=("YB1",))
        district = world.workbook(period="2016-N")
        first, second = world.batch([union, district])

        assert [world.status(j, "V021") for j in (first, second)] == [NOT_RUN, PASS]

    def test_a_quarter_does_not_owe_the_yearly_forms(self, world):
        book = world.workbook(period="2019-Q1")
        for row in book.tables["B02"]:
            row["target_admissions_year"] = 12
        judgement = world.judge(book)

        assert world.status(judgement, "V032") is None
        assert world.reason(judgement, "V042") == "form_not_owed:B03"
        assert judgement.verdict is Verdict.ACCEPTED

    def test_a_term_may_be_filed_with_some_forms_only(self, world):
        book = world.workbook(period="2015-2020-NK")
        book.tables["B06"] = book._rows("B06")
        judgement = world.judge(book)

        assert judgement.findings == []
        assert world.status(judgement, "V045") is PASS
        assert world.reason(judgement, "V048") == "form_not_owed:B01"
        assert world.reason(judgement, "V003") == "nothing_to_check"

    def test_a_sheet_that_the_unit_may_not_file_is_refused_as_a_whole(self, world):
        book = world.workbook(unit="P1", kind="PROVINCE")
        book.tables["B01"] = [{"org_code": "A1", "closing_members": -5}]

        judgement = world.judge(book)
        (finding,) = judgement.findings
        assert judgement.verdict is Verdict.REJECTED
        assert (finding.rule, finding.sheet, finding.severity) == ("V003", "B01", "error")


class TestReasons:
    @pytest.mark.parametrize(
        ("rule", "reason"),
        [("V015", "no_history"), ("V035", "no_scheme"), ("V011", "nothing_to_check"), ("V004", "no_clock")],
    )
    def test_a_rule_that_ran_on_nothing_has_not_run(self, world, rule, reason):
        judgement = world.judge(world.workbook(), as_of=None)

        assert (world.status(judgement, rule), world.reason(judgement, rule)) == (NOT_RUN, reason)

    def test_every_reason_can_be_said_in_both_languages(self, world):
        judgements = [
            world.judge(world.workbook(), as_of=None),
            world.judge(world.workbook(unit="NEW")),
            world.judge(world.workbook().without("B01")),
            world.judge(world.workbook(period="2019-Q1")),
        ]
        reasons = {o.reason for j in judgements for o in j.outcomes if o.status is NOT_RUN} | {"unreadable"}

        assert {reason.partition(":")[0] for reason in reasons} == {
            "unreadable",
            "unknown_unit",
            "form_missing",
            "form_not_owed",
            "no_history",
            "no_clock",
            "no_scheme",
            "nothing_to_check",
        }
        for reason in reasons:
            assert reason_text(reason, "vi") != reason_text(reason, "en")
        assert "B01" in reason_text("form_missing:B01")
        assert reason_text("") == ""

    def test_what_was_there_but_too_little_is_not_called_missing(self, world):
        small = {"unit": "U2", "kind": "BLOC", "organisations": ("C1",)}
        history = world.history(a=world.workbook(period="2019-9T", **small))
        judgement = world.judge(world.workbook(**small), history=history)

        assert world.reason(judgement, "V058") == "nothing_to_check"

    def test_scores_that_nobody_gave_are_not_blamed_on_the_scheme(self, world):
        book = world.workbook(unit="U2", kind="BLOC", period="2025-N", organisations=("C1",))

        assert world.reason(world.judge(book), "V036") == "nothing_to_check"
        assert world.reason(world.judge(world.workbook()), "V036") == "no_scheme"

    def test_the_first_period_has_nothing_before_it(self, world):
        judgement = world.judge(world.workbook(), history=world.history(a=world.workbook(period="2017-N")))

        assert world.reason(judgement, "V015") == "no_history"


class TestExplanations:
    @pytest.mark.parametrize(
        "explanation",
        [
            ("V038", "B04", "M9"),
            ("v038", "b04", "$m$9"),
            ("V038", "B04", ""),
        ],
    )
    def test_an_explained_warning_does_not_hold_back(self, world, explanation):
        judgement = world.judge(warned(world, explanations=[explanation]))

        assert [f.explained for f in judgement.findings] == [True]
        assert judgement.verdict is Verdict.ACCEPTED

    @pytest.mark.parametrize(
        "explanation", [("V038", "B04", "M10"), ("V039", "B04", "M9"), ("V038", "B01", "")]
    )
    def test_an_explanation_of_something_else_does_not_count(self, world, explanation):
        judgement = world.judge(warned(world, explanations=[explanation]))

        assert judgement.verdict is Verdict.NEEDS_EXPLANATION

    def test_an_explanation_without_words_does_not_count(self, world):
        submission = warned(world, explanations=[("V038", "B04", "M9")]).submission()
        blank = submission.reading.explanations[0]
        submission.reading.explanations[0] = type(blank)(blank.rule, blank.sheet, blank.cell, "  ", 7)
        judgement = judge([submission], world.context(), engine="masks")[submission.key]

        assert judgement.verdict is Verdict.NEEDS_EXPLANATION

    def test_an_error_cannot_be_explained(self, world):
        book = world.workbook(explanations=[("V012", "B01", "I9")]).set("B01", in_restored=1)

        assert world.judge(book).verdict is Verdict.REJECTED

    def test_a_sheet_may_be_named_by_its_form(self, world):
        submission = warned(world, explanations=[("V038", "B04", "M9")]).submission()
        submission.reading.tables["B04"].sheet = "Biểu 04"
        judgement = judge([submission], world.context(), engine="masks")[submission.key]

        assert judgement.findings[0].sheet == "Biểu 04"
        assert judgement.findings[0].explained

    def test_warnings_about_the_whole_file_are_explained_without_a_sheet(self, world):
        columns = [c.code for c in world.catalogue.forms["B02"].columns if c.nature == "flow"]
        book = world.workbook(explanations=[("V059", "", "")])
        for row in book.tables["B02"]:
            row.update(dict.fromkeys(columns, 30))

        found = world.of(world.judge(book), "V059")
        assert [f.explained for f in found] == [True]


class TestLockedPeriods:
    LATE = datetime(2020, 7, 1, tzinfo=UTC)

    def test_a_file_after_the_lock_is_held(self, world):
        assert world.judge(world.workbook(received_at=self.LATE)).verdict is Verdict.ON_HOLD

    def test_the_day_of_the_lock_is_in_time(self, world):
        received = datetime(2020, 6, 30, tzinfo=UTC)

        assert world.judge(world.workbook(received_at=received)).verdict is Verdict.ACCEPTED

    def test_without_a_clock_nothing_is_locked(self, world):
        book = world.workbook(received_at=self.LATE)

        assert world.judge(book, as_of=None).verdict is Verdict.ACCEPTED

    def test_an_error_comes_before_the_lock(self, world):
        book = world.workbook(received_at=self.LATE).set("B01", in_restored=1)

        assert world.judge(book).verdict is Verdict.REJECTED


def test_a_period_of_another_term_system_is_not_in_the_calendar(world):
    calendar = (CalendarPeriod(period_code="2013-N", term_system="DOAN"),)
    registry = world.registry(calendar=calendar)
    union = world.workbook(unit="Y1", kind="UNION_BRANCH", period="2013-N", organisations=("YB1",))

    assert world.status(world.judge(union, registry=registry), "V002") is PASS
    assert world.status(world.judge(world.workbook(period="2013-N"), registry=registry), "V002") is FAIL


def test_an_organisation_that_left_within_the_year_keeps_its_row(world):
    known = world.registry().organisations
    left = date(2019, 6, 30)
    moved = (
        *(o for o in known if o.org_code != "A1"),
        world.organisation("A1", valid_to=left),
        world.organisation("A1", "U2", valid_from=date(2019, 7, 1)),
    )
    registry = world.registry(organisations=moved)
    book = world.workbook().line("B03", "TC02", opening_count=3, handed_over=1, closing_count=2)
    book.set("B03", legal_document="3-QĐ/TU")

    assert world.judge(book, registry=registry).findings == []


def test_a_unit_that_ended_within_the_period_is_judged_as_it_was_at_its_end(world):
    known = [o for o in world.registry().organisations if o.org_code != "U1"]
    ended = world.registry(organisations=(*known, world.unit("U1", "DISTRICT", valid_to=date(2019, 6, 30))))
    judgement = world.judge(world.workbook().set("B01", in_restored=1), registry=ended)

    assert world.status(judgement, "V012") is FAIL
    assert {o.reason for o in judgement.outcomes}.isdisjoint({"unknown_unit"})


def test_below_a_unit_only_what_files_nothing_itself_has_a_row_in_its_forms(world):
    known = world.registry().organisations
    below = (*known, world.unit("U9", "DISTRICT", parent="U1"))

    assert world.judge(world.workbook(), registry=world.registry(organisations=below)).findings == []
    more = (*below, world.organisation("A4"))
    judgement = world.judge(world.workbook(), registry=world.registry(organisations=more))
    missing = world.of(judgement, "V008")
    assert {f.sheet for f in missing} == {"B01", "B02", "B04", "B06"}
    assert all("A4" in f.message and "U9" not in f.message for f in missing)


def test_a_sheet_that_nobody_asked_for_is_no_matter_while_nothing_stands_in_it(world):
    book = world.workbook(unit="P1", kind="PROVINCE", organisations=())
    book.tables["B01"] = [{c.code: None for c in world.catalogue.forms["B01"].columns}]
    assert world.judge(book).findings == []
    book.set("B01", org_code="A1", in_total=1)
    assert {f.rule for f in world.judge(book).findings} == {"V003"}


@pytest.mark.parametrize("mark", [Mark.ERROR, Mark.INVALID])
def test_a_printed_total_over_a_cell_that_cannot_be_read_is_not_called_wrong(world, mark):
    book = world.workbook()
    book.totals["B01"] = {"in_admitted": 99}
    assert world.status(world.judge(book), "V011") is FAIL
    book.set("B01", 1, in_admitted=mark)
    assert world.status(world.judge(book), "V011") is not FAIL


def test_a_discrete_period_is_not_compared_with_cumulative_ones(world):
    past = world.workbook(period="2019-9T")
    book = world.workbook(cover={"period_basis": "DISCRETE"}).set("B01", out_deceased=0, out_total=1)
    judgement = world.judge(book, history=world.history(a=past))

    assert world.status(judgement, "V016") is NOT_RUN


def test_findings_come_in_the_order_of_rules_sheets_and_cells(world):
    book = world.workbook()
    for row in (2, 0):
        book.set("B01", row, in_restored=1, closing_female=99)
    found = [(f.rule, f.cell) for f in world.judge(book).findings]

    assert found == [("V012", "I9"), ("V012", "I11"), ("V017", "U9"), ("V017", "U11")]


def test_a_batch_of_several_periods_is_judged_period_by_period(world):
    books = [world.workbook(), world.workbook(period="2018-N")]

    assert [j.verdict for j in world.batch(books)] == [Verdict.ACCEPTED, Verdict.ACCEPTED]


def test_nothing_to_judge_is_nothing(world):
    assert judge([], world.context(), engine="masks") == {}


def test_a_sheet_without_rows_is_told_apart_from_a_missing_sheet(world):
    book = world.workbook()
    book.tables["B06"] = []
    judgement = world.judge(book)

    assert [f.rule for f in judgement.findings] == ["V008"]
    assert world.reason(judgement, "V045") == "nothing_to_check"


def test_a_column_that_is_not_there_leaves_its_rules_out(world):
    submission = world.workbook().submission()
    table = submission.reading.tables["B01"]
    del table.columns["in_restored"]
    for row in table.rows:
        row.values["in_restored"] = None
        row.marks["in_restored"] = Mark.BLANK
    judgement = judge([submission], world.context(), engine="masks")[submission.key]

    assert judgement.findings == []
    assert world.status(judgement, "V012") is NOT_RUN


def test_of_a_unit_and_a_period_that_nobody_named_no_rule_says_that_they_are_wrong(world) -> None:
    book = world.workbook(unit="unknown", cover={"reporting_org_code": None, "period_code": None})
    book.problems.append(Problem("R021", "B00", details={"label": "mã", "label_en": "code"}))
    judgement = world.judge(book)
    assert judgement.verdict is Verdict.REJECTED
    assert [finding.rule for finding in judgement.findings] == ["R021"]
    assert world.reason(judgement, "V001") == world.reason(judgement, "V002") == "unknown_unit"


def test_a_count_with_a_problem_of_its_own_is_not_called_wrong_a_second_time(world) -> None:
    book = (
        world.workbook().set("B01", 0, closing_exempt=Mark.INVALID).set("B01", 1, closing_exempt=Mark.INVALID)
    )
    table = book.table("B01")
    details = {"label": "a", "label_en": "a", "left": "7"}
    cell = table.cell(table.rows[0], "closing_exempt")
    book.problems.append(Problem("R064", "B01", cell, "7", details))
    judgement = world.judge(book)
    accused = [finding.cell for finding in world.of(judgement, "V009")]
    assert accused == [table.cell(table.rows[1], "closing_exempt")]
    assert [finding.cell for finding in world.of(judgement, "R064")] == [cell]
