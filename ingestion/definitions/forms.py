"""Forms as data: the shape of `forms/*.yml`.

What belongs here: what a form, its columns and its lines are (pydantic, nothing unknown allowed), and what
follows from one form alone. What does not: loading them (`catalogue.py`).
"""

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ingestion.definitions.form_names import demand_columns, demand_sheet
from ingestion.definitions.unfit import UnfitError
from ingestion.definitions.validity import ALWAYS, Effective
from ingestion.records.periods import Period
from ingestion.records.text import fold
from ingestion.words.labels import Label, Language, Strict

PeriodPart = Literal["Q1", "6T", "9T", "N", "NK"]


Nature = Literal["opening", "stock", "flow", "plan", "base", "distinct", "ratio", "line"]
"""How a column adds: see `docs/adding-a-form.md`; `line` means: as the fixed line says."""


NEVER_ADDED: frozenset[Nature] = frozenset({"distinct", "ratio"})
"""Natures of figures that nobody adds up: distinct counts; percentages, scores and averages."""


OF_THE_ROW = frozenset({"LINE", "ROW"})
"""What stands for a unit of measure where the fixed line or the row says it."""


RowKind = Literal["organisations", "lines", "targets"]
"""How the rows of a form that holds figures arise; rules name such kinds instead of forms."""


KEY_OF_KIND = {"organisations": "org_code", "targets": "indicator_code"}
"""The key column by which the registry knows the rows of a kind."""


ASSIGNED_COLUMNS = frozenset({"unit_code", "direction", "target_min", "target_max", "target_basis"})
"""What an assigned target says, in forms whose rows are targets."""


IN_QUARTER = "_in_quarter"
"""What facts put behind the name of a flow for what it was in the quarter alone."""


Code = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]


class Column(Strict):
    """One column of a form.

    Attributes:
        code: stable snake_case name, also the hidden header code.
        label: what the header says, without its group.
        group: the merged header above it, if any.
        aliases: other headers under which real files carry it (Vietnamese, with group where it has one).
        type: what its cells hold; `percent` cells are numbers in percent.
        unit: unit of measure; LINE and ROW mean that the line or the row says it.
        nature: how it adds over units and time.
        required: whether a blank cell is a finding (V010).
        choices: the codes that are allowed, for closed code lists.
        assigned: the indicator whose yearly target of the row's organisation the blank workbook brings.
        closing: of an opening, the column whose figure of last 31 December it repeats (V015).
        cumulative: whether it only ever grows within a year (V016).
        signed: of amounts with decimals, whether they may fall below zero (a balance, a difference; V009).
        effective: the periods in which it is collected, by their last day.
    """

    code: Code
    label: Label
    group: Label | None = None
    aliases: tuple[str, ...] = ()
    type: Literal["code", "text", "int", "decimal", "percent", "date"]
    unit: str | None = None
    nature: Nature | None = None
    required: bool
    choices: tuple[str, ...] = ()
    assigned: Code | None = None
    closing: Code | None = None
    cumulative: bool = False
    signed: bool = False
    effective: Effective = ALWAYS

    @property
    def is_number(self) -> bool:
        """Whether its cells hold numbers."""
        return self.type in ("int", "decimal", "percent")

    @property
    def adds_up(self) -> bool:
        """Whether its figures may be added over rows.

        Percentages, scores and distinct counts may not; of decimals whose nature is left open nobody knows.
        """
        if self.type == "decimal":
            return self.nature is not None and self.nature not in NEVER_ADDED
        return self.type == "int" and self.nature not in NEVER_ADDED

    @property
    def is_amount(self) -> bool:
        """Whether it holds amounts with decimals that are never below zero."""
        return self.type == "decimal" and self.adds_up and not self.signed

    @property
    def is_looked_at(self) -> bool:
        """Whether rules on single cells look at its cells, whatever the form."""
        return self.type == "int" or self.required or self.is_amount

    @cached_property
    def match_keys(self) -> frozenset[str]:
        """Folded labels under which the column is recognised when the code row is missing."""
        names = {self.label.vi, *self.aliases}
        if self.group:
            names = {f"{self.group.vi} {self.label.vi}", *self.aliases}
        return frozenset(fold(name) for name in names)

    def full_label(self, language: Language = "vi") -> str:
        """Give group and label in one line, as messages name a column; what both say is said once."""
        label = self.label.get(language)
        if self.group is None:
            return label
        group = self.group.get(language)
        return group if fold(group) == fold(label) else f"{group}: {label}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


class Line(Strict):
    """One fixed line (a member of a form's stub).

    Attributes:
        code: its code; unique within a form, so a line is always addressed with its form (`B03.DV04`).
        unit: unit of measure of its counts.
        nature: `stock`, `flow` or `opening`, for columns whose nature is `line`.
        parent: the line of which it is a part.
        owed_by: kinds of unit that file it, or groups of kinds; empty: every kind that owes the form.
    """

    code: str
    label: Label
    unit: str | None = None
    nature: Literal["stock", "flow", "opening"] | None = None
    parent: str | None = None
    owed_by: tuple[str, ...] = ()


