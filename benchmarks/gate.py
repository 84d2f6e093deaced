"""`python -m benchmarks.gate`: processor time of the gate over the whole demo world, by engine.

What belongs here: the gate alone, on what was read already. What does not: reading, recording and whole
commands (`__main__.py`), and whether the gate is right (`trials.py`).
"""

import statistics
import time
from datetime import UTC, datetime

import click

from demo.grids import WorldHistory, registry_in_memory, submission_in_memory
from demo.world import build
from ingestion.catalogue import load_catalogue
from ingestion.gate import Engine, GateContext, judge

JUDGED_AT = datetime(2021, 6, 1, tzinfo=UTC)
ENGINES: tuple[Engine, ...] = ("masks", "gx")


@click.command()
@click.option("--runs", default=5, show_default=True, help="How often each engine judges the demo.")
def main(runs: int) -> None:
    """Judge the demo world, a batch a period, and print seconds of processor time: least, median, most."""
    world, catalogue = build(), load_catalogue()
    submissions = [submission_in_memory(catalogue, filed) for filed in world.sound()]
    context = GateContext(registry_in_memory(world.registry), catalogue, WorldHistory(world), JUDGED_AT)
    click.echo(f"{len(submissions)} submissions")
    for engine in ENGINES:
        judge(submissions[:1], context, engine=engine)  # what is imported and compiled once
        seconds = []
        for _ in range(runs):
            started = time.process_time()
            judge(submissions, context, engine=engine)
            seconds.append(time.process_time() - started)
        click.echo(f"{engine:6} {min(seconds):6.2f} {statistics.median(seconds):6.2f} {max(seconds):6.2f} s")


if __name__ == "__main__":
    main()
