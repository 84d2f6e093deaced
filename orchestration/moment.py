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
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.overlay import catalogue_of
from ingestion.definitions.registry import Registry, RegistryError, load_registry
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
    """

    id: str
    at: datetime
    as_of: datetime
    submissions: tuple[str, ...]


_MOMENT = TypeAdapter(Moment)


def taken(home: Home) -> Home:
    """Give the place of the moment that is being built from."""
    return Home(home.build / "snapshot")


def published(home: Home) -> Home:
    """Give the place of the moment that the warehouse which is up was built from."""
    return Home(home.build / "published")


def take(
    home: Home,
    run: str,
    clock: Callable[[], datetime],
    place: Callable[[Home], Home] = taken,
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
            registry, catalogue = _registry(made, home)
            pipeline.rebuild_bronze(pipeline.Office(home, registry, catalogue, lambda: at))
            private_folder(made.landing)
            if home.ledger.is_file():
                shutil.copyfile(home.ledger, made.ledger)
            shutil.copytree(home.bronze, made.bronze, copy_function=_link)
        pipeline.demand_originals(home, ledger=made.ledger)
        moment = _described(run, at, made, registry, catalogue)
        shutil.rmtree(target.root, ignore_errors=True)
        made.root.rename(target.root)
    finally:
        shutil.rmtree(made.root, ignore_errors=True)
    return moment


def _registry(made: Home, home: Home) -> tuple[Registry, Catalogue]:
    """Keep and read the registry and what lies in it; what is wrong with it is told of where people find it."""
    try:
        shutil.copytree(home.registry, made.registry)
        return _fitting(made)
    except (RegistryError, OSError):
        _fitting(home)
        raise


def _fitting(home: Home) -> tuple[Registry, Catalogue]:
    """Read the registry and what lies in it, and refuse own files that a release could not use."""
    registry, catalogue = load_registry(home.registry), catalogue_of(home)
    demand_usable(catalogue)
    return registry, catalogue


def _described(run: str, at: datetime, made: Home, registry: Registry, catalogue: Catalogue) -> Moment:
    write_reference(made.bronze, registry, catalogue)
    ledger = Ledger(made.ledger).replay()
    moment = Moment(run, at, last_change(ledger) or at, tuple(counting_submissions(ledger)))
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
        for moment in (record.receipt.at, record.verdict_at, *(decision.at for decision in record.decisions))
    )
    return max((moment for moment in moments if moment is not None), default=None)
