"""Cells of rows as indicators take them: what each adds, which rows are asked, and how they add within a year.

What belongs here: these for one summand of an indicator. What does not: what they add up to (`amounts`).
"""

import numpy as np

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.indicators import Summand
from reports.publication_gate.arrays import Flags, Numbers
from reports.publication_gate.filed import FormRows
from reports.publication_gate.measures import within


def ways(rows: FormRows, summand: Summand, catalogue: Catalogue) -> list[tuple[str, Flags]]:
    """Say how the cells of a summand add within a year, with the rows of each way: as column or line says."""
    described = catalogue.forms[summand.form]
    nature = described.by_code[summand.column].nature
    everything = np.ones(len(rows.frame), dtype=bool)
    if nature != "line":
        return [(within(nature, summand), everything)]
    of_rows = np.full(len(rows.frame), within(None, summand), dtype=object)
    for key, members in described.line_members.items():
        if key in rows.frame:
            named = {code: within(line.nature, summand) for code, line in members.items() if line.nature}
            of_line = rows.frame[key].astype(object).map(named)
            of_rows = np.where(of_line.notna(), of_line, of_rows)
    return [(way, of_rows == way) for way in sorted(set(of_rows))]


def cells(rows: FormRows, summand: Summand) -> Numbers:
    """Give what each row adds to a summand, NaN for nothing."""
    frame = rows.frame
    if summand.column not in frame:
        return np.full(len(frame), np.nan)
    filed = frame[summand.column]
    if summand.count:
        values = np.where(filed.notna(), filed.isin(summand.count), np.nan).astype(float)
    else:
        values = filed.to_numpy(dtype=float, na_value=np.nan)
    return np.where(wanted(rows, summand), summand.sign * values, np.nan)


def wanted(rows: FormRows, summand: Summand) -> Flags:
    """Say which rows carry the codes that a summand asks for."""
    chosen = np.ones(len(rows.frame), dtype=bool)
    for column, codes in summand.where.items():
        chosen &= rows.frame[column].isin(codes).to_numpy(dtype=bool) if column in rows.frame else False
    return chosen
