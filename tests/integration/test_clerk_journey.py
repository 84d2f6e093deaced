"""A clerk's way: template, wrong figures, return, mended and explained, accepted, report changed, alerts.

The whole module is one story, told once; each test looks at one part of what came of it.
"""

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner
from openpyxl.workbook import Workbook

from ingestion.alerts.channels import MAIL_SERVER_VARIABLE
from ingestion.storage.home import Home
from orchestration.cli import main
from tests.integration.small_state import (
    CODE_ROW,
    FIRST_ROW,
    MEMBERS,
    UNIT,
    fill_template,
    make_home,
    write_sound,
)
from tests.support.mailbox import HOST, Mailbox

CONTACTS = f"org_code,role,channel,language\n{UNIT},clerk,mailto://vanphong@vidu.example,vi\n"
CALENDAR = "period_code,opens_on,due_on,locked_on\n2019-N,,2020-01-20,\n2020-N,,2021-01-20,\n"


@dataclass
class Story:
    """What was seen on the way."""

    home: Home
    mailbox: Mailbox
    checked: dict[str, object]
    returned: Path
    members_before: float | None
    members_after: float | None
    changes: list[dict[str, object]]
    statuses: dict[str, dict[str, object]]
    refused: dict[str, object]
    alerts: list[dict[str, object]]
    meanwhile: str
    versions: list[dict[str, object]]
    manifests: list[dict[str, object]]


def admit_one(book: Workbook) -> None:
    """Let the first organisation admit one member, in every form that says so."""
    changes = {
        "B01": {"in_admitted": 1, "in_total": 1, "closing_members": MEMBERS + 1, "closing_probationary": 1},
        "B02": {"admitted_total": 1, "admitted_age_18_30": 1},
        "B04": {f"members_{part}": MEMBERS + 1 for part in ("total", "rated", "completed")},
    }
    for code, values in changes.items():
        for column, value in values.items():
            set_cell(book, code, column, value)


def set_cell(book: Workbook, code: str, column: str, value: int | None) -> str:
    """Write a figure of the first organisation and give the cell's address."""
    sheet = book[code]
    position = next(cell.column for cell in sheet[CODE_ROW] if cell.value == column)
    cell = sheet.cell(FIRST_ROW, position)
    cell.value = value
    return cell.coordinate


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("journey")
    home = make_home(folder / "data")
    (home.registry / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    # The story happens whenever the test runs, so the period is still open.
    (home.registry / "calendar.csv").write_text(CALENDAR, encoding="utf-8")
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = int(free.getsockname()[1])
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname=HOST, port=port)
    controller.start()
    server = f"mailto://{HOST}:{port}?from=tongket@vidu.example&mode=insecure"

    def tongket(*words: str | Path, expected: int = 0) -> str:
        command = ["--home", str(home.root), *map(str, words)]
        done = CliRunner().invoke(main, command, env={MAIL_SERVER_VARIABLE: server})
        assert done.exit_code == expected, done.output
        return done.stdout

    try:
        yield _told(folder, home, mailbox, tongket)
    finally:
        controller.stop()


