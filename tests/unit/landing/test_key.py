"""The key that signs templates: made once, whole, and never written over."""

import multiprocessing
import os
import secrets
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestion.definitions.signing import load_key, make_key
from ingestion.storage.home import Home
from ingestion.upkeep.litter import sweep

OTHER = "0" * 64


def no_links(*_: object) -> None:
    raise OSError(1, "Operation not permitted")


@pytest.mark.parametrize("has_links", [True, False])
def test_a_key_that_another_process_puts_there_meanwhile_stays_and_is_used(
    home: Home, monkeypatch: pytest.MonkeyPatch, *, has_links: bool
) -> None:
    home.root.mkdir()

    def slowly(_: int) -> str:
        home.template_key.write_text(f"{OTHER}\n", encoding="ascii")
        return "1" * 64

    monkeypatch.setattr(secrets, "token_hex", slowly)
    if not has_links:
        monkeypatch.setattr(os, "link", no_links)
    # The other one works on another machine and knows nothing of our lock.
    monkeypatch.setattr(Path, "exists", lambda _: False)
    assert make_key(home.template_key) == OTHER.encode()
    assert load_key(home.template_key) == OTHER.encode()


@pytest.mark.parametrize("has_links", [True, False])
def test_a_key_is_made_once_and_found_again(
    home: Home, monkeypatch: pytest.MonkeyPatch, *, has_links: bool
) -> None:
    if not has_links:
        monkeypatch.setattr(os, "link", no_links)
    home.root.mkdir()
    made = make_key(home.template_key)
    assert make_key(home.template_key) == made == load_key(home.template_key)
    assert not list(home.root.glob("*.aside"))


def test_a_kill_while_a_key_is_made_leaves_none_and_its_litter_is_swept(home: Home) -> None:
    home.root.mkdir()

    def child() -> None:
        os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
        make_key(home.template_key)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert load_key(home.template_key) is None
    assert len(sweep(home, datetime.now(UTC))) == 1
    assert len(make_key(home.template_key)) == 64


def test_an_empty_file_is_no_key(home: Home) -> None:
    home.root.mkdir()
    home.template_key.write_bytes(b"")
    assert make_key(home.template_key) == load_key(home.template_key)
