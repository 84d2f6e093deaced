"""The facts of forms row by row: what was filed of each, and from which submission it comes.

What belongs here: these facts anew from the rows that stand at the end of each filed period, and what differs
in the warehouse. What does not: which rows stand then (`standing`), and sums of facts (`totals`, `quarters`).

What a unit filed for quarters alone adds up as the nature of the column says, or of the line: flows are summed,
of openings it is the first, of everything else the latest.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Column, Form
from ingestion.records.tolerance import TOLERANCE
from reports.publication_gate.arrays import PARTS, Flags, Ints
from reports.publication_gate.figures import Figures
from reports.publication_gate.filed import FormRows
from reports.publication_gate.rows import FOUND, NO, ROW, SAID, YES, plain

Texts = np.ndarray[Any, np.dtype[np.object_]]
_SUBJECT = ["table", "unit", "period", "line", "column", SAID, FOUND]
_UNIT, _PERIOD, _LINE = "the unit", "the period", "the line"
_KEY, _IS_LATEST, _IS_FIRST, _IS_DUE, _COUNT = "the key", "is latest", "is first", "is due", "the count"
"""Names with a blank, which no column of a form has."""
_ABOUT = [_UNIT, _PERIOD, _LINE]
_SUBMISSION = "submission_id"


def facts_again(
    connection: duckdb.DuckDBPyConnection,
    rows: Mapping[str, FormRows],
    catalogue: Catalogue,
    figures: Figures,
) -> pd.DataFrame:
    """Give facts as they were filed beside those of the warehouse.

    A unit's facts of a period are one pair where all are as they should be; else each column that differs is
    one, and each row that only one side has.

    Args:
        connection: the warehouse.
        rows: the rows that count, by form.
        catalogue: the forms.
        figures: figures that were worked out from these rows, for who filed what and when.
    """
    pairs: list[tuple[Any, ...]] = []
    for form in catalogue.forms.values():
        due = _due(form, rows[form.code], figures) if form.code in rows else pd.DataFrame()
        pairs += [(form.fact_table, *pair) for pair in _pairs(form, due, _found(connection, form))]
    return pd.DataFrame(pairs, columns=[*_SUBJECT, "expected", "found"])


def _measures(form: Form) -> list[Column]:
    """Give the columns of facts; words for a reader are none."""
    return [column for column in form.columns if column.code not in form.key and column.type != "text"]


def _quarters(form: Form) -> dict[str, str]:
    return {code: name for code, name in form.quarters.items() if code not in form.key}


def _line(frame: pd.DataFrame, form: Form) -> "pd.Series[str]":
    """Give the key of each row as one text."""
    parts = [frame[code].astype(object).where(frame[code].notna(), "").map(plain) for code in form.key]
    return pd.Series([" / ".join(row) for row in zip(*parts, strict=True)], index=frame.index, dtype=object)


def _due(form: Form, rows: FormRows, figures: Figures) -> pd.DataFrame:
    """Give the facts of a form: unit, period and line of each, its submission and its columns."""
    filed = rows.frame
    columns = {_LINE: _line(filed, form), _UNIT: filed["unit"].astype(str)}
    columns |= {code: filed[code].astype(object) for code in (_SUBMISSION, *form.key)}
    for column in _measures(form):
        cells = filed[column.code] if column.code in filed else pd.Series(None, index=filed.index, dtype=object)
        columns[column.code] = cells.astype(float if column.is_number else object)
    positions, periods, keys, is_latest, is_first = _standing(form, rows, figures)
    facts = pd.DataFrame(columns).iloc[positions].assign(**{_PERIOD: periods})
    is_alone = ~pd.Series(keys).duplicated(keep=False).to_numpy()
    if not is_alone.all():
        flags = {_KEY: keys, _IS_LATEST: is_latest, _IS_FIRST: is_first}
        several = facts.assign(**flags)[~is_alone]
        facts = pd.concat([facts[is_alone], _added_up(form, several)[list(facts)]])
    return _with_quarters(form, facts.reset_index(drop=True), figures)


def _standing(form: Form, rows: FormRows, figures: Figures) -> tuple[Ints, Texts, Ints, Flags, Flags]:
    """Give the rows that stand at the end of each filed period; what an earlier one alone has is no fact of it.

    Returns:
        their positions, their periods, a number for each key and period, and whether each is the latest and the
        first of these.
    """
    found = []
    for number, period in enumerate(figures.bodies.bases):
        positions, is_latest, is_first, _ = figures.adding.standing.rows_at(form.code, rows, period)
        keys = rows.keys[positions]
        part = PARTS.get(figures.bodies.when[period][0], 0)
        stands = np.isin(keys, keys[rows.parts[positions] == part])
        kept = (positions, keys + number * rows.n_keys, is_latest, is_first)
        found.append((np.full(int(stands.sum()), period, dtype=object), *(one[stands] for one in kept)))
    periods, positions, keys, is_latest, is_first = (np.concatenate(one) for one in zip(*found, strict=True))
    return positions, periods, keys, is_latest, is_first


def _added_up(form: Form, several: pd.DataFrame) -> pd.DataFrame:
    """Add up the rows of which a key has more than one."""
    about = [*_ABOUT, *form.key]
    facts = several.drop_duplicates(_KEY).set_index(_KEY)[about]
    latest, first = several[several[_IS_LATEST]], several[several[_IS_FIRST]]
    facts[_SUBMISSION] = _greatest(latest, _SUBMISSION)
    natures = _natures_of_lines(form, several)
    for column in _measures(form):
        nature = natures if column.nature == "line" else pd.Series(column.nature, index=facts.index)
        told = _greatest(latest, column.code).reindex(facts.index)
        for name, way, among in (("flow", _sum, several), ("opening", _greatest, first)):
            is_so = (nature == name).reindex(facts.index)
            if is_so.any():
                told = told.where(~is_so, way(among, column.code).reindex(facts.index))
        facts[column.code] = told
    return facts.reset_index()


def _natures_of_lines(form: Form, several: pd.DataFrame) -> "pd.Series[Any]":
    """Give by key how its line adds up: as the first column of the key says that says anything."""
    rows = several.drop_duplicates(_KEY).set_index(_KEY)
    nature = pd.Series(None, index=rows.index, dtype=object)
    for code in form.key:
        members = form.line_members.get(code, {})
        told = rows[code].map({line: known.nature for line, known in members.items()})
        nature = nature.where(nature.notna(), told)
    return nature


def _greatest(rows: pd.DataFrame, code: str) -> "pd.Series[Any]":
    known = rows[rows[code].notna()].sort_values(code, kind="stable")
    return known.groupby(_KEY)[code].last()


def _sum(rows: pd.DataFrame, code: str) -> "pd.Series[Any]":
    """Sum a flow; what one of the filings left out is not known of all together."""
    by_key = rows.groupby(_KEY)[code]
    return by_key.sum().where(by_key.count() == by_key.size())


def _with_quarters(form: Form, facts: pd.DataFrame, figures: Figures) -> pd.DataFrame:
    """Add what flows were in the quarter alone: their rise since the period before, if that was filed."""
    when = figures.bodies.when
    parts = {period: PARTS.get(when[period][0], 0) for period in facts[_PERIOD].unique()}
    part = facts[_PERIOD].map(parts)
    names = {number: kind for kind, number in PARTS.items()}
    before = {period: f"{when[period][1]}-{names.get(number - 1)}" for period, number in parts.items()}
    filed = figures.adding.standing.filed
    was_filed = np.array(
        [
            n > 1 and n - 1 in filed.get((unit, form.code), {}).get(when[period][1], {})
            for unit, period, n in zip(facts[_UNIT], facts[_PERIOD], part, strict=True)
        ],
        dtype=bool,
    )
    places = {about: place for place, about in enumerate(zip(*(facts[name] for name in _ABOUT), strict=True))}
    earlier = np.array(
        [
            places.get((unit, before[period], line), -1)
            for unit, period, line in zip(*(facts[name] for name in _ABOUT), strict=True)
        ],
        dtype=np.int64,
    )
    columns = {}
    for code, name in _quarters(form).items():
        whole = facts[code].to_numpy()
        rest = np.where(earlier >= 0, whole - whole[earlier], whole)
        columns[name] = np.where(part == 1, whole, np.where(was_filed, rest, np.nan))
    return pd.concat([facts, pd.DataFrame(columns, index=facts.index)], axis=1)


def _found(connection: duckdb.DuckDBPyConnection, form: Form) -> pd.DataFrame:
    """Give the facts that the warehouse has of a form; none where it has no such table."""
    there = {
        name
        for (name,) in connection.execute(
            "select column_name from information_schema.columns where table_name = ?", [form.fact_table]
        ).fetchall()
    }
    if not there:
        return pd.DataFrame()
    frame = connection.execute(f"select * from {form.fact_table}").df()
    frame[_LINE] = _line(frame, form)
    return frame.rename(columns={"reporting_org_code": _UNIT, "period_code": _PERIOD})


def _pairs(form: Form, due: pd.DataFrame, found: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    due, found = (frame if len(frame) else pd.DataFrame(columns=_ABOUT, dtype=object) for frame in (due, found))
    both = due.assign(**{_IS_DUE: 1.0}).merge(
        found.assign(**{_COUNT: found.groupby(_ABOUT).cumcount()}),
        on=_ABOUT,
        how="outer",
        suffixes=("", " found"),
    )
    is_due, is_found = both[_IS_DUE].notna().to_numpy(), both[_COUNT].notna().to_numpy()
    # a second row of a key is one that nobody expects
    is_extra = is_found & (~is_due | (both[_COUNT] > 0).to_numpy())
    is_missing = is_due & ~is_found
    wrong = is_extra | is_missing
    quarters = _quarters(form).values()
    names = [_SUBMISSION, *(column.code for column in _measures(form)), *quarters]
    numbers = {column.code for column in form.number_columns}.union(quarters)
    told: list[tuple[Any, ...]] = []
    about = [both[name].astype(str).tolist() for name in _ABOUT]
    for place in np.flatnonzero(wrong).tolist():
        key = tuple(one[place] for one in about)
        told.append((*key, ROW, NO, YES, None, 1.0) if is_extra[place] else (*key, ROW, YES, NO, 1.0, None))
    compared = ~wrong
    for name in names:
        sides = [_column(both, side) for side in ((name, f"{name} found") if name in due else ("", name))]
        differs = compared & ~_are_same(*sides, is_number=name in numbers)
        wrong |= differs
        for place in np.flatnonzero(differs).tolist():
            key = tuple(one[place] for one in about)
            said, there = (_text(side.iloc[place], is_number=name in numbers) for side in sides)
            told.append((*key, name, said, there, 1.0, 0.0))
    yield from told
    filings = list(zip(*about[:2], strict=True))
    faulty = {filings[place] for place in np.flatnonzero(wrong).tolist()}
    for filing in sorted(set(filings) - faulty):
        yield (*filing, "", "", "", "", 1.0, 1.0)


def _column(frame: pd.DataFrame, name: str) -> "pd.Series[Any]":
    return frame[name] if name in frame else pd.Series(None, index=frame.index, dtype=object)


def _are_same(due: "pd.Series[Any]", found: "pd.Series[Any]", *, is_number: bool) -> Flags:
    blank = due.isna().to_numpy() & found.isna().to_numpy()
    if is_number:
        left, right = (side.astype(float).to_numpy() for side in (due, found))
        return np.asarray(blank | np.isclose(left, right, rtol=TOLERANCE, atol=TOLERANCE))
    return np.asarray(blank | (due.map(_of_code) == found.map(_of_code)).to_numpy())


def _of_code(value: Any) -> str:
    """Write a code, or a day as it was filed; the warehouse's days come with a time of day."""
    if pd.isna(value):
        return ""
    return plain(value.date() if isinstance(value, pd.Timestamp) else value)


def _text(value: Any, *, is_number: bool) -> str:
    return plain(float(value)) if is_number and not pd.isna(value) else _of_code(value)
