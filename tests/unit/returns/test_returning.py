"""Returns are written with the verdicts: one for each submission, whatever becomes of it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Literal

import openpyxl
import pytest
from click.testing import CliRunner

from ingestion import pipeline
from ingestion.landing import inbox
from ingestion.landing.events import PeriodClosed
from ingestion.landing.ledger import Ledger
from ingestion.records.findings import Verdict
from ingestion.records.submissions import SubmissionKey
from ingestion.returns import SHEET, answers
from ingestion.storage.files import write_durably
from ingestion.storage.home import Home
from orchestration.cli import main
from tests.integration.small_state import UNIT, Tables, make_home
from tests.support.office import office_of
from tests.unit.returns.conftest import RECEIVED, WRONG, World, one_to_explain, one_too_many

FIRST, SECOND = SubmissionKey(UNIT, "2020-N", 1), SubmissionKey(UNIT, "2020-N", 2)


@pytest.fixture
def filing(world: World, tmp_path: Path) -> World:
    """A state folder of this test's own."""
    world.home = make_home(tmp_path / "home")
    return world


def file(world: World, path: Path) -> pipeline.PeriodReport:
    inbox.put_in_inbox(world.home, path, UNIT, RECEIVED)
    pipeline.land_inbox(office_of(world.home, world.registry, world.catalogue, RECEIVED))
    (period,) = pipeline.pending_periods(world.home)
    return pipeline.judge_period(
        office_of(world.home, world.registry, world.catalogue, RECEIVED), period, engine="masks"
    )


def said(home: Home, key: SubmissionKey) -> str:
    return said_in(answers.return_path(home, key))


def said_in(path: Path) -> str:
    sheet = openpyxl.load_workbook(path)[SHEET]
    return "\n".join(str(v) for row in sheet.iter_rows(values_only=True) for v in row if v is not None)


def test_each_submission_gets_a_return_and_a_revision_says_what_changed(filing: World) -> None:
    wrong = filing.write("a.xlsx", one_too_many)
    assert file(filing, wrong).verdicts == {str(FIRST): Verdict.REJECTED}
    returned = answers.return_path(filing.home, FIRST)
    assert returned == filing.home.returns / UNIT / f"{FIRST}.xlsx"
    assert openpyxl.load_workbook(returned)["B01"][WRONG].comment is not None
    assert "So với lần nộp trước" not in said(filing.home, FIRST)

    report = file(filing, filing.mended(returned))
    assert report.verdicts == {str(SECOND): Verdict.ACCEPTED}
    assert report.unreturned == {}
    text = said(filing.home, SECOND)
    assert "CHẤP NHẬN" in text
    assert f"So với lần nộp trước ({FIRST}): 1 thay đổi" in text
    assert "B01!S9" in text
    state = Ledger(filing.home.ledger).replay()
    changes = pipeline.changes_of(filing.home, filing.catalogue, state, str(SECOND))
    assert changes is not None and changes[0] == FIRST
    assert [(c.cell, c.before, c.after) for c in changes[1].changed] == [("S9", "11", "10")]
    assert pipeline.changes_of(filing.home, filing.catalogue, state, str(FIRST)) is None


def test_a_file_that_cannot_be_read_is_answered_too(filing: World) -> None:
    path = filing.folder / "bao-cao.xlsx"
    path.write_bytes(b"%PDF-1.7")
    file(filing, path)
    (returned,) = (filing.home.returns / UNIT).iterdir()
    assert openpyxl.load_workbook(returned).sheetnames == [SHEET]


