"""The page of stated figures: every published figure beside the one that the warehouse gives.

What belongs here: how both are written, the verdict in words, and what is odd about some of them. What does
not: the comparison itself, which the warehouse makes.
"""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ingestion.messages import message
from reports import format as write
from reports import tables
from reports.blocks import Block, Grid, Heading, Notice, Paragraph, Text, code, numbered
from reports.context import Indicator, Site, StatedFigure
from reports.pages import Page
from reports.sections import SectionError

SLUG = "so-lieu-da-cong-bo"
FILE = Path(__file__).parent / "oddities.yml"

_VERDICTS = ("equal", "within", "contradicts", "cannot_verify", "target", "norm", "context")
_STATED_DECIMALS = 2
_RATIO_DECIMALS = 1


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Operand(_Strict):
    """One number of a statement: a bound as stated, or the figure computed."""

    statement: str
    part: Literal["low", "high", "actual"]


class Mention(_Strict):
    """One field of an oddity's text: a statement's number or name, a share of two numbers, or a percentage."""

    statement: str | None = None
    part: Literal["low", "high", "actual", "id"] | None = None
    share: tuple[Operand, Operand] | None = None
    percent: float | None = None

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        kinds = [
            self.statement is not None and self.part is not None,
            self.share is not None,
            self.percent is not None,
        ]
        if sum(kinds) != 1 or (self.statement is None) != (self.part is None):
            raise ValueError("a field is one of: statement with part, share, percent")
        return self


class Oddity(_Strict):
    """Something odd about stated figures: the key of its text (below `report.oddity.`) and its fields."""

    text: str
    fields: dict[str, Mention] = Field(min_length=1)


class _OddityFile(_Strict):
    oddities: tuple[Oddity, ...]


@cache
def load_oddities(path: Path = FILE) -> tuple[Oddity, ...]:
    """Load what is known to be odd about the stated figures.

    Raises:
        SectionError: the file does not fit its schema.
    """
    try:
        return _OddityFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).oddities
    except (ValidationError, yaml.YAMLError) as error:
        raise SectionError(f"{path.name}: {error}") from error


def stated_page(site: Site) -> Page:
    """Write the page that holds every stated figure against the computed one, and explains what is odd."""
    verdicts = Counter(_verdict(statement) for statement in site.statements)
    counts = [f"{write.number(verdicts[v])} {_verdict_text(v)}" for v in _ordered(verdicts)]
    blocks: list[Block] = [
        Paragraph(
            message(
                "report.stated.intro",
                count=write.number(len(site.statements)),
                counts=write.enumeration(counts),
            )
        ),
        Heading(2, message("report.stated.oddities"), "diem-can-biet"),
        *[Notice(text) for text in oddities(site, load_oddities())],
    ]
    for number, org in enumerate(_bodies(site), start=1):
        found = [s for s in site.statements if _body(s) == org]
        name = site.names.get(org, found[0].body_name)
        blocks.append(Heading(2, name, f"don-vi-{org.lower()}"))
        grid = Grid(
            message("report.stated.table", unit=name),
            [
                message(f"report.column.{column}")
                for column in ("code", "indicator", "stated", "computed", "verdict")
            ],
            [_stated_row(site, statement) for statement in found],
            ["l", "l", "r", "r", "l"],
            [0.7, 3.2, 1.3, 1.3, 1.6],
        )
        blocks.append(numbered(grid, number))
    return Page(
        slug=SLUG,
        title=message("report.stated.title"),
        subtitle=message("report.stated.subtitle"),
        eyebrow="",
        blocks=tuple(blocks),
    )


def _bodies(site: Site) -> list[str]:
    return list(dict.fromkeys(_body(statement) for statement in site.statements))


def _body(statement: StatedFigure) -> str:
    """Give the body of which a figure was stated; one organisation of a unit counts with its unit."""
    return statement.body or statement.org


def _verdict(statement: StatedFigure) -> str:
    return statement.verdict or ""


def _ordered(verdicts: Counter[str]) -> list[str]:
    return [*(v for v in _VERDICTS if v in verdicts), *sorted(set(verdicts) - set(_VERDICTS))]


