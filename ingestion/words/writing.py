"""How the product rounds, and how it writes numbers and dates: in findings, alerts, answers and pages alike.

What belongs here: the one rounding of figures, and functions from a number or a date to text. What does not:
the names of periods (`period_names.py`), how a stored cell is printed, which its own format says
(`records/stored.py`), and sentences.
"""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal

from ingestion.records.days import VIETNAM_TIME
from ingestion.words.labels import Language

NBSP = "\u00a0"
MINUS = "\u2212"
PERCENT = "%"

_SEPARATORS: dict[Language, tuple[str, str]] = {"vi": (".", ","), "en": (",", ".")}
"""What stands between thousands, and before decimals."""
_WIDE = Context(prec=400)
_DERIVED_DECIMALS = 1
_RELATIVE = "percent_change"
_DIFFERENCES = frozenset({"change_over_term", "change_vs_previous_term"})
_PERCENT_UNITS = frozenset({"PERCENT", "PERCENT_POINT"})
_MOST_DECIMALS = 12
_MEGABYTE = 2**20
_TEN_DIGITS = 10**10
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?")
"""How `plain` writes a number: never with zeros that say nothing, so that `1.000` in a cell is none."""
_PERHAPS_OTHER = re.compile(r"-?[1-9][0-9]{0,2}\.?[0-9]{3}")
_PLAIN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def separators(language: Language) -> tuple[str, str]:
    """Give what stands between thousands and before decimals, for programs that write numbers themselves."""
    return _SEPARATORS[language]


def exact(value: float) -> Decimal:
    """Give the number that a binary float stands for: its fifteen digits, as a spreadsheet shows them.

    A quotient of counts below a thousand million lies nearer to its own fifteen digits than to any half of the
    decimals that are printed, so that rounding these is rounding the quotient itself.
    """
    return Decimal(f"{value:.15g}")


def rounded(value: float | Decimal, decimals: int) -> Decimal:
    """Round as offices do: a half goes away from zero. What is rounded to nothing has no sign."""
    number = value if isinstance(value, Decimal) else exact(value)
    found = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _WIDE)
    return found if found else abs(found)


def number(
    value: float | Decimal,
    decimals: int = 0,
    *,
    is_percent: bool = False,
    is_bare: bool = False,
    language: Language = "vi",
) -> str:
    """Write a number: 1252 as `1.252`, 20.5 as `20,5` or `20,5 %`, -14 as `−14`.

    Args:
        value: the number.
        decimals: how many. A figure has those that `decimals_of` gives, so that 88,0 stands beside 87,3.
        is_percent: whether the percent sign follows, after a space that never breaks.
        is_bare: leave trailing zeros away, for numbers that somebody else stated, as in `trên 95 %`.
        language: whose separators are written; 1252 is `1,252` in English.
    """
    shown = rounded(value, decimals)
    whole, _, fraction = f"{abs(shown):,f}".partition(".")
    if is_bare:
        fraction = fraction.rstrip("0")
    thousands, point = _SEPARATORS[language]
    text = whole.replace(",", thousands) + (f"{point}{fraction}" if fraction else "")
    signed_text = MINUS + text if shown < 0 else text
    return f"{signed_text}{NBSP}{PERCENT}" if is_percent else signed_text


def decimals_of(unit_code: str, decimals: int, derivation: str | None) -> tuple[str, int]:
    """Give the unit of measure and the decimals of a figure, or of what is derived from it.

    From 80 % to 85 % is 5 percentage points more, and not 5 %.

    Args:
        unit_code: of the indicator.
        decimals: that the indicator declares.
        derivation: what is derived; None, nothing or `share` for the figure itself.
    """
    if derivation in (None, "", "share"):
        return unit_code, decimals
    unit = "PERCENT" if derivation == _RELATIVE else unit_code
    if unit_code == "PERCENT" and derivation in _DIFFERENCES:
        unit = "PERCENT_POINT"
    return unit, max(decimals, _DERIVED_DECIMALS)


def keeps_zeros(unit: str) -> bool:
    """Say whether figures of a unit have all their decimals: percentages and their differences do."""
    return unit in _PERCENT_UNITS


