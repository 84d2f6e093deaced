"""Comments of a sheet: their texts, and the boxes in which they are shown.

What belongs here: the two parts of a sheet's comments, which only work together. What does not: what comments
say. The clerk's own comments stay; ours follow them, after a line by which the next return knows them again.
"""

import re
from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element, SubElement
from xml.sax.saxutils import escape

from ingestion.ooxml.markup import reference, rich_text
from ingestion.ooxml.package import Package
from ingestion.ooxml.parts import Part, stored
from ingestion.records.cells import address, parse_range

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_VML = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
    '<o:idmap v:ext="edit" data="{number}"/></o:shapelayout></xml>'
)
_SHAPE_TYPE = (
    '<v:shapetype xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    '<v:shape xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel" id="_x0000_s{id}" type="#_x0000_t202" '
    'style="position:absolute;width:{width}px;height:{height}px;z-index:{order};visibility:hidden" '
    'fillcolor="#fffbe6" o:insetmode="auto"><v:fill color2="#fffbe6"/>'
    '<v:shadow on="t" color="black" obscured="t"/>'
    '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto">'
    '<div style="text-align:left"></div>'
    '</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{anchor}</x:Anchor>"
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_SHAPES = re.compile(r"(?=<v:shape\s)")
_ROW = re.compile(r"<x:Row>\s*([0-9]{1,7})\s*</x:Row>")
_COLUMN = re.compile(r"<x:Column>\s*([0-9]{1,5})\s*</x:Column>")
_SHAPE_ID = re.compile(r'id="_x0000_s([0-9]{1,9})"')
_NOWHERE = (0, 0)
_BOX_WIDTH = 330
_LINE_HEIGHT = 17
_LINE_CHARACTERS = 52
_COLUMN_PIXELS = 64.0
_ROW_PIXELS = 20


class Notes:
    """The comments of one sheet.

    Attributes:
        relation: the relation that the sheet's drawing of comments has to name, if there is one.
    """

    def __init__(self, package: Package, path: str, sheet: Part, mark: str) -> None:
        self._mark = mark
        self._package = package
        self._path = path
        self._sheet = sheet
        self._comments = package.related(path, "comments")
        self._drawing = self._drawing_of()
        self.relation: str | None = None

    def _drawing_of(self) -> str | None:
        entry = self._sheet.child("legacyDrawing")
        if entry is None:
            return None
        known = {relation.id: relation.target for relation in self._package.relations(self._path)}
        target = known.get(reference(entry), "")
        return target if self._package.has(target) else None

    def write(self, texts: Mapping[tuple[int, int], list[str]], widths: Mapping[int, float]) -> None:
        """Write comments, each a list of paragraphs of which the first is the heading."""
        if self._comments is None and not texts:
            return
        if self._comments is None:
            name = self._package.free_name("xl/comments{}.xml")
            namespace = self._sheet.namespace.strip("{}")
            empty = f'<comments xmlns="{namespace}"><authors/><commentList/></comments>'
            self._comments = self._package.put(name, empty.encode(), _TYPE)
            self._package.relate(self._path, "comments", self._comments)
        part = self._package.document(self._comments)
        kept = self._without_ours(part)
        self._add(part, texts)
        self._draw(kept, texts, widths)

    def _without_ours(self, part: Part) -> set[tuple[int, int]]:
        """Take out what an earlier return said; give the cells that still have a comment."""
        kept = set()
        entries = part.child("commentList")
        for entry in list(entries) if entries is not None else []:
            if (place := _place_of(entry)) is None:
                continue
            text = entry.find(part.tag("text"))
            if text is not None and self._mark in (said := rich_text(text)):
                own = said.partition(self._mark)[0].strip()
                if not own and entries is not None:
                    entries.remove(entry)
                    continue
                for run in list(text):
                    text.remove(run)
                _add_run(part, text, own, is_bold=False)
            kept.add(place)
        return kept

    def _add(self, part: Part, texts: Mapping[tuple[int, int], list[str]]) -> None:
        authors, entries = part.child("authors"), part.child("commentList")
        if authors is None or entries is None or not texts:
            return
        author = next((n for n, entry in enumerate(authors) if entry.text == "tongket"), None)
        if author is None:
            author = len(authors)
            SubElement(authors, part.tag("author")).text = "tongket"
        known = {_place_of(e): e for e in entries}
        for place, paragraphs in sorted(texts.items()):
            entry = known.get(place)
            if entry is None:
                entry = SubElement(entries, part.tag("comment"), ref=address(*place), authorId=str(author))
                text = SubElement(entry, part.tag("text"))
            else:
                found = entry.find(part.tag("text"))
                text = SubElement(entry, part.tag("text")) if found is None else found
                _add_run(part, text, "\n", is_bold=False)
            _add_run(part, text, f"{self._mark} · {paragraphs[0]}", is_bold=True)
            _add_run(part, text, "".join(f"\n{line}" for line in paragraphs[1:]), is_bold=False)
        entries[:] = sorted(entries, key=lambda e: _place_of(e) or _NOWHERE)

    def _draw(
        self,
        kept: set[tuple[int, int]],
        texts: Mapping[tuple[int, int], list[str]],
        widths: Mapping[int, float],
    ) -> None:
        number = int(re.sub(r"[^0-9]", "", self._path.rpartition("/")[2])[:4] or "1")
        if self._drawing is None:
            name = self._package.free_name("xl/drawings/vmlDrawing{}.vml")
            self._drawing = self._package.put(name, _VML.format(number=number).encode())
            self._package.declare_extension("vml", _VML_TYPE)
            self.relation = self._package.relate(self._path, "vmlDrawing", self._drawing)
        drawing = self._package.raw(self._drawing).decode("utf-8", "replace")
        shown: set[tuple[int, int]] = set()

        def keep(piece: str) -> str:
            shape, end, rest = piece.partition("</v:shape>")
            row, column = _ROW.search(shape), _COLUMN.search(shape)
            if not end or 'ObjectType="Note"' not in shape or row is None or column is None:
                return piece
            place = (int(row[1]) + 1, int(column[1]) + 1)
            if place not in kept:
                return rest
            shown.add(place)
            return piece

        drawing = "".join(map(keep, _SHAPES.split(drawing)))
        missing = sorted((kept | set(texts)) - shown)
        shapes = [] if "_x0000_t202" in drawing else [_SHAPE_TYPE]
        next_id = max((int(found) for found in _SHAPE_ID.findall(drawing)), default=number * 1024) + 1
        for order, place in enumerate(missing, start=1):
            shapes.append(_shape(next_id + order, order, place, texts.get(place, []), widths))
        head, end, rest = drawing.rpartition("</xml>")
        self._package.put(self._drawing, f"{head}{''.join(shapes)}{end}{rest}".encode())


def _place_of(entry: Element) -> tuple[int, int] | None:
    """Give the cell to which a comment belongs; None where its reference names none."""
    found = parse_range(entry.get("ref", ""))
    return found[:2] if found else None


def _add_run(part: Part, text: Element, said: str, *, is_bold: bool) -> None:
    if not said:
        return
    run = SubElement(text, part.tag("r"))
    properties = SubElement(run, part.tag("rPr"))
    if is_bold:
        SubElement(properties, part.tag("b"))
    SubElement(properties, part.tag("sz"), val="10")
    SubElement(properties, part.tag("color"), indexed="81")
    SubElement(properties, part.tag("rFont"), val="Tahoma")
    element = SubElement(run, part.tag("t"))
    element.text = stored(said)
    element.set(_SPACE, "preserve")


def _shape(
    number: int, order: int, place: tuple[int, int], paragraphs: Iterable[str], widths: Mapping[int, float]
) -> str:
    """Draw a box beside a cell, as wide as people read and as high as the text needs."""
    row, column = place
    lines = sum(1 + len(paragraph) // _LINE_CHARACTERS for paragraph in paragraphs)
    height = min(max(4, lines + 1), 26) * _LINE_HEIGHT
    first = column  # the column right of the cell, counted from 0
    last, left = first, float(_BOX_WIDTH)
    while left > (width := widths.get(last + 1, _COLUMN_PIXELS)) and last < first + 60:
        left -= width
        last += 1
    top = max(0, row - 2)
    anchor = (first, 12, top, 6, last, int(left), top + height // _ROW_PIXELS, 6)
    return _SHAPE.format(
        id=number,
        order=order,
        width=_BOX_WIDTH,
        height=height,
        anchor=escape(", ".join(map(str, anchor))),
        row=row - 1,
        column=column - 1,
    )
