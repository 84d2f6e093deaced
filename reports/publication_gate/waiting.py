"""Whom figures wait for.

What belongs here: which units an indicator expects something of, by form. What does not: whether it has come
(`standing`), and how whole figures are (`states`).
"""

from ingestion.definitions.indicators import Indicator
from reports.publication_gate.arrays import Flags
from reports.publication_gate.bodies import Bodies
from reports.publication_gate.standing import Standing


def waited_for(
    indicator: Indicator, contributed: Flags, bodies: Bodies, standing: Standing
) -> list[tuple[str, str]]:
    """Give the units that an indicator waits for, each with the form.

    A unit that has filed a form and never had anything for the indicator is not waited for. Of one that has
    never filed the form, those of its kind that have tell what it will have.

    Args:
        indicator: the indicator.
        contributed: of each organisation, whether it ever had anything for it.
        bodies: who existed when, as what.
        standing: who is asked for which form, and who filed it.
    """
    kinds: dict[str, set[str]] = {}
    for life in bodies.lives:
        if life.is_reporting:
            kinds.setdefault(life.code, set()).add(life.kind)
    filed = standing.counting
    filed_kinds = {(kind, form) for unit, form in filed for kind in kinds.get(unit, ())}
    having = {str(code) for code in bodies.codes[contributed]}
    kinds_having = {kind for unit in having for kind in kinds.get(unit, ())}
    forms = {summand.form for _, summands in indicator.parts for summand in summands}

    def is_expected(unit: str, form: str) -> bool:
        if (unit, form) in filed:
            return False
        of_unit = kinds.get(unit, {""})
        return any((kind, form) not in filed_kinds or kind in kinds_having for kind in of_unit)

    pairs = filed | set(standing.owed) | set(standing.required)
    return [
        (unit, form)
        for unit, form in sorted(pairs)
        if form in forms and (unit in having or is_expected(unit, form))
    ]
