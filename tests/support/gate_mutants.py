"""Mutants of the publication gate, and whether the unit tests notice that its second computation is wrong.

What belongs here: the changes by name. What does not: trying one, which `figure_mutants` does, and the tests.
Run it with `python -m tests.support.gate_mutants`; it takes minutes, so that no test does.
"""

import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from tests.support.figure_mutants import Mutant, survives

TESTS = ("--noconftest", "tests/unit/publication")
"""They need no shared fixture, whose imports would take longer than they do."""


def _of(module: str, old: str, new: str) -> Mutant:
    tests = ("tests/unit/reports/test_publication_suites.py",) if module == "suites" else TESTS
    return Mutant(f"reports/publication_gate/{module}.py", old, new, tests)


MUTANTS: Mapping[str, Mutant] = {
    # amounts
    "the sign of a summand is dropped": _of("amounts", "summand.sign * values", "values"),
    "a row counts whatever its line": _of(
        "amounts", "wanted &= rows.frame[column]", "wanted |= rows.frame[column]"
    ),
    "a stock is added up within a year": _of(
        "amounts",
        'if measure.within == "last":\n                    values[~is_latest',
        'if measure.within == "never":\n                    values[~is_latest',
    ),
    "an opening is added up within a year": _of(
        "amounts", 'elif measure.within == "first"', 'elif measure.within == "never"'
    ),
    "what is counted is added up within a year": _of(
        "amounts", 'return "last" if summand.count else "sum"', 'return "sum"'
    ),
    "lines all add as their column": _of("amounts", 'if nature != "line"', "if True"),
    "a form after the first overwrites it": _of(
        "amounts", "np.nan_to_num(sums[n_more > 0]) + more[n_more > 0]", "more[n_more > 0]"
    ),
    "rates are added over units": _of("measures", 'in ("rate", "distinct")', "in ()"),
    "a year of its own takes in what merged later": _of(
        "amounts", "sum_by(share.owners[inside], given[inside], n)", "sum_by(share.owners, given, n)"
    ),
    "what is older is not said to be": _of("amounts", "total.carried |= ", "total.carried &= "),
    "a body's row of one form is taken for one of all": _of("amounts", "if len(self.values) > 1", "if False"),
    # bodies
    "a part of a body is taken for the whole": _of("bodies", "(pd.isna(share) or share == 1)", "True"),
    "a split is a merger": _of("bodies", 'in ("merge", "rename")', 'in ("merge", "rename", "split")'),
    "mergers count at one remove only": _of("bodies", "layer = further", "layer = {}"),
    "a branch of another system is below": _of(
        "bodies", "if life.parent in alive and", "if life.parent in alive or"
    ),
    "what merged counts after it went": _of("bodies", "if day < ended_on", "if True"),
    "who merged owes what all count": _of("bodies", 'if row["event_type"] == "rename" and', "if"),
    "under a new name it is another": _of("bodies", "pairs |= {(body, name) for name in layer}", "pass"),
    # gaps
    "a row is another with every unit": _of(
        "gaps", "held[rows.bodies, rows.keys_in_body]", "held[rows.units, rows.keys_in_body]"
    ),
    "what it took in whole is forgotten": _of("gaps", "held[body] |= fills[holder]", "held[body] |= False"),
    # parts
    "who did nothing is meant": _of("parts", "lacks = takes_part & asked", "lacks = asked"),
    "who is not asked is meant": _of("parts", "lacks = takes_part & asked", "lacks = takes_part"),
    # filed
    "all cumulative filings of a year are added": _of(
        "filed", "stands = parts >= cumulative[keys]", "stands = parts >= 0"
    ),
    "the first revision counts": _of("filed", 'keep="last")\n    basis', 'keep="first")\n    basis'),
    "decisions after the moment count": _of(
        "filed", 'decisions = decisions[decisions["decided_at"] <= moment]', "pass"
    ),
    "the verdict stands whatever was decided": _of(
        "filed", 'decided.fillna(frame["verdict"])', 'frame["verdict"].fillna(decided)'
    ),
    # figures
    "a quarter is not a difference": _of(
        "figures",
        "amount[:, number] -= np.nan_to_num(earlier",
        "amount[:, number] += 0 * np.nan_to_num(earlier",
    ),
    "a quarter of a stock is a difference": _of(
        "figures", 'if before and measure.within == "sum":', "if before:"
    ),
    "a quarter needs nobody's filing of it": _of(
        "figures", "there[:, number] &= exact & (", "there[:, number] &= ("
    ),
    "a term takes the stocks of all years": _of(
        "figures", "taken &= (ways != way) | (chosen ==", "_ = (chosen =="
    ),
    "a term is of every system": _of(
        "figures", "base.is_there & members[:, None] & (ways", "base.is_there & (ways"
    ),
    "an earlier year is not missed": _of("states", "sums[position] = _MISSING", "sums[position] = 0"),
    "runs do not begin again": _of(
        "figures", "np.where(is_hit, length + 1, 0)", "np.where(is_hit, length + 1, length)"
    ),
    "systems may not call their terms the same": _of(
        "figures", "self.terms.setdefault(term.code, []).append(term)", "self.terms[term.code] = [term]"
    ),
    # standing
    "what is late is whole": _of("standing", "rank = 0 if newest >= expected else 1", "rank = 0"),
    "a term counts beside its years": _of(
        "standing", "return not any(term.first <=", "return True or any(0 <="
    ),
    "a term counts of who ended in it": _of(
        "standing", "            return False\n        family", "            pass\n        family"
    ),
    # states
    "a term filed once makes its years whole": _of("states", "if said.form not in answering:", "if False:"),
    "one that filed once is held to its years": _of("states", "answered.add((owner, contributor))", "pass"),
    "a term filed once is whole of who left it": _of(
        "states", "if (owner, contributor) in answered else ()", ""
    ),
    "a form filed once answers for the others": _of(
        "states", "if said.form not in answering:", "if not answering:"
    ),
    "a calendar without years is no gap beside": _of(
        "states", "has_years[owner] |= contributor in waited_for", "pass"
    ),
    "a calendar without years is one for all": _of(
        "states", "seen & self._reporting & ~is_all_at_once", "seen & self._reporting"
    ),
    "what a term filed once lacks is whole": _of("states", "blank |= ever & ~now", "pass"),
    "a term filed once needs no cell": _of(
        "states", "blank |= self._is_uncollected(indicator, term.code)", "pass"
    ),
    "an opening stands at the end": _of(
        "figures", 'return term.first if period == term.code and over_time == "first" else year', "return year"
    ),
    # families
    "the quarter before is added": _of("families", "-at(before)", "at(before)"),
    "other children over a term": _of(
        "families", "all(other.get(parent) == children for other in each)", "True"
    ),
    "what took another in is held over a term": _of(
        "families", "not any(body in merged for body in (parent, *children))", "True"
    ),
    "a quarter in which a child came is held": _of("families", "if earlier.get(p) == c", "if True"),
    "terms that are not final are held": _of("families", "is_open[[units[parent], *there]].any()", "False"),
    "only those that file are children": _of(
        "families", "figures.bodies.of_units[period].owners}", "figures.bodies.of_units[period].contributors}"
    ),
    "a parent's own rows are left out": _of(
        "families", "_own(figures, indicator, part, period, parent)", "np.nan"
    ),
    "a parent's own stocks of all years": _of("families", "has = has[-1:]", "pass"),
    "a parent's own openings of all years": _of("families", "has = has[:1]", "pass"),
    "parts of a ratio are not held": _of("families", '"ratio": ("numerator", "denominator")', '"ratio": ()'),
    # derived
    "a term follows whichever was before": _of("derived", "before.last >= term.first - 1", "True"),
    "a term follows one of another system": _of("derived", "latest.get(term.system)", "latest.get('DANG')"),
    "a change has the other sign": _of(
        "derived", '"change_over_term", value - opening', '"change_over_term", opening - value'
    ),
    "a percentage of the closing": _of(
        "derived", "(value - opening) / abs(opening)", "(value - opening) / abs(value)"
    ),
    "what is incomplete is compared": _of("derived", "return derivation in _ALWAYS or", "return True or"),
    "averages and pairs are held back": _of("derived", "derivation in _ALWAYS or rank", "rank"),
    "a change is as whole as its present": _of("derived", "max(rank, past[1])", "rank"),
    "a change is whole whatever its opening": _of("derived", "max(status, *(", "max(status, *(0 * "),
    "older rows of a year are whole": _of(
        "figures", "(base.carried & base.is_there)[:, columns]", "base.carried[:0]"
    ),
    # openings
    "an opening of a later year is whole": _of(
        "openings", "lacks = of_term.first == _INCOMPLETE", "lacks = of_term.first < 0"
    ),
    "a term filed once lacks its opening": _of("openings", " & ~of_term.is_all_at_once", ""),
    "a term filed once needs no opening": _of("openings", "lacks |= of_term.has_at_once", "pass"),
    # stated, repeated, received, rows
    "equal whatever the decimals": _of("stated", "len(decimals))) == stated", "0)) == round(stated)"),
    "what nears from below may reach": _of("stated", "and most < high,", "and most <= high,"),
    "a year alone may break it": _of(
        "stated", "least, _, low, __: least >= low", "_, most, low, __: most >= low"
    ),
    "of how many does not matter": _of("stated", 'said["denominator"] is not None and', "False and"),
    "what it was before does not matter": _of("stated", "before is not None and", "False and"),
    "a target of those below is none": _of("stated", "return _sum(low), _sum(high)", "return np.nan, np.nan"),
    "a row twice is once": _of("rows", "left.pop(key, None)", "left.get(key)"),
    "what is not found is no fault": _of("rows", "pairs += [(*key, ROW, YES, NO, 1.0, np.nan)", "[(*key,"),
    "the day of London": _of("received", "(first + _VIETNAM).date()", "first.date()"),
    "the newest counts": _of("received", 'latest if accepted is None else "accepted"', "latest"),
    "what was held was withdrawn": _of("received", '"refused" if is_refused else "withdrawn"', '"withdrawn"'),
    "a unit without owing has no report": _of("repeated", "    years |= {", "    years & {"),
    "a term filed gives a report": _of("repeated", ' if bodies.when[period][0] != "NK"', ""),
    # previous
    "provisional figures may not shrink": _of("previous", " and status = 'final'", ""),
    "what is derived is taken for a figure": _of("previous", "coalesce(derivation, '') = ''", "true"),
    "bases may not shrink": _of("previous", "org_code in (select org_code from report_unit)", "true"),
    "units that have no report any more may vanish": _of("previous", "return known | {", "return known or {"),
    "new figures are shrunk ones": _of("previous", '.dropna(subset=["expected"])', ""),
    "what was withdrawn explains nothing": _of("previous", "changed = new | withdrawn", "changed = new"),
    "what came explains nothing": _of("previous", "changed = new | withdrawn", "changed = withdrawn"),
    "what came explains no province": _of("previous", "return changed | {", "return changed & {"),
    "everything is explained": _of("previous", 'pairs["unit"].isin(', '~pairs["unit"].isin('),
    # comparison, behind, totals, recomputed, suites
    "a figure twice is one": _of(
        "comparison", 'right["key"] += right.groupby("key").cumcount() * n_keys', "pass"
    ),
    "what only the warehouse has is left out": _of(
        "comparison", 'on="key", how="outer"', 'on="key", how="left"'
    ),
    "what only bronze has is left out": _of("comparison", 'on="key", how="outer"', 'on="key", how="right"'),
    "openings are not held": _of("comparison", "in PARTS_OF_FIGURES[1:]", "in PARTS_OF_FIGURES[1:3]"),
    "rows behind that nobody expects are left out": _of(
        "behind", "*(key for key in found if key not in expected)", ""
    ),
    "cells of two summands overwrite each other": _of("behind", "totals.get(key, 0.0) + value", "value"),
    "terms name the submissions of nobody": _of("behind", "if inside or is_term", "if inside"),
    "sums that only one side has are left out": _of("totals", 'how="outer"', 'how="inner"'),
    "quarters alone are held as sums": _of("totals", " and period_basis = 'CUMULATIVE'", ""),
    "years of another system's term": _of(
        "totals",
        "and (figures.org_code, terms.term_system) in (",
        "and (select true) or ('', '') in (",
    ),
    "a split counts as a merger of the registry": _of(
        "recomputed", 'bodies.successions["event_type"] == "merge"', 'bodies.successions["event_type"] != ""'
    ),
    "mergers count before their day": _of("recomputed", "and day <= bodies.ends[period]", ""),
    "targets of another system's years": _of(
        "targets", 'bodies.terms_of(target["term_code"], target["org_code"])', "bodies.terms[:1]"
    ),
    "a cap is a floor": _of("targets", "actual < bound - _TOLERANCE", "actual > bound + _TOLERANCE"),
    "sides may differ by a tenth": _of("suites", "0.000001 * max", "0.1 * max"),
}
"""Changes by what they make wrong."""

EQUIVALENT: Mapping[str, str] = {}
"""Of those that no test can notice, why."""


def main() -> int:
    """Try all mutants and name those that survive without a reason."""
    alive = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, is_alive in zip(MUTANTS, pool.map(survives, MUTANTS.values()), strict=True):
            if is_alive:
                alive.append(name)
            what = "survived" if is_alive else "noticed"
            sys.stdout.write(f"{what}: {MUTANTS[name].file}: {name}\n")
            sys.stdout.flush()
    for name in alive:
        sys.stdout.write(f"survived: {name}: {EQUIVALENT.get(name, 'nothing says why')}\n")
    sys.stdout.write(f"{len(MUTANTS)} mutants, {len(alive)} survived\n")
    return int(bool(set(alive) - set(EQUIVALENT)))


if __name__ == "__main__":
    sys.exit(main())
