"""The office's own data files, laid over the product's: kinds, forms, indicators, rules, units and sections.

What belongs here: finding them below a state folder, and the catalogue that comes of both. What does not: the
schemas of forms and indicators (`catalogue.py`), of rules (`gate/rules.py`) and of sections (`reports`).

They stand beside the registry, so that what is installed stays as it was and a copy of the registry has them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from ingestion.definitions.adding import fault_of_cells
from ingestion.definitions.catalogue import OWN_FOLDERS, Catalogue, OwnFile, load_catalogue, shipped_forms
from ingestion.definitions.form_kinds import fault_of_kind
from ingestion.definitions.forms import OF_THE_ROW, Form
from ingestion.definitions.indicators import Indicator, IndicatorFile
from ingestion.definitions.kinds import NO_KINDS, KindFile, Kinds, fault_of
from ingestion.definitions.references import fault_of_form, fault_of_indicator
from ingestion.definitions.unfit import faults_in
from ingestion.storage.home import Home
from ingestion.words.data_files import UnfitYamlError, row_of, yaml_of
from ingestion.words.labels import CatalogueError, Label, Language
from ingestion.words.messages import Said, ToldError, load_messages, message

_Model = TypeVar("_Model", bound=BaseModel)
_UNITS = TypeAdapter(dict[str, Label])
_KEPT = 16


class OwnFileError(ToldError, CatalogueError):
    """A data file of the office does not fit; the message names it, the place in it, and what to do."""


def catalogue_of(home: Home) -> Catalogue:
    """Give the forms and indicators of a state folder: the product's, and over them the office's own.

    The same files give the same object, so that what is kept for a catalogue is found again.

    Raises:
        OwnFileError: a file of the office does not fit its schema, or says again what is there already.
        CatalogueError: a file of the product does not fit.
    """
    return laid_over(own_files(home.registry))


def own_files(registry: Path) -> tuple[OwnFile, ...]:
    """Read the office's own data files, by folder and name.

    Raises:
        OwnFileError: one is no text in UTF-8, or something else stands where a folder belongs.
        OSError: the system refuses a folder or a file.
    """
    found = []
    for folder, path in own_paths(registry):
        try:
            found.append(OwnFile(folder, path.name, path.read_text(encoding="utf-8-sig")))
        except UnicodeDecodeError as error:
            place = f"{registry.name}/{folder}/{path.name}"
            raise OwnFileError("catalogue.own.no_text", file=place) from error
    return tuple(found)


def own_paths(registry: Path) -> Iterator[tuple[str, Path]]:
    """Give the folder and the path of each of the office's own data files, by folder and name.

    Raises:
        OwnFileError: something else stands where a folder belongs.
        OSError: the system refuses a folder.
    """
    for folder in OWN_FOLDERS:
        for path in _listed(registry, folder):
            yield folder, path


def _listed(registry: Path, folder: str) -> list[Path]:
    """Give the data files of a folder; one that is not there has none, one that cannot be listed is told."""
    place = registry / folder
    if place.is_dir():
        return sorted(filter(is_own_file, place.iterdir()))
    if place.is_symlink() or place.exists():
        raise OwnFileError("catalogue.own.no_folder", file=f"{registry.name}/{folder}")
    return []


def is_own_file(path: Path) -> bool:
    """Say whether a file in one of an office's folders is read."""
    return path.suffix.casefold() in (".yml", ".yaml")


@lru_cache(maxsize=_KEPT)
def laid_over(files: tuple[OwnFile, ...]) -> Catalogue:
    """Give the catalogue of the product with files of an office laid over it.

    Raises:
        OwnFileError: a file does not fit its schema, or says again what is there already.
    """
    shipped = load_catalogue()
    if not files:
        return shipped
    units = _own_units(files)
    known = {
        *(key.removeprefix("unit.") for key in load_messages() if key.startswith("unit.")),
        *units,
        *OF_THE_ROW,
    }
    kinds = _with_own_kinds(shipped.kinds, files)
    forms, indicators = _asked(shipped, kinds), dict(shipped.indicators)
    # Neither sheets of a workbook nor folders of bronze are told apart by upper case alone.
    codes = {code.casefold() for code in (shipped.cover.code, *forms)}
    sheets = {form.sheet.casefold() for form in (shipped.cover, *forms.values())}
    for file in _in("forms", files):
        form = kinds.asked(parsed(file, Form))
        if form.rows == "cover":
            raise OwnFileError("catalogue.own.cover", file=file.place)
        _demand_none(file, fault_of_kind(form))
        if form.code.casefold() in codes:
            raise OwnFileError("catalogue.own.taken", file=file.place, code=form.code)
        if form.sheet.casefold() in sheets:
            raise OwnFileError("catalogue.own.taken", file=file.place, code=f"sheet: {form.sheet}")
        lines = [line.unit for line_set in form.lines for line in line_set.members]
        _demand_units(file, [*(column.unit for column in form.columns), *lines], known)
        # No table of the product is or will be called so; what a copied form says of it is nothing.
        forms[form.code] = form.model_copy(update={"unit_names": units, "table": f"own_{form.code.lower()}"})
        codes.add(form.code.casefold())
        sheets.add(form.sheet.casefold())
    for file, indicator in own_indicators(files):
        _demand_new(file, indicator.code, indicators)
        _demand_units(file, [indicator.unit], known)
        _demand_none(file, fault_of_cells(indicator, forms))
        indicators[indicator.code] = indicator
    _demand_references(files, forms, indicators)
    return Catalogue(shipped.cover, forms, indicators, files, units, kinds)


