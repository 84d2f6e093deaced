"""What periods are called: in findings, alerts, answers, templates and pages alike.

What belongs here: functions from a period to its name. What does not: the calendar (`records/periods.py`), and
numbers and dates (`writing.py`).
"""

from ingestion.records.periods import Period, PeriodKind
from ingestion.words import writing
from ingestion.words.labels import Language
from ingestion.words.messages import message

_ROMAN = ("I", "II", "III", "IV")


def period(asked: Period | str, language: Language = "vi") -> str:
    """Name a period as people say it: `2019-6T` as `6 tháng đầu năm 2019`, a term as `nhiệm kỳ 2015–2020`.

    Raises:
        ingestion.records.periods.PeriodError: a text is no period.
    """
    found = Period.parse(asked) if isinstance(asked, str) else asked
    if found.kind is PeriodKind.TERM:
        return message("period.NK", language, years=writing.years(found.first_year, found.year))
    if found.kind.startswith("D"):
        return message("period.D", language, quarter=_ROMAN[int(found.kind[1]) - 1], year=found.year)
    return message(f"period.{found.kind}", language, year=found.year)


def short_period(asked: Period | str, language: Language = "vi") -> str:
    """Name a period as briefly as the head of a column needs it: `6 tháng 2019`, `2019`, `2015–2020`."""
    found = Period.parse(asked) if isinstance(asked, str) else asked
    if found.kind in (PeriodKind.TERM, PeriodKind.YEAR):
        return writing.years(found.first_year, found.year)
    return f"{kind_of_period(found.kind, language)} {found.year}"


def kind_of_period(kind: str, language: Language = "vi") -> str:
    """Name a kind of period, of whatever year: `Quý I`, `Cả năm`."""
    return message(f"period_kind.{kind}", language)
