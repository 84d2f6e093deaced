"""The styles of an OpenDocument spreadsheet, as far as they bear on what is read.

What belongs here: which sheets a style hides, which fonts from before Unicode a cell has, and which letters are
raised, lowered or struck through, all inherited from parent styles. What does not: numbers, whose types the
cells state themselves.
"""

import re
from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element

from ingestion.reading.legacy_text import script_of_font
from ingestion.reading.runs import Look

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_PROPERTIES = (f"{_STYLE}text-properties", f"{_STYLE}table-properties")
_FONT = f"{_STYLE}font-name"
_POSITION = f"{_STYLE}text-position"
_LINES = (f"{_STYLE}text-line-through-style", f"{_STYLE}text-line-through-type")
_DISPLAY = f"{_TABLE}display"
_READ = frozenset({_FONT, _POSITION, *_LINES, _DISPLAY})
_OFF_LINE = re.compile(r"super|sub|[+-]?0*(?:[1-9][0-9]*(?:\.[0-9]*)?|\.0*[1-9][0-9]*)%")
"""A position above or below the line."""

_HAS_DEFAULT = ("table", "table-cell")
"""Families of what stands in nothing else; a piece of a text is like the text around it by default."""

_DEFAULT_CELL = "Default"
"""The style of cells that name none."""


class Styles:
    """Styles by family and name."""

    def __init__(self, named: Element | None, content: Element) -> None:
        """Collect them.

        Args:
            named: the part with the styles that have names of their own, if there is one.
            content: the part with the cells, and the styles that the program made for them.
        """
        self._parents: dict[tuple[str, str], str] = {}
        self._set: dict[tuple[str, str], dict[str, str]] = {}
        if named is not None:
            self._collect(named.iterfind(f"{_OFFICE}styles/*"))
        self._collect(content.iterfind(f"{_OFFICE}styles/*"))
        self._collect(content.iterfind(f"{_OFFICE}automatic-styles/*"))
        self._inherited: dict[tuple[str, str, str], str | None] = {}
        self._looks: dict[tuple[str, str | None, Look], Look] = {}
        self.has_looks = any(True in _look(properties) for properties in self._set.values())
        """Whether any style raises, lowers or strikes letters through."""

        self.fonts = self._legacy_fonts()
        """The fonts from before Unicode by the name of the cell style that uses them, or inherits them."""

    def is_hidden(self, table: Element) -> bool:
        """Say whether a sheet is hidden."""
        return "false" in (
            table.get(_DISPLAY),
            self._find(("table", table.get(f"{_TABLE}style-name", "")), _DISPLAY),
        )

    def cell_look(self, name: str | None) -> Look:
        """Give how a cell style dresses letters."""
        return self.look("table-cell", name or _DEFAULT_CELL, Look())

    def look(self, family: str, name: str | None, around: Look) -> Look:
        """Give how letters look whose style may say nothing of it; the text around them counts then."""
        if name is None or not self.has_looks:
            return around
        key = (family, name, around)
        found = self._looks.get(key)
        if found is None:
            own = {wanted: self._find((family, name), wanted) for wanted in (_POSITION, *_LINES)}
            raised, struck = _look(own)
            found = Look(
                around.raised if raised is None else raised, around.struck if struck is None else struck
            )
            self._looks[key] = found
        return found

    def _legacy_fonts(self) -> dict[str, str]:
        if not any(script_of_font(properties.get(_FONT, "")) for properties in self._set.values()):
            return {}
        fonts = {key[1]: self._find(key, _FONT) for key in self._parents if key[0] == "table-cell"}
        return {name: font for name, font in fonts.items() if font and script_of_font(font) is not None}

    def _collect(self, styles: Iterable[Element]) -> None:
        for style in styles:
            if style.tag not in (f"{_STYLE}style", f"{_STYLE}default-style"):
                continue
            # A style without a name is the default of its family.
            key = (style.get(f"{_STYLE}family", ""), style.get(f"{_STYLE}name", ""))
            self._parents[key] = style.get(f"{_STYLE}parent-style-name", "")
            found = self._set[key] = {}
            for properties in style:
                if properties.tag in _PROPERTIES:
                    found.update((name, value) for name, value in properties.items() if name in _READ)

    def _find(self, key: tuple[str, str], name: str) -> str | None:
        """Give a property of a style, or of the nearest one that it inherits from."""
        family, style = key
        passed: dict[tuple[str, str, str], None] = {}
        value: str | None = None
        while style or family in _HAS_DEFAULT:
            place = (family, style, name)
            if place in passed:
                break  # a style that inherits from itself
            if place in self._inherited:
                value = self._inherited[place]
                break
            passed[place] = None
            value = self._set.get((family, style), {}).get(name)
            if value is not None:
                break
            style = self._parents.get((family, style), "")
        self._inherited.update(dict.fromkeys(passed, value))
        return value


def _look(properties: Mapping[str, str | None]) -> tuple[bool | None, bool | None]:
    """Say whether a style raises letters and strikes them through; None where it says nothing of it."""
    position = properties.get(_POSITION)
    raised = None if position is None else _OFF_LINE.fullmatch((position.split() or [""])[0]) is not None
    lines = [line for name in _LINES if (line := properties.get(name)) is not None]
    return raised, "none" not in lines if lines else None
