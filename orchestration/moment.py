"""The moment of a publication: ledger, registry and bronze as they stood at its start.

What belongs here: taking it, keeping it for the warehouse that was built from it, and what it says of itself.
What does not: building from it (`dbt.py`) and whether what was built may be published (`tokens.py`).

It looks like a state folder. Its place is the same in each run, since dbt parses everything anew when the
connection changes. Bronze is linked and not copied: its files are only ever replaced by a rename.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from ingestion import pipeline
from ingestion.bronze.reference import write_reference
from ingestion.chronicle.in_force import InForce, in_force, settle
from ingestion.chronicle.versions import own_contents
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.overlay import catalogue_of
from ingestion.landing.coverage import coverage_of
from ingestion.landing.ledger import Ledger
from ingestion.landing.state import LedgerState
from ingestion.storage.files import aside_of, private_folder, write_durably
from ingestion.storage.home import Home
from orchestration.lock import PATIENCE_SECONDS, writer_lock
from orchestration.own_files import demand_usable

_FILE = "moment.json"


@dataclass(frozen=True)
class Moment:
    """Which moment a warehouse shows.

    Attributes:
        id: the run that fixed it.
        at: when it was fixed.
        as_of: when the last submission, verdict or decision was recorded, which is never later than `at`; a
            report is as of that moment.
        submissions: what counted then.
        registry: the version of the registry with which it counted; blank where an older product fixed it, or
            what was in force was not recorded.
    """

    id: str
    at: datetime
    as_of: datetime
    submissions: tuple[str, ...]
    registry: str = ""


_MOMENT = TypeAdapter(Moment)


def taken(home: Home) -> Home:
    """Give the place of the moment that is being built from."""
    return Home(home.build / "snapshot")


def published(home: Home) -> Home:
    """Give the place of the moment that the warehouse which is up was built from."""
    return Home(home.build / "published")


def as_it_is(home: Home, _: datetime) -> InForce:
    """Give the registry that is in force, whether it was recorded or not."""
    return in_force(home)


def publishable(home: Home, now: datetime) -> InForce:
    """Give the registry that is in force, recorded and not refused, so that figures can name its version.

    Raises:
        RegistryError: it cannot be read.
        UnsoundRegistryError: rows do not fit one another.
        PastChangedError: it says otherwise than before of past days, and nobody said why.
        CatalogueError: a form or an indicator cannot be read.
        OSError: a file cannot be opened, or the version cannot be written.
    """
    found = settle(home, now)
    if found.refused is not None:
        raise found.refused
    return found


def take(
    home: Home,
    run: str,
    clock: Callable[[], datetime],
    place: Callable[[Home], Home] = taken,
    choose: Callable[[Home, datetime], InForce] = as_it_is,
) -> Moment:
    """Fix the moment: bronze is brought up to the ledger, then everything is kept as it stands.

    Intake and decisions wait for as long as that takes, which is the making of links. The moment is the one at
    which they wait: what came while this waited for them belongs to it, the registry and the office's own files
    as well as the ledger, and nothing that is recorded is later than it.

    Args:
        home: the state folder.
        run: the run that fixes it.
        clock: tells the time when it is fixed.
        place: where it is kept.
        choose: gives the registry to count with, under the lock of intake.

    Raises:
        WriterBusyError: a run of intake does not come to its end.
        DamagedOriginalsError: figures that count are in originals that are not what they were.
        RegistryError: the registry cannot be read.
        CatalogueError: a file of the office does not fit.
        LedgerError: the ledger is damaged or held for long.
    """
    target = place(home)
    private_folder(home.build)
    made = Home(aside_of(target.root))
    shutil.rmtree(made.root, ignore_errors=True)
    private_folder(made.root)
    try:
        with writer_lock(home, PATIENCE_SECONDS), Ledger(home.ledger).writing(PATIENCE_SECONDS):
            at = clock()
            chosen = choose(home, at)
            registry, catalogue = chosen.registry, _kept(chosen, made, home)
            pipeline.rebuild_bronze(pipeline.Office(home, registry, catalogue, lambda: at))
            private_folder(made.landing)
            if home.ledger.is_file():
                shutil.copyfile(home.ledger, made.ledger)
            shutil.copytree(home.bronze, made.bronze, copy_function=_link)
        pipeline.demand_originals(home, ledger=made.ledger)
        moment = _described(run, at, made, chosen, catalogue)
        shutil.rmtree(target.root, ignore_errors=True)
        made.root.rename(target.root)
    finally:
        shutil.rmtree(made.root, ignore_errors=True)
    return moment


def _kept(chosen: InForce, made: Home, home: Home) -> Catalogue:
    """Keep what the registry holds and the office's own files, and give what forms and indicators come of them.

    Own files that a release could not use are refused.
    """
    own = own_contents(home.registry) if chosen.own is None else chosen.own
    for name, content in {**chosen.tables, **own}.items():
        path = made.registry / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    catalogue = catalogue_of(made)
    demand_usable(catalogue)
    return catalogue


def _described(run: str, at: datetime, made: Home, chosen: InForce, catalogue: Catalogue) -> Moment:
    ledger = Ledger(made.ledger).replay()
    write_reference(made.bronze, chosen.registry, catalogue, coverage_of(ledger))
    shown = tuple(counting_submissions(ledger))
    moment = Moment(run, at, last_change(ledger) or at, shown, chosen.name)
    write_durably(made.root / _FILE, _MOMENT.dump_json(moment, indent=1) + b"\n")
    return moment


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # a disk without links
        shutil.copyfile(source, target)


def read(place: Home) -> Moment | None:
    """Give the moment that is kept at a place; None where there is none."""
    try:
        return _MOMENT.validate_json((place.root / _FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def find(home: Home, moment: Moment) -> Home | None:
    """Give the place where a moment is kept; None where it is kept no more."""
    return next((place for place in (published(home), taken(home)) if read(place) == moment), None)


def keep(home: Home) -> None:
    """Keep the moment that was built from as that of the warehouse which is up now."""
    shutil.rmtree(published(home).root, ignore_errors=True)
    taken(home).root.rename(published(home).root)


def counting_submissions(ledger: LedgerState) -> list[str]:
    """Give the submissions that count now: the newest accepted revision of each unit and period."""
    pairs = {(record.key.unit, record.key.period) for record in ledger.submissions.values()}
    counting = (ledger.effective(unit, period) for unit, period in pairs)
    return sorted(str(record.key) for record in counting if record is not None)


def last_change(ledger: LedgerState) -> datetime | None:
    """Give when the last submission, verdict or decision was recorded.

    The moment of the run itself would make another release of the same figures with each run.
    """
    moments = (
        moment
        for record in ledger.submissions.values()
        for moment in (
            record.receipt.at,
            record.verdict_at,
            *(decision.at for decision in record.decisions),
            *(recorded.at for recorded in record.coverages),
        )
    )
    return max((moment for moment in moments if moment is not None), default=None)
