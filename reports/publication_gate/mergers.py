"""Who had merged into whom by the end of each period, as the registry's figures count it.

What belongs here: which rows of the registry count. What does not: how many they are (`recomputed`), and what
the warehouse has of them (`repeated`).
"""

from datetime import date

import numpy as np

from reports.publication_gate.arrays import PARTS
from reports.publication_gate.bodies import Bodies


def merged_by(bodies: Bodies) -> dict[str, list[tuple[str, str, int]]]:
    """Give by period the mergers until its end: successor, predecessor, and the row of the registry's file.

    They are of successors that stood in the period, a part of a year from its beginning, until their own last
    day. At the end of a term it is those into bodies of the term's own system.
    """
    merged = bodies.successions[bodies.successions["event_type"] == "merge"]
    merged = merged[merged["successor_code"].fillna("") != ""]
    of_terms: dict[str, set[str]] = {}
    for term in bodies.terms:
        of_terms.setdefault(term.code, set()).update(bodies.systems.get(term.system, set()))
    columns = ("successor_code", "predecessor_code", "effective_on", "file_row")
    rows = list(zip(*(merged[name] for name in columns), strict=True))
    versions, found = bodies.versions, {}
    for period, (kind, year) in bodies.when.items():
        row = bodies.periods.loc[period]
        since = date(year, 1, 1) if kind in PARTS else row["starts_on"]
        days = (since.toordinal(), row["ends_on"].toordinal())
        found[period] = [
            (str(successor), str(predecessor), int(place))
            for successor, predecessor, day, place in rows
            for numbers in [bodies.numbers([successor])]
            if (kind != "NK" or successor in of_terms.get(period, ()))
            and numbers[0] >= 0
            and versions.lived(numbers, *days)[0]
            and day.toordinal() <= np.minimum(days[1], versions.last[numbers[0]])
        ]
    return found
