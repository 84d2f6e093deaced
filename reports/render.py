"""Rendering a project through one subprocess boundary: Quarto where it is installed, else the embedded runner.

What belongs here: choosing the runner, calling it and saying what came out. Both get the same arguments and the
same project. What does not: what a page says (`project.py`) and how the embedded runner works (`runner.py`).
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingestion.messages import ToldError
from reports import engine_output
from reports.quarto_project import FORMATS, find_project

EMBEDDED = "embedded"
"""The runner that comes along; as QUARTO_PATH it is taken though a Quarto is installed."""
LOWEST_QUARTO = (1, 10)
"""The first that brings Typst 0.15, which alone writes PDF/UA-1 together with PDF/A-2a."""


class RenderError(ToldError):
    """Pages could not be rendered; the message names the cause, or pages, lines and the log of all said."""


@dataclass(frozen=True)
class RenderReport:
    """What a rendering gave.

    Attributes:
        runner: `embedded`, or `quarto` with its version.
        folder: where the finished pages and their resources are.
        outputs: finished HTML and PDF files, relative to the folder.
        errors: what failed, one a page: the page, the line where the engine named one, and the cause.
        warnings: what an engine remarked.
        log: the file that holds all that was printed.
    """

    runner: str
    folder: Path
    outputs: tuple[str, ...]
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    log: Path

    @property
    def succeeded(self) -> bool:
        """Whether every page came out."""
        return not self.errors

    def require_success(self) -> "RenderReport":
        """Give the report itself if every page came out.

        Raises:
            RenderError: a page failed.
        """
        if self.errors:
            raise RenderError(
                "render.error.pages", count=len(self.errors), errors="\n".join(self.errors), log=self.log
            )
        return self


def find_quarto(configured: str | None, search_path: str | None) -> Path | None:
    """Find Quarto: the configured program, or a folder that holds it, else on the search path.

    Args:
        configured: the setting QUARTO_PATH, if there is one: a program, a folder, a name on the search path, or
            `embedded` for the runner that comes along. A relative path is relative to the current folder.
        search_path: the setting PATH.

    Raises:
        RenderError: a program is configured and is not there, or cannot be started.
    """
    configured = (configured or "").strip()
    if configured == EMBEDDED:
        return None
    located = shutil.which("quarto", path=search_path) if search_path else None
    if not configured:
        return Path(located).absolute() if located else None
    path = Path(configured).expanduser().absolute()
    candidates = (path / "quarto", path / "bin" / "quarto", path / "quarto.exe") if path.is_dir() else (path,)
    found = next((candidate for candidate in candidates if candidate.is_file()), None)
    if found is None and search_path and Path(configured).name == configured:
        by_name = shutil.which(configured, path=search_path)
        found = Path(by_name).absolute() if by_name else None
    if found is None:
        raise RenderError("render.error.no_quarto", path=configured)
    if not os.access(found, os.X_OK):
        raise RenderError("render.error.quarto_not_executable", path=found)
    return found


def demand_version(quarto: Path) -> str:
    """Give the version of a Quarto.

    Raises:
        RenderError: it cannot be started, tells no version, or is too old.
    """
    try:
        done = subprocess.run(
            [str(quarto), "--version"], capture_output=True, encoding="utf-8", errors="replace", check=False
        )
    except OSError as error:
        raise RenderError("render.error.quarto_broken", path=quarto, said=error) from error
    said = done.stdout.strip()
    numbers = re.match(r"(\d+)\.(\d+)", said)
    if done.returncode or numbers is None:
        raise RenderError("render.error.quarto_broken", path=quarto, said=(said + done.stderr).strip()[:300])
    if (int(numbers[1]), int(numbers[2])) < LOWEST_QUARTO:
        lowest = ".".join(map(str, LOWEST_QUARTO))
        raise RenderError("render.error.quarto_old", path=quarto, version=said, lowest=lowest)
    return said


def command(folder: Path, quarto: Path | None) -> list[str]:
    """Give the command that renders a project; the arguments are the same for both runners."""
    program = [str(quarto)] if quarto else [sys.executable, "-m", "reports.runner"]
    return [*program, "render", str(folder)]


def render_project(
    folder: Path,
    *,
    quarto: Path | None,
    progress: Callable[[int, int, str], None] = lambda done, total, page: None,
) -> RenderReport:
    """Render every page of a project to the formats that it names.

    Args:
        folder: the project, with a `_quarto.yml`.
        quarto: Quarto's program; None for the embedded runner.
        progress: called with the number of pages done, the total and the page.

    Raises:
        RenderError: this Quarto cannot be used.
    """
    runner = f"quarto {demand_version(quarto)}" if quarto else EMBEDDED
    project = find_project(folder)
    output_folder = project.output_folder
    log = folder.absolute().with_name(f"{folder.absolute().name}.log")
    process = subprocess.Popen(
        command(folder, quarto),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        cwd=Path(__file__).parent.parent if quarto is None else folder,
        # A page must look the same on every machine, so that only the project's own fonts count.
        env={**os.environ, "NO_COLOR": "1", "TYPST_IGNORE_SYSTEM_FONTS": "true"},
    )
    said: list[str] = []
    with log.open("w", encoding="utf-8") as kept:
        for line in process.stdout or ():
            kept.write(line)
            if match := engine_output.PROGRESS.match(engine_output.plain(line)):
                progress(int(match[1]), int(match[2]), match[3].strip())
            said.append(line)
    code = process.wait()
    faults, warnings = engine_output.read(said)
    errors = [str(fault) for fault in faults]
    if code != 0 and not errors:
        last = "\n".join(map(engine_output.plain, said[-20:])).strip()
        errors = [last or f"{command(folder, quarto)[0]} ended with code {code}"]
    suffixes = {f".{extension}" for extension in FORMATS.values()}
    outputs = (
        path.relative_to(output_folder).as_posix()
        for path in sorted(output_folder.rglob("*"))
        if path.suffix in suffixes
    )
    return RenderReport(runner, output_folder, tuple(outputs), tuple(errors), warnings, log)
