"""What compiled formulas may refer to: where forms stand in a workbook, and what is known beforehand.

What belongs here: places, known values and hidden columns. What does not: how formulas are made of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form
from ingestion.gate.context import Vocabulary
from ingestion.gate.language.vectors import Kind
from ingestion.workbook.formulas.values import NotCompiledError


@dataclass(frozen=True)
class SheetPlace:
    """Where a form stands in a workbook.

    Attributes:
        letters: the letters of each column's place, by column code.
        first: first row of data.
        last: last row of data, those still to be used included.
        total: the total row, where the form has one.
        keys: the keys of the rows, in order, as they were written.
        spare: how many rows after those are left for further keys.
    """

    form: Form
    name: str
    letters: Mapping[str, str]
    first: int
    last: int
    total: int | None
    keys: tuple[tuple[object, ...], ...]
    spare: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing can ever stand in it."""
        return not self.keys and not self.spare


@dataclass(frozen=True)
class Lookup:
    """A column of known values by the key of a row, on a sheet of its own.

    Attributes:
        codes: the range of the keys, with the sheet's name.
        values: the range of the values.
    """

    codes: str
    values: str
    kind: Kind


@dataclass(frozen=True)
class Constant:
    """A value that is the same for the whole workbook; None where it is not known."""

    kind: Kind
    value: object


@dataclass(frozen=True)
class Results:
    """What the other forms of the workbook give for the rows of a form of targets.

    Attributes:
        value: the result of each indicator.
        is_rounded: whether it is told rounded.
    """

    value: Lookup
    is_rounded: Lookup


@dataclass(frozen=True)
class Book:
    """All that compiled formulas may refer to.

    Attributes:
        words: the prefixes of the rules, which say where a workbook has what they name.
        constants: what is known of a sheet or (form blank) of the submission, by form and dotted name.
        lookups: what is known of single rows, by form and dotted name.
        results: what follows from other forms, by form.
        entries: the cells of the cover's entries, by their codes.
        unit_kind: the kind of the reporting unit.
    """

    catalogue: Catalogue
    words: Vocabulary
    sheets: Mapping[str, SheetPlace]
    constants: Mapping[tuple[str, tuple[str, ...]], Constant] = field(default_factory=dict)
    lookups: Mapping[tuple[str, tuple[str, ...]], Lookup] = field(default_factory=dict)
    results: Mapping[str, Results] = field(default_factory=dict)
    entries: Mapping[str, str] = field(default_factory=dict)
    unit_kind: str = ""

    def place(self, form: str) -> SheetPlace:
        """Give where a form stands.

        Raises:
            NotCompiledError: it is no part of the workbook.
        """
        if form not in self.sheets:
            raise NotCompiledError("form_not_there", form)
        return self.sheets[form]


@dataclass
class Helpers:
    """The hidden columns of one sheet that hold what several formulas need, one formula a row.

    Attributes:
        letters: gives the letters of the next free column.
        columns: formulas by the letters of their column.
    """

    letters: Callable[[], str]
    columns: dict[str, str] = field(default_factory=dict)
    _by_formula: dict[str, str] = field(default_factory=dict)

    def column(self, formula: str) -> str:
        """Give the letters of the column with a formula."""
        if formula not in self._by_formula:
            letters = self.letters()
            self._by_formula[formula] = letters
            self.columns[letters] = formula
        return self._by_formula[formula]
