"""What is wrong in how bodies begin, stand under one another, follow one another and end.

What belongs here: `organisations.csv` and `successions.csv`, each row against the others. What does not: how
rows are written (`registry_files.py`), and what is said of bodies elsewhere (`registry_plans.py`).
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from operator import attrgetter

from ingestion.definitions.registry_files import Placed, RegistryError, RegistryFiles
from ingestion.definitions.registry_rows import Organisation, Succession
from ingestion.words.writing import rounded

_NO_FILE_NAME = re.compile(
    r"""[<>:"/\\|?*\x00-\x1f] | ^[.\ ] | [.\ ]$ | ^(con|prn|aux|nul|com\d|lpt\d)(\.|$)""",
    re.IGNORECASE | re.VERBOSE,
)
"""What a name of a file or folder must not have on one system or another."""

_DAY = timedelta(days=1)
_ROUNDED = 1e-6
"""By what shares that were rounded may miss the whole."""

_ENDING = {"merge", "rename", "dissolve"}
"""Events after which the predecessor is no more, where it does not say that a part of it alone went."""


class Lives:
    """The versions of each body, oldest first, with their places."""

    def __init__(self, files: RegistryFiles) -> None:
        """Take the files of a registry."""
        self._files = files

    @cached_property
    def versions(self) -> Mapping[str, Sequence[Placed[Organisation]]]:
        """Versions by code."""
        found: dict[str, list[Placed[Organisation]]] = defaultdict(list)
        for placed in self._files.of("organisations"):
            found[placed.row.org_code].append(placed)
        return {code: sorted(rows, key=lambda one: one.row.valid_from) for code, rows in found.items()}

    def on(self, code: str, day: date) -> Placed[Organisation] | None:
        """Give the version of a body on a day."""
        return next((one for one in self.versions.get(code, ()) if one.row.is_active(day)), None)

    def last_day(self, code: str) -> date | None:
        """Give the last day of a body; None where it has no end."""
        ends = [one.row.valid_to for one in self.versions[code]]
        return None if None in ends else max(end for end in ends if end is not None)

    def first_day_without(self, code: str, since: date, until: date | None) -> date | None:
        """Give the first day of an interval on which a body was not there; None if it always was."""
        day = since
        while (version := self.on(code, day)) is not None:
            end = version.row.valid_to
            if end is None or (until is not None and end >= until):
                return None
            day = end + _DAY
        return day


def codes(files: RegistryFiles) -> Iterator[RegistryError]:
    """Codes of reporting units name folders and pages, so they are usable as such and differ."""
    folders: dict[str, Placed[Organisation]] = {}
    for at in files.of("organisations"):
        row = at.row
        if not row.files_reports:
            continue
        if _NO_FILE_NAME.search(row.org_code):
            yield files.wrong("organisations", at, "code", "org_code", code=repr(row.org_code))
        twin = folders.setdefault(row.org_code.casefold(), at)
        if twin.row.org_code != row.org_code:
            yield files.wrong(
                "organisations",
                at,
                "twins",
                "org_code",
                code=row.org_code,
                twin=twin.row.org_code,
                other=twin.number,
            )


def parents_known(files: RegistryFiles) -> Iterator[RegistryError]:
    """Whom a body stands under is listed."""
    for at in files.of("organisations"):
        if (parent := at.row.parent_code) and parent not in files.bodies:
            yield files.wrong("organisations", at, "parent", "parent_code", code=at.row.org_code, parent=parent)


def versions_overlap(files: RegistryFiles) -> Iterator[RegistryError]:
    """A body has one version on a day."""
    for code, versions in Lives(files).versions.items():
        for older, newer in pairwise(versions):
            if older.row.valid_to is None or older.row.valid_to >= newer.row.valid_from:
                yield files.wrong(
                    "organisations",
                    newer,
                    "overlap",
                    "valid_from",
                    other=older.number,
                    code=code,
                    day=newer.row.valid_from,
                )


def versions_meet(files: RegistryFiles) -> Iterator[RegistryError]:
    """A version does not end before it begins, and the next one begins on the day after it."""
    for code, versions in Lives(files).versions.items():
        for at in versions:
            end = at.row.valid_to
            if end is not None and end < at.row.valid_from:
                yield files.wrong(
                    "organisations", at, "backwards", "valid_to", code=code, first=at.row.valid_from, last=end
                )
        for older, newer in pairwise(versions):
            end = older.row.valid_to
            if end is not None and older.row.valid_from <= end < newer.row.valid_from - _DAY:
                yield files.wrong(
                    "organisations",
                    newer,
                    "gap",
                    "valid_from",
                    code=code,
                    other=older.number,
                    last=end,
                    first=newer.row.valid_from,
                )


