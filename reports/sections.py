"""What stands in a report, as data: the schema of `sections.yml` and its loading.

What belongs here: shapes and their checks. What does not: figures, texts (`ingestion/messages/report.yml`) and
how a table or chart is drawn.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.overlay import OwnFileError, own_indicators, parsed
from ingestion.words.data_files import read_yaml
from ingestion.words.labels import Label
from ingestion.words.messages import Said, load_messages
from reports import escape

FILE = Path(__file__).parent / "sections.yml"

Derivation = Literal[
    "change_vs_previous_term",
    "change_over_term",
    "before_after",
    "percent_change",
    "average_per_year",
    "per_year_low",
    "per_year_high",
]
TermSystem = Literal["DANG", "DOAN"]
ChartKind = Literal["years", "grouped", "lines", "stack", "breakdown", "units"]


class SectionError(Exception):
    """`sections.yml` does not fit its schema."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldOf(_Strict):
    """One number of a sentence: which figure it is.

    Attributes:
        indicator: the indicator.
        part: the figure itself, or its numerator, denominator or opening.
        derivation: for figures derived from others, such as a change.
        at: the term, or its last year alone.
        magnitude: written without its sign, where the words give the direction.
    """

    indicator: str
    part: Literal["value", "numerator", "denominator", "opening"] = "value"
    derivation: Derivation | None = None
    at: Literal["term", "last_year"] = "term"
    magnitude: bool = False

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        if self.derivation and (self.part != "value" or self.at != "term"):
            raise ValueError(f"{self.indicator}: a derived figure has no parts and belongs to the term")
        return self


class Sentence(_Strict):
    """One sentence: the key of its text (below `report.say.`) and the figures in it.

    Attributes:
        text: the key.
        fields: the numbers, by the name that the text uses.
        sign_of: the field whose sign chooses among the texts: `.up`, `.down` and `.zero` for a change,
            `.some` and `.zero` for a count.
        systems: term systems for which it is written; empty: all of the section's.
        dated: whether the text names the day of its figures, as `at`.
    """

    text: str
    fields: dict[str, FieldOf] = Field(min_length=1)
    sign_of: str | None = None
    dated: bool = False
    systems: tuple[TermSystem, ...] = ()

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        if self.sign_of and self.sign_of not in self.fields:
            raise ValueError(f"{self.text}: sign_of names {self.sign_of}, which is no field")
        return self

    @property
    def is_change(self) -> bool:
        """Whether the sign is that of a change, which may be negative."""
        return bool(self.sign_of and (self.fields[self.sign_of].derivation or "").startswith("change"))

    @property
    def variants(self) -> tuple[str, ...]:
        """The keys of its texts in the message catalogue."""
        base = f"report.say.{self.text}"
        if self.sign_of is None:
            return (base,)
        return tuple(
            f"{base}.{sign}" for sign in (("up", "down", "zero") if self.is_change else ("some", "zero"))
        )


class Chart(_Strict):
    """One chart.

    Attributes:
        kind: `years` (columns of one indicator), `grouped` (columns of several), `lines` (shares over years),
            `stack` (shares that make a whole), `breakdown` (bars of one term), `units` (bars of the units of a
            province).
        labels: short names of the indicators; by default their own.
    """

    kind: ChartKind
    title: Label
    indicators: tuple[str, ...] = Field(min_length=1)
    labels: tuple[Label, ...] = ()

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        if self.labels and len(self.labels) != len(self.indicators):
            raise ValueError(f"{self.title.en}: there is a label for each indicator, or none")
        if self.kind in ("years", "units") and len(self.indicators) != 1:
            raise ValueError(f"{self.title.en}: a chart of kind {self.kind} shows one indicator")
        return self


class MatrixRow(_Strict):
    """One row of a matrix: its label and an indicator for each column, null for none."""

    label: Label
    indicators: tuple[str | None, ...]


class Table(_Strict):
    """One table.

    Attributes:
        kind: `years` (indicators by years and term), `before_after` (start and end of the term), `matrix`
            (indicators laid out by two properties), `units` (units of a province by indicators), `rest` (all
            indicators of the section's topics that no other table has, by years).
    """

    kind: Literal["years", "before_after", "matrix", "units", "rest"]
    title: Label
    indicators: tuple[str, ...] = ()
    columns: tuple[Label, ...] = ()
    rows: tuple[MatrixRow, ...] = ()

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        if self.kind == "matrix":
            if not self.rows or any(len(row.indicators) != len(self.columns) for row in self.rows):
                raise ValueError(f"{self.title.en}: each row of a matrix needs an indicator for each column")
        elif self.columns or self.rows or (self.kind == "rest") != (not self.indicators):
            raise ValueError(f"{self.title.en}: a table of kind {self.kind} has other parts than it should")
        return self

    @property
    def shown(self) -> tuple[str, ...]:
        """The indicators that it shows for the unit itself."""
        if self.kind == "matrix":
            return tuple(code for row in self.rows for code in row.indicators if code)
        return () if self.kind == "units" else self.indicators


