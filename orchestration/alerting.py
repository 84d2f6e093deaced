"""Alerts at the edge: what is written when, and emptying the outbox.

What belongs here: collecting what follows from the state folder, and from runs that end. What does not: which
events become which alerts, and the outbox (`ingestion.alerts`); why a run stopped (`failing.py`); channels
(`ingestion/alerts/channels.py`); when it happens (`sensors.py`, `schedules.py`, the commands).

An alarm needs nothing of what it is the alarm of: where the registry, a form or the ledger cannot be read, what
failed is written all the same, and goes to the last contacts that could be read.
"""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ingestion.alerts import conditions, directory, quality
from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.alerts.channels import MAIL_SERVER_VARIABLE, Channels
from ingestion.alerts.deadlines import deadline_alerts
from ingestion.alerts.delivery import DeliveryReport, Send, deliver, is_due
from ingestion.alerts.directory import Directory
from ingestion.alerts.measures import Filings
from ingestion.alerts.outbox import Outbox
from ingestion.alerts.successes import note_success, successes_of
from ingestion.alerts.thresholds import InForce, Thresholds, in_force
from ingestion.alerts.watches import OF_FILINGS
from ingestion.alerts.wording import PAGE
from ingestion.chronicle.versions import Version
from ingestion.definitions.overlay import catalogue_of
from ingestion.definitions.registry import Registry
from ingestion.landing.events import LedgerError
from ingestion.landing.ledger import Ledger
from ingestion.pipeline import write_alerts
from ingestion.records.days import day_of
from ingestion.storage.files import LockedError
from ingestion.storage.home import Home
from ingestion.upkeep.landing_state import is_registry_lost
from ingestion.validations.store import KeptResults
from ingestion.words.labels import LANGUAGES, CatalogueError
from orchestration import failing
from orchestration.environment import page_address
from orchestration.lock import PUBLISHING
from orchestration.own_files import demand_usable
from orchestration.standing import LostLedgerError, demand_whole
from reports import release as releases

if TYPE_CHECKING:
    from reports.release import Release

_REGISTRY, _CATALOGUE, _LEDGER, _THRESHOLDS = "registry", "catalogue", "ledger", "thresholds"
"""Stand for a job where one of them cannot be read: no run can succeed, or other thresholds hold than meant."""

_RESULTS = "results"
"""Stands for a job where results of checks cannot be kept: alone for all, before a place for those of it."""

_DELIVERY = "deliver_alerts"
_MENDS = {
    "intake": frozenset({"intake"}),
    "publication": PUBLISHING,
    "publish_release": frozenset({"publish_release"}),
    "inbox_to_release": PUBLISHING | {"intake"},
    _DELIVERY: frozenset({_DELIVERY}),
}
"""Of which jobs' failures the success of a job is the end. To publish again what is up does not make new
figures pass that were refused."""


def collect(home: Home, registry: Registry, thresholds: Thresholds, now: datetime) -> None:
    """Write every alert that follows from ledger and calendar and is not in the outbox yet.

    What needs no form is written also where the forms cannot be read.

    Raises:
        LostLedgerError: the ledger was lost, and every unit would be told that it owes what it filed.
        LedgerError: the ledger is damaged.
        CatalogueError: a form or an indicator cannot be read.
        OSError: the system refuses a file.
    """
    with _told(home, _LEDGER, now):
        demand_whole(home)
        state = Ledger(home.ledger).replay()
    write_alerts(home, registry, state, now)
    _end(home, frozenset({_LEDGER}), now)
    with _told(home, _CATALOGUE, now):
        catalogue = catalogue_of(home)
    outbox = Outbox(home.outbox)
    since = outbox.open(now)
    outbox.add(deadline_alerts(registry, catalogue, state, now, since))
    filings = Filings(state, registry, catalogue, now, since)
    _stand(outbox, OF_FILINGS, quality.filing_alerts(filings, thresholds), now)
    # Rules and sections are told of by the runs that need them.
    with suppress(CatalogueError):
        demand_usable(catalogue)
        _end(home, frozenset({_CATALOGUE}), now)


@contextmanager
def _told(home: Home, what: str, now: datetime) -> Iterator[None]:
    """Write the alert of what cannot be read, before that is raised."""
    try:
        yield
    except (LostLedgerError, LedgerError, CatalogueError, OSError) as error:
        failed(home, Place(what, what), failing.of_error(error, home), now)
        raise


@dataclass(frozen=True)
class Look:
    """What looking for alerts came to.

    Attributes:
        directory: whom they reach.
        thresholds: what shares were held against.
        trouble: why not all could be found; what is known goes out all the same.
    """

    directory: Directory
    thresholds: InForce
    trouble: Exception | None


