"""The registry's CSV files: read row by row, with all that is wrong in how they are written.

What belongs here: bytes, headers, rows and their shapes. What does not: what rows say of each other
(`registry_faults.py`), and questions about them (`registry.py`).
"""

import csv
import errno
import io
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ingestion.definitions.registry_rows import (
    CalendarPeriod,
    Contact,
    Organisation,
    RatingScheme,
    Row,
    Statement,
    Succession,
    Target,
    TermOfOffice,
)
from ingestion.records.mendable import MendableError
from ingestion.words.messages import ToldError

RegistryTable = Literal[
    "organisations", "successions", "calendar", "terms", "targets", "rating_schemes", "contacts", "statements"
]
WHOLE: frozenset[RegistryTable] = frozenset(get_args(RegistryTable))
"""All that a registry can know."""

TABLES: dict[RegistryTable, type[Row]] = {
    "organisations": Organisation,
    "successions": Succession,
    "calendar": CalendarPeriod,
    "terms": TermOfOffice,
    "targets": Target,
    "rating_schemes": RatingScheme,
    "contacts": Contact,
    "statements": Statement,
}
"""The registry's files (without `.csv`) and the shape of their rows."""

_OPTIONAL: frozenset[RegistryTable] = frozenset({"contacts", "statements", "targets", "successions"})

_MISSING = "registry.missing"
"""The error of a file that is not there."""

_WANTED = {
    "date": "date",
    "bool": "flag",
    "int": "number",
    "float": "number",
    "finite": "number",
    "literal": "one_of",
    "year": "year",
}
"""What a value should have been, by how the library that checks it begins to name its complaint."""

_SEPARATORS = (";", "\t", "|")
"""What programs of other countries put between cells."""

R_co = TypeVar("R_co", bound=Row, covariant=True)


class RegistryError(ToldError, MendableError):
    """What is wrong with a file of the registry; the message names file, row and remedy.

    Attributes:
        path: the file.
        row: the row in it, counted as a spreadsheet does; 0 where the file is missing.
        column: the column; blank where the row as a whole is meant.
    """

    about = "registry"

    def __init__(self, key: str, *, path: Path, row: int = 0, column: str = "", **fields: Any) -> None:
        """Say what is wrong by the key of its text, where it stands, and what fills the text in."""
        self.path, self.row, self.column = path, row, column
        super().__init__(key, path=path, row=row, column=column, **fields)


@dataclass(frozen=True)
class Placed(Generic[R_co]):
    """A row, and its number in the file as a spreadsheet counts."""

    number: int
    row: R_co


@dataclass(frozen=True)
class RegistryFiles:
    """All rows that could be read, and what is wrong with those that could not.

    Attributes:
        damaged: tables that lack something of which `errors` tell, so that nothing follows from what is not
            in them.
        contents: the bytes that were read, by name of the file; one that is not there is not in it.
    """

    folder: Path
    tables: Mapping[RegistryTable, Sequence[Placed[Any]]]
    errors: tuple[RegistryError, ...]
    damaged: frozenset[RegistryTable]
    contents: Mapping[str, bytes]

    def of(self, table: RegistryTable) -> Sequence[Placed[Any]]:
        """Give the rows of a table in the order of its file."""
        return self.tables[table]

    @cached_property
    def bodies(self) -> frozenset[str]:
        """The codes of all organisations that are listed."""
        return frozenset(at.row.org_code for at in self.of("organisations"))

    def repeated(
        self, table: RegistryTable, key: Callable[[Any], Hashable]
    ) -> Iterator[tuple[Placed[Any], int]]:
        """Give the rows of a table whose key an earlier one has, each with the number of the first such row."""
        seen: dict[Hashable, int] = {}
        for at in self.of(table):
            if (first := seen.setdefault(key(at.row), at.number)) != at.number:
                yield at, first

    def wrong(
        self, table: RegistryTable, at: Placed[Any], key: str, column: str = "", **fields: Any
    ) -> RegistryError:
        """Give the error of one row."""
        path = path_of(self.folder, table)
        return RegistryError(f"registry.{key}", path=path, row=at.number, column=column, **fields)


def path_of(folder: Path, table: RegistryTable) -> Path:
    """Give the file of a table."""
    return folder / f"{table}.csv"


def read_files(folder: Path, stored: Mapping[str, bytes] | None = None) -> RegistryFiles:
    """Read all tables of a registry, to the end of each whatever is wrong before it.

    Args:
        folder: where they lie; errors name places in it.
        stored: what to read instead of what lies there now, by name of the file.

    Raises:
        OSError: a file is there and cannot be opened.
    """
    contents: dict[str, bytes] = {}

    def read(path: Path) -> bytes:
        contents[path.name] = found = _content(path) if stored is None else _stored(path, stored)
        return found

    tables: dict[RegistryTable, Sequence[Placed[Any]]] = {}
    errors: list[RegistryError] = []
    damaged = set()
    for table in TABLES:
        tables[table], wrong = read_table(folder, table, is_optional=table in _OPTIONAL, read=read)
        errors += wrong
        damaged |= {table} if wrong else set()
    return RegistryFiles(folder, tables, tuple(errors), frozenset(damaged), contents)


