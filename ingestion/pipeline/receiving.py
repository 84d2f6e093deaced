"""The receipt of a submission, from what was read of it.

What belongs here: its name and what the ledger says of it. What does not: when it is written (`inbox.py`,
`retrying.py`).
"""

from dataclasses import dataclass
from datetime import datetime

from ingestion.landing.events import UNKNOWN_PERIOD, Received
from ingestion.landing.originals import Original
from ingestion.pipeline.desk import Desk, printable
from ingestion.reading.many import Read


@dataclass(frozen=True)
class Again:
    """Why bytes that could not be read are read again.

    Attributes:
        submission: the name under which they could not be read.
        reason: why they are read again.
        by: who wants it; blank where they were sent again.
    """

    submission: str
    reason: str
    by: str


def receipt(
    desk: Desk,
    unit: str,
    read: Read,
    original: Original,
    *,
    original_name: str,
    received_at: datetime,
    arrival: str,
    again: Again | None = None,
) -> Received:
    """Give the receipt of a unit's next submission for the period on its cover."""
    cover = read.reading.cover
    period = cover.period.code if cover and cover.period else UNKNOWN_PERIOD
    basis = cover.values.get("period_basis") if cover else None
    key = desk.state.next_key(unit, period)
    return Received(
        submission=str(key),
        unit=unit,
        period=period,
        revision=key.revision,
        sha256=original.sha256,
        file=original.file,
        original_name=original_name,
        received_at=received_at,
        kind=read.reading.kind,
        period_basis=str(basis or ""),
        coverage_from=cover.coverage_from if cover else None,
        arrival=arrival,
        at=desk.now,
        technical=printable(read.fault.technical if read.fault else read.reading.technical),
        again_of=again.submission if again else "",
        reason=again.reason if again else "",
        by=again.by if again else "",
    )
