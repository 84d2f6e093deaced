"""The page of stated figures: every published figure beside the one that the warehouse gives.

What belongs here: how both are written, the verdict in words, and the remarks of the warehouse. What does not:
the comparison itself, which the warehouse makes.
"""

from collections import Counter
from typing import Any, get_args

from ingestion.definitions.registry_rows import StatementVerdict
from ingestion.words.messages import load_messages, message
from ingestion.words.writing import own_decimals
from reports import escape, tables
from reports import format as write
from reports.blocks import Block, Grid, Heading, Notice, Paragraph, Text, code, numbered
from reports.context import Site
from reports.page import Page, shared_page
from reports.rows import Indicator, StatedFigure

SLUG = "so-lieu-da-cong-bo"

_VERDICTS: tuple[str, ...] = get_args(StatementVerdict)
_COMPARED = frozenset({"equal", "within", "contradicts", "context"})
"""Verdicts that say of two numbers how they stand to each other."""
_OTHER_WAY = {"rise": "fall", "fall": "rise"}
_STATED_DECIMALS = 2
_AGREES = "no_target_on_record"
"""The remark that a figure agrees, which is not said where nothing was filed for it."""
_ODD = ("suspension_counted", "visits_beside_existing", _AGREES, "cap_broken_at_one_end")
"""Remarks that stand at the head of the page; the others stand beside their figure."""
_CAP = "cap"
_RATES = frozenset({"breaking_rate", "keeping_rate"})
_FORMS_OF_DISCIPLINE = ("reprimand", "warning", "removed_from_post", "expelled")


def stated_page(site: Site) -> Page:
    """Write the page that holds every stated figure against the computed one, and explains what is odd."""
    verdicts = Counter(statement.verdict for statement in site.statements)
    counts = [f"{write.number(verdicts[verdict])} {_verdict_text(verdict)}" for verdict in _ordered(verdicts)]
    count = write.number(len(site.statements))
    blocks: list[Block] = [
        Paragraph(message("report.stated.intro", count=count, counts=write.enumeration(counts)))
    ]
    if odd := oddities(site):
        blocks += [Heading(2, message("report.stated.oddities"), "diem-can-biet"), *map(Notice, odd)]
    for number, body in enumerate(_bodies(site), start=1):
        found = [statement for statement in site.statements if statement.body == body]
        newest = max((statement.period for statement in found), key=site.order)
        name = site.name_of(body, newest) if body in site.names else found[0].body_name
        blocks.append(Heading(2, name, f"don-vi-{escape.name(body)}"))
        columns = ("code", "indicator", "stated", "computed", "verdict")
        grid = Grid(
            message("report.stated.table", unit=name),
            [message(f"report.column.{column}") for column in columns],
            [_row(site, statement) for statement in found],
            ["l", "l", "r", "r", "l"],
            [0.6, 3.1, 1.3, 1.3, 1.9],
        )
        blocks.append(numbered(grid, number))
    return shared_page(SLUG, "stated", blocks, has_pdf=True, has_contents=True)


def _bodies(site: Site) -> list[str]:
    return list(dict.fromkeys(statement.body for statement in site.statements))


def _ordered(verdicts: Counter[str]) -> list[str]:
    return [*(v for v in _VERDICTS if v in verdicts), *sorted(set(verdicts) - set(_VERDICTS))]


def _verdict_text(verdict: str) -> str:
    name = verdict if verdict in _VERDICTS else "other"
    return message(f"report.verdict.{name}", verdict=verdict)


def _row(site: Site, statement: StatedFigure) -> list[Text]:
    indicator = site.indicators.get(statement.indicator)
    verdict = _verdict_text(statement.verdict)
    if statement.is_by_size and statement.verdict in _COMPARED:
        verdict = f"{verdict} {message('report.stated.by_size')}"
    if statement.remark and statement.remark not in _ODD:
        verdict = f"{verdict}; {message(f'report.remark.{statement.remark}', **_fields(statement))}"
    return [
        code(statement.id),
        _name(site, statement, indicator),
        stated_text(statement),
        computed_text(statement, indicator),
        verdict,
    ]


