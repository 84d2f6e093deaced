"""Channels: how a message reaches whoever it is for.

What belongs here: the addresses of `contacts.csv` as `apprise` reaches them, what each kind of channel wants of
a text, and folders as channels. What does not: what a message says (`ingestion.alerts.wording`) and when it is
sent.

A contact's channel is an `apprise` URL, one recipient each. A plain address, `mailto://name@office.vn`, goes
through the mail server that `TONGKET_MAIL_SERVER` names (an `apprise` URL too, with user, password, port and
`from`), so that no password has to stand in the registry. `folder://name` writes each message as a file that
mail programs open, below `mailboxes/` of the state folder, and needs no network.
"""

import logging
import re
from ast import literal_eval
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import apprise
from apprise.plugins import NotifyBase
from apprise.plugins.email import base as apprise_mail
from apprise.plugins.telegram import NotifyTelegram
from apprise.plugins.workflows import NotifyWorkflows

from ingestion.alerts.contacts import FOLDER_SCHEME, MAIL_SCHEMES, PLAIN_ADDRESS
from ingestion.alerts.delivery import Message, NotTried
from ingestion.records.days import VIETNAM_TIME
from ingestion.storage.files import private_folder, write_durably
from ingestion.words.messages import message as text

MAIL_SERVER_VARIABLE = "TONGKET_MAIL_SERVER"

TEAMS_LENGTH = 4000
"""Teams takes 28 KB, in which each Vietnamese letter may be escaped to six bytes."""

_SENDER = "Tổng kết"
_PROGRAM = "tongket"
"""What stands in headers, which carry no Vietnamese letters over HTTP."""

_FOLDER = re.compile(rf"^{FOLDER_SCHEME}://([\w-][\w.-]*)/?$", re.IGNORECASE)
_MARKED = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_BULLET, _NUMBER = re.compile(r"^([-+=])"), re.compile(r"^(\d+)([.)])")
_REASON = "Socket Exception: "
_ANSWER = re.compile(r"""\((\d{3}), (b'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*")""")
"""How `smtplib` writes the answer of a server: a number, and the bytes of its text."""
_MAX_ERROR = 500
_SHORTEST_SECRET = 4

_READABLE = SMTP.clone(utf8=True, cte_type="8bit")
"""Headers and text stand in the file as they are, so that it can be read without a mail program."""


class Channels:
    """Sends messages through any channel of `apprise`, or into a folder."""

    def __init__(self, mail_server: str, mailboxes: Path) -> None:
        """Take what channels need.

        Args:
            mail_server: the URL of the mail server for plain addresses; blank where there is none.
            mailboxes: the folder that holds the channels that are folders.
        """
        self._mail_server, self._mailboxes = mail_server, mailboxes
        # No pictures from elsewhere: they would tell a stranger who reads a message, and when.
        self._asset = apprise.AppriseAsset(
            app_id=_PROGRAM,
            app_desc=_SENDER,
            app_url="",
            image_url_mask="",
            image_url_logo="",
            async_mode=False,
        )

    def __call__(self, message: Message) -> str:
        """Send one message; give what went wrong, or a blank text once the channel has taken it."""
        if folder := _FOLDER.match(message.channel):
            return _file(message, self._mailboxes / folder[1])
        if PLAIN_ADDRESS.match(message.channel) and not self._mail_server:
            return NotTried(text("alert.error.no_mail_server", variable=MAIL_SERVER_VARIABLE))
        url = self.url(message.channel)
        with _complaints() as said:
            channel = apprise.Apprise.instantiate(url, asset=self._asset, suppress_exceptions=True)
            if channel is None:
                return text("alert.error.channel")
            try:
                is_taken = self._notify(channel, message)
            except Exception as error:
                # A fault in the code of one channel must not keep the others from being told.
                return without_secrets(f"{type(error).__name__}: {error}", url)[:_MAX_ERROR]
        if is_taken:
            return ""
        reasons = [without_secrets(one, url) for one in dict.fromkeys(server_answers(said) or said)]
        return "; ".join(reasons)[:_MAX_ERROR] or text("alert.error.refused")

    def _notify(self, channel: NotifyBase, message: Message) -> bool:
        title, body, body_format = _adapted(channel, message)
        sender = apprise.Apprise(asset=self._asset)
        sender.add(channel)
        if isinstance(channel, apprise_mail.NotifyEmail):
            channel.headers["X-Tongket-Reference"] = message.reference
            channel.headers["Auto-Submitted"] = "auto-generated"
            if channel.from_addr[0] in ("", False, _PROGRAM):
                channel.from_addr = [_SENDER, channel.from_addr[1]]
        with _message_id(message.reference):
            taken = sender.notify(
                title=title, body=body, body_format=body_format, attach=_attachments(message.attachments)
            )
        return bool(taken)

    def url(self, channel: str) -> str:
        """Give the URL that `apprise` is asked for: plain addresses go through the mail server."""
        address = PLAIN_ADDRESS.match(channel)
        if not address or not self._mail_server:
            return channel
        separator = "&" if "?" in self._mail_server else "?"
        return f"{self._mail_server}{separator}to={quote(address[1], safe='@')}"


def needs_mail_server(channel: str) -> bool:
    """Say whether an address is reached only through the mail server of the settings."""
    return bool(PLAIN_ADDRESS.match(channel.strip()))


def is_channel(channel: str) -> bool:
    """Say whether an address has a form that is known; nobody is asked."""
    with _complaints():
        return bool(_FOLDER.match(channel)) or apprise.Apprise.instantiate(channel) is not None


