"""Channels other than e-mail: what a real HTTP server receives of an alert, and that no address ever leaks."""

import json
import logging
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import policy
from email.parser import BytesParser
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.alerts.channels import MAIL_SERVER_VARIABLE, TEAMS_LENGTH, Channels
from ingestion.alerts.delivery import DIGEST_UP_TO
from ingestion.alerts.outbox import Outbox
from ingestion.definitions.registry import Registry, load_registry
from ingestion.definitions.registry_rows import Contact
from ingestion.storage.home import Home
from orchestration.alerting import empty_outbox
from orchestration.cli import main
from orchestration.state import write_example
from tests.support.receiver import HOST, Receiver, receiving, redirect

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
FILE = "Biểu *1*_a_ <at>lan</at> & “Đ ữ ợ ỷ”.xlsx"
TELEGRAM = "tgram://123456789:abcdefghijklmnopqrstuvwxyz123456789/42/"
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#baocao"
TEAMS = "workflows://prod-01.westus.logic.azure.com:443/5f1cbf0a8d41/Wz8sIgnatur3_x"
CHATS = {"api.telegram.org": TELEGRAM, "hooks.slack.com": SLACK, "prod-01.westus.logic.azure.com": TEAMS}
LONGEST = {TELEGRAM: 4096, SLACK: 35000}
TEAMS_BYTES = 28 * 1024


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    write_example(home)
    Outbox(home.outbox).open(NOW)
    return home


def told(home: Home, *channels: str) -> Registry:
    contacts = tuple(Contact(org_code="VD-SM", role="clerk", channel=channel) for channel in channels)
    return replace(load_registry(home.registry), contacts=contacts)


def rejected(number: int = 1, findings: int = 2) -> Alert:
    name = f"VD-SM.2020-N.r{number}"
    found = [
        {
            "rule": f"V{n:03d}",
            "sheet": "B01",
            "cell": f"F{n}",
            "vi": f"không khớp: {n} < 12 & {n} * 2",
            "en": "x",
        }
        for n in range(1, findings + 1)
    ]
    facts = {"original_name": FILE, "errors": findings, "warnings": 0, "findings": found}
    return Alert(Kind.REJECTED, name, NOW, Role.CLERK, "VD-SM", "2020-N", name, facts)


def marked(home: Home, alert: Alert) -> None:
    path = home.returns / alert.unit / f"{alert.submission}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"marked workbook")


def shown(channel: str, receiver: Receiver, number: int = 0) -> tuple[str, str]:
    """Give subject and text as whoever reads a chat sees them."""
    sent = receiver.json(number)
    if channel == TELEGRAM:
        subject, _, text = sent["text"].replace("\r\n", "\n").partition("</b>\n")
        assert sent["parse_mode"] == "HTML" and "<" not in text, "no markup but the subject in bold"
        return unescape(subject.removeprefix("<b>")), unescape(text)
    if channel == SLACK:
        (attachment,) = sent["attachments"]
        assert sent["mrkdwn"] is False
        return unescape(attachment["title"]), unescape(attachment["text"])
    (card,) = [attachment["content"] for attachment in sent["attachments"]]
    assert card["type"] == "AdaptiveCard" and "entities" not in card["msteams"], "nobody is mentioned"
    title, body = (block["text"] for block in card["body"])
    for block in (title, body):
        assert re.search(r"(?<!\\)[*_\[\]<`]", block) is None, "nothing is taken for markup"
    return tuple(re.sub(r"\\(.)", r"\1", block) for block in (title, body))  # type: ignore[return-value]


def length(channel: str, receiver: Receiver, number: int) -> int:
    sent = receiver.json(number)
    if channel == TEAMS:
        return len(receiver.requests[number][3])
    return len(sent["text"] if channel == TELEGRAM else sent["attachments"][0]["text"])


