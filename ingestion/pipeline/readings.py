"""What landed workbooks hold, read once.

What belongs here: which readings are kept in memory. What does not: reading (`reading/`) and what is done with
what a workbook holds.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingestion.catalogue import Catalogue
from ingestion.landing import Landing
from ingestion.ledger import SubmissionRecord
from ingestion.reading.many import MANY, Read, Source, read_many, read_safely
from ingestion.submissions import Submission

_KEPT_READINGS = 400


class Readings:
    """The newest readings of landed files, so that judging does not read again what landing has just read."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[tuple[str, str], tuple[Catalogue, Read]] = OrderedDict()

    def get(self, path: Path, sha256: str, name: str, catalogue: Catalogue) -> Read:
        """Give what a file holds, and what went wrong in the program while it was read."""
        key = (sha256, name)
        if not self._knows(key, catalogue):
            self._keep(key, catalogue, read_safely(path, catalogue, name))
        self._kept.move_to_end(key)
        return self._kept[key][1]

    def ahead(self, sources: Sequence[Source], catalogue: Catalogue) -> Iterator[None]:
        """Read files that are about to be asked for: one step of this iterator before each.

        Few files are left to `get`, and so is a file that changes while it is read.
        """
        if len(sources) < MANY:
            yield from (None for _ in sources)
            return
        for source, read in zip(sources, read_many(sources, catalogue), strict=True):
            if read.sha256:
                self._keep((read.sha256, source.name), catalogue, read)
            yield

    def submissions(
        self, landing: Landing, records: Sequence[SubmissionRecord], catalogue: Catalogue
    ) -> Iterator[Submission]:
        """Give landed submissions with what they hold, in their order."""
        unread = [r for r in records if not self._knows((r.sha256, r.original_name), catalogue)]
        ahead = self.ahead([Source(landing.path(r.file), r.original_name) for r in unread], catalogue)
        awaited = {r.sha256 for r in unread}
        for record in records:
            if record.sha256 in awaited:
                next(ahead, None)
            yield self.submission(landing, record, catalogue)

    def submission(self, landing: Landing, record: SubmissionRecord, catalogue: Catalogue) -> Submission:
        """Give a landed submission with what it holds."""
        read = self.get(landing.path(record.file), record.sha256, record.original_name, catalogue)
        return Submission(record.key, record.sha256, record.received_at, read.reading)

    def _knows(self, key: tuple[str, str], catalogue: Catalogue) -> bool:
        return key in self._kept and self._kept[key][0] is catalogue

    def _keep(self, key: tuple[str, str], catalogue: Catalogue, read: Read) -> None:
        self._kept[key] = (catalogue, read)
        self._kept.move_to_end(key)
        if len(self._kept) > self._limit:
            self._kept.popitem(last=False)


kept_readings = Readings(_KEPT_READINGS)
"""The readings of this process."""
