"""Numbers, dates, periods and lists as Vietnamese readers write them, and numbers and periods in English too.

What belongs here: functions from values to text. What does not: sentences (`sentences.py`). A missing value is
always said to be missing; it is never printed as zero.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from ingestion.catalogue import Language
from ingestion.days import VIETNAM_TIME
from ingestion.messages import message
from ingestion.periods import Period, PeriodKind

NBSP = "\u00a0"
MINUS = "\u2212"
PERCENT = "%"

_SEPARATORS: dict[Language, tuple[str, str]] = {"vi": (".", ","), "en": (",", ".")}
"""What stands between thousands, and before decimals."""
_ROMAN = ("I", "II", "III", "IV")


def number(
    value: float | None,
    decimals: int = 0,
    *,
    is_percent: bool = False,
    is_bare: bool = False,
    language: Language = "vi",
) -> str:
    """Write a number: 1252 as `1.252`, 20.5 as `20,5` or `20,5 %`, -14 as `−14`; a missing one in words.

    Args:
        value: the number, or None where there is none.
        decimals: how many decimals; halves are rounded away from zero, as people round. A figure has those that
            its indicator declares, so that 88,0 stands beside 87,3.
        is_percent: whether the percent sign follows, after a space that never breaks.
        is_bare: leave trailing zeros away, for numbers that somebody else stated, as in `trên 95 %`.
        language: whose separators are written; 1252 is `1,252` in English.
    """
    if value is None:
        return missing(language)
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    whole, _, fraction = f"{abs(rounded):,f}".partition(".")
    if is_bare:
        fraction = fraction.rstrip("0")
    thousands, point = _SEPARATORS[language]
    text = whole.replace(",", thousands) + (f"{point}{fraction}" if fraction else "")
    signed_text = MINUS + text if rounded < 0 else text
    return f"{signed_text}{NBSP}{PERCENT}" if is_percent else signed_text


def signed(value: float | None, decimals: int = 0, *, is_percent: bool = False) -> str:
    """Write a change: `+132`, `−14`, `0`."""
    text = number(value, decimals, is_percent=is_percent)
    is_gain = value is not None and value > 0 and any(digit in text for digit in "123456789")
    return f"+{text}" if is_gain else text


def figure(value: float | None, decimals: int, unit: str, language: Language = "vi") -> str:
    """Write a figure by itself: a percentage with all its decimals, a count or an average with those it has."""
    return number(value, decimals, is_bare=unit != "PERCENT", language=language)


def missing(language: Language = "vi") -> str:
    """Give the words for a value that is not there."""
    return message("report.value.missing", language)


def day(value: date) -> str:
    """Write a date in a sentence: `5/2/2026`."""
    return f"{value.day}/{value.month}/{value.year}"


def local_day(value: datetime) -> str:
    """Write the day of a moment, on the calendars of Vietnam."""
    return day(_local(value).date())


def moment(value: datetime) -> str:
    """Write a moment: `14:05 ngày 21/11/2026`, on the clocks of Vietnam."""
    local = _local(value)
    return f"{local:%H:%M} ngày {day(local.date())}"


def _local(value: datetime) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=VIETNAM_TIME)).astimezone(VIETNAM_TIME)


def enumeration(items: Sequence[str]) -> str:
    """Join words: `a`, `a và b`, `a, b và c`."""
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} {message('report.and')} {items[-1]}"


def years(first: int, last: int) -> str:
    """Write a span of years: `2015–2020`; one year alone as itself."""
    return str(first) if first == last else f"{first}–{last}"


def period(code: str, language: Language = "vi") -> str:
    """Name a period: `2019-6T` as `6 tháng năm 2019`, `2015-2020-NK` as `nhiệm kỳ 2015–2020`."""
    parsed = Period.parse(code)
    kind = parsed.kind
    if kind is PeriodKind.TERM:
        return message("report.period.NK", language, years=years(parsed.first_year, parsed.year))
    if kind.startswith("D"):
        quarter = _ROMAN[int(kind[1]) - 1]
        return message("report.period.D", language, quarter=quarter, year=parsed.year)
    return message(f"report.period.{kind}", language, year=parsed.year)
