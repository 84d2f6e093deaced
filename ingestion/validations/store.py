"""What Great Expectations found, kept in the state folder: one JSON file a batch under `validations/<period>/`.

What belongs here: writing, reading and bounding these files, those of the publication gate too. What does not:
what they hold (`gate/results.py`) and how they are shown (`page.py`).

They hold filed values, so they are for the data team alone. Nothing is made from them but what is shown: they
may be deleted, and verdicts and findings stay in the ledger.

Great Expectations has a store of its own, which reads all earlier results again with each new one.
"""

import errno
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter
from pydantic import ValidationError as InvalidError

from ingestion.gate.results import RuleResult, SuiteResult
from ingestion.storage.files import private_folder, write_durably
from ingestion.storage.home import Home
from ingestion.validations.earlier import of_today
from ingestion.words.messages import ToldError

KEPT = 20
"""How many batches of a period are kept, the newest."""

PUBLICATION = "publication"
"""The folder of what the publication gate found, and how that is called where periods are named."""

Purpose = Literal["judged", "reexamined", "publication"]
"""Why there was a batch: verdicts were given, held against corrected figures, or marts to be published."""

_STAMP = "%Y%m%dT%H%M%SZ"


class ValidationError(ToldError):
    """A file of results cannot be read; the message names it."""


@dataclass(frozen=True)
class Validation:
    """What came of one batch.

    Attributes:
        period: of the batch; `publication` for the publication gate.
        at: when the batch was judged.
        rules_version: of the rules by which it was judged; blank for the publication gate.
        submissions: how many it held, unreadable ones too.
        database: hash of the database that the publication gate looked at; blank for a period.
    """

    period: str
    at: datetime
    suites: Sequence[SuiteResult]
    purpose: Purpose = "judged"
    rules_version: str = ""
    submissions: int = 0
    database: str = ""

    @property
    def rules(self) -> list[RuleResult]:
        """The rules of all suites."""
        return [rule for suite in self.suites for rule in suite.rules]

    @property
    def failed(self) -> int:
        """In how many rows a rule failed, over all rules."""
        return sum(rule.failed for rule in self.rules)


_VALIDATION = TypeAdapter(Validation)


@dataclass
class KeptResults:
    """What became of results that were to be kept; where they cannot be, nothing that is needed is lost.

    Attributes:
        places: the periods, or the publication gate, of which they were.
        errors: why they were not, by place.
    """

    places: set[str] = field(default_factory=set)
    errors: dict[str, Exception] = field(default_factory=dict)

    def keep(self, home: Home, validation: Validation) -> None:
        """Write what came of a batch, or note why that cannot be."""
        try:
            keep(home, validation)
        except OSError as error:
            error.filename = error.filename or str(home.validations / validation.period)
            self.errors[validation.period] = error
        except ValueError as error:  # what was filed may be no text that a file can hold
            self.errors[validation.period] = error
        else:
            self.places.add(validation.period)

    def add(self, others: "KeptResults") -> None:
        """Take in what became of others."""
        self.places |= others.places
        self.errors |= others.errors


def keep(home: Home, validation: Validation) -> Path:
    """Write what came of a batch, and let go of what is older than the newest few of its period.

    Raises:
        OSError: it cannot be written.
    """
    private_folder(home.validations)
    folder = private_folder(home.validations / validation.period)
    at = validation.at.astimezone(UTC)
    stamp = at.strftime(_STAMP)
    numbers = (path.stem.removeprefix(f"{stamp}-") for path in _files(folder))
    same = [int(number) for number in numbers if number.isdecimal()]
    path = folder / f"{stamp}-{max(same, default=-1) + 1:03}.json"
    write_durably(path, as_json(replace(validation, at=at)) + b"\n")
    for old in _files(folder)[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def as_json(validation: Validation) -> bytes:
    """Give what came of a batch as it is kept."""
    return _VALIDATION.dump_json(validation, indent=1)


def periods(home: Home) -> list[str]:
    """Give the periods of which results are kept."""
    return [name for name in places(home) if name != PUBLICATION]


def places(home: Home) -> list[str]:
    """Give the periods of which results are kept, and last `publication` where that gate left any."""
    if not home.validations.is_dir():
        return []
    found = (folder.name for folder in home.validations.iterdir() if folder.is_dir() and _files(folder))
    return sorted(found, key=lambda name: (name == PUBLICATION, name))


def newest(home: Home, period: str) -> Validation | None:
    """Give what came of the last batch of a period, or of the publication gate; None where nothing is kept.

    Raises:
        ValidationError: the file is none of ours.
    """
    files = _files(home.validations / period) if period in places(home) else []
    return read(files[-1]) if files else None


def newest_of(home: Home, asked: Iterable[str]) -> tuple[list[Validation], list[ValidationError]]:
    """Give the newest of some periods, or of the publication gate, and what is wrong with unreadable ones."""
    found, wrong = [], []
    for place in asked:
        try:
            last = newest(home, place)
        except ValidationError as error:
            wrong.append(error)
        else:
            found += [last] if last else []
    return found, wrong


def of_database(home: Home, sha256: str) -> Validation | None:
    """Give what the publication gate last found of a database; None where that is not kept."""
    for path in reversed(_files(home.validations / PUBLICATION)):
        try:
            validation = read(path)
        except ValidationError:
            continue
        if validation.database == sha256:
            return validation
    return None


def damaged(home: Home, *, newest: int = KEPT) -> tuple[int, list[ValidationError]]:
    """Read the newest files of each period; gives how many, and what is wrong with some of them."""
    files = [path for place in places(home) for path in _files(home.validations / place)[-newest:]]
    wrong = []
    for path in files:
        try:
            read(path)
        except ValidationError as error:
            wrong.append(error)
    return len(files), wrong


def read(path: Path) -> Validation:
    """Give what a file holds.

    Raises:
        ValidationError: the file is none of ours.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        code = errno.errorcode.get(error.errno or 0, "?")
        raise ValidationError("validations.unreadable", path=path, code=code) from error
    try:
        return _VALIDATION.validate_json(data)
    except InvalidError as error:
        if (earlier := _of_an_earlier_version(data)) is not None:
            return earlier
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "–"
        raise ValidationError("validations.not_ours", path=path, place=place) from error


def _of_an_earlier_version(data: bytes) -> Validation | None:
    """Give what an earlier version wrote; None where none did."""
    try:
        return _VALIDATION.validate_json(json.dumps(of_today(json.loads(data), PUBLICATION)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _files(folder: Path) -> list[Path]:
    """Give the files of a period, oldest first; of one second in the order in which they were written."""
    return sorted(
        folder.glob("[0-9]*Z-[0-9]*.json"), key=lambda path: (path.stem[:16], len(path.stem), path.stem)
    )