def look(home: Home, now: datetime) -> Look:
    """Write every alert that can be found now, and that of what keeps others from being found.

    Whatever that is, also a fault of the product, is given and not raised: what waits goes out first.
    """
    found, thresholds = watch(home, now), _thresholds(home, now)
    _watch_runs(home, found.registry, thresholds.thresholds, now)
    trouble: Exception | None = found.error
    if trouble is None:
        try:
            collect(home, found.registry, thresholds.thresholds, now)
        except Exception as error:
            trouble = error
    return Look(found, thresholds, trouble)


def _thresholds(home: Home, now: datetime) -> InForce:
    """Give the thresholds that hold; where the office's own cannot be used, that is told, and its end noted."""
    found = in_force(home)
    if found.error is None:
        _end(home, frozenset({_THRESHOLDS}), now)
    else:
        said: failing.Told = {language: found.trouble(language) for language in LANGUAGES}
        stop = failing.Stop(str(found.error), said, about=_THRESHOLDS)
        failed(home, Place(_THRESHOLDS, _REGISTRY), stop, now)
    return found


def _watch_runs(home: Home, registry: Registry, thresholds: Thresholds, now: datetime) -> None:
    """Write and close the alerts of a time without a run that succeeded, and of channels that fail."""
    outbox = Outbox(home.outbox)
    idle = quality.idle_alerts(successes_of(home, now), thresholds, now)
    _stand(outbox, frozenset({Kind.NO_SUCCESS}), idle, now)
    failing_channels = quality.delivery_alerts(outbox.read()[0], registry, thresholds, now)
    _stand(outbox, frozenset({Kind.DELIVERY_FAILED}), failing_channels, now)


def _stand(outbox: Outbox, kinds: Collection[str], found: Sequence[Alert], now: datetime) -> None:
    """Write what stands and is not told yet, and close what stands no more."""
    conditions.begin(outbox, found)
    standing = {(alert.kind, alert.condition) for alert in found}
    with suppress(LockedError):
        conditions.end(
            outbox, lambda a: a.kind in kinds and (a.kind, conditions.condition_of(a)) not in standing, now
        )


def watch(home: Home, now: datetime) -> Directory:
    """Give whom alerts reach now; where the registry cannot be used, that is told, and its end noted.

    Of one that is refused while another version is in force it is told as of one that cannot be read, once.
    """
    found = directory.directory_of(home)
    place = Place(_REGISTRY, _REGISTRY)
    if found.error is None:
        directory.keep(home, found)
    elif home.registry.is_dir() or is_registry_lost(home):
        failed(home, place, failing.of_error(found.error, home), now)
    if found.refused is not None:
        stop = failing.of_error(found.refused, home)
        failed(
            home, place, replace(stop, was="registry" if found.fallback else "unsound"), now, up=found.fallback
        )
    elif found.error is None:
        _end(home, frozenset({_REGISTRY}), now)
    return found


def results_kept(home: Home, results: KeptResults, step: str, now: datetime) -> list[failing.Told]:
    """Write the alert of results of checks that cannot be kept, and note the end of it where they are.

    Returns:
        What is wrong, each once.
    """
    if results.places:
        _end(home, frozenset({_RESULTS, *(f"{_RESULTS} {place}" for place in results.places)}), now)
    said: list[failing.Told] = []
    for place, error in results.errors.items():
        stop = failing.of_error(error, home)
        is_of_all = isinstance(error, OSError) and str(error.filename) == str(home.validations)
        failed(
            home, Place("", step), replace(stop, about=_RESULTS if is_of_all else f"{_RESULTS} {place}"), now
        )
        said += [stop.said] if stop.said not in said else []
    return said


CHOSEN = "selection"
"""Stands for a job where somebody chose assets and checks on Dagster's page."""


@dataclass(frozen=True)
class Covered:
    """What a run covers.

    Attributes:
        job: the job; `selection` where that was not run as a whole.
        parts: assets, and checks as `asset:check`; none in a job that is of no assets.
        jobs: the jobs of which that is the whole.
    """

    job: str
    parts: frozenset[str] = frozenset()
    jobs: frozenset[str] = frozenset()

    @classmethod
    def whole(cls, job: str, parts: frozenset[str] = frozenset()) -> "Covered":
        """Give what a run of a whole job covers."""
        return cls(job, parts, frozenset({job}))


@dataclass(frozen=True)
class Place:
    """Where a run stopped.

    Attributes:
        job: what was run; the next success of it is the end of the failure.
        step: the asset, check or other step; blank where that is not known.
        run: the id of the run; blank where none came into being.
        parts: what was run where that was no whole job; the next success of all of it is the end.
    """

    job: str
    step: str
    run: str = ""
    parts: Collection[str] = ()


