"""Making a state folder ready: an example registry, and Dagster's configuration where Dagster looks for it.

What belongs here: files that are copied once. What does not: opening the instance (`instance.py`), which takes
Dagster and its seconds of import.
"""

import hashlib
import os
import shutil
from pathlib import Path

import yaml

from ingestion.storage.files import private_folder, public_folder, write_durably
from ingestion.storage.home import Home
from ingestion.upkeep.modes import tighten
from ingestion.upkeep.version import migrate
from orchestration.environment import HOME_VARIABLE, INSTANCE_FILE, code_version

_SHIPPED_BEFORE = {
    "1a5952e591ce40361c207bb914593a0a31691061c1d112e91e82131454758259",
    "b97fb41eee99428205ee62e3d8e1a3c529dda4522fb16c55ceda1aa9ce6be8d3",
    "33f23cc8a4fa3646a51b6eeea37e7ce4a4447ddcffc1e7f2ecab3c91fbe35d07",
}
"""SHA-256 of every `dagster.yaml` that earlier versions of the product wrote; one is added with each change."""

_NEEDED = ("concurrency", "run_monitoring")
"""What the product relies on: which runs wait for which, and that one whose process died is marked."""

EXAMPLE_REGISTRY = Path(__file__).parent / "example_registry"


class StateExistsError(Exception):
    """The folder holds a registry already, which is never overwritten."""


def write_example(home: Home) -> tuple[Path, ...]:
    """Make a new state folder with an example of every registry file.

    Raises:
        StateExistsError: there is a registry already.
    """
    if home.registry.exists() and any(home.registry.iterdir()):
        raise StateExistsError(str(home.registry))
    for folder in (home.registry, home.inbox):
        folder.mkdir(parents=True, exist_ok=True)
    public_folder(home.releases)
    private_folder(home.landing)
    written = []
    for source in sorted(EXAMPLE_REGISTRY.glob("*.csv")):
        written.append(Path(shutil.copyfile(source, home.registry / source.name)))
    migrate(home, code_version())
    tighten(home)
    prepare_instance(home)
    return tuple(written)


def instance_environment(home: Home) -> dict[str, str]:
    """Give the environment in which Dagster's own programs find the instance and the state folder."""
    return {"DAGSTER_HOME": str(home.dagster), HOME_VARIABLE: str(home.root)}


def prepare_instance(home: Home) -> None:
    """Put the product's `dagster.yaml` into the instance's folder, unless there is one of somebody's own.

    One that an earlier version of the product had written, and nobody changed, becomes today's.
    """
    private_folder(home.dagster)
    target = home.dagster / INSTANCE_FILE.name
    content = INSTANCE_FILE.read_bytes()
    if not os.path.lexists(target) or (target.is_file() and is_shipped(target.read_bytes(), content)):
        write_durably(target, content)


def is_shipped(found: bytes, shipped: bytes) -> bool:
    """Say whether a `dagster.yaml` is what an earlier version of the product had written."""
    found, shipped = (content.replace(b"\r\n", b"\n") for content in (found, shipped))
    return found != shipped and hashlib.sha256(found).hexdigest() in _SHIPPED_BEFORE


def is_own(home: Home) -> bool:
    """Say whether a state folder has a `dagster.yaml` that the product did not write."""
    found, shipped = (
        path.read_bytes().replace(b"\r\n", b"\n") if path.is_file() else b""
        for path in (home.dagster / INSTANCE_FILE.name, INSTANCE_FILE)
    )
    return found != shipped


def lacking_settings(home: Home) -> tuple[str, ...]:
    """Give what the product needs and a state folder's own `dagster.yaml` lacks, such as `concurrency.runs`.

    Raises:
        yaml.YAMLError: it cannot be read.
    """
    own = yaml.safe_load((home.dagster / INSTANCE_FILE.name).read_text(encoding="utf-8")) or {}
    wanted = yaml.safe_load(INSTANCE_FILE.read_text(encoding="utf-8"))
    own = own if isinstance(own, dict) else {}
    found = []
    for section in _NEEDED:
        for name, value in wanted[section].items():
            stated = own.get(section)
            if not isinstance(stated, dict) or stated.get(name) != value:
                found.append(f"{section}.{name}")
    return tuple(found)
