"""What a sheet and a file say of themselves in print, compared with the cover and the form.

What belongs here: titles, period lines, units of measure and file names; where they differ from what was read,
the receipt says so. Nothing is taken from them: a title is copied from last year more often than a cover is.
What does not: recognising sheets by their titles (`sheets.py`).
"""

import re
from functools import lru_cache
from typing import NamedTuple

from ingestion.definitions.forms import OF_THE_ROW, Form
from ingestion.definitions.overlay import measure
from ingestion.reading.header import SheetGrid, folded
from ingestion.records.cells import Cell, CellType
from ingestion.records.periods import Period, PeriodKind
from ingestion.records.submissions import Problem, Reading
from ingestion.words.messages import message


class PrintedPeriod(NamedTuple):
    """The part of a year and the year that a text names; None for what it leaves open."""

    kind: PeriodKind | None
    year: int | None


_LONGEST_TITLE = 1_000
_TITLE_ROWS = 8
_TITLE_CELLS = 4
_ROMAN_QUARTERS = {"i": "D1", "ii": "D2", "iii": "D3", "iv": "D4", "1": "D1", "2": "D2", "3": "D3", "4": "D4"}
_DAY = re.compile(r"\b(?:ngay )?\d{1,2} (?:thang )?\d{1,2} (?:nam )?\d{4}\b|\b\d{8}\b")
_CODE = re.compile(r"\b(?:(20\d\d|19\d\d) (q1|6t|9t|n)|(q1|6t|9t|n) (20\d\d|19\d\d))\b")
_MONTHS = re.compile(r"\b(3|6|9|ba|sau|chin) thang(?! cuoi)\b|\b(6t|9t)\b")
_QUARTER = re.compile(r"\bquy (iv|i{1,3}|[1-4])\b|\b(q1)\b")
_TERM = re.compile(r"\bnhiem ki\b|\b(?:19|20)\d\d (?:19|20)\d\d\b")
_YEAR = re.compile(r"\bnam ((?:19|20)\d\d)\b")
_WHOLE_YEAR = re.compile(r"\b(?:ki bao cao|ca|bao cao) nam (?:19|20)\d\d\b")
_PARTS = {
    **dict.fromkeys(("3", "ba", "q1", "D1"), PeriodKind.Q1),
    **dict.fromkeys(("6", "sau", "6t"), PeriodKind.HALF),
    **dict.fromkeys(("9", "chin", "9t"), PeriodKind.NINE),
    "n": PeriodKind.YEAR,
}

_UNIT = re.compile(r"(?:đơn vị tính|đvt|đv tính)\s*:?\s*([^().]+)", re.IGNORECASE)
_SCALES = re.compile(r"\b(?:nghìn|ngàn|trăm|triệu|chục)\b", re.IGNORECASE)
"""With their marks: `chức` is no `chục`."""

_UNIT_SYNONYMS = {
    "PERSON": ("nguoi", "dang vien", "doan vien", "dong chi", "can bo", "nhan su", "quan chung"),
    "ORGANISATION": ("to chuc", "to chuc dang", "tccsd", "tccs dang", "dang bo chi bo", "to chuc co so dang"),
    "CELL": ("chi bo",),
    "CASE": ("luot nguoi", "truong hop", "luot"),
    "VISIT": ("luot",),
    "MEMBER_VISIT": ("luot dang vien", "luot"),
    "ORG_VISIT": ("luot to chuc", "luot"),
    "PERCENT": ("ti le", "phan tram", ""),
}
_OFFICIAL = re.compile(r"bc?tctw")
_FORM_NUMBER = re.compile(r"(?:b|bieu|bieu so|mau|mau so) ?0*([1-9][0-9]?)(?: .*)?")
_DIGITS = re.compile(r"[^0-9]+")


