"""The gate over the whole demo world, once a line of standard input: a process for `benchmarks.gate`.

What belongs here: what every version of the product can do whose gate has engines, for this file is run over
the modules of another checkout too. What does not: how often, by turns with what, and the report.

A line is the name of an engine; the answer is seconds of processor time. The first line out says how many
submissions there are.
"""

import sys
import time
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import click

from demo.grids import WorldHistory, registry_in_memory, submission_in_memory
from demo.world import build
from ingestion.gate import Engine, GateContext, judge

JUDGED_AT = datetime(2021, 6, 1, tzinfo=UTC)
ENGINES: tuple[Engine, ...] = ("masks", "gx")


def shipped_catalogue() -> Any:
    """Give forms and indicators of the version whose modules are on the path."""
    try:
        module = import_module("ingestion.definitions.catalogue")
    except ModuleNotFoundError:  # until 58f73f4, which put forms, indicators and registry into one room
        module = import_module("ingestion.catalogue")
    return module.load_catalogue()


def main() -> None:
    """Judge the demo world, a batch a period, for every line."""
    world, catalogue = build(), shipped_catalogue()
    submissions = [submission_in_memory(catalogue, filed) for filed in world.sound()]
    context = GateContext(registry_in_memory(world.registry), catalogue, WorldHistory(world), JUDGED_AT)
    for engine in ENGINES:
        judge(submissions[:1], context, engine=engine)  # what is imported and compiled once
    click.echo(len(submissions))
    by_name = {str(engine): engine for engine in ENGINES}
    for line in sys.stdin:
        started = time.process_time()
        judge(submissions, context, engine=by_name[line.strip()])
        click.echo(time.process_time() - started)


if __name__ == "__main__":
    main()
