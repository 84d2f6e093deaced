"""Too large a share of a period's units: returned, explained, late or missing."""

from collections.abc import Iterator

from ingestion.alerts.alert import Alert, Kind
from ingestion.alerts.limits import OfMeasures
from ingestion.alerts.measures import MEASURES
from ingestion.alerts.watches.seen import Seen
from ingestion.alerts.watches.watch import Watch


class SharesOfPeriods(Watch[OfMeasures]):
    """Each measure of each period."""

    kinds = (Kind.SHARE_OF_PERIOD,)
    part = "period"
    limit = OfMeasures

    def found(self, seen: Seen, limit: OfMeasures) -> Iterator[Alert]:
        """Give the alerts of all shares that are too large."""
        for period, measures in seen.periods.items():
            for name in MEASURES:
                measure, threshold = measures.measures[name], limit.of(name)
                if threshold.is_reached(measure.count, measure.of):
                    yield seen.alert(
                        Kind.SHARE_OF_PERIOD,
                        f"{period}\0{name}",
                        measure,
                        period=period,
                        measure=name,
                        threshold=threshold.share,
                    )


WATCH = SharesOfPeriods()
