"""The embedded runner: renders a Quarto project without Quarto, with Quarto's arguments.

`python -m reports.runner render <project or pages> [--to html,typst] [--output-dir DIR] …` reads the same
project as `quarto render` and calls the same engines. What belongs here: the command line, the order of work,
what is copied where. What does not: anything about reports; it renders whatever pages a project holds.
"""

import argparse
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.engines import EngineError, PdfCompiler, convert
from reports.quarto_project import ALIASES, FORMATS, Page, Project, ProjectError, find_project

_WORKERS = 2
_IGNORED_FLAGS = ("--execute", "--no-execute", "--no-cache", "--cache", "--debug")


@dataclass(frozen=True)
class Job:
    """One page in one format."""

    page: Page
    target: str

    @property
    def label(self) -> str:
        """The page and format, as messages name them."""
        return f"{self.page.name} ({self.target})"


@dataclass(frozen=True)
class Outcome:
    """What became of one job; `error` is the engine's message where there is no output."""

    job: Job
    output: Path | None
    warnings: tuple[str, ...] = ()
    error: str | None = None


def render(
    project: Project,
    inputs: Iterable[Path],
    *,
    formats: Sequence[str] = (),
    output_folder: Path | None = None,
    overrides: dict[str, Any] | None = None,
    report: Callable[[int, int, Outcome], None] = lambda done, total, outcome: None,
) -> list[Outcome]:
    """Render pages of a project; a page that fails stops no other.

    Args:
        project: the project.
        inputs: its pages.
        formats: formats for every page; empty: those that each page names.
        output_folder: where output goes; by default where the project says.
        overrides: metadata given on the command line.
        report: called after each job with the number done and the total.
    """
    folder = output_folder or project.output_folder
    jobs, outcomes = _plan(project, inputs, formats)
    fonts = _font_paths(project)
    compiler = PdfCompiler(project.folder, fonts)
    total = len(jobs) + len(outcomes)
    for number, outcome in enumerate(outcomes, start=1):
        report(number, total, outcome)
    with ThreadPoolExecutor(max_workers=_WORKERS) as pool:
        for outcome in pool.map(lambda job: _render_job(project, job, compiler, folder, overrides or {}), jobs):
            outcomes.append(outcome)
            report(len(outcomes), total, outcome)
    return outcomes


def _plan(project: Project, inputs: Iterable[Path], formats: Sequence[str]) -> tuple[list[Job], list[Outcome]]:
    jobs: list[Job] = []
    unreadable: list[Outcome] = []
    for path in inputs:
        try:
            page = project.page(path)
        except ProjectError as error:
            page = Page(path, path.relative_to(project.folder).as_posix(), {}, "")
            unreadable.append(Outcome(Job(page, "html"), None, error=str(error)))
            continue
        jobs += [Job(page, target) for target in (formats or project.formats(page))]
    return jobs, unreadable


def _font_paths(project: Project) -> list[Path]:
    formats = project.config.get("format")
    options = formats.get("typst") if isinstance(formats, dict) else None
    paths = (options or {}).get("font-paths") or ()
    return [project.folder / path for path in ([paths] if isinstance(paths, str) else paths)]


def _render_job(
    project: Project, job: Job, compiler: PdfCompiler, folder: Path, overrides: dict[str, Any]
) -> Outcome:
    if job.target not in FORMATS:
        known = ", ".join(sorted({*FORMATS, *ALIASES}))
        return Outcome(job, None, error=f"the format {job.target} is not known here; there are {known}")
    options = {**project.options(job.page, job.target), **overrides}
    if options.get("toc") and "toc-title" not in options and "toc-title-document" in project.language:
        options["toc-title"] = project.language["toc-title-document"]
    output = (folder / job.page.name).with_suffix("." + FORMATS[job.target])
    output.parent.mkdir(parents=True, exist_ok=True)
    try:
        converted = convert(job.page.body, options, job.target, job.page.path.parent)
        warnings = converted.warnings
        if job.target == "html":
            output.write_text(converted.text, encoding="utf-8")
        else:
            warnings += _compile(converted.text, job.page, compiler, output, bool(options.get("keep-typ")))
    except EngineError as error:
        return Outcome(job, None, error=str(error))
    return Outcome(job, output, warnings)


