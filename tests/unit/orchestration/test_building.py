"""The manifest is parsed once for a state of the project; a database appears at once or not at all."""

import re
import shutil
from pathlib import Path

import duckdb
import jinja2
import pytest

from ingestion.storage.machine import MEMORY_VARIABLE
from orchestration import warehouse
from orchestration.warehouse import (
    PROJECT_DIR,
    WarehouseBuildError,
    prepare_manifest,
    project_fingerprint,
    run_dbt,
    swap_in,
)
from reports.database import OutOfRoomError, no_room
from reports.marts import open_warehouse

PROJECT = """\
name: small
version: "1.0"
profile: small
model-paths: [models]
flags: {send_anonymous_usage_stats: false}
"""
PROFILE = """\
small:
  target: local
  outputs:
    local: {type: duckdb, path: "{{ env_var('TONGKET_DBT_DATABASE') }}"}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(PROJECT, encoding="utf-8")
    (folder / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    (folder / "models" / "one.sql").write_text("select 1 as n", encoding="utf-8")
    return folder


def test_a_project_is_parsed_once_for_each_of_its_states(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = []

    def parse(folder: Path, target: Path) -> None:
        parsed.append(project_fingerprint(folder))
        (target / "manifest.json").write_text("{}", encoding="utf-8")

    monkeypatch.setattr(warehouse, "_parse", parse)
    first = prepare_manifest(project)
    assert prepare_manifest(project) == first
    (project / "models" / "two.sql").write_text("select 2 as n", encoding="utf-8")
    second = prepare_manifest(project)
    assert second != first and len(parsed) == 2
    assert second.is_file() and not first.is_file(), "manifests of older states pile up"


def test_what_dbt_writes_does_not_change_the_fingerprint(project: Path) -> None:
    before = project_fingerprint(project)
    for generated in ("target", "logs"):
        (project / generated).mkdir()
        (project / generated / "x").write_text("x", encoding="utf-8")
    (project / ".user.yml").write_text("id: 1", encoding="utf-8")
    assert project_fingerprint(project) == before


def test_a_project_that_dbt_cannot_parse_says_why(project: Path, tmp_path: Path) -> None:
    (project / "models" / "one.sql").write_text("select * from {{ ref('nowhere') }}", encoding="utf-8")
    with pytest.raises(WarehouseBuildError, match="nowhere"):
        prepare_manifest(project, tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*/manifest.json"))


def test_an_unfinished_database_is_never_published(tmp_path: Path) -> None:
    published = tmp_path / "published.duckdb"
    published.write_bytes(b"old")
    candidate = tmp_path / "candidate.duckdb"
    with pytest.raises(WarehouseBuildError):
        swap_in(candidate, published)
    candidate.write_bytes(b"new")
    (tmp_path / "candidate.duckdb.wal").write_bytes(b"unfinished")
    with pytest.raises(WarehouseBuildError):
        swap_in(candidate, published)
    assert published.read_bytes() == b"old"
    (tmp_path / "candidate.duckdb.wal").unlink()
    swap_in(candidate, published)
    assert published.read_bytes() == b"new"


SORTED = "select hash(i) as mixed, repeat(hash(i)::text, 20) as text from range(300000) as r(i) order by 1"
HELD = "select list(repeat(hash(i)::text, 50)) as held from range(150000) as r(i)"


def test_what_does_not_fit_into_memory_spills_and_what_cannot_is_told(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MEMORY_VARIABLE, "100MB")
    shutil.copy(PROJECT_DIR / "profiles.yml", project / "profiles.yml")
    settings = project / "dbt_project.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("profile: small", "profile: tongket"))
    (project / "models" / "one.sql").write_text(f"{{{{ config(materialized='table') }}}} {SORTED}")
    (project / "models" / "two.sql").write_text(
        f"-- depends_on: {{{{ ref('one') }}}}\n{{{{ config(materialized='table') }}}} {HELD}"
    )
    database = tmp_path / "new.duckdb"
    with pytest.raises(OutOfRoomError) as told:
        run_dbt(["run"], project, tmp_path / "t", warehouse.dbt_environment(database, tmp_path))
    said = told.value.told("en")
    assert "100 MB" in said and MEMORY_VARIABLE in said and "Traceback" not in said
    with duckdb.connect(str(database), read_only=True) as connection:
        assert connection.sql("select count(*) from one").fetchall() == [(300000,)]


def test_a_disk_that_is_full_is_told_apart_from_memory(tmp_path: Path) -> None:
    said = "Out of Memory Error: failed to offload data block of size 256.0 KiB (0 bytes/0 bytes used).\n"
    said += "This limit was set by the 'max_temp_directory_size' setting."
    told = no_room(said, tmp_path / "warehouse.duckdb")
    assert told is not None and str(tmp_path) in told.told("en")
    assert no_room("Parser Error: syntax error", tmp_path) is None


@pytest.mark.parametrize(
    ("before", "query", "key"),
    [
        ("", "select list(range) from range(40_000_000)", "no_memory"),
        (
            "set max_temp_directory_size = '1MB'",
            "select * from range(40_000_000) order by hash(range)",
            "no_disk",
        ),
    ],
)
def test_a_question_for_which_there_is_no_room_says_what_is_short_and_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, query: str, key: str
) -> None:
    database = tmp_path / "state" / "warehouse.duckdb"
    database.parent.mkdir()
    duckdb.connect(str(database)).close()
    monkeypatch.setenv(MEMORY_VARIABLE, "100MB")
    with pytest.raises(OutOfRoomError) as told, open_warehouse(database) as connection:
        if before:
            connection.execute(before)
        connection.execute(query).fetchone()
    short = {"no_memory": (MEMORY_VARIABLE, "100 MB"), "no_disk": (str(database.parent), MEMORY_VARIABLE)}
    assert all(word in told.value.told("en") for word in short[key])
    assert told.value.key == f"warehouse.{key}"
    assert list(database.parent.iterdir()) == [database], "what was put aside is gone"


@pytest.mark.parametrize("name", ["Báo cáo (2020)", "[1] {x}*?", "{{ x }}", "{{< env HOME >}}", "d'q"])
def test_a_state_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    for path in (
        folder / "forms" / "B01" / "x.parquet",
        folder / "reference" / "x.parquet",
        folder / "x.parquet",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        duckdb.sql("select 1 as one").write_parquet(str(path))
    told = warehouse.dbt_environment(tmp_path / "w.duckdb", folder)
    text = (PROJECT_DIR / "models" / "staging" / "_sources.yml").read_text(encoding="utf-8")
    places = re.findall(r'external_location: "(.*)"', text)
    assert len(places) == 3
    for (
        place
    ) in places:  # dbt fills in the environment, then its adapter the name, and quotes what has no bracket
        filled = jinja2.Template(place).render(env_var=lambda key, _: told[key]).format_map({"name": "x"})
        assert filled.startswith("'")
        assert duckdb.sql(f"select one from {filled}").fetchall() == [(1,)]
