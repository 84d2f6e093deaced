"""Numbers, dates, periods and lists as Vietnamese readers write them, and numbers in English too.

What belongs here: how pages write values that may be missing, and lists; numbers and dates are written by
`ingestion.words.writing`, periods named by `ingestion.words.period_names`. What does not: sentences
(`sentences.py`). A missing value is always said to be missing; it is never printed as zero.
"""

from collections.abc import Sequence

from ingestion.words import writing
from ingestion.words.labels import Language
from ingestion.words.messages import message
from ingestion.words.period_names import period, short_period
from ingestion.words.writing import NBSP, day, decimals_of, keeps_zeros, local_day, moment, sign, years

__all__ = [
    "NBSP",
    "day",
    "decimals_of",
    "enumeration",
    "figure",
    "keeps_zeros",
    "local_day",
    "missing",
    "moment",
    "number",
    "period",
    "short_period",
    "sign",
    "signed",
    "years",
]


def number(
    value: float | None,
    decimals: int = 0,
    *,
    is_percent: bool = False,
    is_bare: bool = False,
    language: Language = "vi",
) -> str:
    """Write a number as `ingestion.words.writing.number` does; a missing one in words."""
    if value is None:
        return missing(language)
    return writing.number(value, decimals, is_percent=is_percent, is_bare=is_bare, language=language)


def signed(value: float | None, decimals: int, unit: str) -> str:
    """Write a change with what stands behind percentages and their differences: `+132`, `+5,2 điểm %`."""
    if value is None:
        return missing()
    text = writing.signed(value, decimals, is_percent=unit == "PERCENT", is_bare=not keeps_zeros(unit))
    return f"{text}{NBSP}{message('report.value.points_short')}" if unit == "PERCENT_POINT" else text


def measured(value: float | None, decimals: int, unit: str) -> str:
    """Write a figure in a sentence: `20,5 %`, `5,2 điểm phần trăm`; of a count, the number alone."""
    text = number(value, decimals, is_percent=unit == "PERCENT", is_bare=not keeps_zeros(unit))
    return f"{text}{NBSP}{message(f'unit.{unit}')}" if unit == "PERCENT_POINT" else text


def figure(value: float | None, decimals: int, unit: str, language: Language = "vi") -> str:
    """Write a figure by itself as `ingestion.words.writing.figure` does; a missing one in words."""
    return missing(language) if value is None else writing.figure(value, decimals, unit, language)


def missing(language: Language = "vi") -> str:
    """Give the words for a value that is not there."""
    return message("report.value.missing", language)


def enumeration(items: Sequence[str]) -> str:
    """Join words: `a`, `a và b`, `a, b và c`."""
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} {message('report.and')} {items[-1]}"
