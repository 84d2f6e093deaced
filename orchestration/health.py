"""What stands in a state folder, and whether it can be used: the part of `tongket doctor` that looks at data.

What belongs here: one cheap look at each part, with a remedy. What does not: the machine (`commands/doctor.py`)
and comparing everything with its hash, which takes long (`commands/verify.py`).
"""

import os
import shlex
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import yaml

from ingestion.alerts.contacts import Complaint, complaints
from ingestion.alerts.delivery import open_states
from ingestion.alerts.outbox import Outbox
from ingestion.alerts.thresholds import NAME, ThresholdsError, thresholds_of
from ingestion.definitions.catalogue import OWN_FOLDERS, load_catalogue
from ingestion.definitions.overlay import catalogue_of, is_own_file
from ingestion.definitions.registry import TABLES, Registry, RegistryError, load_registry
from ingestion.definitions.registry_references import check_references
from ingestion.definitions.signing import load_key
from ingestion.landing.ledger import Ledger
from ingestion.records.days import day_of
from ingestion.upkeep.landing_state import is_registry_lost
from ingestion.upkeep.version import VERSION, StateVersionError, version_of
from ingestion.validations import store
from ingestion.words import writing
from ingestion.words.labels import CatalogueError
from orchestration import environment
from orchestration.errors import write_traceback
from orchestration.explaining import explained
from orchestration.standing import standing
from orchestration.state import is_own, lacking_settings
from orchestration.texts import Invocation
from orchestration.turned_off import turned_off

State = Literal["ok", "missing", "broken"]

STATE_VERSION = "state_version"
"""The name of what says whether the folder can be opened at all."""

_LOW_DISK_GB = 2.0
_SHOWN_COMPLAINTS = 5
_GB = 1024**3
_SHOWN_FILES = 5
_OF_DATA = {".csv", ".yml", ".yaml"}
_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO


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


def examine(call: Invocation) -> Iterator[Diagnosis]:
    """Look at each part of the state folder, whatever was found in the others.

    Where a newer product wrote the folder, or nobody knows which, nothing else is looked at.
    """
    yield _home(call)
    yield _disk(call)
    opened = _state_version(call)
    yield opened
    if opened.state == "broken":
        return
    yield from _registry(call)
    if (own := _guarded(call, "own_files", _own_files)) is not None:
        yield own
    looks: tuple[tuple[str, Callable[[Invocation], Diagnosis | None]], ...] = (
        ("ledger", _ledger),
        ("bronze", _bronze),
        ("validations", _validations),
        ("warehouse", _warehouse),
        ("site", _site),
        ("template_key", _key),
        ("secrets", _secrets),
        ("dagster_instance", _dagster),
        ("automation", _automation),
    )
    for name, look in looks:
        if (found := _guarded(call, name, look)) is not None:
            yield found


def _guarded(call: Invocation, name: str, look: Callable[[Invocation], Diagnosis | None]) -> Diagnosis | None:
    """Look at one part; where even looking fails, that is what was found."""
    try:
        return look(call)
    except Exception as error:
        said = explained(error, call.text)
        if said is None:
            path = write_traceback(error, call.home.build / "errors", environment.now())
            said = call.text("cli.doctor.failed", path=path or "–")
        return Diagnosis(name, call.text(f"cli.doctor.{name}"), "broken", said, True)


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
    detail = call.text(f"cli.doctor.{key}", free=writing.number(free, 1, language=call.language))
    return Diagnosis("disk", call.text("cli.doctor.disk"), "ok" if state == "ok" else "broken", detail)


def _state_version(call: Invocation) -> Diagnosis:
    what = call.text("cli.doctor.state_version")
    try:
        found = version_of(call.home)
    except StateVersionError as error:
        return Diagnosis(STATE_VERSION, what, "broken", error.text(call.language), True)
    key = "state_version_ok" if found == VERSION else "state_version_old"
    return Diagnosis(STATE_VERSION, what, "ok", call.text(f"cli.doctor.{key}", version=found, known=VERSION))


def _registry(call: Invocation) -> Iterator[Diagnosis]:
    what = call.text("cli.doctor.registry")
    if is_registry_lost(call.home):
        detail = call.text("cli.error.registry_lost", home=call.home.root, registry=call.home.registry)
        yield Diagnosis("registry", what, "broken", detail, True)
        return
    if not call.home.registry.is_dir():
        detail = call.text("cli.doctor.home_missing", home=call.home.root)
        yield Diagnosis("registry", what, "missing", detail)
        return
    try:
        registry = load_registry(call.home.registry)
    except (RegistryError, OSError) as error:
        yield Diagnosis("registry", what, "broken", explained(error, call.text) or "", True)
        return
    units, periods = len(registry.reporting_units), len(registry.calendar)
    yield Diagnosis("registry", what, "ok", call.text("cli.doctor.registry_ok", units=units, periods=periods))
    looks = (
        ("references", _references),
        ("registry_unread", _unread),
        ("nobody_owes", _nobody_owes),
        ("contacts", _contacts),
        ("mail_server", _mail_server),
        ("thresholds", _thresholds),
        ("outbox", _outbox),
    )
    for name, look in looks:
        if (found := _guarded(call, name, partial(look, registry=registry))) is not None:
            yield found


