"""Rendering a project through one subprocess boundary: Quarto where it is installed, else the embedded runner.

What belongs here: choosing the runner, calling it and saying what came out. Both get the same arguments and the
same project. What does not: what a page says (`project.py`) and how the embedded runner works (`runner.py`).
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reports.quarto_project import FORMATS, find_project

EMBEDDED = "embedded"
_PROGRESS = re.compile(r"^\s*\[\s*(\d+)/(\d+)\]\s*(.+)$")
_PROBLEM = re.compile(r"^\s*(?:\x1b\[[0-9;]*m)*(ERROR|WARNING|WARN)\b:?\s*(.*)$")


class RenderError(Exception):
    """Pages could not be rendered; the message names them and what the engine said."""


@dataclass(frozen=True)
class RenderReport:
    """What a rendering gave.

    Attributes:
        runner: `embedded`, or `quarto` with its version.
        folder: where the finished pages and their resources are.
        outputs: finished HTML and PDF files, relative to the folder.
        errors: what failed, one a page, with the engine's message.
        warnings: what an engine remarked.
    """

    runner: str
    folder: Path
    outputs: tuple[str, ...]
    errors: tuple[str, ...]
    warnings: tuple[str, ...]

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
            raise RenderError("\n".join(self.errors))
        return self


def find_quarto(configured: str | None, search_path: str | None) -> Path | None:
    """Find Quarto: the configured program, or a folder that holds it, else on the search path.

    Args:
        configured: the setting QUARTO_PATH, if there is one.
        search_path: the setting PATH.

    Raises:
        RenderError: a program is configured and is not there.
    """
    if configured:
        path = Path(configured)
        candidates = (
            (path / "quarto", path / "bin" / "quarto", path / "quarto.exe") if path.is_dir() else (path,)
        )
        found = next((candidate for candidate in candidates if candidate.is_file()), None)
        if found is None:
            raise RenderError(f"QUARTO_PATH names {configured}, and there is no Quarto")
        return found
    located = shutil.which("quarto", path=search_path) if search_path else None
    return Path(located) if located else None


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
    """
    project = find_project(folder)
    output_folder = project.output_folder
    process = subprocess.Popen(
        command(folder, quarto),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        cwd=Path(__file__).parent.parent if quarto is None else folder,
    )
    said: list[str] = []
    if process.stdout is not None:
        for line in process.stdout:
            if match := _PROGRESS.match(line):
                progress(int(match[1]), int(match[2]), match[3].strip())
            else:
                said.append(line.rstrip())
    code = process.wait()
    problems = [match for line in said if (match := _PROBLEM.match(line))]
    errors = [match[2] for match in problems if match[1] == "ERROR"]
    if code != 0 and not errors:
        errors = ["\n".join(said[-20:]) or f"{command(folder, quarto)[0]} ended with code {code}"]
    suffixes = {f".{extension}" for extension in FORMATS.values()}
    outputs = (
        path.relative_to(output_folder).as_posix()
        for path in sorted(output_folder.rglob("*"))
        if path.suffix in suffixes
    )
    return RenderReport(
        runner=_version(quarto),
        folder=output_folder,
        outputs=tuple(outputs),
        errors=tuple(errors),
        warnings=tuple(match[2] for match in problems if match[1] != "ERROR"),
    )


def _version(quarto: Path | None) -> str:
    if quarto is None:
        return EMBEDDED
    done = subprocess.run([str(quarto), "--version"], capture_output=True, text=True, check=False)
    return f"quarto {done.stdout.strip()}".strip()
