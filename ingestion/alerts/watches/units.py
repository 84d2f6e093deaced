"""Too large a share of what one unit sent, or owed: returned, explained, late or missing."""

from collections.abc import Iterator

from ingestion.alerts.alert import Alert, Kind
from ingestion.alerts.limits import OfMeasures
from ingestion.alerts.watches.seen import Seen
from ingestion.alerts.watches.watch import Watch


class SharesOfUnits(Watch[OfMeasures]):
    """Each measure of each unit."""

    kinds = (Kind.SHARE_OF_UNIT,)
    part = "unit"
    limit = OfMeasures

    def found(self, seen: Seen, limit: OfMeasures) -> Iterator[Alert]:
        """Give the alerts of all shares that are too large."""
        for unit, measures in seen.units.items():
            for name, measure in measures.items():
                threshold = limit.of(name)
                if threshold.is_reached(measure.count, measure.of):
                    yield seen.alert(
                        Kind.SHARE_OF_UNIT,
                        f"{unit}\0{name}",
                        measure,
                        unit=unit,
                        measure=name,
                        threshold=threshold.share,
                        days=seen.window_days,
                    )


WATCH = SharesOfUnits()
