"""Flows that only grow and openings that follow closings, within a unit and where one begins, ends or moves."""

from datetime import date, timedelta

import pytest

from ingestion.records.findings import OutcomeStatus
from ingestion.records.submissions import COVERAGE

JANUARY = date(2019, 1, 1)
LAST = date(2019, 8, 15)
NEXT = LAST + timedelta(days=1)


def of(judgement, rule, sheet=""):
    return [(f.cell, f.expected) for f in judgement.findings if f.rule == rule and sheet in ("", f.sheet)]


class TestFlowsOnlyGrow:
    @pytest.mark.parametrize(
        ("form", "column", "before"),
        [
            ("B01", "in_transfer_internal", "2019-9T"),
            ("B02", "confirmed_official", "2019-9T"),
            ("B03", "dissolved", "2019-6T"),
            ("B05", "done_orgs", "2019-9T"),
            ("B06", "members_suspended", "2019-9T"),
        ],
    )
    def test_in_every_form(self, world, form, column, before):
        past = world.workbook(period=before).set(form, **{column: 7})
        judgement = world.judge(world.workbook(), history=world.history(a=past))

        assert [expected for _, expected in of(judgement, "V016", form)] == ["7"]

    @pytest.mark.parametrize(("form", "column"), [("B07", "total"), ("B08", "participated")])
    def test_on_fixed_lines_that_are_flows_and_not_on_stocks(self, world, form, column):
        flow, stock = {"B07": ("CB03", "CB07"), "B08": ("SH01", "CM01")}[form]
        past = world.workbook(period="2019-6T").line(form, flow, **{column: 7}).line(form, stock, **{column: 7})
        judgement = world.judge(world.workbook(), history=world.history(a=past))

        assert [expected for _, expected in of(judgement, "V016", form)] == ["7"]

    def test_until_the_next_year(self, world):
        past = world.workbook(period="2018-N").set("B05", done_orgs=7)
        assert of(world.judge(world.workbook(period="2019-Q1"), history=world.history(a=past)), "V016") == []


@pytest.fixture
def merged(world):
    """X1 and X2 ended on 15 August and became U1."""
    ends = {"valid_to": LAST}
    parts = (
        world.unit("P1", "PROVINCE", parent=""),
        world.unit("U1", "DISTRICT", valid_from=NEXT),
        *(world.unit(code, "DISTRICT", **ends) for code in ("X1", "X2")),
        *(world.organisation(code, "X1", **ends) for code in ("A1", "A2")),
        world.organisation("A3", "X2", **ends),
        *(world.organisation(code, valid_from=NEXT) for code in ("A1", "A2", "A3")),
    )
    whole = {"successor_code": "U1", "event_type": "merge", "effective_on": NEXT, "share": 1}
    return world.registry(
        organisations=parts,
        successions=tuple(world.succession(predecessor_code=code, **whole) for code in ("X1", "X2")),
    )


def filed(world, unit, organisations, period="2019-6T", **cells):
    return world.workbook(unit=unit, period=period, organisations=organisations).set("B05", **cells)


class TestAUnitThatOthersBecame:
    @pytest.fixture
    def history(self, world):
        return world.history(
            a=filed(world, "X1", ("A1", "A2"), done_orgs=5), b=filed(world, "X2", ("A3",), done_orgs=2)
        )

    def test_starts_from_nothing(self, world, merged, history):
        judgement = world.judge(world.workbook(period="2019-9T"), registry=merged, history=history)
        assert of(judgement, "V016") == []

    def test_has_at_least_their_flows_where_it_takes_their_year_in(self, world, merged, history):
        book = world.workbook(period="2019-9T", cover={COVERAGE: JANUARY}).set("B05", done_orgs=6)
        book.set("B01", in_admitted=2)
        judgement = world.judge(book, registry=merged, history=history)

        assert of(judgement, "V016", "B05") == [("E9", "7")]
        assert ("D9", "3") in of(judgement, "V016", "B01"), "an organisation is followed to it"
        assert of(judgement, "V065") == of(judgement, "V064") == [], "what they reported gives way"

    def test_opens_with_what_they_closed_with(self, world, merged):
        tables = {}
        for number, (unit, organisations) in enumerate((("X1", ("A1", "A2")), ("X2", ("A3",)))):
            last_year = world.workbook(unit=unit, period="2018-N", organisations=organisations)
            closing = world.workbook(unit=unit, period="2019-6T", organisations=organisations)
            closing.line("B03", "TC05", closing_count=4 + number).set("B01", closing_members=40)
            closing.period = "2019-9T"
            tables |= {f"y{number}": last_year, f"c{number}": closing}
        book = world.workbook()
        judgement = world.judge(book, registry=merged, history=world.history(**tables))

        assert ("C12", "9") in of(judgement, "V015", "B03")
        assert of(judgement, "V015", "B01")[0] == ("C9", "40")

    def test_is_not_held_against_what_nobody_closed(self, world, merged):
        past = {
            unit: world.workbook(unit=unit, period="2018-N", organisations=organisations)
            for unit, organisations in (("X1", ("A1", "A2")), ("X2", ("A3",)))
        }
        judgement = world.judge(world.workbook(), registry=merged, history=world.history(**past))
        assert of(judgement, "V015") == []


