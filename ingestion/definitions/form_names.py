"""Which names a form may give its sheet and its columns, so that workbooks and bronze can have them.

What belongs here: the names that are taken already, and those that no workbook can have. What does not: what a
form is (`catalogue.py`), and whether another form has the name (`overlay.py`).
"""

import re
from collections.abc import Iterable

from ingestion.records.text import fold

ROW_COLUMNS = ("submission_id", "reporting_org_code", "period_code", "sheet", "row_number", "left_blank")
"""What bronze says of every row of a form, beside the form's own columns."""

LONGEST_SHEET = 31
_FORBIDDEN = "[]:*?/\\'"
_OTHER_SHEETS = re.compile(r"giai trinh|explanations|(?:trang )?bia|cover|dm .*|(?:.* )?ket qua.*")
"""Folded names of sheets that the product writes, or passes over when it reads."""


def fault_of_sheet(name: str) -> str | None:
    """Say why no sheet of a form can have a name; None where it can."""
    if not name.strip() or name != name.strip() or len(name) > LONGEST_SHEET:
        return f"a sheet's name has 1 to {LONGEST_SHEET} characters, none of them a blank at its end: “{name}”"
    if found := [character for character in name if character in _FORBIDDEN]:
        return f"no sheet can have {' '.join(found)} in its name: “{name}”"
    if _OTHER_SHEETS.fullmatch(fold(name)):
        return f"“{name}” is the name of a sheet that every workbook may have beside its forms"
    return None


def fault_of_columns(codes: Iterable[str]) -> str | None:
    """Say why columns cannot have these codes together; None where they can. Tables know no upper case."""
    seen: dict[str, str] = {}
    for code in codes:
        if (plain := code.casefold()) in ROW_COLUMNS:
            return f"“{code}” is what bronze calls something of every row; choose another code"
        if plain in seen:
            return f"{seen[plain]} and {code} differ in upper case alone"
        seen[plain] = code
    return None
