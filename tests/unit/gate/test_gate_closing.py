"""The last report of a unit that ended within a period: everything in it is judged as of its last day."""

from datetime import date, timedelta

import pytest

from ingestion.definitions.registry_rows import CalendarPeriod
from ingestion.records.findings import OutcomeStatus

LAST = date(2019, 8, 15)
NEXT = LAST + timedelta(days=1)
CLOSED_AS_WELL = ("B03", "B07", "B08")
"""Forms with flows that would have been owed later in the year."""


@pytest.fixture
def registry(world):
    """U1 ended on 15 August and its organisations went to U2, but for one that ended with it."""
    return registry_of(world)


def registry_of(world, **changes):
    parts = (
        world.unit("P1", "PROVINCE", parent=""),
        world.unit("U1", "DISTRICT", valid_to=LAST),
        world.unit("U2", "BLOC"),
        *(world.organisation(code, valid_to=LAST) for code in ("A1", "A2", "A3")),
        *(world.organisation(code, "U2", valid_from=NEXT) for code in ("A1", "A2")),
    )
    merged = world.succession(
        predecessor_code="U1", successor_code="U2", event_type="merge", effective_on=NEXT, share=1
    )
    return world.registry(organisations=parts, successions=(merged,), **changes)


def closing(world, period="2019-9T", **changes):
    book = world.workbook(period=period, **changes)
    for form in CLOSED_AS_WELL:
        book.tables.setdefault(form, book._rows(form))
    return book


def test_it_is_accepted_with_what_would_have_been_owed_later(world, registry):
    assert world.judge(closing(world), registry=registry).findings == []


@pytest.mark.parametrize("form", CLOSED_AS_WELL)
def test_what_would_have_been_owed_later_and_has_flows_is_missed(world, registry, form):
    (finding,) = world.judge(closing(world).without(form), registry=registry).findings
    assert (finding.rule, finding.expected) == ("V003", form)


def test_what_has_no_flows_is_still_not_asked_for(world, registry):
    book = closing(world)
    book.tables["B04"] = book._rows("B04")
    assert [(f.rule, f.sheet) for f in world.judge(book, registry=registry).findings] == [("V003", "B04")]


@pytest.mark.parametrize(("period", "holds"), [("2019-6T", True), ("2019-9T", True), ("2019-N", False)])
def test_a_unit_reports_up_to_the_period_in_which_it_ended(world, registry, period, holds):
    judgement = world.judge(world.workbook(period=period), registry=registry)
    assert (world.status(judgement, "V001") is OutcomeStatus.PASS) is holds


def test_no_term_is_reported_by_a_unit_that_did_not_see_its_end(world, registry):
    judgement = world.judge(world.workbook(period="2015-2020-NK", tables={}), registry=registry)
    assert world.status(judgement, "V001") is OutcomeStatus.FAIL


def test_its_organisations_are_those_of_its_last_day_though_they_are_elsewhere_later(world, registry):
    book = closing(world, organisations=("A1", "A3"))
    assert {f.rule for f in world.judge(book, registry=registry).findings} >= {"V008"}
    later = world.workbook(unit="U2", kind="BLOC", period="2019-9T", organisations=("A1", "A2"))
    assert "V008" not in {f.rule for f in world.judge(later, registry=registry).findings}


def test_it_may_be_filed_where_the_calendar_has_the_whole_year_alone_and_by_nobody_else(world):
    calendar = (CalendarPeriod(period_code="2019-N", due_on=date(2020, 1, 20)),)
    registry = registry_of(world, calendar=calendar)
    assert world.judge(closing(world), registry=registry).findings == []
    other = world.workbook(unit="U2", kind="BLOC", period="2019-9T", organisations=("A1", "A2"))
    assert world.status(world.judge(other, registry=registry), "V002") is OutcomeStatus.FAIL
