"""Faults for `rules/outliers.yml`: what is odd rather than wrong: growth, copies, round figures.

What belongs here: which cells are changed, which of them break a rule, and which other rules must follow. What
does not: faults for rules of other files.
"""

from collections.abc import Iterable
from statistics import median

import pandas as pd

from demo.faults.base import breaks
from demo.faults.draft import Draft, UnsuitedError
from ingestion.records.periods import PeriodKind
from ingestion.records.submissions import Value

_LEAST_PEERS = 10


def _growth(draft: Draft, row: int) -> float | None:
    try:
        before = draft.earlier("B01", draft.period.previous_year, row, "closing_members")
    except UnsuitedError:
        return None
    return draft.count("B01", row, "closing_members") / before if before else None


@breaks("V057", "V038")
def _odd_growth(draft: Draft) -> None:
    past = draft.period.previous_year
    row = draft.pick(
        "B01",
        lambda r: (
            draft.is_type("B01", r, "DANG_BO_CO_SO")
            and not draft.is_explained("B01", r)
            and draft.earlier("B01", past, r, "closing_members") > 0
        ),
    )
    peers = [r for r in range(len(draft.table("B01").rows)) if draft.is_type("B01", r, "DANG_BO_CO_SO")]
    growth = [_growth(draft, peer) for peer in peers if peer != row]
    known = [ratio for ratio in growth if ratio is not None]
    if len(known) < _LEAST_PEERS or not median(abs(ratio - median(known)) for ratio in known):
        raise UnsuitedError("the peers are too few, or too much alike for one to be odd")
    by = 2 * draft.count("B01", row, "closing_members")
    draft.raised("B01", row, "closing_members", by)
    draft.more("B01", row, "in_transfer_other_province", "in_total", by=by)


@breaks("V058", "V020 V024 V025 V026 V043 V057")
def _copy_of_the_previous_period(draft: Draft) -> None:
    past = draft.period.previous_cumulative
    if past is None or draft.period.kind is PeriodKind.YEAR:
        raise UnsuitedError("no earlier period with the same sheets")
    for form in ("B01", "B02", "B05", "B06"):
        rows = draft.filed_before(form, past)
        schema = draft.context.catalogue.forms[form]
        counts = [c.code for c in schema.columns if c.type == "int" and c.code in rows]
        places = {_key(draft, form, row, schema.key): row for row in range(len(draft.table(form).rows))}
        for old in rows.to_dict("records"):
            row = places.get(tuple(old[c] for c in schema.key))
            if row is None:
                raise UnsuitedError("other organisations than before")
            draft.keep(form, row, **{c: int(old[c]) for c in counts if not pd.isna(old[c])})
    draft.cells.append("")


def _key(draft: Draft, form: str, row: int, key: Iterable[str]) -> tuple[Value, ...]:
    return tuple(draft.value(form, row, column) for column in key)


_ROUND = {"elite_union_introduced": 90, "sympathizers_recognised": 80, "sent_to_awareness_class": 70}


@breaks("V059")
def _round_figures(draft: Draft) -> None:
    others = sum(
        isinstance(value, int) and value >= 20
        for code, table in draft.submission.reading.tables.items()
        for form_row in table.rows
        for value in form_row.values.values()
        if code != "B02"
    )
    rows = range(len(draft.table("B02").rows))
    if others > 2 * len(_ROUND) * len(rows):
        raise UnsuitedError("too many other figures")
    for row in rows:
        draft.keep("B02", row, **_ROUND)
    draft.cells.append("")
