"""Whom an alert reaches, by the registry's `contacts.csv`.

What belongs here: roles, and the name of a channel that may be shown. What does not: how a channel is reached.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from ingestion.alerts.alert import Alert, Role
from ingestion.catalogue import Language
from ingestion.registry import Registry

MAIL_SCHEMES = ("mailto", "mailtos")


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
    def shown(self) -> str:
        """The channel without anything secret: the address of an e-mail, of others their kind."""
        parts = urlsplit(self.channel)
        if parts.scheme not in MAIL_SCHEMES:
            return f"{parts.scheme}://…"
        stated = parse_qs(parts.query).get("to", []) or [p for p in parts.path.split("/") if "@" in p]
        return ", ".join(stated) or f"{parts.username or ''}@{parts.hostname or ''}"


def recipients(registry: Registry, alert: Alert) -> tuple[Recipient, ...]:
    """Give everybody who is told, each channel once, in the order of `contacts.csv`."""
    above = set(_above(registry, alert.unit)) if alert.unit else None
    found: dict[str, Recipient] = {}
    for contact in registry.contacts:
        role = re.sub(r"[\s-]+", "_", contact.role.strip().casefold())
        if role != alert.role or not contact.channel.strip():
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
