"""Which names a form may give its sheet and its columns, so that workbooks and bronze can have them.

What belongs here: the names that are taken already, and those that no workbook can have. What does not: what a
form is (`catalogue.py`), and whether another form has the name (`overlay.py`).
"""

import re
from collections.abc import Iterable

from ingestion.definitions.unfit import UnfitError
from ingestion.records.text import fold

ROW_COLUMNS = ("submission_id", "reporting_org_code", "period_code", "sheet", "row_number", "left_blank")
"""What bronze says of every row of a form, beside the form's own columns."""

LONGEST_SHEET = 31
_FORBIDDEN = "[]:*?/\\'"
_OTHER_SHEETS = re.compile(r"giai trinh|explanations|(?:trang )?bia|cover|dm .*|(?:.* )?ket qua.*")
"""Folded names of sheets that the product writes, or passes over when it reads."""


def demand_sheet(name: str) -> None:
    """Refuse a name that no sheet of a form can have.

    Raises:
        UnfitError: it is such a name.
    """
    if not name.strip() or name != name.strip() or len(name) > LONGEST_SHEET:
        raise UnfitError("sheet_length", most=LONGEST_SHEET, name=name)
    if found := [character for character in name if character in _FORBIDDEN]:
        raise UnfitError("sheet_signs", signs=" ".join(found), name=name)
    if _OTHER_SHEETS.fullmatch(fold(name)):
        raise UnfitError("sheet_taken", name=name)


def demand_columns(codes: Iterable[str]) -> None:
    """Refuse codes that columns cannot have together. Tables know no upper case.

    Raises:
        UnfitError: these are such codes.
    """
    seen: dict[str, str] = {}
    for code in codes:
        if (plain := code.casefold()) in ROW_COLUMNS:
            raise UnfitError("column_of_bronze", column=code)
        if plain in seen:
            raise UnfitError("column_case", other=seen[plain], column=code)
        seen[plain] = code
