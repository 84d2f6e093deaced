"""A damaged state folder: each command says what is wrong and what to do, and `verify` finds all of it."""

import errno
import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import Result

from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.alerts.outbox import Outbox
from ingestion.bronze.marks import read_marks
from ingestion.landing.events import Judged, Received
from ingestion.landing.ledger import Ledger
from ingestion.landing.originals import Landing
from ingestion.records.findings import Verdict
from ingestion.storage.files import sha256_of
from ingestion.storage.home import Home
from ingestion.words.messages import message
from orchestration import explaining, tokens
from orchestration.lock import WriterBusyError
from orchestration.moment import Moment
from orchestration.state import write_example
from orchestration.tokens import Passed, Token
from reports import release
from tests.reports_site import AS_OF, write_warehouse

SENT = datetime(2021, 1, 18, 2, 0, tzinfo=UTC)
Call = Callable[..., Result]
Damage = Callable[[Home], object]


@pytest.fixture
def published(sound: Home, home: Home) -> Home:
    """Give a state folder with two originals that were received and judged, a warehouse and a release."""
    shutil.copytree(sound.root, home.root, symlinks=True, dirs_exist_ok=True)
    return home


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Give what each test damages a copy of."""
    tmp_path = tmp_path_factory.mktemp("sound")
    home = Home(tmp_path / "home")
    write_example(home)
    events: list[Received | Judged] = []
    for number, unit in enumerate(("VD-SM", "VD-NX"), start=1):
        filed = tmp_path / f"{unit}.xlsx"
        filed.write_bytes(f"original of {unit}".encode())
        landing = Landing(home)
        original = landing.admit(landing.stage(filed), filed.name)
        name = f"{unit}.2020-N.r1"
        events.append(
            Received(
                submission=name,
                unit=unit,
                period="2020-N",
                revision=1,
                sha256=original.sha256,
                file=original.file,
                original_name=filed.name,
                received_at=SENT,
                kind="xlsx",
                period_basis="CUMULATIVE",
                arrival=f"{number}",
                at=SENT,
            )
        )
        events.append(Judged(name, Verdict.ACCEPTED, "rules", (), (), {}, (), SENT))
    with Ledger(home.ledger).writing() as ledger:
        ledger.append(events)
    write_warehouse(home.warehouse)
    moment = Moment("run", SENT, SENT, ("VD-SM.2020-N.r1",))
    token = Token(sha256_of(home.warehouse), "run", moment, "project", "0.1.0")
    tokens.with_gate(home, token, Passed("run", SENT, "", needs_note=False))
    rendered = tmp_path / "rendered"
    rendered.mkdir()
    for page in ("index.html", "VD.html"):
        (rendered / page).write_text("<p>một</p>", encoding="utf-8")
    made = release.create(
        home,
        rendered,
        as_of=AS_OF,
        code_version="0.1.0",
        submissions=["VD-SM.2020-N.r1"],
        note="",
        warehouse=home.warehouse,
    )
    release.switch(home, made)
    return home


def folder_of(home: Home) -> Path:
    return release.folders(home)[0]


def rewrite(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def original(home: Home, number: int = 0) -> Path:
    return Landing(home).originals()[number]


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 3)


def of_another_shape(path: Path) -> None:
    path.unlink()
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table dim_indicator (code text)")


def folder_in_place(path: Path) -> None:
    path.unlink()
    path.mkdir()


def change_manifest(home: Home) -> None:
    path = folder_of(home) / release.MANIFEST
    rewrite(path, path.read_bytes().replace(b'"code_version": "0.1.0"', b'"code_version": "0.1.1"'))


def point_site(home: Home, target: str | Path) -> None:
    home.site.unlink()
    home.site.symlink_to(target)


def no_release(home: Home) -> None:
    shutil.rmtree(home.releases)


def damaged_line(home: Home) -> None:
    lines = home.ledger.read_bytes().splitlines(keepends=True)
    home.ledger.write_bytes(b"".join([lines[0], b"\xff garbage\n", *lines[2:]]))


def stray(home: Home) -> None:
    path = home.root / "stray"
    path.write_bytes(b"nobody knows it")
    landing = Landing(home)
    landing.admit(landing.stage(path), "stray.xlsx")


def twice(home: Home) -> None:
    lines = home.ledger.read_bytes().splitlines(keepends=True)
    home.ledger.write_bytes(b"".join([*lines[1:2], *lines]))


VERIFY: list[tuple[str, Damage, str, str]] = [
    ("changed original", lambda h: rewrite(original(h), b"x"), "landing", "(changed)"),
    ("missing original", lambda h: original(h).unlink(), "landing", "(missing)"),
    ("folder for an original", lambda h: folder_in_place(original(h)), "landing", "(cannot be opened)"),
    ("original without receipt", stray, "landing", "without a receipt"),
    ("changed page", lambda h: rewrite(folder_of(h) / "VD.html", b"x"), "releases", "VD.html was changed"),
    ("missing page", lambda h: (folder_of(h) / "VD.html").unlink(), "releases", "VD.html is missing"),
    ("extra page", lambda h: (folder_of(h) / "new.html").write_text("x"), "releases", "new.html is not part"),
    ("garbage manifest", lambda h: rewrite(folder_of(h) / "manifest.json", b"\xff{"), "releases", "manifest"),
    ("list as manifest", lambda h: rewrite(folder_of(h) / "manifest.json", b"[1]"), "releases", "manifest"),
    ("no manifest", lambda h: (folder_of(h) / "manifest.json").unlink(), "releases", "manifest"),
    ("changed manifest", change_manifest, "releases", "does not match the content"),
    ("renamed", lambda h: folder_of(h).rename(h.releases / "0001-00000000"), "releases", "0001-00000000"),
    ("stranger", lambda h: (h.releases / "old").mkdir(), "releases", "lies among the releases"),
    ("dangling site", lambda h: point_site(h, "releases/0009-00000000"), "releases", "where nothing is"),
    ("site outside", lambda h: point_site(h, "landing"), "releases", "which is no release"),
    ("site in a loop", lambda h: point_site(h, "site"), "releases", "points nowhere"),
    ("no site", lambda h: h.site.unlink(), "releases", "no release is up"),
    ("site is a folder", lambda h: (h.site.unlink(), h.site.mkdir()), "releases", "is a folder"),
    (
        "site is garbage",
        lambda h: (h.site.unlink(), h.site.write_bytes(b"\xff\xfe")),
        "releases",
        "points nowhere",
    ),
    ("no release", no_release, "releases", "there is no release"),
    ("damaged ledger", damaged_line, "ledger", "line 2"),
    ("ledger contradicts itself", twice, "ledger", "VD-SM.2020-N.r1"),
    ("ledger is a folder", lambda h: folder_in_place(h.ledger), "ledger", "is a folder"),
    ("broken registry", lambda h: (h.registry / "terms.csv").write_bytes(b"\xff\x00"), "registry", "terms.csv"),
]


def verify(call: Call) -> dict[str, object]:
    result = call("verify", "--json", "--no-rebuild")
    assert "Traceback" not in result.output
    found: dict[str, object] = json.loads(result.stdout)
    assert result.exit_code == (0 if found["sound"] else 1)
    return found


def said(found: dict[str, object], part: str) -> str:
    return "\n".join(found[part]["damaged"])  # type: ignore[index]


def test_a_sound_state_is_sound(call: Call, published: Home) -> None:
    found = verify(call)
    assert found["sound"] is True
    assert {part: found[part]["count"] for part in ("ledger", "landing", "releases")} == {  # type: ignore[index]
        "ledger": 2,
        "landing": 2,
        "releases": 1,
    }


@pytest.mark.parametrize(("damage", "part", "words"), [d[1:] for d in VERIFY], ids=[d[0] for d in VERIFY])
def test_verify_names_each_damage(call: Call, published: Home, damage: Damage, part: str, words: str) -> None:
    damage(published)
    found = verify(call)
    assert words in said(found, part)
    assert call("verify", "--no-rebuild", language="vi").exit_code == 1


def test_verify_goes_on_after_the_first_damage(call: Call, published: Home) -> None:
    rewrite(original(published), b"x")
    original(published, 1).unlink()
    (published.releases / "0002-00000000").mkdir()
    rewrite(folder_of(published) / "VD.html", b"x")
    point_site(published, "nowhere")
    (published.registry / "terms.csv").write_bytes(b"\xff\x00")
    found = verify(call)
    assert said(found, "landing").count("\n") == 1
    for words in ("VD.html", "0002-00000000", "where nothing is"):
        assert words in said(found, "releases")
    assert "terms.csv" in said(found, "registry")


def test_verify_says_of_a_new_folder_that_there_is_no_release_and_finds_no_fault(call: Call) -> None:
    result = call("verify")
    assert (result.exit_code, "There is no release yet" in result.stdout) == (0, True)


def test_verify_does_not_rebuild_from_what_is_damaged_but_says_so(call: Call, published: Home) -> None:
    rewrite(original(published), b"x")
    result = call("verify", "--json")
    assert result.exit_code == 1
    assert "not rebuilt" in result.stderr
    assert "figures" not in json.loads(result.stdout)


def test_a_warehouse_that_cannot_be_compared_is_a_damage_of_the_figures(
    call: Call, published: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.pipeline.rebuild_bronze", lambda *_: None)
    monkeypatch.setattr("orchestration.warehouse.build_aside", lambda home, path, *_: write_warehouse(path))
    assert call("verify").exit_code == 0
    truncate(published.warehouse)
    result = call("verify", "--json")
    assert result.exit_code == 1
    assert "is damaged" in said(json.loads(result.stdout), "warehouse")


FIGURE = ["figures", "--indicator", "admissions", "--unit", "VD-SM", "--period", "2020-N"]
COMMANDS: list[tuple[str, Damage, list[str], int, str]] = [
    ("truncated warehouse", lambda h: truncate(h.warehouse), FIGURE, 1, "tongket run"),
    ("garbage warehouse", lambda h: h.warehouse.write_bytes(b"garbage" * 99), FIGURE, 1, "is damaged"),
    ("empty warehouse", lambda h: h.warehouse.write_bytes(b""), FIGURE, 1, "warehouse.duckdb"),
    ("warehouse is a folder", lambda h: folder_in_place(h.warehouse), FIGURE, 1, "is damaged"),
    ("warehouse of another shape", lambda h: of_another_shape(h.warehouse), FIGURE, 1, "tongket run"),
    ("binary key", lambda h: h.template_key.write_bytes(bytes(range(200, 232))), ["template"], 1, "backup"),
    ("key of zeros", lambda h: h.template_key.write_bytes(bytes(32)), ["template"], 1, "template.key"),
    ("key is a folder", lambda h: h.template_key.mkdir(), ["template"], 2, "template.key"),
    ("garbage manifest", lambda h: rewrite(folder_of(h) / "manifest.json", b"{"), ["releases"], 1, "backup"),
    (
        "garbage manifest",
        lambda h: rewrite(folder_of(h) / "manifest.json", b"{"),
        ["diff", "1", "1"],
        1,
        "backup",
    ),
    ("damaged ledger", damaged_line, ["status"], 2, "line 2"),
    ("ledger is a folder", lambda h: folder_in_place(h.ledger), ["status"], 2, "is a folder"),
    (
        "registry in another encoding",
        lambda h: (h.registry / "terms.csv").write_bytes(b"\xff"),
        ["status"],
        2,
        "UTF-8",
    ),
    ("dangling site", lambda h: point_site(h, "nowhere"), ["serve"], 1, "where nothing is"),
    ("changed original", lambda h: rewrite(original(h), b"x"), ["publish"], 1, "cannot be opened (1)"),
    ("lost original", lambda h: original(h).unlink(), ["publish"], 1, "cannot be opened (1)"),
    ("lost registry", lambda h: shutil.rmtree(h.registry), ["status"], 1, "from a backup"),
    ("lost registry", lambda h: shutil.rmtree(h.registry), ["run"], 1, "from a backup"),
]


@pytest.mark.parametrize("case", COMMANDS, ids=[f"{case[0]}-{case[2][0]}" for case in COMMANDS])
def test_what_is_damaged_gets_a_sentence_and_a_remedy(
    call: Call, published: Home, tmp_path: Path, case: tuple[str, Damage, list[str], int, str]
) -> None:
    _, damage, args, code, words = case
    damage(published)
    if args == ["template"]:
        args = ["template", "--unit", "VD-SM", "--period", "2020-N", "-o", str(tmp_path / "t.xlsx")]
    result = call(*args)
    assert result.exit_code == code, result.output
    assert words in result.stderr
    assert "Traceback" not in result.output and "Unexpected" not in result.output
    assert result.stderr.count("\n") == 1
    assert call(*args, language="vi").exit_code == code


@pytest.mark.parametrize(
    "said", [b"", b"{", b"[]", b'{"layout": 2}', b'{"layout": 2, "periods": {"2018-N": "x"}}', b"\xff", b"null"]
)
def test_marks_that_cannot_be_read_let_bronze_be_written_anew(tmp_path: Path, said: bytes) -> None:
    (tmp_path / "written.json").write_bytes(said)
    assert read_marks(tmp_path) == {}


@pytest.mark.parametrize("garbage", [b"", b"\xff\xfe", b"yesterday", b"2021-01-01T00:00:00"])
def test_the_oldest_alert_stands_for_a_marker_that_cannot_be_read(tmp_path: Path, garbage: bytes) -> None:
    outbox = Outbox(tmp_path / "outbox")
    outbox.open(SENT)
    outbox.add([Alert(Kind.RUN_FAILED, "x", SENT, Role.DATA_TEAM, facts={"step": "a", "error": "b"})])
    (tmp_path / "outbox" / ".since").write_bytes(garbage)
    later = datetime(2021, 2, 1, tzinfo=UTC)
    assert outbox.open(later) == SENT
    (tmp_path / "outbox" / ".since").write_bytes(garbage)
    for path in (tmp_path / "outbox").glob("*.json"):
        path.unlink()
    assert outbox.open(later) == later


def garbage_bronze(home: Home) -> None:
    home.bronze.mkdir()
    (home.bronze / "submissions.parquet").write_bytes(b"PAR1garbage")


def changed_by_hand(home: Home) -> None:
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("update fct_indicator_value set value = value / 2")


DOCTOR: list[tuple[str, Damage, str, str]] = [
    ("damaged ledger", damaged_line, "ledger", "line 2"),
    ("ledger is a folder", lambda h: folder_in_place(h.ledger), "ledger", "is a folder"),
    ("lost ledger", lambda h: h.ledger.unlink(), "ledger", "backup"),
    ("lost original", lambda h: original(h).unlink(), "ledger", "Originals lost: 1"),
    ("truncated warehouse", lambda h: truncate(h.warehouse), "warehouse", "is damaged"),
    ("warehouse of another shape", lambda h: of_another_shape(h.warehouse), "warehouse", "dim_indicator"),
    ("warehouse changed by hand", changed_by_hand, "warehouse", "vouches for no such"),
    (
        "warehouse of an older version",
        lambda h: shutil.rmtree(h.build / "tokens"),
        "warehouse",
        "older version",
    ),
    ("dangling site", lambda h: point_site(h, "nowhere"), "site", "where nothing is"),
    ("garbage manifest", lambda h: rewrite(folder_of(h) / "manifest.json", b"{"), "site", "manifest"),
    ("binary key", lambda h: h.template_key.write_bytes(b"\xff" * 32), "template_key", "no key"),
    ("garbage bronze", garbage_bronze, "bronze", "can always be made again"),
    (
        "registry in another encoding",
        lambda h: (h.registry / "terms.csv").write_bytes(b"\xff"),
        "registry",
        "UTF-8",
    ),
    ("lost registry", lambda h: shutil.rmtree(h.registry), "registry", "from a backup"),
]


@pytest.mark.parametrize("keeps", ["ledger", "landing"])
def test_no_example_registry_is_put_where_reports_are(call: Call, published: Home, keeps: str) -> None:
    shutil.rmtree(published.registry)
    if keeps == "ledger":
        for path in Landing(published).originals():
            path.unlink()
    else:
        published.ledger.unlink()
    result = call("init", str(published.root))
    assert (result.exit_code, published.registry.exists()) == (1, False)
    assert "from a backup" in result.stderr


def test_doctor_finds_nothing_wrong_with_a_sound_state(call: Call, published: Home) -> None:
    answer = json.loads(call("doctor", "--json").stdout)
    states = {thing["name"]: thing["state"] for thing in answer["things"]}
    assert answer["ready"] is True
    assert [states[name] for name in ("ledger", "warehouse", "site", "registry")] == ["ok"] * 4


@pytest.mark.parametrize(("damage", "name", "words"), [d[1:] for d in DOCTOR], ids=[d[0] for d in DOCTOR])
def test_doctor_names_each_damage_of_the_state_with_a_remedy(
    call: Call, published: Home, damage: Damage, name: str, words: str
) -> None:
    damage(published)
    result = call("doctor", "--json")
    assert (result.exit_code, "Traceback" in result.output) == (1, False)
    thing = next(thing for thing in json.loads(result.stdout)["things"] if thing["name"] == name)
    assert (thing["state"], thing["essential"]) == ("broken", True)
    assert words in thing["detail"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_doctor_says_which_private_files_others_may_read(call: Call, published: Home) -> None:
    published.template_key.write_text("key", encoding="ascii")
    for path in (published.template_key, published.ledger, published.registry / "contacts.csv"):
        path.chmod(0o600)
    published.template_key.chmod(0o644)
    things = {thing["name"]: thing for thing in json.loads(call("doctor", "--json").stdout)["things"]}
    assert things["secrets"]["state"] == "broken"
    assert things["secrets"]["detail"].endswith(f"chmod -R go-rwx {published.template_key}")
    published.template_key.chmod(0o600)
    things = {thing["name"]: thing for thing in json.loads(call("doctor", "--json").stdout)["things"]}
    assert things["secrets"]["state"] == "ok"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk was full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "permissions"),
        (errno.EMFILE, "ulimit"),
        (errno.ENAMETOOLONG, "too long"),
        (errno.EISDIR, "is a folder"),
        (errno.ENOENT, "is not there"),
        (errno.EIO, "EIO"),
        (99999, "operating system"),
    ],
)
def test_what_the_system_refuses_is_one_sentence_with_the_path(
    call: Call, home: Home, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number), "/some/where")

    monkeypatch.setattr("orchestration.commands.common.in_force", refuse)
    result = call("status")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert words in result.stderr and "/some/where" in result.stderr
    assert call("status", language="vi").exit_code == 2


def test_a_lock_that_is_held_is_no_damage(call: Call, published: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def held(home: Home) -> None:
        raise WriterBusyError(home, "7")

    monkeypatch.setattr("orchestration.commands.verify.writer_lock", held)
    assert "process 7" in call("verify").stderr


def test_errors_without_a_path_claim_none() -> None:
    said = explaining.explained(
        OSError(errno.ENOSPC, "full"), lambda key, **fields: message(key, "en", **fields)
    )
    assert said and "output of the command" in said
