"""What Great Expectations found, kept in the state folder: one JSON file a batch under `validations/<period>/`.

What belongs here: writing, reading and bounding these files. What does not: what they hold (`gate/results.py`).

They hold filed values, so they are for the data team alone. Nothing is made from them but what is shown: they
may be deleted, and verdicts and findings stay in the ledger.

Great Expectations has a store of its own, which reads all earlier results again with each new one.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingestion.files import private_folder, write_durably
from ingestion.gate.results import SuiteResult, as_json, from_json
from ingestion.home import Home

KEPT = 20
"""How many batches of a period are kept, the newest."""

PUBLICATION = "publication"
"""The folder of what the publication gate found."""

_STAMP = "%Y%m%dT%H%M%SZ"


class ValidationError(Exception):
    """A file of results cannot be read; the message names it."""


@dataclass(frozen=True)
class Validation:
    """What came of one batch.

    Attributes:
        at: when the batch was judged.
        rules_version: of the rules by which it was judged.
        submissions: how many it held, unreadable ones too.
    """

    period: str
    at: datetime
    rules_version: str
    submissions: int
    suites: Sequence[SuiteResult]

    @property
    def failed(self) -> int:
        """In how many rows a rule failed, over all rules."""
        return sum(rule.failed for suite in self.suites for rule in suite.rules)


def keep(home: Home, validation: Validation) -> Path:
    """Write what came of a batch, and let go of what is older than the newest few of its period.

    Raises:
        OSError: it cannot be written.
    """
    private_folder(home.validations)
    folder = private_folder(home.validations / validation.period)
    said = {
        "period": validation.period,
        "rules_version": validation.rules_version,
        "submissions": validation.submissions,
        "suites": as_json(validation.suites),
    }
    return _write(folder, said, validation.at)


def _write(folder: Path, said: Mapping[str, Any], at: datetime) -> Path:
    stamp = at.astimezone(UTC).strftime(_STAMP)
    path = folder / f"{stamp}-{len(list(folder.glob(f'{stamp}-*.json'))):03}.json"
    whole = {"at": at.astimezone(UTC).isoformat(), **said}
    write_durably(path, (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
    for old in _files(folder)[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def keep_publication(home: Home, said: Mapping[str, Any], at: datetime) -> Path:
    """Write what came of the publication gate, beside the batches, and let go of what is older.

    Raises:
        OSError: it cannot be written.
    """
    private_folder(home.validations)
    return _write(private_folder(home.validations / PUBLICATION), said, at)


def periods(home: Home) -> list[str]:
    """Give the periods of which results are kept."""
    if not home.validations.is_dir():
        return []
    folders = (folder for folder in home.validations.iterdir() if folder.name != PUBLICATION)
    return sorted(folder.name for folder in folders if folder.is_dir() and _files(folder))


def newest(home: Home, period: str) -> Validation | None:
    """Give what came of the last batch of a period; None where nothing is kept.

    Raises:
        ValidationError: the file is none of ours.
    """
    files = _files(home.validations / period)
    return read(files[-1]) if files else None


def read(path: Path) -> Validation:
    """Give what a file holds.

    Raises:
        ValidationError: the file is none of ours.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Validation(
            found["period"],
            datetime.fromisoformat(found["at"]),
            found["rules_version"],
            found["submissions"],
            from_json(found["suites"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ValidationError(f"{path}: {error}; it may be deleted") from error


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9]*.json"))
