"""Mutants of the publication gate: what makes its second computation wrong.

What belongs here: data alone. What does not: trying a mutant (`mutant.py`).
"""

from collections.abc import Sequence

from tests.support.mutation.mutant import Mutant

TESTS = ("--noconftest", "tests/unit/publication")
"""They need no shared fixture, whose imports would take longer than they do."""


def _of(name: str, module: str, old: str, new: str, equivalent: str = "") -> Mutant:
    tests = ("tests/unit/reports/test_publication_suites.py",) if module == "suites" else TESTS
    return Mutant(name, f"reports/publication_gate/{module}.py", old, new, tests, equivalent)


MUTANTS: Sequence[Mutant] = (
    # amounts
    _of("the sign of a summand is dropped", "cells", "summand.sign * values", "values"),
    _of(
        "a row counts whatever its line",
        "cells",
        "chosen &= rows.frame[column]",
        "chosen |= rows.frame[column]",
    ),
    _of(
        "a stock is added up within a year",
        "amounts",
        'if measure.within == "last":\n                values[~closes',
        'if measure.within == "never":\n                values[~closes',
    ),
    _of(
        "an opening is added up within a year",
        "amounts",
        'elif measure.within == "first"',
        'elif measure.within == "never"',
    ),
    _of(
        "what is counted is added up within a year",
        "measures",
        'return "last" if summand.count else "sum"',
        'return "sum"',
    ),
    _of("lines all add as their column", "cells", 'if nature != "line"', "if True"),
    _of(
        "a form after the first overwrites it",
        "amounts",
        "np.nan_to_num(total.amount[is_there]) + sums[is_there]",
        "sums[is_there]",
    ),
    _of("rates are added over units", "measures", 'in ("rate", "distinct")', "in ()"),
    _of("a year of its own takes in what merged later", "asked", "if on <= day:", "if True:"),
    _of(
        "what is older is not said to be", "amounts", "in ((total.carried, tiles.carried), (total", "in ((total"
    ),
    _of(
        "a body's row of one form is taken for one of all",
        "quarter_rows",
        "if len(self._adding.values) > 1 or not",
        "if not",
    ),
    # who counts in what, covers, and rows as stretches of time
    _of("what ended goes over to nobody", "asked", "            owners |= layer", "            pass"),
    _of(
        "who moved counts where it was",
        "asked",
        "on = min(day, int(self._lives.last[body]))",
        "on = int(self._lives.first[body])",
    ),
    _of(
        "a stock of who ended counts above it",
        "asked",
        "stands(contributors, until, until),",
        "stands(contributors, new_year, until),",
    ),
    _of(
        "an opening of who came later counts above it",
        "asked",
        "stands(contributors, begins, begins) |",
        "stands(contributors, begins, until) |",
    ),
    _of("what lives on counts to the end", "asked", "lives_on = (until < end) &", "lives_on = (until < 0) &"),
    _of(
        "a successor has nothing before its birth", "asked", "if lives.first[body] > asked.until:", "if False:"
    ),
    _of(
        "a successor lacks no year before its birth",
        "asked",
        "first[body] = min(first[body], own[before])",
        "pass",
    ),
    _of("who is covered does not give way", "asked", "parts[covered] = min(parts[covered], begun)", "pass"),
    _of("a cover opens nothing", "asked", " | (covered <= begins)", ""),
    _of("a cover takes nothing in", "covers", "return self.since <= last < self.until", "return False"),
    _of(
        "who is covered is waited for",
        "standing",
        "if not newest and self._is_covered(unit, year, part):",
        "if False:",
    ),
    _of("the row that ends earlier stands", "tiles", "if last[b] > day or", "if last[b] < day or"),
    _of("a row is not cut where its organisation came", "tiles", "np.maximum(first, first_with)", "first"),
    _of(
        "a row is older though its organisation left",
        "tiles",
        "(filed < newest) & lives.is_with(about, units, filed + 1, newest),",
        "filed < newest,",
    ),
    _of(
        "a stock of what left counts in the end",
        "tiles",
        "is_latest & is_with(np.minimum(end, lives.last[units])),",
        "is_latest,",
    ),
    _of("a row gives way to nobody", "amounts", "if others & counting[owner]}", "if not others}"),
    _of(
        "rows about an organisation do not give way",
        "amounts",
        "np.where(tiles.gives_way, -1, organisations)",
        "organisations",
    ),
    # bodies
    _of("a part of a body is taken for the whole", "bodies", "(pd.isna(share) or share == 1)", "True"),
    _of("a split is a merger", "bodies", 'in ("merge", "rename")', 'in ("merge", "rename", "split")'),
    _of("mergers count at one remove only", "bodies", "layer = further", "layer = {}"),
    _of(
        "a branch of another system is below",
        "bodies",
        "if life.parent in alive and",
        "if life.parent in alive or",
    ),
    _of(
        "what merged counts after it went",
        "asked",
        "merely_stood(contributors, asked.window, there",
        "merely_stood(contributors, 0, there",
    ),
    _of("who merged owes what all count", "bodies", 'if row["event_type"] == "rename" and', "if"),
    _of("under a new name it is another", "bodies", "pairs |= {(body, name) for name in layer}", "pass"),
    # gaps
    _of(
        "a row is another with every unit",
        "gaps",
        "held[rows.bodies, rows.keys_in_body]",
        "held[rows.units, rows.keys_in_body]",
    ),
    _of("what it took in whole is forgotten", "gaps", "held[body] |= fills[holder]", "held[body] |= False"),
    # parts
    _of("who did nothing is meant", "parts", "lacks = takes_part & asked", "lacks = asked"),
    _of("who is not asked is meant", "parts", "lacks = takes_part & asked", "lacks = takes_part"),
    # filed
    _of(
        "all cumulative filings of a year are added",
        "filed",
        "stands = parts >= cumulative[keys]",
        "stands = parts >= 0",
    ),
    _of("the first revision counts", "filed", 'keep="last")\n    basis', 'keep="first")\n    basis'),
    _of(
        "decisions after the moment count",
        "filed",
        'decisions = decisions[decisions["decided_at"] <= moment]',
        "pass",
    ),
    _of(
        "the verdict stands whatever was decided",
        "filed",
        'decided.fillna(frame["verdict"])',
        'frame["verdict"].fillna(decided)',
    ),
    # figures
    _of(
        "a quarter is not a difference",
        "figures",
        "amount[:, number] -= np.nan_to_num(earlier",
        "amount[:, number] += 0 * np.nan_to_num(earlier",
    ),
    _of(
        "a quarter of a stock is a difference",
        "figures",
        'if earlier is not None and measure.within == "sum":',
        "if earlier is not None:",
    ),
    _of(
        "a quarter needs nobody's filing of it",
        "figures",
        "there[:, number] &= exact & (",
        "there[:, number] &= (",
    ),
    _of(
        "a term takes the stocks of all years",
        "figures",
        "taken &= (ways != way) | (chosen ==",
        "_ = (chosen ==",
    ),
    _of(
        "a term is of every system",
        "figures",
        "amounts.is_there & members[:, None] & (ways",
        "amounts.is_there & (ways",
    ),
    _of("an earlier year is not missed", "states", "sums[position] = _MISSING", "sums[position] = 0"),
    _of(
        "runs do not begin again",
        "figures",
        "np.where(is_hit, length + 1, 0)",
        "np.where(is_hit, length + 1, length)",
    ),
    _of(
        "systems may not call their terms the same",
        "figures",
        "self.terms.setdefault(term.code, []).append(term)",
        "self.terms[term.code] = [term]",
    ),
    # standing
    _of("what is late is whole", "standing", "rank = 0 if newest >= expected else 1", "rank = 0"),
    _of(
        "a term counts beside its years", "standing", "return not any(term.first <=", "return True or any(0 <="
    ),
    _of("a term counts of who ended in it", "standing", "if not self._stands(unit, day):", "if False:"),
    # states
    _of(
        "a term filed once makes its years whole",
        "states",
        "np.fmax.at(of_years[year], shares.owners[heard], ranks[heard])",
        "pass",
    ),
    _of("one that filed once is held to its years", "states", "[pair in answered for", "[False for"),
    _of(
        "a term filed once is whole of who left it",
        "states",
        "[pair in answered for",
        "[bool(at_once[pair[1]]) for",
    ),
    _of(
        "a form filed once answers for the others",
        "states",
        "np.where(is_answered, beside, ranks)",
        "np.where(is_answered, -1.0, ranks)",
    ),
    _of(
        "a calendar without years is no gap beside", "states", "has_years[whole.owners[counts]] = True", "pass"
    ),
    _of(
        "a calendar without years is one for all",
        "states",
        "seen & self._filing & ~is_all_at_once",
        "seen & self._filing",
    ),
    _of("what a term filed once lacks is whole", "states", "blank |= ever & ~now", "pass"),
    _of(
        "a term filed once needs no cell",
        "states",
        "blank |= self._is_uncollected(indicator, term.code)",
        "pass",
        "what is not asked for at a term's end comes to no figure, and who files yearly lacks it then",
    ),
    _of(
        "an opening stands at the end",
        "figures",
        'return term.first if shares.term and over_time == "first" else year',
        "return year",
    ),
    # families
    _of("the quarter before is added", "families", "0.0, whole) - np", "0.0, whole) + np"),
    _of("other children over a term", "families", "if lasting.issuperset((parent, *mine))", "if True"),
    _of(
        "what took another in is held over a term",
        "families",
        "members - bodies.predecessors.keys()",
        "members",
    ),
    _of("a quarter in which a child came is held", "families", "ways.discard(way)", "pass"),
    _of("terms that are not final are held", "families", "is_open[[units[parent], *there]].any()", "False"),
    _of(
        "only those that file are children",
        "families",
        "in np.unique(shares.owners)",
        "in np.unique(shares.contributors)",
    ),
    _of(
        "a parent's own rows are left out",
        "families",
        "filed = [own[column] for column, _ in mine_of]",
        "filed = [np.nan for _ in mine_of]",
    ),
    _of("a parent's own stocks of all years", "families", 'ways == "last", is_last,', 'ways == "last", there,'),
    _of(
        "a parent's own openings of all years",
        "families",
        'ways == "first", is_first,',
        'ways == "first", there,',
    ),
    _of("parts of a ratio are not held", "families", '"ratio": ("numerator", "denominator")', '"ratio": ()'),
    # derived
    _of("a term follows whichever was before", "derived", "before.last >= term.first - 1", "True"),
    _of("a term follows one of another system", "derived", "latest.get(term.system)", "latest.get('DANG')"),
    _of(
        "a change has the other sign",
        "derived",
        '"change_over_term", value - opening',
        '"change_over_term", opening - value',
    ),
    _of(
        "a percentage of the closing",
        "derived",
        "(value - opening) / abs(opening)",
        "(value - opening) / abs(value)",
    ),
    _of("what is incomplete is compared", "derived", "return derivation in _ALWAYS or", "return True or"),
    _of("averages and pairs are held back", "derived", "derivation in _ALWAYS or rank", "rank"),
    _of("a change is as whole as its present", "derived", "max(rank, past[1])", "rank"),
    _of("a change is whole whatever its opening", "derived", "max(status, *(", "max(status, *(0 * "),
    _of(
        "older rows of a year are whole",
        "single_years",
        "amounts.carried[:, columns].any(axis=1) & ~np",
        "False & ~np",
    ),
    # openings
    _of(
        "an opening of a later year is whole",
        "openings",
        "lacks = of_term.first == _INCOMPLETE",
        "lacks = of_term.first < 0",
    ),
    _of("a term filed once lacks its opening", "openings", " & ~of_term.is_all_at_once", ""),
    _of("a term filed once needs no opening", "openings", "lacks |= of_term.has_at_once", "pass"),
    # stated, repeated, received, rows
    _of("equal whatever the decimals", "stated", "len(decimals))) == stated", "0)) == round(stated)"),
    _of("what nears from below may reach", "stated", "and most < high,", "and most <= high,"),
    _of(
        "a year alone may break it",
        "stated",
        "least, _, low, __: least >= low",
        "_, most, low, __: most >= low",
    ),
    _of("of how many does not matter", "stated", 'said["denominator"] is not None and', "False and"),
    _of("what it was before does not matter", "stated", "before is not None and", "False and"),
    _of("a target of those below is none", "stated", "return _sum(low), _sum(high)", "return np.nan, np.nan"),
    _of("a row twice is once", "rows", "left.pop(key, None)", "left.get(key)"),
    _of("what is not found is no fault", "rows", "pairs += [(*key, ROW, YES", "_ = [(*key, ROW, YES"),
    _of("the day of London", "received", "(first + _VIETNAM).date()", "first.date()"),
    _of("the newest counts", "received", 'latest if accepted is None else "accepted"', "latest"),
    _of("what was held was withdrawn", "received", '"refused" if is_refused else "withdrawn"', '"withdrawn"'),
    _of("a unit without owing has no report", "repeated", "    years |= {", "    years & {"),
    _of("a term filed gives a report", "repeated", ' if bodies.when[period][0] != "NK"', ""),
    # previous
    _of("provisional figures may not shrink", "previous", " and status = 'final'", ""),
    _of("what is derived is taken for a figure", "previous", "coalesce(derivation, '') = ''", "true"),
    _of("bases may not shrink", "previous", "org_code in (select org_code from report_unit)", "true"),
    _of("units that have no report any more may vanish", "previous", "return known | {", "return known or {"),
    _of("new figures are shrunk ones", "previous", '.dropna(subset=["expected"])', ""),
    _of("what was withdrawn explains nothing", "previous", "changed = new | withdrawn", "changed = new"),
    _of("what came explains nothing", "previous", "changed = new | withdrawn", "changed = withdrawn"),
    _of("what came explains no province", "previous", "return changed | {", "return changed & {"),
    _of("everything is explained", "previous", 'pairs["unit"].isin(', '~pairs["unit"].isin('),
    # comparison, behind, totals, recomputed, suites
    _of(
        "a figure twice is one",
        "comparison",
        'right["key"] += right.groupby("key").cumcount() * n_keys',
        "pass",
    ),
    _of(
        "what only the warehouse has is left out", "comparison", 'on="key", how="outer"', 'on="key", how="left"'
    ),
    _of("what only bronze has is left out", "comparison", 'on="key", how="outer"', 'on="key", how="right"'),
    _of("openings are not held", "comparison", "in PARTS_OF_FIGURES[1:]", "in PARTS_OF_FIGURES[1:3]"),
    _of(
        "rows behind that nobody expects are left out",
        "behind",
        "*(key for key in found if key not in expected)",
        "",
    ),
    _of("cells of two summands overwrite each other", "behind", "totals.get(key, 0.0) + value", "value"),
    _of("terms name the submissions of nobody", "behind", "in figures.years_of(term):", "in ():"),
    _of("sums that only one side has are left out", "totals", 'how="outer"', 'how="inner"'),
    _of("quarters alone are held as sums", "totals", " and period_basis = 'CUMULATIVE'", ""),
    _of(
        "years of another system's term",
        "totals",
        "and (figures.org_code, terms.term_system) in (",
        "and (select true) or ('', '') in (",
    ),
    _of(
        "a split counts as a merger of the registry",
        "mergers",
        'bodies.successions["event_type"] == "merge"',
        'bodies.successions["event_type"] != ""',
    ),
    _of(
        "mergers count before their day",
        "mergers",
        "and day.toordinal() <= np.minimum(days[1], versions.last[numbers[0]])",
        "",
    ),
    _of(
        "targets of another system's years",
        "targets",
        'bodies.terms_of(target["term_code"], target["org_code"])',
        "bodies.terms[:1]",
    ),
    _of("a cap is a floor", "targets", "actual < bound - TOLERANCE", "actual > bound + TOLERANCE"),
    _of("sides may differ by a tenth", "suites", "0.000001 * max", "0.1 * max"),
)
