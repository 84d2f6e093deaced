"""Small files from the field, each an example of a kind: rightly answered by a check and by a run alike."""

import json
import tarfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from demo.registry_files import write_registry
from demo.world import World
from ingestion import pipeline
from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry import load_registry
from ingestion.landing import inbox
from ingestion.landing.ledger import Ledger
from ingestion.reading import read_file
from ingestion.records.findings import Verdict
from ingestion.storage.home import Home
from orchestration.cli import main
from tests.support.office import office_of

FOLDER = Path(__file__).parents[3] / "shared" / "field"
RECEIVED = datetime(2020, 1, 10, 3, 0, tzinfo=UTC)
"""Before the calendar's lock of 2019-N."""

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"{FOLDER} is not there: the files from the field were not tried"
)


@dataclass(frozen=True)
class Right:
    """The right answer to a file.

    Attributes:
        findings: the rule and the cell of each error.
        cells: what is read in some cells, by form, row and column.
        notes: codes of notes that the receipt has to have.
    """

    verdict: str = "accepted"
    findings: frozenset[tuple[str, str]] = frozenset()
    cells: dict[tuple[str, int, str], Any] = field(default_factory=dict)
    notes: frozenset[str] = frozenset()


ANSWERS = {
    "F01a": Right(),
    "F01b": Right("rejected", frozenset({("V009", "B01!C9")})),
    "F03": Right(),
    "F04a": Right(cells={("B05", 21, "C"): 0, ("B05", 33, "L"): 0}, notes=frozenset({"R140"})),
    "F05a": Right(notes=frozenset({"R140"})),
    "F06a": Right(),
    "F07": Right(),
    "F08a": Right(),
    "F08b": Right(),
    "F10a": Right(),
    "F10b": Right(),
    "F10c": Right(),
    "F11": Right("rejected", frozenset({("R089", "B00!C9")})),
    "F12a": Right("rejected", frozenset({("R043", "B08!G9")})),
    "F13a": Right(),
    "F17": Right(),
}


def path_of(name: str) -> Path:
    (path,) = FOLDER.glob(f"{name}-*")
    return path


@pytest.fixture(scope="module")
def home(demo_world: World, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A state folder with the registry of the demo world, and nothing else."""
    home = Home(Path(tmp_path_factory.mktemp("field")) / "home")
    write_registry(home.registry, demo_world.registry)
    return home


@pytest.fixture(scope="module")
def checked(home: Home, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What `check` says of each file, with its return."""
    folder = tmp_path_factory.mktemp("returned")
    paths = [path_of(name) for name in (*ANSWERS, "S01")]
    arguments = ["--home", str(home.root), "check", "--json", "--return", str(folder), *map(str, paths)]
    done = CliRunner().invoke(main, arguments)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return dict(zip((*ANSWERS, "S01"), answers, strict=True))


@pytest.fixture(scope="module")
def run(home: Home, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict | None]:
    """What a run says of each file that was submitted, by its name."""
    registry, catalogue = load_registry(home.registry), load_catalogue()
    for name in ANSWERS:
        inbox.put_in_inbox(home, path_of(name), "VP-YL", RECEIVED)
    inbox.put_in_inbox(home, path_of("S01"), "DB-ML", RECEIVED)
    with tarfile.open(path_of("F02")) as archive:
        archive.extractall(home.inbox, filter="data")
    now = datetime.now(UTC)
    pipeline.land_inbox(office_of(home, registry, catalogue, now))
    for period in pipeline.pending_periods(home):
        report = pipeline.judge_period(office_of(home, registry, catalogue, now), period, engine="masks")
        assert not report.faults and not report.unreturned
    records = Ledger(home.ledger).replay().submissions.values()
    return {record.original_name.partition("-")[0]: record.verdict for record in records}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_check_answers_a_file_from_the_field_rightly(name: str, checked: dict[str, dict[str, Any]]) -> None:
    answer, right = checked[name], ANSWERS[name]
    assert answer["verdict"] == right.verdict
    errors = {(f["rule"], f"{f['sheet']}!{f['cell']}") for f in answer["findings"] if f["severity"] == "error"}
    assert errors == right.findings
    assert openpyxl.load_workbook(answer["return"]).sheetnames


@pytest.mark.parametrize("name", ANSWERS)
def test_a_run_answers_a_file_from_the_field_as_a_check_does(name: str, run: dict[str, Verdict | None]) -> None:
    assert str(run[name]) == ANSWERS[name].verdict


@pytest.mark.parametrize("name", [name for name, right in ANSWERS.items() if right.cells or right.notes])
def test_figures_are_what_somebody_wrote_and_what_is_left_out_is_told(name: str) -> None:
    right, reading = ANSWERS[name], read_file(path_of(name), load_catalogue())
    for (form, number, letter), value in right.cells.items():
        table = reading.tables[form]
        (row,) = (row for row in table.rows if row.number == number)
        (column,) = (code for code in table.columns if table.cell(row, code) == f"{letter}{number}")
        assert row.values[column] == value
    assert right.notes <= {note.code for note in reading.notes}


def test_marking_ends_where_a_cell_has_no_reference(
    checked: dict[str, dict[str, Any]], run: dict[str, Verdict | None]
) -> None:
    assert checked["S01"]["verdict"] == "rejected"
    assert run["S01"] is Verdict.REJECTED


def test_a_name_that_is_not_utf_8_is_taken_and_judged(run: dict[str, Verdict | None]) -> None:
    assert len(run) == len(ANSWERS) + 2
    assert set(run.values()) <= {Verdict.ACCEPTED, Verdict.REJECTED, Verdict.ON_HOLD}
