"""A state folder that commit 2c14c22 wrote, before folders had a version: opened by today's product.

The fixture holds what that product received, judged, decided and published, its bronze, and beside it what it
said of each submission and every figure. What later issues corrected on purpose stands in `corrected.csv`.
"""

import csv
import re
import tarfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from ingestion.bronze.marks import read_marks
from ingestion.chronicle.in_force import settle
from ingestion.chronicle.versions import Change, Chronicle
from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry import load_registry
from ingestion.landing.ledger import Ledger
from ingestion.landing.state import LedgerState
from ingestion.pipeline import rebuild_bronze
from ingestion.storage.home import Home
from ingestion.upkeep.version import VERSION, version_of
from ingestion.words.messages import message
from orchestration.cli import main
from orchestration.warehouse import PROJECT_DIR, dbt_environment, run_dbt
from tests.support.corrections import Correction, complaints, read_corrections, read_figures, written
from tests.support.office import office_of

FIXTURE = Path(__file__).parents[1] / "fixtures" / "state_2c14c22"


@dataclass(frozen=True)
class Opened:
    home: Home
    reads: Result
    left_by_reading: dict[str, bytes]
    unpacked: dict[str, bytes]
    first_write: Result
    second_write: Result
    rebuilt: list[str]


def content(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def call(home: Home, *args: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home.root), "--lang", "en", *args])


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    home = Home(tmp_path_factory.mktemp("older") / "home")
    with tarfile.open(FIXTURE / "state.tar.xz") as packed:
        packed.extractall(home.root, filter="data")
    unpacked = content(home.root)
    reads = call(home, "status", "--json")
    left = content(home.root)
    first, second = call(home, "alerts"), call(home, "alerts")
    rebuilt = rebuild_bronze(office_of(home, load_registry(home.registry), load_catalogue(), datetime.now(UTC)))
    only_figures = ["run", "--select", "+fct_indicator_derived"]
    run_dbt(only_figures, PROJECT_DIR, home.build / "dbt", dbt_environment(home.warehouse, home.bronze))
    return Opened(home, reads, left, unpacked, first, second, rebuilt)


def test_a_command_that_reads_takes_an_older_folder_as_it_is(opened: Opened) -> None:
    assert opened.reads.exit_code == 0, opened.reads.output
    assert opened.left_by_reading == opened.unpacked


def test_the_first_command_that_writes_migrates_it_and_says_so_once(opened: Opened) -> None:
    told = [message(f"state.migrated.{n}", "en", home=opened.home.root) for n in range(2, VERSION + 1)]
    assert opened.first_write.exit_code == opened.second_write.exit_code == 0
    assert opened.first_write.stderr.splitlines() == told
    assert opened.second_write.stderr == ""
    assert version_of(opened.home) == VERSION


def test_bronze_of_an_older_layout_or_reader_is_written_anew(opened: Opened) -> None:
    assert opened.rebuilt == sorted(read_marks(opened.home.bronze)) != []


def test_originals_and_ledger_are_left_byte_for_byte(opened: Opened) -> None:
    now = content(opened.home.root)
    kept = [
        name for name in opened.unpacked if name.startswith(("landing/", "registry/", "releases/", "returns/"))
    ]
    assert len(kept) > 20
    assert [name for name in kept if now.get(name) != opened.unpacked[name]] == []


def test_what_the_registry_of_an_older_folder_holds_is_the_first_version_that_is_known(opened: Opened) -> None:
    assert "landing/registry.jsonl" not in opened.unpacked
    found = settle(opened.home, datetime.now(UTC))
    (version,) = Chronicle(opened.home).versions()
    assert (version.kind, found.refused, found.name) == (Change.FIRST, None, version.name)
    kept = {
        name.partition("/")[2]: data for name, data in opened.unpacked.items() if name.startswith("registry/")
    }
    assert {name for name in kept if name.endswith(".csv")} == version.files.keys()


def test_every_file_has_a_name_that_windows_knows_too(opened: Opened) -> None:
    names = {part for path in opened.home.root.rglob("*") for part in path.relative_to(opened.home.root).parts}
    assert len(names) > 50
    assert [name for name in names if re.search(r'[<>:"\\|?*\x00-\x1f]|[. ]$', name)] == []
    assert not {name.partition(".")[0].lower() for name in names} & {"con", "prn", "aux", "nul"}


def test_verdicts_decisions_and_what_counts_are_what_they_were(opened: Opened) -> None:
    state = Ledger(opened.home.ledger).replay()
    with (FIXTURE / "submissions.csv").open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    assert {row["told_as"] for row in expected} >= {
        "accepted",
        "rejected",
        "withdrawn",
        "on_hold",
        "unreadable",
    }
    assert [said_of(state, name) for name in state.submissions] == expected
    assert len(state.duplicates) == len(state.unknown) == 1


def said_of(state: LedgerState, name: str) -> dict[str, str]:
    record = state.submissions[name]
    return {
        "submission": name,
        "verdict": str(record.verdict),
        "findings": str(len(record.findings)),
        "decisions": " ".join(decision.decision for decision in record.decisions),
        "status": str(record.status),
        "told_as": record.told_as,
        "counts": "yes" if state.effective(record.key.unit, record.key.period) is record else "no",
    }


def test_every_figure_is_what_it_was_but_for_those_that_are_listed(opened: Opened) -> None:
    before, corrections = read_figures(FIXTURE / "figures.csv"), read_corrections(FIXTURE / "corrected.csv")
    with duckdb.connect(str(opened.home.warehouse), read_only=True) as warehouse:
        rows = warehouse.sql(
            """
            select indicator_code, org_code, period_code, '', value, status from fct_indicator_value
            union all
            select indicator_code, org_code, period_code, derivation, value, status from fct_indicator_derived
            """
        ).fetchall()
    after = {(row[0], row[1], row[2], row[3]): written(row[4], row[5]) for row in rows}
    assert len(before) > 10_000
    assert complaints(before, after, corrections) == []


KEY = ("admissions", "VP", "2019-N", "")


@pytest.mark.parametrize(
    ("after", "corrections", "complains"),
    [
        ({KEY: "7 final"}, (), False),
        ({KEY: "8 final"}, (), True),
        ({KEY: "7 provisional"}, (), True),
        ({}, (), True),
        ({KEY: "8 final"}, (Correction(KEY, "7 final", "8 final", "a reason"),), False),
        ({}, (Correction(KEY, "7 final", "", "a reason"),), False),
        ({KEY: "7 final"}, (Correction(KEY, "7 final", "8 final", "a reason"),), True),
        ({KEY: "8 final"}, (Correction(KEY, "6 final", "8 final", "a reason"),), True),
        ({KEY: "8 final"}, (Correction(KEY, "7 final", "8 final", ""),), True),
        ({KEY: "8 final"}, (Correction(KEY, "7 final", "8 final", "a reason"),) * 2, True),
    ],
)
def test_a_difference_has_to_be_listed_and_a_listed_one_to_occur(
    after: dict[tuple[str, str, str, str], str], corrections: tuple[Correction, ...], complains: bool
) -> None:
    assert bool(complaints({KEY: "7 final"}, after, corrections)) == complains
