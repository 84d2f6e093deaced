"""What becomes of a text on a channel: nothing of it is taken for markup, and it has room."""

import re
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ingestion.alerts.channels import as_html, as_markdown, fitted, is_channel, server_answers, without_secrets
from ingestion.alerts.delivery import Message
from ingestion.alerts.wording import Wording

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
TEXTS = st.text(st.sampled_from("aĐữợ 019.-+)(*_~`#<>[]{}|\\!&;:=/\n\t\"'"), max_size=60)


class Shown(HTMLParser):
    """Keeps what a browser shows, and which tags it came in."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.tags = "", set[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.text += "\n" if tag == "br" else ""

    def handle_data(self, data: str) -> None:
        self.text += data


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        ("{'a@b.vn': (550, b'no such mailbox')}", ["550 no such mailbox"]),
        (
            "{'a@b.vn': (550, b\"it's not here\"), 'c@b.vn': (451, b'later')}",
            ["550 it's not here", "451 later"],
        ),
        ("(535, b'5.7.8 Authentication\\r\\nfailed \\xc4\\x91')", ["535 5.7.8 Authentication failed đ"]),
        ("(553, b'not yours', 'me@b.vn')", ["553 not yours"]),
        ("[Errno 111] Connection refused", []),
    ],
)
def test_the_answer_of_a_mail_server_is_its_code_and_text(said: str, answers: list[str]) -> None:
    assert server_answers([said, "Connection error while submitting email"]) == answers


@given(TEXTS)
def test_markdown_shows_each_line_as_it_was_written(text: str) -> None:
    shown = Shown()
    shown.feed(MarkdownIt().render(as_markdown(text)))
    assert shown.tags <= {"p"}
    assert lines(shown.text) == lines(text)


@given(TEXTS)
def test_html_shows_each_line_as_it_was_written(text: str) -> None:
    shown = Shown()
    shown.feed(as_html(text))
    shown.close()
    assert shown.tags <= {"br"}
    assert lines(shown.text) == lines(text)


@given(body=TEXTS.map(lambda text: text * 20), brief=TEXTS, limit=st.integers(40, 2000))
def test_a_text_has_room_and_keeps_its_reference(body: str, brief: str, limit: int) -> None:
    words = Wording("Trả lại", body, brief, "—\nMã thư TK-0123456789ab")
    text = fitted(Message("json://x", "TK-0123456789ab", NOW, words), limit, as_html)
    assert len(text) <= limit
    assert "TK-0123456789ab" in text
    if len(as_html(f"{body}\n\n{words.footer}")) <= limit:
        assert unescape(re.sub("<br/>", "\n", text)) == f"{body}\n\n{words.footer}"


@pytest.mark.parametrize(
    ("said", "url", "left"),
    [
        ("POST /bot12345:AbCdEf/sendMessage", "tgram://12345:AbCdEf/42", "POST /bot…:…/sendMessage"),
        ("535 for lan with p@ss word", "mailtos://lan:p%40ss%20word@mail.vn", "535 for lan with …"),
        ("no host mail.vn", "mailtos://lan:geheim@mail.vn", "no host mail.vn"),
        ("refused by hooks.office.vn/abcdef", "jsons://hooks.office.vn/abcdef?key=ghijkl", "refused by …/…"),
    ],
)
def test_what_may_be_a_password_is_taken_out(said: str, url: str, left: str) -> None:
    assert without_secrets(said, url) == left


@pytest.mark.parametrize(
    ("channel", "is_known"),
    [
        ("mailto://lan@vidu.example", True),
        ("folder://to-du-lieu", True),
        ("folder://../x", False),
        ("tgram://123456789:abcdefghijklmnopqrstuvwxyz123456789/42/", True),
        ("tgram://nonsense", False),
        ("lan@vidu.example", False),
        ("", False),
    ],
)
def test_an_address_is_known_by_its_form(channel: str, is_known: bool) -> None:
    assert is_channel(channel) is is_known