def _own_files(call: Invocation) -> Diagnosis | None:
    """Look whether the office's own data files fit; where it has none, there is nothing to say."""
    from orchestration.own_files import demand_usable  # noqa: PLC0415 - takes long to import

    what, catalogue = call.text("cli.doctor.own_files"), catalogue_of(call.home)
    if not catalogue.own:
        return None
    demand_usable(catalogue)
    shown = ", ".join(file.place for file in catalogue.own[:_SHOWN_FILES])
    shown += ", …" if len(catalogue.own) > _SHOWN_FILES else ""
    return Diagnosis("own_files", what, "ok", shown)


def _references(call: Invocation, registry: Registry) -> None:
    """Look whether all that rows of the registry name is there; of own files that do not fit others tell."""
    with suppress(CatalogueError):
        check_references(registry, catalogue_of(call.home))


def _unread(call: Invocation, registry: Registry) -> Diagnosis | None:
    """Look for files beside the registry's that nothing reads, as one does whose name is misspelt."""
    known = {NAME, *(f"{table}.csv" for table in TABLES)}
    strangers = []
    for path in sorted(registry.folder.rglob("*")):
        place = path.relative_to(registry.folder)
        is_own = place.parent.as_posix() in OWN_FOLDERS and is_own_file(path)
        is_data = _OF_DATA & {suffix.casefold() for suffix in path.suffixes} and not place.name.startswith(".")
        if is_data and path.is_file() and not is_own and str(place) not in known:
            strangers.append(f"registry/{place.as_posix()}")
    if not strangers:
        return None
    shown = ", ".join(strangers[:_SHOWN_FILES]) + (", …" if len(strangers) > _SHOWN_FILES else "")
    detail = call.text("cli.doctor.registry_unread_files", shown=shown, folders=", ".join(OWN_FOLDERS))
    return Diagnosis("registry_unread", call.text("cli.doctor.registry_unread"), "broken", detail)


def _nobody_owes(call: Invocation, registry: Registry) -> Diagnosis | None:
    """Look for kinds of unit, asked for own forms, that neither the registry nor a shipped form knows."""
    shipped, catalogue = load_catalogue().forms, catalogue_of(call.home)
    kinds = {unit.org_kind for unit in registry.organisations if unit.files_reports}
    kinds |= {kind for form in shipped.values() for kind in form.required_for}
    own = {code: form for code, form in catalogue.forms.items() if code not in shipped}
    unknown = {code: sorted(set(form.required_for) - kinds) for code, form in own.items()}
    if not any(unknown.values()):
        return None
    shown = "; ".join(f"{code}: {', '.join(names)}" for code, names in unknown.items() if names)
    detail = call.text("cli.doctor.nobody_owes_kinds", shown=shown, kinds=", ".join(sorted(kinds)))
    return Diagnosis("nobody_owes", call.text("cli.doctor.nobody_owes"), "broken", detail)


def _contacts(call: Invocation, registry: Registry) -> Diagnosis:
    from ingestion.alerts.channels import MAIL_SERVER_VARIABLE, is_channel, needs_mail_server  # noqa: PLC0415

    what = call.text("cli.doctor.contacts")
    by_kind: dict[str, list[Complaint]] = {}
    for complaint in complaints(registry, is_channel, day_of(environment.now())):
        by_kind.setdefault(complaint.kind, []).append(complaint)
    through_server = sum(needs_mail_server(contact.channel) for contact in registry.contacts)
    has_no_server = bool(through_server) and not os.environ.get(MAIL_SERVER_VARIABLE)
    if not by_kind and not has_no_server:
        return Diagnosis(
            "contacts", what, "ok", call.text("cli.doctor.contacts_ok", count=len(registry.contacts))
        )
    said = []
    for kind, found in by_kind.items():
        shown = [f"{c.what} ({c.row})" if c.row else c.what for c in found[:_SHOWN_COMPLAINTS]]
        shown += ["…"] if len(found) > _SHOWN_COMPLAINTS else []
        said.append(call.text(f"cli.doctor.contacts_{kind}", count=len(found), shown=", ".join(shown)))
    is_wrong = has_no_server or any(complaint.row for found in by_kind.values() for complaint in found)
    if has_no_server:
        said.append(
            call.text("cli.doctor.contacts_no_server", count=through_server, variable=MAIL_SERVER_VARIABLE)
        )
    return Diagnosis("contacts", what, "broken" if is_wrong else "missing", " ".join(said))


