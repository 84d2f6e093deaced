"""Emptying the outbox: which alerts go into which message, and what is recorded before and after.

What belongs here: the order of steps, retries and digests. What does not: how a channel is reached; that is the
function `send`, which says what went wrong, or nothing where the message was taken.

Before a channel is asked, `sending` and the name of the message are recorded in the file of each alert that
it carries; after the channel has taken it, `sent`. What is recorded as sent is never sent again. What is
recorded as `sending` by a process that is no more is sent again, with the same alerts and under the same name:
between the moment in which a channel takes a message and the moment in which that is on the disk, a crash (or a
connection that breaks before the answer comes) leaves nobody who knows. The choice is between a message too
many and one too few; the reference at its end tells a reader that it is the same one.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from ingestion.alerts.alert import Alert
from ingestion.alerts.conditions import is_standing
from ingestion.alerts.contacts import Recipient, recipients
from ingestion.alerts.outbox import Delivery, Entry, Outbox
from ingestion.alerts.wording import PAGE, Wording, compose
from ingestion.definitions.registry import Registry
from ingestion.storage.files import exclusive
from ingestion.words.messages import message as text

DIGEST_FROM = 5
"""A channel for which so many alerts wait gets one message with all of them."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=6)
"""How long a channel that failed is left alone: twice as long after each failure, up to the longest."""

STUCK_FROM = 8
"""From so many failures on, half a day of them, somebody has to look; it is tried all the same."""

NOBODY_AFTER = timedelta(days=7)
"""How long an alert waits for somebody to be entered in `contacts.csv` before it is given up."""

HISTORY_AFTER = timedelta(days=30)
"""After how long an alert that nobody ever tried to send is history, which is not sent: where delivery begins
on the outbox of years, mailboxes would be flooded with what was settled long ago."""

DIGEST_UP_TO = 40
"""One message carries no more than this; the lines of so many fit into a chat."""

MAX_ATTACHED_BYTES = 7 * 1024**2
"""What is attached to one message in all: encoded it stays below 10 MB, which common mail servers take."""


@dataclass(frozen=True)
class Message:
    """One message for one channel.

    Attributes:
        reference: its name; the same for the same alerts on the same channel.
        at: when the newest of what it tells happened.
        words: what it says.
        attachments: files that go with it; none where the channel can carry none.
    """

    channel: str
    reference: str
    at: datetime
    words: Wording
    attachments: tuple[Path, ...] = ()


Send = Callable[[Message], str]
"""Sends a message; gives what went wrong, or a blank text once the channel has taken it."""


class NotTried(str):
    """What went wrong where no channel was asked at all: a setting is missing.

    That is no failure of the channel. It does not count as one, and once somebody has set what is missing,
    the next delivery does not wait for any pause.
    """

    __slots__ = ()


class Unsayable(str):
    """What went wrong where the product failed to word an alert; the channel is not at fault."""

    __slots__ = ()


@dataclass
class DeliveryReport:
    """What a delivery came to.

    Attributes:
        sent: references of the messages that were taken.
        failed: what went wrong, by reference.
        unreachable: ids of the alerts for which `contacts.csv` names nobody.
    """

    sent: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    unreachable: list[str] = field(default_factory=list)

    @property
    def has_failed(self) -> bool:
        """Whether messages were due and none was taken; where one was, the others are a warning."""
        return bool(self.failed) and not self.sent


@dataclass(frozen=True)
class _Run:
    outbox: Outbox
    registry: Registry
    returns: Path
    now: datetime
    send: Send
    is_retrying: bool
    page: str
    report: DeliveryReport


def deliver(
    outbox: Outbox,
    registry: Registry,
    returns: Path,
    now: datetime,
    send: Send,
    *,
    is_retrying: bool = False,
    page: str = PAGE,
) -> DeliveryReport:
    """Send what waits and is due.

    Args:
        outbox: the alerts.
        registry: the contacts, and the names of units.
        returns: the folder of marked workbooks.
        now: the moment that counts as now.
        send: what reaches a channel.
        is_retrying: whether what failed is tried again before its pause is over.
        page: the address of Dagster's page, for links.

    Raises:
        LockedError: another process is delivering.
    """
    run = _Run(outbox, registry, returns, now, send, is_retrying, page, DeliveryReport())
    with exclusive(outbox.lock, wait_seconds=0):
        entries, _ = outbox.read()
        waiting: dict[str, tuple[Recipient, list[Entry]]] = {}
        reached: list[tuple[Entry, tuple[Recipient, ...]]] = []
        for entry in entries:
            if entry.closed_at is not None:
                continue
            told = recipients(registry, entry.alert)
            reached.append((entry, told))
            for recipient in told:
                if not _is_sent(entry, recipient):
                    waiting.setdefault(recipient.key, (recipient, []))[1].append(entry)
        for _, (recipient, for_channel) in sorted(waiting.items()):
            for batch in _batches(recipient, for_channel, run):
                for sayable in _sayable(recipient, batch, run):
                    _send(recipient, sayable, run)
        for entry, told in reached:
            _close(entry, told, run)
    return run.report


