"""Releases: immutable folders with a manifest, one of which is up.

What belongs here: making a release of finished pages and the figures behind them, switching the site to it,
listing, comparing and verifying. What does not: rendering (`render.py`) and the decision to publish.
"""

import hashlib
import json
import math
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.records.mendable import MendableError
from ingestion.storage.files import PUBLIC_FOLDER, aside_of, public_folder, sha256_of, writer_of
from ingestion.storage.home import Home
from ingestion.words.labels import Language
from ingestion.words.messages import ToldError, message
from reports import marts
from reports.rows import Note

NO_RELEASE = "report.error.no_release"
"""The text of the error where nobody knows a release of a name, while all that there are can be read."""

MANIFEST = "manifest.json"
FIGURES = "figures.parquet"
FACTS = "facts"
"""The folder of a release with the facts of forms, a file a table."""

METHOD = 2
"""How figures come about, which releases tell. 2: over the days that filings and rows cover
(docs/figures-in-time.md); a release that tells none was made when a body that ended took its months along."""

_NAME = re.compile(r"^(\d{4,})-([0-9a-f]{8})$")
_FILE_MODE, _SITE_MODE = 0o444, 0o644
_UNHASHED = ("release", "token", "registry", "method")
_SHORT = 8
_DIGITS = 4
_FIGURE_QUERY = """
select indicator_code, org_code, period_code, '' as derivation, value, numerator, denominator, status
from fct_indicator_value
union all
select indicator_code, org_code, period_code, derivation, value, null, null, status
from fct_indicator_derived
order by indicator_code, org_code, period_code, derivation
"""


_NOISE = 1e-12
"""By what a figure may differ that was divided in another order."""


class ReleaseError(ToldError, MendableError):
    """A release cannot be made, found or put up; the message says why."""

    is_refusal = True


@dataclass(frozen=True)
class Release:
    """One release.

    Attributes:
        name: its number and the start of the hash over its content, `0003-1f2e3d4c`.
        folder: where it is kept.
        as_of: up to when submissions and decisions count in it.
        submissions: the submissions whose figures it shows.
        note: what was corrected and why, for readers.
        token: the warehouse that it was made from, the run that built it and the gate that passed it; nothing
            where an older version made the release.
        registry: the version of the registry with which its figures were made; blank where an older product
            made the release.
    """

    name: str
    folder: Path
    as_of: str
    code_version: str
    runner: str
    note: str
    submissions: tuple[str, ...]
    files: Mapping[str, str]
    token: Mapping[str, str] = field(default_factory=dict)
    registry: str = ""

    @property
    def number(self) -> int:
        """Its place in the order of releases."""
        return int(self.name.partition("-")[0])


@dataclass(frozen=True)
class FigureChange:
    """A figure that differs between two releases; None where a release has no such figure."""

    indicator: str
    unit: str
    period: str
    derivation: str
    before: float | None
    after: float | None


def create(
    home: Home,
    rendered: Path,
    *,
    as_of: datetime,
    code_version: str,
    submissions: Sequence[str],
    note: str,
    warehouse: Path,
    facts: Sequence[str] = (),
    runner: str = "embedded",
    token: Mapping[str, str] | None = None,
    registry: str = "",
) -> Release:
    """Make a release of finished pages; the site is not switched to it yet.

    The release is written aside and renamed when it is whole. If the newest release has the same content, that
    one is given back.

    Args:
        home: the state folder.
        rendered: the folder of finished pages and their assets.
        as_of: up to when submissions and decisions count.
        code_version: the version of the program.
        submissions: ids of the submissions whose figures are shown.
        note: what was corrected and why; empty for a first release.
        warehouse: the DuckDB file that the pages were made from.
        facts: its tables of facts of forms, which go along with the figures.
        runner: what rendered the pages.
        token: what the warehouse proves of itself. The name does not depend on it: a warehouse that was built
            again shows the same figures.
        registry: the version of the registry with which the figures were made. The name does not depend on it
            either: a release of the same content stays, and names the version with which it was made first.

    Raises:
        ReleaseError: there are no pages.
    """
    if not (rendered / "index.html").is_file():
        raise ReleaseError("report.error.no_pages", folder=rendered)
    public_folder(home.releases)
    aside = aside_of(home.releases / "next")
    if aside.exists():
        shutil.rmtree(aside)
    shutil.copytree(rendered, aside)
    queries = {f"{FACTS}/{fact}.parquet": f"select * from {fact} order by all" for fact in facts}
    _write_tables(warehouse, {FIGURES: _FIGURE_QUERY, **queries}, aside)
    files = hashes(aside)
    said = {
        "as_of": as_of.isoformat(),
        "code_version": code_version,
        "runner": runner,
        "note": note,
        "submissions": sorted(submissions),
        "files": files,
    }
    digest = _digest(said)
    known = list_releases(home)
    # A run without a note takes back nothing that was said of the same figures.
    same = {digest, _digest(said | {"note": note or known[-1].note})} if known else set()
    if known and known[-1].name.rpartition("-")[2] in same:
        shutil.rmtree(aside)
        return known[-1]
    number = known[-1].number + 1 if known else 1
    name = f"{number:0{_DIGITS}}-{digest}"
    (aside / MANIFEST).write_bytes(
        _as_json({"release": name, "token": dict(token or {}), "registry": registry, "method": METHOD, **said})
    )
    # A web server that is another user must be able to read it, whatever the umask of this one is.
    for path in (aside, *aside.rglob("*")):
        path.chmod(_FILE_MODE if path.is_file() else PUBLIC_FOLDER)
    folder = home.releases / name
    aside.rename(folder)
    return read(folder)


