"""Numbers, dates, periods and lists as Vietnamese readers write them, and numbers and periods in English too.

What belongs here: how pages write values that may be missing, lists and periods; numbers and dates themselves
are written by `ingestion.writing`. What does not: sentences (`sentences.py`). A missing value is always said to
be missing; it is never printed as zero.
"""

from collections.abc import Sequence

from ingestion import writing
from ingestion.catalogue import Language
from ingestion.messages import message
from ingestion.periods import Period, PeriodKind
from ingestion.writing import NBSP, day, decimals_of, local_day, moment

__all__ = [
    "NBSP",
    "day",
    "decimals_of",
    "enumeration",
    "figure",
    "local_day",
    "missing",
    "moment",
    "number",
    "period",
    "signed",
    "years",
]


_ROMAN = ("I", "II", "III", "IV")


def number(
    value: float | None,
    decimals: int = 0,
    *,
    is_percent: bool = False,
    is_bare: bool = False,
    language: Language = "vi",
) -> str:
    """Write a number as `ingestion.writing.number` does; a missing one in words."""
    if value is None:
        return missing(language)
    return writing.number(value, decimals, is_percent=is_percent, is_bare=is_bare, language=language)


def signed(value: float | None, decimals: int = 0, *, is_percent: bool = False) -> str:
    """Write a change: `+132`, `−14`, `0`."""
    text = number(value, decimals, is_percent=is_percent)
    is_gain = value is not None and value > 0 and any(digit in text for digit in "123456789")
    return f"+{text}" if is_gain else text


def figure(value: float | None, decimals: int, unit: str, language: Language = "vi") -> str:
    """Write a figure by itself as `ingestion.writing.figure` does; a missing one in words."""
    return missing(language) if value is None else writing.figure(value, decimals, unit, language)


def missing(language: Language = "vi") -> str:
    """Give the words for a value that is not there."""
    return message("report.value.missing", language)


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
