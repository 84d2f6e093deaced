"""What is wrong in what is planned for bodies: calendar, terms, targets, rating schemes, contacts, statements.

What belongs here: each of these tables against itself and against whom and what it names. What does not: how
rows are written (`registry_files.py`), and the bodies themselves (`registry_lives.py`).
"""

from collections import defaultdict
from collections.abc import Container, Iterator
from itertools import pairwise
from operator import attrgetter

from ingestion.definitions.registry_files import Placed, RegistryError, RegistryFiles, RegistryTable
from ingestion.definitions.registry_rows import (
    CAP_GROUPS,
    CalendarPeriod,
    RatingScheme,
    Statement,
    Target,
    TermOfOffice,
)
from ingestion.records.periods import DISCRETE, PeriodKind, period_of

_RANKS = 4
_NEEDS = {
    "GE": ("min",),
    "GT": ("min",),
    "LE": ("max", "min"),
    "LT": ("max", "min"),
    "EQ": ("min",),
}
"""Of which bounds a direction needs one; a range needs both (`assessment.py`)."""


def periods_named(files: RegistryFiles) -> Iterator[RegistryError]:
    """What the calendar lists are periods."""
    for at in files.of("calendar"):
        if period_of(at.row.period_code) is None:
            yield files.wrong("calendar", at, "period", "period_code", code=at.row.period_code)


def terms_named(files: RegistryFiles) -> Iterator[RegistryError]:
    """What `terms.csv` lists are terms."""
    for at in files.of("terms"):
        period = period_of(at.row.term_code)
        if period is None or period.kind is not PeriodKind.TERM:
            yield files.wrong("terms", at, "term", "term_code", code=at.row.term_code)


def bands_read(files: RegistryFiles) -> Iterator[RegistryError]:
    """Scores of ranks are numbers."""
    for at in files.of("rating_schemes"):
        try:
            _ = at.row.bands
        except ValueError:
            yield files.wrong("rating_schemes", at, "bands", "score_bands", scheme=at.row.scheme)


def calendar(files: RegistryFiles) -> Iterator[RegistryError]:
    """A period stands once for each term system, as the product writes it, with days in their order."""
    systems = {at.row.term_system for at in files.of("terms")}
    terms = {at.row.term_code for at in files.of("terms")}
    rows: dict[str, list[Placed[CalendarPeriod]]] = defaultdict(list)
    for at in files.of("calendar"):
        row: CalendarPeriod = at.row
        period = period_of(row.period_code)
        if period is None:
            continue
        if period.kind in DISCRETE:
            yield files.wrong("calendar", at, "never_filed", "period_code", code=row.period_code)
        elif row.period_code != period.code:
            yield files.wrong(
                "calendar", at, "spelling", "period_code", code=row.period_code, wanted=period.code
            )
        elif period.kind is PeriodKind.TERM and period.code not in terms:
            yield files.wrong("calendar", at, "unknown_term", "period_code", code=period.code)
        if row.term_system and row.term_system not in systems:
            yield files.wrong("calendar", at, "unknown_system", "term_system", code=row.term_system)
        for other in rows[period.code]:
            if "" in (row.term_system, other.row.term_system) or row.term_system == other.row.term_system:
                yield files.wrong(
                    "calendar", at, "period_twice", "period_code", code=period.code, other=other.number
                )
                break
        rows[period.code].append(at)
        days = [(n, d) for n in ("opens_on", "due_on", "locked_on") if (d := getattr(row, n)) is not None]
        for (first, earlier), (name, day) in pairwise(days):
            if day < earlier:
                yield files.wrong("calendar", at, "days_order", name, day=day, before=first, earlier=earlier)