def failed(
    home: Home,
    place: Place,
    stop: failing.Stop,
    now: datetime,
    at: datetime | None = None,
    *,
    up: Version | None = None,
) -> None:
    """Write the alert of a run that failed, once for each job and cause while it stands, whoever tells of it.

    Of what has to be whole for all jobs it is written once for all of them.

    Args:
        home: the state folder.
        place: where it stopped.
        stop: why.
        now: the moment that counts as now.
        at: when it stopped, where that is heard of later.
        up: the version of the registry that is in force instead of a refused one.
    """
    outbox = Outbox(home.outbox)
    outbox.open(now)
    if place.run and any(entry.alert.facts.get("run") == place.run for entry in outbox.read()[0]):
        return
    job = stop.about or place.job
    parts = sorted(place.parts) if job == CHOSEN else []
    condition = "\0".join([job, *parts, stop.condition])
    about, was = stop.about.partition(" ")[0], "told" if place.step else "broken_off"
    facts = {
        "was": stop.was or (about if about in (_THRESHOLDS, _RESULTS) else was),
        "run": place.run,
        "job": job,
        "parts": parts,
        "cause": stop.condition,
        "step": place.step,
        "said": stop.said,
        "samples": list(stop.samples),
        "sampled": stop.count,
        **({"version": up.name, "since": up.at.isoformat()} if up else {}),
        **_up(home),
    }
    alert = Alert(Kind.RUN_FAILED, "", at or now, Role.DATA_TEAM, facts=facts, condition=condition)
    conditions.begin(outbox, [alert])


def succeeded(
    home: Home, ran: Covered, now: datetime, at: datetime | None = None, failed_since: Collection[Covered] = ()
) -> None:
    """Note that a run succeeded, and close the alerts of failures of which it is the end.

    That alerts were delivered, every morning, is no sign that anything was taken in or published, and ends no
    failure of a command; nor is a choice of assets that is no whole job.

    Args:
        home: the state folder.
        ran: what the run covered.
        now: the moment that counts as now.
        at: when it succeeded, where that is heard of later; it is no end of what failed since.
        failed_since: what runs covered that failed since.
    """
    mended: frozenset[str] = frozenset().union(*(_MENDS.get(job, ()) for job in ran.jobs))
    for job in sorted(ran.jobs - {_DELIVERY}):
        note_success(home, job, at or now, now)
        mended |= {""}
    again = [(failed.job, sorted(failed.parts) if failed.job == CHOSEN else []) for failed in failed_since]

    def is_newer(alert: Alert) -> bool:
        # What is dated after now was told by a clock that was ahead, and says nothing of the order.
        is_since = at is not None and at < alert.at <= now
        return is_since or (alert.facts.get("job"), alert.facts.get("parts", [])) in again

    _end(home, mended, now, ran.parts, is_newer)


def _end(
    home: Home,
    jobs: frozenset[str],
    now: datetime,
    parts: frozenset[str] = frozenset(),
    is_newer: Callable[[Alert], bool] = lambda _: False,
) -> None:
    def is_over(alert: Alert) -> bool:
        job, chosen = alert.facts.get("job"), alert.facts.get("parts", [])
        is_covered = bool(chosen) and parts.issuperset(chosen)
        return alert.kind is Kind.RUN_FAILED and (job in jobs or is_covered) and not is_newer(alert)

    # Where a delivery goes on for long, the next success closes what this one does not.
    with suppress(LockedError):
        conditions.end(
            Outbox(home.outbox),
            is_over,
            now,
            is_news=lambda a: a.facts.get("cause") == failing.KILLED,
        )


def _up(home: Home) -> dict[str, Any]:
    """Give the release that is up; nothing where there is none, or none that can be read."""
    with suppress(releases.ReleaseError, OSError, ValueError):
        if (up := releases.current(home)) is not None:
            return {"release": up.name, "release_day": day_of(datetime.fromisoformat(up.as_of)).isoformat()}
    return {}


def release_published(home: Home, release: "Release", before: "Release | None", now: datetime) -> None:
    """Write the alert of a release, once a release, with its note and the release it may be compared with."""
    facts = {"release": release.name, "note": release.note}
    if before is not None:
        facts |= {"previous": before.name, "was": "later"}
    outbox = Outbox(home.outbox)
    outbox.open(now)
    outbox.add([Alert(Kind.RELEASE_PUBLISHED, release.name, now, Role.DATA_TEAM, facts=facts)])


def due_alerts(home: Home, registry: Registry, now: datetime) -> list[str]:
    """Give the alerts of which something is to be sent now: their ids, each with how often that was tried."""
    due = [entry for entry in Outbox(home.outbox).read()[0] if is_due(entry, registry, now)]
    return [f"{entry.alert.id} {sum(d.attempts for d in entry.deliveries.values())}" for entry in due]


def empty_outbox(
    home: Home, registry: Registry, now: datetime, send: Send | None = None, *, is_retrying: bool = False
) -> DeliveryReport:
    """Send what waits and is due; what failed as well, at once, where somebody asks for it.

    Raises:
        LockedError: another process is delivering.
    """
    channels = Channels(os.environ.get(MAIL_SERVER_VARIABLE, ""), home.mailboxes)
    outbox = Outbox(home.outbox)
    page = page_address() or PAGE
    return deliver(outbox, registry, home.returns, now, send or channels, is_retrying=is_retrying, page=page)
