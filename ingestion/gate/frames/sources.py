"""Where a workbook that is being filled in has what a name with a prefix means.

What belongs here: the kinds of such places, as data. What does not: which name is of which kind, which its
provider says (`provider.py`, `context/`), and the formulas that come of it (`ingestion.workbook.formulas`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class OfSubmission:
    """Nowhere: it is known before anything is filled in, and is the same for the whole submission."""


@dataclass(frozen=True)
class OfRow:
    """Nowhere: it is known before anything is filled in, of each row by its key.

    Attributes:
        is_of_sheet: whether it is the same for all rows of a sheet.
        is_opening: whether a template fills it into the columns of which a rule says that they equal it.
    """

    is_of_sheet: bool = False
    is_opening: bool = False


@dataclass(frozen=True)
class OnCover:
    """True unless an entry of the cover says a certain word."""

    entry: str
    unless: str


@dataclass(frozen=True, kw_only=True)
class InSheet:
    """In the cells of a sheet.

    Attributes:
        form: the form of the sheet; None for that of the check.
    """

    form: str | None = None


@dataclass(frozen=True)
class SheetSum(InSheet):
    """The sum of a column over the rows of a sheet."""

    column: str


@dataclass(frozen=True)
class SheetCount(InSheet):
    """How many rows of a sheet have a code in a column."""

    column: str
    code: str


@dataclass(frozen=True)
class SheetFilled(InSheet):
    """How many rows of a sheet have anything in a column."""

    column: str


@dataclass(frozen=True)
class KeyOfRow(InSheet):
    """The key of the row."""


@dataclass(frozen=True)
class RepeatedRow(InSheet):
    """The number of an earlier row with the same key."""


@dataclass(frozen=True)
class InLine(InSheet):
    """A column in a fixed line of a sheet."""

    line: str
    column: str


@dataclass(frozen=True)
class InTotal(InSheet):
    """A column of the printed total row."""

    column: str


@dataclass(frozen=True)
class IsNotMarked(InSheet):
    """Whether a column of the row is not marked as outside its scope."""

    column: str


@dataclass(frozen=True)
class InRowOfSameKey(InSheet):
    """A column of another form, in the row with the same key."""

    column: str


@dataclass(frozen=True)
class SumAndRest:
    """A sum over a sheet, and with it what is known of it before anything is filled in."""

    current: SheetSum


@dataclass(frozen=True)
class OfOtherForms:
    """The result of the row's indicator, as its summands over all sheets of the workbook give it."""


@dataclass(frozen=True)
class HalfADigit:
    """Half of the last digit in which a column writes a result that is told rounded; zero for exact figures."""

    column: str


Source = OfSubmission | OfRow | OnCover | InSheet | SumAndRest | OfOtherForms | HalfADigit
"""Where a workbook has a value."""
