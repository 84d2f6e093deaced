"""What is drawn on a terminal: bars, tables and one-line verdicts; and keeping everything else off it.

What belongs here: rich, and nothing else does. What does not: what is shown (`commands/`) and the texts.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from ingestion.storage.files import private_folder
from orchestration.encoding import HANDLER

_PLAIN_WIDTH = 160


def console(stream: TextIO | None = None) -> Console:
    """Give a console on a stream, by default the standard output; wide where nobody looks at a window."""
    file = stream or sys.stdout
    width = None if file.isatty() else _PLAIN_WIDTH
    return Console(file=file, width=width, highlight=False, soft_wrap=False)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> Table:
    """Make a table of plain texts; nothing in a cell is taken for markup."""
    made = Table(
        title=escape(title) if title else None,
        title_justify="left",
        header_style="bold",
        show_header=any(columns),
    )
    for column in columns:
        made.add_column(escape(column), overflow="fold")
    for row in rows:
        made.add_row(*(escape(str(cell)) for cell in row))
    return made


class Bars:
    """A bar for each stage of a run, on a terminal that somebody looks at."""

    def __init__(self, screen: Console, label: Callable[[str], str]) -> None:
        self._label = label
        self._tasks: dict[str, TaskID] = {}
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}"),
            console=screen,
        )

    def __enter__(self) -> "Bars":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def start(self, stage: str, total: int | None = None) -> None:
        """Draw the bar of a stage."""
        self._tasks[stage] = self._progress.add_task(self._label(stage), total=total, note="")

    def expect(self, stage: str, total: int) -> None:
        """Scale the bar."""
        self._progress.update(self._tasks[stage], total=total)

    def advance(self, stage: str, steps: int = 1) -> None:
        """Move the bar on."""
        self._progress.advance(self._tasks[stage], steps)

    def finish(self, stage: str, note: str = "") -> None:
        """Fill the bar and write the result beside it."""
        task = self._tasks[stage]
        total = self._progress.tasks[self._progress.task_ids.index(task)].total or 1
        self._progress.update(task, total=total, completed=total, note=escape(note))


class Lines:
    """A line for each finished stage of a run, where nobody looks at a window (a log, a pipe)."""

    def __init__(self, screen: Console, label: Callable[[str], str]) -> None:
        self._screen, self._label = screen, label

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *_: object) -> None:
        self._screen.file.flush()

    def start(self, stage: str, total: int | None = None) -> None:
        """Say nothing yet."""

    def expect(self, stage: str, total: int) -> None:
        """Say nothing yet."""

    def advance(self, stage: str, steps: int = 1) -> None:
        """Say nothing yet."""

    def finish(self, stage: str, note: str = "") -> None:
        """Write the stage and its result."""
        self._screen.print(escape(f"{self._label(stage)}{f': {note}' if note else ''}"))
        self._screen.file.flush()


def listener(stream: TextIO, label: Callable[[str], str]) -> Bars | Lines:
    """Give the listener that suits a stream."""
    screen = console(stream)
    return Bars(screen, label) if screen.is_terminal else Lines(screen, label)


@contextmanager
def quiet(log: Path) -> Iterator[TextIO]:
    """Send all that libraries and their processes print to a file; give the stream that the user still reads.

    Redirecting at the level of file descriptors also catches what other processes inherit.
    """
    private_folder(log.parent)
    sys.stdout.flush()
    sys.stderr.flush()
    saved = [(descriptor, os.dup(descriptor)) for descriptor in (1, 2)]
    owns_stream = sys.stderr is sys.__stderr__
    encoding = sys.stderr.encoding
    user = os.fdopen(os.dup(2), "w", encoding=encoding, errors=HANDLER) if owns_stream else sys.stderr
    try:
        with log.open("a", encoding="utf-8") as sink, redirect_stdout(sink), redirect_stderr(sink):
            for descriptor, _ in saved:
                os.dup2(sink.fileno(), descriptor)
            yield user
    finally:
        for descriptor, copy in saved:
            os.dup2(copy, descriptor)
            os.close(copy)
        if owns_stream:
            user.close()
