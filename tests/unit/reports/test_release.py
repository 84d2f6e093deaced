"""A release is immutable, is put up in one step, and says what it holds."""

import os
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from ingestion.storage.home import Home
from reports import release
from reports.rows import Note
from tests.reports_site import AS_OF, write_warehouse


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "data")
    home.root.mkdir()
    write_warehouse(home.warehouse)
    return home


@pytest.fixture
def rendered(tmp_path: Path) -> Path:
    folder = tmp_path / "rendered"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<p>một</p>", encoding="utf-8")
    (folder / "assets" / "site.css").write_text("p {}", encoding="utf-8")
    return folder


def make(home: Home, rendered: Path, note: str = "") -> release.Release:
    return release.create(
        home,
        rendered,
        as_of=AS_OF,
        code_version="0.1.0",
        submissions=["b", "a"],
        note=note,
        warehouse=home.warehouse,
    )


def test_a_release_holds_pages_figures_and_their_hashes(home: Home, rendered: Path) -> None:
    made = make(home, rendered, note="lần đầu")
    assert made.name.startswith("0001-")
    assert set(made.files) == {"index.html", "assets/site.css", "figures.parquet"}
    assert made.submissions == ("a", "b")
    assert (made.as_of, made.code_version, made.runner, made.note) == (
        AS_OF.isoformat(),
        "0.1.0",
        "embedded",
        "lần đầu",
    )
    assert release.verify(made) == ()
    assert release.list_releases(home) == (made,)


def test_facts_of_forms_go_along_and_the_same_rows_are_the_same_release(home: Home, rendered: Path) -> None:
    for order in ("asc", "desc"):
        with duckdb.connect(str(home.warehouse)) as connection:
            rows = f"select * from (values ('A', 1), ('B', 2), ('B', null)) as f (unit, n) order by n {order}"
            connection.execute(f"create or replace table fct_own_b90 as {rows}")
        made = release.create(
            home,
            rendered,
            as_of=AS_OF,
            code_version="0.1.0",
            submissions=["a"],
            note="",
            warehouse=home.warehouse,
            facts=["fct_own_b90"],
        )
    assert len(release.list_releases(home)) == 1
    facts = pq.read_table(made.folder / "facts" / "fct_own_b90.parquet").to_pylist()
    assert facts == [{"unit": "A", "n": 1}, {"unit": "B", "n": 2}, {"unit": "B", "n": None}]
    assert "facts/fct_own_b90.parquet" in made.files and release.verify(made) == ()


@pytest.mark.parametrize("mask", [0o000, 0o077])
def test_a_web_server_can_read_a_release_and_nobody_can_write_to_it_whatever_the_umask(
    home: Home, rendered: Path, mask: int
) -> None:
    for path in (rendered, *rendered.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    before = os.umask(mask)
    try:
        made = make(home, rendered)
        release.switch(home, made)
    finally:
        os.umask(before)
    modes = {path: path.stat().st_mode & 0o777 for path in (home.releases, *home.releases.rglob("*"))}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o755}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o444}


def test_what_a_release_needs_aside_goes_with_it(home: Home, rendered: Path) -> None:
    made = make(home, rendered)
    make(home, rendered)
    release.switch(home, made)
    assert [path.name for path in home.releases.iterdir()] == [made.name]
    assert not [path for path in home.root.iterdir() if path.name.startswith(".")]


def test_the_same_content_is_no_new_release(home: Home, rendered: Path) -> None:
    first = make(home, rendered)
    assert make(home, rendered).name == first.name
    (rendered / "index.html").write_text("<p>hai</p>", encoding="utf-8")
    second = make(home, rendered)
    assert [r.number for r in release.list_releases(home)] == [1, 2]
    assert second.name != first.name


def test_a_note_stays_where_the_same_figures_are_published_again_without_one(
    home: Home, rendered: Path
) -> None:
    first = make(home, rendered, note="sửa số liệu")
    assert make(home, rendered).name == first.name
    second = make(home, rendered, note="sửa lần hai")
    assert second.number == 2
    assert release.before(home, second) == first
    assert release.before(home, first) is None
    assert release.notes(home, "", AS_OF) == (Note(AS_OF, "sửa lần hai"), Note(AS_OF, "sửa số liệu"))
    assert release.notes(home, "sửa lần hai", AS_OF) == release.notes(home, "", AS_OF)


