"""Rendering a project through one subprocess boundary: Quarto where it is installed, else the embedded runner.

What belongs here: choosing the runner, calling it and saying what came out. Both get the same arguments and the
same project. What does not: what a page says (`project.py`) and how the embedded runner works (`runner.py`).
"""

import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingestion.words.messages import ToldError
from reports import called, engine_output
from reports.quarto_project import FORMATS, Project, ProjectError, find_project

EMBEDDED = "embedded"
"""The runner that comes along; as QUARTO_PATH it is taken though a Quarto is installed."""
LOWEST_QUARTO = (1, 10, 17)
"""The first that brings Typst 0.15; the releases to try before it have the number 1.10 too, and Typst 0.14."""
LOWEST_TYPST = (0, 15)
"""The first that writes PDF/UA-1 together with PDF/A-2a. Quarto may be told to take another than it brings."""
ANSWER_SECONDS = 60.0
"""So long Quarto may take to tell a version."""
_OF_QUARTO = ("QUARTO_LOG", "QUARTO_PROFILE")
"""Settings of Quarto's by which it prints less, prints otherwise, or renders another project."""

SILENCE_SECONDS = 900.0
"""So long a runner may print nothing; no page takes a tenth of it."""


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
    # Where it was installed beside this program it is found, though its folder may be on no path.
    beside = str(Path(sys.executable).parent)
    located = shutil.which("quarto", path=f"{beside}{os.pathsep}{search_path}") if search_path else None
    if not configured:
        return Path(located).absolute() if located else None
    path = Path(configured).expanduser().absolute()
    names = ("quarto", "bin/quarto", "quarto.exe", "bin/quarto.exe")
    candidates = tuple(path / name for name in names) if path.is_dir() else (path,)
    found = next((candidate for candidate in candidates if candidate.is_file()), None)
    if found is None and search_path and Path(configured).name == configured:
        by_name = shutil.which(configured, path=search_path)
        found = Path(by_name).absolute() if by_name else None
    if found is None:
        raise RenderError("render.error.no_quarto", path=configured)
    if not os.access(found, os.X_OK):
        raise RenderError("render.error.quarto_not_executable", path=found)
    return found


def settled(configured: str) -> str:
    """Give the setting QUARTO_PATH as it means the same in a program that runs in another folder."""
    stated = configured.strip()
    path = Path(stated).expanduser()
    if not stated or stated == EMBEDDED or (path.name == stated and not path.exists()):
        return stated  # no path, but a name
    return str(path.absolute())


def demand_version(quarto: Path) -> str:
    """Give the version of a Quarto.

    Raises:
        RenderError: it cannot be started, tells no version, does not answer, or is too old, or its Typst is.
    """
    said, complained, code = _answer(quarto, "--version")
    numbers = re.fullmatch(r"(\d+)\.(\d+)(?:\.(\d+))?(?:[-+.]\S*)?", said)
    if code or numbers is None:
        raise RenderError("render.error.quarto_broken", path=quarto, said=(said + complained).strip()[:300])
    if tuple(int(number or 0) for number in numbers.groups()) < LOWEST_QUARTO:
        lowest = ".".join(map(str, LOWEST_QUARTO))
        raise RenderError("render.error.quarto_old", path=quarto, version=said, lowest=lowest)
    printed, complained, _ = _answer(quarto, "typst", "--version")
    # Quarto hands on what Typst prints through its own log, which is where it complains.
    typst = re.search(r"\btypst (\d+)\.(\d+)\S*", f"{printed}\n{complained}")
    # A Quarto that does not say is judged by its own number.
    if typst is not None and (int(typst[1]), int(typst[2])) < LOWEST_TYPST:
        lowest = ".".join(map(str, LOWEST_TYPST))
        told = {"version": said, "typst": typst[0], "lowest": lowest}
        raise RenderError("render.error.typst_old", path=quarto, **told)
    return said


def _answer(quarto: Path, *arguments: str) -> tuple[str, str, int]:
    """Give what Quarto prints, what it complains of, and its exit code.

    Raises:
        RenderError: it cannot be started, or does not answer.
    """
    try:
        done = called.ask([str(quarto), *arguments], ANSWER_SECONDS)
    except TimeoutError as error:
        asked = " ".join(arguments)
        raise RenderError(
            "render.error.quarto_hangs", path=quarto, asked=asked, seconds=round(ANSWER_SECONDS)
        ) from error
    except OSError as error:
        raise RenderError("render.error.quarto_broken", path=quarto, said=error) from error
    return done.stdout.strip(), done.stderr, done.returncode


