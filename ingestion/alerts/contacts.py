"""Whom an alert reaches, by the registry's `contacts.csv`.

What belongs here: roles, what is wrong with the contacts, and the name of a channel that may be shown. What
does not: how a channel is reached.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qs, urlsplit

from ingestion.alerts.alert import Alert, Role
from ingestion.definitions.registry import Registry
from ingestion.definitions.registry_rows import Contact
from ingestion.words.labels import Language

MAIL_SCHEMES = ("mailto", "mailtos")
PLAIN_ADDRESS = re.compile(r"^mailtos?://([^/:?@]+@[^/:?@]+)/?$", re.IGNORECASE)
"""An address alone, which is reached through the mail server of the settings."""
FOLDER_SCHEME = "folder"
"""Messages are written into a folder of the state folder: a channel that needs no network."""

_CARRYING = frozenset({*MAIL_SCHEMES, FOLDER_SCHEME, "json", "jsons", "xml", "xmls", "form", "forms"})
"""Channels on which text and files are one message. On chats a file is a message of its own, so that one may
arrive without the other and both would be sent again."""


@dataclass(frozen=True)
class Recipient:
    """One channel, as `contacts.csv` has it, and the language that is spoken there."""

    channel: str
    language: Language

    @property
    def key(self) -> str:
        """Name of the channel in the outbox, where no password may stand."""
        return hashlib.sha256(self.channel.encode()).hexdigest()[:16]

    @property
    def carries_files(self) -> bool:
        """Whether marked workbooks go along."""
        return _scheme(self.channel) in _CARRYING

    @property
    def mail_server(self) -> str | None:
        """The mail server that reaches it, blank for that of the settings; None for other channels."""
        if _scheme(self.channel) not in MAIL_SCHEMES:
            return None
        return "" if PLAIN_ADDRESS.match(self.channel) else urlsplit(self.channel).hostname or ""

    @property
    def shown(self) -> str:
        """The channel without anything secret: the address of an e-mail, of others their kind."""
        scheme = _scheme(self.channel)
        if scheme == FOLDER_SCHEME:
            return self.channel
        if scheme not in MAIL_SCHEMES:
            return f"{scheme}://…"
        parts = urlsplit(self.channel)
        stated = parse_qs(parts.query).get("to", []) or [p for p in parts.path.split("/") if "@" in p]
        return ", ".join(stated) or f"{parts.username or ''}@{parts.hostname or ''}"


@dataclass(frozen=True)
class Complaint:
    """What is wrong with the contacts.

    Attributes:
        kind: `role`, `unit` or `channel`: a row that reaches nobody; `no_clerk` or `no_data_team`: a row that
            is missing.
        what: the value that is wrong, or the unit that has nobody; a channel as it may be shown.
        row: where it stands in `contacts.csv`; 0 where nothing stands.
    """

    kind: str
    what: str
    row: int = 0


def complaints(registry: Registry, is_channel: Callable[[str], bool], day: date) -> list[Complaint]:
    """Say for whom the contacts name nobody on a day, and which rows of them reach nobody."""
    found: list[Complaint] = []
    reached: dict[str, set[str]] = {role: set() for role in Role}
    for row, contact in _numbered(registry):
        role, channel = _role(contact.role), contact.channel.strip()
        if role not in reached:
            found.append(Complaint("role", contact.role, row))
        elif contact.org_code and contact.org_code not in registry.versions:
            found.append(Complaint("unit", contact.org_code, row))
        elif not channel or not is_channel(channel):
            found.append(Complaint("channel", Recipient(channel, contact.language).shown, row))
        else:
            reached[role].add(contact.org_code)
    filing = [
        code
        for code in registry.reporting_units
        if (unit := registry.organisation_at(code, day)) and unit.files_reports
    ]
    found += [Complaint("no_clerk", code) for code in filing if code not in reached[Role.CLERK]]
    if not reached[Role.DATA_TEAM]:
        found.append(Complaint("no_data_team", ""))
    return found


def rows_of(registry: Registry, channel: str) -> list[tuple[int, str]]:
    """Give the rows of `contacts.csv` in which a channel stands, each with the unit that it is of."""
    return [(row, c.org_code) for row, c in _numbered(registry) if c.channel.strip() == channel]


def _numbered(registry: Registry) -> Iterator[tuple[int, Contact]]:
    rows = registry.file_rows.get("contacts", ())
    if len(rows) != len(registry.contacts):  # the last that could be read, in the order in which they stood
        rows = tuple(range(2, len(registry.contacts) + 2))
    return zip(rows, registry.contacts, strict=True)


def _role(stated: str) -> str:
    return re.sub(r"[\s-]+", "_", stated.strip().casefold())


def _scheme(channel: str) -> str:
    # Not every address of apprise is a URL that the standard library can take apart.
    return channel.partition("://")[0].casefold()


def recipients(registry: Registry, alert: Alert) -> tuple[Recipient, ...]:
    """Give everybody who is told, each channel once, in the order of `contacts.csv`.

    Of several units those are told who look after one of them at least; of none in particular all are.
    """
    above = {code for unit in alert.units for code in _above(registry, unit)} or None
    found: dict[str, Recipient] = {}
    for contact in registry.contacts:
        if _role(contact.role) != alert.role or not contact.channel.strip():
            continue
        is_meant = (
            contact.org_code == alert.unit
            if alert.role is Role.CLERK
            else not contact.org_code or above is None or contact.org_code in above
        )
        if is_meant:
            channel = contact.channel.strip()
            found.setdefault(channel, Recipient(channel, contact.language))
    return tuple(found.values())


def _above(registry: Registry, unit: str) -> Iterator[str]:
    """Give a unit and those above it, by their newest versions."""
    seen: set[str] = set()
    while unit and unit not in seen:
        seen.add(unit)
        yield unit
        versions = registry.versions.get(unit, ())
        unit = versions[-1].parent_code if versions else ""