def test_the_site_is_switched_and_the_old_release_stays(home: Home, rendered: Path) -> None:
    assert release.current(home) is None
    first = make(home, rendered)
    release.switch(home, first)
    (rendered / "index.html").write_text("<p>hai</p>", encoding="utf-8")
    second = make(home, rendered)
    assert (home.site / "index.html").read_text(encoding="utf-8") == "<p>một</p>"
    release.switch(home, second)
    assert (home.site / "index.html").read_text(encoding="utf-8") == "<p>hai</p>"
    assert release.current(home) == second
    release.switch(home, first)
    assert release.current(home) == first
    assert release.verify(second) == ()


def test_the_link_is_relative_so_that_the_folder_may_move(home: Home, rendered: Path, tmp_path: Path) -> None:
    release.switch(home, make(home, rendered))
    home.root.rename(tmp_path / "moved")
    assert (tmp_path / "moved" / "site" / "index.html").is_file()


def test_without_symbolic_links_a_file_points_at_the_release(
    home: Home, rendered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("not permitted")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    made = make(home, rendered)
    release.switch(home, made)
    assert home.site.is_file()
    assert release.current(home) == made


def test_a_folder_named_site_is_not_touched(home: Home, rendered: Path) -> None:
    home.site.mkdir()
    with pytest.raises(release.ReleaseError, match="site"):
        release.switch(home, make(home, rendered))
    assert home.site.is_dir()


def test_what_was_changed_is_found(home: Home, rendered: Path) -> None:
    made = make(home, rendered)
    page = made.folder / "index.html"
    page.chmod(0o644)
    page.write_text("x", encoding="utf-8")
    (made.folder / "assets" / "site.css").unlink()
    (made.folder / "new.html").write_text("x", encoding="utf-8")
    problems = release.verify(made)
    assert len(problems) == 3
    assert all(name in " ".join(problems) for name in ("index.html", "assets/site.css", "new.html"))


def test_pages_of_a_release_are_not_written_over(home: Home, rendered: Path) -> None:
    made = make(home, rendered)
    assert {path.stat().st_mode & 0o222 for path in made.folder.rglob("*") if path.is_file()} == {0}


def test_the_figures_that_differ_are_listed(home: Home, rendered: Path) -> None:
    first = make(home, rendered)
    with duckdb.connect(str(home.warehouse)) as connection:
        where = "where org_code = 'VP' and period_code = '2015-2020-NK'"
        connection.execute(
            f"update fct_indicator_value set value = 11946 {where} and indicator_code = 'admissions'"
        )
        # A quotient that was divided in another order is the same figure.
        share = f"{where} and indicator_code = 'members_female_share'"
        connection.execute(f"update fct_indicator_value set value = value + 2e-14 {share}")
        connection.execute(
            f"delete from fct_indicator_value {where} and indicator_code = 'members' returning value"
        )
        (members,) = connection.fetchone() or (None,)
    changes = release.diff(first, make(home, rendered, note="sửa"))
    assert [(c.indicator, c.unit, c.period, c.before, c.after) for c in changes] == [
        ("admissions", "VP", "2015-2020-NK", 11945.0, 11946.0),
        ("members", "VP", "2015-2020-NK", members, None),
    ]


def test_a_release_is_found_by_name_or_number(home: Home, rendered: Path) -> None:
    made = make(home, rendered)
    assert release.find(home, made.name) == release.find(home, "1") == release.find(home, "0001") == made
    with pytest.raises(release.ReleaseError, match="tongket releases"):
        release.find(home, "7")


def test_a_folder_without_pages_is_refused(home: Home, tmp_path: Path) -> None:
    with pytest.raises(release.ReleaseError, match=r"index\.html"):
        make(home, tmp_path)
    assert release.list_releases(home) == ()