def _with_own_kinds(kinds: Kinds, files: tuple[OwnFile, ...]) -> Kinds:
    for file in _in("kinds", files):
        own = parsed(file, KindFile)
        _demand_none(file, fault_of(own, kinds))
        kinds = kinds.with_file(own)
    return kinds


def _asked(shipped: Catalogue, kinds: Kinds) -> dict[str, Form]:
    """Give the product's forms with all kinds that owe them; the same objects where the office has no kinds."""
    if kinds is shipped.kinds:
        return dict(shipped.forms)
    return {form.code: kinds.asked(form) for form in shipped_forms() if form.code in shipped.forms}


def _demand_references(
    files: tuple[OwnFile, ...], forms: Mapping[str, Form], indicators: Mapping[str, Indicator]
) -> None:
    """Refuse names of forms and indicators that none of all files declares."""
    for file in _in("kinds", files):
        _demand_none(file, NO_KINDS.with_file(parsed(file, KindFile)).fault_of_owed(forms))
    for file in _in("forms", files):
        _demand_none(file, fault_of_form(forms[parsed(file, Form).code], indicators))
    for file, indicator in own_indicators(files):
        _demand_none(file, fault_of_indicator(indicator, forms, indicators))


def own_indicators(files: tuple[OwnFile, ...]) -> Iterator[tuple[OwnFile, Indicator]]:
    """Give the indicators of an office, each with the file in which it is declared.

    Raises:
        OwnFileError: a file does not fit its schema.
    """
    for file in _in("indicators", files):
        for indicator in parsed(file, IndicatorFile).indicators:
            yield file, indicator


def _demand_none(file: OwnFile, fault: Said | None) -> None:
    if fault is not None:
        raise OwnFileError("catalogue.own.no_fit", file=file.place, reason=fault)


def measure(units: Mapping[str, Label], code: str, language: Language = "vi") -> str:
    """Give the name of a unit of measure: the office's own, or the product's.

    Args:
        units: those of the office.
        code: the unit's code.
        language: of the name.

    Raises:
        KeyError: neither has it.
    """
    own = units.get(code)
    return own.get(language) if own is not None else message(f"unit.{code}", language)


def _in(folder: str, files: Iterable[OwnFile]) -> list[OwnFile]:
    return [file for file in files if file.folder == folder]


def parsed(file: OwnFile, model: type[_Model]) -> _Model:
    """Read a file of the office by its schema.

    Raises:
        OwnFileError: it does not fit.
    """
    found: _Model = _read(file, model.model_validate)
    return found


def _read(file: OwnFile, validate: Callable[[Any], Any]) -> Any:
    try:
        return validate(yaml_of(file.text))
    except UnfitYamlError as error:
        key = f"catalogue.own.{error.kind}"
        raise OwnFileError(key, file=file.place, row=error.row, name=error.name) from error
    except (yaml.YAMLError, RecursionError) as error:
        row = row_of(error, file.text) or "?"
        raise OwnFileError("catalogue.own.no_yaml", file=file.place, row=row) from error
    except ValidationError as error:
        reason = faults_in(error, file.text)
        raise OwnFileError("catalogue.own.no_fit", file=file.place, reason=reason) from error


def _own_units(files: tuple[OwnFile, ...]) -> dict[str, Label]:
    units: dict[str, Label] = {}
    shipped = load_messages()
    for file in _in("units", files):
        for code, label in _read(file, _UNITS.validate_python).items():
            _demand_new(file, code, {**units, **dict.fromkeys(OF_THE_ROW)})
            _demand_new(file, f"unit.{code}", shipped)
            units[code] = label
    return units


def _demand_new(file: OwnFile, code: str, known: Mapping[str, object]) -> None:
    if code in known:
        raise OwnFileError("catalogue.own.taken", file=file.place, code=code)


def _demand_units(file: OwnFile, units: Iterable[str | None], known: Iterable[str]) -> None:
    if unknown := sorted({unit for unit in units if unit} - set(known)):
        raise OwnFileError("catalogue.own.no_unit", file=file.place, units=", ".join(unknown))
