"""Building the warehouse with dbt: the manifest, one command in a process of its own, and the swap.

What belongs here: everything about dbt that does not need Dagster. What does not: SQL, and dbt's models as
assets (`dbt.py`). dbt builds a database that nobody reads; when it is finished, it replaces the published one.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from ingestion.records.mendable import MendableError
from ingestion.storage.files import database_aside_of, exclusive
from ingestion.storage.home import Home
from ingestion.storage.machine import spill_folder, warehouse_limits
from orchestration.environment import IS_CLONE, ROOT, home_from, warehouse_memory
from reports.database import no_room

PROJECT_DIR = ROOT / "dbt_project"
DATABASE_VARIABLE = "TONGKET_DBT_DATABASE"
BRONZE_VARIABLE = "TONGKET_BRONZE"
_IN_PATTERNS = re.compile(r"([\[*?])")

_MOST_PARALLEL = 4
"""How many models are built at once, at most: each takes its part of the memory."""

_PARSE_SECONDS = 600.0
"""How long another process may take to parse the project, on the slowest machine."""

NOT_OF_THE_PROJECT = ("target", "logs", "dbt_packages", ".user.yml", "sample_bronze")
"""What lies in the project's folder and is not parsed: what dbt writes, and rows to try the project on."""


_TRACEBACK = "Traceback (most recent call last)"
_LAST_LINES = 30


class WarehouseBuildError(MendableError):
    """dbt could not be parsed or did not build; the message holds what it said last."""

    is_refusal = True


def candidate_database(home: Home) -> Path:
    """Give the database that dbt builds.

    Its path is the same in each run, since dbt parses everything anew when the connection changes.
    """
    return home.build / "warehouse.duckdb"


def dbt_environment(database: Path, bronze: Path) -> dict[str, str]:
    """Give the environment that the project's profile and sources read.

    Raises:
        MemorySettingError: the setting of the warehouse's memory says nothing that can be used.
    """
    limits = warehouse_limits(warehouse_memory())
    return {
        DATABASE_VARIABLE: str(database),
        BRONZE_VARIABLE: as_pattern(bronze),
        "TONGKET_DBT_MEMORY": f"{limits.memory_mb}MB",
        "TONGKET_DBT_THREADS": str(limits.threads),
        "TONGKET_DBT_PARALLEL": str(min(limits.threads, _MOST_PARALLEL)),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def as_pattern(folder: Path) -> str:
    """Give a folder for a quoted text of SQL that is read as a pattern, in which no sign of its name is one."""
    return _IN_PATTERNS.sub(r"[\1]", str(folder)).replace("'", "''")


def dbt_program() -> str:
    """Give the dbt that belongs to this Python, also where its folder is not on the search path."""
    return shutil.which("dbt", path=str(Path(sys.executable).parent)) or "dbt"


def project_fingerprint(project_dir: Path) -> str:
    """Give a hash of all that dbt parses, and of the dbt that parses it."""
    digest = hashlib.sha256(f"dbt-core {version('dbt-core')} dbt-duckdb {version('dbt-duckdb')}".encode())
    for path in sorted(project_dir.rglob("*")):
        relative = path.relative_to(project_dir)
        if path.is_file() and relative.parts[0] not in NOT_OF_THE_PROJECT:
            digest.update(f"\0{relative.as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def prepare_manifest(project_dir: Path = PROJECT_DIR, cache: Path | None = None) -> Path:
    """Give the project's manifest, parsing the project if this state of it was never parsed before.

    Parsing takes seconds, so manifests are kept by the content of the project: under its `target/` in a clone
    and of a copy, else in the state folder, since nothing is ever written where the product is installed.

    Raises:
        WarehouseBuildError: dbt cannot parse the project.
        LockedError: another process has been parsing it for very long.
    """
    cache = cache or project_cache(project_dir)
    folder = cache / project_fingerprint(project_dir)
    manifest = folder / "manifest.json"
    if manifest.is_file():
        return manifest
    cache.mkdir(parents=True, exist_ok=True)
    with exclusive(cache / "lock", _PARSE_SECONDS):  # two processes that start together parse once
        if not manifest.is_file():
            for stale in (path for path in cache.iterdir() if path.is_dir()):
                shutil.rmtree(stale)
            with tempfile.TemporaryDirectory(dir=cache) as scratch:
                _parse(project_dir, Path(scratch))
                folder.mkdir()
                (Path(scratch) / "manifest.json").replace(manifest)
    return manifest


def project_cache(project_dir: Path) -> Path:
    """Give the folder for what is found out of a project once for each state of it."""
    if (IS_CLONE or project_dir != PROJECT_DIR) and os.access(project_dir, os.W_OK):
        return project_dir / "target" / "manifests"
    return home_from().build / "manifests"


def _parse(project_dir: Path, target: Path) -> None:
    # Parsing reads neither; the names only have to be there.
    environment = dbt_environment(target / "parse.duckdb", target / "bronze")
    run_dbt(["parse"], project_dir, target, environment)


def run_dbt(args: Sequence[str], project_dir: Path, target: Path, environment: Mapping[str, str]) -> None:
    """Run one dbt command in a process of its own.

    Raises:
        WarehouseBuildError: dbt did not succeed.
        OutOfRoomError: memory or disk did not suffice.
    """
    folders = ["--project-dir", project_dir, "--profiles-dir", project_dir]
    written = ["--target-path", target, "--log-path", target]
    done = subprocess.run(
        [dbt_program(), "--no-use-colors", *args, *map(str, (*folders, *written))],
        env={**os.environ, **environment},
        cwd=project_dir,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        if lack := no_room(done.stdout + done.stderr, Path(environment[DATABASE_VARIABLE])):
            raise lack
        said = (done.stdout + done.stderr).strip().splitlines()
        if any(line.startswith(_TRACEBACK) for line in said):
            said = said[-1:]  # how dbt came to its end is for its log; what ended it is the last line
        last_lines = "\n".join(said[-_LAST_LINES:])
        raise WarehouseBuildError(f"dbt {args[0]} failed; see {target / 'dbt.log'}\n{last_lines}")


def remove_database(database: Path) -> None:
    """Remove a database, its log and what it has put aside, if they are there."""
    for path in (database, database.with_name(database.name + ".wal")):
        path.unlink(missing_ok=True)
    shutil.rmtree(spill_folder(database), ignore_errors=True)


def swap_in(candidate: Path, published: Path) -> None:
    """Put a finished database in the place of the one that readers open, in one step.

    Raises:
        WarehouseBuildError: the database is not there, or was not closed properly.
    """
    if not candidate.is_file() or candidate.with_name(candidate.name + ".wal").exists():
        raise WarehouseBuildError(f"{candidate} is missing or was left unfinished; run the load again")
    candidate.replace(published)


def build_aside(home: Home, database: Path, as_of: datetime | None, project_dir: Path = PROJECT_DIR) -> None:
    """Build a warehouse from bronze at a place of its own, without tests.

    Raises:
        WarehouseBuildError: dbt did not succeed.
    """
    scratch = database_aside_of(database)
    args = ["run"]
    if as_of is not None:
        args += ["--vars", json.dumps({"as_of": f"{as_of.astimezone(UTC):%Y-%m-%d %H:%M:%S}"})]
    try:
        with tempfile.TemporaryDirectory() as target:
            run_dbt(args, project_dir, Path(target), dbt_environment(scratch, home.bronze))
        swap_in(scratch, database)
    finally:
        remove_database(scratch)
