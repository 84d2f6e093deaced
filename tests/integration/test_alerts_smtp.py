"""Alerts through a real mail server on loopback: up, down, killed in between, many, and in two languages."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner

from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.alerts.channels import MAIL_SERVER_VARIABLE
from ingestion.alerts.delivery import FIRST_PAUSE, MAX_ATTACHED_BYTES, is_due
from ingestion.alerts.outbox import Outbox
from ingestion.definitions.registry import Registry, load_registry
from ingestion.storage.home import Home
from orchestration.alerting import empty_outbox
from orchestration.cli import main
from orchestration.environment import ROOT
from orchestration.state import write_example
from tests.support.mailbox import HOST, Mailbox

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
CONTACTS = """org_code,role,channel,language
VD-SM,clerk,mailto://songmay@vidu.example,vi
VD-NX,Clerk,mailto://nuixanh@vidu.example,en
,data team,mailto://tochuc@vidu.example,vi
"""


@pytest.fixture
def port() -> int:
    """Give a port of this machine on which nobody listens."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


@pytest.fixture
def mailbox(port: int) -> Iterator[Mailbox]:
    box = Mailbox()
    controller = Controller(box, hostname=HOST, port=port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: int) -> Home:
    home = Home(tmp_path / "thư mục ? 100%")
    write_example(home)
    (home.registry / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    server = f"mailto://{HOST}:{port}?from=tongket@vidu.example&mode=insecure"
    monkeypatch.setenv(MAIL_SERVER_VARIABLE, server)
    Outbox(home.outbox).open(NOW)
    return home


@pytest.fixture
def registry(home: Home) -> Registry:
    return load_registry(home.registry)


def rejected(number: int = 1, unit: str = "VD-SM") -> Alert:
    found = {
        "rule": "V014",
        "sheet": "B01",
        "cell": "F12",
        "vi": "Cuối kỳ không khớp",
        "en": "Does not balance",
    }
    facts = {"original_name": "Biểu.xlsx", "errors": 1, "warnings": 0, "findings": [found]}
    name = f"{unit}.2020-N.r{number}"
    return Alert(Kind.REJECTED, name, NOW, Role.CLERK, unit, "2020-N", name, facts)


def marked(home: Home, alert: Alert, content: bytes = b"marked workbook") -> None:
    path = home.returns / alert.unit / f"{alert.submission}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def states(home: Home) -> list[tuple[str, int]]:
    entries, _ = Outbox(home.outbox).read()
    return [(d.state, d.attempts) for entry in entries for d in entry.deliveries.values()]


def test_what_the_server_takes_is_sent_once_with_the_marked_workbook(
    home: Home, registry: Registry, mailbox: Mailbox
) -> None:
    alert = rejected()
    Outbox(home.outbox).add([alert])
    marked(home, alert)
    assert not empty_outbox(home, registry, NOW).failed
    empty_outbox(home, registry, NOW + timedelta(days=1))
    ((to, mail),) = mailbox.mails
    assert to == ["songmay@vidu.example"]
    assert str(make_header(decode_header(mail["From"]))) == "Tổng kết <tongket@vidu.example>"
    assert mail["Auto-Submitted"] == "auto-generated", "so that nobody's absence is answered"
    assert mailbox.subjects() == ["Trả lại báo cáo năm 2020 (1 lỗi) – Huyện ủy Sông Mây"]
    assert "B01!F12: Cuối kỳ không khớp [V014]" in mailbox.text()
    (attached,) = [part for part in mail.walk() if part.get_filename()]
    assert attached.get_filename() == "VD-SM.2020-N.r1.xlsx"
    assert attached.get_payload(decode=True) == b"marked workbook"
    assert states(home) == [("sent", 1)]


def test_a_workbook_that_a_mail_server_would_refuse_stays_where_it_is_and_the_mail_says_where(
    home: Home, registry: Registry, mailbox: Mailbox
) -> None:
    alert = rejected()
    Outbox(home.outbox).add([alert])
    marked(home, alert, b"x" * (MAX_ATTACHED_BYTES + 1))
    assert not empty_outbox(home, registry, NOW).failed
    assert mailbox.attachments() == []
    assert "returns/VD-SM/VD-SM.2020-N.r1.xlsx" in mailbox.text()


def test_a_contact_is_written_to_in_their_language(home: Home, registry: Registry, mailbox: Mailbox) -> None:
    Outbox(home.outbox).add([rejected(unit="VD-NX")])
    empty_outbox(home, registry, NOW)
    assert mailbox.subjects() == ["Returned: report for 2020 (errors: 1) – Thị ủy Núi Xanh"]
    assert "Does not balance" in mailbox.text()


def test_nothing_is_lost_while_the_server_is_down(home: Home, registry: Registry, port: int) -> None:
    Outbox(home.outbox).add([rejected()])
    assert empty_outbox(home, registry, NOW).failed
    assert states(home) == [("failed", 1)]
    assert not empty_outbox(home, registry, NOW + FIRST_PAUSE / 2).failed, "left alone until the pause is over"
    assert empty_outbox(home, registry, NOW + FIRST_PAUSE).failed
    assert states(home) == [("failed", 2)]
    box = Mailbox()
    controller = Controller(box, hostname=HOST, port=port)
    controller.start()
    try:
        for days in (1, 2):
            assert not empty_outbox(home, registry, NOW + timedelta(days=days)).failed
    finally:
        controller.stop()
    assert len(box.mails) == 1
    assert states(home) == [("sent", 3)]


def test_many_alerts_for_one_mailbox_come_as_one_message(
    home: Home, registry: Registry, mailbox: Mailbox
) -> None:
    alerts = [rejected(number) for number in range(1, 8)]
    Outbox(home.outbox).add(alerts)
    for alert in alerts:
        marked(home, alert)
    empty_outbox(home, registry, NOW)
    empty_outbox(home, registry, NOW + timedelta(days=1))
    assert mailbox.subjects() == ["7 thông báo về báo cáo định kỳ"]
    names = [part.get_filename() for part in mailbox.mails[0][1].walk() if part.get_filename()]
    assert sorted(names) == [f"{alert.submission}.xlsx" for alert in alerts]
    assert states(home) == [("sent", 1)] * 7


STARTED = """
import sys
from datetime import datetime
from pathlib import Path
from ingestion.alerts.delivery import deliver
from ingestion.alerts.outbox import Outbox
from ingestion.storage.home import Home
from ingestion.definitions.registry import load_registry
from ingestion.alerts.channels import Channels

home, now, server = Home(Path(sys.argv[1])), datetime.fromisoformat(sys.argv[2]), sys.argv[3]
outbox, registry = Outbox(home.outbox), load_registry(home.registry)
"""

DYING = f"""{STARTED}
import os, signal

def send(message):
    if server:
        assert Channels(server, home.mailboxes)(message) == ""
    os.kill(os.getpid(), signal.SIGKILL)

deliver(outbox, registry, home.returns, now, send)
"""


def deliver_and_die(home: Home, *, is_sending: bool) -> None:
    """Deliver in a process of its own that is killed where it has sent, or was about to send, one message."""
    server = os.environ[MAIL_SERVER_VARIABLE] if is_sending else ""
    arguments = [sys.executable, "-c", DYING, str(home.root), NOW.isoformat(), server]
    assert subprocess.run(arguments, cwd=ROOT, check=False).returncode == -signal.SIGKILL


def test_a_process_killed_before_it_sent_leaves_a_message_that_is_sent_once(
    home: Home, registry: Registry, mailbox: Mailbox
) -> None:
    Outbox(home.outbox).add([rejected()])
    deliver_and_die(home, is_sending=False)
    assert states(home) == [("sending", 1)]
    for days in (0, 1):
        empty_outbox(home, registry, NOW + timedelta(days=days))
    assert len(mailbox.mails) == 1


def test_a_process_killed_between_sending_and_recording_leaves_one_message_under_one_reference(
    home: Home, registry: Registry, mailbox: Mailbox
) -> None:
    Outbox(home.outbox).add([rejected(number) for number in range(1, 7)])
    deliver_and_die(home, is_sending=True)
    Outbox(home.outbox).add([rejected(7)])
    for days in (0, 1):
        empty_outbox(home, registry, NOW + timedelta(days=days))
    references = [mail["X-Tongket-Reference"] for _, mail in mailbox.mails]
    assert len(references) == 3
    assert references[0] == references[1] != references[2], "the digest came again as it was, the new one alone"
    ids = [mail["Message-ID"] for _, mail in mailbox.mails]
    assert ids[0] == ids[1] != ids[2], "so that a mail server may drop the second"
    assert all(str(reference) in str(name) for reference, name in zip(references, ids, strict=True))
    assert references[0] in mailbox.text(0)
    assert set(states(home)) == {("sent", 2), ("sent", 1)}


def test_a_connection_that_breaks_before_the_answer_brings_the_same_mail_again(
    home: Home, registry: Registry, mailbox: Mailbox
) -> None:
    Outbox(home.outbox).add([rejected()])
    mailbox.is_breaking = True
    assert empty_outbox(home, registry, NOW).failed
    mailbox.is_breaking = False
    for days in (1, 2):
        assert not empty_outbox(home, registry, NOW + timedelta(days=days)).failed
    assert len(mailbox.mails) == 2
    assert len({mail["Message-ID"] for _, mail in mailbox.mails}) == 1


def test_a_mailbox_that_is_refused_keeps_no_other_from_being_told_and_the_reason_stays(
    home: Home, mailbox: Mailbox
) -> None:
    mailbox.refused.add("songmay@vidu.example")
    Outbox(home.outbox).add([rejected(), rejected(unit="VD-NX")])
    report = empty_outbox(home, load_registry(home.registry), NOW)
    assert [to for to, _ in mailbox.mails] == [["nuixanh@vidu.example"]]
    assert list(report.failed.values()) == ["550 no such mailbox"]


TWO = f"""{STARTED}
from ingestion.storage.files import LockedError

print("ready", flush=True)
sys.stdin.readline()
try:
    deliver(outbox, registry, home.returns, now, Channels(server, home.mailboxes))
except LockedError:
    pass
"""


def test_two_processes_that_deliver_at_once_send_each_message_once(
    home: Home, registry: Registry, mailbox: Mailbox
) -> None:
    Outbox(home.outbox).add([rejected(number, unit) for number in (1, 2, 3) for unit in ("VD-SM", "VD-NX")])
    arguments = [sys.executable, "-c", TWO, str(home.root), NOW.isoformat(), os.environ[MAIL_SERVER_VARIABLE]]
    both = [
        subprocess.Popen(arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in both:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in both:
        process.communicate("go\n")
        assert process.returncode == 0
    empty_outbox(home, registry, NOW)
    references = [mail["X-Tongket-Reference"] for _, mail in mailbox.mails]
    assert len(references) == len(set(references)) == 6


FULL = f"""{STARTED}
import resource, signal
from ingestion.alerts.alert import Alert, Kind, Role

# No file may grow beyond this any more, as on a disk that is full.
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
alert = Alert(Kind.RUN_FAILED, "run", now, Role.DATA_TEAM)
channels = Channels(server, home.mailboxes)
for work in (lambda: outbox.add([alert]), lambda: deliver(outbox, registry, home.returns, now, channels)):
    try:
        work()
    except OSError as error:
        print(error.strerror)
"""


def test_a_full_disk_loses_nothing_and_sends_nothing_twice(
    home: Home, registry: Registry, mailbox: Mailbox
) -> None:
    Outbox(home.outbox).add([rejected()])
    arguments = [sys.executable, "-c", FULL, str(home.root), NOW.isoformat(), os.environ[MAIL_SERVER_VARIABLE]]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["File too large"] * 2
    assert mailbox.mails == [], "what cannot be recorded is not sent"
    entries, damaged = Outbox(home.outbox).read()
    assert [entry.alert.kind for entry in entries] == [Kind.REJECTED] and damaged == []
    assert not [path for path in home.outbox.iterdir() if path.name.startswith(".run_failed")]
    for days in (0, 1):
        empty_outbox(home, registry, NOW + timedelta(days=days))
    assert len(mailbox.mails) == 1


def test_a_channel_that_is_none_keeps_no_other_from_being_told(home: Home, mailbox: Mailbox) -> None:
    contacts = home.registry / "contacts.csv"
    contacts.write_text(CONTACTS + "VD-SM,clerk,nonsense://x,vi\n", encoding="utf-8")
    Outbox(home.outbox).add([rejected()])
    report = empty_outbox(home, load_registry(home.registry), NOW)
    assert len(report.sent) == len(report.failed) == len(mailbox.mails) == 1


def test_the_command_lists_delivers_and_then_has_nothing_to_do(home: Home, mailbox: Mailbox) -> None:
    def call(*args: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["--home", str(home.root), "--lang", "en", "alerts", *args])
        return result.exit_code, result.output

    Outbox(home.outbox).add([rejected()])
    assert '"state": "waiting"' in call("--json")[1]
    assert mailbox.mails == []
    code, said = call("--deliver", "--json")
    assert (code, len(mailbox.mails)) == (0, 1)
    assert '"state": "sent"' in said and "songmay@vidu.example" in said
    assert call("--json") == (0, "[]\n")
    assert '"attempts": 1' in call("--all", "--json")[1]


def test_a_mail_server_that_is_named_at_last_is_asked_at_once(
    home: Home, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = load_registry(home.registry)
    server = os.environ[MAIL_SERVER_VARIABLE]
    Outbox(home.outbox).add([rejected()])
    monkeypatch.delenv(MAIL_SERVER_VARIABLE)
    for _ in range(2):
        assert len(empty_outbox(home, registry, NOW).failed) == 1
    (entry,) = Outbox(home.outbox).read()[0]
    (delivery,) = entry.deliveries.values()
    assert (delivery.state, delivery.attempts) == ("failed", 0) and MAIL_SERVER_VARIABLE in delivery.error
    assert not is_due(entry, registry, NOW), "the sensor would ask for a run every minute"
    monkeypatch.setenv(MAIL_SERVER_VARIABLE, server)
    assert len(empty_outbox(home, registry, NOW).sent) == len(mailbox.mails) == 1
    (entry,) = Outbox(home.outbox).read()[0]
    (delivery,) = entry.deliveries.values()
    assert (delivery.state, delivery.attempts, delivery.error) == ("sent", 1, "")


def test_the_command_says_that_the_server_is_down(home: Home) -> None:
    Outbox(home.outbox).add([rejected()])

    def said(*words: str) -> str:
        result = CliRunner().invoke(main, ["--home", str(home.root), "--lang", "en", "alerts", *words])
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return f"{result.exit_code} {result.output}"

    assert said("--deliver").startswith("1") and "not sent: 0" in said("--deliver"), "its pause is not over"
    assert "not sent: 1" in said("--deliver", "--retry")
    assert "Traceback" not in said()
