"""Cell styles of a workbook, as far as they say something of a cell's content.

What belongs here: number formats that show decimals, percents or dates, fonts from before Unicode, fonts that
raise, lower or strike through. What does not: colours, borders and all that only dresses a cell.
"""

from dataclasses import dataclass, field
from typing import TypeVar

from ingestion.ooxml.limits import MAX_STYLES, too_many
from ingestion.ooxml.markup import elements, local
from ingestion.reading.legacy_text import script_of_font
from ingestion.reading.richtext import look_of
from ingestion.reading.runs import PLAIN, Look
from ingestion.records.stored import is_date_format

IS_DATE = "date"
"""Stands for every date format: a date is printed in one way whatever its cell says."""

_BUILTIN_FORMATS = {2: "0.00", 4: "#,##0.00", 9: "0%", 10: "0.00%", 39: "#,##0.00", 40: "#,##0.00"}
_BUILTIN_DATES = frozenset({*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)})


_Said = TypeVar("_Said")


@dataclass
class CellStyles:
    """What cell styles say, by their number as cells write it; None is the style of cells that write none.

    Attributes:
        formats: number formats that show decimals or percents, or `IS_DATE`.
        fonts: fonts from before Unicode.
        looks: looks of fonts that raise, lower or strike through.
    """

    formats: dict[str | None, str] = field(default_factory=dict)
    fonts: dict[str | None, str] = field(default_factory=dict)
    looks: dict[str | None, Look] = field(default_factory=dict)


def read_styles(data: bytes) -> CellStyles:
    """Read the table of styles.

    Raises:
        UnreadableError: it is larger than any that a spreadsheet can hold.
        ParseError: it is damaged.
    """
    own: dict[str, str] = {}
    names: list[str] = []
    looks: list[Look] = []
    used: list[tuple[str, str]] = []
    for table, entry in elements(data, 2):
        if table == "numFmts":
            own[entry.get("numFmtId", "")] = entry.get("formatCode", "")
        elif table == "fonts":
            names.append(next((e.get("val", "") for e in entry if local(e.tag) == "name"), ""))
            looks.append(look_of(entry))
        elif table == "cellXfs":
            used.append((entry.get("numFmtId", "0"), entry.get("fontId", "0")))
        if (most := max(len(own), len(names), len(used))) > MAX_STYLES:
            raise too_many("styles", most, MAX_STYLES, value="styles")
    found = CellStyles()
    for number, (number_format, font) in enumerate(used):
        style = str(number)
        if code := _format(number_format, own):
            found.formats[style] = code
        index = int(font) if font.isascii() and font.isdigit() else len(names)
        if index < len(names):
            if script_of_font(names[index]) is not None:
                found.fonts[style] = names[index]
            if looks[index] != PLAIN:
                found.looks[style] = looks[index]
    _for_none(found.formats)
    _for_none(found.fonts)
    _for_none(found.looks)
    return found


def _for_none(said: dict[str | None, _Said]) -> None:
    """Let cells that write no style have the first one."""
    if "0" in said:
        said[None] = said["0"]


def _format(number: str, own: dict[str, str]) -> str | None:
    code = own.get(number)
    if code is None:
        builtin = int(number) if number.isascii() and number.isdigit() else 0
        return IS_DATE if builtin in _BUILTIN_DATES else _BUILTIN_FORMATS.get(builtin)
    if is_date_format(code):
        return IS_DATE
    return code if "." in code or "%" in code else None
