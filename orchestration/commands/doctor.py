"""`tongket doctor`: what is there, what is missing, and what that costs."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import click

from ingestion.alerts.contacts import Complaint, complaints
from ingestion.alerts.delivery import open_states
from ingestion.alerts.outbox import Outbox
from ingestion.days import day_of
from ingestion.registry import Registry, RegistryError, load_registry
from ingestion.state_version import VERSION, StateVersionError, version_of
from orchestration import environment
from orchestration.commands.common import print_json
from orchestration.errors import DONE, REFUSED, WRONG_USE
from orchestration.texts import Invocation, command, json_option, pass_invocation

State = Literal["ok", "missing", "broken"]

PACKAGES = (
    "dagster",
    "dagster-dbt",
    "dagster-webserver",
    "dbt-core",
    "dbt-duckdb",
    "duckdb",
    "great-expectations",
    "pypandoc-binary",
    "openpyxl",
    "xlsxwriter",
    "typst",
    "vl-convert-python",
)
"""Packages without which some command does not work."""

_STATE_VERSION = "state_version"
_LOW_DISK_GB = 2.0
_SHOWN_COMPLAINTS = 5
_GB = 1024**3


@dataclass(frozen=True)
class Diagnosis:
    """One thing that was looked at.

    Attributes:
        name: its key, for programs.
        what: its name, for people.
        detail: what was found, or what its absence costs.
        is_essential: whether the product cannot run without it.
    """

    name: str
    what: str
    state: State
    detail: str
    is_essential: bool = False


def diagnose(call: Invocation) -> Iterator[Diagnosis]:
    """Look at the machine, then at the state folder."""
    yield _python(call)
    yield from (_package(call, name) for name in PACKAGES)
    yield _quarto(call)
    yield _soffice(call)
    yield _fonts(call)
    yield Diagnosis("code_version", call.text("cli.doctor.git"), "ok", environment.code_version())
    yield _home(call)
    yield _disk(call)
    opened = _state_version(call)
    yield opened
    if opened.state == "broken":
        return  # what else lies there is not for this product to read
    yield from _registry(call)
    yield _warehouse(call)
    yield _dagster(call)


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


def _quarto(call: Invocation) -> Diagnosis:
    from reports.render import RenderError, find_quarto  # noqa: PLC0415

    what = call.text("cli.doctor.quarto")
    try:
        program = find_quarto(os.environ.get("QUARTO_PATH"), os.environ.get("PATH"))
    except RenderError as error:
        return Diagnosis("quarto", what, "broken", str(error), True)
    if program is None:
        return Diagnosis("quarto", what, "missing", call.text("cli.doctor.quarto_missing"))
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    if said.returncode:
        return Diagnosis("quarto", what, "broken", f"{program}: {said.stderr.strip()[:200]}", True)
    return Diagnosis("quarto", what, "ok", f"{said.stdout.strip()} ({program})")


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


def _nearest(path: Path) -> Path:
    return next(parent for parent in (path, *path.parents) if parent.exists())


def _home(call: Invocation) -> Diagnosis:
    root, what = call.home.root, call.text("cli.doctor.home")
    if not os.access(_nearest(root), os.W_OK | os.X_OK):
        return Diagnosis("home", what, "broken", call.text("cli.doctor.home_readonly", home=root), True)
    if not root.is_dir():
        return Diagnosis("home", what, "missing", call.text("cli.doctor.home_missing", home=root))
    return Diagnosis("home", what, "ok", str(root))


def _disk(call: Invocation) -> Diagnosis:
    free = shutil.disk_usage(_nearest(call.home.root)).free / _GB
    key, state = ("disk_low", "broken") if free < _LOW_DISK_GB else ("disk_free", "ok")
    detail = call.text(f"cli.doctor.{key}", free=f"{free:.1f}")
    return Diagnosis("disk", call.text("cli.doctor.disk"), "ok" if state == "ok" else "broken", detail)


def _state_version(call: Invocation) -> Diagnosis:
    what = call.text("cli.doctor.state_version")
    try:
        found = version_of(call.home)
    except StateVersionError as error:
        return Diagnosis(_STATE_VERSION, what, "broken", error.text(call.language), True)
    key = "state_version_ok" if found == VERSION else "state_version_old"
    return Diagnosis(_STATE_VERSION, what, "ok", call.text(f"cli.doctor.{key}", version=found, known=VERSION))


def _registry(call: Invocation) -> Iterator[Diagnosis]:
    what = call.text("cli.doctor.registry")
    if not call.home.registry.is_dir():
        detail = call.text("cli.doctor.home_missing", home=call.home.root)
        yield Diagnosis("registry", what, "missing", detail)
        return
    try:
        registry = load_registry(call.home.registry)
    except RegistryError as error:
        yield Diagnosis("registry", what, "broken", str(error), True)
        return
    units, periods = len(registry.reporting_units), len(registry.calendar)
    yield Diagnosis("registry", what, "ok", call.text("cli.doctor.registry_ok", units=units, periods=periods))
    yield _contacts(call, registry)
    yield _outbox(call, registry)


def _contacts(call: Invocation, registry: Registry) -> Diagnosis:
    from orchestration.channels import is_channel  # noqa: PLC0415

    what = call.text("cli.doctor.contacts")
    by_kind: dict[str, list[Complaint]] = {}
    for complaint in complaints(registry, is_channel, day_of(environment.now())):
        by_kind.setdefault(complaint.kind, []).append(complaint)
    if not by_kind:
        return Diagnosis(
            "contacts", what, "ok", call.text("cli.doctor.contacts_ok", count=len(registry.contacts))
        )
    said = []
    for kind, found in by_kind.items():
        shown = [f"{c.what} ({c.row})" if c.row else c.what for c in found[:_SHOWN_COMPLAINTS]]
        shown += ["…"] if len(found) > _SHOWN_COMPLAINTS else []
        said.append(call.text(f"cli.doctor.contacts_{kind}", count=len(found), shown=", ".join(shown)))
    is_wrong = any(complaint.row for found in by_kind.values() for complaint in found)
    return Diagnosis("contacts", what, "broken" if is_wrong else "missing", " ".join(said))


def _outbox(call: Invocation, registry: Registry) -> Diagnosis:
    counted = open_states(Outbox(call.home.outbox), registry)
    state: State = "broken" if counted["stuck"] or counted["damaged"] else "ok"
    detail = call.text("cli.doctor.outbox_states", **counted)
    return Diagnosis("outbox", call.text("cli.doctor.outbox"), state, detail)


def _warehouse(call: Invocation) -> Diagnosis:
    what, path = call.text("cli.doctor.warehouse"), call.home.warehouse
    if not path.is_file():
        return Diagnosis("warehouse", what, "missing", call.text("cli.doctor.warehouse_missing"))
    return Diagnosis("warehouse", what, "ok", f"{path} ({path.stat().st_size / 1024**2:.1f} MB)")


def _dagster(call: Invocation) -> Diagnosis:
    what = call.text("cli.doctor.dagster")
    if not (call.home.dagster / "dagster.yaml").is_file():
        return Diagnosis("dagster_instance", what, "missing", call.text("cli.doctor.dagster_missing"))
    return Diagnosis("dagster_instance", what, "ok", f"DAGSTER_HOME={call.home.dagster}")


@command("doctor", "itself")
@json_option
@pass_invocation
def doctor(call: Invocation, as_json: bool) -> int:
    """See the text `cli.doctor.help`."""
    found = list(diagnose(call))
    wrong = {one.name for one in found if one.is_essential and one.state != "ok"}
    code = WRONG_USE if _STATE_VERSION in wrong else REFUSED if wrong else DONE
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
