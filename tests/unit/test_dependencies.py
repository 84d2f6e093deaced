"""What is imported is declared, what is declared is used, and doctor looks for that."""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from orchestration.commands import doctor

ROOT = Path(__file__).parents[2]
PRODUCT = ("ingestion", "orchestration", "reports", "demo", "benchmarks")
DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
IMPORT = re.compile(r"^ *(?:from|import) ([a-z_A-Z0-9]+)", re.MULTILINE)
NOT_IMPORTED = {
    "dagster-webserver": "the page that `tongket ui` starts",
    "dbt-core": "runs as a program of its own",
    "dbt-duckdb": "the adapter that dbt loads by name",
}


def names(requirements: Iterable[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def imported(*folders: str) -> Iterator[frozenset[str]]:
    """Give for each import of a file the packages that have the module, by their names for installing them."""
    of_module = packages_distributions()
    ours = {*PRODUCT, "tests"}
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            for module in IMPORT.findall(path.read_text(encoding="utf-8")):
                if module in of_module and module not in sys.stdlib_module_names and module not in ours:
                    yield frozenset(map(canonicalize_name, of_module[module]))


def test_what_the_product_imports_is_declared_and_nothing_else() -> None:
    declared, found = names(DECLARED["dependencies"]), set(imported(*PRODUCT))
    assert [packages for packages in found if not packages & declared] == []
    assert declared - frozenset().union(*found) - NOT_IMPORTED.keys() == set()


def test_what_tests_import_is_declared_for_whoever_changes_the_code() -> None:
    declared = names((*DECLARED["dependencies"], *DECLARED["optional-dependencies"]["dev"]))
    assert [packages for packages in set(imported("tests")) if not packages & declared] == []


def test_doctor_looks_for_each_package_that_the_product_declares_and_for_no_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    declared = ["duckdb>=1.5,<2", "typst", "colorama; os_name == 'none'", "pytest>=8; extra == 'dev'"]
    monkeypatch.setattr(doctor, "requires", lambda _: declared)
    assert doctor.needed_packages() == ("duckdb", "typst")


def test_where_the_product_is_not_installed_doctor_misses_the_product(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(doctor, "requires", nothing)
    assert doctor.needed_packages() == ("tongket",)