def _stored(path: Path, stored: Mapping[str, bytes]) -> bytes:
    if path.name not in stored:
        raise RegistryError(_MISSING, path=path, row=1)
    return stored[path.name]


def read_table(
    folder: Path, table: RegistryTable, *, is_optional: bool, read: Callable[[Path], bytes] | None = None
) -> tuple[tuple[Placed[Any], ...], tuple[RegistryError, ...]]:
    """Read one table: its rows, and what is wrong with those that are none.

    Args:
        folder: where its file lies.
        table: which one it is.
        is_optional: whether it may be missing, and then has no rows.
        read: gives the bytes of its file; by default those that lie there.

    Raises:
        OSError: the file is there and cannot be opened.
    """
    path, model = path_of(folder, table), TABLES[table]
    rows: list[Placed[Any]] = []
    errors: list[RegistryError] = []
    try:
        content = (read or _content)(path)
    except RegistryError as error:
        return (), () if is_optional and error.key == _MISSING else (error,)
    try:
        for number, raw in _records(path, content, model):
            try:
                rows.append(Placed(number, model.model_validate(raw)))
            except ValidationError as error:
                errors += (_wrong(path, number, found) for found in error.errors())
    except RegistryError as error:  # what follows it cannot be read
        errors.append(error)
    return tuple(rows), tuple(errors)


def _records(path: Path, found: bytes, model: type[Row]) -> Iterator[tuple[int, dict[Any, Any]]]:
    """Read a CSV: each row with its number in a spreadsheet, where blank rows count too.

    A table without rows has its header; a file without one was emptied or cut off, and is no table.
    """
    try:
        text = found.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = found.count(b"\n", 0, error.start) + 1
        raise RegistryError("registry.no_text", path=path, row=row) from error
    lines = csv.reader(io.StringIO(text, newline=""))
    number, columns = 0, None
    try:
        for number, cells in enumerate(lines, start=1):
            if columns is None and any(cell.strip() for cell in cells):
                columns = cells
                _demand_columns(path, number, columns, model)
            elif columns is not None and cells:
                given: dict[Any, Any] = dict(zip_longest(columns, cells[: len(columns)]))
                yield number, given | ({None: extra} if (extra := cells[len(columns) :]) else {})
    except csv.Error as error:
        raise RegistryError("registry.no_csv", path=path, row=number + 1) from error
    if columns is None:
        raise RegistryError("registry.no_header", path=path, row=1, columns=",".join(model.model_fields))


def _demand_columns(path: Path, row: int, columns: list[str], model: type[Row]) -> None:
    for separator in _SEPARATORS:
        parts = columns[0].split(separator)
        if len(columns) == 1 and len(parts) > 1 and set(parts) & set(model.model_fields):
            raise RegistryError("registry.separator", path=path, row=row, found=repr(separator))
    for name, column in model.model_fields.items():
        if column.is_required() and name not in columns:
            raise RegistryError("registry.column_missing", path=path, row=row, column=name)
        if columns.count(name) > 1:
            raise RegistryError("registry.column_twice", path=path, row=row, column=name)
    for name in columns:
        if name.strip() and name not in model.model_fields:
            raise RegistryError("registry.column_unknown", path=path, row=row, column=name)


def _content(path: Path) -> bytes:
    """Give the bytes of a file; what stands in its place and is none is a table that was lost."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        key = "registry.no_file" if path.is_symlink() else _MISSING
        raise RegistryError(key, path=path, row=1) from error
    except OSError as error:
        if error.errno == errno.ELOOP or path.is_dir():
            raise RegistryError("registry.no_file", path=path, row=1) from error
        raise


def _wrong(path: Path, row: int, found: ErrorDetails) -> RegistryError:
    """Give the error of one value, in words that are not those of the library that checks it."""
    kind, value = found["type"], found["input"]
    is_extra = kind in ("extra_forbidden", "invalid_key")
    # What stands beyond the last column has no name.
    column = "–" if kind == "invalid_key" or not found["loc"] else str(found["loc"][0])
    if is_extra or kind == "missing" or value is None:
        key = "column_unknown" if is_extra else "column_missing"
        return RegistryError(f"registry.{key}", path=path, row=row, column=column)
    wanted = next((name for part, name in _WANTED.items() if kind.startswith(part)), "text")
    known = str(found.get("ctx", {}).get("expected", "")).replace(" or ", ", ")
    return RegistryError(
        f"registry.value_{wanted}", path=path, row=row, column=column, value=value, known=known
    )
