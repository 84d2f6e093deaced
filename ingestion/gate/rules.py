"""Rules as data: the shape of `rules/*.yml`, and how they are loaded.

What belongs here: the schema, the loading, and the version of the rules. What does not: what they come to
(`compiling.py`) and wording their findings (`wording.py`).
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ingestion.definitions.catalogue import Catalogue, OwnFile
from ingestion.definitions.forms import Code, Column, Form, PeriodPart, RowKind
from ingestion.definitions.overlay import OwnFileError, parsed
from ingestion.definitions.validity import ALWAYS, Effective
from ingestion.gate.frames.frame import FrameKind
from ingestion.gate.language.evaluate import Missing
from ingestion.words.data_files import read_yaml
from ingestion.words.labels import CatalogueError, Label

FOLDER = Path(__file__).parent.parent / "rules"
PARAMETERS = "parameters.yml"
SCHEME = "scheme"
"""The prefix of the rating scheme; a rule whose condition it does not meet does not apply in that year."""

ALL_COUNTS = "*int"
EACH: Mapping[str, Callable[[Form], Iterable[Column]]] = {
    ALL_COUNTS: lambda form: (column for column in form.columns if column.type == "int"),
    "*summed": lambda form: form.total_columns,
    "*key": lambda form: (form.by_code[form.naming_column],),
    "*opening": lambda form: (column for column in form.columns if column.closing is not None),
    "*cumulative": lambda form: (column for column in form.columns if column.cumulative),
}
"""What may be written in `each` beside codes: columns of a kind, in whichever form the rule runs over."""

Scope = Literal["file", "sheet", "row", "across", "registry", "prev", "outlier"]
_Model = TypeVar("_Model", bound=BaseModel)
_KEPT = 16
RuleId = Annotated[str, Field(pattern=r"^V\d{3}$")]
Expression = Annotated[str, Field(min_length=1)]


class RuleError(CatalogueError):
    """A rule does not fit its schema, or names what does not exist; says where, and what was expected."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hint(_Strict):
    """A further sentence of a message, where an expression is true of the failing row."""

    when: Expression
    text: Label


class Clause(_Strict):
    """One part of a rule with the cell that it accuses; what it does not say itself, the rule says.

    Attributes:
        holds: what must be true.
        cell: the accused cell; its value is the message's {value}. None: the sheet or file as a whole.
        related: further operands' cells; None: those of every name in `holds`.
        value: what is shown as found, where it is not the accused cell's value.
        expected: what is shown as expected; None: the other side of `holds`, if that compares the accused cell.
        decimals: whose decimals a number that is expected is written with: those of the accused cell as it was
            filed, or of the row's indicator; None: its own.
        fields: further fields of the message, each an expression.
        whole_row: what is said once of a row into which nothing was filled, instead of once for each of its
            cells; of checks on cells.
    """

    holds: Expression
    cell: Expression | None = None
    forms: tuple[Code, ...] = ()
    kinds: tuple[RowKind, ...] = ()
    frame: FrameKind | None = None
    when: Expression | None = None
    each: tuple[str, ...] = ()
    related: tuple[Expression, ...] | None = None
    value: Expression | None = None
    expected: Expression | None = None
    decimals: Literal["cell", "indicator"] | None = None
    fields: dict[str, Expression] = {}
    hints: tuple[Hint, ...] = ()
    message: Label | None = None
    whole_row: Label | None = None
    remedy: Label | None = None