def command(quarto: Path | None) -> list[str]:
    """Give the command that renders the project in whose folder it runs; the arguments are the same for both.

    The folder is not named: Quarto would read a name with `*`, `[` or `{` as a pattern.
    """
    # Nothing is imported from the folder of the project, which has names of its own.
    program = [str(quarto)] if quarto else [sys.executable, "-P", "-m", "reports.runner"]
    return [*program, "render", "."]


def render_project(
    folder: Path,
    *,
    quarto: Path | None,
    progress: Callable[[int, int, str], None] = lambda done, total, page: None,
    silence: float = SILENCE_SECONDS,
) -> RenderReport:
    """Render every page of a project to the formats that it names.

    Args:
        folder: the project, with a `_quarto.yml`.
        quarto: Quarto's program; None for the embedded runner.
        progress: called with the number of pages done, the total and the page.
        silence: the seconds that a runner may print nothing before it counts as hanging.

    Raises:
        RenderError: this Quarto cannot be used, or the runner hangs, or says of a page that did not come out
            nothing at all, or ends without naming a fault.
    """
    runner = f"quarto {demand_version(quarto)}" if quarto else EMBEDDED
    project = find_project(folder)
    output_folder = project.output_folder
    folder = folder.absolute()
    log = folder.with_name(f"{folder.name}.log")
    said: list[str] = []
    with log.open("w", encoding="utf-8", buffering=1) as kept:  # by lines: it is read while a runner works

        def heard(line: str) -> None:
            kept.write(line)
            if match := engine_output.PROGRESS.match(engine_output.plain(line)):
                progress(int(match[1]), int(match[2]), match[3].strip())
            said.append(line)

        try:
            code = called.follow(
                command(quarto),
                heard,
                silence=silence,
                folder=folder,
                environment=_environment(),
            )
        except TimeoutError as error:
            raise RenderError(
                "render.error.silent", runner=runner, seconds=round(silence), last=_last(said, 1), log=log
            ) from error
    faults, warnings = engine_output.read(said)
    if any(not fault.page for fault in faults) and len(unreadable := _unreadable(project)) == 1:
        for fault in faults:
            fault.page = fault.page or unreadable[0]
    errors = [str(fault) for fault in faults]
    if code != 0 and not errors:
        # Of a program that was killed nothing is left but the page at which it was.
        began = [line for line in said if engine_output.PROGRESS.match(engine_output.plain(line))]
        rest = [line for line in said if line not in began]
        told = {"runner": runner, "how": _ending(code), "page": _last(began, 1) or "–"}
        raise RenderError("render.error.ended", **told, last=_last(rest, 20) or "–", log=log)
    if not errors and (missing := _missing(project)):
        raise RenderError(
            "render.error.missing", runner=runner, count=len(missing), pages=", ".join(missing[:20]), log=log
        )
    suffixes = {f".{extension}" for extension in FORMATS.values()}
    outputs = (
        path.relative_to(output_folder).as_posix()
        for path in sorted(output_folder.rglob("*"))
        if path.suffix in suffixes
    )
    return RenderReport(runner, output_folder, tuple(outputs), tuple(errors), warnings, log)


def _ending(code: int) -> str:
    """Give how a program ended, in words of every language: by its exit code or by a signal."""
    if code > 0:
        return f"exit {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def _environment() -> dict[str, str]:
    """Give the environment of a runner, which finds its program wherever it runs.

    A page must look the same on every machine, so that no fonts of the system count. What Quarto prints is read
    and watched, so that whoever calls has no say in what that is.
    """
    program = str(Path(__file__).parent.parent)
    search_path = os.pathsep.join(filter(None, (program, os.environ.get("PYTHONPATH"))))
    own = {"NO_COLOR": "1", "TYPST_IGNORE_SYSTEM_FONTS": "true", "PYTHONPATH": search_path}
    others = {name: value for name, value in os.environ.items() if not name.startswith(_OF_QUARTO)}
    return {**others, **own}


def _unreadable(project: Project) -> list[str]:
    """Give the pages whose front matter cannot be read, of which Quarto tells the line and not the page."""
    found = []
    for path in project.inputs():
        try:
            project.page(path)
        except ProjectError:
            found.append(path.relative_to(project.folder).as_posix())
    return found


def _missing(project: Project) -> list[str]:
    """Give the finished files that are not there though no runner said of one that it failed."""
    due = (
        (project.output_folder / page.name).with_suffix(f".{FORMATS[target]}")
        for page in map(project.page, project.inputs())
        for target in project.formats(page)
        if target in FORMATS
    )
    return [path.relative_to(project.output_folder).as_posix() for path in due if not path.is_file()]


def _last(said: Sequence[str], count: int) -> str:
    """Give the last lines that hold something."""
    return "\n".join([line for line in map(engine_output.plain, said) if line][-count:]).strip()
