"""Terms last as long as the registry says: who lived in them, on which day, and how many years they have."""

from datetime import date

import pytest

from ingestion.definitions.registry_rows import TermOfOffice
from ingestion.gate.book import rule_book
from ingestion.gate.context.organisations import facts_of
from ingestion.gate.context.submission import CalendarContext, SubmissionContext
from ingestion.gate.frames.batch import Batch
from ingestion.gate.frames.subject import subject_of
from ingestion.records.periods import Period

TERM = Period.parse("2015-2020-NK")


@pytest.fixture
def batch(world):
    """A report of a term of 2015 to 2019, beside a term of the same code in another system."""
    years = (("DOAN", 2012, 2020), ("DANG", 2015, 2019), ("DOAN", 2010, 2020))
    registry = world.registry(
        terms=tuple(
            TermOfOffice(term_system=system, term_code=TERM.code, first_year=first, last_year=last)
            for system, first, last in years
        ),
        organisations=(
            world.unit("P1", "PROVINCE", parent=""),
            world.unit("U1", "DISTRICT", valid_to=date(2020, 6, 30)),
            world.organisation("ENDED", valid_to=date(2015, 11, 30)),
            world.organisation("BEGAN", valid_from=date(2015, 1, 1)),
            world.organisation("LATE", valid_from=date(2020, 1, 1)),
        ),
    )
    context = world.context(registry=registry)
    book = world.workbook(period=TERM.code, organisations=("BEGAN",))
    subject = subject_of(book.submission(), TERM, context)
    return Batch([subject], TERM, context, rule_book(world.catalogue).words)


def test_what_lived_in_a_term_and_began_in_it_is_told_by_the_registrys_years(batch):
    facts = {code: facts_of(batch, batch.subjects[0], code) for code in ("ENDED", "BEGAN", "LATE")}
    assert {code: found.lived_in_period for code, found in facts.items()} == {
        "ENDED": True,
        "BEGAN": True,
        "LATE": False,
    }
    assert facts["BEGAN"].began_in_period and not facts["ENDED"].began_in_period
    assert facts["BEGAN"].active_at_end and facts["ENDED"].ended_in_period


def test_the_calendar_tells_the_days_and_years_that_the_units_own_system_gives_a_term(batch):
    told = {name: CalendarContext().value(batch, 0, name) for name in CalendarContext.attributes}
    assert (told["starts_on"], told["ends_on"]) == (date(2015, 1, 1), date(2019, 12, 31))
    assert (told["years_of_term"], told["is_last_year_of_term"]) == (5, True)


def test_a_unit_is_looked_at_on_the_last_day_that_the_registry_gives_the_term(batch):
    unit = batch.subjects[0].unit
    assert unit is not None and unit.is_active(date(2019, 12, 31))
    assert SubmissionContext().value(batch, 0, "is_active_at_end") is True
