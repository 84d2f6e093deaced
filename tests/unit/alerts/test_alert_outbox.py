"""The outbox: each alert written once, kept until everybody has it, and sent once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.alerts import delivery
from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.alerts.delivery import (
    DIGEST_FROM,
    DIGEST_UP_TO,
    LONGEST_PAUSE,
    NOBODY_AFTER,
    Message,
    deliver,
    is_due,
)
from ingestion.alerts.outbox import Entry, Outbox
from ingestion.definitions.registry import Registry
from ingestion.definitions.registry_rows import Contact
from ingestion.storage.files import LockedError, exclusive

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def alert(number: int = 1, unit: str = "KA") -> Alert:
    name = f"{unit}.2025-N.r{number}"
    return Alert(Kind.ON_HOLD, name, NOW, Role.CLERK, unit, "2025-N", name, {"original_name": "b.xlsx"})


def clerks(*units: str) -> list[Contact]:
    return [Contact(org_code=u, role="clerk", channel=f"mailto://{u.lower()}@vidu.example") for u in units]


class Post:
    """A channel that can be told to refuse."""

    def __init__(self) -> None:
        self.is_up = True
        self.messages: list[Message] = []

    def __call__(self, message: Message) -> str:
        if self.is_up:
            self.messages.append(message)
        return "" if self.is_up else "no answer"


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    box = Outbox(tmp_path / "outbox")
    box.open(NOW)
    return box


def entries(outbox: Outbox) -> list[Entry]:
    return outbox.read()[0]


def test_an_alert_is_written_once_and_what_became_of_it_stays(outbox, office, tmp_path) -> None:
    assert outbox.add([alert()]) == [alert()]
    deliver(outbox, office(clerks("KA")), tmp_path, NOW, Post())
    before = entries(outbox)
    assert outbox.add([alert()]) == []
    assert entries(outbox) == before


def test_of_two_processes_that_write_the_same_alert_one_does(outbox, monkeypatch) -> None:
    # Both have looked before either has written.
    monkeypatch.setattr(Path, "glob", lambda *_: iter(()))
    assert len(outbox.add([alert()])) == 1
    assert outbox.add([alert()]) == []


def test_the_outbox_remembers_since_when_it_is_there(outbox) -> None:
    assert outbox.open(NOW + timedelta(days=9)) == NOW


def test_an_alert_comes_back_as_it_was_written(outbox) -> None:
    written = Alert(Kind.REJECTED, "x", NOW, Role.CLERK, "KA", facts={"findings": [{"vi": "sai"}], "errors": 1})
    outbox.add([written])
    assert entries(outbox) == [Entry(written)]


def test_a_damaged_file_is_named_and_keeps_no_other_alert_back(outbox, tmp_path, office) -> None:
    outbox.add([alert()])
    (tmp_path / "outbox" / "rejected-0.json").write_text("{", encoding="utf-8")
    assert [path.name for path in outbox.read()[1]] == ["rejected-0.json"]
    assert deliver(outbox, office(clerks("KA")), tmp_path, NOW, Post()).sent


def test_the_marked_workbook_goes_along_where_it_exists(outbox, office, tmp_path) -> None:
    returns = tmp_path / "returns"
    (returns / "KA").mkdir(parents=True)
    marked = returns / "KA" / "KA.2025-N.r1.xlsx"
    marked.write_bytes(b"x" * 10)
    registry, post = (
        office([*clerks("KA"), Contact(org_code="KA", role="clerk", channel="tgram://a/1")]),
        Post(),
    )
    outbox.add([alert(1), alert(3)])
    deliver(outbox, registry, returns, NOW, post)
    went = {(m.channel, m.reference): m.attachments for m in post.messages}
    assert sorted(went.values()) == [(), (), (), (marked,)], "a chat carries none, and r3 has none"
    kept = [m.words.body for m in post.messages if "returns/KA/KA.2025-N.r1.xlsx" in m.words.body]
    assert len(kept) == 1, "whoever gets none is told where it is"


def test_a_workbook_without_room_keeps_no_smaller_one_back(tmp_path) -> None:
    paths = [tmp_path / f"{number}.xlsx" for number in range(4)]
    for path, size in zip(paths, (5, 20, 4, 2), strict=True):
        path.write_bytes(b"x" * size)
    assert delivery.attachments_of(paths, 10) == (paths[0], paths[2])


def test_few_alerts_are_messages_of_their_own_and_many_are_one(outbox, office, tmp_path) -> None:
    registry, post = office(clerks("KA", "KB")), Post()
    outbox.add([alert(n, "KA") for n in range(DIGEST_FROM - 1)] + [alert(n, "KB") for n in range(DIGEST_FROM)])
    deliver(outbox, registry, tmp_path, NOW, post)
    assert Counter(m.channel for m in post.messages) == {
        "mailto://ka@vidu.example": DIGEST_FROM - 1,
        "mailto://kb@vidu.example": 1,
    }


def test_no_message_carries_more_than_a_reader_can_take_in(outbox, office, tmp_path) -> None:
    registry, post = office(clerks("KA")), Post()
    outbox.add([alert(number) for number in range(2 * DIGEST_UP_TO)])
    deliver(outbox, registry, tmp_path, NOW, post)
    sizes = [message.words.brief.count("Tạm giữ") for message in post.messages]
    assert sizes == [DIGEST_UP_TO, DIGEST_UP_TO]


def test_a_clock_that_is_put_back_delays_nothing(outbox, office, tmp_path) -> None:
    registry, post = office(clerks("KA")), Post()
    post.is_up = False
    outbox.add([alert()])
    deliver(outbox, registry, tmp_path, NOW + timedelta(days=3000), post)
    post.is_up = True
    assert is_due(entries(outbox)[0], registry, NOW)
    deliver(outbox, registry, tmp_path, NOW, post)
    assert len(post.messages) == 1
    assert outbox.open(NOW - timedelta(days=5)) == NOW - timedelta(days=5), "else nothing is told for 5 days"
    assert outbox.open(NOW) == NOW - timedelta(days=5)


def test_what_was_cut_short_while_it_was_recorded_comes_again_under_its_name(
    outbox, office, tmp_path, monkeypatch
) -> None:
    registry, post = office(clerks("KA")), Post()
    outbox.add([alert(number) for number in range(DIGEST_FROM)])
    save, saved = Outbox.save, []

    def dying(box: Outbox, entry: Entry) -> None:
        saved.append(entry)
        if len(saved) == DIGEST_FROM + 3:
            raise Killed
        save(box, entry)

    monkeypatch.setattr(Outbox, "save", dying)
    with pytest.raises(Killed):
        deliver(outbox, registry, tmp_path, NOW, post)
    monkeypatch.setattr(Outbox, "save", save)
    deliver(outbox, registry, tmp_path, NOW, post)
    assert [m.reference for m in post.messages] == [post.messages[0].reference] * 2
    assert {d.state for e in entries(outbox) for d in e.deliveries.values()} == {"sent"}


def test_pauses_grow_up_to_a_limit_and_nothing_is_given_up(outbox, office, tmp_path) -> None:
    registry, post, now = office(clerks("KA")), Post(), NOW
    post.is_up = False
    outbox.add([alert()])
    pauses = []
    for _ in range(30):
        assert is_due(entries(outbox)[0], registry, now)
        deliver(outbox, registry, tmp_path, now, post)
        (made,) = entries(outbox)[0].deliveries.values()
        assert made.state == "failed" and made.error == "no answer" and made.next_at is not None
        assert not is_due(entries(outbox)[0], registry, made.next_at - timedelta(seconds=1))
        pauses.append(made.next_at - now)
        now = made.next_at
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
    post.is_up = True
    deliver(outbox, registry, tmp_path, now, post)
    assert len(post.messages) == 1


def test_one_contact_who_cannot_be_reached_gets_the_others_no_second_message(outbox, office, tmp_path) -> None:
    second = Contact(org_code="KA", role="clerk", channel="json://down")
    registry, post = office([*clerks("KA"), second]), Post()

    def send(message: Message) -> str:
        return "no answer" if message.channel == "json://down" else post(message)

    outbox.add([alert()])
    for days in range(3):
        deliver(outbox, registry, tmp_path, NOW + timedelta(days=days), send)
    assert len(post.messages) == 1
    assert entries(outbox)[0].closed_at is None


def test_who_is_entered_later_gets_what_is_open_and_nothing_from_before(outbox, office, tmp_path) -> None:
    post = Post()
    outbox.add([alert(1, "KA"), alert(1, "KB")])
    report = deliver(outbox, office(clerks("KA")), tmp_path, NOW, post)
    assert len(report.unreachable) == 1
    extra = Contact(org_code="KA", role="clerk", channel="json://new")
    deliver(outbox, office([*clerks("KA", "KB"), extra]), tmp_path, NOW, post)
    assert [m.channel for m in post.messages] == ["mailto://ka@vidu.example", "mailto://kb@vidu.example"]


def test_what_failed_on_a_channel_that_was_replaced_is_forgotten_once_it_was_sent(
    outbox, office, tmp_path
) -> None:
    post = Post()
    outbox.add([alert()])
    post.is_up = False
    deliver(outbox, office(clerks("KA")), tmp_path, NOW, post)
    deliver(outbox, office([]), tmp_path, NOW, post)
    assert entries(outbox)[0].closed_at is None, "it never reached anybody"
    post.is_up = True
    other = Contact(org_code="KA", role="clerk", channel="mailto://other@vidu.example")
    deliver(outbox, office([other]), tmp_path, NOW, post)
    (entry,) = entries(outbox)
    assert entry.closed_at == NOW
    assert [delivery.error for delivery in entry.deliveries.values()] == ["", ""]


def test_an_alert_for_nobody_is_given_up_after_a_while(outbox, office, tmp_path) -> None:
    outbox.add([alert()])
    for now in (NOW + NOBODY_AFTER, NOW + NOBODY_AFTER + timedelta(seconds=1)):
        assert entries(outbox)[0].closed_at is None
        deliver(outbox, office(), tmp_path, now, Post())
    assert entries(outbox)[0].closed_at is not None
    assert deliver(outbox, office(clerks("KA")), tmp_path, now, Post()).sent == []


def test_only_one_process_delivers(outbox, office, tmp_path, monkeypatch) -> None:
    def busy(path: Path, wait_seconds: float) -> None:
        raise LockedError("7")

    outbox.add([alert()])
    with exclusive(outbox.lock, 0):
        pass
    monkeypatch.setattr(delivery, "exclusive", busy)
    with pytest.raises(LockedError):
        deliver(outbox, office(clerks("KA")), tmp_path, NOW, Post())


class Killed(BaseException):
    """Stands for the end of the process."""


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.lists(st.integers(1, 9), max_size=7)),
        st.tuples(st.sampled_from(["deliver", "down", "up", "killed before sending"]), st.just([])),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None)
@given(steps=STEPS)
def test_any_sequence_of_runs_sends_each_alert_to_each_contact_once(
    tmp_path_factory: pytest.TempPathFactory, steps: Sequence[tuple[str, list[int]]], office_: Registry
) -> None:
    folder = tmp_path_factory.mktemp("outbox")
    outbox, post, now, written = Outbox(folder / "outbox"), Post(), NOW, set()
    outbox.open(NOW)

    def dying(message: Message) -> str:
        raise Killed

    for what, numbers in steps:
        now += timedelta(minutes=7)
        if what == "write":
            outbox.add([alert(number) for number in numbers])
            written.update(numbers)
        elif what in ("down", "up"):
            post.is_up = what == "up"
        elif what == "deliver":
            deliver(outbox, office_, folder, now, post)
        elif any(is_due(entry, office_, now) for entry in entries(outbox)):
            with pytest.raises(Killed):
                deliver(outbox, office_, folder, now, dying)
    post.is_up = True
    for days in (1, 2):
        deliver(outbox, office_, folder, now + timedelta(days=days), post)
    told: Counter[tuple[str, int]] = Counter()
    for message in post.messages:
        text = f"{message.words.subject}\n{message.words.body}"
        told.update((message.channel, n) for n in range(1, 10) if f"KA.2025-N.r{n})" in text)
    channels = ("mailto://ka@vidu.example", "json://second")
    assert told == {(channel, number): 1 for channel in channels for number in written}
    assert all(entry.closed_at is not None for entry in entries(outbox))


@pytest.mark.parametrize("waiting", [2, DIGEST_FROM + 2])
def test_an_alert_that_cannot_be_worded_keeps_no_other_back(
    outbox: Outbox, office: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waiting: int
) -> None:
    real = delivery.compose

    def compose(alerts: Sequence[Alert], *more: Any, **named: Any) -> Any:
        if any(one.submission.endswith(".r1") for one in alerts):
            raise KeyError("a text that is not there")
        return real(alerts, *more, **named)

    monkeypatch.setattr(delivery, "compose", compose)
    outbox.add([alert(number) for number in range(1, waiting + 1)])
    post = Post()
    report = deliver(outbox, office(clerks("KA")), tmp_path, NOW, post)
    assert len(report.failed) == 1 and "KeyError" in next(iter(report.failed.values()))
    states = {e.alert.submission: [d.state for d in e.deliveries.values()] for e in entries(outbox)}
    assert states.pop("KA.2025-N.r1") == ["failed"]
    assert set(map(tuple, states.values())) == {("sent",)}


def test_where_delivery_begins_by_itself_on_an_outbox_of_years_history_is_not_mailed(
    outbox, office, tmp_path
) -> None:
    outbox.add([alert(1), replace(alert(2), at=NOW + timedelta(days=300))])
    post, registry, now = Post(), office(clerks("KA")), NOW + timedelta(days=301)
    assert delivery.close_history(outbox, now) == 1
    deliver(outbox, registry, tmp_path, now, post)
    assert len(post.messages) == 1
    assert [delivery.state_of(entry, registry) for entry in entries(outbox)] == ["history", "sent"]
    assert not any(is_due(entry, registry, now) for entry in entries(outbox))
