"""The walks of CONTRIBUTING: what they show, and a copy of the product in which they are done.

What belongs here: taking pieces from the page, and the copy. What does not: where a piece goes and what must
follow (the tests of each walk).
"""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "CONTRIBUTING.md"
_COPIED = ("ingestion", "orchestration", "reports", "demo", "dbt_project", "docs", "tests/support")


def pieces(section: str) -> dict[str, list[str]]:
    """Give what stands between fences in a section, by language; other languages have nothing."""
    text = PAGE.read_text(encoding="utf-8").split(f"## {section}\n")[1].split("\n## ")[0]
    found: dict[str, list[str]] = {}
    for language, piece in re.findall(r"^ *```(\w+)\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE):
        found.setdefault(language, []).append(textwrap.dedent(piece))
    return found


@dataclass(frozen=True)
class Copy:
    """A copy of the product, to be changed."""

    root: Path

    @classmethod
    def below(cls, folder: Path) -> "Copy":
        """Make one."""
        ignored = shutil.ignore_patterns("__pycache__", "target", "logs")
        for name in _COPIED:
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        return cls(folder)

    def add(self, place: str, text: str, before: str | None = None) -> None:
        """Put lines into a file: before a line that is there once, else at its end; a new file is made."""
        path = self.root / place
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if before is not None:
            assert old.count(before) == 1, f"{place}: {before}"
            at = old.index(before)
            text, old = old[:at] + text + old[at:], ""
        path.write_text(old + text, encoding="utf-8")

    def replace(self, place: str, pattern: str, new: str) -> None:
        """Put something in the place of what fits a pattern."""
        path = self.root / place
        text, count = re.subn(pattern, lambda match: match.expand(new), path.read_text(encoding="utf-8"))
        assert count, f"{place}: {pattern}"
        path.write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> str:
        """Run Python, which imports the copy, as do processes that it starts; give what it printed."""
        done = subprocess.run(
            [sys.executable, "-W", "ignore", *arguments],
            cwd=self.root,
            env=os.environ | {"PYTHONPATH": str(self.root)},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout
