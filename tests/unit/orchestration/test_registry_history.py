"""`tongket registry record` and `log`, and who is told of a registry that is refused while another holds."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestion.alerts.alert import Kind
from ingestion.alerts.outbox import Outbox
from ingestion.alerts.wording import compose
from ingestion.chronicle.in_force import PastChangedError, in_force, settle
from ingestion.chronicle.versions import Chronicle
from ingestion.definitions.registry_faults import UnsoundRegistryError
from ingestion.definitions.registry_files import RegistryError
from ingestion.storage.home import Home
from ingestion.words.messages import ToldError, message
from orchestration import alerting, failing, moment
from orchestration.commands.registry import registry
from orchestration.health_registry import examine_registry
from orchestration.lock import WriterBusyError
from orchestration.texts import Invocation
from reports.release import Release
from tests.unit.orchestration.conftest import Call

KNOWN = datetime(2021, 3, 1, tzinfo=UTC)
NAME, RENAMED = "Huyện ủy Sông Mây,", "Huyện ủy Sông Mới,"


@pytest.fixture
def known(home: Home) -> Home:
    """Give a state folder in which the registry was recorded once."""
    contacts = "org_code,role,channel,language\n,data_team,folder://to-du-lieu,vi\n"
    (home.registry / "contacts.csv").write_text(contacts, encoding="utf-8")
    settle(home, KNOWN)
    return home


def edit(home: Home, table: str, old: str, new: str) -> None:
    path = home.registry / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def version(home: Home) -> str:
    return Chronicle(home).versions()[-1].name


def test_a_change_of_the_past_waits_for_its_reason_and_holds_with_it(known: Home, call: Call) -> None:
    first = version(known)
    edit(known, "organisations", NAME, RENAMED)
    checked = call("registry", "check")
    assert checked.exit_code == 1 and "“Huyện ủy Sông Mây”" in checked.output
    assert call("registry", "record").exit_code == 2
    assert call("registry", "record", "--reason", " ").exit_code == 2
    assert version(known) == first
    done = call("registry", "record", "--reason", "Nghị quyết 12 ghi nhầm", "--by", "Lan")
    assert done.exit_code == 0 and "correction" in done.output and version(known) in done.output
    assert call("registry", "check").exit_code == 0
    assert call("status").stderr == ""
    again = call("registry", "record", "--reason", "nữa", "--by", "Lan")
    assert again.exit_code == 0 and f"version {version(known)} holds" in again.output
    assert len(Chronicle(known).versions()) == 2


def test_the_log_tells_of_versions_and_of_what_each_changed(known: Home, call: Call) -> None:
    edit(known, "organisations", NAME, RENAMED)
    call("registry", "record", "--reason", "ghi nhầm", "--by", "Lan", "--as", "world")
    second, first = json.loads(call("registry", "log", "--json").stdout)
    assert (first["kind"], first["by"], first["reason"], first["differences"]) == ("first", "tongket", None, 0)
    assert (second["kind"], second["by"], second["reason"], second["differences"]) == (
        *("world", "Lan", "ghi nhầm"),
        1,
    )
    change = {
        "file": "organisations.csv",
        "row": 3,
        "key": "VD-SM 2005-01-01",
        "column": "org_name",
        "before": "Huyện ủy Sông Mây",
        "after": "Huyện ủy Sông Mới",
    }
    for name in (second["version"], "2", "0002", second["version"].partition("-")[2]):
        assert json.loads(call("registry", "log", name, "--json").stdout)["changes"] == [change]
    shown = call("registry", "log")
    assert all(word in shown.output for word in ("ghi nhầm", "Lan", "the world changed", "first"))
    shown = call("registry", "log", "2")
    assert "organisations.csv:3" in shown.output and "org_name" in shown.output
    assert "nothing to compare" in call("registry", "log", "1").output
    unknown = call("registry", "log", "9")
    assert unknown.exit_code == 2 and "9" in unknown.output


def test_before_the_first_run_there_is_no_version(home: Home, call: Call) -> None:
    assert "no version yet" in call("registry", "log").output
    assert json.loads(call("registry", "log", "--json").stdout) == []
    assert "version" not in call("status").output
    done = call("registry", "record", "--reason", "bản đầu", "--by", "Lan")
    assert done.exit_code == 0 and "first" in done.output


def test_nothing_is_recorded_while_a_run_takes_in_reports(
    known: Home, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def held(home: Home) -> Iterator[None]:
        raise WriterBusyError(home, "7")
        yield

    edit(known, "organisations", NAME, RENAMED)
    monkeypatch.setattr("orchestration.commands.common.writer_lock", held)
    done = call("registry", "record", "--reason", "x", "--by", "Lan")
    assert done.exit_code == 1 and "7" in done.output
    assert len(Chronicle(known).versions()) == 1


Edit = tuple[str, str, str]
REFUSED: list[tuple[Edit, type[ToldError], str]] = [
    (("terms", "NK,2016,2020", "NK,2016,sau"), RegistryError, "terms.csv, row 3"),
    (("terms", "NK,2016,2020", "NK,2016,2021"), UnsoundRegistryError, "terms.csv:3"),
    (("organisations", NAME, RENAMED), PastChangedError, "organisations.csv:3"),
]


def test_commands_go_on_with_the_last_version_and_say_so(known: Home, call: Call, tmp_path: Path) -> None:
    edit(known, "terms", "NK,2016,2020", "NK,2016,sau")
    blank = tmp_path / "a.xlsx"
    for words in (
        ("template", "--unit", "VD-SM", "--period", "2020-N", "-o", blank),
        ("check", blank),
        ("close", "2016-N", "--by", "Lan"),
    ):
        done = call(*words)
        assert done.exit_code == (1 if words[0] == "check" else 0), done.output
        assert version(known) in done.stderr and "terms.csv, row 3" in done.stderr


@pytest.mark.parametrize(("edited", "why"), [(case[0], case[2]) for case in REFUSED])
def test_status_and_doctor_say_which_version_holds_instead_of_refused_files(
    known: Home, call: Call, edited: Edit, why: str
) -> None:
    edit(known, *edited)
    done = call("status")
    assert done.exit_code == 0 and version(known) in done.stderr and why in done.stderr
    things = {found.name: found for found in examine_registry(Invocation(known, "en"))}
    assert things["registry"].state == "ok"
    assert things["registry_version"].state == "broken" and why in things["registry_version"].detail
    assert not any(found.is_essential and found.state != "ok" for found in things.values())
    assert len(Chronicle(known).versions()) == 1


def test_the_version_that_holds_is_named_by_status_and_doctor(known: Home, call: Call) -> None:
    assert f"version {version(known)}, recorded at" in call("status").stdout
    edit(known, "calendar", "2016-N,", "2023-N,,2024-01-20,,\n2016-N,")
    assert "the next run records it" in call("status").stdout
    things = {found.name: found for found in examine_registry(Invocation(known, "en"))}
    assert things["registry_version"].state == "ok"


@pytest.mark.parametrize(("edited", "kind", "why"), REFUSED)
def test_the_data_team_is_told_once_with_place_and_remedy_until_it_is_mended(
    known: Home, edited: Edit, kind: type[ToldError], why: str
) -> None:
    table, old, new = edited
    edit(known, *edited)
    for _ in range(2):
        found = alerting.look(known, KNOWN)
        assert found.trouble is None, "what follows from the ledger and the calendar is found all the same"
    with pytest.raises(kind) as raised:
        moment.take(known, "run", lambda: KNOWN, moment.taken, moment.publishable)
    stop = failing.of_record(kind.__name__, str(raised.value), known)
    alerting.failed(known, alerting.Place("publication", "snapshot", "run"), stop, KNOWN)
    (entry,) = [e for e in Outbox(known.outbox).read()[0] if e.alert.kind is Kind.RUN_FAILED]
    words = compose([entry.alert], in_force(known).registry, "en", "TK")
    assert "stays in force" in words.subject
    assert f"{table}.csv, row 3" in words.body and version(known) in words.body and why in words.body
    edit(known, table, new, old)
    alerting.watch(known, KNOWN)
    (entry,) = [e for e in Outbox(known.outbox).read()[0] if e.alert.kind is Kind.RUN_FAILED]
    assert entry.over_at is not None


def test_a_publication_names_the_version_with_which_its_figures_were_made(known: Home) -> None:
    first = moment.take(known, "one", lambda: KNOWN, moment.taken, moment.publishable)
    assert first.registry == version(known)
    edit(known, "calendar", "2016-N,", "2023-N,,2024-01-20,,\n2016-N,")
    later = datetime(2021, 3, 2, tzinfo=UTC)
    second = moment.take(known, "two", lambda: later, moment.taken, moment.publishable)
    assert second.registry == version(known) != first.registry
    assert moment.read(moment.taken(known)) == second


def test_an_answer_as_of_a_day_rests_on_the_last_version_while_files_are_refused(
    known: Home,
) -> None:
    edit(known, "organisations", NAME, RENAMED)
    fixed = moment.take(known, "as of", lambda: KNOWN)
    assert fixed.registry == version(known)
    kept = moment.taken(known).registry / "organisations.csv"
    assert NAME in kept.read_text(encoding="utf-8")


def test_verify_compares_what_is_kept_of_versions(known: Home, call: Call) -> None:
    found = json.loads(call("verify", "--json").stdout)
    assert found["registry_versions"] == {"count": 1, "damaged": []}
    path = next(known.registry_files.iterdir())
    path.chmod(0o600)
    path.write_bytes(b"x")
    result = call("verify", "--json")
    assert result.exit_code == 1
    assert path.name in json.loads(result.stdout)["registry_versions"]["damaged"][0]
    known.registry_log.write_bytes(b"{}\n")
    assert "line 1" in json.loads(call("verify", "--json").stdout)["registry_versions"]["damaged"][0]


def test_events_are_written_with_day_and_document_and_a_body_has_its_history(known: Home, call: Call) -> None:
    said = ("--on", "2021-07-01", "--document", "Nghị quyết 5", "--by", "Lan")
    for words in (
        ("establish", "VD-MN", "Huyện ủy Mới", "--kind", "DISTRICT", "--parent", "VD", "--files-reports"),
        ("merge", "VD-SM", "VD-NX", "--into", "VD-MN"),
        ("rename", "VD", "Tỉnh ủy Ví Dụ Mới"),
        ("relevel", "VD-MN", "--level", "district"),
    ):
        done = call("registry", *words, *said)
        assert done.exit_code == 0 and version(known) in done.output, done.output
    assert call("registry", "check").exit_code == 0
    kinds = [(one.kind, one.reason) for one in Chronicle(known).versions()[1:]]
    assert kinds == [("world", "Nghị quyết 5")] * 4
    body = json.loads(call("registry", "history", "VD-SM-01", "--json").stdout)
    assert [(row["parent_code"], row["valid_to"]) for row in body["versions"]] == [
        ("VD-SM", "2021-06-30"),
        ("VD-MN", None),
    ]
    shown = call("registry", "history", "VD-SM").output
    assert all(word in shown for word in ("merge", "VD-MN", "Nghị quyết 5"))


def test_an_event_that_does_not_fit_names_its_faults_and_writes_nothing(known: Home, call: Call) -> None:
    before = (known.registry / "organisations.csv").read_bytes()
    said = ("--on", "2021-07-01", "--document", "Nghị quyết 5", "--by", "Lan")
    for words, code, word in (
        (("dissolve", "VD-SM"), 1, "VD-SM-01"),
        (("split", "VD-SM", "--into", "VD-NX=0.5"), 1, "share"),
        (("split", "VD-SM", "--into", "VD-NX"), 2, "has no share"),
        (("transfer", "VD-SM", "VD-SM"), 1, "parent_code"),
        (("rename", "VD-XX", "Mới"), 2, "VD-XX"),
        (("relevel", "VD"), 2, "--level"),
    ):
        done = call("registry", *words, *said)
        assert done.exit_code == code and word in done.output, done.output
    assert call("registry", "rename", "VD", "Mới", "--on", "2021-07-01", "--document", " ").exit_code == 2
    assert (known.registry / "organisations.csv").read_bytes() == before
    assert len(Chronicle(known).versions()) == 1


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_command_of_the_registry_explains_itself(call: Call, language: str) -> None:
    overview = call("registry", "--help", language=language)
    assert overview.exit_code == 0
    for name in registry.commands:
        shown = call("registry", name, "--help", language=language)
        assert shown.exit_code == 0, shown.output
        words = " ".join(shown.output.split())
        assert " ".join(message(f"cli.registry.{name}.help", language).split()[:6]) in words  # type: ignore[arg-type]
        assert name in overview.output


def test_verify_misses_the_version_that_the_newest_release_names(
    known: Home, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, is_sound in ((version(known), True), ("0007-12345678", False)):
        made = Release("0001-abcd", known.releases / "x", "", "", "", "", (), {}, registry=name)
        monkeypatch.setattr("reports.release.newest_readable", lambda _, made=made: (made, ()))
        damaged = json.loads(call("verify", "--json").stdout)["registry_versions"]["damaged"]
        assert (damaged == []) is is_sound
        assert is_sound or (name in damaged[0] and "0001-abcd" in damaged[0])
