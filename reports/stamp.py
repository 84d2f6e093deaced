"""What a report project and its finished pages were made of, written beside them.

What belongs here: writing it down, and refusing pages that are not of this project or of this warehouse. What
does not: whether a warehouse may be published, which its token says.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ingestion.storage.files import write_durably
from ingestion.words.messages import ToldError
from reports.quarto_project import find_project
from reports.release import hashes

STAMP = ".stamp.json"


class StampError(ToldError):
    """Pages are missing, or are not what the project or the warehouse would give; the message says which."""


@dataclass(frozen=True)
class Stamp:
    """What pages were made of.

    Attributes:
        warehouse: hash of the DuckDB file.
        as_of: up to when submissions and decisions count in them.
        submissions: what counted then.
        note: what their readers are told of this release.
        project: hash of each file of the project, by its path.
        rendered: hash of each finished file, by its path; nothing before all pages came out.
        runner: what rendered them.
    """

    warehouse: str
    as_of: datetime
    submissions: tuple[str, ...]
    note: str
    project: Mapping[str, str | None] = field(default_factory=dict)
    rendered: Mapping[str, str | None] = field(default_factory=dict)
    runner: str = ""


_STAMP = TypeAdapter(Stamp)


def written(folder: Path, stamp: Stamp) -> None:
    """Write down what a project was made of, once all of it is there."""
    _write(folder, replace(stamp, project=hashes(folder)))


def unrendered(folder: Path, warehouse: str) -> None:
    """Take back what was rendered of a project before, if the project is whole and of a warehouse.

    Raises:
        StampError: it is not.
    """
    stamp = _demand(folder, warehouse)
    shutil.rmtree(find_project(folder).output_folder, ignore_errors=True)
    _write(folder, replace(stamp, rendered={}, runner=""))


def rendered(folder: Path, runner: str) -> None:
    """Write down that every page of a project came out.

    Raises:
        StampError: the project has changed in the meantime.
    """
    stamp = _read(folder)
    _demand(folder, stamp.warehouse)
    _write(folder, replace(stamp, rendered=hashes(find_project(folder).output_folder), runner=runner))


def demand_rendered(folder: Path, warehouse: str) -> Stamp:
    """Give what finished pages were made of, if they are those of this project and of a warehouse.

    Raises:
        StampError: they are not, or are not all there.
    """
    stamp = _demand(folder, warehouse)
    if not stamp.rendered or hashes(find_project(folder).output_folder) != stamp.rendered:
        raise StampError("report.error.pages_not_rendered", folder=folder)
    return stamp


def _demand(folder: Path, warehouse: str) -> Stamp:
    stamp = _read(folder)
    if stamp.warehouse != warehouse:
        raise StampError("report.error.pages_of_other_warehouse", folder=folder)
    found = hashes(folder)
    if any(found.get(name) != digest for name, digest in stamp.project.items()):
        raise StampError("report.error.pages_changed", folder=folder)
    return stamp


def _read(folder: Path) -> Stamp:
    try:
        return _STAMP.validate_json((folder / STAMP).read_bytes())
    except (OSError, ValidationError) as error:
        raise StampError("report.error.no_stamp", folder=folder) from error


def _write(folder: Path, stamp: Stamp) -> None:
    write_durably(folder / STAMP, _STAMP.dump_json(stamp, indent=1) + b"\n")
