"""Whether ledger and originals still belong together, before anything is built on them.

What belongs here: what the ledger must know, held against what is kept and what was published. What does not:
whether an original's bytes are unchanged (`landing/originals.py`), a line that is no event
(`landing/ledger.py`), and releases, which are told here by the names that they pin.

A ledger that was lost or cut back looks like the ledger of a new state folder. To run on it would judge anew
what was judged, forget decisions, and tell every unit that it owes what it filed.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ingestion.landing.inbox import waiting
from ingestion.landing.originals import Landing, hash_of
from ingestion.landing.state import LedgerState
from ingestion.storage.home import Home

SHOWN = 5
"""How many names a sentence gives."""


@dataclass(frozen=True)
class LandingState:
    """What is amiss between ledger, originals and what was published.

    Attributes:
        originals: how many originals are kept.
        without_receipt: originals of which the ledger knows nothing, below the state folder. A process that was
            killed between keeping a file and writing its receipt leaves one; its file waits in the inbox still.
        is_ledger_lost: whether there are originals, and no receipt of any.
        missing: submissions that a release shows and that the ledger does not know as accepted.
    """

    originals: int
    without_receipt: tuple[str, ...]
    is_ledger_lost: bool
    missing: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether a run may go on."""
        return not (self.is_ledger_lost or self.missing)


def examine(
    kept: Iterable[str], state: LedgerState, pinned: Collection[str], arriving: Collection[str] = ()
) -> LandingState:
    """Hold the ledger against what is kept and what was published.

    Args:
        kept: the originals, below the state folder.
        state: what the ledger says.
        pinned: the submissions that the newest release shows.
        arriving: hashes of what waits in the inbox; such an original may wait for its receipt.
    """
    kept = sorted(kept)
    known = {record.sha256 for record in state.submissions.values()}
    without = tuple(file for file in kept if _sha256(file) not in known)
    return LandingState(
        originals=len(kept),
        without_receipt=without,
        is_ledger_lost=not known and any(_sha256(file) not in arriving for file in without),
        missing=tuple(sorted(name for name in pinned if not _was_accepted(state, name))),
    )


def examine_home(home: Home, state: LedgerState, pinned: Collection[str]) -> LandingState:
    """Do the same for a state folder.

    Raises:
        OSError: a folder cannot be looked into.
    """
    kept = [path.relative_to(home.root).as_posix() for path in Landing(home).originals()]
    is_new = not state.submissions
    return examine(kept, state, pinned, _arriving(home) if kept and is_new else ())


def is_registry_lost(home: Home) -> bool:
    """Whether a state folder holds reports but no registry; an example in its place would judge them wrong."""
    try:
        if home.registry.is_dir() and any(home.registry.iterdir()):
            return False
    except PermissionError:  # it is there, and nobody can look into it
        return False
    has_events = home.ledger.is_file() and home.ledger.stat().st_size > 0
    return has_events or bool(Landing(home).originals())


def _was_accepted(state: LedgerState, name: str) -> bool:
    record = state.submissions.get(name)
    return record is not None and record.was_accepted


def _sha256(file: str) -> str:
    return Path(file).stem


def _arriving(home: Home) -> set[str]:
    """Give the hashes of what waits in the inbox, each as it would be kept."""
    hashes = set()
    for file in waiting(home):
        with suppress(OSError):  # what cannot be read now explains nothing
            hashes.add(hash_of(file.path))
    return hashes