class LineSet(Strict):
    """The fixed lines of one key column."""

    column: Code
    members: tuple[Line, ...] = Field(min_length=1)


class Form(Strict):
    """One form: a sheet of the workbook.

    Attributes:
        table: what the warehouse calls its rows: `stg_<table>` as filed, `fct_<table>` as facts; that of an
            office's form is put here when its files are laid over the product's, whatever it says.
        rows: how rows arise: one per organisation, per fixed line (product of the line sets), per assigned
            target, or a cover of labels and values.
        key: the columns that identify a row within a submission.
        required_for: kind of reporting unit, or group of kinds -> parts of the year for which the form is owed;
            what kinds say themselves (`kinds.py`) is put here when the catalogue is made, groups resolved.
        accepted_for: further parts for which it may be filed.
        effective: the periods in which it is collected, by their last day.
        lines: fixed lines, one set per key column that has them.
        unit_names: the office's own units of measure, put here when its files are laid over the product's.
    """

    code: Code
    sheet: str
    table: str = Field(default="", pattern=r"^[a-z][a-z0-9_]*$|^$")
    title: Label
    grain: str
    official_counterpart: str = ""
    rows: Literal["cover", "organisations", "lines", "targets"]
    key: tuple[Code, ...] = Field(min_length=1)
    required_for: dict[str, tuple[PeriodPart, ...]] = Field(default_factory=dict)
    accepted_for: tuple[PeriodPart, ...] = ()
    effective: Effective = ALWAYS
    columns: tuple[Column, ...] = Field(min_length=1)
    lines: tuple[LineSet, ...] = ()
    unit_names: dict[str, Label] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        codes = [column.code for column in self.columns]
        if twice := {code for code in codes if codes.count(code) > 1}:
            raise UnfitError("columns_twice", form=self.code, columns=_listed(twice))
        if missing := set(self.key) - set(codes):
            raise UnfitError("key_no_column", form=self.code, columns=_listed(missing))
        self._demand_kind()
        self._demand_names()
        for line_set in self.lines:
            members = {line.code for line in line_set.members}
            if len(members) != len(line_set.members) or line_set.column not in self.key:
                raise UnfitError("lines_key", form=self.code, column=line_set.column)
            if orphans := {line.parent for line in line_set.members if line.parent} - members:
                raise UnfitError("lines_parent", form=self.code, lines=_listed(orphans))
        self._demand_validity()
        return self

    def _demand_validity(self) -> None:
        """Refuse columns that no period ever has, and such as no header could tell apart."""
        seen: dict[str, list[Column]] = {}
        for column in self.columns:
            if not column.effective.is_always and column.code in self.key:
                raise UnfitError("key_time", form=self.code, column=column.code)
            if not column.effective.meets(self.effective):
                raise UnfitError("never", form=self.code, column=column.code)
            for key in column.match_keys:
                for other in (o.code for o in seen.get(key, ()) if o.effective.meets(column.effective)):
                    raise UnfitError("header", form=self.code, other=other, column=column.code, header=key)
                seen.setdefault(key, []).append(column)

    def _demand_names(self) -> None:
        """Refuse names that no workbook can have, or no table of bronze, which the cover is not."""
        demand_sheet(self.sheet)
        if self.rows != "cover":
            demand_columns(column.code for column in self.columns)

    def _demand_kind(self) -> None:
        """Refuse a form without what the rules of its kind look at."""
        if (needed := KEY_OF_KIND.get(self.rows)) is not None and needed not in self.key:
            raise UnfitError("kind_key", form=self.code, rows=self.rows, column=needed)
        first = tuple(column.code for column in self.columns[: len(self.key)])
        if self.rows != "cover" and first != self.key:
            raise UnfitError("key_first", form=self.code, columns=", ".join(self.key))
        if (self.rows == "lines") != bool(self.lines):
            raise UnfitError("fixed_lines", form=self.code)
        numbers = {column.code for column in self.columns if column.is_number}
        for column in self.columns:
            if column.closing is not None and (column.nature != "opening" or column.closing not in numbers):
                raise UnfitError("closing", form=self.code, column=column.code, closing=column.closing)
            if column.cumulative and (not column.is_number or column.nature not in ("flow", "line")):
                raise UnfitError("cumulative", form=self.code, column=column.code)
            if column.signed and not (column.type == "decimal" and column.adds_up):
                raise UnfitError("signed", form=self.code, column=column.code)

    @property
    def filed_table(self) -> str:
        """The warehouse's table of its rows as filed."""
        return f"stg_{self.table or self.code.lower()}"

    @property
    def fact_table(self) -> str:
        """The warehouse's table of its facts."""
        return f"fct_{self.table or self.code.lower()}"

    @property
    def quarters(self) -> dict[str, str]:
        """What a fact calls the flows of the quarter alone, by column; one whose name is taken has none."""
        named = {c.code: f"{c.code}{IN_QUARTER}" for c in self.columns if c.nature == "flow" and c.is_number}
        return {code: name for code, name in named.items() if name not in self.by_code}

    @cached_property
    def naming_column(self) -> str:
        """The key column that names a row: of several, the one with the most fixed lines."""
        by_kind = KEY_OF_KIND.get(self.rows, self.key[0])
        return max(self.line_members, key=lambda column: len(self.line_members[column]), default=by_kind)

    @cached_property
    def name_column(self) -> str | None:
        """The column beside the key that says in words what a row is about; None where there is none."""
        beside = self.columns[: len(self.key) + 1]
        return next((column.code for column in beside if column.type == "text"), None)

    @cached_property
    def by_code(self) -> dict[str, Column]:
        """Columns by code."""
        return {column.code: column for column in self.columns}

    @cached_property
    def line_members(self) -> dict[str, dict[str, Line]]:
        """Fixed lines by key column and line code."""
        return {s.column: {line.code: line for line in s.members} for s in self.lines}

    @cached_property
    def given(self) -> frozenset[str]:
        """Columns in which blank workbooks bring something: keys, names, openings and what was assigned.

        A row in which nothing else stands has not been filled in.
        """
        names = {c.code for c in self.columns[: len(self.key) + 1] if c.type == "text"}
        brought = {c.code for c in self.columns if c.nature == "opening" or c.assigned is not None}
        assigned = ASSIGNED_COLUMNS & self.by_code.keys() if self.rows == "targets" else frozenset()
        return frozenset({*self.key, *names, *brought, *assigned})

    @property
    def number_columns(self) -> tuple[Column, ...]:
        """The columns that hold numbers."""
        return tuple(column for column in self.columns if column.is_number)

    @property
    def total_columns(self) -> tuple[Column, ...]:
        """The columns under which a printed total is the sum of the rows.

        Of fixed lines that is so where none is part of another, and where what the line says of a column, its
        unit or its nature, all lines say alike. Rows of targets are of different things.
        """
        has_parts = any(line.parent for line_set in self.lines for line in line_set.members)
        if self.rows not in ("organisations", "lines") or has_parts:
            return ()
        return tuple(
            column
            for column in self.columns
            if column.adds_up
            and (column.unit not in OF_THE_ROW or self.lines_agree("unit"))
            and (column.nature != "line" or self.lines_agree("nature"))
        )

    def lines_agree(self, attribute: Literal["unit", "nature"]) -> bool:
        """Say whether all fixed lines say the same of a column; of several sets, those that say anything."""
        sets = [{getattr(line, attribute) for line in line_set.members} for line_set in self.lines]
        said = {value for values in sets if values != {None} for value in values}
        return len(said) == 1 and None not in said

    def owed_lines(self, kind: str) -> dict[str, tuple[Line, ...]]:
        """Give the fixed lines that units of this kind file, by key column."""
        return {
            s.column: tuple(line for line in s.members if not line.owed_by or kind in line.owed_by)
            for s in self.lines
        }

    def on(self, day: date) -> "Form":
        """Give the form as periods that end on a day have it; the same object where it has every column."""
        return self.with_columns(column for column in self.columns if column.effective.covers(day))

    def with_columns(self, columns: Iterable[Column]) -> "Form":
        """Give the form with some of its columns; the same object where it is all of them."""
        kept = tuple(columns)
        return self if len(kept) == len(self.columns) else self.made_of(columns=kept)

    def made_of(self, **changed: Any) -> "Form":
        """Give the form with other columns, lines or kinds of unit, and nothing that was looked up before."""
        # A copy would keep what was looked up of the former ones.
        return self.model_construct(**{name: getattr(self, name) for name in Form.model_fields} | changed)

    @cached_property
    def filed_for(self) -> frozenset[PeriodPart]:
        """The parts of the year for which anybody may file it."""
        owed = {part for parts in self.required_for.values() for part in parts}
        return frozenset({*owed, *(self.accepted_for if self.required_for else ())})

    @cached_property
    def has_flows(self) -> bool:
        """Whether a year's figures grow with each day of it, so that a unit that ends has some to close."""
        of_lines = any(line.nature == "flow" for line_set in self.lines for line in line_set.members)
        return any(
            column.is_number and (column.nature == "flow" or (column.nature == "line" and of_lines))
            for column in self.columns
        )

    def is_owed(self, kind: str, period: Period, *, is_closing: bool = False) -> bool:
        """Say whether units of this kind owe the form for this period.

        Args:
            kind: the kind of unit.
            period: for which it files.
            is_closing: whether the unit ended then, and closes what it would have filed later in the year.
        """
        parts = self.required_for.get(kind, ())
        is_closed = is_closing and self.has_flows and any(part in parts for part in period.later)
        return (period.kind in parts or is_closed) and self.effective.covers(period.end)

    def is_owed_by_any(self, period: Period) -> bool:
        """Say whether some kind of unit owes the form for this period."""
        return any(self.is_owed(kind, period) for kind in self.required_for)

    def is_accepted(self, kind: str, period: Period, *, is_closing: bool = False) -> bool:
        """Say whether units of this kind may file the form for this period, owed or not."""
        may = kind in self.required_for and period.kind in self.accepted_for
        is_owed = self.is_owed(kind, period, is_closing=is_closing)
        return is_owed or (may and self.effective.covers(period.end))
