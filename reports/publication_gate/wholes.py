"""Wholes and their parts in the facts of forms, as rules say what is a whole.

What belongs here: finding the rules that make a whole of parts, and pairs of what the parts come to and what
the facts have. What does not: sums against bronze (`totals`), and judging the pairs (`suites`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pandas as pd

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form
from ingestion.gate import Check, rule_book
from ingestion.gate.language.syntax import Binary, Name, Node


@dataclass(frozen=True)
class Whole:
    """A column that is the sum of others in every row that counts."""

    form: Form
    column: str
    parts: tuple[str, ...]
    minus: tuple[str, ...]

    @property
    def made_of(self) -> str:
        """The parts as SQL."""
        plus = " + ".join(f'"{part}"' for part in self.parts)
        return plus + "".join(f' - "{part}"' for part in self.minus)


def wholes_of(catalogue: Catalogue) -> list[Whole]:
    """Give the wholes that a rule demands of every row of a form, whoever filed it and when.

    What only warns, holds under a condition or for a time says nothing of every row. A fact is made of all the
    filings of a year: what holds of each holds of it where all columns add alike over time, or where flows lead
    from an opening to a closing.
    """
    checks = (check for of_rule in rule_book(catalogue).checks.values() for check in of_rule)
    found = (_whole(check, catalogue) for check in checks)
    return [whole for whole in found if whole is not None and _lasts(whole)]


def wholes(connection: duckdb.DuckDBPyConnection, demanded: list[Whole]) -> pd.DataFrame:
    """Hold wholes against their parts, by unit and period, over the rows in which all of them are there.

    What was said not to apply, or left blank and explained, makes no whole and breaks none; that everything
    that was filed has arrived is another check.
    """
    parts = []
    for whole in demanded:
        table = whole.form.fact_table
        pairs = connection.execute(
            "select reporting_org_code as unit, period_code as period, "
            f'sum({whole.made_of})::double as expected, sum("{whole.column}")::double as found from {table} '
            f'where ({whole.made_of}) is not null and "{whole.column}" is not null '
            "group by reporting_org_code, period_code order by all"
        ).df()
        pairs.insert(0, "table", table)
        pairs.insert(3, "column", whole.column)
        parts.append(pairs)
    return pd.concat(parts, ignore_index=True)


def _whole(check: Check, catalogue: Catalogue) -> Whole | None:
    rule, form = check.rule, catalogue.forms.get(check.form or "")
    is_of_every_row = rule.severity == "error" and rule.effective.is_always and check.when is None
    if form is None or check.frame != "row" or not is_of_every_row:
        return None
    match check.holds:
        case Binary(operator="==", left=Name(path=(whole,)), right=Binary() as made_of):
            summands = list(_summands(made_of, 1))
            named = [(sign, name) for sign, name in summands if name in form.by_code]
            if len(named) == len(summands):
                parts = tuple(name for sign, name in named if sign > 0)
                return Whole(form, whole, parts, tuple(name for sign, name in named if sign < 0))
    return None


def _summands(node: Node, sign: int) -> Iterator[tuple[int, str]]:
    """Give what is added up with its sign; a blank name for what is no column of the row."""
    match node:
        case Binary(operator="+", left=left, right=right):
            yield from _summands(left, sign)
            yield from _summands(right, sign)
        case Binary(operator="-", left=left, right=right):
            yield from _summands(left, sign)
            yield from _summands(right, -sign)
        case Name(path=(column,)):
            yield sign, column
        case _:
            yield sign, ""


def _lasts(whole: Whole) -> bool:
    columns = whole.form.by_code
    natures = [columns[code].nature for code in (*whole.parts, *whole.minus)]
    if columns[whole.column].nature == "stock" and natures.count("opening") == 1:
        return set(natures) == {"opening", "flow"}
    alike = {nature if nature in ("flow", "opening", "line") else None for nature in natures}
    nature = columns[whole.column].nature
    return alike == {nature if nature in ("flow", "opening", "line") else None}
