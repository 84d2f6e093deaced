"""Whether an office's registry folder can be used, and what hangs on it: contacts, mail, thresholds, outbox.

What belongs here: one cheap look at each, with a remedy. What does not: reading the registry
(`ingestion/definitions/registry.py`) and the office's own forms (`own_files.py`).
"""

import os
from collections.abc import Iterator
from functools import partial

from ingestion.alerts.contacts import Complaint, complaints
from ingestion.alerts.delivery import open_states
from ingestion.alerts.outbox import Outbox
from ingestion.alerts.thresholds import NAME, ThresholdsError, thresholds_of
from ingestion.chronicle.in_force import in_force
from ingestion.chronicle.versions import ChronicleError
from ingestion.definitions.catalogue import OWN_FOLDERS, Catalogue, load_catalogue
from ingestion.definitions.overlay import catalogue_of, is_own_file
from ingestion.definitions.registry import TABLES, Registry, RegistryError
from ingestion.definitions.registry_faults import faults
from ingestion.records.days import day_of
from ingestion.upkeep.landing_state import is_registry_lost
from ingestion.words.labels import CatalogueError
from orchestration import environment
from orchestration.diagnosis import Diagnosis, State, guarded
from orchestration.explaining import explained
from orchestration.registry_version import said_of_version
from orchestration.texts import Invocation

_SHOWN_COMPLAINTS = 5
_SHOWN_FILES = 5
_OF_DATA = {".csv", ".yml", ".yaml"}


def examine_registry(call: Invocation) -> Iterator[Diagnosis]:
    """Look whether the registry can be read; if so, at what it says."""
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
        chosen = in_force(call.home)
    except (RegistryError, ChronicleError, OSError) as error:
        yield Diagnosis("registry", what, "broken", explained(error, call.text) or "", True)
        return
    registry = chosen.registry
    units, periods = len(registry.reporting_units), len(registry.calendar)
    yield Diagnosis("registry", what, "ok", call.text("cli.doctor.registry_ok", units=units, periods=periods))
    if said := said_of_version(call, chosen):
        state: State = "broken" if chosen.is_fallback else "ok"
        yield Diagnosis("registry_version", call.text("cli.doctor.registry_version"), state, said)
    looks = (
        ("registry_faults", _faults),
        ("registry_unread", _unread),
        ("nobody_owes", _nobody_owes),
        ("contacts", _contacts),
        ("mail_server", _mail_server),
        ("thresholds", _thresholds),
        ("outbox", _outbox),
    )
    for name, look in looks:
        if (found := guarded(call, name, partial(look, registry=registry))) is not None:
            yield found


def _catalogue(call: Invocation) -> Catalogue | None:
    """Give forms and indicators; none where the office's own cannot be read, which `own_files` tells."""
    try:
        return catalogue_of(call.home)
    except CatalogueError:
        return None


def _faults(call: Invocation, registry: Registry) -> Diagnosis | None:
    """Look whether the rows of the registry fit one another; where they do, there is nothing to say."""
    if (catalogue := _catalogue(call)) is None:
        return None
    found = faults(registry.folder, catalogue)
    if not found:
        return None
    detail = call.text("cli.doctor.registry_faults_found", count=len(found), first=found[0].told(call.language))
    return Diagnosis("registry_faults", call.text("cli.doctor.registry_faults"), "broken", detail)


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
    """Look for kinds of unit, asked for own forms, that there are not."""
    shipped, catalogue = load_catalogue().forms, _catalogue(call)
    if catalogue is None:
        return None
    kinds = catalogue.kinds.kinds.keys()
    own = {code: form for code, form in catalogue.forms.items() if code not in shipped}
    unknown = {code: sorted(set(form.required_for) - kinds) for code, form in own.items()}
    if not any(unknown.values()):
        return None
    shown = "; ".join(f"{code}: {', '.join(names)}" for code, names in unknown.items() if names)
    detail = call.text("cli.doctor.nobody_owes_kinds", shown=shown, kinds=", ".join(kinds))
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
