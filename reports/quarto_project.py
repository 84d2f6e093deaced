"""A Quarto project, read as Quarto reads it: `_quarto.yml`, front matter, formats and inputs.

What belongs here: which pages there are, which formats each is rendered to, and with which options. What does
not: calling an engine (`engines.py`) and writing a project (`project.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from os.path import relpath
from pathlib import Path
from typing import Any

import yaml

CONFIG_FILE = "_quarto.yml"
FORMATS = {"html": "html", "typst": "pdf"}
"""The formats that pages are rendered to, and the extension of what comes out."""

QUARTO_FILTERS = "quarto"
"""In a list of filters: the place where Quarto's own run; no file."""

ALIASES = {"pdf": "typst"}
"""Quarto's `pdf` goes through LaTeX; the embedded runner has Typst for it."""

_PROJECT_PATH_KEYS = frozenset(
    {
        "css",
        "filters",
        "font-paths",
        "include-after-body",
        "include-before-body",
        "include-in-header",
        "language",
        "template",
    }
)
_NOT_METADATA = frozenset({"project", "format", "engine"})


class ProjectError(Exception):
    """A project or page cannot be read; the message names the file and the remedy."""


@dataclass(frozen=True)
class Page:
    """One page of a project.

    Attributes:
        path: the `.qmd` file, absolute.
        name: its path below the project, as messages and outputs name it.
        metadata: its front matter.
        body: its Markdown without the front matter.
    """

    path: Path
    name: str
    metadata: Mapping[str, Any]
    body: str


@dataclass(frozen=True)
class Project:
    """A project folder with its configuration."""

    folder: Path
    config: Mapping[str, Any] = field(default_factory=dict)

    @property
    def output_folder(self) -> Path:
        """Where finished pages go; the project itself where nothing else is said."""
        return self.folder / str(self._section.get("output-dir") or ".")

    @property
    def resources(self) -> tuple[str, ...]:
        """Globs of files that are copied beside the pages."""
        return _as_tuple(self._section.get("resources"))

    @property
    def _section(self) -> Mapping[str, Any]:
        section = self.config.get("project") or {}
        return section if isinstance(section, Mapping) else {}

    @cached_property
    def language(self) -> Mapping[str, str]:
        """Labels in the project's language: the file's own keys, then those under the language's code."""
        name = self.config.get("language")
        if not isinstance(name, str):
            return {}
        path = self.folder / name
        if not path.is_file():
            raise ProjectError(f"{CONFIG_FILE}: the language file {name} does not exist")
        labels = _mapping(_parse_yaml(path.read_text(encoding="utf-8"), path.name), path.name)
        own = labels.get(str(self.config.get("lang", "en")))
        merged = {**labels, **(own if isinstance(own, Mapping) else {})}
        return {key: value for key, value in merged.items() if isinstance(value, str)}

    def inputs(self) -> tuple[Path, ...]:
        """Give every page of the project: `project.render` where given, else each .qmd that is not hidden."""
        globs = _as_tuple(self._section.get("render"))
        if globs:
            found = {path for glob in globs for path in self.folder.glob(glob)}
        else:
            found = set(self.folder.rglob("*.qmd"))
        return tuple(sorted(path for path in found if path.suffix == ".qmd" and not self._is_hidden(path)))

    def _is_hidden(self, path: Path) -> bool:
        parts = path.relative_to(self.folder).parts
        return (path.is_relative_to(self.output_folder) and self.output_folder != self.folder) or any(
            part.startswith(("_", ".")) for part in parts
        )

    def page(self, path: Path) -> Page:
        """Read one page.

        Raises:
            ProjectError: its front matter is no YAML mapping, or is not closed.
        """
        name = path.relative_to(self.folder).as_posix()
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise ProjectError(f"{name}: the page is not UTF-8 ({error.reason})") from error
        metadata, body = split_front_matter(text, name)
        return Page(path, name, metadata, body)

    def formats(self, page: Page) -> tuple[str, ...]:
        """Give the formats of a page: its own where it names some, else the project's."""
        named = _format_map(page.metadata.get("format")) or _format_map(self.config.get("format"))
        return tuple(ALIASES.get(name, name) for name in named) or ("html",)

    def options(self, page: Page, target: str) -> dict[str, Any]:
        """Give every option and metadata value of a page in one format, the most particular winning.

        The order is Quarto's: project, project format, page, page format. Paths that the project gives are
        relative to it and come back relative to the page.
        """
        project = {key: value for key, value in self.config.items() if key not in _NOT_METADATA}
        own = {key: value for key, value in page.metadata.items() if key not in _NOT_METADATA}
        layers = (
            self._for_page(project, page),
            self._for_page(_format_map(self.config.get("format")).get(target, {}), page),
            own,
            _format_map(page.metadata.get("format")).get(target, {}),
        )
        options: dict[str, Any] = {}
        for layer in layers:
            options.update(layer)
        options.pop("language", None)
        return options

    def _for_page(self, options: Mapping[str, Any], page: Page) -> dict[str, Any]:
        base = page.path.parent
        result = dict(options)
        for key in _PROJECT_PATH_KEYS & options.keys():
            value = options[key]
            paths = [value] if isinstance(value, str) else list(value or ())
            moved = [
                path
                if (key, path) == ("filters", QUARTO_FILTERS)
                else relpath(self.folder / str(path).lstrip("/"), base)
                for path in paths
            ]
            result[key] = moved[0] if isinstance(value, str) else moved
        return result


def find_project(path: Path) -> Project:
    """Give the project that a file or folder belongs to: the nearest folder upwards with a `_quarto.yml`.

    Raises:
        ProjectError: there is none, or it cannot be read.
    """
    start = path.resolve()
    for folder in (start, *start.parents):
        config = folder / CONFIG_FILE
        if config.is_file():
            values = _mapping(_parse_yaml(config.read_text(encoding="utf-8"), CONFIG_FILE), CONFIG_FILE)
            return Project(folder, values)
    raise ProjectError(f"{path}: neither here nor in a folder above is there a {CONFIG_FILE}")


def split_front_matter(text: str, name: str) -> tuple[dict[str, Any], str]:
    """Part a page into its YAML front matter and its Markdown.

    Raises:
        ProjectError: the front matter is not closed or is no mapping.
    """
    if not text.startswith("---\n"):
        return {}, text
    end = text.find("\n---\n", 3)
    if end < 0:
        raise ProjectError(f"{name}: the front matter begins with --- and is never closed by ---")
    # From the end of its first line on, so that a line that an error names is that of the page.
    return _mapping(_parse_yaml(text[3 : end + 1], name), name), text[end + 5 :]


def _parse_yaml(text: str, name: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ProjectError(f"{name}: {error}") from error


def _mapping(value: Any, name: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ProjectError(f"{name}: expected keys with values, found {type(value).__name__}")
    return value


def _format_map(value: Any) -> dict[str, dict[str, Any]]:
    if isinstance(value, str):
        return {value: {}}
    if not isinstance(value, Mapping):
        return {}
    return {name: dict(options) if isinstance(options, Mapping) else {} for name, options in value.items()}


def _as_tuple(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    return tuple(str(item) for item in value) if isinstance(value, Sequence) else ()
