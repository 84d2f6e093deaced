"""How a place in a workbook is written: one owner for findings, receipts, alerts, checks and the command line.

What belongs here: the text of a sheet, a cell, both or neither. What does not: finding places (`gate/`,
`reading/`) and linking to them (`returns/`).
"""

from ingestion.words.labels import Language
from ingestion.words.messages import message


def address(sheet: str, cell: str) -> str:
    """Give the place of a cell as spreadsheets write it, of what is known of it; blank where nothing is."""
    return "!".join(part for part in (sheet, cell) if part)


def place_said(sheet: str, cell: str, language: Language = "vi") -> str:
    """Give a place in words: a cell by its address, a sheet or a file as such where no cell is meant."""
    if cell:
        return address(sheet, cell)
    if not sheet:
        return message("place.file", language)
    return message("place.sheet", language, sheet=sheet)
