"""The version of a state folder: older ones become today's, newer and damaged ones are left alone."""

import json
from pathlib import Path

import pytest

from ingestion.storage.home import Home
from ingestion.upkeep import version as state_version
from ingestion.upkeep.version import VERSION, StateVersionError, migrate, version_of
from ingestion.words.messages import message


def used_before_versions(root: Path) -> Home:
    home = Home(root)
    home.landing.mkdir(parents=True)
    home.ledger.write_bytes(b"")
    home.bronze.mkdir()
    (home.bronze / "written.json").write_text('{"layout": 1, "periods": {}}', encoding="utf-8")
    return home


def test_a_folder_in_which_nothing_happened_yet_is_today_s(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.landing.mkdir()
    assert version_of(home) == VERSION
    assert migrate(home, "v") == ()
    assert json.loads(home.version.read_bytes()) == {"version": VERSION, "written_by": "v"}


def test_a_folder_without_a_version_that_was_used_is_the_first_and_is_migrated_once(tmp_path: Path) -> None:
    home = used_before_versions(tmp_path)
    assert version_of(home) == 1
    assert migrate(home, "v") == tuple(range(2, VERSION + 1))
    assert version_of(home) == VERSION
    assert not (home.bronze / "written.json").exists()
    assert migrate(home, "w") == ()
    assert json.loads(home.version.read_bytes())["written_by"] == "v"


def test_a_migration_that_was_killed_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = used_before_versions(tmp_path)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(state_version, "write_durably", killed)
        migrate(home, "v")
    assert version_of(home) == 1
    assert migrate(home, "v")
    assert version_of(home) == VERSION


@pytest.mark.parametrize(
    "said",
    [
        *(b"", b"\xff\x00", b"2", b"[2]", b'{"version": "2"}', b'{"version": 2.0}', b'{"version": true}'),
        *(b'{"version": 0}', b'{"version": -1}', b'{"written_by": "v"}', b'{"version": 2', b"[" * 100_000),
    ],
)
def test_a_damaged_version_is_named_with_a_remedy_and_left_as_it_is(tmp_path: Path, said: bytes) -> None:
    home = used_before_versions(tmp_path)
    home.version.write_bytes(said)
    for ask in (version_of, lambda home: migrate(home, "v")):
        with pytest.raises(StateVersionError) as caught:
            ask(home)
        assert str(home.version) in caught.value.text("vi") and str(home.version) in caught.value.text("en")
    assert home.version.read_bytes() == said
    assert (home.bronze / "written.json").exists()


def test_a_folder_in_the_place_of_the_version_is_damage_too(tmp_path: Path) -> None:
    home = used_before_versions(tmp_path)
    home.version.mkdir()
    with pytest.raises(StateVersionError):
        version_of(home)


def test_a_newer_folder_is_named_with_the_product_that_wrote_it(tmp_path: Path) -> None:
    home = used_before_versions(tmp_path)
    home.version.write_text(
        json.dumps({"version": VERSION + 1, "written_by": "9.1\n\x1b[31m"}), encoding="utf-8"
    )
    with pytest.raises(StateVersionError) as caught:
        migrate(home, "v")
    for language in ("vi", "en"):
        text = caught.value.text(language)  # type: ignore[arg-type]
        assert "9.1" in text and str(VERSION + 1) in text and str(home.root) in text and "\x1b" not in text


def test_every_step_is_told_in_both_languages(tmp_path: Path) -> None:
    for version in range(2, VERSION + 1):
        for language in ("vi", "en"):
            assert str(tmp_path) in message(f"state.migrated.{version}", language, home=tmp_path)  # type: ignore[arg-type]
