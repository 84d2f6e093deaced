"""What stands in a state folder, and whether it can be used: the part of `tongket doctor` that looks at data.

What belongs here: one cheap look at each part, with a remedy. What does not: the machine (`commands/doctor.py`)
and comparing everything with its hash, which takes long (`commands/verify.py`).
"""

import os
import shlex
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

from ingestion.definitions.overlay import catalogue_of
from ingestion.definitions.signing import load_key
from ingestion.landing.ledger import Ledger
from ingestion.upkeep.version import VERSION, StateVersionError, version_of
from ingestion.validations import store
from ingestion.words import writing
from orchestration import environment
from orchestration.diagnosis import Diagnosis, guarded
from orchestration.health_registry import examine_registry
from orchestration.standing import standing
from orchestration.state import is_own, lacking_settings
from orchestration.texts import Invocation
from orchestration.turned_off import turned_off

STATE_VERSION = "state_version"
"""The name of what says whether the folder can be opened at all."""

_LOW_DISK_GB = 2.0
_GB = 1024**3
_SHOWN_FILES = 5
_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO


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
    yield from examine_registry(call)
    if (own := guarded(call, "own_files", _own_files)) is not None:
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
        if (found := guarded(call, name, look)) is not None:
            yield found


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
