"""What others put into the inbox: links, pipes, half copies, names of every kind. None of it holds up a run."""

import io
import os
import shutil
import socket
import tarfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingestion import pipeline
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.landing import inbox
from ingestion.landing.ledger import Ledger
from ingestion.landing.originals import Landing
from ingestion.landing.state import LedgerState
from ingestion.pipeline import LandingReport
from ingestion.records.findings import Verdict
from ingestion.storage.filenames import LONGEST, clean_name, fitted, key_of, shown
from ingestion.storage.home import Home
from tests.support.office import office_of

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
Write = Callable[..., Path]
Land = Callable[[], LandingReport]


@pytest.fixture
def land(home: Home, registry: Registry, catalogue: Catalogue) -> Land:
    return lambda: pipeline.land_inbox(office_of(home, registry, catalogue, in_a_minute()))


def in_a_minute() -> datetime:
    """Give a time by which every copy of the test is at rest, and still a recent one."""
    return datetime.now(UTC) + timedelta(minutes=1)


def unit_folder(home: Home, unit: str = "KA") -> Path:
    folder = home.inbox / unit
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def state(home: Home) -> LedgerState:
    return Ledger(home.ledger).replay()


def cut(path: Path) -> bytes:
    return path.read_bytes()[:-100]


def make_link(path: Path, target: Path) -> None:
    path.symlink_to(target, target_is_directory=target.is_dir())


def make_socket(path: Path, _: Path) -> None:
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(path.parent)  # the path of a socket may be only about a hundred bytes long
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    finally:
        os.fchdir(here)
        os.close(here)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (make_link, "link"),
        (lambda path, _: os.mkfifo(path), "special"),
        (make_socket, "special"),
    ],
)
def test_a_link_a_pipe_and_a_socket_stay_where_they_are_and_the_neighbour_is_landed(
    home: Home, land: Land, workbook: Write, make: Callable[[Path, Path], None], reason: str
) -> None:
    path = unit_folder(home) / "a.xlsx"
    make(path, workbook("KA"))
    shutil.copy(workbook("KB"), unit_folder(home, "KB"))
    report = land()
    assert report.landed == ["KB.2019-Q1.r1"]
    assert (report.left, report.why_left) == (["KA/a.xlsx"], {"KA/a.xlsx": reason})
    assert os.path.lexists(path)
    assert len(Landing(home).originals()) == 1


