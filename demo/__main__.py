"""`python -m demo --home DIR`: write the demo world into a state folder.

What belongs here: the command line. What does not: what is written (`world.py`, `writing.py`).
"""

from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from demo.world import build_with, default_seed
from demo.writing import write_world
from ingestion.definitions.overlay import catalogue_of
from ingestion.storage.home import Home
from ingestion.words.labels import LANGUAGES, Language
from ingestion.words.messages import message


@click.command(help=message("demo.help"))
@click.option(
    "--home", type=click.Path(path_type=Path, file_okay=False), required=True, help=message("demo.option.home")
)
@click.option("--only", metavar="UNIT", multiple=True, help=message("demo.option.only"))
@click.option("--seed", type=int, default=default_seed, help=message("demo.option.seed"))
@click.option("--lang", type=click.Choice(LANGUAGES), default="vi", envvar="TONGKET_LANG")
def main(home: Path, only: tuple[str, ...], seed: int, lang: str) -> None:
    """Write the registry, and every workbook into the inbox."""
    language: Language = "en" if lang == "en" else "vi"
    state = Home(home)
    world = build_with(catalogue_of(state), seed)
    known = {submission.unit for submission in world.submissions}
    for unit in only:
        if unit not in known:
            raise click.UsageError(message("demo.unknown_unit", language, unit=unit))
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(message("demo.writing", language), total=None)
        count = write_world(
            world, state, only, lambda done, total: bar.update(task, completed=done, total=total)
        )
    click.echo(message("demo.done", language, count=count, inbox=state.inbox, registry=state.registry))


if __name__ == "__main__":
    main()