class Rule(_Strict):
    """One rule.

    Attributes:
        id: V001 …; never changes and is never used again.
        title: what must hold, in one line.
        scope: the stage of checking, for documentation.
        severity: of a finding; `scheme`: as the rating scheme in force says.
        forms: the forms over which it runs; none for rules on the submission as a whole.
        kinds: kinds of form over which it runs, so that it holds for a form that is not there yet. Of these it
            runs over those that have the columns which it names.
        when: the rows to which it applies.
        missing: what a blank operand does.
        effective: the periods in which it applies.
        clauses: its parts, numbered from 1.
    """

    id: RuleId
    title: Label
    scope: Scope
    severity: Literal["error", "warning", "notice", "scheme"]
    forms: tuple[Code, ...] = ()
    kinds: tuple[RowKind, ...] = ()
    frame: FrameKind = "row"
    when: Expression | None = None
    missing: Missing = "skip"
    effective: Effective = ALWAYS
    clauses: tuple[Clause, ...] = Field(min_length=1)
    fields: dict[str, Expression] = {}
    hints: tuple[Hint, ...] = ()
    message: Label
    remedy: Label

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        forms = {form for clause in self.clauses for form in clause.forms} - set(self.forms)
        kinds = {kind for clause in self.clauses for kind in clause.kinds} - set(self.kinds)
        if (self.forms or self.kinds) and (orphans := sorted({*forms, *kinds})):
            raise ValueError(f"{self.id}: clauses name forms that the rule does not: {orphans}")
        return self

    def is_effective(self, period_end: date) -> bool:
        """Say whether the rule applies to periods that end on a day."""
        return self.effective.covers(period_end)


class _RuleFile(_Strict):
    rules: tuple[Rule, ...]


class Parameters(_Strict):
    """Parameters of rules that no registry file holds.

    Attributes:
        schedule_share: the share of a yearly plan that is due at the end of each part of the year.
    """

    schedule_share: Mapping[PeriodPart, float]


@cache
def load_rules(folder: Path = FOLDER) -> dict[str, Rule]:
    """Load every rule of a folder, by id, in the order of the ids; by default the product's own.

    Raises:
        RuleError: a file does not fit the schema, or an id is declared twice.
    """
    found: dict[str, Rule] = {}
    for path in sorted(folder.glob("*.yml")):
        if path.name == PARAMETERS:
            continue
        for rule in _read(path, _RuleFile).rules:
            if rule.id in found:
                raise RuleError(f"{path.name}: {rule.id} is declared twice")
            found[rule.id] = rule
    return {rule: found[rule] for rule in sorted(found)}


FIRST_OWN = "V900"
"""Rules of an office are numbered from here, so that none of the product ever takes their number."""


class OwnRuleError(OwnFileError, RuleError):
    """A rule of the office does not fit, likewise."""


@lru_cache(maxsize=_KEPT)
def own_rules(files: tuple[OwnFile, ...]) -> dict[str, tuple[OwnFile, Rule]]:
    """Give the rules of an office with their files, by id.

    Raises:
        OwnRuleError: a file does not fit the schema, or an id is taken or not one of an office.
    """
    found: dict[str, tuple[OwnFile, Rule]] = {}
    for file in (file for file in files if file.folder == "rules"):
        try:
            rules = parsed(file, _RuleFile).rules
        except OwnFileError as error:
            raise OwnRuleError(error.key, **error.fields) from error
        for rule in rules:
            if rule.id < FIRST_OWN:
                raise OwnRuleError("catalogue.own.number", file=file.place, rule=rule.id, first=FIRST_OWN)
            if rule.id in found:
                raise OwnRuleError("catalogue.own.taken", file=file.place, code=rule.id)
            found[rule.id] = file, rule
    return {rule: found[rule] for rule in sorted(found)}


@cache
def load_parameters(folder: Path = FOLDER) -> Parameters:
    """Load the rules' parameters.

    Raises:
        RuleError: the file does not fit the schema.
    """
    return _read(folder / PARAMETERS, Parameters)


def _read(path: Path, model: type[_Model]) -> _Model:
    try:
        return model.model_validate(read_yaml(path))
    except (ValidationError, yaml.YAMLError) as error:
        raise RuleError(f"{path.name}: {error}") from error


@cache
def rules_version(folder: Path = FOLDER) -> str:
    """Give a short fingerprint of the rule files, which verdicts carry."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.yml")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def version_for(catalogue: Catalogue) -> str:
    """Give the fingerprint of the rules of a state folder: the product's, and the office's own data files."""
    if not catalogue.own:
        return rules_version()
    digest = hashlib.sha256(rules_version().encode())
    for file in catalogue.own:
        digest.update(f"{file.place}\0{file.text}\0".encode())
    return digest.hexdigest()[:12]