class Section(_Strict):
    """One section of a report.

    Attributes:
        topics: sections of the indicator catalogue that belong here.
        systems: term systems whose reports have it.
        note: key of a note below `report.note.`.
        optional: left out of a report without figures, where others say that there are none.
    """

    code: str
    title: Label
    topics: tuple[str, ...] = Field(min_length=1)
    systems: tuple[TermSystem, ...] = Field(min_length=1)
    sentences: tuple[Sentence, ...] = ()
    note: str | None = None
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    optional: bool = False

    @property
    def anchor(self) -> str:
        """Its anchor on a page; that of an office's own begins like that of no other part of a page."""
        anchor = escape.name(self.code).replace("_", "-")
        is_shipped = any(section.code == self.code for section in load_plan().sections)
        return anchor if is_shipped else f"phan-{anchor}"

    @property
    def has_rest(self) -> bool:
        """Whether a table shows the indicators of its topics that no other names."""
        return any(table.kind == "rest" for table in self.tables)

    @property
    def placed(self) -> frozenset[str]:
        """Indicators that a table of its own names."""
        return frozenset(code for table in self.tables for code in table.shown)

    @property
    def named(self) -> frozenset[str]:
        """Every indicator that is named anywhere in it."""
        sentences = {f.indicator for s in self.sentences for f in s.fields.values()}
        charts = {code for chart in self.charts for code in chart.indicators}
        units = {code for table in self.tables for code in table.indicators}
        return self.placed | sentences | charts | units


class Plan(_Strict):
    """All sections of a report in order, and the figures that stand at its head."""

    headlines: dict[TermSystem, tuple[str, ...]]
    sections: tuple[Section, ...] = Field(min_length=1)

    def headlines_of(self, system: str) -> tuple[str, ...]:
        """Give the figures at the head of reports of one term system."""
        return next((codes for name, codes in self.headlines.items() if name == system), ())

    def for_system(self, system: str) -> tuple[Section, ...]:
        """Give the sections of reports of one term system."""
        return tuple(section for section in self.sections if system in section.systems)


class _OwnSections(_Strict):
    sections: tuple[Section, ...] = Field(min_length=1)


def plan_of(catalogue: Catalogue) -> Plan:
    """Give the plan of a report with the sections of the office after those of the product.

    Raises:
        OwnFileError: a section of the office does not fit the schema, names what is not there, or has a code
            whose anchor another has; or an indicator of the office would stand in no section.
    """
    plan = load_plan()
    sections = {section.anchor: section for section in plan.sections}
    for file in (file for file in catalogue.own if file.folder == "sections"):
        for section in parsed(file, _OwnSections).sections:
            if section.anchor in sections:
                raise OwnFileError("catalogue.own.taken", file=file.place, code=section.code)
            if (name := _unknown(section, catalogue)) is not None:
                raise OwnFileError("catalogue.own.section", file=file.place, section=section.code, name=name)
            if (fault := _fault(section, catalogue)) is not None:
                raise OwnFileError("catalogue.own.no_fit", file=file.place, reason=fault)
            sections[section.anchor] = section
    _demand_shown(catalogue, sections.values())
    return plan.model_copy(update={"sections": tuple(sections.values())})


def _fault(section: Section, catalogue: Catalogue) -> Said | None:
    """Say why a section would be empty, or lack a sentence, though all that it names is there."""
    topics = {indicator.section for indicator in catalogue.indicators.values()}
    if unknown := sorted(set(section.topics) - topics):
        return Said("misfit.no_topic", {"section": section.code, "topics": ", ".join(unknown)})
    for sentence in section.sentences:
        known = {*sentence.fields, "last_year", *(["at"] if sentence.dated else [])}
        for key in sentence.variants:
            text = load_messages()[key].vi
            if lacking := sorted({name for _, name, _, _ in Formatter().parse(text) if name} - known):
                named = {"section": section.code, "sentence": sentence.text, "text": key}
                return Said("misfit.sentence_lacks", named | {"fields": ", ".join(lacking)})
        for name, field in sentence.fields.items():
            parts = [part for part, _ in catalogue.indicators[field.indicator].parts]
            if field.part != "value" and field.part not in parts:
                named = {"section": section.code, "sentence": sentence.text, "field": name}
                return Said("misfit.field_part", named | {"indicator": field.indicator, "part": field.part})
    return None


def _demand_shown(catalogue: Catalogue, sections: Iterable[Section]) -> None:
    """Refuse indicators of the office that no page would show.

    Raises:
        OwnFileError: no section has the topic of one, or none of those has a table for it.
    """
    found = tuple(sections)
    topics = {topic for section in found for topic in section.topics}
    for file, indicator in own_indicators(catalogue.own):
        fields = {"file": file.place, "indicator": indicator.code, "section": indicator.section}
        if indicator.section not in topics:
            raise OwnFileError("catalogue.own.no_section", **fields, known=", ".join(sorted(topics)))
        shown = any(
            indicator.code in section.named or (indicator.section in section.topics and section.has_rest)
            for section in found
        )
        if not shown:
            raise OwnFileError("catalogue.own.not_shown", **fields)


def _unknown(section: Section, catalogue: Catalogue) -> str | None:
    """Give the first name in a section that neither the indicators nor the texts have."""
    texts = load_messages()
    keys = [variant for sentence in section.sentences for variant in sentence.variants]
    keys += [f"report.note.{section.note}"] if section.note else []
    unknown = [code for code in sorted(section.named) if code not in catalogue.indicators]
    unknown += [key for key in keys if key not in texts]
    return unknown[0] if unknown else None


@cache
def load_plan(path: Path = FILE) -> Plan:
    """Load the plan of a report.

    Raises:
        SectionError: the file does not fit its schema.
    """
    try:
        return Plan.model_validate(read_yaml(path))
    except (ValidationError, yaml.YAMLError) as error:
        raise SectionError(f"{path.name}: {error}") from error