def test_a_folder_of_a_unit_that_is_a_link_is_not_entered(
    home: Home, land: Land, workbook: Write, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(workbook("KA"), elsewhere)
    home.inbox.mkdir(parents=True)
    make_link(home.inbox / "KA", elsewhere)
    report = land()
    assert (report.landed, report.why_left) == ([], {"KA": "link"})
    assert len(list(elsewhere.iterdir())) == 1


@pytest.mark.parametrize(
    ("make", "reason"),
    [(make_link, "link_inside"), (lambda path, _: os.mkfifo(path), "special_inside")],
)
def test_a_folder_of_csvs_with_a_link_or_a_pipe_in_it_stays_whole(
    home: Home, land: Land, workbook: Write, make: Callable[[Path, Path], None], reason: str
) -> None:
    folder = unit_folder(home) / "bieu"
    folder.mkdir()
    (folder / "B00.csv").write_text("x", encoding="utf-8")
    make(folder / "B01.csv", workbook("KA"))
    report = land()
    assert (report.landed, report.why_left) == ([], {"KA/bieu": reason})
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("kind", ["link", "pipe", "garbage", "without a zone", "a list", "deep"])
def test_a_sidecar_that_the_product_did_not_write_says_nothing(
    home: Home, land: Land, workbook: Write, tmp_path: Path, kind: str
) -> None:
    path = Path(shutil.copy(workbook("KA"), unit_folder(home) / "a.xlsx"))
    sidecar = path.with_name(".a.xlsx.receipt.json")
    sha256 = inbox.sha256_of(path)
    said = f'{{"original_name": "x.xlsx", "received_at": "2019-01-01T00:00:00+00:00", "sha256": "{sha256}"}}'
    if kind == "link":
        outside = tmp_path / "outside.json"
        outside.write_text(said, encoding="utf-8")
        sidecar.symlink_to(outside)
    elif kind == "pipe":
        os.mkfifo(sidecar)
    else:
        texts = {"garbage": "{", "without a zone": said.replace("+00:00", ""), "a list": "[1]"}
        sidecar.write_text(texts.get(kind, "[" * 60_000), encoding="utf-8")
    assert land().landed == ["KA.2019-Q1.r1"]
    (record,) = state(home).submissions.values()
    assert (record.original_name, record.received_at.year > 2019) == ("a.xlsx", True)


def test_a_hard_link_is_a_file_like_any_other(home: Home, land: Land, workbook: Write) -> None:
    source = workbook("KA")
    os.link(source, unit_folder(home) / "a.xlsx")
    assert land().landed == ["KA.2019-Q1.r1"]
    assert source.is_file()


def test_a_workbook_without_its_end_is_left_while_it_may_still_come_and_is_damaged_later(
    home: Home, land: Land, workbook: Write, registry: Registry, catalogue: Catalogue
) -> None:
    whole = workbook("KA")
    path = unit_folder(home) / "a.xlsx"
    path.write_bytes(cut(whole))
    report = land()
    assert (report.landed, report.why_left) == ([], {"KA/a.xlsx": "incomplete"})
    path.write_bytes(whole.read_bytes())
    assert land().landed == ["KA.2019-Q1.r1"]
    path.write_bytes(cut(whole))
    later = datetime.now(UTC) + timedelta(hours=1)
    assert pipeline.land_inbox(office_of(home, registry, catalogue, later)).landed == ["KA.unknown.r1"]


def test_a_time_of_a_clock_that_is_ahead_keeps_no_file_back(home: Home) -> None:
    path = unit_folder(home) / "a.csv"
    path.write_bytes(b"a,b\n")
    in_seven_hours = (datetime.now(UTC) + timedelta(hours=7)).timestamp()
    os.utime(path, (in_seven_hours, in_seven_hours))
    (file,) = inbox.look(home, in_a_minute()).files
    assert file.is_settled


def zip_of(*files: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return buffer.getvalue()


def half_of_a_zip_of_workbooks() -> bytes:
    inner = zip_of(("a.xml", b"x" * 50))
    outer = zip_of(("a.xlsx", inner), ("b.xlsx", b"y" * 50))
    return outer[: outer.index(inner) + len(inner)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\0" * 4096, "incomplete"),
        (b"PK\x03\x04" + b"\0" * 4096, "incomplete"),
        (half_of_a_zip_of_workbooks(), "incomplete"),
        (zip_of(("a.xml", b"x")), ""),
        (zip_of(("a.xml", b"x")) + b"\0\0", ""),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 512, ""),
        (b"a,b\n", ""),
    ],
)
def test_whether_a_recent_file_is_whole_shows_in_its_bytes(home: Home, content: bytes, reason: str) -> None:
    (unit_folder(home) / "a.xlsx").write_bytes(content)
    (file,) = inbox.look(home, in_a_minute()).files
    assert (file.is_settled, file.reason) == (not reason, reason)
    (file,) = inbox.look(home, datetime.now(UTC) + timedelta(hours=1)).files
    assert file.is_settled


@pytest.mark.parametrize(
    "name",
    [
        *("a.xlsx.filepart", "a.xlsx.partial", "a.xlsx.download", "a.xlsx.temp", "a.xlsx~"),
        *(".a.xlsx.Xy12Zq", ".~lock.a.xlsx#", "~$a.xlsx"),
    ],
)
def test_names_of_half_copies_and_locks_do_not_wait(home: Home, name: str) -> None:
    (unit_folder(home) / name).write_bytes(b"a")
    assert inbox.look(home, in_a_minute()) == inbox.Inbox((), ())


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [("B01.csv.filepart", b"a", "growing"), (".B01.csv.Xy12Zq", b"a", "growing"), ("B01.csv", b"", "empty")],
)
def test_a_folder_that_is_still_being_copied_is_left(
    home: Home, name: str, content: bytes, reason: str
) -> None:
    folder = unit_folder(home) / "bieu"
    folder.mkdir()
    (folder / "B00.csv").write_bytes(b"a")
    (folder / ".DS_Store").write_bytes(b"")
    (file,) = inbox.look(home, in_a_minute()).files
    assert file.is_settled
    (folder / name).write_bytes(content)
    (file,) = inbox.look(home, in_a_minute()).files
    assert file.reason == reason


