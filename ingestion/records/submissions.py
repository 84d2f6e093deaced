"""What was read from one filed workbook, or why it could not be read, and how a submission is named.

What belongs here: the shapes between reading, the gate and bronze. What does not: how they are filled.
"""

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, StrEnum

from ingestion.records.cells import column_letter
from ingestion.records.periods import Period
from ingestion.records.stored import NOT_APPLICABLE_WORD, DateOrder
from ingestion.records.text import shortened

DAY_ZERO = date(1899, 12, 30)
"""The day from which nearly every spreadsheet counts the days of its dates."""

COVERAGE = "coverage_from"
"""The entry of the cover that says from which day the figures run, where that is not the usual one."""

Value = int | float | str | date | None
"""A typed cell: integers for counts, floats for decimals and percents (in percent), text for codes."""


class Mark(StrEnum):
    """What a cell without an ordinary value is."""

    BLANK = "blank"
    NOT_APPLICABLE = "not_applicable"
    INVALID = "invalid"
    ERROR = "error"


@dataclass(frozen=True)
class Problem:
    """Something that could not be read, with the place; a message of the catalogue says what to do.

    Attributes:
        code: id of the message (`R001` …); stable.
        sheet: sheet name, empty for the whole file.
        cell: A1 address, empty for the whole sheet or file.
        value: what stands there, as far as a message quotes it.
        details: further fields of the message.
        is_fatal: nothing of the file can be used.
    """

    code: str
    sheet: str = ""
    cell: str = ""
    value: str = ""
    details: dict[str, str] = field(default_factory=dict)
    is_fatal: bool = False

    def __post_init__(self) -> None:
        """Keep no more of a long text than a message can quote; it may stand in thousands of cells."""
        object.__setattr__(self, "value", shortened(self.value))


@dataclass
class FormRow:
    """One row of a form.

    Attributes:
        number: row of the sheet, counted from 1.
        values: typed values by column code; None where there is none.
        marks: why a value is None, by column code.
        texts: stored text, by column code, of cells that were text, are percentages or could not be cast.
    """

    number: int
    values: dict[str, Value]
    marks: dict[str, Mark] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def is_filled_in(self, given: Container[str]) -> bool:
        """Say whether anything stands in it besides what blank workbooks bring (`Form.given`); `x` does."""
        return any(value is not None and code not in given for code, value in self.values.items()) or any(
            mark is not Mark.BLANK and code not in given for code, mark in self.marks.items()
        )


@dataclass
class FormTable:
    """One sheet read as a form.

    Attributes:
        columns: position of each recognised column, counted from 1.
        total: the printed total row, checked and then dropped.
    """

    form: str
    sheet: str
    columns: dict[str, int]
    rows: list[FormRow] = field(default_factory=list)
    total: FormRow | None = None

    def is_left_empty(self, given: Container[str]) -> bool:
        """Say whether it has rows, and nothing was filled into any of them.

        A sheet without rows is another matter: those that are expected are missing, or none is (no
        organisation, no assigned target).
        """
        return bool(self.rows) and not any(row.is_filled_in(given) for row in self.rows)

    def cell(self, row: FormRow | int, column: str) -> str:
        """Give the A1 address of a column's cell in a row."""
        number = row if isinstance(row, int) else row.number
        return f"{column_letter(self.columns[column])}{number}"


@dataclass
class Cover:
    """The cover as filed, with the cell of each entry."""

    reporting_org_code: str | None
    period: Period | None
    values: dict[str, Value]
    cells: dict[str, str]
    sheet: str

    @property
    def coverage_from(self) -> date | None:
        """The day from which the figures run, where the cover says it."""
        day = self.values.get(COVERAGE)
        return day if isinstance(day, date) else None


@dataclass(frozen=True)
class Explanation:
    """One line of the sheet `Giai_trinh`: the clerk's answer to a warning."""

    rule: str
    sheet: str
    cell: str
    text: str
    row: int


@dataclass(frozen=True)
class TextDate:
    """A date that a file holds as text, in figures, in a cell where a date belongs.

    Attributes:
        order: what the text itself says of the order of day and month.
        was_read: whether it was read as a date, day first.
    """

    sheet: str
    cell: str
    text: str
    order: DateOrder
    was_read: bool


@dataclass
class Reading:
    """All that was read from one file.

    Attributes:
        kind: a `FileKind`, or what else it turned out to be.
        conversions: how often something certain was converted, by kind (`text_number`: 12).
        notes: what the receipt should say besides (hidden sheets, unknown columns, printed units that differ).
        carried: what a template carries of the registry and of earlier figures: table and row, as written.
        day_zero: the day from which the file counts the days of its dates.
        text_dates: the dates that it holds as text, by which the order of day and month is told.
        technical: what a library said of a damaged file, for the data team alone; blank for a sound one.
    """

    file_name: str
    kind: str
    cover: Cover | None = None
    tables: dict[str, FormTable] = field(default_factory=dict)
    explanations: list[Explanation] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    conversions: Counter[str] = field(default_factory=Counter)
    notes: list[Problem] = field(default_factory=list)
    carried: list[tuple[str, str]] = field(default_factory=list)
    day_zero: date = DAY_ZERO
    text_dates: list[TextDate] = field(default_factory=list)
    technical: str = ""

    @property
    def is_readable(self) -> bool:
        """Whether anything of the file can be judged."""
        return not any(problem.is_fatal for problem in self.problems)


@dataclass(frozen=True)
class SubmissionKey:
    """The name of a submission: unit, period, revision in order of receipt (from 1)."""

    unit: str
    period: str
    revision: int

    def __str__(self) -> str:
        return f"{self.unit}.{self.period}.r{self.revision}"


@dataclass
class Submission:
    """One submission before the gate: its name, its receipt's facts and what was read."""

    key: SubmissionKey
    sha256: str
    received_at: datetime
    reading: Reading


class UnreadableError(Exception):
    """Nothing of a file can be used; carries the problem to report.

    Attributes:
        technical: what a library said of it, for the data team; it never stands in a message.
    """

    def __init__(
        self,
        code: str,
        *,
        sheet: str = "",
        cell: str = "",
        value: str = "",
        technical: str = "",
        **details: str,
    ) -> None:
        super().__init__(code)
        self.technical = technical
        self.problem = Problem(code, sheet=sheet, cell=cell, value=value, details=details, is_fatal=True)


class NotApplicable(Enum):
    """The mark of a cell that does not apply to the row: `x`, which is no blank."""

    NOT_APPLICABLE = NOT_APPLICABLE_WORD


NOT_APPLICABLE = NotApplicable.NOT_APPLICABLE


CellInput = Value | NotApplicable
