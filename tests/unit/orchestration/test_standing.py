"""On a lost or shortened ledger nothing is written, whoever asks for it; what holds nothing up is named."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
from click.testing import Result

from ingestion.alerts.alert import Kind, Role
from ingestion.alerts.outbox import Outbox
from ingestion.alerts.thresholds import shipped
from ingestion.chronicle.in_force import settle
from ingestion.definitions.registry import NO_REGISTRY
from ingestion.records.findings import Verdict
from ingestion.storage.home import Home
from orchestration import alerting, environment
from orchestration.definitions import defs
from orchestration.resources import TongketHome, WritableHome
from orchestration.standing import LostLedgerError, demand_whole, standing
from reports import release
from tests.unit.orchestration.test_state_commands import receive

Call = Callable[..., Result]
UNIT = "VD-SM"
NAME = f"{UNIT}.2020-N.r1"


def publish(home: Home, number: int, *submissions: str, registry: str = "") -> Path:
    """Write a release of which only the manifest counts here."""
    folder = home.releases / f"{number:04d}-{number:08x}"
    folder.mkdir(parents=True)
    facts = {"release": folder.name, "as_of": "2021-02-01T00:00:00+00:00", "code_version": "1", "runner": ""}
    facts |= {"note": "", "submissions": list(submissions), "files": {}, "registry": registry}
    (folder / "manifest.json").write_text(json.dumps(facts), encoding="utf-8")
    return folder


def keep(home: Home, data: bytes) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    path = home.landing / sha256[:2] / f"{sha256}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path.relative_to(home.root).as_posix()


def content(home: Home) -> dict[str, bytes]:
    """Give all that the state folder holds, but for the lock, which says who asked last, and the alarm."""
    files = (path for path in home.root.rglob("*") if path.is_file() and path.name != "writer.lock")
    kept = (path for path in files if path.relative_to(home.root).parts[0] not in ("outbox", "mailboxes"))
    return {str(path): path.read_bytes() for path in kept}


def alarmed(home: Home) -> list[tuple[Kind, Role]]:
    return [(entry.alert.kind, entry.alert.role) for entry in Outbox(home.outbox).read()[0]]


@pytest.fixture
def published(home: Home) -> Home:
    """Give a state folder with one accepted submission that a release shows."""
    receive(home, UNIT, "2020-N", 1, Verdict.ACCEPTED)
    keep(home, b"one")
    publish(home, 1, NAME)
    return home


ALARM = (Kind.RUN_FAILED, Role.DATA_TEAM)
WRITING = [
    ("run",),
    ("run", "--json"),
    ("accept", NAME, "--reason", "x", "--by", "An"),
    ("reject", NAME, "--reason", "x", "--by", "An"),
    ("close", "2020-N"),
    ("reopen", "2020-N", "--unit", UNIT, "--until", "2021-02-01", "--reason", "x"),
    ("alerts",),
    ("alerts", "--deliver"),
]


@pytest.mark.parametrize("args", WRITING, ids=" ".join)
def test_a_lost_ledger_is_refused_with_its_remedy_and_nothing_is_written(
    call: Call, published: Home, args: tuple[str, ...]
) -> None:
    published.ledger.unlink()
    before = content(published)
    result = call(*args)
    assert result.exit_code == 1, result.output
    assert "1 originals" in result.output and "backup" in result.output
    assert content(published) == before
    assert alarmed(published) == ([ALARM] if args[0] in ("run", "alerts") else [])


@pytest.mark.parametrize("args", [*WRITING, ("publish",)], ids=" ".join)
def test_a_ledger_without_what_the_release_shows_is_refused_by_name(
    call: Call, published: Home, args: tuple[str, ...]
) -> None:
    receive(published, UNIT, "2019-N", 1, Verdict.ACCEPTED)
    published.warehouse.write_bytes(b"")
    lines = published.ledger.read_bytes().splitlines(keepends=True)
    newest = publish(published, 10, NAME, f"{UNIT}.2019-N.r1")
    published.ledger.write_bytes(b"".join(lines[:3]))  # the verdict of the second one is gone
    before = content(published)
    result = call(*args)
    assert result.exit_code == 1, result.output
    assert f"{UNIT}.2019-N.r1" in result.output and newest.name in result.output
    assert NAME not in result.output
    assert content(published) == before
    assert alarmed(published) == ([ALARM] if args[0] in ("run", "alerts", "publish") else [])


@pytest.mark.parametrize(
    "args", [("run",), ("close", "2020-N"), ("registry", "record", "--reason", "x")], ids=" ".join
)
def test_a_log_of_the_registry_without_the_version_that_the_release_names_is_refused_by_name(
    call: Call, published: Home, args: tuple[str, ...]
) -> None:
    known = settle(published, environment.now()).name
    newest = publish(published, 10, NAME, registry=known)
    assert not standing(published).refusal()
    published.registry_log.unlink()
    before = content(published)
    result = call(*args, "--by", "An") if args[0] == "registry" else call(*args)
    assert result.exit_code == 1, result.output
    assert known in result.output and newest.name in result.output and "backup" in result.output
    assert content(published) == before


def test_a_file_can_be_submitted_also_then(call: Call, published: Home, tmp_path: Path) -> None:
    published.ledger.unlink()
    (tmp_path / "a.xlsx").write_bytes(b"a")
    assert call("submit", tmp_path / "a.xlsx", "--unit", UNIT).exit_code == 0


def test_a_run_that_dagster_starts_refuses_as_well(published: Home) -> None:
    published.ledger.unlink()
    before = content(published)
    resources = {"state": WritableHome(root=str(published.root)), "home": TongketHome(root=str(published.root))}
    started = dg.build_init_resource_context()
    with pytest.raises(LostLedgerError), resources["state"].yield_for_execution(started):
        pass
    result = defs.resolve_job_def("deliver_alerts").execute_in_process(
        resources=resources, raise_on_error=False
    )
    assert not result.success
    assert content(published) == before
    assert alarmed(published) == [ALARM]


def test_no_unit_is_told_that_it_owes_what_a_lost_ledger_knew(published: Home, call: Call) -> None:
    published.ledger.unlink()
    with pytest.raises(LostLedgerError):
        alerting.collect(published, NO_REGISTRY, shipped(), environment.now())
    assert {entry.alert.kind for entry in Outbox(published.outbox).read()[0]} <= {Kind.RUN_FAILED}


def test_a_manifest_that_cannot_be_read_is_named_and_the_one_before_it_counts(
    call: Call, published: Home
) -> None:
    broken = publish(published, 2)
    (broken / "manifest.json").write_text("{", encoding="utf-8")
    found = demand_whole(published, "en")
    assert (found.release, found.unreadable) == ("0001-00000001", (broken.name,))
    assert broken.name in "".join(found.notes("en"))
    assert broken.name in call("status").output
    published.ledger.write_bytes(b"")
    assert call("run").exit_code == 1


def test_an_original_without_a_receipt_is_named_by_status_and_verify(call: Call, published: Home) -> None:
    lonely = keep(published, b"two")
    assert lonely in standing(published).landing.without_receipt
    assert lonely in call("status").output
    (published.releases / "0001-00000001" / "manifest.json").unlink()
    (published.releases / "0001-00000001").rmdir()
    assert lonely in call("verify").output
    answer = json.loads(call("verify", "--json").output)
    assert lonely in answer["ledger"]["without_receipt"]


def test_what_is_left_in_the_inbox_is_named_by_status(call: Call, home: Home) -> None:
    folder = home.inbox / UNIT
    folder.mkdir()
    (folder / "l.xlsx").symlink_to("/etc/hostname")
    os.mkfifo(folder / "p.xlsx")
    said = call("status").output
    assert f"{UNIT}/l.xlsx – a link" in said and f"{UNIT}/p.xlsx – no ordinary file" in said


def test_a_run_begins_with_sweeping_and_says_so_in_its_log(home: Home) -> None:
    litter = home.releases / ".next"
    litter.mkdir()
    (litter / "index.html").write_text("x", encoding="utf-8")
    home.registry.joinpath("contacts.csv").chmod(0o644)

    @dg.op
    def look(state: WritableHome) -> None:
        assert not (state.home.releases / ".next").exists()

    @dg.job
    def work() -> None:
        look()

    with dg.DagsterInstance.ephemeral() as instance:
        done = work.execute_in_process(
            resources={"state": WritableHome(root=str(home.root))}, instance=instance
        )
        logged = [entry.user_message for entry in instance.all_logs(done.run_id)]
    assert any("releases/.next" in line for line in logged)
    assert home.registry.joinpath("contacts.csv").stat().st_mode & 0o777 == 0o600


def test_init_closes_the_addresses_and_opens_what_the_public_reads(home: Home) -> None:
    modes = {path: path.stat().st_mode & 0o777 for path in (home.releases, home.landing, home.dagster)}
    assert modes == {home.releases: 0o755, home.landing: 0o700, home.dagster: 0o700}
    assert (home.registry / "contacts.csv").stat().st_mode & 0o777 == 0o600


def test_a_name_that_is_not_utf8_is_shown_wherever_a_command_speaks_of_it(
    call: Call, home: Home, tmp_path: Path
) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/B\xe1o c\xe1o.xlsx"))
    path.write_bytes(b"no workbook")
    assert call("check", path).exit_code == 1
    (answer,) = [json.loads(line) for line in call("check", "--json", path).output.splitlines()]
    assert answer["file"].endswith("B\ufffdo c\ufffdo.xlsx")
    returned = tmp_path / "returned"
    assert call("check", "--return", returned, path).exit_code == 1
    assert [p.name for p in returned.iterdir()] == ["B\ufffdo c\ufffdo-ket-qua.xlsx"]
    put = call("submit", path, "--unit", UNIT)
    assert put.exit_code == 0 and "B\ufffdo c\ufffdo.xlsx" in put.output
    missing = call("submit", Path(os.fsdecode(b"\xe1.xlsx")))
    assert missing.exit_code == 2 and "\ufffd.xlsx" in missing.output


def test_releases_are_named_newest_first(home: Home) -> None:
    assert release.newest_readable(home) == (None, ())
    publish(home, 9, "a")
    publish(home, 10, "b")
    newest, unreadable = release.newest_readable(home)
    assert newest is not None
    assert (newest.submissions, unreadable) == (("b",), ())
