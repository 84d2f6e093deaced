"""What stands beside a verdict, worked out anew from the statement and from figures that were.

What belongs here: which remark is due, its numbers, and the text of one. What does not: the figures a statement
speaks of and the verdict on it (`stated`), and how a remark reads on a page.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ingestion.definitions.catalogue import Catalogue
from ingestion.words import writing

Said = Mapping[str, Any]

SUSPENDED, EXISTING = "members_suspended", "grassroots_orgs"
"""Indicators that remarks hold a statement against, beside its own."""
_DISCIPLINED, _VISITS = "members_disciplined", "ORG_VISIT"
_EXCELLENT, _GOOD = ("orgs_excellent_share", "members_excellent_share"), ("_excellent_", "_good_")
_SINCE_BEFORE = ("before_after", "percent_change", "change_over_term")
_DECIMALS = 9


@dataclass(frozen=True)
class Beside:
    """What one statement is held against; NaN for nothing.

    Attributes:
        value: the figure it speaks of; of a target its lowest bound.
        denominator: of how many that figure is.
        before: what it was before.
        has_target: whether the body, or a unit below it, has a target of the indicator and term.
        suspended: how many members of the same body and time were suspended.
        existing: how many organisations there were.
    """

    value: float
    denominator: float
    before: float
    has_target: bool
    suspended: float
    existing: float


class Remarks:
    """Says of each statement what has to stand beside its verdict."""

    def __init__(
        self,
        statements: Iterable[Said],
        catalogue: Catalogue,
        caps: Mapping[str, float],
        with_targets: Iterable[tuple[str, str]],
    ) -> None:
        """Take what the registry says.

        Args:
            statements: all that was stated.
            catalogue: forms and indicators.
            caps: by term how many percent of those who did their work well may be rated excellent.
            with_targets: indicators and terms of which any body has a target.
        """
        self._catalogue, self._caps = catalogue, caps
        self._with_targets = frozenset(with_targets)
        self._yearly: dict[tuple[Any, ...], list[Said]] = {}
        for said in statements:
            if said["qualifier"] == "RANGE" and said["derivation"] == "per_year":
                key = (said["indicator_code"], said["org_code"], said["period_code"])
                self._yearly.setdefault(key, []).append(said)

    def due(self, said: Said, beside: Beside) -> str:
        """Give the text of what is to be remarked; nothing where there is nothing to say."""
        code, numbers = next(self._all(said, beside), ("", {}))
        return _text(code, numbers) if code else ""

    def _all(self, said: Said, beside: Beside) -> Iterator[tuple[str, Mapping[str, float]]]:
        """Give what there is to say, the first of which is said."""
        indicator = self._catalogue.indicators.get(said["indicator_code"] or "")
        derivation, basis = said["derivation"] or "", said["basis"]
        if said["indicator_code"] == _DISCIPLINED and beside.suspended > 0:
            stated, actual = said["value_low"], beside.value
            if stated is not None and stated == actual + beside.suspended:
                told = {"stated": stated, "actual": actual, "suspended": beside.suspended}
                yield "suspension_counted", told
        # NaN is above nothing, and nothing is above NaN
        if indicator is not None and indicator.unit == _VISITS and beside.value > beside.existing > 0:
            yield "visits_beside_existing", {"visits": beside.value, "existing": beside.existing}
        yield from self._broken_caps(said)
        has_targets = (said["indicator_code"] or "", said["period_code"] or "") in self._with_targets
        is_flow = indicator is not None and indicator.kind == "flow" and not derivation
        if is_flow and has_targets and not beside.has_target:
            yield "no_target_on_record", {}
        if basis == "expected":
            yield "stated_as_expected", {}
        if not said["indicator_code"] and basis is not None and not basis.startswith("norm"):
            yield "nothing_filed_counts_it", {}
        if derivation in _SINCE_BEFORE and not np.isnan(beside.before):
            yield "since_opening", {"opening": beside.before}
        if said["denominator"] is not None and not np.isnan(beside.denominator):
            yield "of_how_many", {"denominator": beside.denominator}

    def _broken_caps(self, said: Said) -> Iterator[tuple[str, Mapping[str, float]]]:
        """Say of a range of the excellent that it keeps the cap at one end and breaks it at the other."""
        code = said["indicator_code"] or ""
        cap = self._caps.get(said["period_code"] or "")
        is_range = said["qualifier"] == "RANGE" and said["derivation"] == "per_year"
        if cap is None or not is_range or code not in _EXCELLENT:
            return
        least, most = said["value_low"], said["value_high"]
        for good in self._yearly.get((code.replace(*_GOOD), said["org_code"], said["period_code"]), ()):
            few, many = good["value_low"], good["value_high"]
            if None in (least, most, many) or not few or few < 0:
                continue
            breaking, keeping = 100 * most / few, 100 * least / many
            if breaking > cap >= keeping:
                broken = {"breaking_excellent": most, "breaking_good": few, "breaking_rate": breaking}
                kept = {"keeping_excellent": least, "keeping_good": many, "keeping_rate": keeping}
                yield "cap_broken_at_one_end", {"cap": cap, **broken, **kept}


def caps_of(terms: Iterable[Said], schemes: Iterable[Said]) -> dict[str, float]:
    """Give by term the highest cap of the schemes that hold in one of its years, in percent."""
    known = [scheme for scheme in schemes if scheme["cap_rate"] is not None]
    caps: dict[str, float] = {}
    for term in terms:
        for scheme in known:
            last = scheme["last_year"] or 9999
            if term["last_year"] >= scheme["first_year"] and term["first_year"] <= last:
                code = term["term_code"]
                caps[code] = max(100.0 * scheme["cap_rate"], caps.get(code, 0.0))
    return caps


def told(detail: str | None) -> str:
    """Write what the warehouse has as a remark so that it can be compared; as it is where it is none."""
    if not detail:
        return ""
    try:
        numbers = dict(json.loads(detail))
        return _text(str(numbers.pop("code")), {name: float(number) for name, number in numbers.items()})
    except (ValueError, TypeError, KeyError):
        return detail


def _text(code: str, numbers: Mapping[str, float]) -> str:
    """Write a remark: its code and its numbers, each with its name."""
    said = (
        f"{name} {writing.plain(float(writing.rounded(number, _DECIMALS)))}"
        for name, number in sorted(numbers.items())
    )
    return ": ".join(filter(None, (code, ", ".join(said))))
