"""The warehouse as it would have stood at an earlier moment, for answers that are asked as of then.

What belongs here: when such a warehouse is still true, and what it is built from. What does not: dbt
(`warehouse.py`), and the moment that a publication shows (`moment.py`).

Submissions and decisions count up to the moment; forms, rules and the registry are those of today, the office's
own files among them.
"""

import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

from ingestion.chronicle.in_force import in_force
from ingestion.definitions.overlay import catalogue_of, own_files
from ingestion.storage.files import aside_of
from ingestion.storage.home import Home
from orchestration import moment
from orchestration.project import project_of
from orchestration.warehouse import PROJECT_DIR, build_aside, project_fingerprint


def warehouse_as_of(home: Home, as_of: datetime, now: datetime) -> Path:
    """Give the warehouse as it would have stood at a moment, building it aside if it was not built before.

    What is kept is named after the moment and after all that it was built from, so it is never out of date: the
    ledger, the registry and the office's own files as they are now, also where nothing was loaded since they
    changed.

    Args:
        home: the state folder.
        as_of: the moment.
        now: what is recorded where bronze has to be written anew.

    Raises:
        WarehouseBuildError: dbt did not succeed.
        WriterBusyError: a run of intake does not come to its end.
        CatalogueError: a file of the office does not fit.
        RegistryError: the registry cannot be read.
        DamagedOriginalsError: figures that count are in originals that are not what they were.
    """
    instant = as_of.astimezone(UTC)
    folder = home.build / "as_of"

    def built_from(place: Home) -> Path:
        return folder / f"{instant:%Y%m%dT%H%M%S}-{_inputs_fingerprint(place)}.duckdb"

    if (database := built_from(home)).is_file():
        return database
    folder.mkdir(parents=True, exist_ok=True)
    inputs = Home(aside_of(folder / "inputs"))
    try:
        moment.take(home, database.stem, lambda: now, place=lambda _: inputs)
        database = built_from(inputs)  # something may have been filed or edited since
        build_aside(inputs, database, instant, project_of(catalogue_of(inputs), inputs))
    finally:
        shutil.rmtree(inputs.root, ignore_errors=True)
    return database


def _inputs_fingerprint(home: Home) -> str:
    digest = hashlib.sha256(project_fingerprint(PROJECT_DIR).encode())
    tables = in_force(home).tables
    ledger = {home.ledger.name: home.ledger.read_bytes()} if home.ledger.is_file() else {}
    for name, content in {**ledger, **dict(sorted(tables.items()))}.items():
        digest.update(name.encode())
        digest.update(content)
    for file in own_files(home.registry):
        digest.update(f"{file.place}\0{file.text}\0".encode())
    return digest.hexdigest()[:12]