class TestAnOrganisationThatMoved:
    """A1 came from U2, which lives on."""

    @pytest.fixture
    def context(self, world):
        others = [o for o in world.registry().organisations if o.org_code not in ("A1", "GONE")]
        moved = (world.organisation("A1", "U2", valid_to=LAST), world.organisation("A1", valid_from=NEXT))
        past = world.workbook(unit="U2", kind="BLOC", period="2019-6T", organisations=("A1",))
        last_year = world.workbook(unit="U2", kind="BLOC", period="2018-N", organisations=("A1",))
        registry = world.registry(organisations=(*others, *moved))
        return {"registry": registry, "history": world.history(a=past, b=last_year)}

    def test_has_a_row_with_each(self, world, context):
        book = world.workbook(period="2019-9T").set("B01", in_admitted=2, opening_members=60)
        judgement = world.judge(book, **context)
        assert [of(judgement, rule) for rule in ("V015", "V016", "V065")] == [[], [], []]

    def test_is_a_finding_where_both_report_it_for_the_same_days(self, world, context):
        book = world.workbook(period="2019-9T", cover={COVERAGE: date(2019, 6, 30)})
        judgement = world.judge(book, **context)

        found = [f for f in judgement.findings if f.rule == "V065"]
        assert {(f.sheet, f.cell) for f in found} == {(form, "A9") for form in ("B01", "B02", "B06")}
        assert all("U2" in f.message and "2019-6T" in f.message for f in found)
        later = world.workbook(period="2019-9T", cover={COVERAGE: date(2019, 7, 1)})
        assert of(world.judge(later, **context), "V065") == []

    def test_brings_its_whole_year_where_the_cover_says_so(self, world, context):
        book = world.workbook(period="2019-9T", cover={COVERAGE: JANUARY}).set("B01", in_admitted=2)
        judgement = world.judge(book, **context)
        assert ("D9", "3") in of(judgement, "V016", "B01")
        assert ("C9", "52") in of(judgement, "V015", "B01")


class TestTheFirstDayOnACover:
    @pytest.mark.parametrize(
        ("day", "expected"),
        [
            (date(2018, 12, 31), {"V063": "2019-01-01"}),
            (JANUARY, {}),
            (date(2019, 2, 1), {"V064": "2019-01-01"}),
            (date(2019, 9, 30), {"V064": "2019-01-01"}),
            (date(2019, 10, 1), {"V063": "2019-09-30"}),
        ],
    )
    def test_is_within_the_period_and_has_a_reason(self, world, day, expected):
        judgement = world.judge(world.workbook(period="2019-9T", cover={COVERAGE: day}))
        found = {f.rule: f.expected for f in judgement.findings if f.rule in ("V063", "V064")}
        assert found == expected

    def test_need_not_be_said(self, world):
        judgement = world.judge(world.workbook())
        assert world.status(judgement, "V063") is not OutcomeStatus.FAIL

    def test_of_a_unit_that_ended_is_not_after_its_end(self, world, merged):
        book = world.workbook(unit="X1", period="2019-9T", organisations=("A1", "A2"), cover={COVERAGE: NEXT})
        assert of(world.judge(book, registry=merged), "V063") == [("C7", "2019-08-15")]
