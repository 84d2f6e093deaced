"""The package of a workbook: parts, how they relate to each other, and the list of sheets.

What belongs here: adding and removing parts and sheets, taking macros and broken signatures out, packing it
again. What does not: what stands in a sheet (`sheet.py`) or how it looks (`styles.py`).

Only what is marked is changed. A library that loads a workbook into objects and saves them loses what it does
not know: cached values of formulas, drawings, newer conditional formats and validations.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from ingestion.reading.archives import open_archive
from ingestion.reading.opc import WORKBOOK_TYPES
from ingestion.returns.parts import Part, parse

TYPES = "[Content_Types].xml"
_ROOT_RELATIONS = "_rels/.rels"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_SELECTED = re.compile(rb'\stabSelected=(?:"[^"]*"|\'[^\']*\')')
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_DEFLATE_LEVEL = 6


@dataclass(frozen=True)
class Relation:
    """One relation of a part; the target is a path inside the package, or an address outside it."""

    id: str
    type: str
    target: str
    is_external: bool


@dataclass(frozen=True)
class SheetEntry:
    """One sheet: its name as stored, its part, its id among the workbook's relations."""

    name: str
    path: str
    relation: str


class Package:
    """A workbook under change."""

    def __init__(self, data: bytes) -> None:
        """Open a package.

        Raises:
            KeyError, ValueError, ParseError, BadZipFile, UnreadableError: it is damaged, or no workbook.
        """
        with open_archive(data) as archive:
            self._parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
        self._documents: dict[str, Part] = {}
        self.path = next(
            entry.get("PartName", "").lstrip("/")
            for entry in self.document(TYPES).root
            if entry.get("ContentType") in WORKBOOK_TYPES
        )
        self.workbook = self.document(self.path)
        self.base = _STRICT if "purl.oclc.org" in self.workbook.namespace else _OFFICE

    def document(self, path: str) -> Part:
        """Give a part, parsed; it is written back as it is then."""
        if path not in self._documents:
            self._documents[path] = parse(self._parts[path])
        return self._documents[path]

    def has(self, path: str) -> bool:
        """Say whether there is such a part."""
        return path in self._parts

    def raw(self, path: str) -> bytes:
        """Give the bytes of a part that is not changed as XML."""
        return self._parts[path]

    def put(self, path: str, data: bytes, content_type: str = "") -> None:
        """Add or replace a part, and declare what it is."""
        self._documents.pop(path, None)
        self._parts[path] = data
        types = self.document(TYPES)
        if content_type:
            for entry in [e for e in types.root if e.get("PartName") == f"/{path}"]:
                types.root.remove(entry)
            SubElement(types.root, types.tag("Override"), PartName=f"/{path}", ContentType=content_type)

    def declare_extension(self, extension: str, content_type: str) -> None:
        """Say what parts with an extension are, where nothing says so."""
        types = self.document(TYPES)
        if all(entry.get("Extension", "").lower() != extension for entry in types.root):
            types.root.insert(
                0, Element(types.tag("Default"), {"Extension": extension, "ContentType": content_type})
            )

    def remove(self, path: str) -> None:
        """Remove a part, what is said of it and its own relations."""
        for name in (path, _relations_path(path)):
            self._parts.pop(name, None)
            self._documents.pop(name, None)
        types = self.document(TYPES)
        for entry in [e for e in types.root if e.get("PartName") == f"/{path}"]:
            types.root.remove(entry)

    def free_path(self, pattern: str) -> str:
        """Give the first free path of a numbered pattern (`xl/comments{}.xml`)."""
        number = 1
        taken = {name.lower() for name in self._parts}
        while pattern.format(number).lower() in taken:
            number += 1
        return pattern.format(number)

    def relations(self, path: str) -> list[Relation]:
        """Give the relations of a part; a blank path gives those of the whole package."""
        source = _relations_path(path) if path else _ROOT_RELATIONS
        if source not in self._parts:
            return []
        folder = posixpath.dirname(path)
        found = []
        for entry in self.document(source).root:
            target, is_external = entry.get("Target", ""), entry.get("TargetMode") == "External"
            if not is_external:
                target = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                target = posixpath.normpath(target)
            found.append(Relation(entry.get("Id", ""), entry.get("Type", ""), target, is_external))
        return found

    def related(self, path: str, kind: str) -> str | None:
        """Give the part to which a part relates in a way (`comments`)."""
        return next(
            (
                relation.target
                for relation in self.relations(path)
                if relation.type.rpartition("/")[2] == kind and relation.target in self._parts
            ),
            None,
        )

    def relate(self, path: str, kind: str, target: str) -> str:
        """Relate a part to another and give the relation's id."""
        source = _relations_path(path)
        if source not in self._parts:
            self._parts[source] = f'{_HEAD}<Relationships xmlns="{_RELATIONS}"/>'.encode()
        document = self.document(source)
        taken = {entry.get("Id") for entry in document.root}
        number = len(taken) + 1
        while f"rId{number}" in taken:
            number += 1
        attributes = {"Id": f"rId{number}", "Type": f"{self.base}/{kind}", "Target": f"/{target}"}
        SubElement(document.root, document.tag("Relationship"), attributes)
        return f"rId{number}"

    def unrelate(self, path: str, relation: str) -> None:
        """Take a relation away."""
        source = _relations_path(path) if path else _ROOT_RELATIONS
        document = self.document(source)
        for entry in [e for e in document.root if e.get("Id") == relation]:
            document.root.remove(entry)

    def sheets(self) -> Iterator[SheetEntry]:
        """Give the worksheets in their order."""
        targets = {relation.id: relation for relation in self.relations(self.path)}
        for entry in self.workbook.children("sheets"):
            relation = targets.get(entry.get(self._id(), ""))
            if relation and relation.type.endswith("/worksheet") and relation.target in self._parts:
                yield SheetEntry(entry.get("name", ""), relation.target, relation.id)

    def _id(self) -> str:
        return f"{{{self.base}}}id"

    def insert_sheet(self, name: str, data: bytes, position: int | None) -> str:
        """Add a sheet at a position, or as the last one, and give its part."""
        path = self.free_path("xl/worksheets/sheet{}.xml")
        self.put(path, data, f"{_SHEET_TYPE}.worksheet+xml")
        parent = self.workbook.child("sheets")
        if parent is None:
            raise KeyError("sheets")
        number = max((int(entry.get("sheetId", "0")) for entry in parent), default=0) + 1
        relation = self.relate(self.path, "worksheet", path)
        entry = Element(
            self.workbook.tag("sheet"), {"name": name, "sheetId": str(number), self._id(): relation}
        )
        position = len(parent) if position is None else position
        parent.insert(position, entry)
        self._shift_names(lambda index: index + (index >= position))
        return path

    def remove_sheets(self, parts: set[str]) -> None:
        """Remove the sheets that are some parts, and every sheet of macros."""
        parent = self.workbook.child("sheets")
        if parent is None:
            raise KeyError("sheets")
        targets = {relation.id: relation for relation in self.relations(self.path)}
        for index in range(len(parent) - 1, -1, -1):
            entry = parent[index]
            relation = targets.get(entry.get(self._id(), ""))
            is_macro = relation is not None and relation.type.endswith("/xlMacrosheet")
            if relation is None or not (is_macro or relation.target in parts):
                continue
            parent.remove(entry)
            self.unrelate(self.path, relation.id)
            for child in self.relations(relation.target):
                if not child.is_external and child.type.rpartition("/")[2] in ("comments", "vmlDrawing"):
                    self.remove(child.target)
            self.remove(relation.target)
            self._shift_names(lambda i, gone=index: None if i == gone else i - (i > gone))  # type: ignore[misc]

    def _shift_names(self, moved: Callable[[int], int | None]) -> None:
        """Let defined names follow their sheets, which they know by position."""
        names = self.workbook.child("definedNames")
        for entry in list(names) if names is not None else []:
            if (index := entry.get("localSheetId")) is None:
                continue
            position = moved(int(index))
            if position is None and names is not None:
                names.remove(entry)
            else:
                entry.set("localSheetId", str(position))
        if names is not None and not len(names):
            self.workbook.root.remove(names)

    def show_first(self) -> None:
        """Open the workbook on its first sheet alone: what is typed goes into every selected sheet."""
        views = self.workbook.child("bookViews")
        for view in views if views is not None else ():
            view.attrib.pop("activeTab", None)
            view.attrib.pop("firstSheet", None)
        for entry in self.sheets():
            if entry.path in self._documents:
                document = self._documents[entry.path]
                for view in document.children("sheetViews"):
                    view.attrib.pop("tabSelected", None)
            else:
                data = self._parts[entry.path]
                self._parts[entry.path] = _SELECTED.sub(b"", data[:4096]) + data[4096:]

    def drop_code(self) -> bool:
        """Take macros and signatures out, so that it is a plain workbook; say whether it had macros."""
        had_macros = False
        for relation in self.relations(self.path):
            if "vbaProject" in relation.type:
                had_macros = True
                for child in self.relations(relation.target):
                    self.remove(child.target)
                self.unrelate(self.path, relation.id)
                self.remove(relation.target)
        for relation in self.relations(""):
            if "digital-signature" in relation.type:
                for child in self.relations(relation.target):
                    self.remove(child.target)
                self.unrelate("", relation.id)
                self.remove(relation.target)
        for entry in self.document(TYPES).root:
            if entry.get("PartName") == f"/{self.path}":
                had_macros = had_macros or WORKBOOK_TYPES[entry.get("ContentType", "")] == "xlsm"
                entry.set("ContentType", f"{_SHEET_TYPE}.sheet.main+xml")
        return had_macros

    def to_bytes(self) -> bytes:
        """Pack the workbook; the same content gives the same bytes."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=_DEFLATE_LEVEL) as archive:
            for name in [TYPES, *(name for name in self._parts if name != TYPES)]:
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system = 0
                document = self._documents.get(name)
                archive.writestr(entry, self._parts[name] if document is None else document.to_bytes())
        return buffer.getvalue()


def blank_package() -> bytes:
    """Give a workbook without any sheet, to which sheets are added."""
    parts = {
        TYPES: f'<Types xmlns="{_CONTENT_TYPES}">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/></Types>',
        _ROOT_RELATIONS: f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView/>'
        "</bookViews><sheets/></workbook>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), _HEAD + text)
    return buffer.getvalue()


def _relations_path(path: str) -> str:
    folder, name = posixpath.split(path)
    return posixpath.join(folder, "_rels", f"{name}.rels")
