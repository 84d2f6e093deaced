"""Whether a state folder may be written to: ledger and versions must hold what landing and releases rest on.

What belongs here: asking that with the newest release, and the words of the refusal. What does not: what is
compared (`ingestion.upkeep.landing_state`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.chronicle.versions import Chronicle
from ingestion.landing.ledger import Ledger
from ingestion.records.mendable import MendableError
from ingestion.storage.home import Home
from ingestion.upkeep.landing_state import SHOWN, LandingState, examine_home
from ingestion.words.labels import Language
from ingestion.words.messages import message
from reports.release import newest_readable


class LostLedgerError(MendableError):
    """The ledger does not hold what landing and releases rest on; the message says what and the remedy."""

    is_refusal = True
    about = "ledger"


@dataclass(frozen=True)
class Standing:
    """How a state folder stands.

    Attributes:
        landing: what is amiss between ledger, originals and the newest release.
        release: the release against which it was held; blank where there is none that can be read.
        unreadable: newer releases whose manifest cannot be read, newest first.
        lost_version: the version of the registry that the release names and that is not known; blank where it
            is, or where the release names none.
    """

    landing: LandingState
    release: str
    unreadable: tuple[str, ...]
    lost_version: str = ""

    def refusal(self, language: Language = "vi") -> str:
        """Say why nothing may be written; blank where it may."""
        found = self.landing
        if found.is_ledger_lost:
            return message("landing.ledger.lost", language, originals=found.originals)
        if found.missing:
            return message(
                "landing.ledger.shorter",
                language,
                count=len(found.missing),
                release=self.release,
                names=_named(found.missing),
            )
        if self.lost_version:
            fields = {"release": self.release, "known": self.lost_version}
            return message("landing.ledger.version_lost", language, **fields)
        return ""

    def notes(self, language: Language = "vi") -> list[str]:
        """Say what is amiss and holds nothing up."""
        said = []
        if without := self.landing.without_receipt:
            said.append(said_of_orphans(without, language))
        if self.unreadable:
            said.append(message("landing.ledger.bad_manifest", language, names=_named(self.unreadable)))
        return said


def standing(home: Home) -> Standing:
    """Look at ledger, originals and the newest release of a state folder.

    Raises:
        LedgerError: the ledger itself is damaged.
        ChronicleError: the log of the registry's versions is damaged.
    """
    newest, unreadable = newest_readable(home)
    pinned = newest.submissions if newest else ()
    found = examine_home(home, Ledger(home.ledger).replay(), pinned)
    named = newest.registry if newest else ""
    is_known = not named or named in {version.name for version in Chronicle(home).versions()}
    return Standing(found, newest.name if newest else "", unreadable, "" if is_known else named)


def demand_whole(home: Home, language: Language = "vi") -> Standing:
    """Give how a state folder stands, if it may be written to.

    Raises:
        LostLedgerError: its ledger is lost, or ledger or versions of the registry lack what the newest release
            names.
        LedgerError: the ledger itself is damaged.
        ChronicleError: the log of the registry's versions is damaged.
    """
    found = standing(home)
    if refusal := found.refusal(language):
        raise LostLedgerError(refusal)
    return found


def said_of_orphans(files: Sequence[str], language: Language = "vi") -> str:
    """Name originals of which the ledger has no receipt."""
    return message("landing.ledger.without_receipt", language, count=len(files), names=_named(files))


def _named(names: Sequence[str]) -> str:
    more = ", …" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
