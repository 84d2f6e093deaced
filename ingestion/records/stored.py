"""Numbers and dates as Vietnamese offices write them, and how stored numbers look when printed.

What belongs here: pure functions between text and values. They are for text that a file stores: a stored
number never passes through them (a numeric 1.252 is not 1,252). What does not: cells, columns and what a form
expects of them (`reading/cast.py`).
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from functools import lru_cache

from ingestion.records.text import clean

MAX_DIGITS = 15
"""More digits than a spreadsheet keeps are no count, but a phone or card number gone astray."""

_LONGEST_VALUE = 200
"""A longer text is no number and no date, and nothing is looked for in it."""

LARGEST_EXACT = 2.0**53
"""Above it a stored number no longer holds every integer."""


class NumberKind(StrEnum):
    """What a text in a number cell turned out to be."""

    PLAIN = "plain"
    GROUPED = "grouped"
    DECIMAL = "decimal"
    ZERO = "zero"
    BLANK = "blank"
    NOT_APPLICABLE = "not_applicable"
    AMBIGUOUS = "ambiguous"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class NumberText:
    """A text read as a number.

    Attributes:
        kind: how it was written; `AMBIGUOUS` is `1,252`: 1.252 by the Vietnamese rule, 1252 by the English one.
        value: the number, in percent where a percent sign stands; None where there is none. An ambiguous text
            has the value of the Vietnamese rule.
        is_percent: whether a percent sign stands behind it.
    """

    kind: NumberKind
    value: int | float | None = None
    is_percent: bool = False


_INVALID = NumberText(NumberKind.INVALID)
_BLANK = NumberText(NumberKind.BLANK)
ZERO_WORDS = ("-", "–", "—", "−", "không", "không có")
"""What stands for nothing at all in a column of numbers, in small letters."""

BLANK_WORDS = ("bỏ trống",)
"""What says that nothing was filled in, besides dots."""

NOT_APPLICABLE_WORD = "x"
"""The mark of a cell that does not apply to its row."""

_WORDS = {
    **dict.fromkeys(ZERO_WORDS, NumberText(NumberKind.ZERO, 0)),
    **dict.fromkeys(("", *BLANK_WORDS), _BLANK),
    NOT_APPLICABLE_WORD: NumberText(NumberKind.NOT_APPLICABLE),
}
_DOTS = re.compile(r"[.…\s]+")
_PLAIN = re.compile(r"-?[0-9]+")
_GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+|(?: [0-9]{3})+)")
_COMMA = re.compile(r"(-?)([0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+),([0-9]+)")
_POINT = re.compile(r"-?[0-9]+\.[0-9]+")
_AMBIGUOUS = re.compile(r"-?[1-9][0-9]{0,2},[0-9]{3}")
_SEPARATORS = str.maketrans("", "", ". ")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，－％／", "0123456789.,-%/")
"""What an input method for East Asian scripts types for digits."""


def parse_number(text: str) -> NumberText:
    """Read stored text under Vietnamese rules: a dot or a space groups thousands, a comma opens decimals.

    `1.252` and `1 252` are 1252, `10,24%` is 10.24 percent, `12.5` can only be a decimal written with a point
    (three digits behind the point always make a thousand). Never raises.
    """
    if len(text) > _LONGEST_VALUE:
        return _BLANK if _DOTS.fullmatch(text) else _INVALID
    return _parse_number(text)


@lru_cache(maxsize=4096)
def _parse_number(text: str) -> NumberText:
    bare = clean(text).translate(_FULL_WIDTH).removeprefix("'").strip()
    word = _WORDS.get(bare.lower())
    if word is not None:
        return word
    if _DOTS.fullmatch(bare):
        return _BLANK
    is_percent = bare.endswith("%")
    digits = bare.removesuffix("%").rstrip().replace("−", "-")
    if sum(c.isdigit() for c in digits) > MAX_DIGITS:
        return _INVALID
    kind, value = _parse_digits(digits)
    return _INVALID if value is None else NumberText(kind, value, is_percent)


def _parse_digits(text: str) -> tuple[NumberKind, int | float | None]:
    if _PLAIN.fullmatch(text):
        return NumberKind.PLAIN, int(text)
    if _GROUPED.fullmatch(text):
        return NumberKind.GROUPED, int(text.translate(_SEPARATORS))
    if match := _COMMA.fullmatch(text):
        kind = NumberKind.AMBIGUOUS if _AMBIGUOUS.fullmatch(text) else NumberKind.DECIMAL
        return kind, float(f"{match[1]}{match[2].translate(_SEPARATORS)}.{match[3]}")
    if _POINT.fullmatch(text):
        return NumberKind.DECIMAL, float(text)
    return NumberKind.INVALID, None


def added(values: Iterable[int | float]) -> int | float:
    """Add numbers as they are written: 0.1 and 0.2 are 0.3."""
    listed = list(values)
    if all(isinstance(value, int) for value in listed):
        return sum(listed)
    return float(sum(Decimal(repr(float(value))) for value in listed))


def whole(value: float) -> int | None:
    """Give a stored number as an integer; None if it is none, or too large to be exact.

    Like a spreadsheet, it looks at 15 significant digits, so that the dust of a sum (2.9999999999999996) is no
    reason to refuse 3.
    """
    if not math.isfinite(value) or abs(value) > LARGEST_EXACT:
        return None
    if value == int(value):
        return int(value)
    nearest = round(value)
    return nearest if float(f"{value:.15g}") == nearest else None


class DateOrder(StrEnum):
    """What a date in figures says of the order of its day and month."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    EITHER = "either"
    SAME = "same"


