"""The product as people install it: a wheel of this tree, unpacked where nothing of the tree is found.

What belongs here: building the wheel and calling what is in it. The packages that it depends on are those of
the environment of the tests; its editable installation of the product is left out.
"""

import compileall
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILT_FROM = ("ingestion", "orchestration", "reports", "demo", "dbt_project")
"""Folders of the tree that go into the wheel."""

_BESIDE = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "dagster.yaml")
_GENERATED = shutil.ignore_patterns("__pycache__", "target", "logs", ".user.yml")
_BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


@dataclass(frozen=True)
class Installed:
    """A product that was unpacked from its wheel.

    Attributes:
        folder: where its packages are, and nothing else.
        elsewhere: an empty folder from which it is called.
    """

    folder: Path
    elsewhere: Path

    def run(self, *arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run Python with the product: arguments as for `python`, and further variables of the environment."""
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("TONGKET", "DAGSTER", "PYTHON"))}
        # Without `site` no `.pth` file is read, so that an editable installation of the tree is not found.
        packages = [path for path in sys.path if Path(path).name == "site-packages"]
        found = {"PYTHONPATH": os.pathsep.join([str(self.folder), *packages])}
        return subprocess.run(
            [sys.executable, "-S", *map(str, arguments)],
            cwd=self.elsewhere,
            env=kept | found | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    def tongket(self, home: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Call the command line on a state folder."""
        return self.run("-m", "orchestration.cli", "--home", home, "--lang", "en", *arguments)

    def content(self) -> dict[str, tuple[int, int]]:
        """Give size and time of every file of the product, to see that nothing was written there."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return {
            path.relative_to(self.folder).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns)
            for path in files
        }


def build_and_unpack(scratch: Path) -> Installed:
    """Build the wheel from a copy of the tree, in which nothing was generated, and unpack it read-only."""
    tree, folder, elsewhere = scratch / "tree", scratch / "packages", scratch / "elsewhere"
    for name in BUILT_FROM:
        shutil.copytree(ROOT / name, tree / name, ignore=_GENERATED)
    for name in _BESIDE:
        shutil.copy(ROOT / name, tree)
    subprocess.run([sys.executable, "-c", _BUILD, scratch], cwd=tree, check=True, capture_output=True)
    (wheel,) = scratch.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
    shutil.rmtree(tree)
    compileall.compile_dir(folder, quiet=1)  # as pip does
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    elsewhere.mkdir()
    return Installed(folder, elsewhere)
