"""Making a state folder ready: an example registry, and Dagster's configuration where Dagster looks for it.

What belongs here: files that are copied once. What does not: opening the instance (`instance.py`), which takes
Dagster and its seconds of import.
"""

import shutil
from pathlib import Path

from ingestion.files import private_folder, public_folder
from ingestion.home import Home
from ingestion.modes import tighten
from ingestion.state_version import migrate
from orchestration.environment import HOME_VARIABLE, INSTANCE_FILE, code_version

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
    """Put the product's `dagster.yaml` into the instance's folder, unless the same is there."""
    private_folder(home.dagster)
    target = home.dagster / INSTANCE_FILE.name
    content = INSTANCE_FILE.read_bytes()
    if not target.is_file() or target.read_bytes() != content:
        target.write_bytes(content)