def _verdict_text(verdict: str) -> str:
    name = verdict if verdict in _VERDICTS else "other"
    return message(f"report.verdict.{name}", verdict=verdict)


def _stated_row(site: Site, statement: StatedFigure) -> list[Text]:
    indicator = site.indicators.get(statement.indicator)
    return [
        code(statement.id),
        _stated_name(site, statement, indicator),
        stated_text(statement),
        computed_text(statement, indicator),
        _verdict_text(_verdict(statement)),
    ]


def _stated_name(site: Site, statement: StatedFigure, indicator: Indicator | None) -> str:
    name = indicator.name if indicator else message(f"report.statement.{statement.id}")
    parts = [name]
    if statement.org != _body(statement):
        parts.append(site.names.get(statement.org, statement.org))
    if statement.derivation and statement.derivation != "share":
        parts.append(message(f"report.derivation.{statement.derivation}"))
    parts.append(write.period(statement.period))
    return ", ".join(parts)


def _is_percent(statement: StatedFigure) -> bool:
    return "%" in statement.unit


def _stated_number(value: float | None, statement: StatedFigure) -> str:
    text = write.number(value, _STATED_DECIMALS)
    return f"{text}{write.NBSP}%" if _is_percent(statement) and value is not None else text


def stated_text(statement: StatedFigure) -> str:
    """Write what was stated: `gần 70.000`, `trên 95 %`, `từ 15 % đến 20 %`."""
    bounds: dict[str, Any] = {
        "low": _stated_number(statement.low, statement),
        "high": _stated_number(statement.high, statement),
    }
    return message(f"report.stated.{statement.qualifier}", **bounds)


def computed_text(statement: StatedFigure, indicator: Indicator | None) -> str:
    """Write what the warehouse has beside a stated figure: a value, a range over years, or nothing."""
    if statement.actual is None and statement.actual_low is None:
        return message("report.value.missing_short")
    mark = tables.STATUS_MARKS.get(statement.status or "", "")
    decimals = max(indicator.decimals if indicator else 0, _decimals_of(statement))
    sign = f"{write.NBSP}%" if _is_percent(statement) else ""

    def written(value: float | None) -> str:
        return write.number(value, decimals) + sign

    if statement.actual is not None:
        return written(statement.actual) + mark
    if statement.actual_low == statement.actual_high:
        return written(statement.actual_low) + mark
    low, high = written(statement.actual_low), written(statement.actual_high)
    return message("report.stated.range_computed", low=low, high=high) + mark


def _decimals_of(statement: StatedFigure) -> int:
    """Give the decimals with which a figure was printed, at least one for percentages."""
    stated = [value for value in (statement.low, statement.high) if value is not None]
    printed = max((len(repr(value).partition(".")[2].rstrip("0")) for value in map(float, stated)), default=0)
    return max(printed, 1) if _is_percent(statement) else printed


def oddities(site: Site, known: tuple[Oddity, ...]) -> list[str]:
    """Explain what is odd; a text that lacks one of its numbers is left out."""
    by_id = {statement.id: statement for statement in site.statements}
    texts = []
    for oddity in known:
        fields: dict[str, Any] = {name: _mention(by_id, mention) for name, mention in oddity.fields.items()}
        if None not in fields.values():
            texts.append(message(f"report.oddity.{oddity.text}", **fields))
    return texts


def _mention(by_id: dict[str, StatedFigure], mention: Mention) -> str | None:
    if mention.percent is not None:
        return write.measure(mention.percent, "%", _RATIO_DECIMALS)
    if mention.share is not None:
        part, whole = (_operand(by_id, operand) for operand in mention.share)
        return None if part is None or not whole else write.measure(100 * part / whole, "%", _RATIO_DECIMALS)
    if mention.statement is None or mention.part is None:
        return None
    if mention.part == "id":
        return mention.statement if mention.statement in by_id else None
    value = _operand(by_id, Operand(statement=mention.statement, part=mention.part))
    return None if value is None else write.number(value, _STATED_DECIMALS)


def _operand(by_id: dict[str, StatedFigure], operand: Operand) -> float | None:
    statement = by_id.get(operand.statement)
    if statement is None:
        return None
    return {"low": statement.low, "high": statement.high, "actual": statement.actual}[operand.part]
