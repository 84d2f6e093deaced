"""`tongket doctor`: what is there, what is missing, and what that costs.

What belongs here: looking at the machine, and showing all that was found. What does not: looking at the state
folder (`orchestration/health.py`).
"""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path

import click
from packaging.requirements import Requirement

from ingestion.storage.machine import MEMORY_VARIABLE, MemorySettingError, machine_memory_mb, warehouse_limits
from ingestion.words import writing
from ingestion.words.messages import ToldError
from orchestration import environment
from orchestration.commands.common import print_json
from orchestration.diagnosis import Diagnosis, State
from orchestration.errors import DONE, REFUSED, WRONG_USE
from orchestration.health import STATE_VERSION, examine
from orchestration.texts import Invocation, command, json_option, pass_invocation

_PRODUCT = "tongket"


def diagnose(call: Invocation) -> Iterator[Diagnosis]:
    """Look at the machine, then at the state folder."""
    yield _python(call)
    yield from (_package(call, name) for name in needed_packages())
    yield from _rendering(call)
    yield _soffice(call)
    yield _fonts(call)
    yield _memory(call)
    yield Diagnosis("code_version", call.text("cli.doctor.git"), "ok", environment.code_version())
    yield from examine(call)


def needed_packages() -> tuple[str, ...]:
    """Give the packages without which some command does not work: those that the installed product declares.

    Where it is not installed at all, nothing declares any, and it is the product itself that is missing.
    """
    try:
        declared = [Requirement(text) for text in requires(_PRODUCT) or ()]
    except PackageNotFoundError:
        return (_PRODUCT,)
    return tuple(one.name for one in declared if one.marker is None or one.marker.evaluate({"extra": ""}))


def _python(call: Invocation) -> Diagnosis:
    is_new_enough = sys.version_info >= (3, 11)
    detail = f"{platform.python_version()} ({sys.executable})"
    return Diagnosis(
        "python", call.text("cli.doctor.python"), "ok" if is_new_enough else "broken", detail, True
    )


def _package(call: Invocation, name: str) -> Diagnosis:
    what = call.text("cli.doctor.package", name=name)
    try:
        return Diagnosis(name, what, "ok", version(name), True)
    except PackageNotFoundError:
        return Diagnosis(name, what, "missing", call.text("cli.doctor.package_missing", name=name), True)


def _rendering(call: Invocation) -> Iterator[Diagnosis]:
    """Look which runner there is, and let it render one page."""
    from reports.render import RenderError, demand_version, find_quarto  # noqa: PLC0415

    what = call.text("cli.doctor.quarto")
    try:
        program = find_quarto(os.environ.get("QUARTO_PATH"), os.environ.get("PATH"))
        version_of = demand_version(program) if program else None
    except RenderError as error:
        yield Diagnosis("quarto", what, "broken", error.told(call.language), True)
        return
    # A variable that was left empty is none; whoever set it may have meant something by it.
    blank = "" if os.environ.get("QUARTO_PATH", "-").strip() else call.text("cli.doctor.quarto_blank")
    if version_of is None:
        detail = call.text("cli.doctor.quarto_missing")
        yield Diagnosis("quarto", what, "missing", f"{detail} {blank}".strip())
    else:
        yield Diagnosis("quarto", what, "ok", f"{version_of} ({program}) {blank}".strip())
    yield _trial(call, program)


def _trial(call: Invocation, program: Path | None) -> Diagnosis:
    what = call.text("cli.doctor.rendering")
    try:
        from reports.trial import render_one  # noqa: PLC0415 - a package of it may be missing, which was told

        report, seconds = render_one(program)
    except ToldError as error:
        return Diagnosis("rendering", what, "broken", error.told(call.language), True)
    except (ImportError, OSError) as error:
        return Diagnosis("rendering", what, "broken", str(error), True)
    if not report.succeeded:
        return Diagnosis("rendering", what, "broken", "; ".join(report.errors), True)
    detail = call.text(
        "cli.doctor.rendered", runner=report.runner, seconds=writing.number(seconds, 1, language=call.language)
    )
    return Diagnosis("rendering", what, "ok", detail, True)


def _soffice(call: Invocation) -> Diagnosis:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    state: State = "ok" if found else "missing"
    return Diagnosis(
        "soffice", call.text("cli.doctor.soffice"), state, found or call.text("cli.doctor.soffice_missing")
    )


def _fonts(call: Invocation) -> Diagnosis:
    spec = find_spec("fontpkg_be_vietnam_pro")
    what = call.text("cli.doctor.fonts")
    if spec is None:
        return Diagnosis("fonts", what, "missing", call.text("cli.doctor.fonts_missing"))
    return Diagnosis("fonts", what, "ok", f"Be Vietnam Pro {version('fontpkg-be-vietnam-pro')}")


def _memory(call: Invocation) -> Diagnosis:
    what = call.text("cli.doctor.memory")
    try:
        limits = warehouse_limits(environment.warehouse_memory())
    except MemorySettingError as error:
        return Diagnosis("memory", what, "broken", error.told(call.language), True)
    key = "memory_stated" if limits.is_stated else "memory_machine"
    fields = {"memory": limits.memory_mb, "threads": limits.threads, "variable": MEMORY_VARIABLE}
    if limits.memory_mb > (machine := machine_memory_mb()):
        detail = call.text("cli.doctor.memory_above", machine=machine, **fields)
        return Diagnosis("memory", what, "broken", detail)
    return Diagnosis("memory", what, "ok", call.text(f"cli.doctor.{key}", **fields))


@command("doctor", "itself")
@json_option
@pass_invocation
def doctor(call: Invocation, as_json: bool) -> int:
    """See the text `cli.doctor.help`."""
    found = list(diagnose(call))
    wrong = {one.name for one in found if one.is_essential and one.state != "ok"}
    code = WRONG_USE if STATE_VERSION in wrong else REFUSED if wrong else DONE
    if as_json:
        things = [
            {"name": d.name, "state": d.state, "detail": d.detail, "essential": d.is_essential} for d in found
        ]
        print_json({"ready": not wrong, "things": things})
        return code
    from orchestration.terminal import console, table  # noqa: PLC0415

    columns = [call.text(f"cli.doctor.column.{name}") for name in ("what", "state", "detail")]
    rows = [(d.what, call.text(f"cli.doctor.{d.state}"), d.detail) for d in found]
    console().print(table(columns, rows))
    click.echo(call.text("cli.doctor.not_ready" if wrong else "cli.doctor.ready"))
    return code
