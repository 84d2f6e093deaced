"""`python -m demo.sample`: the small bronze that lies beside the dbt project, for whoever tries that by itself.

What belongs here: which part of the demo world it is, and writing it. What does not: the demo world
(`world.py`) and what bronze looks like (`ingestion.bronze`).
"""

import csv
import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel

from demo.registry_files import Tables
from demo.world import World, build
from demo.writing import write_world
from ingestion import pipeline
from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry import load_registry
from ingestion.definitions.registry_rows import Organisation
from ingestion.storage.home import Home

FOLDER = Path(__file__).parent.parent / "dbt_project" / "sample_bronze"
PROVINCE, DISTRICT = "DB", "DB-MA"
PERIODS = ("2020-6T", "2020-N")
_LOADED_AT = datetime(2021, 3, 1, tzinfo=UTC)
_BODY_COLUMNS = ("org_code", "predecessor_code", "successor_code")
_WRITTEN_BY_THE_PRODUCT_ALONE = "written.json"


def sample_of(world: World) -> World:
    """Give a province with one of its districts, for the half year and the whole of it."""
    bodies = {PROVINCE, DISTRICT}
    organisations = [row for row in world.registry["organisations"] if isinstance(row, Organisation)]
    below = {row.org_code for row in organisations if row.parent_code in bodies and not row.files_reports}
    about: Tables = {
        name: [r for r in rows if _is_about(r, bodies | below)] for name, rows in world.registry.items()
    }
    registry: Tables = {name: rows for name, rows in about.items() if rows}
    filed = (s for s in world.submissions if s.unit in bodies and s.period.code in PERIODS)
    return replace(world, registry=registry, submissions=tuple(filed))


def write_sample(folder: Path = FOLDER) -> None:
    """File the sample, take it in, and put its bronze in the place of the one that is there."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Home(Path(scratch))
        world = sample_of(build())
        write_world(world, home)
        _cut_statements(home.registry / "statements.csv")
        office = pipeline.Office(home, load_registry(home.registry), load_catalogue(), lambda: _LOADED_AT)
        pipeline.land_inbox(office)
        for period in pipeline.pending_periods(home):
            pipeline.judge_period(office, period, engine="masks")
        (home.bronze / _WRITTEN_BY_THE_PRODUCT_ALONE).unlink()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(home.bronze, folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _is_about(row: BaseModel, bodies: set[str]) -> bool:
    """Say whether a row is about some of these bodies, or about none at all."""
    named = [code for column in _BODY_COLUMNS if (code := getattr(row, column, ""))]
    return all(code in bodies for code in named)


def _cut_statements(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["org_code"] == PROVINCE]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    write_sample()
