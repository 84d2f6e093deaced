"""`python -m benchmarks`: whole commands over the demo world, as a user runs them.

What belongs here: wall time, processor time and peak memory of a command in a process of its own, over several
runs, with the median to quote. What does not: assertions; machines differ and are noisy.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from demo.world import build
from demo.writing import write_submission, write_world
from ingestion.definitions.registry import load_registry
from ingestion.storage.home import Home

TONGKET = Path(sys.executable).with_name("tongket")
BATCH = 200
"""How many workbooks are checked in one go."""


@dataclass(frozen=True)
class Timing:
    """One run of one command: seconds by the clock and of processor time, peak memory in MB."""

    wall: float
    processor: float
    memory: float


def run(command: Sequence[str | Path], *, answers: Sequence[int] = (0,)) -> Timing:
    """Run a command with its output thrown away, and time it.

    Raises:
        click.ClickException: the command ended with a code that is none of the answers.
    """
    arguments = [str(word) for word in command]
    with Path(os.devnull).open("w") as nowhere:
        silence = [(os.POSIX_SPAWN_DUP2, nowhere.fileno(), stream) for stream in (1, 2)]
        started = time.perf_counter()
        process = os.posix_spawn(arguments[0], arguments, os.environ, file_actions=silence)
        _, status, usage = os.wait4(process, 0)
        wall = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) not in answers:
        raise click.ClickException(f"{' '.join(arguments)} ended with {os.waitstatus_to_exitcode(status)}")
    return Timing(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def report(name: str, timings: Sequence[Timing]) -> None:
    """Print minimum, median and maximum of each figure."""
    for figure, unit in (("wall", "s"), ("processor", "s"), ("memory", "MB")):
        values = sorted(getattr(timing, figure) for timing in timings)
        low, middle, high = values[0], statistics.median(values), values[-1]
        click.echo(f"{name:28} {figure:10} {low:9.1f} {middle:9.1f} {high:9.1f} {unit}")


def repeat(runs: int, once: Callable[[], Timing]) -> list[Timing]:
    """Time something several times."""
    return [once() for _ in range(runs)]


@click.command()
@click.option("--runs", default=3, show_default=True, help="How often each command is timed.")
def main(runs: int) -> None:
    """Time the whole pipeline, checks of one and of many workbooks, a figure and a trace."""
    world = build()
    with tempfile.TemporaryDirectory() as scratch:
        full = Home(Path(scratch) / "full")
        write_world(world, full)
        registry = load_registry(full.registry)
        workbook = Path(scratch) / "one.xlsx"
        largest = max(world.sound(), key=lambda s: sum(len(rows) for rows in s.tables.values()))
        write_submission(world, registry, largest, workbook)
        batch = [Path(scratch) / f"{number}.xlsx" for number in range(BATCH)]
        for path, submission in zip(batch, world.sound(), strict=False):
            write_submission(world, registry, submission, path)
        used = Path(scratch) / "used"

        def pipeline() -> Timing:
            shutil.rmtree(used, ignore_errors=True)
            shutil.copytree(full.root, used)
            return run([TONGKET, "--home", used, "run"])

        asked = ["--indicator", "admissions", "--unit", "VP", "--period", "2015-2020-NK"]
        click.echo(f"{'':28} {'':10} {'least':>9} {'median':>9} {'most':>9}")
        report(f"run ({len(world.submissions)} workbooks)", repeat(runs, pipeline))
        report("run (nothing new)", repeat(runs, lambda: run([TONGKET, "--home", used, "run"])))
        report("check (one workbook)", repeat(runs, lambda: run([TONGKET, "--home", used, "check", workbook])))
        check: list[str | Path] = [TONGKET, "--home", used, "check", *batch]
        # A batch of many units and years holds some that only an explanation would let through.
        report(f"check ({BATCH} workbooks)", repeat(runs, lambda: run(check, answers=(0, 1))))
        report("figures", repeat(runs, lambda: run([TONGKET, "--home", used, "figures", *asked])))
        report("trace", repeat(runs, lambda: run([TONGKET, "--home", used, "trace", *asked])))


if __name__ == "__main__":
    main()
