"""One rule that many units of a period break, or have to explain."""

from collections.abc import Iterator
from typing import Any

from ingestion.alerts.alert import Alert, Kind
from ingestion.alerts.events import finding_facts
from ingestion.alerts.limits import OfRule
from ingestion.alerts.watches.seen import Seen
from ingestion.alerts.watches.watch import Watch

_KINDS = {"returned": Kind.SAME_RULE, "explained": Kind.SAME_EXPLANATION}


class SameRule(Watch[OfRule]):
    """Each rule of each period."""

    kinds = tuple(_KINDS.values())
    part = "rule"
    limit = OfRule

    def found(self, seen: Seen, limit: OfRule) -> Iterator[Alert]:
        """Give the alerts of rules that too many units break or explain; of a broken one with an example.

        Who has to explain something has not done so while it is returned: of one rule and period that is one
        matter, of which what is broken is told.
        """
        for period, measures in seen.periods.items():
            broken: set[str] = set()
            for name, rules in measures.rules.items():
                threshold = limit.of(name)
                for rule, measure in rules.items():
                    if rule in broken or not threshold.is_reached(measure.count, measure.of):
                        continue
                    facts: dict[str, Any] = {"measure": name, "rule": rule, "threshold": threshold.share}
                    if name == "returned":
                        broken.add(rule)
                        facts["findings"] = [finding_facts(measures.examples[rule])]
                    yield seen.alert(_KINDS[name], f"{period}\0{rule}", measure, period=period, **facts)


WATCH = SameRule()
