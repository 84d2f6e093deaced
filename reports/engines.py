"""The two engines that Quarto itself calls: pandoc and Typst.

What belongs here: turning one page with its options into HTML or PDF. What does not: which pages there are and
where their output goes (`quarto_project.py`, `runner.py`).
"""

import json
import re
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import fontpkg_be_vietnam_pro
import pypandoc
import typst
import yaml

from reports.quarto_project import QUARTO_FILTERS

FONT_FOLDER = Path(fontpkg_be_vietnam_pro.ROOT) / "files"

_PANDOC_OPTIONS = frozenset(
    {
        "columns",
        "css",
        "filters",
        "from",
        "include-after-body",
        "include-before-body",
        "include-in-header",
        "number-sections",
        "section-divs",
        "shift-heading-level-by",
        "standalone",
        "syntax-highlighting",
        "template",
        "toc",
        "toc-depth",
        "wrap",
    }
)
_RUNNER_OPTIONS = frozenset({"font-paths", "keep-typ", "minimal", "theme", "filters", "pdf-standard"})
_PLACE = re.compile(r"┌─ (.+):(\d+):\d+")
_DEFAULTS: Mapping[str, Any] = {"from": "markdown", "standalone": True, "wrap": "none", "toc-depth": 3}


class EngineError(Exception):
    """An engine refused a page; the message is the engine's own."""


@dataclass(frozen=True)
class Converted:
    """What pandoc made of a page.

    Attributes:
        text: HTML or Typst.
        warnings: what pandoc had to say, one a line.
    """

    text: str
    warnings: tuple[str, ...]


@cache
def pandoc_path() -> str:
    """Give the path of the pandoc that the `pypandoc-binary` package brings."""
    return str(pypandoc.get_pandoc_path())


def convert(body: str, options: Mapping[str, Any], target: str, folder: Path) -> Converted:
    """Turn Markdown into HTML or Typst with pandoc, called as Quarto calls it.

    Options that pandoc knows go into a defaults file, everything else into a metadata file, whose texts pandoc
    reads as Markdown.

    Args:
        body: the page without front matter.
        options: pandoc options and metadata together, as a Quarto page has them.
        target: `html` or `typst`.
        folder: the folder of the page, to which its paths are relative.

    Raises:
        EngineError: pandoc failed.
    """
    defaults = {**_DEFAULTS, **{key: options[key] for key in sorted(_PANDOC_OPTIONS & options.keys())}}
    defaults["to"] = "html5" if target == "html" else target
    for key in ("css", "filters"):
        if isinstance(defaults.get(key), str):
            defaults[key] = [defaults[key]]
    if isinstance(defaults.get("template"), str):
        defaults["template"] = str((folder / defaults["template"]).resolve())
    if "filters" in defaults:
        defaults["filters"] = [
            str((folder / name).resolve()) for name in defaults["filters"] if name != QUARTO_FILTERS
        ]
    known = _PANDOC_OPTIONS | _RUNNER_OPTIONS
    metadata = {key: value for key, value in sorted(options.items()) if key not in known}
    with tempfile.TemporaryDirectory(prefix="tongket-pandoc-") as scratch:
        metadata_file = Path(scratch) / "metadata.json"
        metadata_file.write_text(json.dumps(metadata, ensure_ascii=False, default=str), encoding="utf-8")
        defaults["metadata-files"] = [str(metadata_file)]
        defaults_file = Path(scratch) / "defaults.yaml"
        defaults_file.write_text(yaml.safe_dump(defaults, allow_unicode=True), encoding="utf-8")
        done = subprocess.run(
            [pandoc_path(), "--defaults", str(defaults_file)],
            input=body,
            capture_output=True,
            encoding="utf-8",
            cwd=folder,
            check=False,
        )
    messages = tuple(line for line in done.stderr.splitlines() if line.strip())
    if done.returncode != 0:
        raise EngineError("pandoc: " + (" ".join(messages) or f"exit code {done.returncode}"))
    return Converted(done.stdout, messages)


class PdfCompiler:
    """One Typst compiler for all pages of a project, so that fonts are read once.

    System fonts are left out: a page must look the same on every machine.
    """

    def __init__(self, root: Path, font_paths: Sequence[Path] = ()):
        self._lock = threading.Lock()
        self._root = root
        self._fonts = [str(path) for path in (*font_paths, FONT_FOLDER)]
        self._compiler: typst.Compiler | None = None

    def compile(self, source: Path, output: Path) -> tuple[str, ...]:
        """Compile a `.typ` file into a PDF and give the warnings.

        Raises:
            EngineError: Typst failed.
        """
        with self._lock:
            if self._compiler is None:
                self._compiler = typst.Compiler(
                    root=str(self._root), font_paths=self._fonts, ignore_system_fonts=True
                )
            try:
                pdf, warnings = self._compiler.compile_with_warnings(input=str(source), format="pdf")
            except typst.TypstError as error:
                raise EngineError(f"typst: {_explain(error)}") from error
        if not isinstance(pdf, bytes):
            raise EngineError("typst: the page gave no single PDF")
        output.write_bytes(pdf)
        return tuple(f"typst: {warning}" for warning in warnings)


def _explain(error: Any) -> str:
    hints = "; ".join(str(hint) for hint in getattr(error, "hints", ()) or ())
    text = str(getattr(error, "message", "") or error)
    place = _PLACE.search(str(getattr(error, "diagnostic", "") or ""))
    details = "; ".join(filter(None, (f"{place[1]}, line {place[2]}" if place else "", hints)))
    return f"{text} ({details})" if details else text