def terms(files: RegistryFiles) -> Iterator[RegistryError]:
    """The years of a term are those of its code, run forwards, and belong to no other term of its system."""
    of_system: dict[str, list[Placed[TermOfOffice]]] = defaultdict(list)
    for at in files.of("terms"):
        row: TermOfOffice = at.row
        period = period_of(row.term_code)
        if period is None or period.kind is not PeriodKind.TERM:
            continue
        if row.term_code != period.code:
            yield files.wrong("terms", at, "spelling", "term_code", code=row.term_code, wanted=period.code)
        if row.last_year < row.first_year:
            yield files.wrong("terms", at, "years_order", "last_year", first=row.first_year, last=row.last_year)
            continue
        for name, year in (("first_year", row.first_year), ("last_year", row.last_year)):
            if not period.first_year <= year <= period.year:
                yield files.wrong("terms", at, "year_outside", name, year=year, code=period.code)
        for other in of_system[row.term_system]:
            if row.term_code == other.row.term_code:
                yield files.wrong(
                    "terms", at, "term_twice", "term_code", code=row.term_code, other=other.number
                )
            elif row.first_year <= other.row.last_year and other.row.first_year <= row.last_year:
                year = max(row.first_year, other.row.first_year)
                yield files.wrong(
                    "terms",
                    at,
                    "terms_overlap",
                    "first_year",
                    code=row.term_code,
                    twin=other.row.term_code,
                    other=other.number,
                    year=year,
                )
        of_system[row.term_system].append(at)


def systems(files: RegistryFiles) -> Iterator[RegistryError]:
    """Whoever files has terms."""
    known = {at.row.term_system for at in files.of("terms")}
    for at in files.of("organisations"):
        if at.row.files_reports and at.row.term_system not in known:
            yield files.wrong("organisations", at, "unknown_system", "term_system", code=at.row.term_system)


def targets(files: RegistryFiles, indicators: Container[str] | None) -> Iterator[RegistryError]:
    """A target is of a body, an indicator and a term that are known, has its bounds, and stands once."""
    years: dict[str, list[range]] = defaultdict(list)
    for at in files.of("terms"):
        years[at.row.term_code].append(range(at.row.first_year, at.row.last_year + 1))
    for at in files.of("targets"):
        row: Target = at.row
        if row.org_code not in files.bodies:
            yield files.wrong("targets", at, "unknown_body", "org_code", code=row.org_code)
        if indicators is not None and row.indicator_code not in indicators:
            yield files.wrong("targets", at, "unknown_indicator", "indicator_code", code=row.indicator_code)
        if row.term_code not in years:
            yield files.wrong("targets", at, "unknown_term", "term_code", code=row.term_code)
        elif row.year is not None and not any(row.year in one for one in years[row.term_code]):
            yield files.wrong("targets", at, "year_outside", "year", year=row.year, code=row.term_code)
        yield from _bounds(files, at)
    for at, first in files.repeated("targets", attrgetter("org_code", "indicator_code", "term_code", "year")):
        yield files.wrong("targets", at, "target_twice", other=first)


def _bounds(files: RegistryFiles, at: Placed[Target]) -> Iterator[RegistryError]:
    row = at.row
    if row.min is None and row.max is None:
        yield files.wrong("targets", at, "no_bound", "min", direction=row.direction)
    elif row.direction == "BETWEEN":
        if row.min is None or row.max is None:
            yield files.wrong("targets", at, "one_bound", "min" if row.min is None else "max")
    elif all(getattr(row, name) is None for name in _NEEDS[row.direction]):
        yield files.wrong(
            "targets",
            at,
            "other_bound",
            _NEEDS[row.direction][0],
            direction=row.direction,
            column_wanted=_NEEDS[row.direction][0],
        )
    if row.min is not None and row.max is not None and row.max < row.min:
        yield files.wrong("targets", at, "bounds_order", "max", low=row.min, high=row.max)


