"""What a fault is: the rule that it breaks, what follows, and how a draft comes to have it.

What belongs here: the shape, and the list in which every fault enters itself. What does not: the faults
(`of_*.py`; all of them are in the list of `injections.py`), how cells are changed (`draft.py`), choosing
submissions and judging them (`trials.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from demo.faults.draft import Draft, UnsuitedError, copied
from ingestion.records.stored import added
from ingestion.records.submissions import FormRow

Variant = Literal["", "scheme", "last_term", "moved"]
"""A world that differs from the demo's: all caps and score bands in force; results of a last term known; each
unit took an organisation over from another one, which had reported it for the first quarter."""

MOVED_ON = date(2020, 4, 1)
"""When these organisations moved."""

MOVED_FORM = "B06"
"""The form in which the other unit had reported them."""

ORGANISATION_FORMS = ("B01", "B02", "B04", "B06")
SUB_LINES = frozenset({"TC06", "TC07", "TC09", "DV05", "DV06"})


@dataclass(frozen=True)
class Injection:
    """How one rule comes to be broken.

    Attributes:
        follows: other rules that must or may follow from the fault.
        inject: changes a draft; raises `UnsuitedError` where the submission cannot host the fault.
        variant: the world that hosts it.
        prepare: makes a sound submission of the variant, of which the faulty one is then made.
        after_totals: whether the fault is in the totals themselves.
    """

    rule: str
    follows: frozenset[str]
    inject: Callable[[Draft], None]
    variant: Variant = ""
    prepare: Callable[[Draft], None] | None = None
    after_totals: bool = False


INJECTIONS: dict[str, list[Injection]] = {}
"""For every rule the ways in which the trials break it."""

_Inject = Callable[[Draft], None]


def breaks(
    rule: str,
    follows: str = "",
    variant: Variant = "",
    prepare: _Inject | None = None,
    after_totals: bool = False,
) -> Callable[[_Inject], _Inject]:
    """Enter a fault in the list under the rule that it breaks."""

    def register(inject: _Inject) -> _Inject:
        found = Injection(rule, frozenset(follows.split()), inject, variant, prepare, after_totals)
        INJECTIONS.setdefault(rule, []).append(found)
        return inject

    return register


def left_out(draft: Draft, form: str, row: int) -> None:
    """Delete a row; those below it move up."""
    table = draft.table(form)
    draft.touch(form, row)
    del table.rows[row]
    for later in range(row, len(table.rows)):
        table.rows[later] = replace(table.rows[later], number=table.rows[later].number - 1)
    draft.cells.append(table.sheet)


def emptied(draft: Draft, form: str, row: int) -> list[str]:
    """Leave a row as the blank workbook brings it, and give the columns that had to be filled in."""
    columns = draft.context.catalogue.forms[form]
    left = [column for column in columns.columns if column.code not in columns.given]
    draft.keep(form, row, **{column.code: None for column in left})
    return [column.code for column in left if column.required]


def _with_a_total(draft: Draft) -> None:
    """Print a total under fixed lines of which none is part of another."""
    table, form = draft.table("B05"), draft.context.catalogue.forms["B05"]
    table.total = FormRow(table.rows[-1].number + 1, {})
    for column in form.total_columns:
        filed = [row.values.get(column.code) for row in table.rows]
        table.total.values[column.code] = added(v for v in filed if isinstance(v, int | float))


@breaks("V011", prepare=_with_a_total, after_totals=True)
def _total_of_lines(draft: Draft) -> None:
    table = draft.table("B05")
    column = draft.one_of(*(c.code for c in draft.context.catalogue.forms["B05"].total_columns))
    total = table.total.values.get(column) if table.total else None
    filed = [row.values.get(column) for row in table.rows]
    if table.total is None or not isinstance(total, int) or not any(isinstance(v, int) for v in filed):
        raise UnsuitedError("no total")
    table.total.values[column] = total + 1
    draft.rows.add((table.sheet, table.total.number))
    draft.accuse_total("B05", column)


@breaks("V061", "V053")
def _target_that_was_not_assigned(draft: Draft) -> None:
    filed = {row.values.get("indicator_code") for row in draft.table("B09").rows}
    # figures of the surroundings are told of a unit's own accord
    known = draft.context.catalogue.indicators.values()
    assigned = (indicator.code for indicator in known if indicator.section != "context")
    _further_target(draft, draft.one_of(*sorted(code for code in assigned if code not in filed)))


@breaks("V061")
def _target_that_nobody_knows(draft: Draft) -> None:
    _further_target(draft, "chi_tieu_khac")


def _further_target(draft: Draft, code: str) -> None:
    """Add a row like one that is there, of another target; that all assigned ones are filed, V003 says."""
    table = draft.table("B09")
    source = table.rows[draft.pick("B09")]
    table.rows.append(replace(copied(source), number=table.rows[-1].number + 1))
    last = len(table.rows) - 1
    draft.put("B09", last, indicator_code=code)
