"""A unit that ends within a year closes it: for which period, with which forms, until when, and when not."""

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

import pytest

from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry import NO_COVERAGE, Coverage, Registry
from ingestion.definitions.registry_rows import CalendarPeriod, Organisation, Succession
from ingestion.records.periods import Days, Period

ALL_PARTS = ("Q1", "6T", "9T", "N")
AFTER = {"Q1": (0, 4), "6T": (0, 7), "9T": (0, 10), "N": (1, 1)}


def registry_of(last: date, parts: Collection[str] = ALL_PARTS, first: date = date(2005, 1, 1)) -> Registry:
    """OLD ends on a day and goes whole into NEW, and NEW a year later into NEWEST."""

    def unit(code: str, begins: date, ends: date | None = None, kind: str = "BLOC") -> Organisation:
        fields = {"org_code": code, "org_name": code, "org_kind": kind, "valid_from": begins, "valid_to": ends}
        return Organisation(files_reports=True, **fields)

    return Registry(
        folder=Path(),
        organisations=(
            unit("OLD", first, last),
            unit("NEW", date(2019, 1, 1), date(2020, 12, 31)),
            unit("NEWEST", date(2021, 1, 1)),
            unit("PART", date(2005, 1, 1)),
        ),
        successions=(
            Succession(
                predecessor_code="OLD",
                successor_code="NEW",
                event_type="merge",
                effective_on=date.fromordinal(last.toordinal() + 1),
            ),
            Succession(
                predecessor_code="NEW",
                successor_code="NEWEST",
                event_type="rename",
                effective_on=date(2021, 1, 1),
            ),
            Succession(
                predecessor_code="OLD",
                successor_code="PART",
                event_type="split",
                effective_on=date.fromordinal(last.toordinal() + 1),
                share=0.1,
            ),
        ),
        calendar=tuple(
            CalendarPeriod(period_code=f"2019-{part}", due_on=date(2019 + AFTER[part][0], AFTER[part][1], 20))
            for part in parts
        ),
        terms=(),
        targets=(),
        rating_schemes=(),
    )


def owed_by_old(registry: Registry, coverage: Coverage = NO_COVERAGE) -> Mapping[str, set[str]]:
    owed: dict[str, set[str]] = {}
    for one in registry.owed(load_catalogue(), coverage):
        if one.reporting_org_code == "OLD":
            owed.setdefault(one.period_code, set()).add(one.form_code)
    return owed


IN_QUARTERS = {"B01", "B02", "B05", "B06"}
IN_HALVES = {"B03", "B07", "B08"}


@pytest.mark.parametrize(
    ("last", "closing"),
    [
        (date(2019, 1, 1), "2019-Q1"),
        (date(2019, 3, 31), "2019-Q1"),
        (date(2019, 4, 1), "2019-6T"),
        (date(2019, 6, 30), "2019-6T"),
        (date(2019, 8, 15), "2019-9T"),
        (date(2019, 12, 30), "2019-N"),
    ],
)
def test_a_unit_closes_its_year_with_the_period_in_which_its_last_day_falls(last: date, closing: str) -> None:
    registry = registry_of(last)
    owed = owed_by_old(registry)
    assert max(owed, key=lambda code: Period.parse(code).order) == closing
    assert owed[closing] >= IN_QUARTERS | IN_HALVES
    assert registry.reported_days("OLD", Period.parse(closing)) == Days(date(2019, 1, 1), last)
    assert all(registry.reporting_day("OLD", later) is None for later in later_than(closing))


def later_than(code: str) -> list[Period]:
    return [Period(kind, 2019, 2019) for kind in Period.parse(code).later]


def test_what_has_no_flows_is_not_closed_and_earlier_periods_are_owed_as_ever() -> None:
    owed = owed_by_old(registry_of(date(2019, 8, 15)))
    assert owed == {
        "2019-Q1": IN_QUARTERS,
        "2019-6T": IN_QUARTERS | IN_HALVES,
        "2019-9T": IN_QUARTERS | IN_HALVES,
    }


def test_a_unit_that_lives_to_31_december_files_the_year_like_all_others() -> None:
    registry = registry_of(date(2019, 12, 31))
    assert owed_by_old(registry)["2019-N"] == IN_QUARTERS | IN_HALVES | {"B04", "B09"}
    assert registry.closing_period("OLD") is None


@pytest.mark.parametrize(
    ("parts", "due"),
    [
        (ALL_PARTS, date(2019, 10, 20)),
        (("6T", "N"), date(2020, 1, 20)),
        (("Q1", "6T"), None),
    ],
)
def test_a_closing_filing_is_due_with_its_period_or_the_next_of_the_year(
    parts: Collection[str], due: date | None
) -> None:
    registry = registry_of(date(2019, 8, 15), parts)
    found = [one for one in registry.owed(load_catalogue()) if one.reporting_org_code == "OLD"]
    assert {one.due_on for one in found if one.period_code == "2019-9T"} == {due}
    assert registry.periods["2019-9T"].due_on == due
    assert registry.calendar_row("OLD", Period.parse("2019-9T")) is not None
    assert (registry.calendar_row("NEW", Period.parse("2019-9T")) is None) is ("9T" not in parts)


def test_nothing_is_closed_in_a_year_that_the_calendar_does_not_have() -> None:
    registry = registry_of(date(2018, 8, 15))
    assert owed_by_old(registry) == {}
    assert "2018-9T" not in registry.periods


@pytest.mark.parametrize(
    ("coverage", "is_owed"),
    [
        ({("NEW", 2019): date(2019, 1, 1)}, False),
        ({("NEW", 2019): date(2019, 1, 2)}, True),
        ({("NEWEST", 2019): date(2018, 12, 31)}, False),
        ({("NEW", 2020): date(2019, 1, 1)}, True),
        ({("PART", 2019): date(2019, 1, 1)}, True),
    ],
)
def test_no_closing_filing_is_owed_where_the_one_it_went_into_takes_the_whole_year(
    coverage: Coverage, is_owed: bool
) -> None:
    owed = owed_by_old(registry_of(date(2019, 8, 15)), coverage)
    assert ("2019-9T" in owed) is is_owed
    assert "2019-6T" in owed, "what was due while it lived stays due"


def test_the_year_of_a_unit_that_began_within_it_is_taken_over_from_its_first_day_on() -> None:
    born = registry_of(date(2019, 8, 15), first=date(2019, 2, 1))
    assert "2019-9T" not in owed_by_old(born, {("NEW", 2019): date(2019, 2, 1)})
