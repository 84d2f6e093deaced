"""`python -m benchmarks.trials`: recall and precision of the gate over the whole demo world, in full numbers.

What belongs here: the counts of grids and files that take too long for a test. What does not: the faults
(`demo.faults.base`) and what is counted (`demo.faults.trials`).
"""

import tempfile
import time
from pathlib import Path

import click

from demo.faults.trials import Score, Trials
from demo.world import build
from tests.trials.formats import run_files


def report(name: str, score: Score, seconds: float) -> None:
    """Print what came of a trial, and every case that went wrong."""
    wrong = [*score.missed, *score.strays, *score.alarms]
    click.echo(
        f"{name:8} faulty {score.cases:5}  sound {score.sound:5}  recall {score.recall:.4f}  "
        f"precision {score.precision:.4f}  findings {score.related:5}  {seconds:6.1f} s"
    )
    for line in wrong:
        click.echo(f"  {line}")


@click.command()
@click.option("--grids", default=2_000, show_default=True, help="Faulty grids, and as many sound ones.")
@click.option("--files", default=200, show_default=True, help="Faulty files, and as many sound ones.")
@click.option("--seed", default=1, show_default=True, help="Another seed draws other cases.")
def main(grids: int, files: int, seed: int) -> None:
    """Judge faulty submissions and their sound twins, as cell grids and as files of every format."""
    trials = Trials(build(), seed)
    started = time.perf_counter()
    report("grids", trials.run(trials.cases(grids)), time.perf_counter() - started)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        score, kinds = run_files(trials, trials.cases(files), Path(folder))
    report("files", score, time.perf_counter() - started)
    click.echo("  found by format: " + ", ".join(f"{kind} {number}" for kind, number in kinds.items()))


if __name__ == "__main__":
    main()