@pytest.mark.parametrize("change", ["gone", "growing"])
@pytest.mark.parametrize("is_folder", [False, True])
def test_a_file_that_goes_or_changes_after_it_was_listed_is_left_and_stops_nobody(
    home: Home,
    registry: Registry,
    catalogue: Catalogue,
    workbook: Write,
    monkeypatch: pytest.MonkeyPatch,
    *,
    change: str,
    is_folder: bool,
) -> None:
    place = unit_folder(home) / ("bieu" if is_folder else "a.xlsx")
    if is_folder:
        place.mkdir()
    changed = place / "B00.csv" if is_folder else place
    changed.write_bytes(b"a,b\n")
    shutil.copy(workbook("KB"), unit_folder(home, "KB"))
    real = inbox.look

    def look(home: Home, now: datetime | None = None) -> inbox.Inbox:
        found = real(home, now)
        if change == "growing":
            changed.write_bytes(b"a,b\nc,d\n")
        elif is_folder:
            shutil.rmtree(place)
        else:
            place.unlink()
        return found

    monkeypatch.setattr(inbox, "look", look)
    report = pipeline.land_inbox(office_of(home, registry, catalogue, in_a_minute()))
    assert report.landed == ["KB.2019-Q1.r1"]
    assert report.why_left == {f"KA/{place.name}": change}
    assert not list(home.landing.glob(".*.aside"))


def test_what_was_put_in_the_place_of_a_file_after_it_was_read_is_not_removed_with_it(
    tmp_path: Path, home: Home
) -> None:
    path = unit_folder(home) / "a.xlsx"
    path.write_bytes(b"first")
    (file,) = inbox.look(home).files
    path.write_bytes(b"the second one")
    inbox.remove(file)
    assert path.read_bytes() == b"the second one"


NOT_UTF8 = b"B\xe1o c\xe1o 2019-Q1.xlsx"


def test_a_name_that_is_not_utf8_is_shown_as_far_as_it_can_be_and_judged_like_any_other(
    home: Home,
    registry: Registry,
    catalogue: Catalogue,
    *,
    land: Land,
    workbook: Write,
    stand_in_gate: None,
) -> None:
    shutil.copy(workbook("KA"), os.fsencode(unit_folder(home)) + b"/" + NOT_UTF8)
    shutil.copy(workbook("KB"), unit_folder(home, "KB"))
    assert sorted(land().landed) == ["KA.2019-Q1.r1", "KB.2019-Q1.r1"]
    assert inbox.waiting(home) == []
    pipeline.judge_period(office_of(home, registry, catalogue, NOW), "2019-Q1")
    records = state(home).submissions
    assert {record.status for record in records.values()} == {Verdict.ACCEPTED}
    assert records["KA.2019-Q1.r1"].original_name == "B\ufffdo c\ufffdo 2019-Q1.xlsx"
    assert (home.returns / "KA" / "KA.2019-Q1.r1.xlsx").is_file()


def test_a_file_with_such_a_name_of_nobody_is_put_aside_and_named(
    home: Home, land: Land, workbook: Write
) -> None:
    source = workbook("KA")
    (home.inbox / os.fsdecode(b"\xe1")).mkdir(parents=True)
    shutil.copy(source, os.fsencode(home.inbox) + b"/\xe1/" + NOT_UTF8)
    (place,) = land().unknown
    assert (home.root / place).read_bytes() == source.read_bytes()
    (unknown,) = state(home).unknown
    assert (unknown.folder, unknown.original_name) == ("\ufffd", "B\ufffdo c\ufffdo 2019-Q1.xlsx")


def test_files_with_such_names_in_a_folder_of_csvs_are_all_kept(home: Home, land: Land) -> None:
    folder = unit_folder(home) / "bieu"
    folder.mkdir()
    for number, name in enumerate((b"B\xe1.csv", b"B\xe2.csv", b"B00.csv")):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text(str(number), encoding="utf-8")
    assert land().landed == ["KA.unknown.r1"]
    (original,) = Landing(home).originals()
    with zipfile.ZipFile(original) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    assert found == {"B00.csv": b"2", "B\ufffd.csv": b"0", "B\ufffd (2).csv": b"1"}


def test_the_example_of_a_name_that_is_not_utf8_is_landed(home: Home, land: Land) -> None:
    example = Path(__file__).parents[4] / "shared" / "field" / "F02-file-name-not-utf8.tar"
    if not example.is_file():
        pytest.skip(f"{example} is not there: its name is not tried")
    with tarfile.open(example, errors="surrogateescape") as tar:
        tar.extractall(unit_folder(home), filter="data")
    assert land().landed == ["KA.2019-N.r1"]
    (record,) = state(home).submissions.values()
    assert record.original_name == "B\ufffdo c\ufffdo 2019-N.xlsx"


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("a\nb.xlsx", "a\ufffdb.xlsx"),
        ("a\x1b[31m.xlsx", "a\ufffd[31m.xlsx"),
        ("a\u202exslx.exe", "a\ufffdxslx.exe"),
        ("..\\..\\a.xlsx", ".._.._a.xlsx"),
        ("../../a.xlsx", ".._.._a.xlsx"),
        (" a.xlsx. .", "a.xlsx"),
        ("...", "_"),
        ("Ba\u0301o ca\u0301o.xlsx", "B\u00e1o c\u00e1o.xlsx"),
        ("Báo cáo quý I (bản 2).xlsx", "Báo cáo quý I (bản 2).xlsx"),
    ],
)
def test_a_name_is_cleaned_to_one_line_that_names_no_path(name: str, cleaned: str) -> None:
    assert clean_name(name) == cleaned
    assert clean_name(cleaned) == cleaned