def _told(folder: Path, home: Home, mailbox: Mailbox, tongket: Callable[..., str]) -> Story:
    def members() -> float | None:
        asked = ("--indicator", "members", "--unit", UNIT, "--period", "2020-N", "--json")
        value: float | None = json.loads(tongket("figures", *asked))["value"]
        return value

    earlier = write_sound(home, "2019-N", folder / "2019-N.xlsx")
    tongket("submit", earlier, "--unit", UNIT, "--received-at", "2020-01-10")
    tongket("template", "--unit", UNIT, "--period", "2020-N", "-o", folder / "blank.xlsx")
    book = fill_template(folder / "blank.xlsx", home)
    admit_one(book)
    set_cell(book, "B01", "closing_members", MEMBERS + 2)
    set_cell(book, "B02", "confirmed_official", None)
    wrong = folder / "2020-N.xlsx"
    book.save(wrong)
    checked = json.loads(tongket("check", wrong, "--json", expected=1))
    tongket("submit", wrong, "--unit", UNIT)
    tongket("run")
    tongket("alerts", "--deliver")
    before = members()

    returned = home.returns / UNIT / f"{UNIT}.2020-N.r1.xlsx"
    book = openpyxl.load_workbook(returned)
    set_cell(book, "B01", "closing_members", MEMBERS + 1)
    answers = book["Giai_trinh"]
    columns = {str(cell.value): cell.column for cell in answers[CODE_ROW] if cell.value}
    asked = [row for row in answers.iter_rows(min_row=CODE_ROW + 2) if row[columns["rule"] - 1].value == "V010"]
    assert len(asked) == 1
    answers.cell(asked[0][0].row, columns["text"]).value = "Hồ sơ công nhận chính thức đang chờ duyệt."
    mended = folder / "2020-N (sửa).xlsx"
    book.save(mended)
    tongket("submit", mended, "--unit", UNIT)
    # Somebody edits the registry meanwhile and makes a mistake; it is mended on the next day.
    organisations = home.registry / "organisations.csv"
    sound = organisations.read_bytes()
    organisations.write_bytes(sound.replace(b",2005-01-01,", b",1/1/2005,", 1))
    refused = json.loads(tongket("run", "--json", expected=1))
    tongket("alerts", "--deliver")
    alerts = json.loads(tongket("alerts", "--all", "--json"))
    meanwhile = tongket("status")
    organisations.write_bytes(
        sound + f"VD-NX-09,Mới,GRASSROOTS,CHI_BO_CO_SO,,,{UNIT},0,DANG,2199-01-01,\n".encode()
    )
    tongket("run")
    releases = [release["release"] for release in json.loads(tongket("releases", "--json"))]
    changes = json.loads(tongket("diff", *sorted(releases)[-2:], "--json"))
    statuses = {row["period"]: row for row in json.loads(tongket("status", "--json"))}
    versions = json.loads(tongket("registry", "log", "--json"))
    manifests = [json.loads((home.releases / name / "manifest.json").read_text()) for name in sorted(releases)]
    return Story(
        *(home, mailbox, checked, returned, before, members(), changes, statuses),
        *(refused, alerts, meanwhile, versions, manifests),
    )


def test_the_check_names_the_wrong_cells_before_anything_is_filed(story: Story) -> None:
    assert story.checked["verdict"] == "rejected"
    findings = story.checked["findings"]
    assert isinstance(findings, list)
    found = {(finding["rule"], finding["sheet"], finding["cell"]) for finding in findings}
    assert {("V014", "B01", "S9"), ("V010", "B02", "R9")} <= found


def test_the_return_marks_the_cell_and_asks_for_the_explanation(story: Story) -> None:
    book = openpyxl.load_workbook(story.returned)
    assert book.sheetnames[0] == "Ket_qua"
    cell = book["B01"]["S9"]
    assert cell.comment is not None
    assert "V014" in cell.comment.text
    assert cell.fill.fill_type == "solid"


def test_what_was_mended_and_explained_is_accepted(story: Story) -> None:
    row = story.statuses["2020-N"]
    assert (row["status"], row["accepted"]) == ("accepted", f"{UNIT}.2020-N.r2")


def test_the_report_changes_and_says_what_changed(story: Story) -> None:
    assert (story.members_before, story.members_after) == (None, 2 * MEMBERS + 1)
    assert any(change["indicator"] == "members" and change["period"] == "2020-N" for change in story.changes)


def test_a_registry_that_breaks_meanwhile_keeps_the_publication_waiting_and_nobody_else(story: Story) -> None:
    assert story.refused["accepted"] == 1, "the last good version judged what was filed"
    failure = story.refused["failure"]
    assert isinstance(failure, dict) and failure["step"] == "snapshot"
    assert "organisations.csv, dòng 2" in failure["message"]
    assert f"{UNIT}.2020-N.r2" in story.meanwhile
    (alert,) = [alert for alert in story.alerts if alert["kind"] == "run_failed"]
    assert "danh mục" in str(alert["subject"]).casefold()


def test_once_it_is_mended_the_version_is_recorded_and_releases_name_theirs(story: Story) -> None:
    assert [(one["kind"], one["differences"]) for one in story.versions] == [("world", 1), ("first", 0)]
    assert [one["registry"] for one in story.manifests] == [one["version"] for one in reversed(story.versions)]


def test_the_clerk_was_told_of_both_with_the_marked_workbook(story: Story) -> None:
    assert [recipients for recipients, _ in story.mailbox.mails] == [["vanphong@vidu.example"]] * 2
    assert story.mailbox.attachments(0) == [f"{UNIT}.2020-N.r1.xlsx"]
    assert "V014" in story.mailbox.text(0)
    assert "S9" in story.mailbox.text(0)
    assert f"{UNIT}.2020-N.r2" in story.mailbox.text(1)