@pytest.mark.parametrize(("host", "channel"), CHATS.items())
def test_a_chat_shows_the_whole_alert_as_it_was_written(host, channel, home, receiver, monkeypatch) -> None:
    redirect(receiver, monkeypatch)
    alert = rejected()
    marked(home, alert)
    Outbox(home.outbox).add([alert])
    for day in (0, 1):
        assert not empty_outbox(home, told(home, channel), NOW + timedelta(days=day)).failed
    ((meant, _, _, body),) = receiver.requests
    assert meant == host
    subject, text = shown(channel, receiver)
    assert subject == "Trả lại báo cáo năm 2020 (2 lỗi) – Huyện ủy Sông Mây"
    lines = text.splitlines()
    assert f"(tệp “{FILE}”, mã VD-SM.2020-N.r1)" in text
    assert "– B01!F1: không khớp: 1 < 12 & 1 * 2 [V001]" in lines
    assert "– B01!F2: không khớp: 2 < 12 & 2 * 2 [V002]" in lines
    assert any(line.startswith("Việc cần làm: sửa các ô sai") for line in lines)
    assert any("returns/VD-SM/VD-SM.2020-N.r1.xlsx" in line for line in lines), "where the workbook is"
    assert b"http" not in body.replace(b"http://adaptivecards.io/schemas/adaptive-card.json", b"")


@pytest.mark.parametrize("channel", CHATS.values())
def test_many_alerts_fit_into_a_chat_and_none_is_left_out(channel, home, receiver, monkeypatch) -> None:
    redirect(receiver, monkeypatch)
    Outbox(home.outbox).add([rejected(number, findings=5) for number in range(1, DIGEST_UP_TO + 1)])
    assert not empty_outbox(home, told(home, channel), NOW).failed
    assert len(receiver.requests) == 1
    _, text = shown(channel, receiver)
    assert length(channel, receiver, 0) <= LONGEST.get(channel, TEAMS_BYTES)
    assert sum("Trả lại báo cáo năm 2020 (5 lỗi)" in line for line in text.splitlines()) == DIGEST_UP_TO
    assert "Mã thư TK-" in text


def test_teams_takes_the_longest_text_even_where_each_letter_is_escaped() -> None:
    assert len(json.dumps("ữ" * TEAMS_LENGTH)) + 2000 < TEAMS_BYTES


def test_programs_of_an_office_get_text_and_workbook_in_one_request(home, receiver) -> None:
    alert = rejected()
    marked(home, alert)
    Outbox(home.outbox).add([alert])
    here = f"{HOST}:{receiver.port}"
    registry = told(home, f"json://{here}/bao", f"form://{here}", f"xml://robot:top-secret@{here}")
    assert not empty_outbox(home, registry, NOW).failed
    by_kind = {kind.split(";")[0]: body for _, _, kind, body in receiver.requests}
    sent = json.loads(by_kind["application/json"])
    assert FILE in sent["message"] and "Bản đánh dấu kèm theo" in sent["message"]
    assert [attached["filename"] for attached in sent["attachments"]] == ["VD-SM.2020-N.r1.xlsx"]
    posted = by_kind["multipart/form-data"]
    assert b"marked workbook" in posted and sent["title"].encode() in posted
    envelope = ElementTree.fromstring(by_kind["application/xml"])
    assert FILE in "".join(envelope.itertext())


def test_a_form_without_a_workbook_is_plain_and_keeps_its_letters(home, receiver) -> None:
    Outbox(home.outbox).add([rejected()])
    empty_outbox(home, told(home, f"form://{HOST}:{receiver.port}"), NOW)
    assert FILE in dict(parse_qsl(receiver.requests[0][3].decode()))["message"]


def test_what_a_server_refuses_is_tried_again_until_it_takes_it(home, receiver) -> None:
    Outbox(home.outbox).add([rejected()])
    registry = told(home, f"json://{HOST}:{receiver.port}")
    receiver.status = 503
    report = empty_outbox(home, registry, NOW)
    assert "503" in next(iter(report.failed.values()))
    receiver.status = 200
    for day in (1, 2):
        assert not empty_outbox(home, registry, NOW + timedelta(days=day)).failed
    assert len(receiver.requests) == 2