@pytest.mark.parametrize(
    "name", ["a\nb.xlsx", "a\u202eb.xlsx", "a\\b.xlsx", "a.xlsx ", "a.xlsx.", f"{'x' * 250}.xlsx"]
)
def test_a_file_is_landed_whatever_its_name(home: Home, land: Land, workbook: Write, name: str) -> None:
    shutil.copy(workbook("KA"), unit_folder(home) / name)
    assert land().landed == ["KA.2019-Q1.r1"]
    assert list(unit_folder(home).iterdir()) == []
    (record,) = state(home).submissions.values()
    assert record.original_name == clean_name(name)
    assert record.file.endswith((".xlsx", ".bin"))


@pytest.mark.parametrize("name", ["x" * 250 + ".xlsx", "ô" * 125 + ".xlsx"])
def test_a_file_with_the_longest_of_names_is_put_aside_or_submitted(
    home: Home, land: Land, workbook: Write, tmp_path: Path, name: str
) -> None:
    source = Path(shutil.copy(workbook("KA"), tmp_path / name))
    shutil.copy(source, unit_folder(home, "KX") / name)
    put = inbox.put_in_inbox(home, source, "KA", NOW)
    again = inbox.put_in_inbox(home, Path(shutil.copy(workbook("KA", members=41), source)), "KA", NOW)
    assert put.path != again.path
    assert put.original_name == again.original_name == name
    report = land()
    assert (len(report.landed), len(report.unknown)) == (2, 1)
    assert {record.original_name for record in state(home).submissions.values()} == {name}


@pytest.mark.parametrize("name", [".a.xlsx", "~$a.xlsx", "a.xlsx.part", "a.tmp", "Thumbs.db", inbox.UNKNOWN])
@pytest.mark.parametrize("unit", ["KA", None])
def test_what_somebody_submits_by_name_waits_also_where_such_names_are_passed_over(
    home: Home, land: Land, workbook: Write, tmp_path: Path, *, name: str, unit: str | None
) -> None:
    put = inbox.put_in_inbox(home, Path(shutil.copy(workbook("KA"), tmp_path / name)), unit, NOW)
    assert [file.path for file in inbox.waiting(home)] == [put.path]
    assert land().landed == ["KA.2019-Q1.r1"]


def test_a_pipe_cannot_be_submitted_and_a_link_that_is_named_is_what_it_leads_to(
    home: Home, workbook: Write, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "p.xlsx")
    with pytest.raises(inbox.IntakeError, match=r"p\.xlsx"):
        inbox.put_in_inbox(home, tmp_path / "p.xlsx", "KA", NOW)
    (tmp_path / "l.xlsx").symlink_to(workbook("KA"))
    put = inbox.put_in_inbox(home, tmp_path / "l.xlsx", "KA", NOW)
    assert put.path.read_bytes() == workbook("KA").read_bytes()
    assert not put.path.is_symlink()


def test_names_that_differ_in_the_case_of_letters_alone_are_two_submissions(
    home: Home, land: Land, workbook: Write
) -> None:
    shutil.copy(workbook("KA"), unit_folder(home) / "a.xlsx")
    shutil.copy(workbook("KA", members=41), unit_folder(home) / "A.XLSX")
    assert sorted(land().landed) == ["KA.2019-Q1.r1", "KA.2019-Q1.r2"]


def test_keys_of_arrivals_that_are_shown_alike_differ_and_readable_ones_are_as_before() -> None:
    alike = [os.fsdecode(b"\xe1.xlsx"), os.fsdecode(b"\xe2.xlsx"), "\ufffd.xlsx", "\n.xlsx"]
    assert len({shown(name) for name in alike}) == 1
    assert len({key_of(name) for name in alike}) == len(alike)
    assert all(key_of(name).encode() for name in alike)
    assert key_of("Báo cáo.xlsx") == "Báo cáo.xlsx"


def test_a_name_that_is_cut_keeps_its_suffix_and_stays_unlike_others() -> None:
    one, other = (fitted(f"{'ô' * 200}{end}.xlsx") for end in "ab")
    assert one != other
    assert one.endswith(".xlsx")
    assert max(len(os.fsencode(name)) for name in (one, other)) <= LONGEST