def parents_live(files: RegistryFiles) -> Iterator[RegistryError]:
    """A body is under another one, which lives as long as that is said of it, and never under itself."""
    lives = Lives(files)
    for at in files.of("organisations"):
        row: Organisation = at.row
        if row.parent_code == row.org_code:
            yield files.wrong("organisations", at, "own_parent", "parent_code", code=row.org_code)
            continue
        if row.parent_code not in lives.versions:  # none, or told by `parents_known`
            continue
        missing = lives.first_day_without(row.parent_code, row.valid_from, row.valid_to)
        if missing is not None:
            yield files.wrong(
                "organisations",
                at,
                "parent_gone",
                "parent_code",
                code=row.org_code,
                parent=row.parent_code,
                day=missing,
            )
        elif chain := _circle(lives, at):
            yield files.wrong(
                "organisations",
                at,
                "circle",
                "parent_code",
                code=row.org_code,
                chain=" → ".join(chain),
                day=row.valid_from,
            )


def _circle(lives: Lives, at: Placed[Organisation]) -> list[str]:
    """Give the way from a body up to itself on its version's first day; nothing where it ends at a root.

    A circle exists from the day on which the youngest of its versions begins, so that one of them finds it.
    """
    day, chain = at.row.valid_from, [at.row.org_code]
    above: Placed[Organisation] | None = at
    while above is not None and above.row.parent_code:
        chain.append(above.row.parent_code)
        if above.row.parent_code == at.row.org_code:
            return chain
        if len(set(chain)) < len(chain):  # a circle further up, told of where it is
            return []
        above = lives.on(above.row.parent_code, day)
    return []


def successions_known(files: RegistryFiles) -> Iterator[RegistryError]:
    """An event names bodies that are listed, two different ones, each pair once."""
    for at in files.of("successions"):
        row: Succession = at.row
        for column in ("predecessor_code", "successor_code"):
            code = getattr(row, column)
            if code not in files.bodies and (code or column == "predecessor_code"):
                yield files.wrong("successions", at, "unknown_body", column, code=code)
        if row.has_heir and not row.successor_code:
            yield files.wrong("successions", at, "no_successor", "successor_code", event=row.event_type)
        if row.has_heir and row.predecessor_code == row.successor_code:
            yield files.wrong("successions", at, "own_successor", "successor_code", code=row.successor_code)
    what = attrgetter("predecessor_code", "successor_code", "event_type", "effective_on")
    for at, first in files.repeated("successions", what):
        yield files.wrong("successions", at, "event_twice", other=first)


def successions_meet(files: RegistryFiles) -> Iterator[RegistryError]:
    """A predecessor ends on the day before the event, and its successor is there on the day of it."""
    lives = Lives(files)
    for at in files.of("successions"):
        row: Succession = at.row
        if row.predecessor_code not in lives.versions:
            continue
        day, eve = row.effective_on, row.effective_on - _DAY
        last = lives.last_day(row.predecessor_code)
        ends = row.event_type in _ENDING and row.share in (None, 1.0)
        if lives.on(row.predecessor_code, eve) is None:
            yield files.wrong(
                "successions",
                at,
                "predecessor_gone",
                "effective_on",
                code=row.predecessor_code,
                day=eve,
                effective=day,
            )
        elif ends and last != eve:
            yield files.wrong(
                "successions",
                at,
                "lives_on",
                "effective_on",
                code=row.predecessor_code,
                event=row.event_type,
                day=eve,
                effective=day,
            )
        successor = row.successor_code
        if successor in lives.versions and lives.on(successor, day) is None:
            yield files.wrong(
                "successions", at, "successor_absent", "effective_on", code=successor, effective=day
            )


def shares(files: RegistryFiles) -> Iterator[RegistryError]:
    """What goes from a body on a day is one whole, or parts that make one where the body ends with it."""
    lives = Lives(files)
    events: dict[tuple[str, date], list[Placed[Succession]]] = defaultdict(list)
    for at in files.of("successions"):
        row: Succession = at.row
        if row.share is not None and not 0 < row.share <= 1:
            yield files.wrong("successions", at, "share", "share", share=row.share)
        elif row.share is None and row.event_type == "split":
            yield files.wrong("successions", at, "no_share", "share", code=row.predecessor_code)
        elif row.has_heir:
            events[row.predecessor_code, row.effective_on].append(at)
    for (code, day), rows in events.items():
        given = [1.0 if at.row.share is None else at.row.share for at in rows]
        total, last = sum(given), rows[-1]
        has_ended = code in lives.versions and lives.on(code, day) is None
        if len(rows) > 1 and 1.0 in given:
            whole = rows[given.index(1.0)]
            at, other = (last, whole) if last is not whole else (whole, rows[0])
            yield files.wrong("successions", at, "two_wholes", "share", code=code, other=other.number, day=day)
        elif total > 1 + _ROUNDED or (has_ended and total < 1 - _ROUNDED):
            said = rounded(total, 4).normalize()  # as the file writes shares, with a point
            yield files.wrong("successions", last, "shares", "share", code=code, total=said, day=day)
        elif len(rows) > 1 and total > 1 - _ROUNDED and not has_ended and code in lives.versions:
            yield files.wrong(
                "successions",
                last,
                "lives_on",
                "effective_on",
                code=code,
                event=last.row.event_type,
                day=day - _DAY,
                effective=day,
            )