_PLACE = r"(?:[^0-9,]+, ?)?(?:ngày )?"
_CLOCK = r"[ t][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?(?:am|pm|sa|ch))?"
_HOUR = f"(?:{_CLOCK})?"
_OFFSET = r"[+-](?:0[0-9]|1[0-4])"
_ZONE = f"(?:Z|{_OFFSET}(?::?[0-5][0-9])?)"
_ZONE_OF_A_DAY = f"(?:Z|{_OFFSET}:[0-5][0-9])"
"""Behind a day alone a zone has its minutes: `2019-11-06-07` are two days, or nothing."""

_DAY_FIRST = re.compile(_PLACE + r"([0-9]{1,2})\s?[/.-]\s?([0-9]{1,2})\s?[/.-]\s?([0-9]{4})" + _HOUR)
_YEAR_FIRST = re.compile(
    rf"([0-9]{{4}})[-/]([0-9]{{1,2}})[-/]([0-9]{{1,2}})(?:{_CLOCK}(?: ?{_ZONE})?|{_ZONE_OF_A_DAY})?",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(_PLACE + r"([0-9]{1,2}) tháng ([0-9]{1,2}) năm ([0-9]{4})")
_MONTHS, _LONGEST_MONTH = 12, 31
_IN_FIGURES = re.compile(r"([0-9]{1,2})\s?[/.-]\s?([0-9]{1,2})\s?[/.-]\s?(?:[0-9]{4}|[0-9]{2})" + _HOUR)
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


def parse_date(text: str) -> date | None:
    """Read a date, day first: `30/3/2016`, `31.12.2019`, `ngày 05 tháng 02 năm 2026`, or ISO year first.

    The place in front of it, as documents are dated (`Mường Nhé, ngày 5 tháng 2 năm 2020`), and the hour behind
    it, of an ISO date also with its zone, are passed over. None for anything else: a missing or short year is
    never guessed, and month first never tried.
    """
    return _parse_date(text) if len(text) <= _LONGEST_VALUE else None


@lru_cache(maxsize=1024)
def _parse_date(text: str) -> date | None:
    bare = _bare_date(text)
    if match := _DAY_FIRST.fullmatch(bare) or _IN_WORDS.fullmatch(bare):
        day, month, year = int(match[1]), int(match[2]), int(match[3])
    elif match := _YEAR_FIRST.fullmatch(bare):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    else:
        return None
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if is_plausible_date(found) else None


def is_plausible_date(value: date) -> bool:
    """Say whether a day is of a year from 1900 to 2100; others are slips, or cells that hold no date at all."""
    return _FIRST_YEAR <= value.year <= _LAST_YEAR


def date_order(text: str) -> DateOrder | None:
    """Say what a text that is a date in figures (`31/12/2019`, `4/9/19`) tells of the order of day and month.

    `SAME` is a date that both orders read alike (`5/5/2019`). None for any other text, and where neither number
    can be the month.
    """
    match = _IN_FIGURES.fullmatch(_bare_date(text)) if len(text) <= _LONGEST_VALUE else None
    if match is None:
        return None
    first, second = int(match[1]), int(match[2])
    if not (1 <= min(first, second) <= _MONTHS and max(first, second) <= _LONGEST_MONTH):
        return None
    if first == second:
        return DateOrder.SAME
    if first > _MONTHS:
        return DateOrder.DAY_FIRST
    return DateOrder.MONTH_FIRST if second > _MONTHS else DateOrder.EITHER


def _bare_date(text: str) -> str:
    return clean(text).translate(_FULL_WIDTH).removeprefix("'").lower()


_ISO = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})?"
    r"(?:(?(day)[T ]|T?)(?P<clock>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?)"
    rf"{_ZONE}?|(?(day){_ZONE_OF_A_DAY}|))?",
    re.IGNORECASE,
)