def test_no_verdict_is_recorded_without_its_return(filing: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(path: Path, data: bytes) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(answers, "write_durably", crash)
    with pytest.raises(KeyboardInterrupt):
        file(filing, filing.write("a.xlsx", one_too_many))
    assert pipeline.pending_periods(filing.home) == ["2020-N"]
    monkeypatch.setattr(answers, "write_durably", write_durably)
    pipeline.judge_period(
        office_of(filing.home, filing.registry, filing.catalogue, RECEIVED), "2020-N", engine="masks"
    )
    assert answers.return_path(filing.home, FIRST).is_file()


def test_check_gives_the_marked_workbook_and_never_replaces_one(world: World) -> None:
    path = world.write("bieu.xlsx", one_too_many)
    folder = world.folder / "tra-lai"

    def check(*files: Path) -> list[dict[str, object]]:
        arguments = ["--home", str(world.home.root), "check", "--json", "--return", str(folder)]
        done = CliRunner().invoke(main, [*arguments, *map(str, files)])
        assert "Traceback" not in done.output
        return [json.loads(line) for line in done.stdout.splitlines()]

    (answer,) = check(path)
    assert answer["return"] == str(folder / "bieu-ket-qua.xlsx")
    book = openpyxl.load_workbook(folder / "bieu-ket-qua.xlsx")
    assert book["B01"][WRONG].comment is not None
    assert "KIỂM TRA THỬ" in str(book[SHEET]["A1"].value)
    (again,) = check(folder / "bieu-ket-qua.xlsx")
    assert again["return"] == str(folder / "bieu-ket-qua-2.xlsx")
    assert again["findings"] == answer["findings"]


def test_check_says_in_one_line_that_the_folder_cannot_be_written_to(world: World) -> None:
    path = world.write("bieu.xlsx")
    (world.folder / "tep").write_text("no folder")
    arguments = [
        "--home",
        str(world.home.root),
        "check",
        "--return",
        str(world.folder / "tep" / "x"),
        str(path),
    ]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 2
    assert "Traceback" not in done.output and "tep" in done.output


def decide(
    filing: World, decision: Literal["accept", "reject"], reason: str, key: SubmissionKey = FIRST
) -> None:
    office = office_of(filing.home, filing.registry, filing.catalogue, RECEIVED + timedelta(days=1))
    pipeline.decide(office, str(key), decision, reason=reason, by="Lan")


def test_each_decision_is_told_in_a_workbook_beside_the_one_with_the_verdict(filing: World) -> None:
    file(filing, filing.write("a.xlsx", one_to_explain))
    verdict = answers.return_path(filing.home, FIRST).read_bytes()
    decide(filing, "accept", '=HYPERLINK("http://x.invalid")')
    accepted = answers.decision_path(filing.home, FIRST, 1)
    text = said_in(accepted)
    assert "TỔ DỮ LIỆU QUYẾT ĐỊNH: CHẤP NHẬN" in text
    assert 'Lý do: =HYPERLINK("http://x.invalid")' in text and "Lan" in text and "09:00 ngày 11/01/2021" in text
    assert "CẦN GIẢI TRÌNH" in text and "V038" in text
    # Nobody is asked to explain what was accepted.
    rows = openpyxl.load_workbook(accepted)["Giai_trinh"].iter_rows(min_row=7, values_only=True)
    assert not [row for row in rows if row[0]]

    decide(filing, "reject", "Biểu 04 chưa khớp")
    text = said_in(answers.decision_path(filing.home, FIRST, 2))
    assert "RÚT LẠI" in text and "Lý do: Biểu 04 chưa khớp" in text and "gửi lại" in text
    assert "chưa có số liệu nào của đơn vị được tính cho kỳ này" in text
    assert answers.return_path(filing.home, FIRST).read_bytes() == verdict
    assert sorted(path.name for path in (filing.home.returns / UNIT).iterdir()) == [
        f"{FIRST}.quyet-dinh-1.xlsx",
        f"{FIRST}.quyet-dinh-2.xlsx",
        f"{FIRST}.xlsx",
    ]


@pytest.mark.parametrize("was_accepted", [False, True])
def test_a_file_that_is_refused_or_withdrawn_is_answered_with_what_counts(
    filing: World, was_accepted: bool
) -> None:
    path = filing.write("a.xlsx")
    file(filing, path)
    with Ledger(filing.home.ledger).writing() as ledger:
        ledger.append([PeriodClosed("2020-N", "Lan", RECEIVED - timedelta(seconds=1), "chốt số")])
    openpyxl.load_workbook(path, data_only=True).save(filing.folder / "b.xlsx")
    report = file(filing, filing.folder / "b.xlsx")
    assert report.verdicts == {str(SECOND): Verdict.ON_HOLD}
    if was_accepted:
        decide(filing, "accept", "đã gọi điện", SECOND)
    decide(filing, "reject", "đã công bố số liệu", SECOND)
    told = answers.decision_path(filing.home, SECOND, 2 if was_accepted else 1)
    text = said_in(told)
    assert f"Số liệu được tính cho kỳ này là của bản {FIRST}." in text
    assert "Lý do: đã công bố số liệu" in text and "Người quyết định: Lan" in text
    assert ("KHÔNG NHẬN" in text, "RÚT LẠI" in text) == (not was_accepted, was_accepted)
    assert ("không phải gửi lại" in text) is not was_accepted


def test_a_decision_that_a_crash_left_untold_is_told_by_the_next_run(
    filing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(path: Path, data: bytes) -> None:
        raise KeyboardInterrupt

    file(filing, filing.write("a.xlsx", one_to_explain))
    with monkeypatch.context() as patch:
        patch.setattr(answers, "write_durably", crash)
        with pytest.raises(KeyboardInterrupt):
            decide(filing, "accept", "Đã gọi điện")
    assert not answers.decision_path(filing.home, FIRST, 1).exists()
    pipeline.judge_period(
        office_of(filing.home, filing.registry, filing.catalogue, RECEIVED), "2020-N", engine="masks"
    )
    assert "Đã gọi điện" in said_in(answers.decision_path(filing.home, FIRST, 1))


def test_the_audit_trail_says_what_each_revision_changed(filing: World) -> None:
    def history(*options: str) -> str:
        done = CliRunner().invoke(main, ["--home", str(filing.home.root), "status", "--history", *options])
        assert done.exit_code == 0, done.output
        return done.stdout

    def many(tables: Tables) -> None:
        for number, column in enumerate(list(tables["B01"][0])[3:12], start=1):
            tables["B01"][0][column] = number

    file(filing, filing.write("a.xlsx", one_too_many))
    file(filing, filing.write("b.xlsx"))
    file(filing, filing.write("c.xlsx", many))
    rows = [row for row in json.loads(history("--json")) if row["event"] == "received"]
    changes = [row["changes"] for row in rows]
    assert changes[0] is None
    assert (changes[1]["since"], changes[1]["count"]) == (str(FIRST), 1)
    (change,) = changes[1]["changed"]
    assert (change["sheet"], change["cell"], change["before"], change["after"]) == ("B01", "S9", "11", "10")
    assert changes[2]["since"] == str(SECOND) and len(changes[2]["changed"]) == changes[2]["count"] == 9
    shown = " ".join(history().replace("│", " ").split())
    assert f"Khác {FIRST} ở 1 chỗ: – B01!S9" in shown and "11 → 10" in shown
    assert f"Khác {SECOND} ở 9 chỗ" in shown and "và 3 nội dung khác" in shown
    for number in range(2):
        path = filing.folder / f"hong-{number}.xlsx"
        path.write_bytes(b"%PDF-1.7" + bytes([number]))
        file(filing, path)
    assert history().count("Không có lần nộp trước đọc được") == 1
