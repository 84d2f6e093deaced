"""The last good version of the registry stays in force until the files are sound; nothing refused is kept."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ingestion.chronicle.differences import Difference
from ingestion.chronicle.in_force import PastChangedError, in_force, record, settle
from ingestion.chronicle.versions import Change, Chronicle, ChronicleError
from ingestion.definitions.registry import RegistryError
from ingestion.definitions.registry_faults import UnsoundRegistryError
from ingestion.storage.home import Home
from tests.unit.chronicle.conftest import KNOWN, Edit

LATER = KNOWN + timedelta(days=1)
MOVED = ("organisations", "P,Tỉnh P,", "P,Tỉnh Q,")


def names(home: Home) -> list[str]:
    return [version.name for version in Chronicle(home).versions()]


def everything(home: Home) -> dict[str, bytes]:
    return {
        path.relative_to(home.root).as_posix(): path.read_bytes()
        for path in sorted(home.landing.rglob("*"))
        if path.is_file()
    }


def test_what_is_found_first_is_recorded_with_its_bytes_and_no_reason(home: Home) -> None:
    found = settle(home, KNOWN)
    (version,) = Chronicle(home).versions()
    assert found.version == version and found.name == version.name
    assert (version.number, version.kind, version.by, version.reason) == (1, Change.FIRST, "tongket", "")
    assert (version.at, version.differences) == (KNOWN, ())
    stored = Chronicle(home).contents(version)
    assert stored == {path.name: path.read_bytes() for path in home.registry.iterdir()}


def test_files_that_did_not_change_are_no_new_version(home: Home) -> None:
    settle(home, KNOWN)
    kept = everything(home)
    assert settle(home, LATER).version == Chronicle(home).last()
    assert everything(home) == kept


def test_what_begins_later_is_recorded_by_itself_with_what_differs(home: Home, edit: Edit) -> None:
    settle(home, KNOWN)
    edit("calendar", "2019-N,2019-12-15,2020-01-20", "2019-N,2019-12-15,2020-01-31")
    edit("organisations", "", "N,Mới,BLOC,,,,P,1,DANG,2019-09-15,")
    edit("contacts", "folder://b", "tgram://token@chat")
    before = in_force(home)
    assert before.refused is None and "N" in before.registry.versions, "sound files hold at once"
    assert (before.is_recorded, before.name) == (False, "")
    found = settle(home, LATER)
    version = found.version
    assert version is not None and found.is_recorded
    assert (version.number, version.kind, version.at) == (2, Change.WORLD, LATER)
    assert version.differences == (
        Difference("organisations.csv", 14, "N 2019-09-15", "", "", "N,Mới,BLOC,,,,P,1,DANG,2019-09-15"),
        Difference("calendar.csv", 5, "2019-N", "due_on", "2020-01-20", "2020-01-31"),
        Difference("contacts.csv", 3, "B clerk", "channel", "•••", "•••"),
    )


def test_the_offices_own_files_belong_to_a_version_and_other_files_do_not(home: Home) -> None:
    settle(home, KNOWN)
    own = home.registry / "units" / "own.yml"
    own.parent.mkdir()
    own.write_text("CAR: {vi: xe, en: cars}\n", encoding="utf-8")
    (home.registry / "thresholds.yml").write_text("idle_days: 3\n", encoding="utf-8")
    (home.registry / "organisations.csv.bak").write_text("x", encoding="utf-8")
    version = settle(home, LATER).version
    assert version is not None
    assert [(one.file, one.before, one.row) for one in version.differences] == [("units/own.yml", "", 0)]
    assert Chronicle(home).contents(version)["units/own.yml"] == own.read_bytes()
    assert "thresholds.yml" not in version.files and "organisations.csv.bak" not in version.files


def cut(home: Home) -> None:
    (home.registry / "organisations.csv").write_bytes(b"")


def lost(home: Home) -> None:
    (home.registry / "terms.csv").unlink()


def of_another_encoding(home: Home) -> None:
    (home.registry / "contacts.csv").write_bytes(b"org_code,role,channel\n\xff,clerk,x\n")


def own_parent(home: Home) -> None:
    path = home.registry / "organisations.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("C1,DISTRICT,,,,P", "C1,DISTRICT,,,,C1"), "utf-8")


def another_past(home: Home) -> None:
    path = home.registry / "organisations.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("P,Tỉnh P,", "P,Tỉnh Q,"), "utf-8")


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        (cut, RegistryError),
        (lost, RegistryError),
        (of_another_encoding, RegistryError),
        (own_parent, UnsoundRegistryError),
        (another_past, PastChangedError),
    ],
)
def test_while_files_are_refused_the_last_version_holds_and_nothing_is_recorded(
    home: Home, edit: Edit, broken: Callable[[Home], None], kind: type[Exception]
) -> None:
    settle(home, KNOWN)
    edit("organisations", "", "N,Mới,BLOC,,,,P,1,DANG,2019-09-15,")
    good = settle(home, LATER)
    kept = everything(home)
    broken(home)
    for found in (in_force(home), settle(home, LATER + timedelta(days=1))):
        assert isinstance(found.refused, kind) and found.is_fallback
        assert found.registry.organisations == good.registry.organisations
        assert found.registry.contacts == good.registry.contacts
        assert (found.version, found.name) == (good.version, good.name)
    assert everything(home) == kept
    shutil.rmtree(home.registry)
    home.registry.mkdir()
    for name, content in good.tables.items():
        (home.registry / name).write_bytes(content)
    assert settle(home, LATER + timedelta(days=2)).version == good.version


def test_without_a_version_what_cannot_be_read_is_refused_as_ever(home: Home) -> None:
    cut(home)
    for asked in (lambda: in_force(home), lambda: settle(home, KNOWN)):
        with pytest.raises(RegistryError):
            asked()
    assert not home.landing.exists()


def test_without_a_version_rows_that_do_not_fit_hold_and_are_not_recorded(home: Home) -> None:
    own_parent(home)
    found = settle(home, KNOWN)
    assert isinstance(found.refused, UnsoundRegistryError) and not found.is_fallback
    assert found.registry.versions["C1"][0].parent_code == "C1"
    assert names(home) == []


def test_a_registry_that_was_lost_as_a_whole_is_no_edit_and_nothing_takes_its_place(home: Home) -> None:
    settle(home, KNOWN)
    shutil.rmtree(home.registry)
    with pytest.raises(RegistryError):
        in_force(home)


def test_the_refusal_of_another_past_names_places_values_version_and_command(home: Home, edit: Edit) -> None:
    settle(home, KNOWN)
    edit(*MOVED)
    refused = in_force(home).refused
    assert isinstance(refused, PastChangedError)
    for language in ("vi", "en"):
        said = refused.told(language)
        for part in ("organisations.csv:2 P org_name “Tỉnh P” → “Tỉnh Q”", names(home)[0], "2019-09-01"):
            assert part in said
        assert "tongket registry record --reason" in said
        (fault,) = refused.faults
        for part in (f"{home.registry / 'organisations.csv'}", "org_name", "“Tỉnh P”", "“Tỉnh Q”"):
            assert part in fault.told(language)


@pytest.mark.parametrize(
    ("stated", "kind"), [(None, Change.CORRECTION), (Change.WORLD, Change.WORLD), ("correction", "correction")]
)
def test_with_a_reason_another_past_is_recorded_and_holds(
    home: Home, edit: Edit, stated: Change | None, kind: Change
) -> None:
    settle(home, KNOWN)
    edit(*MOVED)
    version = record(home, reason="ghi nhầm tên", kind=stated and Change(stated), by="Lan", now=LATER)
    assert version is not None
    assert (version.kind, version.reason, version.by) == (kind, "ghi nhầm tên", "Lan")
    assert [(one.column, one.before, one.after) for one in version.differences] == [
        ("org_name", "Tỉnh P", "Tỉnh Q")
    ]
    found = in_force(home)
    assert found.refused is None and found.registry.versions["P"][0].org_name == "Tỉnh Q"
    assert record(home, reason="nữa", kind=None, by="Lan", now=LATER) is None, "there is nothing new to record"


def test_with_a_reason_alone_nothing_unsound_is_recorded(home: Home) -> None:
    settle(home, KNOWN)
    own_parent(home)
    with pytest.raises(UnsoundRegistryError):
        record(home, reason="thử", kind=None, by="Lan", now=LATER)
    assert len(names(home)) == 1


def test_a_later_version_binds_from_its_own_day_on(home: Home, edit: Edit) -> None:
    settle(home, KNOWN)
    edit("organisations", "", "N,Mới,BLOC,,,,P,1,DANG,2019-09-15,")
    settle(home, LATER)
    edit("organisations", "DANG,2019-09-15,", "DANG,2019-09-20,")
    assert in_force(home).refused is None, "neither day had come when it was recorded"
    settle(home, KNOWN + timedelta(days=30))
    edit("organisations", "DANG,2019-09-20,", "DANG,2019-09-25,")
    assert isinstance(in_force(home).refused, PastChangedError)


def test_what_was_there_before_is_a_version_of_its_own_when_it_comes_back(home: Home, edit: Edit) -> None:
    settle(home, KNOWN)
    edit("contacts", "folder://b", "folder://c")
    settle(home, LATER)
    edit("contacts", "folder://c", "folder://b")
    settle(home, LATER + timedelta(days=1))
    first, second, third = Chronicle(home).versions()
    assert first.sha256 == third.sha256 != second.sha256
    assert [one.name[:4] for one in (first, second, third)] == ["0001", "0002", "0003"]


def test_bytes_are_on_the_disk_before_the_line_that_names_them(
    home: Home, edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(home, KNOWN)
    edit("contacts", "folder://b", "folder://c")
    log = home.registry_log.read_bytes()
    written: list[Path] = []

    def write(path: Path, data: bytes) -> None:
        written.append(path)
        if path == home.registry_log:
            raise OSError(28, "No space left on device", str(path))
        path.write_bytes(data)

    with monkeypatch.context() as patch:
        patch.setattr("ingestion.chronicle.versions.write_durably", write)
        with pytest.raises(OSError, match="space"):
            settle(home, LATER)
    assert [path.parent.name for path in written] == ["registry", "landing"]
    assert home.registry_log.read_bytes() == log
    assert settle(home, LATER).name.startswith("0002-"), "what was left half done is in nobody's way"


@pytest.mark.parametrize("line", [b"{}", b"garbage", b""])
def test_a_line_of_the_log_that_is_none_is_named_and_nothing_is_written(home: Home, line: bytes) -> None:
    settle(home, KNOWN)
    home.registry_log.write_bytes(line + b"\n" + home.registry_log.read_bytes())
    with pytest.raises(ChronicleError) as error:
        settle(home, LATER)
    assert "registry.jsonl, line 1" in error.value.told("en")


def test_a_line_that_was_taken_out_is_missed(home: Home, edit: Edit) -> None:
    settle(home, KNOWN)
    edit("contacts", "folder://b", "folder://c")
    settle(home, LATER)
    home.registry_log.write_bytes(home.registry_log.read_bytes().splitlines(keepends=True)[1])
    with pytest.raises(ChronicleError):
        Chronicle(home).versions()


def test_what_is_kept_of_a_version_is_compared_before_it_is_used(home: Home) -> None:
    settle(home, KNOWN)
    cut(home)
    version = Chronicle(home).last()
    assert version is not None
    path = home.registry_files / version.files["organisations.csv"]
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"X,X,BLOC,,,,P,1,DANG,2005-01-01,\n")
    assert Chronicle(home).damages() == [(f"landing/registry/{path.name}", "changed")]
    with pytest.raises(ChronicleError) as error:
        in_force(home)
    assert "organisations.csv" in error.value.told("en")
    path.unlink()
    assert Chronicle(home).damages() == [(f"landing/registry/{path.name}", "missing")]