def parse_moment(text: str) -> date | datetime | time | None:
    """Read a day, a moment or a time of day as ISO 8601 and XML write it; None for anything else.

    The zone is passed over: the day and the hour that stand there are those that people see. Parts of a second
    are cut off after the sixth digit.
    """
    match = _ISO.fullmatch(text.strip())
    if match is None or not (match["day"] or match["clock"]):
        return None
    clock = (match["clock"] or "").replace(",", ".")
    try:
        hour = time.fromisoformat(clock) if clock else time()
        if not match["day"]:
            return hour
        day = date.fromisoformat(match["day"])
    except ValueError:
        return None
    return day if hour == time() else datetime.combine(day, hour)


def format_date(value: date | time) -> str:
    """Give a date or time as people write it here: `31/12/2019`, with the time only where there is one."""
    if isinstance(value, date):
        has_time = isinstance(value, datetime) and value.time() != time()
        return f"{value.day:02}/{value.month:02}/{value.year:04}" + (f" {value:%H:%M}" if has_time else "")
    return value.strftime("%H:%M")


_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.')
_BRACKETS = re.compile(r"\[[^\]]*\]")
_ELAPSED = re.compile(r"\[[hms]+\]", re.IGNORECASE)
_DATE_LETTERS = re.compile(r"[dmyhs]", re.IGNORECASE)
_DECIMALS = re.compile(r"\.([0#?]{1,30})")
_FEW_DIGITS = 10**MAX_DIGITS
_WIDE = Context(prec=400)
"""Wide enough for the largest stored number with all its decimals."""


@lru_cache(maxsize=512)
def is_date_format(number_format: str) -> bool:
    """Say whether a number format shows a date or a time."""
    first = _LITERALS.sub("", number_format.split(";", maxsplit=1)[0])
    return bool(_ELAPSED.search(first) or _DATE_LETTERS.search(_BRACKETS.sub("", first)))


@lru_cache(maxsize=512)
def is_percent_format(number_format: str) -> bool:
    """Say whether a number format multiplies by 100; a quoted percent sign only decorates."""
    return "%" in _LITERALS.sub("", number_format.split(";", maxsplit=1)[0])


@lru_cache(maxsize=512)
def _decimals(number_format: str) -> tuple[int, int] | None:
    """Give how many decimals a format shows, at least and at most; None where it shows what there is."""
    first = _BRACKETS.sub("", _LITERALS.sub("", number_format.split(";", maxsplit=1)[0]))
    if not any(digit in first for digit in "0#?"):
        return None
    match = _DECIMALS.search(first)
    return (match[1].count("0"), len(match[1])) if match else (0, 0)


def format_number(value: float, number_format: str | None = None) -> str:
    """Give a stored number as it is printed, with a decimal comma and no grouping.

    Percent formats multiply by 100 and show the sign, as a spreadsheet does.
    """
    if number_format is None and abs(value) < _FEW_DIGITS and float(value).is_integer():
        return str(int(value))
    percent = number_format is not None and is_percent_format(number_format)
    shown = value * 100 if percent else value
    decimals = _decimals(number_format) if number_format else None
    if not math.isfinite(shown):
        return str(shown)
    # Fifteen digits, half up: as a spreadsheet shows them.
    exact = Decimal(f"{shown:.15g}")
    if decimals is None:
        text = f"{exact:f}"
    else:
        least, most = decimals
        text = f"{exact.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP, _WIDE):f}"
        if most > least:
            kept = text[: len(text) - (most - least)]
            text = (kept + text[len(kept) :].rstrip("0")).rstrip(".")
    return text.replace(".", ",") + ("%" if percent else "")
