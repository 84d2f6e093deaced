"""What rows of the registry name of other files: organisations, indicators, terms, periods.

What belongs here: refusing a name that nothing has, and bounds or times that do not fit what is named, so that
no target or statement stands for nothing. What does not: the shape of rows (`registry_rows.py`), and what one
file says by itself (`registry.py`).
"""

from collections.abc import Iterator
from typing import Any

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry, RegistryError, placed
from ingestion.definitions.registry_rows import Statement, Target
from ingestion.records.periods import Period, PeriodError, PeriodKind

_OF_ONE_FIGURE = ("", "share")
"""What a statement says of a figure as it is; all else is derived from a term."""

_BY_TARGET = "target"
_RELATIVE = "percent_change"

_EITHER = frozenset({"LE", "LT"})
"""Directions of a target that aims at its higher bound, or at the lower one where only that is given."""

_BOTH = frozenset({"RANGE", "BETWEEN"})
_HIGH = frozenset({"APPROX_BELOW", "AT_MOST", "LT"})
_NONE = "NONE"
"""Comparisons by the bounds that they need; all others need the lower one."""


def check_references(registry: Registry, catalogue: Catalogue) -> None:
    """Refuse a registry of which a row names what there is not.

    Raises:
        RegistryError: one does; the message names file, row, column and what to do.
    """
    for key, place in _dangling(registry, catalogue):
        raise RegistryError(f"registry.{key}", **place)


def _dangling(registry: Registry, catalogue: Catalogue) -> Iterator[tuple[str, dict[str, Any]]]:
    organisations = registry.versions
    for row, period in placed(registry, "calendar", registry.calendar):
        systems = {version.term_system for version in registry.organisations}
        if period.term_system and period.term_system not in systems:
            known = ", ".join(sorted(systems))
            yield "value_one_of", {**row, "column": "term_system", "value": period.term_system, "known": known}
    for row, succession in placed(registry, "successions", registry.successions):
        for column in ("predecessor_code", "successor_code"):
            if (code := getattr(succession, column)) and code not in organisations:
                yield "no_organisation", {**row, "column": column, "value": code}
    for row, target in placed(registry, "targets", registry.targets):
        yield from _of_figure(row, target, registry, catalogue)
        yield from _of_target(row, target, registry)
    for row, statement in placed(registry, "statements", registry.statements):
        yield from _of_figure(row, statement, registry, catalogue)
        yield from _of_statement(row, statement, registry)


def _of_figure(
    row: dict[str, Any], said: Target | Statement, registry: Registry, catalogue: Catalogue
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Tell of a body or an indicator that is not there; a statement may speak of what no indicator counts."""
    if said.org_code not in registry.versions:
        yield "no_organisation", {**row, "column": "org_code", "value": said.org_code}
    is_open = isinstance(said, Statement) and not said.indicator_code
    if not is_open and said.indicator_code not in catalogue.indicators:
        yield "no_indicator", {**row, "column": "indicator_code", "value": said.indicator_code}


def _of_target(row: dict[str, Any], target: Target, registry: Registry) -> Iterator[tuple[str, dict[str, Any]]]:
    terms = [term for term in registry.terms if term.term_code == target.term_code]
    if not terms:
        yield "no_term", {**row, "column": "term_code", "value": target.term_code}
    elif target.year is not None and not any(t.first_year <= target.year <= t.last_year for t in terms):
        yield "no_year", {**row, "column": "year", "value": str(target.year), "term": target.term_code}
    if lacking := _lacking(target.direction, target.min, target.max, is_either=target.direction in _EITHER):
        yield "no_bound", {**row, "column": ("min", "max")[lacking - 1], "value": target.direction}


def _lacking(comparison: str, low: float | None, high: float | None, *, is_either: bool) -> int:
    """Say which bound a comparison lacks: 1 for the lower one, 2 for the higher one, 0 for none."""
    if comparison == _NONE or (is_either and (low is not None or high is not None)):
        return 0
    needs_high = comparison in _BOTH or comparison in _HIGH
    if low is None and (comparison in _BOTH or not needs_high):
        return 1
    return 2 if needs_high and high is None else 0


def _of_statement(
    row: dict[str, Any], statement: Statement, registry: Registry
) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        period = Period.parse(statement.period_code)
    except PeriodError:
        yield "period", {**row, "code": statement.period_code}
        return
    is_term = period.kind is PeriodKind.TERM
    if is_term and period.code not in {term.term_code for term in registry.terms}:
        yield "no_term", {**row, "column": "period_code", "value": statement.period_code}
    is_about = bool(statement.indicator_code)
    # A target says itself in which direction it is meant.
    bounds = (statement.qualifier, statement.value_low, statement.value_high)
    if is_about and (lacking := _lacking(*bounds, is_either=statement.derivation == _BY_TARGET)):
        column = ("value_low", "value_high")[lacking - 1]
        yield "no_bound", {**row, "column": column, "value": statement.qualifier}
    if statement.direction and not _has_direction(statement):
        yield "direction", {**row, "column": "direction", "value": statement.direction}
    if not is_term and statement.derivation not in _OF_ONE_FIGURE:
        place = {"column": "derivation", "value": statement.derivation, "period": period.code}
        yield "derived_of_term", {**row, **place}


def _has_direction(statement: Statement) -> bool:
    """Say whether a statement is a percentage of change without a sign; all other changes have one."""
    bounds = (statement.value_low, statement.value_high)
    return statement.derivation == _RELATIVE and all(bound is None or bound >= 0 for bound in bounds)
