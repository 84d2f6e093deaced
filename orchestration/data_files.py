"""`python -m orchestration.data_files`: every data file against its schema, and against the others.

What belongs here: calling each loader and saying which file does not fit. What does not: the schemas, which
stand beside the code that reads the files.
"""

import sys
from collections.abc import Callable

import click

from ingestion.alerts.thresholds import shipped
from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry import RegistryError, load_registry
from ingestion.definitions.registry_faults import UnsoundRegistryError, demand_sound
from ingestion.gate.compiling import compile_rules
from ingestion.gate.context import vocabulary
from ingestion.gate.rules import load_parameters, load_rules
from ingestion.gate.usable import demand_usable
from ingestion.words.labels import CatalogueError
from ingestion.words.messages import load_messages
from orchestration.state import EXAMPLE_REGISTRY
from reports.sections import SectionError, load_plan


def _compile_rules() -> int:
    catalogue, rules = load_catalogue(), load_rules()
    words = vocabulary(catalogue)
    checks = compile_rules(rules, catalogue, words)
    for code, rule in rules.items():
        demand_usable(rule, checks[code], catalogue, words)
    return len(checks)


def _load_example() -> int:
    demand_sound(EXAMPLE_REGISTRY, load_catalogue())
    return len(load_registry(EXAMPLE_REGISTRY).organisations)


CHECKS: dict[str, Callable[[], int]] = {
    "ingestion/alerts/thresholds.yml": lambda: len(shipped().model_dump()),
    "ingestion/kinds": lambda: len(load_catalogue().kinds.kinds),
    "ingestion/forms": lambda: len(load_catalogue().forms),
    "ingestion/indicators": lambda: len(load_catalogue().indicators),
    "ingestion/rules": _compile_rules,
    "ingestion/rules/parameters.yml": lambda: len(load_parameters().schedule_share),
    "ingestion/messages": lambda: len(load_messages()),
    "orchestration/example_registry": _load_example,
    "reports/sections.yml": lambda: len(load_plan().sections),
}
"""What is checked, by path: a loader that gives how much it found, and raises where a file does not fit."""


def check() -> list[str]:
    """Give one complaint for each set of files that does not fit, or that is empty."""
    complaints = []
    for path, load in CHECKS.items():
        try:
            found = load()
        except (CatalogueError, RegistryError, UnsoundRegistryError, SectionError) as error:
            complaints.append(f"{path}: {error}")
        else:
            if not found:
                complaints.append(f"{path}: nothing was found")
    return complaints


if __name__ == "__main__":
    problems = check()
    for problem in problems:
        click.echo(problem, err=True)
    click.echo(f"{len(CHECKS) - len(problems)} of {len(CHECKS)} sets of data files fit their schemas")
    sys.exit(1 if problems else 0)
