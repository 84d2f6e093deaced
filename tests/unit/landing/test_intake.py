"""The inbox: what waits, in which order, and what is left alone."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingestion.landing import inbox
from ingestion.storage.home import Home

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def sent(tmp_path: Path, name: str = "a.xlsx", data: bytes = b"a") -> Path:
    path = tmp_path / "sent" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def copied(home: Home, relative: str, data: bytes = b"a") -> Path:
    path = home.inbox / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def later() -> datetime:
    """Give a time by which every file of the test is at rest."""
    return datetime.now(UTC) + timedelta(minutes=1)


def test_an_empty_or_missing_inbox_has_nothing_waiting(home: Home) -> None:
    assert inbox.waiting(home, NOW) == []
    home.inbox.mkdir(parents=True)
    assert inbox.waiting(home, NOW) == []


def test_files_are_taken_in_order_of_receipt_whatever_their_names(tmp_path: Path, home: Home) -> None:
    for name, day in (("c.xlsx", 1), ("a.xlsx", 3), ("b.xlsx", 2)):
        inbox.put_in_inbox(home, sent(tmp_path, name), "KA", NOW + timedelta(days=day))
    assert [f.original_name for f in inbox.waiting(home, NOW)] == ["c.xlsx", "b.xlsx", "a.xlsx"]


def test_files_of_one_moment_are_taken_by_unit_and_name(tmp_path: Path, home: Home) -> None:
    for unit, name in (("KB", "a.xlsx"), ("KA", "b.xlsx"), ("KA", "a.xlsx")):
        inbox.put_in_inbox(home, sent(tmp_path, name), unit, NOW)
    waiting = inbox.waiting(home, NOW)
    assert [(f.folder, f.original_name) for f in waiting] == [
        ("KA", "a.xlsx"),
        ("KA", "b.xlsx"),
        ("KB", "a.xlsx"),
    ]


def test_a_file_of_the_same_name_does_not_replace_the_one_that_waits(tmp_path: Path, home: Home) -> None:
    inbox.put_in_inbox(home, sent(tmp_path, data=b"1"), "KA", NOW)
    inbox.put_in_inbox(home, sent(tmp_path, data=b"2"), "KA", NOW + timedelta(days=1))
    waiting = inbox.waiting(home, NOW)
    assert [f.path.read_bytes() for f in waiting] == [b"1", b"2"]
    assert [f.original_name for f in waiting] == ["a.xlsx", "a.xlsx"]
    assert [f.received_at.day for f in waiting] == [1, 2]


def test_a_file_that_somebody_copied_counts_from_when_it_came_not_from_when_it_was_saved(home: Home) -> None:
    path = copied(home, "KA/a.xlsx")
    os.utime(path, (0, 0))
    before = datetime.now(UTC) - timedelta(minutes=1)
    (file,) = inbox.waiting(home, later())
    assert file.received_at > before
    assert file.sidecar is None
    assert file.is_settled


def test_a_file_that_has_just_changed_is_not_settled(home: Home) -> None:
    copied(home, "KA/a.xlsx")
    (file,) = inbox.waiting(home, datetime.now(UTC))
    assert not file.is_settled


def test_a_file_put_there_by_the_product_is_settled_at_once(tmp_path: Path, home: Home) -> None:
    inbox.put_in_inbox(home, sent(tmp_path), "KA", None)
    (file,) = inbox.waiting(home, datetime.now(UTC))
    assert file.is_settled


@pytest.mark.parametrize("name", ["~$a.xlsx", ".a.xlsx", "a.xlsx.part", "Thumbs.db", "a.tmp"])
def test_lock_files_and_half_copies_do_not_wait(home: Home, name: str) -> None:
    copied(home, f"KA/{name}")
    assert inbox.waiting(home, later()) == []


def test_a_sidecar_of_another_file_of_that_name_is_not_believed(tmp_path: Path, home: Home) -> None:
    put = inbox.put_in_inbox(home, sent(tmp_path, data=b"1"), "KA", datetime(2020, 1, 1, tzinfo=UTC))
    put.path.write_bytes(b"2")
    (file,) = inbox.waiting(home, later())
    assert file.received_at.year > 2020


def test_what_was_put_aside_does_not_wait(home: Home) -> None:
    copied(home, f"{inbox.UNKNOWN}/a.xlsx")
    assert inbox.waiting(home, later()) == []


def test_a_folder_in_a_units_folder_is_one_submission(home: Home) -> None:
    copied(home, "KA/bieu/B00.csv")
    copied(home, "KA/bieu/B01.csv")
    (file,) = inbox.waiting(home, later())
    assert (file.path.name, file.original_name) == ("bieu", "bieu.zip")
    inbox.remove(file)
    assert list((home.inbox / "KA").iterdir()) == []


def test_a_folder_that_is_submitted_waits_as_a_zip(tmp_path: Path, home: Home) -> None:
    sent(tmp_path, "B00.csv", "Mã đơn vị báo cáo,KA\n".encode())
    put = inbox.put_in_inbox(home, tmp_path / "sent", "KA", NOW)
    assert put.original_name == "sent.zip"
    assert put.path.read_bytes()[:2] == b"PK"


def test_removing_a_file_takes_its_sidecar_with_it(tmp_path: Path, home: Home) -> None:
    inbox.remove(inbox.put_in_inbox(home, sent(tmp_path), "KA", NOW))
    assert list((home.inbox / "KA").iterdir()) == []
