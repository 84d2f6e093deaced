"""The command that tries mutants: `python -m tests.support.mutation [AREA ...]`, all areas by default.

What belongs here: the areas, and what is said of each mutant. What does not: trying one (`mutant.py`). It takes
many minutes, so that no test does.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.support.mutation import figures, gate, intervals, ledger, macros, reading, returns
from tests.support.mutation.mutant import CannotBeTriedError, Mutant, copied

AREAS: Mapping[str, Sequence[Mutant]] = {
    "reading": reading.MUTANTS,
    "ledger": ledger.MUTANTS,
    "figures": figures.MUTANTS,
    "macros": macros.MUTANTS,
    "intervals": intervals.MUTANTS,
    "gate": gate.MUTANTS,
    "returns": returns.MUTANTS,
}

_SIDE_BY_SIDE = 2


def _try_area(area: str) -> list[str]:
    """Try the mutants of one area, and say which of them came out as nothing explains."""
    wrong = []
    with copied() as copy:
        try:
            copy.prepare(AREAS[area])
        except CannotBeTriedError as error:
            return [f"{area}: {error}"]
        n_survived = 0
        for mutant in AREAS[area]:
            try:
                is_noticed = copy.is_noticed(mutant)
            except CannotBeTriedError as error:
                _say(f"not tried: {area}: {mutant.file}: {mutant.name}: {error}")
                wrong.append(f"{area}: {mutant.name}: not tried")
                continue
            n_survived += not is_noticed
            what = "noticed" if is_noticed else "survived"
            _say(f"{what}: {area}: {mutant.file}: {mutant.name}")
            if not is_noticed and mutant.equivalent:
                _say(f"  which no test can notice: {mutant.equivalent}")
            elif is_noticed == bool(mutant.equivalent):
                wrong.append(f"{area}: {mutant.name}: {what}")
    _say(f"{area}: {len(AREAS[area])} mutants, {n_survived} survived")
    return wrong


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Try the mutants of the areas named, and fail where one comes out as nothing explains."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.mutation", description=__doc__)
    parser.add_argument("areas", nargs="*", metavar="AREA", help=", ".join(AREAS))
    areas = parser.parse_args().areas or list(AREAS)
    if unknown := set(areas) - set(AREAS):
        parser.error(f"there is no area {', '.join(sorted(unknown))}; there are {', '.join(AREAS)}")
    with ThreadPoolExecutor(max_workers=_SIDE_BY_SIDE) as pool:
        wrong = [line for lines in pool.map(_try_area, areas) for line in lines]
    for line in wrong:
        _say(f"nothing explains: {line}")
    _say(f"{sum(len(AREAS[area]) for area in areas)} mutants, {len(wrong)} of them as nothing explains")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