SECRETS = ("123456789:abcdefghijkl", "abcdefghijklmnopqrstuvwxyz", "TIiajkdnlaz", "T1JJ3T3L2", "Wz8sIgnatur3")
SECRETS += ("top-secret", "p%40ss-w0rd", "p@ss-w0rd", "hidden-token")


@pytest.mark.parametrize("status", [500, None])
def test_no_secret_of_an_address_stands_in_outbox_log_or_terminal(
    status, home, receiver, monkeypatch, caplog
) -> None:
    caplog.set_level(logging.DEBUG)
    with socket.socket() as free:
        free.bind((HOST, 0))
        closed = free.getsockname()[1]
    if status:
        redirect(receiver, monkeypatch)
        receiver.status = status
    else:
        # Nobody answers: what went wrong names the whole address.
        redirect(Receiver(port=closed), monkeypatch)
    channels = [
        *CHATS.values(),
        f"json://robot:top-secret@{HOST}:{closed}/hidden-token",
        "tgram://hidden-token",
    ]
    channels += [f"mailto://lan:p%40ss-w0rd@{HOST}:{closed}?to=lan@vidu.example&mode=insecure"]
    rows = "".join(f'VD-SM,clerk,"{channel}",vi\n' for channel in channels)
    (home.registry / "contacts.csv").write_text(f"org_code,role,channel,language\n{rows}", encoding="utf-8")
    Outbox(home.outbox).add([rejected()])
    said = ""
    for words in (["alerts", "--deliver"], ["alerts", "--json"], ["doctor"], ["status"]):
        result = CliRunner().invoke(main, ["--home", str(home.root), *words])
        assert "Traceback" not in result.output
        said += result.output + str(result.exception)
    kept = "".join(path.read_text(encoding="utf-8") for path in home.outbox.glob("*.json"))
    assert kept.count('"state":"failed"') + kept.count('"state": "failed"') == len(channels)
    # What libraries say at level DEBUG goes to no log of the product; what they warn of does.
    warned = "".join(record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING)
    for secret in SECRETS:
        for place in (said, kept, warned):
            assert secret not in place.replace("\n", "")
    assert "lan@vidu.example" in kept, "an e-mail address is shown"


def test_a_plain_address_without_a_mail_server_asks_nobody_and_says_what_is_missing(home, monkeypatch) -> None:
    monkeypatch.delenv(MAIL_SERVER_VARIABLE, raising=False)
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("somebody was asked"))
    Outbox(home.outbox).add([rejected()])
    report = empty_outbox(home, told(home, "mailto://songmay@vidu.example"), NOW)
    assert MAIL_SERVER_VARIABLE in next(iter(report.failed.values()))


def test_a_folder_gets_a_message_once_that_mail_programs_and_people_can_read(home, monkeypatch) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("somebody was asked"))
    alert = rejected()
    marked(home, alert)
    Outbox(home.outbox).add([alert])
    sent: list[str] = []
    channels = Channels("", home.mailboxes)

    def twice(message):
        sent.append(message.reference)
        return channels(message) or channels(message)

    empty_outbox(home, told(home, "folder://song-may"), NOW, twice)
    (path,) = (home.mailboxes / "song-may").iterdir()
    assert path.name == f"20260301-1600-{sent[0]}.eml", "the day and hour in Vietnam, and the reference"
    assert f"(tệp “{FILE}”, mã VD-SM.2020-N.r1)" in path.read_text(encoding="utf-8")
    mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    assert mail["Subject"] == "Trả lại báo cáo năm 2020 (2 lỗi) – Huyện ủy Sông Mây"
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("VD-SM.2020-N.r1.xlsx", b"marked workbook")


@pytest.mark.parametrize("channel", ["folder://../../etc", "folder://.hidden", "folder://", "folder://a/b"])
def test_a_folder_never_lies_elsewhere(channel, home, tmp_path) -> None:
    Outbox(home.outbox).add([rejected()])
    before = sorted(path for path in tmp_path.rglob("*") if "outbox" not in path.parts)
    assert empty_outbox(home, told(home, channel), NOW).failed
    assert sorted(path for path in tmp_path.rglob("*") if "outbox" not in path.parts) == before