def close_history(outbox: Outbox, now: datetime) -> int:
    """Give up what nobody ever tried to send for long, and say how many alerts that were.

    For deliveries that begin by themselves; whoever delivers by hand may want all that waits to be sent.

    Raises:
        LockedError: another process is delivering.
    """
    with exclusive(outbox.lock, wait_seconds=0):
        entries, _ = outbox.read()
        old = [e for e in entries if e.closed_at is None and not e.deliveries]
        old = [entry for entry in old if now - entry.alert.at > HISTORY_AFTER]
        for entry in old:
            entry.closed_at = now
            outbox.save(entry)
    return len(old)


def state_of(entry: Entry, registry: Registry) -> str:
    """Say in one word what became of an alert.

    Of one that still waits: `waiting`, `sending`, `failed`, `stuck` or `nobody`. Of one that is done with:
    `sent`, `standing` where what it tells of is not over, `acknowledged`, `over`, `history` or `nobody`.
    """
    if entry.closed_at is not None or entry.over_at is not None:
        return _ended_as(entry)
    told = recipients(registry, entry.alert)
    deliveries = [d for recipient in told if (d := entry.deliveries.get(recipient.key)) is not None]
    if not told:
        return "nobody"
    failed = [delivery for delivery in deliveries if delivery.state == "failed"]
    if failed:
        return "stuck" if any(delivery.attempts >= STUCK_FROM for delivery in failed) else "failed"
    return "sending" if any(delivery.state == "sending" for delivery in deliveries) else "waiting"


def _ended_as(entry: Entry) -> str:
    if entry.over_at is not None:
        return "over"
    if entry.acknowledged is not None:
        return "acknowledged"
    if _has_reached_anybody(entry):
        return "standing" if is_standing(entry) else "sent"
    is_history = entry.closed_at is not None and entry.closed_at - entry.alert.at > HISTORY_AFTER
    return "history" if is_history else "nobody"


def open_states(outbox: Outbox, registry: Registry) -> dict[str, int]:
    """Count the alerts that are not done with, by what became of them, and the files that hold none."""
    entries, damaged = outbox.read()
    counted = Counter(state_of(entry, registry) for entry in entries if entry.closed_at is None)
    states = ("waiting", "sending", "failed", "stuck", "nobody")
    return {state: counted[state] for state in states} | {"damaged": len(damaged)}


def is_due(entry: Entry, registry: Registry, now: datetime) -> bool:
    """Say whether there is something to be sent, or to be given up, of an alert now."""
    if entry.closed_at is not None:
        return False
    told = recipients(registry, entry.alert)
    if not told:
        return now - entry.alert.at > NOBODY_AFTER
    return any(_is_waiting(entry.deliveries.get(r.key), now) for r in told)


def marked_workbooks(alerts: Sequence[Alert], returns: Path) -> dict[str, Path]:
    """Give the returned workbooks that exist, by their names."""
    paths = {a.workbook: returns / a.unit / f"{a.workbook}.xlsx" for a in alerts if a.workbook}
    return {name: path for name, path in paths.items() if path.is_file()}


def attachments_of(paths: Iterable[Path], limit: int = MAX_ATTACHED_BYTES) -> tuple[Path, ...]:
    """Give as many files as one message may carry; one that has no room keeps no smaller one back."""
    found: list[Path] = []
    for path in paths:
        size = path.stat().st_size
        if size <= limit:
            limit -= size
            found.append(path)
    return tuple(found)


def _is_sent(entry: Entry, recipient: Recipient) -> bool:
    delivery = entry.deliveries.get(recipient.key)
    return delivery is not None and delivery.state == "sent"


def _has_reached_anybody(entry: Entry) -> bool:
    return any(delivery.state == "sent" for delivery in entry.deliveries.values())


def _is_waiting(delivery: Delivery | None, now: datetime) -> bool:
    if delivery is None or delivery.state == "sending":
        return True
    # A clock that was ahead when it failed must not put off the next attempt until then.
    is_put_back = delivery.at > now
    return delivery.state == "failed" and (is_put_back or delivery.next_at is None or delivery.next_at <= now)


