"""What happens to bodies is written into the files without another byte of them, or not at all."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from ingestion.chronicle.editing import EventError, TableText
from ingestion.chronicle.events import EventRefusedError, Events, happen
from ingestion.chronicle.in_force import in_force, settle
from ingestion.chronicle.versions import Change, Chronicle, Version
from ingestion.storage.home import Home
from tests.unit.chronicle.conftest import KNOWN, Edit

DAY = date(2019, 10, 1)
Happen = Callable[[Callable[[Events], None]], Version | None]


@pytest.fixture
def happened(home: Home) -> Happen:
    """Give what records an event of 1 October 2019, after the registry was recorded as it is."""
    settle(home, KNOWN)

    def recorded(event: Callable[[Events], None]) -> Version | None:
        now = KNOWN + timedelta(days=40)
        return happen(home, event, on=DAY, document="Nghị quyết 7", by="Lan", now=now)

    return recorded


def changed_lines(home: Home, table: str, before: bytes) -> tuple[list[str], list[str]]:
    """Give the lines of a table that are gone and new."""
    then, now = (data.decode().splitlines() for data in (before, (home.registry / f"{table}.csv").read_bytes()))
    return [line for line in then if line not in now], [line for line in now if line not in then]


def bytes_of(home: Home) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in home.registry.iterdir()}


def test_a_body_that_is_renamed_gets_a_second_row_and_one_version_with_the_document(
    home: Home, happened: Happen
) -> None:
    before = bytes_of(home)
    version = happened(lambda events: events.change("C1", {"org_name": "Quận C1, mới"}))
    assert version is not None
    assert (version.number, version.kind, version.reason, version.by) == (
        2,
        Change.WORLD,
        "Nghị quyết 7",
        "Lan",
    )
    assert changed_lines(home, "organisations", before["organisations.csv"]) == (
        ["C1,Huyện C1,DISTRICT,,,,P,1,DANG,2019-01-01,"],
        [
            "C1,Huyện C1,DISTRICT,,,,P,1,DANG,2019-01-01,2019-09-30",
            'C1,"Quận C1, mới",DISTRICT,,,,P,1,DANG,2019-10-01,',
        ],
    )
    assert {n: d for n, d in bytes_of(home).items() if n != "organisations.csv"} == {
        n: d for n, d in before.items() if n != "organisations.csv"
    }
    names = [one.org_name for one in in_force(home).registry.versions["C1"]]
    assert names == ["Huyện C1", "Quận C1, mới"]


def test_what_holds_already_changes_nothing(home: Home, happened: Happen) -> None:
    before = bytes_of(home)
    assert happened(lambda events: events.change("C1", {"parent_code": "P"})) is None
    assert bytes_of(home) == before and len(Chronicle(home).versions()) == 1


def test_later_rows_that_say_what_held_before_say_what_is_new(home: Home, edit: Edit) -> None:
    edit(
        "organisations",
        "C2,Huyện C2,DISTRICT,,,,P,1,DANG,2019-01-01,",
        "C2,Huyện C2,DISTRICT,,,,P,1,DANG,2019-01-01,2019-12-31\nC2,Huyện C2,DISTRICT,,,x,P,1,DANG,2020-01-01,",
    )
    settle(home, KNOWN)
    happen(
        home,
        lambda events: events.change("C2", {"org_name": "Quận C2"}),
        on=DAY,
        document="x",
        by="Lan",
        now=KNOWN,
    )
    rows = in_force(home).registry.versions["C2"]
    assert [(row.org_name, row.level, row.valid_from.isoformat()) for row in rows] == [
        ("Huyện C2", "", "2019-01-01"),
        ("Quận C2", "", "2019-10-01"),
        ("Quận C2", "x", "2020-01-01"),
    ]


def test_bodies_that_merge_end_and_what_stood_under_them_goes_along(home: Home, happened: Happen) -> None:
    happened(lambda events: events.merge(["C1"], "C2"))
    registry = in_force(home).registry
    assert [row.valid_to for row in registry.versions["C1"]] == [date(2019, 9, 30)]
    assert [(r.parent_code, r.valid_from) for r in registry.versions["C-01"]][1:] == [
        ("C1", date(2019, 1, 1)),
        ("C2", DAY),
    ]
    event = registry.successions[-1]
    assert (event.predecessor_code, event.successor_code, event.event_type) == ("C1", "C2", "merge")
    assert (event.effective_on, event.document, event.share) == (DAY, "Nghị quyết 7", 1.0)


def test_a_split_and_a_dissolution_name_what_follows(home: Home, happened: Happen) -> None:
    happened(lambda events: events.change("A-01", {"parent_code": "C1"}))
    happened(lambda events: events.split("B", {"C1": "0.25", "C2": "0.75"}))
    happened(lambda events: events.dissolve("D"))
    rows = [
        (e.predecessor_code, e.successor_code, e.event_type, e.share)
        for e in in_force(home).registry.successions
    ]
    assert rows[-3:] == [("B", "C1", "split", 0.25), ("B", "C2", "split", 0.75), ("D", "", "dissolve", None)]


def test_a_body_that_is_founded_stands_at_the_end(home: Home, happened: Happen) -> None:
    values = {"org_code": "N", "org_name": "Mới", "org_kind": "BLOC", "parent_code": "P", "files_reports": "1"}
    happened(lambda events: events.establish({**values, "term_system": "DANG"}))
    last = (home.registry / "organisations.csv").read_text(encoding="utf-8").splitlines()[-1]
    assert last == "N,Mới,BLOC,,,,P,1,DANG,2019-10-01,"


def under_nobody(events: Events) -> None:
    events.split("C1", {"C2": "1"})


def shares_of_none(events: Events) -> None:
    events.split("B", {"C1": "0.5", "C2": "0.6"})


def to_itself(events: Events) -> None:
    events.change("C1", {"parent_code": "C1"})


def to_nobody(events: Events) -> None:
    events.merge(["C1"], "X")


def of_what_ended(events: Events) -> None:
    events.dissolve("A")


def founded_twice(events: Events) -> None:
    events.establish({"org_code": "A", "org_name": "A", "org_kind": "BLOC", "files_reports": "1"})


@pytest.mark.parametrize("event", [under_nobody, shares_of_none, to_itself, to_nobody])
def test_an_event_after_which_the_registry_would_not_be_sound_is_refused_as_a_whole(
    home: Home, happened: Happen, event: Callable[[Events], None]
) -> None:
    before = bytes_of(home)
    with pytest.raises(EventRefusedError) as error:
        happened(event)
    assert error.value.faults
    assert bytes_of(home) == before and len(Chronicle(home).versions()) == 1


@pytest.mark.parametrize(("event", "word"), [(of_what_ended, "A"), (founded_twice, "A")])
def test_what_cannot_be_written_is_told_with_the_body(
    home: Home, happened: Happen, event: Callable[[Events], None], word: str
) -> None:
    before = bytes_of(home)
    with pytest.raises(EventError) as error:
        happened(event)
    assert word in error.value.told("en")
    assert bytes_of(home) == before


def test_what_was_edited_before_an_event_is_a_version_of_its_own(
    home: Home, happened: Happen, edit: Edit
) -> None:
    edit("contacts", "folder://b", "folder://c")
    happened(lambda events: events.change("C1", {"org_name": "Quận C1"}))
    _, edited, event = Chronicle(home).versions()
    assert [one.file for one in edited.differences] == ["contacts.csv"] and edited.by == "tongket"
    assert {one.file for one in event.differences} == {"organisations.csv"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a,b\n1,2\n", b"a,b\n1,x\n3,2\n"),
        (b"a,b\r\n1,2", b"a,b\r\n1,x\r\n3,2"),
        (b"\xef\xbb\xbfa,b\n\n1,2\n", b"\xef\xbb\xbfa,b\n\n1,x\n3,2\n"),
        (b'"a",b\n"1 ""y""\nz",2\n', b'"a",b\n"1 ""y""\nz",x\n3,2\n'),
        (b"b,a\n2,1\n", b"b,a\nx,1\n2,3\n"),
    ],
)
def test_what_is_not_meant_stays_as_it_is_written(content: bytes, expected: bytes) -> None:
    table = TableText("t.csv", content)
    row = 3 if b"\n\n" in content else 2
    table.copy(row, {"a": "3"})
    table.replace(row, {"b": "x"})
    assert table.content() == expected


def test_a_column_that_a_file_does_not_have_is_named() -> None:
    table = TableText("t.csv", b"a\n1\n")
    for attempt in (
        lambda: table.replace(2, {"c": "x"}),
        lambda: table.copy(2, {"c": "x"}),
        lambda: table.add({"c": "x"}),
    ):
        with pytest.raises(EventError) as error:
            attempt()
        assert "t.csv" in error.value.told("en") and "c" in error.value.told("en")
    table.add({"a": "2", "c": ""})
    assert table.content() == b"a\n1\n2\n"
