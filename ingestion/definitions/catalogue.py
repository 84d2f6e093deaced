"""Forms and indicators as data: the shapes of their files and how they are loaded.

What belongs here: the schema (pydantic, nothing unknown allowed) of `forms/*.yml` and `indicators/*.yml`.
What does not: rules, which have a language of their own (`gate/rules.py`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, Field, ValidationError, model_validator

from ingestion.definitions.form_names import fault_of_columns, fault_of_sheet
from ingestion.definitions.validity import ALWAYS, Effective, turning_days
from ingestion.records.periods import Period
from ingestion.records.text import fold
from ingestion.words.labels import CatalogueError, Label, Language, Strict, read_yaml

HERE = Path(__file__).parent.parent

PeriodPart = Literal["Q1", "6T", "9T", "N", "NK"]
Nature = Literal["opening", "stock", "flow", "plan", "base", "distinct", "ratio", "line"]
"""How a column adds: see `domain/semantics` in the docs; `line` means: as the fixed line says."""

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

Code = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]


_Model = TypeVar("_Model", bound=BaseModel)


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


class Line(Strict):
    """One fixed line (a member of a form's stub).

    Attributes:
        code: its code; unique within a form, so a line is always addressed with its form (`B03.DV04`).
        unit: unit of measure of its counts.
        nature: `stock`, `flow` or `opening`, for columns whose nature is `line`.
        parent: the line of which it is a part.
        owed_by: kinds of unit that file it; empty: every kind that owes the form.
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
        rows: how rows arise: one per organisation, per fixed line (product of the line sets), per assigned
            target, or a cover of labels and values.
        key: the columns that identify a row within a submission.
        required_for: kind of reporting unit -> parts of the year for which the form is owed.
        accepted_for: further parts for which it may be filed.
        effective: the periods in which it is collected, by their last day.
        lines: fixed lines, one set per key column that has them.
        unit_names: the office's own units of measure, put here when its files are laid over the product's.
    """

    code: Code
    sheet: str
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
        if len(set(codes)) != len(codes):
            raise ValueError(f"{self.code}: a column code stands twice")
        if missing := set(self.key) - set(codes):
            raise ValueError(f"{self.code}: key columns without a column: {sorted(missing)}")
        self._demand_kind()
        self._demand_names()
        for line_set in self.lines:
            members = {line.code for line in line_set.members}
            if len(members) != len(line_set.members) or line_set.column not in self.key:
                raise ValueError(f"{self.code}: lines of {line_set.column} repeat or are no part of the key")
            if orphans := {line.parent for line in line_set.members if line.parent} - members:
                raise ValueError(f"{self.code}: parent lines that do not exist: {sorted(orphans)}")
        self._demand_validity()
        return self

    def _demand_validity(self) -> None:
        """Refuse columns that no period ever has, and such as no header could tell apart."""
        seen: dict[str, list[Column]] = {}
        for column in self.columns:
            if not column.effective.is_always and column.code in self.key:
                raise ValueError(f"{self.code}: {column.code} is part of the key, which no period can lack")
            if not column.effective.meets(self.effective):
                raise ValueError(f"{self.code}: {column.code} is never collected while the form is")
            for key in column.match_keys:
                for other in (o.code for o in seen.get(key, ()) if o.effective.meets(column.effective)):
                    raise ValueError(f"{self.code}: {other} and {column.code} share the header “{key}”")
                seen.setdefault(key, []).append(column)

    def _demand_names(self) -> None:
        """Refuse names that no workbook can have, or no table of bronze, which the cover is not."""
        of_columns = None if self.rows == "cover" else fault_of_columns(column.code for column in self.columns)
        if (fault := fault_of_sheet(self.sheet) or of_columns) is not None:
            raise ValueError(f"{self.code}: {fault}")

    def _demand_kind(self) -> None:
        """Refuse a form without what the rules of its kind look at."""
        if (needed := KEY_OF_KIND.get(self.rows)) is not None and needed not in self.key:
            raise ValueError(f"{self.code}: rows are {self.rows}, so that {needed} has to be part of the key")
        first = tuple(column.code for column in self.columns[: len(self.key)])
        if self.rows != "cover" and first != self.key:
            raise ValueError(f"{self.code}: the columns of the key come first, in its order: {list(self.key)}")
        if (self.rows == "lines") != bool(self.lines):
            raise ValueError(f"{self.code}: fixed lines go with rows: lines, and only with them")
        numbers = {column.code for column in self.columns if column.is_number}
        for column in self.columns:
            if column.closing is not None and (column.nature != "opening" or column.closing not in numbers):
                raise ValueError(
                    f"{self.code}: {column.code} names its closing {column.closing}: that is for columns whose"
                    " nature is opening, and names a column of numbers"
                )
            if column.cumulative and (not column.is_number or column.nature not in ("flow", "line")):
                raise ValueError(f"{self.code}: {column.code} is cumulative, but no flow")
            if column.signed and not (column.type == "decimal" and column.adds_up):
                raise ValueError(f"{self.code}: {column.code} is signed: that is for amounts with decimals")

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
            and (column.unit not in OF_THE_ROW or self._lines_agree("unit"))
            and (column.nature != "line" or self._lines_agree("nature"))
        )

    def _lines_agree(self, attribute: Literal["unit", "nature"]) -> bool:
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
        if len(kept) == len(self.columns):
            return self
        # A copy would keep what was looked up of all columns.
        return self.model_construct(
            **{name: getattr(self, name) for name in Form.model_fields} | {"columns": kept}
        )

    def is_owed(self, kind: str, period: Period) -> bool:
        """Say whether units of this kind owe the form for this period."""
        return self.effective.covers(period.end) and period.kind in self.required_for.get(kind, ())

    def is_owed_by_any(self, period: Period) -> bool:
        """Say whether some kind of unit owes the form for this period."""
        return any(self.is_owed(kind, period) for kind in self.required_for)

    def is_accepted(self, kind: str, period: Period) -> bool:
        """Say whether units of this kind may file the form for this period, owed or not."""
        may = kind in self.required_for and period.kind in self.accepted_for
        return self.is_owed(kind, period) or (may and self.effective.covers(period.end))


class Term(Strict):
    """One term of an indicator: cells of a form that are added up or counted.

    Attributes:
        form: the form.
        column: the column whose cells count.
        where: further columns of the row -> codes that the row must carry (such as line_code).
        count: instead of adding the cell's number, count 1 where its code is one of these.
        sign: 1, or -1 to subtract.
        over_time: how years make a term: flows add up, stocks take the last, some bases the first, distinct
            counts and runs have no term figure of their own.
        effective: the periods in which it is part of the indicator, by their last day: where a column takes the
            place of another, the term of each holds for its own time.
    """

    form: Code
    column: Code
    where: dict[Code, tuple[str, ...]] = Field(default_factory=dict)
    count: tuple[str, ...] = ()
    sign: Literal[1, -1] = 1
    over_time: Literal["sum", "first", "last", "none"]
    effective: Effective = ALWAYS


class Indicator(Strict):
    """One indicator: what is counted, in which unit, and how it adds.

    Attributes:
        kind: `stock`, `flow`, `ratio` (percent of two parts), `rate` (a percentage as filed, which lasts over
            time like a stock but is never added over units), `distinct` (never added), `run` (years in a row)
            or `registry` (taken from the registry).
        value: the cells of the figure itself (stock, flow, rate, distinct, run).
        numerator: for ratios.
        denominator: for ratios; may also accompany a count (126 of 137).
        opening: for stocks with a before: the opening cells.
        source: for `registry` indicators, the registry table.
        section: the part of the report in which it stands.
        decimals: decimals when printed.
    """

    code: Code
    name: Label
    unit: str
    kind: Literal["stock", "flow", "ratio", "rate", "distinct", "run", "registry"]
    section: str
    decimals: int = 0
    value: tuple[Term, ...] = ()
    numerator: tuple[Term, ...] = ()
    denominator: tuple[Term, ...] = ()
    opening: tuple[Term, ...] = ()
    source: Literal["successions"] | None = None
    note: Label | None = None

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        if self.kind == "ratio" and not (self.numerator and self.denominator and not self.value):
            raise ValueError(f"{self.code}: a ratio needs a numerator and a denominator, and no value")
        if self.kind in ("stock", "flow", "rate", "distinct", "run") and not self.value:
            raise ValueError(f"{self.code}: a {self.kind} needs a value")
        is_timeless = self.kind in ("distinct", "run")
        if any((term.over_time == "none") != is_timeless for _, terms in self.parts for term in terms):
            raise ValueError(f"{self.code}: over_time none goes with distinct and run, and only with them")
        if (self.kind == "registry") != (self.source is not None):
            raise ValueError(f"{self.code}: a source goes with kind registry, and only with it")
        return self

    @property
    def parts(self) -> tuple[tuple[str, tuple[Term, ...]], ...]:
        """The named parts with their terms, empty ones left out."""
        named = (
            ("value", self.value),
            ("numerator", self.numerator),
            ("denominator", self.denominator),
            ("opening", self.opening),
        )
        return tuple((name, terms) for name, terms in named if terms)

    def on(self, day: date) -> "Indicator":
        """Give the indicator as periods that end on a day make it; the same object where all terms hold."""
        if all(term.effective.covers(day) for _, terms in self.parts for term in terms):
            return self
        held = {name: tuple(t for t in terms if t.effective.covers(day)) for name, terms in self.parts}
        return self.model_copy(update=held)


def is_collected(terms: Iterable[Term], forms: Mapping[str, Form], day: date) -> bool:
    """Say whether periods that end on a day have every cell of which a part of an indicator is then made.

    A part of which one term is not collected has no figure: without it, a sum would look whole and be smaller.

    Args:
        terms: of one part of an indicator.
        forms: all forms, with all columns that they ever had.
        day: the last day of a period.
    """
    held = [term for term in terms if term.effective.covers(day)]
    return bool(held) and all(
        forms[term.form].effective.covers(day) and _columns_hold(forms[term.form], term, day) for term in held
    )


def _columns_hold(form: Form, term: Term, day: date) -> bool:
    return all(form.by_code[column].effective.covers(day) for column in (term.column, *term.where))


class IndicatorFile(Strict):
    """The shape of a file of `indicators`."""

    indicators: tuple[Indicator, ...]


NO_UNITS: Mapping[str, Label] = {}
"""The own units of measure of an office that has none."""

OWN_FOLDERS = ("forms", "indicators", "rules", "units", "sections")
"""Folders below the registry in which an office keeps data files of its own."""


@dataclass(frozen=True)
class OwnFile:
    """A data file of an office, as it was read.

    Attributes:
        folder: one of `OWN_FOLDERS`.
        name: of the file.
        text: what stands in it.
    """

    folder: str
    name: str
    text: str

    @property
    def place(self) -> str:
        """How messages name it."""
        return f"registry/{self.folder}/{self.name}"


@dataclass(frozen=True)
class Catalogue:
    """All forms and indicators: those of the product and, of a state folder, the office's own.

    Attributes:
        own: the office's own data files, also those that others read: rules and sections.
        units: the names of units of measure that only the office has.
        whole: of the catalogue of one day, that of all days.
    """

    cover: Form
    forms: dict[str, Form]
    indicators: dict[str, Indicator]
    own: tuple[OwnFile, ...] = ()
    units: Mapping[str, Label] = field(default_factory=dict)
    whole: "Catalogue | None" = None
    _of_days: dict[tuple[object, ...], "Catalogue"] = field(default_factory=dict, repr=False, compare=False)

    def owed_forms(self, kind: str, period: Period) -> tuple[Form, ...]:
        """Give the forms that units of this kind owe for this period, in order."""
        return tuple(form for form in self.forms.values() if form.is_owed(kind, period))

    def on(self, day: date) -> "Catalogue":
        """Give the catalogue of periods that end on a day: forms without the columns that these do not have.

        Forms that these periods do not have are in it as well, since somebody may file them; nobody owes them.
        An indicator with a part that is not collected has no terms. The same columns and terms give the same
        object.
        """
        if self.whole is not None:
            return self.whole.on(day)
        if self.is_timeless:
            return self
        forms = {code: form.on(day) for code, form in self.forms.items()}
        indicators = {code: self._indicator_on(indicator, day) for code, indicator in self.indicators.items()}
        changed = [(code, form.columns) for code, form in forms.items() if form is not self.forms[code]]
        others = [(code, new.parts) for code, new in indicators.items() if new is not self.indicators[code]]
        if not changed and not others:
            return self
        key = (*((code, *(c.code for c in columns)) for code, columns in changed), repr(others))
        if key not in self._of_days:
            self._of_days[key] = replace(self, forms=forms, indicators=indicators, whole=self, _of_days={})
        return self._of_days[key]

    @cached_property
    def is_timeless(self) -> bool:
        """Whether everything in it holds for every period."""
        forms, indicators = self.forms.values(), self.indicators.values()
        limited = (
            *(form.effective for form in forms),
            *(column.effective for form in forms for column in form.columns),
            *(term.effective for one in indicators for _, terms in one.parts for term in terms),
        )
        return all(effective.is_always for effective in limited)

    def _indicator_on(self, indicator: Indicator, day: date) -> Indicator:
        if all(is_collected(terms, self.forms, day) for _, terms in indicator.parts):
            return indicator.on(day)
        return indicator.model_copy(update=dict.fromkeys((name for name, _ in indicator.parts), ()))


def _load(path: Path, model: type[_Model]) -> _Model:
    try:
        return model.model_validate(read_yaml(path))
    except (ValidationError, yaml.YAMLError) as error:
        raise CatalogueError(f"{path.name}: {error}") from error


def load_forms(folder: Path) -> tuple[Form, ...]:
    """Load every form of a folder, in the order of their codes.

    Raises:
        CatalogueError: a file does not fit the schema.
    """
    return tuple(_load(path, Form) for path in sorted(folder.glob("*.yml")))


def load_indicators(folder: Path, forms: Iterable[Form]) -> dict[str, Indicator]:
    """Load every indicator of a folder and check that the cells that it names exist.

    Raises:
        CatalogueError: a file does not fit the schema, or names a form, column or code that is not there.
    """
    by_form = {form.code: form for form in forms}
    indicators: dict[str, Indicator] = {}
    for path in sorted(folder.glob("*.yml")):
        file = _load(path, IndicatorFile)

        for indicator in file.indicators:
            if indicator.code in indicators:
                raise CatalogueError(f"{path.name}: indicator {indicator.code} is declared twice")
            check_terms(path.name, indicator, by_form)
            indicators[indicator.code] = indicator
    return indicators


def check_terms(file: str, indicator: Indicator, forms: Mapping[str, Form]) -> None:
    """Refuse an indicator that names cells which are in no form, or which no period has together.

    Raises:
        CatalogueError: it names a form, column or code that is not there, or not at the time.
    """
    for part, terms in indicator.parts:
        for term in terms:
            _check_term(file, indicator.code, term, forms)
        if not any(is_collected(terms, forms, day) for day in turning_days(_intervals(terms, forms))):
            named = ", ".join(f"{term.form}.{term.column}" for term in terms)
            raise CatalogueError(
                f"{file}: {indicator.code} has no figure in any period: its {part} needs {named}, which are"
                " never collected together; give each term the time for which it holds (effective)"
            )


def _intervals(terms: Iterable[Term], forms: Mapping[str, Form]) -> Iterable[Effective]:
    for term in terms:
        form = forms[term.form]
        yield from (term.effective, form.effective)
        yield from (form.by_code[column].effective for column in (term.column, *term.where))


def _check_term(file: str, indicator: str, term: Term, forms: Mapping[str, Form]) -> None:
    form = forms.get(term.form)
    if form is None:
        raise CatalogueError(f"{file}: {indicator} names form {term.form}, which does not exist")
    for column in (term.column, *term.where):
        if column not in form.by_code:
            raise CatalogueError(f"{file}: {indicator} names {term.form}.{column}, which does not exist")
    for column, codes in (*term.where.items(), *(((term.column, term.count),) if term.count else ())):
        allowed = set(form.line_members.get(column, ())) or set(form.by_code[column].choices)
        if allowed and (unknown := set(codes) - allowed):
            raise CatalogueError(f"{file}: {indicator} names codes that {term.form}.{column} lacks: {unknown}")


@cache
def load_catalogue(folder: Path = HERE) -> Catalogue:
    """Load the forms and indicators below one folder; by default the product's own.

    Raises:
        CatalogueError: a file does not fit its schema.
    """
    forms = load_forms(folder / "forms")
    cover = next((form for form in forms if form.rows == "cover"), None)
    if cover is None:
        raise CatalogueError(f"{folder / 'forms'}: there is no cover")
    data = {form.code: form for form in forms if form.rows != "cover"}
    return Catalogue(cover, data, load_indicators(folder / "indicators", data.values()))
