"""What the files of bronze were written from, so that what no longer follows from it is written anew.

What belongs here: a mark of each period, with a digest of its files as they were written. What does not: the
files (`accepted.py`), and what a mark is made of (`pipeline/writing.py`).

Figures and the gate that passes them are both worked out from these files. A hand that changed one would change
both alike, so that it has to be seen here.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError

from ingestion.bronze.accepted import LAYOUT
from ingestion.storage.files import sha256_of, write_durably

_NAME = "written.json"
_LETTERS = "columns.parquet"


class _Marks(BaseModel):
    layout: int
    periods: dict[str, str]
    files: dict[str, str]


def read_marks(bronze: Path) -> dict[str, str]:
    """Give for each period whose files are as they were written what that was written from.

    Nothing where bronze is of another version, where the marks cannot be read, or where the places of columns,
    which all periods share, are not as they were: then it is written anew.
    """
    path = bronze / _NAME
    if not path.is_file():
        return {}
    try:
        said = _Marks.model_validate_json(path.read_bytes())
    except ValidationError:
        return {}
    found = _digests(bronze)
    if said.layout != LAYOUT or said.files.get(_LETTERS) != found.get(_LETTERS):
        return {}
    return {
        period: mark for period, mark in said.periods.items() if said.files.get(period) == found.get(period)
    }


def write_marks(bronze: Path, marks: Mapping[str, str]) -> None:
    """Record what the files of each period were written from; called when they are in place."""
    bronze.mkdir(parents=True, exist_ok=True)
    said = {"layout": LAYOUT, "periods": dict(sorted(marks.items())), "files": _digests(bronze)}
    write_durably(bronze / _NAME, (json.dumps(said, indent=1) + "\n").encode())


def forget_marks(bronze: Path) -> None:
    """Have the next run write every period anew."""
    (bronze / _NAME).unlink(missing_ok=True)


def _digests(bronze: Path) -> dict[str, str]:
    """Give a digest of the files of each period, and of what they share."""
    digests: dict[str, str] = {}
    if (bronze / _LETTERS).is_file():
        digests[_LETTERS] = sha256_of(bronze / _LETTERS)
    by_period: dict[str, list[tuple[str, str]]] = {}
    for path in sorted((bronze / "forms").glob("*/*.parquet")):
        by_period.setdefault(path.stem, []).append((path.parent.name, sha256_of(path)))
    for period, files in sorted(by_period.items()):
        digests[period] = hashlib.sha256(json.dumps(files).encode()).hexdigest()
    return digests