def _name(site: Site, statement: StatedFigure, indicator: Indicator | None) -> str:
    parts = [indicator.name if indicator else _measure(statement)]
    if statement.org != statement.body:
        parts.append(site.name_of(statement.org, statement.period))
    if statement.derivation and statement.derivation != "share":
        parts.append(message(f"report.derivation.{statement.derivation}"))
    parts.append(write.period(statement.period))
    return ", ".join(parts)


def _measure(statement: StatedFigure) -> str:
    """Name what no indicator measures: in words of the catalogue where it has some, else in the statement's."""
    key = f"report.statement.{statement.id}"
    return message(key) if key in load_messages() else statement.measure


def _is_percent(statement: StatedFigure) -> bool:
    return "%" in statement.unit


def _stated_number(value: float | None, statement: StatedFigure) -> str:
    return write.number(value, _STATED_DECIMALS, is_percent=_is_percent(statement), is_bare=True)


def stated_text(statement: StatedFigure) -> str:
    """Write what was stated: `gần 70.000`, `trên 95 %`, `từ 15 % đến 20 %`, `giảm 20,5 %`."""
    bounds: dict[str, Any] = {
        "low": _stated_number(statement.low, statement),
        "high": _stated_number(statement.high, statement),
    }
    # A norm may name a bound that no number was given for.
    is_bare = statement.low is None and statement.high is None
    said = message(f"report.stated.{'NONE' if is_bare else statement.qualifier}", **bounds)
    return message(f"report.stated.{statement.direction}", value=said) if statement.direction else said


def computed_text(statement: StatedFigure, indicator: Indicator | None) -> str:
    """Write what the warehouse has beside a stated figure: a value, a range, or nothing."""
    mark = tables.STATUS_MARKS.get(statement.status or "", "")
    of_indicator = (indicator.unit, indicator.decimals) if indicator else ("", 0)
    unit, own = write.decimals_of(*of_indicator, statement.derivation)
    decimals = max(own, _decimals_of(statement))

    def written(value: float | None) -> str:
        is_bare = not write.keeps_zeros(unit)
        return write.number(value, decimals, is_percent=_is_percent(statement), is_bare=is_bare)

    low, high = statement.actual_low, statement.actual_high
    if low is not None and high is not None and low != high:
        return message("report.stated.range_computed", low=written(low), high=written(high)) + mark
    value = statement.actual if statement.actual is not None else low
    if value is None:
        return message("report.value.missing_short")
    if statement.direction and value:
        way = statement.direction if value > 0 else _OTHER_WAY[statement.direction]
        return message(f"report.stated.{way}", value=written(abs(value))) + mark
    return written(value) + mark


def _decimals_of(statement: StatedFigure) -> int:
    """Give the decimals with which a figure was printed."""
    stated = [value for value in (statement.low, statement.high) if value is not None]
    return max((own_decimals(value) for value in stated), default=0)


def oddities(site: Site) -> list[str]:
    """Explain what the warehouse remarks as odd; every number is of its remark or of a figure beside it."""
    return [
        message(f"report.odd.{statement.remark}", **_fields(statement), forms=_forms(site, statement))
        for remark in _ODD
        for statement in site.statements
        if statement.remark == remark and not (remark == _AGREES and statement.actual is None)
    ]


def _fields(statement: StatedFigure) -> dict[str, Any]:
    fields: dict[str, Any] = {
        name: write.number(value, _STATED_DECIMALS, is_percent=name == _CAP, is_bare=True)
        for name, value in statement.remark_numbers.items()
    }
    for name in _RATES & fields.keys():
        fields[name] = write.number(statement.remark_numbers[name], 1, is_percent=True)
    fields["id"] = statement.id
    if statement.actual is not None:
        fields["value"] = write.number(statement.actual, _STATED_DECIMALS, is_bare=True)
    return fields


def _forms(site: Site, statement: StatedFigure) -> str:
    """Write how the forms of discipline add up, from the unit's own figures: `81 + 17 + 3 + 2`."""
    figures = [
        stated.actual
        for form in _FORMS_OF_DISCIPLINE
        for stated in site.statements
        if (stated.indicator, stated.org, stated.period) == (f"members_{form}", statement.org, statement.period)
    ]
    return " + ".join(write.number(value) for value in figures if value is not None)
