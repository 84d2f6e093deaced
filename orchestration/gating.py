"""Asking the publication gate about a database, and writing down that it passed.

What belongs here: what the gate is given, and what its word is worth. What does not: what it checks
(`reports.publication_gate`) and how it is shown (`checks.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.overlay import catalogue_of
from ingestion.storage.files import sha256_of
from ingestion.storage.home import Home
from ingestion.validations import store
from ingestion.validations.store import KeptResults, Validation
from ingestion.words.labels import Language
from orchestration import moment as moments
from orchestration import tokens
from orchestration.environment import code_version
from orchestration.tokens import Passed, Token
from reports import release as releases
from reports.database import in_words
from reports.publication_gate import PublicationFailure, PublicationReport

_EXPLAINED_BY_NOTE = {"nothing_shrank"}

Check = Callable[[Path, Path, Path | None, Catalogue], PublicationReport]
"""What checks a database: held against bronze and the figures that are up, by its forms and indicators."""


@dataclass(frozen=True)
class Word:
    """What the gate said.

    Attributes:
        failures: what stops the database.
        explained: what a note explains to readers.
        is_empty: whether nothing has been accepted yet.
        failed: how many things do not hold; of each check the first 20 are among the failures.
        lines: for each check how many of how many do not hold, some of them and what to do;
            by language.
        results: what became of what is kept of it to be shown.
    """

    failures: tuple[PublicationFailure, ...] = ()
    explained: tuple[PublicationFailure, ...] = ()
    is_empty: bool = False
    failed: int = 0
    lines: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)
    results: KeptResults = field(default_factory=KeptResults)


def gate(home: Home, database: Path, token: Token, check: Check, *, run: str, note: str, now: datetime) -> Word:
    """Check a database against the moment that it was built from; where it passes, its token says so.

    Raises:
        TokenError: the moment is kept no more.
        OutOfRoomError: memory or disk did not suffice for what is asked of the database.
    """
    place = moments.find(home, token.moment)
    if place is None:
        raise tokens.TokenError("token.no_moment")
    up = releases.current(home)
    # An office may change its forms and indicators meanwhile; those of the moment made these figures.
    catalogue = catalogue_of(place)
    with in_words(database):
        report = check(database, place.bronze, up.folder / releases.FIGURES if up else None, catalogue)
    found = Validation(store.PUBLICATION, now, report.results(), "publication", database=token.sha256)
    kept = KeptResults()
    kept.keep(home, found)
    explained = tuple(f for f in report.failures if note and f.check in _EXPLAINED_BY_NOTE)
    failures = tuple(f for f in report.failures if f not in explained)
    if not failures:
        passed = Passed(run, now, up.name if up else "", needs_note=bool(explained))
        tokens.with_gate(home, token, passed)
    told = replace(report, failures=failures)
    lines: dict[Language, tuple[str, ...]] = {"vi": tuple(told.lines("vi")), "en": tuple(told.lines("en"))}
    failed = sum(report.failed.get(check, 1) for check in {failure.check for failure in failures})
    return Word(failures, explained, report.is_empty, failed, lines, kept)


def token_of_published(home: Home, run: str, clock: Callable[[], datetime]) -> Token:
    """Give the token of the warehouse that is up; of one that has none, a new one without the gate's word.

    An older version built it, or a hand changed it. It is then held against the present moment: where more was
    filed since, the gate finds the difference and says so.

    Raises:
        TokenError: there is no warehouse.
    """
    token = tokens.of(home, home.warehouse)
    if token is not None and moments.find(home, token.moment) is not None:
        return token
    if not home.warehouse.is_file():
        raise tokens.TokenError("token.no_warehouse")
    moment = moments.take(home, run, clock, moments.published)
    new = Token(sha256_of(home.warehouse), "", moment, "", code_version())
    tokens.write(home, new)
    return new