def read(folder: Path) -> Release:
    """Read a release from its folder.

    Raises:
        ReleaseError: the folder has no manifest that can be read.
    """
    try:
        facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        told = {name: str(facts[name]) for name in ("as_of", "code_version", "runner", "note")}
        return Release(
            name=str(facts["release"]),
            folder=folder,
            **told,
            submissions=tuple(facts["submissions"]),
            files=dict(facts["files"]),
            token={str(name): str(value) for name, value in dict(facts.get("token") or {}).items()},
            registry=str(facts.get("registry") or ""),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError("report.error.bad_manifest", folder=folder) from error


def list_releases(home: Home) -> tuple[Release, ...]:
    """Give all releases, oldest first.

    Raises:
        ReleaseError: one of them has no manifest that can be read.
    """
    return tuple(sorted((read(folder) for folder in folders(home)), key=lambda release: release.number))


def folders(home: Home) -> tuple[Path, ...]:
    """Give the folders that have the name of a release, oldest first, whatever is in them."""
    if not home.releases.is_dir():
        return ()
    named = (path for path in home.releases.iterdir() if path.is_dir() and _NAME.match(path.name))
    return tuple(sorted(named, key=lambda path: (int(path.name.partition("-")[0]), path.name)))


def strangers(home: Home) -> tuple[Path, ...]:
    """Give what lies among the releases and is none; what a killed run left half made is not meant."""
    if not home.releases.is_dir():
        return ()
    known = set(folders(home))
    found = (path for path in home.releases.iterdir() if path not in known and writer_of(path.name) is None)
    return tuple(sorted(found))


def newest_readable(home: Home) -> tuple[Release | None, tuple[str, ...]]:
    """Give the newest release whose manifest can be read, and the names of newer ones whose cannot be."""
    if not home.releases.is_dir():
        return None, ()
    folders = [path for path in home.releases.iterdir() if path.is_dir() and _NAME.match(path.name)]
    unreadable: list[str] = []
    for folder in sorted(folders, key=lambda path: int(path.name.partition("-")[0]), reverse=True):
        try:
            return read(folder), tuple(unreadable)
        except ReleaseError:
            unreadable.append(folder.name)
    return None, tuple(unreadable)


def before(home: Home, release: Release) -> Release | None:
    """Give the release that was made before one; None for the first."""
    return next((one for one in reversed(list_releases(home)) if one.number < release.number), None)


def notes(home: Home, note: str, as_of: datetime) -> tuple[Note, ...]:
    """Give what readers are told: the note of the release to be made, and those of the ones before it."""
    told = [Note(as_of, note)] if note else []
    earlier = (one for one in reversed(list_releases(home)) if one.note)
    told += [Note(datetime.fromisoformat(one.as_of), one.note) for one in earlier]
    return tuple(dict.fromkeys(told))


def find(home: Home, name: str) -> Release:
    """Give a release by its name or by its number alone.

    Raises:
        ReleaseError: there is none.
    """
    for release in list_releases(home):
        if name in (release.name, str(release.number), release.name.partition("-")[0]):
            return release
    raise ReleaseError(NO_RELEASE, name=name)


def switch(home: Home, release: Release) -> None:
    """Put a release up: `site` points at it from one moment to the next.

    Where the system has no symbolic links, `site` is a file that holds the path.

    Raises:
        ReleaseError: `site` is a folder of its own, which is not touched.
    """
    site = home.site
    if site.is_dir() and not site.is_symlink():
        raise ReleaseError("report.error.site_is_folder", site=site)
    target = os.path.relpath(release.folder, site.parent)
    following = aside_of(site)
    following.unlink(missing_ok=True)
    try:
        following.symlink_to(target, target_is_directory=True)
    except (OSError, NotImplementedError):
        following.write_text(target, encoding="utf-8")
        following.chmod(_SITE_MODE)
    following.replace(site)


def current(home: Home) -> Release | None:
    """Give the release that is up; None before the first one.

    Raises:
        ReleaseError: what `site` points at is no release.
    """
    target = site_target(home)
    return None if target is None else read(target)


def site_target(home: Home) -> Path | None:
    """Give the folder at which `site` points, whether it is there or not; None where there is no `site`.

    Raises:
        ReleaseError: `site` is a folder of its own, or points nowhere.
    """
    site = home.site
    try:
        if site.is_symlink():
            return site.resolve()
        if site.is_file():
            return (site.parent / site.read_text(encoding="utf-8").strip()).resolve()
        if not site.exists():
            return None
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, no text
        raise ReleaseError("report.error.site_points_nowhere", site=site) from error
    raise ReleaseError("report.error.site_is_folder", site=site)


def check_site(home: Home, language: Language = "vi") -> str | None:
    """Say what is wrong with `site` as a pointer to a release; None where it points to one that can be read."""
    fields: dict[str, Path | str] = {"site": home.site}
    try:
        target = site_target(home)
    except ReleaseError as error:
        return error.told(language)
    if target is None:
        key = "site_missing"
    elif not target.is_dir():
        key, fields["target"] = "site_dangles", target
    elif target.parent != home.releases.resolve() or not _NAME.match(target.name):
        key, fields["target"] = "site_outside", target
    else:
        try:
            read(target)
        except ReleaseError:
            key, fields["target"] = "site_broken", target
        else:
            return None
    return message(f"report.verify.{key}", language, **fields)


def diff(before: Release, after: Release) -> tuple[FigureChange, ...]:
    """Give the figures that differ between two releases; the noise of a quotient is no difference."""
    old, new = _figures(before), _figures(after)
    changed = (
        FigureChange(*key, before=old.get(key), after=new.get(key))
        for key in sorted(old.keys() | new.keys())
        if not _is_same(old.get(key), new.get(key))
    )
    return tuple(changed)


def _is_same(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is after
    return math.isclose(before, after, rel_tol=_NOISE, abs_tol=_NOISE)


def verify(release: Release, language: Language = "vi") -> tuple[str, ...]:
    """Compare a release with its manifest, and its name with its content.

    Returns:
        What is missing, changed, cannot be read or is not part of it, and whether the name is another's.
    """
    found: dict[str, str | None] = dict(hashes(release.folder))
    found.pop(MANIFEST, None)
    problems = [("missing", name) for name in sorted(release.files.keys() - found.keys())]
    problems += [("extra", name) for name in sorted(found.keys() - release.files.keys())]
    problems += [
        ("unreadable" if found[name] is None else "changed", name)
        for name in sorted(found.keys() & release.files.keys())
        if found[name] != release.files[name]
    ]
    said = [message(f"report.verify.{key}", language, file=name) for key, name in problems]
    due = _due_name(release)
    if {release.folder.name, release.name} != {due}:
        said.append(message("report.verify.name", language, name=release.folder.name, due=due))
    return tuple(said)


def _due_name(release: Release) -> str:
    """Give the name that a release's number and the facts of its manifest come to.

    Raises:
        ReleaseError: the manifest cannot be read any more.
    """
    try:
        facts = json.loads((release.folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReleaseError("report.error.bad_manifest", folder=release.folder) from error
    number = release.name.partition("-")[0]
    return f"{number}-{_digest({key: fact for key, fact in facts.items() if key not in _UNHASHED})}"


def _digest(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(_as_json(facts)).hexdigest()[:_SHORT]


def _figures(release: Release) -> dict[tuple[str, str, str, str], float]:
    table = pq.read_table(release.folder / FIGURES)
    keys = (table[name].to_pylist() for name in ("indicator_code", "org_code", "period_code", "derivation"))
    rows = zip(*keys, table["value"].to_pylist(), strict=True)
    return {(i, unit, period, kind): value for i, unit, period, kind, value in rows if value is not None}


def _write_tables(warehouse: Path, queries: Mapping[str, str], folder: Path) -> None:
    with marts.open_warehouse(warehouse) as connection:
        for place, query in queries.items():
            table: pa.Table = connection.execute(query).to_arrow_table()
            (folder / place).parent.mkdir(exist_ok=True)
            pq.write_table(table, folder / place, compression="zstd")


def hashes(folder: Path) -> dict[str, str | None]:
    """Give the hash of each file of a folder by its path in it; None for one that cannot be read."""
    return {
        path.relative_to(folder).as_posix(): _hash(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() or path.is_symlink()
    }


def _hash(path: Path) -> str | None:
    try:
        return sha256_of(path)
    except OSError:
        return None


def _as_json(facts: Mapping[str, Any]) -> bytes:
    return (json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
