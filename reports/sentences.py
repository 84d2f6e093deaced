"""Sentences that state figures in words.

What belongs here: filling a text of our own with figures of the warehouse; a sentence takes its numbers from
nowhere else, and is not written where one of them is missing. What does not: the texts
(`ingestion/messages/report.yml`) and which figure goes where (`sections.yml`).
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from ingestion.words.messages import message
from reports import format as write
from reports.context import Site
from reports.rows import Figure, Indicator, TargetResult, Unit
from reports.sections import FieldOf, Sentence

COMPARISONS = frozenset(
    {"change_over_term", "change_vs_previous_term", "percent_change", "per_year_high", "per_year_low"}
)
"""What sets one figure against another, which is not done where one of them is incomplete."""
Days = tuple[date, date]
"""The first and the last day of the filings of which a figure is."""
_END_OF_YEAR = (12, 31)
_AIM_DECIMALS = 2
_COUNT_DECIMALS = 2
"""At most: what a share is taken from is mostly a count, which has none."""


@dataclass(frozen=True)
class Number:
    """A number of a sentence with the figure that it is taken from."""

    value: float
    indicator: Indicator
    figure: Figure
    part: str = "value"
    derivation: str | None = None

    @property
    def sign(self) -> int:
        """Its sign as it is written: what is rounded to nothing is neither more nor less."""
        return write.sign(self.value, self._unit_and_decimals[1])

    @property
    def _unit_and_decimals(self) -> tuple[str, int]:
        if self.part in ("numerator", "denominator"):
            return "", _COUNT_DECIMALS
        return write.decimals_of(self.indicator.unit, self.indicator.decimals, self.derivation)

    def written(self, *, magnitude: bool = False) -> str:
        """Write it, with what stands behind a percentage or a difference of two."""
        value = abs(self.value) if magnitude else self.value
        unit, decimals = self._unit_and_decimals
        return write.measured(value, decimals, unit)


def number_of(site: Site, unit: Unit, field: FieldOf) -> Number | None:
    """Give the number that a field stands for; None where the warehouse has none."""
    indicator = site.indicators.get(field.indicator)
    if indicator is None:
        return None
    if field.derivation:
        figure = site.derivation(field.indicator, unit.code, unit.term, field.derivation)
        if figure is None or figure.value is None:
            return None
        return Number(figure.value, indicator, figure, derivation=field.derivation)
    period = unit.term if field.at == "term" else f"{site.years(unit.term)[-1]}-N"
    figure = site.figure(field.indicator, unit.code, period)
    if figure is None:
        return None
    value = getattr(figure, field.part)
    return None if value is None else Number(value, indicator, figure, field.part)


def say(site: Site, unit: Unit, sentence: Sentence) -> str | None:
    """Write a sentence; None where one of its figures is missing.

    Where it would compare figures of which one is incomplete, or not whole yet, it says that instead.
    """
    if sentence.systems and unit.system not in sentence.systems:
        return None
    for field in sentence.fields.values():
        if field.derivation in COMPARISONS and field.indicator in site.indicators:
            why = site.left_uncompared(field.indicator, unit.code, unit.term, field.derivation)
            if why is not None:
                return message(
                    f"report.say.not_compared.{why}", indicator=site.indicators[field.indicator].name
                )
    numbers: dict[str, Number] = {}
    for name, field in sentence.fields.items():
        number = number_of(site, unit, field)
        if number is None:
            return None
        numbers[name] = number
    written: dict[str, Any] = {
        name: number.written(
            magnitude=sentence.fields[name].magnitude or (name == sentence.sign_of and sentence.is_change)
        )
        for name, number in numbers.items()
    }
    key = f"report.say.{sentence.text}"
    if sentence.sign_of:
        key += _sign(numbers[sentence.sign_of], is_change=sentence.is_change)
    figures = [number.figure for number in numbers.values()]
    statuses = {figure.status for figure in figures}
    if sentence.sign_of and key.endswith(".zero") and "incomplete" in statuses:  # the others may have some
        name = site.indicators[sentence.fields[sentence.sign_of].indicator].name
        return _marked(message("report.say.zero_so_far", indicator=name), statuses)
    days = days_of(site, figures)
    if not sentence.dated:
        return _qualified(message(key, **written, last_year=site.years(unit.term)[-1]), figures, days)
    return None if days is None else _marked(message(key, **written, at=_at(days)), statuses)


def _sign(number: Number, *, is_change: bool) -> str:
    if number.sign == 0:
        return ".zero"
    if not is_change:
        return ".some"
    return ".up" if number.sign > 0 else ".down"


def days_of(site: Site, figures: Iterable[Figure]) -> Days | None:
    """Give the first and last day of which some figures are; None where that is not known of one of them."""
    found = [site.days.get((figure.indicator, figure.org, figure.period)) for figure in figures]
    known = [days for days in found if days is not None]
    if not known or len(known) < len(found):
        return None
    return min(first for first, _ in known), max(last for _, last in known)


def _at(days: Days) -> str:
    """Say at which day something stands: `Đến cuối năm 2020`, `Đến ngày 31/3/2020`."""
    first, last = days
    if _is_end_of_year(days):
        return message("report.say.at.end_of_year", year=last.year)
    key = "report.say.at.day" if first == last else "report.say.at.days"
    return message(key, first=write.day(first), last=write.day(last))


def _is_end_of_year(days: Days) -> bool:
    first, last = days
    return first == last and (last.month, last.day) == _END_OF_YEAR


def _qualified(text: str, figures: Iterable[Figure], days: Days | None) -> str:
    """Say in the sentence itself that one of its figures may still change, and up to which day they reach."""
    statuses = {figure.status for figure in figures}
    if days is None or _is_end_of_year(days) or "incomplete" in statuses or "provisional" not in statuses:
        return _marked(text, statuses)
    first, last = days
    key = "report.say.provisional_at.day" if first == last else "report.say.provisional_at.days"
    return message(key, sentence=text.removesuffix("."), first=write.day(first), last=write.day(last))


def _marked(text: str, statuses: Container[str]) -> str:
    for status in ("incomplete", "provisional"):
        if status in statuses:
            return message(f"report.say.{status}", sentence=text.removesuffix("."))
    return text


def target_text(target: TargetResult, indicator: Indicator) -> str:
    """Write what was aimed at: `bình quân 2.300 mỗi năm`, `trên 95 %`."""
    # “At most” and “below” aim at the highest, or at the lowest where only that is given, as they are judged.
    highest = target.minimum if target.maximum is None else target.maximum
    bounds: dict[str, Any] = {
        "min": aim_text(target.minimum, indicator),
        "max": aim_text(highest, indicator),
    }
    aim = message(f"report.target.{target.direction}", **bounds)
    return message(f"report.basis.{target.basis}", target=aim)


def assessment_text(target: TargetResult) -> str:
    """Write what came of a target: `vượt`, `đạt`, and so on."""
    return message(f"assessment.{target.assessment or 'none'}")


def unassessed_text(target: TargetResult, year: int, of_year: str | None) -> str | None:
    """Write why nothing can be said of a target of the term; None where that is not for want of figures.

    Args:
        target: the target, with its result.
        year: the last year of the term.
        of_year: how whole that year's figure is; none where there is none, None where nobody waits for it.
    """
    if target.assessment is not None or target.status not in ("incomplete", "provisional"):
        return None
    if of_year in ("none", "provisional"):
        return message(f"report.unassessed.year_{of_year}", year=year)
    return message(f"report.unassessed.{target.status}")


def say_target(target: TargetResult, indicator: Indicator) -> str | None:
    """Write how a target was met; None where nothing can be said of it."""
    if target.actual is None or target.assessment not in ("VUOT", "DAT", "CHUA_DAT"):
        return None
    text = message(
        f"report.say.target.{target.assessment}",
        indicator=indicator.name,
        actual=actual_text(target, indicator),
        target=target_text(target, indicator),
    )
    return _marked(text, {target.status})


def say_previous(indicator: Indicator, before: Figure, change: Figure, days: Days | None = None) -> str | None:
    """Write how an indicator changed against the previous term; `days` are those of which its figure is now."""
    if change.value is None or before.value is None:
        return None
    shown = Number(change.value, indicator, change, derivation="change_vs_previous_term")
    text = message(
        f"report.say.previous{_sign(shown, is_change=True)}",
        indicator=indicator.name,
        change=shown.written(magnitude=True),
        before=figure_text(before.value, indicator),
    )
    return _qualified(text, (change,), days)


def figure_text(value: float | None, indicator: Indicator) -> str:
    """Write a value of an indicator, with the percent sign where it is a percentage."""
    return write.measured(value, indicator.decimals, indicator.unit)


def actual_text(target: TargetResult, indicator: Indicator) -> str:
    """Write what a target is held against: a figure, or its average of the years."""
    derivation = "average_per_year" if target.basis == "AVG_PER_YEAR" else None
    unit, decimals = write.decimals_of(indicator.unit, indicator.decimals, derivation)
    return write.measured(target.actual, decimals, unit)


def aim_text(value: float | None, indicator: Indicator) -> str:
    """Write a number that somebody set for an indicator, such as a target: as short as it was put."""
    return write.number(value, _AIM_DECIMALS, is_percent=indicator.unit == "PERCENT", is_bare=True)