def schemes(files: RegistryFiles) -> Iterator[RegistryError]:
    """A year has one rating scheme: four ranks, scores that fit, and a cap on groups that there are."""
    known: list[Placed[RatingScheme]] = []
    for at in files.of("rating_schemes"):
        row: RatingScheme = at.row
        if row.last_year is not None and row.last_year < row.first_year:
            yield files.wrong(
                "rating_schemes", at, "years_order", "last_year", first=row.first_year, last=row.last_year
            )
            continue
        for other in known:
            first, last = (
                max(row.first_year, other.row.first_year),
                _earlier(row.last_year, other.row.last_year),
            )
            if last is None or first <= last:
                yield files.wrong(
                    "rating_schemes",
                    at,
                    "schemes_overlap",
                    "first_year",
                    scheme=row.scheme,
                    twin=other.row.scheme,
                    other=other.number,
                    year=first,
                )
        known.append(at)
        labels = [label for label in row.labels.split("|") if label.strip()]
        if len(labels) != _RANKS:
            yield files.wrong("rating_schemes", at, "ranks", "labels", found=len(labels))
        yield from _scores(files, at)
        for name in ("cap_rate", "cap_exception_rate"):
            if (rate := getattr(row, name)) is not None and not 0 < rate <= 1:
                yield files.wrong("rating_schemes", at, "rate", name, rate=rate)
        if strangers := sorted(row.cap_groups - set(CAP_GROUPS)):
            yield files.wrong(
                "rating_schemes",
                at,
                "cap_groups",
                "cap_applies_to",
                groups=", ".join(strangers),
                known=", ".join(CAP_GROUPS),
            )
        for name in ("cap_base", "cap_applies_to", "severity"):
            if row.cap_rate is not None and not getattr(row, name):
                yield files.wrong("rating_schemes", at, "cap_lacks", name)


def _earlier(first: int | None, second: int | None) -> int | None:
    return min((year for year in (first, second) if year is not None), default=None)


def _scores(files: RegistryFiles, at: Placed[RatingScheme]) -> Iterator[RegistryError]:
    try:
        bands = at.row.bands
    except ValueError:  # told by `bands_read`
        return
    if bands and (len(bands) != _RANKS - 1 or any(low >= high for high, low in pairwise(bands))):
        yield files.wrong("rating_schemes", at, "bands", "score_bands", scheme=at.row.scheme)


def contacts(files: RegistryFiles) -> Iterator[RegistryError]:
    """Who is told of a unit's reports belongs to a unit that is listed."""
    for at in files.of("contacts"):
        if at.row.org_code and at.row.org_code not in files.bodies:
            yield files.wrong("contacts", at, "unknown_body", "org_code", code=at.row.org_code)


def statements(files: RegistryFiles, indicators: Container[str] | None) -> Iterator[RegistryError]:
    """What was stated is of a body, an indicator and a period that are known, where it names any."""
    for at, first in files.repeated("statements", attrgetter("statement_id")):
        code = at.row.statement_id
        yield files.wrong("statements", at, "statement_twice", "statement_id", code=code, other=first)
    for at in files.of("statements"):
        row: Statement = at.row
        if row.org_code and row.org_code not in files.bodies:
            yield files.wrong("statements", at, "unknown_body", "org_code", code=row.org_code)
        if indicators is not None and row.indicator_code and row.indicator_code not in indicators:
            yield files.wrong("statements", at, "unknown_indicator", "indicator_code", code=row.indicator_code)
        if row.period_code and period_of(row.period_code) is None:
            yield files.wrong("statements", at, "period", "period_code", code=row.period_code)
        if row.direction and not row.has_direction:
            yield files.wrong("statements", at, "direction", "direction", direction=row.direction)
        if row.value_low is not None and row.value_high is not None and row.value_high < row.value_low:
            yield files.wrong(
                "statements", at, "bounds_order", "value_high", low=row.value_low, high=row.value_high
            )


CODES: dict[RegistryTable, tuple[str, ...]] = {
    "organisations": ("org_code", "parent_code", "org_kind", "term_system"),
    "successions": ("predecessor_code", "successor_code"),
    "calendar": ("period_code", "term_system"),
    "terms": ("term_system", "term_code"),
    "targets": ("org_code", "indicator_code", "term_code"),
    "rating_schemes": ("scheme",),
    "contacts": ("org_code", "role"),
    "statements": ("statement_id", "indicator_code", "org_code", "period_code"),
}
"""The columns by which rows name something."""