def _mail_server(call: Invocation, registry: Registry) -> Diagnosis | None:
    """Ask the mail server whether it is there; where none is set or needed, there is nothing to ask."""
    from ingestion.alerts.channels import MAIL_SERVER_VARIABLE, needs_mail_server  # noqa: PLC0415
    from ingestion.alerts.mail_server import NoMailServerError, greet  # noqa: PLC0415

    url = os.environ.get(MAIL_SERVER_VARIABLE, "")
    if not url or not any(needs_mail_server(contact.channel) for contact in registry.contacts):
        return None
    what = call.text("cli.doctor.mail_server")
    try:
        return Diagnosis("mail_server", what, "ok", call.text("cli.doctor.mail_server_ok", place=greet(url)))
    except NoMailServerError as error:
        key = "mail_server_silent" if error.place else "mail_server_unknown"
        fields = {"place": error.place, "said": error, "variable": MAIL_SERVER_VARIABLE}
        return Diagnosis("mail_server", what, "broken", call.text(f"cli.doctor.{key}", **fields))


def _thresholds(call: Invocation, registry: Registry) -> Diagnosis | None:
    """Look whether an office's own thresholds can be used; where it has none, there is nothing to say."""
    path, what = registry.folder / NAME, call.text("cli.doctor.thresholds")
    if not path.exists():
        return None
    try:
        thresholds_of(registry.folder)
    except ThresholdsError as error:
        return Diagnosis("thresholds", what, "broken", error.told(call.language))
    return Diagnosis("thresholds", what, "ok", str(path))


def _outbox(call: Invocation, registry: Registry) -> Diagnosis:
    counted = open_states(Outbox(call.home.outbox), registry)
    state: State = "broken" if counted["stuck"] or counted["damaged"] else "ok"
    detail = call.text("cli.doctor.outbox_states", **counted)
    return Diagnosis("outbox", call.text("cli.doctor.outbox"), state, detail)


def _ledger(call: Invocation) -> Diagnosis | None:
    what, path = call.text("cli.doctor.ledger"), call.home.ledger
    ledger = Ledger(path)
    if not path.exists():
        if not any(call.home.landing.glob("??/*")):
            return Diagnosis("ledger", what, "missing", call.text("cli.doctor.ledger_missing"))
        return Diagnosis("ledger", what, "broken", call.text("cli.doctor.ledger_lost", path=path), True)
    if lines := ledger.damaged_lines():
        detail = call.text("landing.ledger.damaged", path=path, line=", ".join(map(str, lines[:_SHOWN_FILES])))
        return Diagnosis("ledger", what, "broken", detail, True)
    if refusal := standing(call.home).refusal(call.language):
        return Diagnosis("ledger", what, "broken", refusal, True)
    records = ledger.replay().submissions.values()
    lost = sorted({record.file for record in records if not (call.home.root / record.file).is_file()})
    if lost:
        shown = ", ".join(lost[:_SHOWN_FILES]) + (", …" if len(lost) > _SHOWN_FILES else "")
        detail = call.text("cli.doctor.originals_lost", count=len(lost), shown=shown)
        return Diagnosis("ledger", what, "broken", detail, True)
    return Diagnosis("ledger", what, "ok", call.text("cli.doctor.ledger_ok", count=len(records)))


def _bronze(call: Invocation) -> Diagnosis | None:
    """Look whether what readers open of bronze is whole; where there is none, there is nothing to say."""
    paths = sorted(call.home.bronze.rglob("*.parquet"))
    if not paths:
        return None
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    what = call.text("cli.doctor.bronze")
    for path in paths:
        try:
            pq.read_schema(path)
        except pa.ArrowException:
            detail = call.text("landing.bronze.damaged", path=path, folder=call.home.bronze)
            return Diagnosis("bronze", what, "broken", detail, True)
    return Diagnosis("bronze", what, "ok", call.text("cli.doctor.bronze_ok", count=len(paths)))


def _validations(call: Invocation) -> Diagnosis | None:
    """Look whether the results of checks can be read and kept; nothing that is needed is made from them."""
    what, folder = call.text("cli.doctor.validations"), call.home.validations
    if folder.exists() and not folder.is_dir():
        return Diagnosis("validations", what, "broken", call.text("cli.error.os.not_folder", path=folder))
    count, wrong = store.damaged(call.home, newest=1)
    if not count:
        return None
    if wrong:
        detail = call.text("validations.damaged", what=wrong[0].told(call.language))
        return Diagnosis("validations", what, "broken", detail)
    return Diagnosis("validations", what, "ok", call.text("cli.doctor.validations_ok", count=count))


