"""The edge: what the machine, the environment and the clock say, turned into parameters.

What belongs here: reading environment variables, the clock and the version of the code. What does not: anything
that decides something; everything below this module gets what it needs as an argument.
"""

import os
import shutil
import subprocess
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

from ingestion.definitions.signing import load_key
from ingestion.storage.home import Home
from ingestion.storage.machine import MEMORY_VARIABLE

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds the product's packages and `dbt_project/`: a clone, or where a wheel was installed."""

IS_CLONE = (ROOT / "dagster.yaml").is_file()
"""Whether the product runs from its sources.

A wheel keeps `dagster.yaml` inside `orchestration/` instead, since site-packages belong to others too.
"""

INSTANCE_FILE = ROOT / "dagster.yaml" if IS_CLONE else Path(__file__).parent / "dagster.yaml"
"""The configuration of every Dagster instance."""

HOME_VARIABLE = "TONGKET_HOME"
LANGUAGE_VARIABLE = "TONGKET_LANG"
TEMPLATE_KEY_VARIABLE = "TONGKET_TEMPLATE_KEY"
UI_VARIABLE = "TONGKET_UI_URL"
DEFAULT_HOME = "data"


def home_from(option: str | Path | None = None) -> Home:
    """Give the state folder: the option before `TONGKET_HOME` before `./data`."""
    root = option or os.environ.get(HOME_VARIABLE) or DEFAULT_HOME
    return Home(Path(root).expanduser().absolute())


def stated_language() -> str:
    """Give the language that the environment asks for; blank where it does not."""
    return os.environ.get(LANGUAGE_VARIABLE, "")


def page_address() -> str:
    """Give the address at which an office opens Dagster's page; blank where the environment does not say."""
    return os.environ.get(UI_VARIABLE, "").strip().rstrip("/")


def warehouse_memory() -> str:
    """Give what the environment says that the warehouse may take of the memory; blank where it does not."""
    return os.environ.get(MEMORY_VARIABLE, "")


def now() -> datetime:
    """Give the present moment in UTC."""
    return datetime.now(UTC)


@cache
def code_version() -> str:
    """Give the version of the code: what git calls it in a clone, else the package's version."""
    if IS_CLONE and (ROOT / ".git").exists() and (git := shutil.which("git")):
        described = subprocess.run(
            [git, "-C", str(ROOT), "describe", "--tags", "--always", "--dirty"],
            capture_output=True,
            text=True,
            check=False,
        )
        if described.returncode == 0 and described.stdout.strip():
            return described.stdout.strip()
    return version("tongket")


def template_key(home: Home) -> bytes | None:
    """Give the key that signs templates: the environment's before the state folder's; None where neither is."""
    stated = os.environ.get(TEMPLATE_KEY_VARIABLE, "").strip()
    return stated.encode() if stated else load_key(home.template_key)
