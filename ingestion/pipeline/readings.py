"""What landed workbooks hold, read once.

What belongs here: which readings are kept in memory. What does not: reading (`reading/`) and what is done with
what a workbook holds.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence

from ingestion.definitions.catalogue import Catalogue
from ingestion.landing.originals import Landing
from ingestion.landing.state import SubmissionRecord
from ingestion.reading.many import MANY, Read, Source, read, read_many
from ingestion.records.faults import Fault
from ingestion.records.submissions import Submission

_KEPT_READINGS = 400


class Readings:
    """The newest readings of landed files, so that judging does not read again what landing has just read.

    What the product failed on is not kept: it is to be read again by a better one.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[tuple[str, str], tuple[Catalogue, Read]] = OrderedDict()

    def get(self, source: Source, catalogue: Catalogue, *, anew: bool = False) -> Read:
        """Give what a file holds; the hash of its bytes is compared when it is opened.

        Args:
            source: the file.
            catalogue: the forms.
            anew: whether it is to be read even if it was read before.
        """
        key = (source.sha256, source.name)
        if anew or not self._knows(key, catalogue):
            found = read(source, catalogue)
            if found.fault is not None:
                return found
            self._keep(key, catalogue, found)
        self._kept.move_to_end(key)
        return self._kept[key][1]

    def ahead(self, sources: Sequence[Source], catalogue: Catalogue) -> Iterator[Read | None]:
        """Read files that are about to be asked for: one step of this iterator before each.

        Few files are left to `get`, and so is a file that changes while it is read.

        Returns:
            For each file what came of it where the product failed on it, as it would again; else None.
        """
        if len(sources) < MANY:
            yield from (None for _ in sources)
            return
        for source, found in zip(sources, read_many(sources, catalogue), strict=True):
            if found.sha256 and found.fault is None:
                self._keep((found.sha256, source.name), catalogue, found)
            yield found if found.fault is not None else None

    def submissions(
        self, landing: Landing, records: Sequence[SubmissionRecord], catalogue: Catalogue
    ) -> Iterator[tuple[Submission, Fault | None]]:
        """Give landed submissions with what they hold, in their order, and how the product failed on them."""
        unread = [r for r in records if not self._knows((r.sha256, r.original_name), catalogue)]
        ahead = self.ahead([source_of(landing, record) for record in unread], catalogue)
        awaited = {record.key for record in unread}
        for record in records:
            failed = next(ahead) if record.key in awaited else None
            yield self._submission(landing, record, catalogue, failed)

    def submission(
        self, landing: Landing, record: SubmissionRecord, catalogue: Catalogue, *, anew: bool = False
    ) -> tuple[Submission, Fault | None]:
        """Give a landed submission with what it holds, and how the product failed on it.

        Args:
            landing: the originals.
            record: what the ledger says of it.
            catalogue: the forms.
            anew: whether it is to be read even if it was read before.
        """
        found = self.get(source_of(landing, record), catalogue, anew=anew)
        return self._submission(landing, record, catalogue, found)

    def _submission(
        self, landing: Landing, record: SubmissionRecord, catalogue: Catalogue, found: Read | None
    ) -> tuple[Submission, Fault | None]:
        found = found or self.get(source_of(landing, record), catalogue)
        return Submission(record.key, record.sha256, record.received_at, found.reading), found.fault

    def _knows(self, key: tuple[str, str], catalogue: Catalogue) -> bool:
        return key in self._kept and self._kept[key][0] is catalogue

    def _keep(self, key: tuple[str, str], catalogue: Catalogue, found: Read) -> None:
        self._kept[key] = (catalogue, found)
        self._kept.move_to_end(key)
        if len(self._kept) > self._limit:
            self._kept.popitem(last=False)


def source_of(landing: Landing, record: SubmissionRecord) -> Source:
    """Give the original of a submission as a file to be read."""
    return Source(landing.path(record.file), record.original_name, record.sha256)


kept_readings = Readings(_KEPT_READINGS)
"""The readings of this process."""
