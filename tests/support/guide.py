"""The files that docs/adding-a-form.md shows, as an office and as the product would have them.

What belongs here: taking them from the page and putting them in place, under names that the product lacks, for
somebody may have done there what the page says. What does not: what must follow from them.
"""

import re
import shutil
from functools import cache
from pathlib import Path

import yaml

from ingestion.definitions.catalogue import HERE, load_catalogue
from ingestion.gate.rules import load_rules
from ingestion.words.messages import load_messages
from reports.sections import load_plan

PAGE = Path(__file__).parents[2] / "docs" / "adding-a-form.md"
NEXT_RULE = f"V{int(max(load_rules())[1:]) + 1:03}"
"""The number that the product's next rule gets."""

_BLOCK = re.compile(r"^```yaml\n# (registry/\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


_USES = r"(?:(?<=code: )|(?<=unit: )|(?<=section: )|(?<=topics: \[)|(?<=indicators: \[)|(?<=--indicator )|^)"
"""What stands before the name of a unit, an indicator, a section or a topic, and of nothing else."""


def free(name: str) -> str:
    """Give what a unit, indicator or section is called here: as on the page, unless the product has it."""
    units = {key.removeprefix("unit.") for key in load_messages() if key.startswith("unit.")}
    sections = {name for one in load_plan().sections for name in (one.code, *one.topics)}
    return f"{name}_2" if name in {*units, *sections, *load_catalogue().indicators} else name


def renamed(text: str) -> str:
    """Give something that is said of the page's files with the names that they have here."""
    for name in _defined():
        text = re.sub(rf"{_USES}{name}\b", free(name), text, flags=re.MULTILINE)
    return text


@cache
def _defined() -> frozenset[str]:
    """The units, indicators and sections that the page's files define."""
    found: set[str] = set()
    for place, text in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        file, kind = yaml.safe_load(text), place.split("/")[1]
        if kind == "units":
            found |= {*file}
        elif kind in ("indicators", "sections"):
            found |= {one["code"] for one in file[kind]}
    return frozenset(found)


def shown() -> dict[str, str]:
    """Give the text of each file that the page shows, by the path that it gives it."""
    return dict(_BLOCK.findall(renamed(PAGE.read_text(encoding="utf-8"))))


def commands() -> list[str]:
    """Give the commands that the page shows, without what it says of them."""
    (block,) = _SHELL.findall(renamed(PAGE.read_text(encoding="utf-8")))
    lines = [line.partition("#")[0].strip() for line in block.splitlines()]
    return [command.strip() for line in filter(None, lines) for command in line.split("&&")]


def put_below(root: Path) -> None:
    """Put the files where the page says that an office puts them."""
    for place, text in shown().items():
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def product_with_them(folder: Path) -> Path:
    """Give a copy of the product's data files with those of the page among them, as its last part says."""
    for name in ("kinds", "forms", "indicators", "rules"):
        shutil.copytree(HERE / name, folder / name)
    for place, text in shown().items():
        _, kind, name = place.split("/")
        if kind in ("forms", "indicators", "rules"):
            (folder / kind / f"guide_{name}").write_text(text.replace("V901", NEXT_RULE), encoding="utf-8")
    return folder


def units() -> dict[str, dict[str, str]]:
    """Give the lines that the page adds to the units of measure of the product."""
    own = yaml.safe_load(next(text for place, text in shown().items() if place.startswith("registry/units/")))
    return {f"unit.{code}": label for code, label in own.items()}
