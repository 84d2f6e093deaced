"""`python -m benchmarks.gate`: processor time of the gate over the whole demo world, by engine.

What belongs here: the gate alone, on what was read already, also beside another version of the product. What
does not: reading, recording and whole commands (`__main__.py`), and whether the gate is right (`trials.py`).
"""

import os
import statistics
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import click

JUDGING = Path(__file__).with_name("judging.py")
_INSTALLED = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]


class Gate:
    """A process that judges the demo world with the modules of one checkout, as often as it is asked."""

    def __init__(self, checkout: Path) -> None:
        """Start it; `submissions` is what it judges."""
        # What is installed editable answers for every module that a path lacks, so that the modules of two
        # versions would be mixed. Without site (-S) nothing is, and what is installed is one more path.
        path = os.pathsep.join(map(str, (checkout, *_INSTALLED)))
        self._process = subprocess.Popen(
            [sys.executable, "-S", JUDGING],
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.submissions = int(self._answer())

    def seconds(self, engine: str) -> float:
        """Judge once; gives seconds of processor time."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{engine}\n")
        self._process.stdin.flush()
        return float(self._answer())

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise click.ClickException(f"the gate ended with {self._process.wait()}")
        return line

    def end(self) -> None:
        """Let it end."""
        self._process.communicate()


def told(name: str, values: Sequence[float], unit: str) -> None:
    """Print least, median and most."""
    low, middle, high = min(values), statistics.median(values), max(values)
    click.echo(f"{name:20} {low:6.2f} {middle:6.2f} {high:6.2f} {unit}".rstrip())


@click.command()
@click.option("--runs", default=5, show_default=True, help="How often each engine judges the demo.")
@click.option(
    "--against",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A checkout of another version, timed by turns with this one.",
)
def main(runs: int, against: Path | None) -> None:
    """Judge the demo world, a batch a period, and print seconds of processor time: least, median, most."""
    here = Gate(JUDGING.parent.parent)
    other = Gate(against.resolve()) if against else None
    click.echo(f"{here.submissions} submissions")
    for engine in ("masks", "gx"):
        pairs = []
        for number in range(runs):
            # By turns who is first: what a machine does besides comes and goes.
            sides = [here, other][:: 1 if number % 2 else -1]
            seconds = {side: side.seconds(engine) for side in sides if side}
            pairs.append((seconds[here], seconds[other] if other else 0.0))
        told(engine, [mine for mine, _ in pairs], "s")
        if other:
            told(f"{engine}, the other", [theirs for _, theirs in pairs], "s")
            told(f"{engine}, ratio", [mine / theirs for mine, theirs in pairs], "")
    for side in filter(None, (here, other)):
        side.end()


if __name__ == "__main__":
    main()
