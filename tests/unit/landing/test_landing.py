"""Originals: kept once, never overwritten, and provably unchanged."""

from pathlib import Path

from ingestion.landing.originals import Damage, Landing, Original
from ingestion.storage.files import sha256_of
from ingestion.storage.home import Home


def keep(home: Home, path: Path, name: str | None = None) -> Original:
    landing = Landing(home)
    return landing.admit(landing.stage(path), name or path.name)


def file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_bytes_are_kept_under_their_hash_with_their_extension(tmp_path: Path, home: Home) -> None:
    path = file(tmp_path, "Báo cáo Quý I.XLSX", b"bytes")
    original = keep(home, path)
    kept = home.root / original.file
    assert kept.read_bytes() == b"bytes"
    assert kept.stem == original.sha256 == sha256_of(path)
    assert kept.suffix == ".xlsx"
    assert [p.name for p in home.landing.iterdir()] == [original.sha256[:2]]


def test_the_same_bytes_are_kept_once_under_whatever_name_they_come(tmp_path: Path, home: Home) -> None:
    first = keep(home, file(tmp_path, "a.xlsx", b"same"))
    second = keep(home, file(tmp_path, "b.xls", b"same"))
    assert first == second
    assert len(Landing(home).originals()) == 1


def test_a_name_without_a_usable_extension_does_no_harm(tmp_path: Path, home: Home) -> None:
    for name in ("báo cáo", "x.tệp lạ", "y.", "z.../../etc"):
        original = keep(home, file(tmp_path, "f", name.encode()), name)
        assert (home.root / original.file).parent.parent == home.landing
        assert original.file.endswith(".bin")


def test_a_folder_of_csvs_is_kept_as_the_same_zip_each_time(tmp_path: Path, home: Home) -> None:
    folder = tmp_path / "bieu"
    folder.mkdir()
    file(folder, "B00.csv", "Mã đơn vị báo cáo,KA\n".encode())
    file(folder, "B01.csv", b"org_code\n")
    first = keep(home, folder, "bieu.zip")
    (folder / "B01.csv").touch()
    assert keep(home, folder, "bieu.zip") == first
    assert first.file.endswith(".zip")


def test_a_changed_original_is_found(tmp_path: Path, home: Home) -> None:
    sound, spoiled = keep(home, file(tmp_path, "a.xlsx", b"a")), keep(home, file(tmp_path, "b.xlsx", b"b"))
    assert Landing(home).verify([sound, spoiled]) == []
    kept = home.root / spoiled.file
    kept.chmod(0o644)
    kept.write_bytes(b"B")
    assert Landing(home).verify([sound, spoiled]) == [Damage(spoiled.file, "changed")]


def test_a_missing_original_is_found(tmp_path: Path, home: Home) -> None:
    original = keep(home, file(tmp_path, "a.xlsx", b"a"))
    (home.root / original.file).unlink()
    assert Landing(home).verify([original]) == [Damage(original.file, "missing")]


def test_a_damaged_original_is_replaced_when_its_bytes_come_again(tmp_path: Path, home: Home) -> None:
    path = file(tmp_path, "a.xlsx", b"a")
    original = keep(home, path)
    kept = home.root / original.file
    kept.chmod(0o644)
    kept.write_bytes(b"spoiled")
    assert keep(home, path) == original
    assert kept.read_bytes() == b"a"