def _compile(text: str, page: Page, compiler: PdfCompiler, output: Path, keep: bool) -> tuple[str, ...]:
    # Beside the page, as Quarto does it: paths of images are relative to the page.
    source = page.path.with_suffix(".typ")
    source.write_text(text, encoding="utf-8")
    try:
        return compiler.compile(source, output)
    finally:
        if not keep:
            source.unlink()


def copy_resources(project: Project, folder: Path) -> None:
    """Copy the files that `project.resources` names beside the finished pages."""
    if folder.resolve() == project.folder.resolve():
        return
    for glob in project.resources:
        pattern = f"{glob}/*" if glob.endswith("**") else glob
        for path in sorted(project.folder.glob(pattern)):
            if path.is_file() and not path.is_relative_to(folder):
                target = folder / path.relative_to(project.folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 if every page came out, 1 if one failed, 2 for wrong use."""
    options = _parser().parse_args(arguments)
    try:
        project, inputs = _locate(options.inputs)
    except ProjectError as error:
        print(f"ERROR: {error}", file=sys.stderr)  # noqa: T201
        return 2
    folder = project.folder / options.output_dir if options.output_dir else project.output_folder
    is_whole = not inputs
    if is_whole and options.clean and folder.resolve() != project.folder.resolve() and folder.is_dir():
        shutil.rmtree(folder)
    formats = [ALIASES.get(name, name) for name in (options.to or "").split(",") if name not in ("", "all")]
    overrides = dict(pair.partition(":")[::2] for pair in options.metadata)

    def say(done: int, total: int, outcome: Outcome) -> None:
        if not options.quiet:
            print(f"[{done:>3}/{total}] {outcome.job.label}", file=sys.stderr)  # noqa: T201
        for warning in outcome.warnings:
            print(f"WARNING: {outcome.job.label}: {warning}", file=sys.stderr)  # noqa: T201

    outcomes = render(
        project,
        inputs or project.inputs(),
        formats=formats,
        output_folder=folder,
        overrides=overrides,
        report=say,
    )
    copy_resources(project, folder)
    failed = [outcome for outcome in outcomes if outcome.error]
    for outcome in failed:
        print(f"ERROR: {outcome.job.label}: {outcome.error}", file=sys.stderr)  # noqa: T201
    if not outcomes:
        print(f"ERROR: {project.folder}: there is no page to render", file=sys.stderr)  # noqa: T201
        return 1
    if not options.quiet and not failed:
        print(f"Output created: {folder}", file=sys.stderr)  # noqa: T201
    return 1 if failed else 0


def _locate(names: Sequence[str]) -> tuple[Project, list[Path]]:
    """Give the project of the arguments and the pages that they name; no pages: all of them."""
    paths = [Path(name).resolve() for name in names] or [Path.cwd()]
    for path in paths:
        if not path.exists():
            raise ProjectError(f"{path}: there is no such page or project")
    project = find_project(paths[0])
    if any(path == project.folder for path in paths):
        return project, []
    pages: list[Path] = []
    for path in paths:
        if not path.is_relative_to(project.folder):
            raise ProjectError(f"{path}: is not part of the project {project.folder}")
        pages += [p for p in project.inputs() if p.is_relative_to(path)] if path.is_dir() else [path]
    return project, pages


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m reports.runner", description="Render a Quarto project.")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("render", help="render a project, a folder of it, or pages")
    command.add_argument("inputs", nargs="*", help="a project folder or pages; the current folder by default")
    command.add_argument("-t", "--to", help="formats, separated by commas: html, typst (pdf is typst here)")
    command.add_argument("--output-dir", help="where output goes, relative to the project")
    command.add_argument("-M", "--metadata", action="append", default=[], metavar="KEY:VALUE")
    command.add_argument(
        "--no-clean", dest="clean", action="store_false", help="keep what the output folder has"
    )
    command.add_argument("-q", "--quiet", action="store_true", help="say nothing but warnings and errors")
    for flag in _IGNORED_FLAGS:
        command.add_argument(flag, action="store_true", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