@lru_cache(maxsize=1024)
def printed_period(text: str) -> PrintedPeriod:
    """Read the period that a title or a file name states; a date, or the end of a year's half, is none."""
    bare = _DAY.sub(" ", folded(text))
    if match := _CODE.search(bare):
        return PrintedPeriod(_PARTS[match[2] or match[3]], int(match[1] or match[4]))
    if _TERM.search(bare):
        return PrintedPeriod(None, None)
    year = _YEAR.search(bare)
    kind = None
    if match := _MONTHS.search(bare):
        kind = _PARTS[match[1] or match[2]]
    elif match := _QUARTER.search(bare):
        kind = _PARTS.get(match[2] or _ROMAN_QUARTERS[match[1]])
    elif _WHOLE_YEAR.search(bare):
        kind = PeriodKind.YEAR
    return PrintedPeriod(kind, int(year[1]) if year else None)


def compare_file_name(reading: Reading) -> None:
    """Note a file name that states another period than the cover."""
    period = reading.cover.period if reading.cover else None
    stem, _, _ = reading.file_name.rpartition(".")
    if period is not None and _differs(printed_period(stem or reading.file_name), period):
        details = {"period": period.code}
        reading.notes.append(Problem("R127", value=reading.file_name, details=details))


def compare_head(grid: SheetGrid, form: Form, last_row: int, reading: Reading) -> None:
    """Note where the title, the period line or the unit of measure above a table contradict cover and form."""
    period = reading.cover.period if reading.cover else None
    heard: set[str] = set()
    for number in grid.numbers:
        if number > min(last_row, _TITLE_ROWS):
            break
        line = grid.rows[number]
        if len(line) > _TITLE_CELLS:
            continue  # a row of the header
        for _, cell in sorted(line.items()):
            if cell.type is not CellType.TEXT:
                continue
            for problem in _contradictions(cell, form, period, grid.sheet.name):
                if problem.code not in heard:
                    heard.add(problem.code)
                    reading.notes.append(problem)


def _contradictions(cell: Cell, form: Form, period: Period | None, sheet: str) -> list[Problem]:
    found: list[Problem] = []
    if len(cell.text) > _LONGEST_TITLE:
        return found
    if period is not None and _differs(printed_period(cell.text), period):
        found.append(Problem("R128", sheet, cell.address, cell.text, {"period": period.code}))
    if (match := _UNIT.search(cell.text)) and not _is_unit_of(match[1], form):
        found.append(Problem("R129", sheet, cell.address, match[1].strip(), {"form": form.code}))
    text = folded(cell.text)
    number = _FORM_NUMBER.fullmatch(text)
    own = _DIGITS.sub("", form.code).lstrip("0")
    # Ministries number their own forms; only the product's numbers are compared.
    if number and number[1] != own and not _OFFICIAL.search(text):
        details = {"form": form.code, "title": form.title.vi, "title_en": form.title.en}
        found.append(Problem("R130", sheet, cell.address, cell.text, details))
    return found


def _differs(printed: PrintedPeriod, period: Period) -> bool:
    if period.kind is PeriodKind.TERM:
        return False
    return printed.kind not in (None, period.kind) or (
        printed.year not in (None, period.year) and printed.kind is not None
    )


def _is_unit_of(printed: str, form: Form) -> bool:
    """Say whether a printed unit of measure names one of the form's.

    A scale (thousands) never does, unless it is part of the unit's own name: an office may count in millions.
    """
    units = {column.unit for column in form.number_columns if column.unit}
    units |= {line.unit for lines in form.lines for line in lines.members if line.unit}
    known: set[str] = set()
    for unit in units:
        if unit in OF_THE_ROW:
            known.add(folded(message("template.unit_line.lines")))
        else:
            known |= {folded(_as_printed(measure(form.unit_names, unit))), *_UNIT_SYNONYMS.get(unit, ())}
    named = False
    # The name of a unit may itself hold what stands between names: `đồng/tháng`.
    for listed in (part for part in printed.split(";") if part.strip()):
        parts = [listed] if folded(listed) in known else re.split(r"[,/]", listed)
        others = [part for part in parts if folded(part) not in known]
        if any(_SCALES.search(part) for part in others):
            return False
        named = named or len(others) < len(parts)
    return named


def _as_printed(name: str) -> str:
    """Give as much of a unit's name as is taken from print: there, a bracket or a full stop ends it."""
    return re.split(r"[().]", name, maxsplit=1)[0] or name
