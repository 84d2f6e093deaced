"""When runs last succeeded, by job, whoever started them.

What belongs here: keeping that, privately, beside the alerts. What does not: what follows from it
(`quality.py`).
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from ingestion.storage.files import private_folder, write_durably
from ingestion.storage.home import Home

_NAME = ".successes"
_WHOLE = "inbox_to_release"
TAKING_IN = frozenset({"intake", _WHOLE})
PUBLISHING = frozenset({"publication", "publish_release", _WHOLE})
"""The jobs by whose success it is seen that reports are answered, and that figures go up."""


@dataclass(frozen=True)
class Successes:
    """What is known of runs that succeeded.

    Attributes:
        since: since when it is kept; of earlier runs nothing is known.
        jobs: when each job last succeeded.
    """

    since: AwareDatetime
    jobs: Mapping[str, AwareDatetime] = field(default_factory=dict)

    @property
    def last_taking_in(self) -> datetime:
        """When reports were last taken in; where that is not known, since when they could have been."""
        return self._last_of(TAKING_IN) or self.since

    @property
    def last_publishing(self) -> datetime | None:
        """When figures were last published; None where that was never done, which is no standstill."""
        return self._last_of(PUBLISHING)

    def _last_of(self, jobs: Collection[str]) -> datetime | None:
        return max((at for job, at in self.jobs.items() if job in jobs), default=None)


_KEPT = TypeAdapter(Successes)


def successes_of(home: Home, now: datetime) -> Successes:
    """Give what is known of runs that succeeded; the first call begins to keep it.

    Where it cannot be read any more, it begins anew. What a clock that was ahead left behind counts as now, and
    is kept as that: else nobody would hear of a standstill until then.
    """
    path = home.outbox / _NAME
    try:
        known = _KEPT.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return _write(home, Successes(now))
    past = Successes(min(known.since, now), {job: min(at, now) for job, at in known.jobs.items()})
    return known if past == known else _write(home, past)


def note_success(home: Home, job: str, at: datetime, now: datetime | None = None) -> None:
    """Keep that a job succeeded, also where that is heard of later than it happened."""
    known = successes_of(home, now or at)
    if job not in known.jobs or known.jobs[job] < at:
        _write(home, Successes(known.since, {**known.jobs, job: at}))


def _write(home: Home, known: Successes) -> Successes:
    # Where nothing can be written, what succeeded has succeeded all the same.
    with suppress(OSError):
        private_folder(home.outbox)
        write_durably(home.outbox / _NAME, _KEPT.dump_json(known))
    return known
