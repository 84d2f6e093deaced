"""The outbox: one file an alert, with what became of it on each channel.

What belongs here: writing alerts so that each is written once, and recording deliveries. What does not: whom an
alert reaches and when it is sent (`delivery.py`).

A file appears whole or not at all, and is replaced in one step; its name is the alert's id. Nothing is ever
removed: the file of an alert that was delivered is what keeps it from being written again.
"""

import os
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from ingestion.alerts.alert import Alert
from ingestion.storage.files import aside_of, private_folder, sync_folder, write_durably, writing_private


@dataclass
class Delivery:
    """What became of an alert on one channel.

    Attributes:
        state: `sending` is recorded before the channel is asked, `sent` after it has taken the message.
        to: the channel as it may be shown.
        reference: name of the message that carried it, or was to; a digest carries several alerts.
        next_at: when it is tried again.
        error: what went wrong last; blank once the message was taken.
        was_tried: whether the channel was asked; it is not where a setting is missing.
        failing_since: when the channel first failed to take it; None where it never did.
        is_sayable: whether there was a message to send; there is none where the product fails to word it.
    """

    state: Literal["sending", "failed", "sent"]
    to: str
    reference: str
    attempts: int
    at: AwareDatetime
    next_at: AwareDatetime | None = None
    error: str = ""
    was_tried: bool = True
    failing_since: AwareDatetime | None = None
    is_sayable: bool = True


@dataclass(frozen=True)
class Acknowledged:
    """Somebody knows of what stands, and nobody needs to be told any more."""

    by: str
    reason: str
    at: AwareDatetime


@dataclass
class Entry:
    """One alert in the outbox.

    Attributes:
        deliveries: by the key of the channel.
        closed_at: when everybody had been told, or it was given up because there was nobody to tell; from then
            on it is never looked at again, also where contacts change.
        over_at: when what stood was over; what is over before it was told is not told.
        acknowledged: who knows of what stands, and why that is enough.
    """

    alert: Alert
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    closed_at: AwareDatetime | None = None
    over_at: AwareDatetime | None = None
    acknowledged: Acknowledged | None = None


_ENTRY = TypeAdapter(Entry)
_MOMENT = TypeAdapter(AwareDatetime)


class Outbox:
    """The alerts of one state folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def lock(self) -> Path:
        """The lock of whoever delivers."""
        return self._folder / ".lock"

    def open(self, now: datetime) -> datetime:
        """Give the moment since when alerts are written; the first call sets it.

        It is called before anything goes into the ledger from which an alert could follow. Where the clock was
        ahead when it was set, it is put back; otherwise nothing would be told until then. Where it cannot be
        read any more, the oldest alert stands for it: nothing before that one was to be told.
        """
        marker = self._folder / ".since"
        since = self._since(marker)
        if since is None or since > now:
            private_folder(self._folder)
            since = now.astimezone(UTC)
            write_durably(marker, since.isoformat().encode())
        return since

    def _since(self, marker: Path) -> datetime | None:
        try:
            return _MOMENT.validate_python(marker.read_text(encoding="utf-8").strip())
        except FileNotFoundError:
            return None
        except ValueError:
            return min((entry.alert.at for entry in self.read()[0]), default=None)

    def add(self, alerts: Iterable[Alert], broken: dict[str, str] | None = None) -> list[Alert]:
        """Write alerts that are not there yet, and give those that were written.

        Two processes may derive the same alert at the same time; one of them writes it.

        Args:
            alerts: what is to be told.
            broken: takes the technical text of each alert of a submission that no file can hold, by submission.

        Raises:
            ValueError: an alert that no file can hold is of no submission, or nobody takes its text.
        """
        known = {path.name for path in self._folder.glob("*.json")}
        added = []
        for alert in alerts:
            try:
                if f"{alert.id}.json" not in known and self._create(alert):
                    added.append(alert)
            except ValueError:
                if broken is None or not alert.submission:
                    raise
                broken.setdefault(alert.submission, traceback.format_exc())
        if added:
            sync_folder(self._folder)
        return added

    def _create(self, alert: Alert) -> bool:
        path = self._path(alert)
        aside = aside_of(path)
        try:
            with writing_private(aside) as file:
                file.write(_ENTRY.dump_json(Entry(alert), indent=1))
            os.link(aside, path)
        except FileExistsError:
            return False
        finally:
            aside.unlink(missing_ok=True)
        return True

    def save(self, entry: Entry) -> None:
        """Replace the file of an alert; only whoever holds the lock may do so."""
        write_durably(self._path(entry.alert), _ENTRY.dump_json(entry, indent=1))

    def read(self) -> tuple[list[Entry], list[Path]]:
        """Give every alert, oldest first, and the files that hold none."""
        entries, damaged = [], []
        for path in sorted(self._folder.glob("*.json")):
            try:
                entries.append(_ENTRY.validate_json(path.read_bytes()))
            except (ValidationError, IsADirectoryError):
                damaged.append(path)
        return sorted(entries, key=lambda entry: (entry.alert.at, entry.alert.id)), damaged

    def _path(self, alert: Alert) -> Path:
        return self._folder / f"{alert.id}.json"
