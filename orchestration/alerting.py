"""Alerts at the edge: what is written when, and channels as `apprise` reaches them.

What belongs here: collecting what follows from the state folder, and the function that sends. What does not:
which events become which alerts, and the outbox (`ingestion.alerts`); when it happens (`sensors.py`,
`schedules.py`, the command `alerts`).

A contact's channel is an `apprise` URL, one recipient each. A plain address, `mailto://name@office.vn`, goes
through the mail server that `TONGKET_MAIL_SERVER` names (an `apprise` URL too, with user, password, port and
`from`), so that no password has to stand in the registry.
"""

import logging
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import apprise
from apprise.plugins.email.base import NotifyEmail

from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.alerts.deadlines import deadline_alerts
from ingestion.alerts.delivery import DeliveryReport, Message, Send, deliver, is_due
from ingestion.alerts.outbox import Outbox
from ingestion.catalogue import Catalogue
from ingestion.home import Home
from ingestion.ledger import Ledger
from ingestion.messages import message as text
from ingestion.pipeline import write_alerts
from ingestion.registry import Registry

MAIL_SERVER_VARIABLE = "TONGKET_MAIL_SERVER"

_SENDER = "Tổng kết"
_PLAIN_ADDRESS = re.compile(r"^mailtos?://([^/:?@]+@[^/:?@]+)/?$")
_MAX_ERROR = 500


def collect(home: Home, registry: Registry, catalogue: Catalogue, now: datetime) -> None:
    """Write every alert that follows from ledger and calendar and is not in the outbox yet."""
    state = Ledger(home.ledger).replay()
    write_alerts(home, registry, state, now)
    outbox = Outbox(home.outbox)
    outbox.add(deadline_alerts(registry, catalogue, state, now, outbox.open(now)))


def run_failed(home: Home, run: str, step: str, error: str, now: datetime) -> None:
    """Write the alert of a run that failed, once a run, whoever tells of it."""
    facts = {"step": step, "error": error[:_MAX_ERROR]}
    _write(home, Alert(Kind.RUN_FAILED, run, now, Role.DATA_TEAM, facts=facts), now)


def release_published(home: Home, release: str, now: datetime) -> None:
    """Write the alert of a release, once a release."""
    facts = {"release": release}
    _write(home, Alert(Kind.RELEASE_PUBLISHED, release, now, Role.DATA_TEAM, facts=facts), now)


def _write(home: Home, alert: Alert, now: datetime) -> None:
    outbox = Outbox(home.outbox)
    outbox.open(now)
    outbox.add([alert])


def due_alerts(home: Home, registry: Registry, now: datetime) -> list[str]:
    """Give the ids of the alerts of which something is to be sent now."""
    entries, _ = Outbox(home.outbox).read()
    return [entry.alert.id for entry in entries if is_due(entry, registry, now)]


def empty_outbox(home: Home, registry: Registry, now: datetime, send: Send | None = None) -> DeliveryReport:
    """Send what waits and is due.

    Raises:
        LockedError: another process is delivering.
    """
    server = os.environ.get(MAIL_SERVER_VARIABLE, "")
    return deliver(Outbox(home.outbox), registry, home.returns, now, send or AppriseSender(server))


class AppriseSender:
    """Sends messages through any channel of `apprise`."""

    def __init__(self, mail_server: str = "") -> None:
        self._mail_server = mail_server
        self._asset = apprise.AppriseAsset(app_id=_SENDER, app_desc=_SENDER, async_mode=False)

    def __call__(self, message: Message) -> str:
        """Send one message; give what went wrong, or a blank text once the channel has taken it."""
        with _warnings() as said:
            channel = apprise.Apprise.instantiate(self.url(message.channel), asset=self._asset)
            if channel is None:
                return text("alert.error.channel")
            if isinstance(channel, NotifyEmail):
                channel.headers["X-Tongket-Reference"] = message.reference
            sender = apprise.Apprise(asset=self._asset)
            sender.add(channel)
            try:
                is_taken = sender.notify(
                    title=message.subject,
                    body=message.body,
                    body_format=apprise.NotifyFormat.TEXT,
                    attach=_attachments(message.attachments),
                )
            except Exception as error:
                # A fault in the code of one channel must not keep the others from being told.
                return f"{type(error).__name__}: {error}"[:_MAX_ERROR]
        if is_taken:
            return ""
        return "; ".join(dict.fromkeys(said))[:_MAX_ERROR] or text("alert.error.refused")

    def url(self, channel: str) -> str:
        """Give the URL that `apprise` is asked for: plain addresses go through the mail server."""
        address = _PLAIN_ADDRESS.match(channel)
        if not address or not self._mail_server:
            return channel
        separator = "&" if "?" in self._mail_server else "?"
        return f"{self._mail_server}{separator}to={quote(address[1], safe='@')}"


def _attachments(paths: Sequence[Path]) -> apprise.AppriseAttachment | None:
    if not paths:
        return None
    attached = apprise.AppriseAttachment()
    for path in paths:
        attached.add(path.absolute().as_uri())
    return attached


class _Collecting(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@contextmanager
def _warnings() -> Iterator[list[str]]:
    """Collect what `apprise` warns of, which is where it says why something was not sent."""
    handler = _Collecting()
    logger = logging.getLogger("apprise")
    propagates, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield handler.said
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagates
