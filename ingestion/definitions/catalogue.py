"""The catalogue: kinds, forms and indicators, the product's own and the office's, and how they are loaded.

What belongs here: loading the files, and the catalogue of one day. What does not: the shapes (`forms.py`,
`indicators.py`), and rules, which have a language of their own (`gate/rules.py`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from ingestion.definitions.adding import fault_of_cells
from ingestion.definitions.form_kinds import fault_of_kind
from ingestion.definitions.forms import Form
from ingestion.definitions.indicators import Indicator, IndicatorFile, is_collected
from ingestion.definitions.kinds import NO_KINDS, KindFile, Kinds, fault_of
from ingestion.definitions.references import fault_of_form, fault_of_indicator
from ingestion.records.periods import Period
from ingestion.words.data_files import read_yaml
from ingestion.words.labels import CatalogueError, Label

HERE = Path(__file__).parent.parent


_Model = TypeVar("_Model", bound=BaseModel)


NO_UNITS: Mapping[str, Label] = {}
"""The own units of measure of an office that has none."""

OWN_FOLDERS = ("kinds", "forms", "indicators", "rules", "units", "sections")
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


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All forms, indicators and kinds of bodies: those of the product and, of a state folder, the office's own.

    It is itself alone: two that say the same are two, so that what is made from one can be kept beside it.

    Attributes:
        own: the office's own data files, also those that others read: rules and sections.
        units: the names of units of measure that only the office has.
        kinds: the kinds of bodies; forms have them already with what they owe.
        whole: of the catalogue of one day, that of all days.
    """

    cover: Form
    forms: dict[str, Form]
    indicators: dict[str, Indicator]
    own: tuple[OwnFile, ...] = ()
    units: Mapping[str, Label] = field(default_factory=dict)
    kinds: Kinds = NO_KINDS
    whole: "Catalogue | None" = None
    _of_days: dict[tuple[object, ...], "Catalogue"] = field(default_factory=dict, repr=False)

    def owed_forms(self, kind: str, period: Period, *, is_closing: bool = False) -> tuple[Form, ...]:
        """Give the forms that units of this kind owe for this period, in order; more where it is their last."""
        return tuple(f for f in self.forms.values() if f.is_owed(kind, period, is_closing=is_closing))

    def on(self, day: date) -> "Catalogue":
        """Give the catalogue of periods that end on a day: forms without the columns that these do not have.

        Forms that these periods do not have are in it as well, since somebody may file them; nobody owes them.
        An indicator with a part that is not collected has no summands. The same columns and summands give the
        same object.
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
            *(summand.effective for one in indicators for _, summands in one.parts for summand in summands),
        )
        return all(effective.is_always for effective in limited)

    def _indicator_on(self, indicator: Indicator, day: date) -> Indicator:
        if all(is_collected(summands, self.forms, day) for _, summands in indicator.parts):
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
            if (fault := fault_of_cells(indicator, by_form)) is not None:
                raise CatalogueError(f"{path.name}: {fault.told('en')}")
            indicators[indicator.code] = indicator
    return indicators


def load_kinds(folder: Path) -> Kinds:
    """Load every file of kinds of a folder, in the order of their names.

    Raises:
        CatalogueError: a file does not fit the schema, or names a group that is not there.
    """
    kinds = NO_KINDS
    for path in sorted(folder.glob("*.yml")):
        file = _load(path, KindFile)
        if (fault := fault_of(file, kinds)) is not None:
            raise CatalogueError(f"{path.name}: {fault.told('en')}")
        kinds = kinds.with_file(file)
    return kinds


@cache
def shipped_forms(folder: Path = HERE) -> tuple[Form, ...]:
    """Give the forms as their files are, without the kinds that say themselves what they owe.

    Raises:
        CatalogueError: a file does not fit the schema.
    """
    return load_forms(folder / "forms")


@cache
def load_catalogue(folder: Path = HERE) -> Catalogue:
    """Load the forms and indicators below one folder; by default the product's own.

    Raises:
        CatalogueError: a file does not fit its schema, or names an indicator that is not there.
    """
    kinds, forms = load_kinds(folder / "kinds"), shipped_forms(folder)
    cover = next((form for form in forms if form.rows == "cover"), None)
    if cover is None:
        raise CatalogueError(f"{folder / 'forms'}: there is no cover")
    data = {form.code: kinds.asked(form) for form in forms if form.rows != "cover"}
    indicators = load_indicators(folder / "indicators", data.values())
    faults = (
        kinds.fault_of_owed(data),
        *(fault_of_kind(form) for form in data.values()),
        *(fault_of_form(form, indicators) for form in data.values()),
        *(fault_of_indicator(indicator, data, indicators) for indicator in indicators.values()),
    )
    if (fault := next(filter(None, faults), None)) is not None:
        raise CatalogueError(fault.told("en"))
    return Catalogue(cover, data, indicators, kinds=kinds)
