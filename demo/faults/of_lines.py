"""Faults for `rules/lines.yml`: cadres, payroll, study and other fixed lines.

What belongs here: which cells are changed, which of them break a rule, and which other rules must follow. What
does not: faults for rules of other files.
"""

from demo.faults.base import breaks
from demo.faults.draft import Draft


@breaks("V050")
def _parts_of_cadres(draft: Draft) -> None:
    part, whole = draft.one_of("CB02/CB01", "CB06/CB05").split("/")
    row, parent = draft.line("B07", part), draft.line("B07", whole)
    draft.put("B07", row, total=draft.count("B07", parent, "total") + 1)


@breaks("V050")
def _women_among_cadres(draft: Draft) -> None:
    column = draft.one_of("female", "age_40_or_less", "ethnic_minority")
    row = draft.pick("B07", lambda r: min(draft.count("B07", r, "total"), draft.count("B07", r, column)) >= 0)
    draft.put("B07", row, **{column: draft.count("B07", row, "total") + 1})


@breaks("V051")
def _percentage(draft: Draft) -> None:
    form, column = draft.one_of("B07/pct_of_plan", "B07/pct_of_base", "B08/pct").split("/")
    row = draft.pick(form, lambda r: isinstance(draft.value(form, r, column), float))
    value = draft.value(form, row, column)
    draft.put(form, row, **{column: float(value) + 5 if isinstance(value, float) else value})


_LIMITED_LINES = frozenset({"HT01", "HT02", "HT03", "HT04", "HT05", "CK01", "DV01"})


@breaks("V052")
def _more_than_there_are(draft: Draft) -> None:
    row = draft.pick(
        "B08",
        lambda r: (
            draft.value("B08", r, "line_code") in _LIMITED_LINES
            and min(draft.count("B08", r, "participated"), draft.count("B08", r, "population")) >= 0
        ),
    )
    draft.put("B08", row, participated=draft.count("B08", row, "population") + 1)
    draft.keep("B08", row, pct=None)
