"""The modules of a package, of which each enters something, so that adding one is adding a file.

What belongs here: finding them. What does not: what a package asks of its modules.
"""

from collections.abc import Iterable, Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def modules_of(package: str, places: Iterable[str]) -> Iterator[ModuleType]:
    """Give the modules of a package, by name, imported.

    Args:
        package: its `__name__`.
        places: its `__path__`.
    """
    for module in iter_modules(places):
        yield import_module(f"{package}.{module.name}")
