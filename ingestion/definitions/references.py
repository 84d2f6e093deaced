"""What data files name of each other that is known only when all of them are read: indicators and their like.

What belongs here: names of indicators in forms and in summands. What does not: the cells that an indicator
names (`indicators.py`), what fits within one form (`form_kinds.py`), rows of the registry
(`registry_plans.py`).
"""

from collections.abc import Mapping

from ingestion.definitions.forms import KEY_OF_KIND, Column, Form
from ingestion.definitions.indicators import Indicator
from ingestion.words.messages import Said

_TARGETS = KEY_OF_KIND["targets"]


def fault_of_form(form: Form, indicators: Mapping[str, Indicator]) -> Said | None:
    """Say which indicator a form names though there is none, or none that fits; None where all do."""
    for column in form.columns:
        if column.assigned is None:
            continue
        indicator = indicators.get(column.assigned)
        if indicator is None:
            return _assigned("unknown", form, column)
        if column.unit is not None and column.unit != indicator.unit:
            return _assigned("unit", form, column, unit=column.unit, other=indicator.unit)
    return None


def _assigned(what: str, form: Form, column: Column, **more: str) -> Said:
    named = {"form": form.code, "column": column.code, "assigned": column.assigned}
    return Said(f"misfit.assigned_{what}", named | more)


def fault_of_indicator(
    indicator: Indicator, forms: Mapping[str, Form], indicators: Mapping[str, Indicator]
) -> Said | None:
    """Say which target a summand looks for though no indicator has that code; None where all have."""
    for _, summands in indicator.parts:
        for summand in summands:
            if forms[summand.form].rows != "targets":
                continue
            if unknown := sorted({*summand.where.get(_TARGETS, ())} - indicators.keys()):
                named = {"indicator": indicator.code, "cell": f"{summand.form}.{_TARGETS}"}
                return Said("misfit.target_unknown", named | {"codes": ", ".join(unknown)})
    return None
