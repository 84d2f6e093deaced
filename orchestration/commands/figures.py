"""`tongket figures` and `tongket trace`: one value, and every cell that it came from."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.indicators import is_collected
from ingestion.definitions.overlay import catalogue_of
from ingestion.records.periods import Period, PeriodError
from ingestion.words import writing
from ingestion.words.places import address
from orchestration import environment
from orchestration.commands.common import (
    derived_name,
    known_unit,
    minute,
    moment,
    number,
    print_json,
    registry_of,
    unknown,
    warehouse_of,
)
from orchestration.errors import CommandError
from orchestration.texts import Invocation, command, json_option, option, pass_invocation

if TYPE_CHECKING:
    from reports.figures import PublishedFigure, TracedCell


def _asked(call: Invocation, indicator: str, unit: str, period: str) -> tuple[str, str, str]:
    """Give the codes of a figure as the product writes them."""
    known = catalogue_of(call.home).indicators
    if indicator not in known:
        raise unknown(call, "indicator", indicator, known)
    registry = registry_of(call)
    unit = known_unit(call, registry, unit)
    try:
        code = Period.parse(period).code
    except PeriodError:
        terms = {term.term_code for term in registry.terms}
        raise unknown(call, "period", period, {*registry.periods, *terms}) from None
    return indicator, unit, code


def _warehouse(call: Invocation, as_of: str | None) -> Path:
    at = moment(call, as_of, end_of_day=True)
    if at is None:
        return warehouse_of(call)
    warehouse_of(call)
    from orchestration.as_of import warehouse_as_of  # noqa: PLC0415

    click.echo(call.text("cli.figures.building", as_of=minute(call, at.isoformat())), err=True)
    return warehouse_as_of(call.home, at, environment.now())


@command("figures")
@option("--indicator", required=True)
@option("--unit", required=True)
@option("--period", required=True)
@option("--derivation")
@option("--as-of")
@json_option
@pass_invocation
def figures(
    call: Invocation,
    *,
    indicator: str,
    unit: str,
    period: str,
    derivation: str | None,
    as_of: str | None,
    as_json: bool,
) -> int:
    """See the text `cli.figures.help`."""
    from reports.figures import UnknownCode, figure  # noqa: PLC0415

    codes = _asked(call, indicator, unit, period)
    try:
        found = figure(
            _warehouse(call, as_of),
            *codes,
            derivation=derivation,
            language=call.language,
            units=catalogue_of(call.home).units,
        )
    except UnknownCode as error:
        raise CommandError(error.text(call.language)) from error
    if as_json:
        answer: dict[str, Any] = {
            "indicator": found.indicator,
            "unit": found.unit,
            "period": found.period,
            "value": number(found.value),
            "measure": found.measure,
            "status": found.status,
        }
        print_json(answer | ({"derivation": derivation} if derivation else {}))
        return 0
    from reports.format import figure as written  # noqa: PLC0415

    catalogue = catalogue_of(call.home)
    click.echo(
        call.text(
            _answer(found, catalogue),
            name=derived_name(call, catalogue.indicators[indicator].name.get(call.language), derivation),
            unit=found.unit,
            period=found.period,
            value=written(found.value, found.decimals, found.unit_code, call.language),
            measure=found.measure,
            status=call.text(f"report.status.{found.status}"),
        )
    )
    return 0


def _answer(found: "PublishedFigure", catalogue: Catalogue) -> str:
    """Give the key of the answer: a value, that there is none, or that it would compare what is incomplete.

    That there is none because the period does not have what it is made of, is said.
    """
    if found.value is not None:
        return "cli.figures.answer"
    parts, day = catalogue.indicators[found.indicator].parts, Period.parse(found.period).end
    if not all(is_collected(summands, catalogue.forms, day) for _, summands in parts):
        return "cli.figures.not_collected"
    if found.derivation and (found.status == "provisional" or found.derivation == "average_per_year"):
        return "cli.figures.part_of_year" if found.status != "none" else "cli.figures.no_answer"
    return "cli.figures.not_compared" if found.status == "incomplete" else "cli.figures.no_answer"


@command("trace")
@option("--indicator", required=True)
@option("--unit", required=True)
@option("--period", required=True)
@option("--derivation")
@option("--as-of")
@json_option
@pass_invocation
def trace(
    call: Invocation,
    *,
    indicator: str,
    unit: str,
    period: str,
    derivation: str | None,
    as_of: str | None,
    as_json: bool,
) -> int:
    """See the text `cli.trace.help`."""
    from reports.figures import UnknownCode  # noqa: PLC0415
    from reports.figures import trace as traced  # noqa: PLC0415

    codes = _asked(call, indicator, unit, period)
    try:
        cells = traced(_warehouse(call, as_of), *codes, derivation=derivation)
    except UnknownCode as error:
        raise CommandError(error.text(call.language)) from error
    if as_json:
        print_json([_as_object(cell) for cell in cells])
        return 0
    if not cells:
        click.echo(call.text("cli.trace.none"))
        return 0
    from orchestration.terminal import console, table  # noqa: PLC0415

    names = ("submission", "file", "place", "value", "contribution", "part")
    columns = [call.text(f"cli.trace.column.{name}") for name in names]
    console().print(table(columns, [_cells(call, cell) for cell in cells]))
    return 0


def _as_object(cell: "TracedCell") -> dict[str, Any]:
    return {
        "submission": cell.submission,
        "file": cell.file,
        "sheet": cell.sheet,
        "cell": cell.cell,
        "value": cell.value if isinstance(cell.value, str) else number(cell.value),
        "contribution": number(cell.contribution),
        "part": cell.part,
    }


def _cells(call: Invocation, cell: "TracedCell") -> tuple[str, ...]:
    filed = cell.value if isinstance(cell.value, str) else writing.as_filed(cell.value, call.language)
    contribution = writing.as_filed(cell.contribution, call.language)
    return (cell.submission, cell.file, address(cell.sheet, cell.cell), filed, contribution, cell.part)