def without_secrets(said: str, url: str) -> str:
    """Take out of a text whatever of a channel's address may be a password.

    Of an e-mail that is the password; the address of any other channel is one as a whole.
    """
    scheme, _, rest = url.partition("://")
    if scheme.casefold() in MAIL_SCHEMES:
        parts = urlsplit(url)
        secrets = [parts.password or "", *parse_qs(parts.query).get("pass", [])]
    else:
        secrets = re.split(r"[/:@?&=]+", rest)
    for secret in sorted({*secrets, *map(unquote, secrets)}, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            said = said.replace(secret, "…")
    return said


def server_answers(said: Iterable[str]) -> list[str]:
    """Give code and text of each answer of a mail server, as in `550 no such mailbox`."""
    return [
        " ".join([code, *literal_eval(answer).decode("utf-8", "replace").split()])
        for one in said
        for code, answer in _ANSWER.findall(one)
    ]


def _adapted(channel: NotifyBase, message: Message) -> tuple[str, str, apprise.NotifyFormat]:
    """Give subject and text as a channel shows them, within the length that it takes."""
    wanted = channel.resolve_format(apprise.NotifyFormat.TEXT)
    subject, render = message.words.subject, _as_it_is
    if wanted is apprise.NotifyFormat.MARKDOWN:
        subject, render = as_markdown(subject), as_markdown
    elif wanted is apprise.NotifyFormat.HTML:
        # Telegram knows no tag for a new line and shows those of the text.
        render = _escaped if isinstance(channel, NotifyTelegram) else as_html
    if channel.title_maxlen <= 0:
        # The subject becomes a part of the text.
        subject = render(message.words.subject)
    return subject, fitted(message, _length(channel) - len(subject), render), wanted


def _length(channel: NotifyBase) -> int:
    if isinstance(channel, NotifyWorkflows):
        return TEAMS_LENGTH
    # A mail may be as long as it has to be; for others apprise knows.
    return 1 << 20 if isinstance(channel, apprise_mail.NotifyEmail) else int(channel.body_maxlen)


def fitted(message: Message, limit: int, render: Callable[[str], str]) -> str:
    """Give as much of a message as there is room for; its reference is the last that is left out."""
    words = message.words
    for body in (words.body, words.brief):
        whole = render(f"{body}\n\n{words.footer}")
        if len(whole) <= limit:
            return whole
    end = f"\n{text('alert.cut')}\n\n{words.footer}"
    lines = words.brief.split("\n")
    while lines:
        shorter = render("\n".join(lines) + end)
        if len(shorter) <= limit:
            return shorter
        lines.pop()
    return render(message.reference)


def _as_it_is(said: str) -> str:
    return said


def as_markdown(said: str) -> str:
    """Give a text in which nothing is taken for markup, each line a paragraph of its own."""
    lines = [_MARKED.sub(r"\\\1", line.strip()) for line in said.splitlines()]
    lines = [_NUMBER.sub(r"\1\\\2", _BULLET.sub(r"\\\1", line)) for line in lines]
    return "\n\n".join(line for line in lines if line)


def _escaped(said: str) -> str:
    return escape(said, quote=False)


def as_html(said: str) -> str:
    """Give a text in which nothing is taken for markup, with the lines that it has."""
    return _escaped(said).replace("\n", "<br/>")


def _attachments(paths: Sequence[Path]) -> apprise.AppriseAttachment | None:
    if not paths:
        return None
    attached = apprise.AppriseAttachment()
    for path in paths:
        attached.add(path.absolute().as_uri())
    return attached


@contextmanager
def _message_id(reference: str) -> Iterator[None]:
    """Let a mail be named after its reference, so that a mail server may know it when it comes again."""
    names = vars(apprise_mail)
    usual = names["make_msgid"]

    def named(idstring: str | None = None, domain: str | None = None) -> str:
        return f"<{reference}@{domain or 'localhost'}>"

    names["make_msgid"] = named
    try:
        yield
    finally:
        names["make_msgid"] = usual


def _file(message: Message, folder: Path) -> str:
    """Write a message as a file; one that is there was written before and stays as it is."""
    at = message.at.astimezone(VIETNAM_TIME)
    path = folder / f"{at:%Y%m%d-%H%M}-{message.reference}.eml"
    if path.exists():
        return ""
    try:
        private_folder(folder.parent)
        private_folder(folder)
        write_durably(path, _mail(message, folder.name, at).as_bytes())
    except OSError as error:
        return f"{path}: {error.strerror}"
    return ""


def _mail(message: Message, name: str, at: datetime) -> EmailMessage:
    mail = EmailMessage(policy=_READABLE)
    mail["From"] = Address(_SENDER, "tongket", "localhost")
    mail["To"] = Address(name, name, "localhost")
    mail["Subject"] = message.words.subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{message.reference}@localhost>"
    mail.set_content(f"{message.words.body}\n\n{message.words.footer}\n", cte="8bit")
    for path in message.attachments:
        kind = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        mail.add_attachment(path.read_bytes(), "application", kind, filename=path.name)
    return mail


class _Collecting(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            self.said.append(f"{type(record.exc_info[1]).__name__}: {record.exc_info[1]}")
        elif record.levelno >= logging.WARNING:
            self.said.append(said)
        elif said.startswith(_REASON):
            self.said.append(said.removeprefix(_REASON))


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """Collect what `apprise` warns of, and why; addresses stand in it, so that none of it goes to any log."""
    handler = _Collecting()
    logger = logging.getLogger("apprise")
    before = logger.propagate, logger.level
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    try:
        yield handler.said
    finally:
        logger.removeHandler(handler)
        logger.propagate, level = before
        logger.setLevel(level)
