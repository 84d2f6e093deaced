"""Who had merged into whom by the end of each period, as the registry's figures count it.

What belongs here: which rows of the registry count. What does not: how many they are (`recomputed`), and what
the warehouse has of them (`repeated`).
"""

from reports.publication_gate.bodies import Bodies


def merged_by(bodies: Bodies) -> dict[str, list[tuple[str, str, int]]]:
    """Give by period the mergers until its end: successor, predecessor, and the row of the registry's file.

    At the end of a term it is those into bodies of the term's own system.
    """
    merged = bodies.successions[bodies.successions["event_type"] == "merge"]
    merged = merged[merged["successor_code"].fillna("") != ""]
    of_terms: dict[str, set[str]] = {}
    for term in bodies.terms:
        of_terms.setdefault(term.code, set()).update(bodies.systems.get(term.system, set()))
    columns = ("successor_code", "predecessor_code", "effective_on", "file_row")
    rows = list(zip(*(merged[name] for name in columns), strict=True))
    return {
        period: [
            (str(successor), str(predecessor), int(row))
            for successor, predecessor, day, row in rows
            if (kind != "NK" or successor in of_terms.get(period, ())) and day <= bodies.ends[period]
        ]
        for period, (kind, _) in bodies.when.items()
    }