def figure(value: float, decimals: int, unit: str, language: Language = "vi") -> str:
    """Write a figure by itself: a percentage with all its decimals, a count or an average with those it has."""
    return number(value, decimals, is_bare=not keeps_zeros(unit), language=language)


def apart(first: float | Decimal, second: float | Decimal, decimals: int) -> int:
    """Give with how many decimals two numbers are written so that one sees that they differ, if they do.

    Args:
        first: a number.
        second: another.
        decimals: enough, unless both are alike with these.
    """
    enough = (n for n in range(decimals, _MOST_DECIMALS) if rounded(first, n) != rounded(second, n))
    return next(enough, decimals)


def sign(value: float, decimals: int) -> int:
    """Give 1, 0 or -1: the sign of a number as it is written."""
    shown = rounded(value, decimals)
    return (shown > 0) - (shown < 0)


def signed(value: float, decimals: int = 0, *, is_percent: bool = False, is_bare: bool = False) -> str:
    """Write a change: `+132`, `−14`; what is rounded to nothing is `0`."""
    text = number(value, decimals, is_percent=is_percent, is_bare=is_bare)
    return f"+{text}" if sign(value, decimals) > 0 else text


def plain(value: float) -> str:
    """Write a number so that a program can read it: `1252.5`, to ten digits, or to the last whole one."""
    found = Decimal(f"{value:.10g}") if abs(value) < _TEN_DIGITS else exact(value)
    text = f"{found:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def own_decimals(value: float) -> int:
    """Give how many decimals a number has."""
    return len(plain(value).partition(".")[2])


def as_filed(value: float, language: Language = "vi") -> str:
    """Write a number with the decimals that it has: `1.252,5`."""
    return number(Decimal(plain(value)), own_decimals(value), language=language)


def of_plain(text: str, decimals: int | None, language: Language = "vi") -> str:
    """Write for people what `plain` wrote for programs: `1252.5` as `1.252,50`, `2026-02-05` as `05/02/2026`.

    Args:
        text: what programs read.
        decimals: with how many a number is written; None for a text that is no number. Only who wrote the text
            knows: `1.234` in a cell is as often one thousand two hundred and thirty-four.
        language: whose separators and days are written.
    """
    if decimals is not None:
        return number(Decimal(text), decimals, language=language)
    if _PLAIN_DAY.fullmatch(text):
        try:
            return day(date.fromisoformat(text), language)
        except ValueError:
            return text
    return text


def of_unknown(text: str, language: Language = "vi") -> str:
    """Write what an earlier version kept without saying whether it is a number: as one, if it can be no other.

    `1.234` may be the clerk's own thousand, and `1234` is then no longer told from it in writing; both stay.
    """
    is_number = _PLAIN.fullmatch(text) is not None and _PERHAPS_OTHER.fullmatch(text) is None
    return of_plain(text, own_decimals(float(text)) if is_number else None, language)


def megabytes(size: int, language: Language = "vi") -> str:
    """Write a size in bytes as people read it: `1,5 MB`."""
    return f"{number(size / _MEGABYTE, 1, language=language)} MB"


def day(value: date, language: Language = "vi") -> str:
    """Write a date: `05/02/2026`, and `2026-02-05` in English, where day and month would be mistaken."""
    return value.isoformat() if language == "en" else f"{value.day:02}/{value.month:02}/{value.year:04}"


def local_day(value: datetime) -> str:
    """Write the day of a moment, on the calendars of Vietnam."""
    return day(_local(value).date())


def moment(value: datetime, language: Language = "vi") -> str:
    """Write a moment: `14:05 ngày 21/11/2026`, `14:05 on 2026-11-21`, on the clocks of Vietnam."""
    local = _local(value)
    return f"{local:%H:%M} {'on' if language == 'en' else 'ngày'} {day(local.date(), language)}"


def minute(value: datetime, language: Language = "vi") -> str:
    """Write a moment in a column of a table: `21/11/2026 14:05`, on the clocks of Vietnam."""
    local = _local(value)
    return f"{day(local.date(), language)} {local:%H:%M}"


def years(first: int, last: int) -> str:
    """Write a span of years: `2015–2020`; one year alone as itself."""
    return str(first) if first == last else f"{first}–{last}"


def _local(value: datetime) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=VIETNAM_TIME)).astimezone(VIETNAM_TIME)
