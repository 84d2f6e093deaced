"""One mutant, and the copy of the sources in which it is tried.

What belongs here: the change, and running the tests that should notice it. What does not: which mutants there
are, and what is said of them.
"""

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
MODELS = "dbt:"
"""What a test begins with that is no test of pytest but the unit tests of one dbt model."""

_FILES = ("pyproject.toml", "dagster.yaml")
_FOLDERS = ("benchmarks", "dbt_project", "demo", "ingestion", "orchestration", "reports", "tests")
_FAILED = 1
"""What pytest and dbt exit with where a test failed; they exit with more where nothing was tried at all."""


@dataclass(frozen=True)
class Mutant:
    """One change of one file, and the tests that have to notice it.

    Attributes:
        name: what it makes wrong.
        file: what it changes.
        old: what stands there; the first place of it is changed.
        new: what stands there instead.
        tests: arguments of pytest, or models of dbt behind `MODELS`, of which the unit tests are run.
        equivalent: why no test can notice it, where that is so.
    """

    name: str
    file: str
    old: str
    new: str
    tests: Sequence[str]
    equivalent: str = ""


class CannotBeTriedError(Exception):
    """Tests fail without a change, or do not run at all, so that they tell nothing of a mutant."""


class Copy:
    """The sources in a folder of their own, where one mutant after the other is tried."""

    def __init__(self, root: Path) -> None:
        """Take a folder that has the sources already."""
        self._root = root
        self._changes = itertools.count(1)

    def prepare(self, mutants: Iterable[Mutant]) -> None:
        """Run all tests that mutants name, without any change.

        Raises:
            CannotBeTriedError: one of them fails.
        """
        by_kind: dict[tuple[str, ...], dict[str, None]] = {}
        for tests in (mutant.tests for mutant in mutants):
            kind = (MODELS,) if tests[0].startswith(MODELS) else tuple(t for t in tests if t.startswith("-"))
            by_kind.setdefault(kind, {}).update(dict.fromkeys(tests))
        if (MODELS,) in by_kind:  # unit tests of dbt ask relations that are there for their columns
            self._dbt("run", "--empty")
        for tests_of_kind in by_kind.values():
            self._demand(tuple(tests_of_kind))

    def is_noticed(self, mutant: Mutant) -> bool:
        """Say whether a test fails on a mutant.

        Raises:
            ValueError: its file does not hold what it changes.
            CannotBeTriedError: with it no test runs.
        """
        path = self._root / mutant.file
        text, times = path.read_text(encoding="utf-8"), path.stat()
        if mutant.old not in text:
            raise ValueError(f"{mutant.file} does not hold {mutant.old!r}")
        path.write_text(text.replace(mutant.old, mutant.new, 1), encoding="utf-8")
        # Python takes a file of the same second and size for the one that it compiled.
        os.utime(path, (times.st_atime, times.st_mtime + next(self._changes)))
        try:
            return not self._pass(mutant.tests)
        finally:
            path.write_text(text, encoding="utf-8")
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    def _demand(self, tests: Sequence[str]) -> None:
        if not self._pass(tests):
            raise CannotBeTriedError(f"without any change there fail some of {', '.join(tests)}")

    def _pass(self, tests: Sequence[str]) -> bool:
        if tests[0].startswith(MODELS):
            chosen = [f"{test.removeprefix(MODELS)},test_type:unit" for test in tests]
            done = self._dbt("test", "--select", *chosen)
        else:
            pytest = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
            done = _run([*pytest, *tests], self._root)
        if done.returncode not in (0, _FAILED):
            raise CannotBeTriedError(done.stdout[-2000:] + done.stderr[-2000:])
        return done.returncode == 0

    def _dbt(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        program = str(Path(sys.executable).with_name("dbt"))
        return _run([program, *arguments, "--quiet"], self._root / "dbt_project")


def _run(command: Sequence[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)


@contextmanager
def copied() -> Iterator[Copy]:
    """Copy the sources, and remove the copy afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in _FOLDERS:
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("target", "logs"))
        for name in _FILES:
            shutil.copyfile(ROOT / name, root / name)
        yield Copy(root)
