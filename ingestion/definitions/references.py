"""What data files name of each other that is known only when all of them are read: indicators and their like.

What belongs here: names of indicators in forms and in summands. What does not: the cells that an indicator
names (`indicators.py`), what fits within one form (`form_kinds.py`), rows of the registry
(`registry_plans.py`).
"""

from collections.abc import Mapping

from ingestion.definitions.forms import KEY_OF_KIND, Form
from ingestion.definitions.indicators import Indicator

_TARGETS = KEY_OF_KIND["targets"]


def fault_of_form(form: Form, indicators: Mapping[str, Indicator]) -> str | None:
    """Say which indicator a form names though there is none, or none that fits; None where all do."""
    for column in form.columns:
        if column.assigned is None:
            continue
        indicator = indicators.get(column.assigned)
        if indicator is None:
            return f"{form.code}: {column.code} is assigned {column.assigned}, which is no indicator"
        if column.unit is not None and column.unit != indicator.unit:
            return (
                f"{form.code}: {column.code} counts {column.unit}, and the target of {indicator.code} that it"
                f" is assigned is told in {indicator.unit}"
            )
    return None


def fault_of_indicator(
    indicator: Indicator, forms: Mapping[str, Form], indicators: Mapping[str, Indicator]
) -> str | None:
    """Say which target a summand looks for though no indicator has that code; None where all have."""
    for _, summands in indicator.parts:
        for summand in summands:
            if forms[summand.form].rows != "targets":
                continue
            if unknown := sorted({*summand.where.get(_TARGETS, ())} - indicators.keys()):
                return (
                    f"{indicator.code} looks for {', '.join(unknown)} in {summand.form}.{_TARGETS} (where),"
                    " which is no indicator"
                )
    return None