def _warehouse(call: Invocation) -> Diagnosis | None:
    what, path = call.text("cli.doctor.warehouse"), call.home.warehouse
    if not path.exists():
        return Diagnosis("warehouse", what, "missing", call.text("cli.doctor.warehouse_missing"))
    from reports.marts import lacking  # noqa: PLC0415

    if tables := lacking(path):
        detail = call.text("report.error.no_marts", path=path, table=", ".join(tables[:_SHOWN_FILES]))
        return Diagnosis("warehouse", what, "broken", detail, True)
    from orchestration import tokens  # noqa: PLC0415 - takes long to import

    token = tokens.of(call.home, path)
    if token is None or token.gate is None:
        return Diagnosis(
            "warehouse", what, "broken", call.text("cli.doctor.warehouse_unknown", path=path), True
        )
    size = writing.megabytes(path.stat().st_size, call.language)
    return Diagnosis("warehouse", what, "ok", f"{path} ({size})")


def _site(call: Invocation) -> Diagnosis | None:
    from reports.release import check_site, folders, site_target  # noqa: PLC0415

    what, home = call.text("cli.doctor.site"), call.home
    if not folders(home) and not home.site.is_symlink() and not home.site.exists():
        return Diagnosis("site", what, "missing", call.text("cli.releases.none"))
    if problem := check_site(home, call.language):
        return Diagnosis("site", what, "broken", problem, True)
    return Diagnosis("site", what, "ok", str(site_target(home)))


def _key(call: Invocation) -> Diagnosis | None:
    what = call.text("cli.doctor.template_key")
    if load_key(call.home.template_key) is None:
        return Diagnosis("template_key", what, "missing", call.text("cli.doctor.template_key_missing"))
    return Diagnosis("template_key", what, "ok", str(call.home.template_key))


def _secrets(call: Invocation) -> Diagnosis | None:
    """Look whether others on this machine may read what is not for them; Windows has no such modes."""
    home = call.home
    secrets = (home.template_key, home.registry / "contacts.csv", home.ledger, home.returns)
    there = [path for path in secrets if path.exists()]
    if os.name == "nt" or not there:
        return None
    open_ones = [path for path in there if path.stat().st_mode & _OF_OTHERS]
    what = call.text("cli.doctor.secrets")
    if open_ones:
        shown = " ".join(shlex.quote(str(path)) for path in open_ones)
        return Diagnosis("secrets", what, "broken", call.text("cli.doctor.secrets_open", shown=shown))
    return Diagnosis("secrets", what, "ok", call.text("cli.doctor.secrets_ok"))


def _dagster(call: Invocation) -> Diagnosis | None:
    what = call.text("cli.doctor.dagster_instance")
    if not (call.home.dagster / "dagster.yaml").is_file():
        return Diagnosis("dagster_instance", what, "missing", call.text("cli.doctor.dagster_missing"))
    try:
        lacking = lacking_settings(call.home)
    except (yaml.YAMLError, UnicodeDecodeError):
        detail = call.text("cli.doctor.dagster_unreadable", path=call.home.dagster / "dagster.yaml")
        return Diagnosis("dagster_instance", what, "broken", detail)
    if is_own(call.home):
        from orchestration.instance import InstanceError, open_instance  # noqa: PLC0415 - takes long to import

        try:
            with open_instance(call.home):
                pass
        except InstanceError as error:
            return Diagnosis("dagster_instance", what, "broken", error.told(call.language), True)
    if lacking:
        detail = call.text(
            "cli.doctor.dagster_lacks",
            path=call.home.dagster / "dagster.yaml",
            lacking=", ".join(lacking),
            shipped=environment.INSTANCE_FILE,
        )
        return Diagnosis("dagster_instance", what, "broken", detail)
    return Diagnosis("dagster_instance", what, "ok", f"DAGSTER_HOME={call.home.dagster}")


def _automation(call: Invocation) -> Diagnosis | None:
    """Look whether somebody turned off what starts runs; where Dagster's page was never open, nobody did."""
    if not (call.home.dagster / "schedules").is_dir():
        return None
    what, off = call.text("cli.doctor.automation"), turned_off(call.home)
    if off:
        detail = call.text("cli.doctor.automation_off", names=", ".join(off))
        return Diagnosis("automation", what, "broken", detail)
    return Diagnosis("automation", what, "ok", call.text("cli.doctor.automation_on"))