def _batches(recipient: Recipient, entries: Sequence[Entry], run: _Run) -> Iterator[list[Entry]]:
    """Give the alerts of each message: those that were cut short as they were, the others as they come."""
    interrupted: dict[str, list[Entry]] = {}
    others: list[Entry] = []
    for entry in entries:
        delivery = entry.deliveries.get(recipient.key)
        if delivery is not None and delivery.state == "sending":
            interrupted.setdefault(delivery.reference, []).append(entry)
        else:
            others.append(entry)
    yield from interrupted.values()
    found = [entry.deliveries.get(recipient.key) for entry in others]
    is_due_now = any(_is_waiting(one, run.now) or (one is not None and not one.was_tried) for one in found)
    if not others or not (is_due_now or run.is_retrying):
        return
    size = DIGEST_UP_TO if len(others) >= DIGEST_FROM else 1
    yield from (others[start : start + size] for start in range(0, len(others), size))


def _sayable(recipient: Recipient, batch: list[Entry], run: _Run) -> Iterator[list[Entry]]:
    """Give the alerts of a message together, or each alone where one of them cannot be worded."""
    try:
        _message(recipient, [entry.alert for entry in batch], "", run)
    except Exception:
        yield from ([entry] for entry in batch)
    else:
        yield batch


def _answer(recipient: Recipient, alerts: Sequence[Alert], reference: str, run: _Run) -> str:
    """Give what went wrong; an alert that cannot be worded is no reason to leave the others unsaid."""
    try:
        message = _message(recipient, alerts, reference, run)
    except Exception as error:
        return Unsayable(text("alert.error.unsayable", kind=type(error).__name__))
    return run.send(message)


def _send(recipient: Recipient, batch: Sequence[Entry], run: _Run) -> None:
    alerts = [entry.alert for entry in batch]
    interrupted = batch[0].deliveries.get(recipient.key)
    is_again = interrupted is not None and interrupted.state == "sending"
    # What may have arrived keeps its name, also where some of it was recorded as sent.
    reference = interrupted.reference if interrupted and is_again else _reference(recipient, alerts)
    for entry in batch:
        before = entry.deliveries.get(recipient.key)
        attempts = before.attempts + 1 if before else 1
        # Until the answer is there it counts as a try.
        entry.deliveries[recipient.key] = Delivery(
            *("sending", recipient.shown, reference, attempts, run.now),
            failing_since=before.failing_since if before else None,
        )
        run.outbox.save(entry)
    error = _answer(recipient, alerts, reference, run)
    for entry in batch:
        delivery = entry.deliveries[recipient.key]
        delivery.state, delivery.error = ("failed", str(error)) if error else ("sent", "")
        delivery.next_at = run.now + _pause(delivery.attempts) if error else None
        delivery.is_sayable = not isinstance(error, Unsayable)
        if isinstance(error, NotTried):
            delivery.was_tried, delivery.next_at = False, run.now + FIRST_PAUSE
            delivery.attempts -= 1
        elif error:
            delivery.failing_since = delivery.failing_since or run.now
        run.outbox.save(entry)
    if error:
        run.report.failed[reference] = error
    else:
        run.report.sent.append(reference)


def _message(recipient: Recipient, alerts: Sequence[Alert], reference: str, run: _Run) -> Message:
    marked = marked_workbooks(alerts, run.returns)
    attached = attachments_of(marked.values()) if recipient.carries_files else ()
    goes_along = {name: path in attached for name, path in marked.items()}
    words = compose(alerts, run.registry, recipient.language, reference, goes_along, page=run.page)
    return Message(recipient.channel, reference, max(alert.at for alert in alerts), words, attached)


def _reference(recipient: Recipient, alerts: Sequence[Alert]) -> str:
    names = "\0".join([recipient.key, *sorted(alert.id for alert in alerts)])
    return f"TK-{hashlib.sha256(names.encode()).hexdigest()[:12]}"


def _pause(attempts: int) -> timedelta:
    # The exponent is bounded so that years of failures make no number that no duration can hold.
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 16)), LONGEST_PAUSE)


def _close(entry: Entry, told: Sequence[Recipient], run: _Run) -> None:
    """Close the file of an alert that everybody has, or for which nobody was entered in time."""
    is_told = all(_is_sent(entry, recipient) for recipient in told)
    if not told:
        run.report.unreachable.append(entry.alert.id)
        is_told = _has_reached_anybody(entry) or run.now - entry.alert.at > NOBODY_AFTER
    if is_told:
        entry.closed_at = run.now
        for delivery in entry.deliveries.values():
            # What failed on a channel that is nobody's any more concerns nobody.
            delivery.error, delivery.next_at = "", None
        run.outbox.save(entry)
