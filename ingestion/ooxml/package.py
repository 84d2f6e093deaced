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
from xml.etree.ElementTree import Element, ParseError, SubElement

from ingestion.ooxml.markup import local, reference
from ingestion.ooxml.opc import TYPES, Parts, Relation, part_key, relation_of, relations_key, source_key
from ingestion.ooxml.parts import Part, parse
from ingestion.ooxml.references import whole_number
from ingestion.records.file_kinds import FileKind
from ingestion.storage.archives import open_archive, too_large

_TYPES_NAME = "[Content_Types].xml"
_RELATIONS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_USUAL_NAMES = (
    "xl/workbook.xml",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
    "docProps/app.xml",
    "docProps/core.xml",
)
_USUAL = {name.lower(): name for name in _USUAL_NAMES}
"""Names under which some programs look for a part without asking the relations."""

_LARGEST_CHANGED = 8 * 2**20
"""Larger parts are not changed: as trees they take too much memory, and a copy of the cells serves as well."""

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
class SheetEntry:
    """One sheet: its name as stored, the key of its part, its id among the workbook's relations."""

    name: str
    path: str
    relation: str


class Package:
    """A workbook under change; its parts are known by keys, whatever their names are in the file.

    Names and targets that other programs would not understand (backslashes, other letters' case) are put right.
    """

    def __init__(self, data: bytes) -> None:
        """Open a package.

        Raises:
            KeyError, ValueError, ParseError, BadZipFile, UnreadableError: it is damaged, or no workbook.
        """
        self._parts: dict[str, bytes] = {}
        self._names: dict[str, str] = {}
        self._documents: dict[str, Part] = {}
        with open_archive(data) as archive:
            for entry in archive.infolist():
                if not entry.is_dir():
                    key = part_key(entry.filename)
                    self._parts[key] = archive.read(entry)
                    self._names[key] = _USUAL.get(key) or _tidy(entry.filename)
            parts = Parts(archive)
            self.path, kind = parts.workbook()
            self.strings = parts.related(parts.relations(self.path), "sharedStrings")
            self.styles = parts.related(parts.relations(self.path), "styles")
        self.had_macros = kind is FileKind.XLSM
        self._put_names_right()
        self.workbook = self.document(self.path)
        self.base = self._vocabulary()

    def _vocabulary(self) -> str:
        """Give the namespace in which elements name relations."""
        for entry in self.workbook.children("sheets"):
            for name in entry.attrib:
                if local(name) == "id" and name.startswith("{"):
                    return name[1:].rpartition("}")[0]
        return _STRICT if "purl.oclc.org" in self.workbook.namespace else _OFFICE

    def _put_names_right(self) -> None:
        """Let all that names a part name it as it is called here."""
        self._names[TYPES] = _TYPES_NAME
        for key in self._parts:
            source = source_key(key)
            if source == "":
                self._names[key] = key
            elif source in self._parts:
                folder, base = posixpath.split(self._names[source])
                self._names[key] = posixpath.join(folder, "_rels", f"{base}.rels")
        for key in self._parts:
            source = source_key(key)
            if source is not None and (not source or source in self._parts):
                self._put_targets_right(key, source)
        for entry in self.document(TYPES).root:
            said = entry.get("PartName")
            if said is not None and (name := self._names.get(part_key(said))) and said != f"/{name}":
                entry.set("PartName", f"/{name}")

    def _put_targets_right(self, key: str, source: str) -> None:
        """Let the relations of a part lead where other programs find it; nothing is changed if they do."""
        folder = posixpath.dirname(self._names.get(source, ""))
        try:
            document = parse(self._parts[key])
        except ParseError:
            return  # of a part that nobody asks for, or it would not have been read
        for entry in document.root:
            relation = relation_of(entry, source)
            name = None if relation.is_external else self._names.get(relation.target)
            target = entry.get("Target", "")
            if name is not None and posixpath.normpath(posixpath.join("/", folder, target)) != f"/{name}":
                entry.set("Target", f"/{name}")
                self._documents[key] = document

    def document(self, path: str) -> Part:
        """Give a part, parsed; it is written back as it is then.

        Raises:
            UnreadableError: it is too large to be changed.
            KeyError, ParseError: it is not there, or damaged.
        """
        if path not in self._documents:
            data = self._parts[path]
            if len(data) > _LARGEST_CHANGED:
                raise too_large("part", len(data), _LARGEST_CHANGED, value=path)
            self._documents[path] = parse(data)
        return self._documents[path]

    def has(self, path: str) -> bool:
        """Say whether there is such a part."""
        return path in self._parts

    def raw(self, path: str) -> bytes:
        """Give the bytes of a part that is not changed as XML."""
        return self._parts[path]

    def put(self, name: str, data: bytes, content_type: str = "") -> str:
        """Add or replace a part, declare what it is, and give its key."""
        key = part_key(name)
        self._documents.pop(key, None)
        self._parts[key] = data
        self._names.setdefault(key, name)
        if content_type:
            self._declare(key, content_type)
        return key

    def _declare(self, key: str, content_type: str) -> None:
        """Say what a part is, whatever is said of its extension."""
        types = self.document(TYPES)
        self._undeclare(key)
        attributes = {"PartName": f"/{self._names[key]}", "ContentType": content_type}
        SubElement(types.root, types.tag("Override"), attributes)

    def _undeclare(self, key: str) -> None:
        types = self.document(TYPES)
        for entry in [e for e in types.root if part_key(e.get("PartName", "")) == key]:
            types.root.remove(entry)

    def declare_extension(self, extension: str, content_type: str) -> None:
        """Say what parts with an extension are, where nothing says so."""
        types = self.document(TYPES)
        if all(entry.get("Extension", "").lower() != extension for entry in types.root):
            types.root.insert(
                0, Element(types.tag("Default"), {"Extension": extension, "ContentType": content_type})
            )

    def remove(self, path: str) -> None:
        """Remove a part, what is said of it and its own relations."""
        for key in (path, relations_key(path)):
            self._parts.pop(key, None)
            self._documents.pop(key, None)
        self._undeclare(path)

    def free_name(self, pattern: str) -> str:
        """Give the first free name of a numbered pattern (`xl/comments{}.xml`)."""
        number = 1
        while part_key(pattern.format(number)) in self._parts:
            number += 1
        return pattern.format(number)

    def relations(self, path: str) -> list[Relation]:
        """Give the relations of a part; a blank path gives those of the whole package."""
        source = relations_key(path)
        if source not in self._parts:
            return []
        return [relation_of(entry, path) for entry in self.document(source).root]

    def related(self, path: str, kind: str) -> str | None:
        """Give the part to which a part relates in a way (`comments`)."""
        return next(
            (
                relation.target
                for relation in self.relations(path)
                if relation.kind == kind and relation.target in self._parts
            ),
            None,
        )

    def relate(self, path: str, kind: str, target: str) -> str:
        """Relate a part to another and give the relation's id."""
        source = relations_key(path)
        if source not in self._parts:
            folder, name = posixpath.split(self._names[path])
            empty = f'{_HEAD}<Relationships xmlns="{_RELATIONS}"/>'.encode()
            self.put(posixpath.join(folder, "_rels", f"{name}.rels"), empty)
            self.declare_extension("rels", _RELATIONS_TYPE)
        document = self.document(source)
        taken = {entry.get("Id") for entry in document.root}
        number = len(taken) + 1
        while f"rId{number}" in taken:
            number += 1
        attributes = {
            "Id": f"rId{number}",
            "Type": f"{self.base}/{kind}",
            "Target": f"/{self._names[target]}",
        }
        SubElement(document.root, document.tag("Relationship"), attributes)
        return f"rId{number}"

    def unrelate(self, path: str, relation: str) -> None:
        """Take a relation away."""
        document = self.document(relations_key(path))
        for entry in [e for e in document.root if e.get("Id") == relation]:
            document.root.remove(entry)

    def sheets(self) -> Iterator[SheetEntry]:
        """Give the worksheets in their order."""
        targets = {relation.id: relation for relation in self.relations(self.path)}
        for entry in self.workbook.children("sheets"):
            relation = targets.get(reference(entry))
            if relation and relation.kind == "worksheet" and relation.target in self._parts:
                yield SheetEntry(entry.get("name", ""), relation.target, relation.id)

    def _id(self) -> str:
        return f"{{{self.base}}}id"

    def insert_sheet(self, name: str, data: bytes, position: int | None) -> str:
        """Add a sheet at a position, or as the last one, and give its part."""
        path = self.put(self.free_name("xl/worksheets/sheet{}.xml"), data, f"{_SHEET_TYPE}.worksheet+xml")
        parent = self.workbook.child("sheets")
        if parent is None:
            raise KeyError("sheets")
        number = max((whole_number(entry.get("sheetId")) for entry in parent), default=0) + 1
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
            relation = targets.get(reference(entry))
            is_macro = relation is not None and relation.kind == "xlMacrosheet"
            if relation is None or not (is_macro or relation.target in parts):
                continue
            parent.remove(entry)
            self.unrelate(self.path, relation.id)
            for child in self.relations(relation.target):
                if not child.is_external and child.kind in ("comments", "vmlDrawing"):
                    self.remove(child.target)
            self.remove(relation.target)
            self._shift_names(lambda i, gone=index: None if i == gone else i - (i > gone))  # type: ignore[misc]

    def _shift_names(self, moved: Callable[[int], int | None]) -> None:
        """Let defined names follow their sheets, which they know by position."""
        names = self.workbook.child("definedNames")
        for entry in list(names) if names is not None else []:
            index = entry.get("localSheetId", "").strip()
            if not (index.isascii() and index.isdigit()):
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
        had_macros = self.had_macros
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
        self._declare(self.path, f"{_SHEET_TYPE}.sheet.main+xml")
        return had_macros

    def to_bytes(self) -> bytes:
        """Pack the workbook; the same content gives the same bytes."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=_DEFLATE_LEVEL) as archive:
            for name in [TYPES, *(name for name in self._parts if name != TYPES)]:
                entry = zipfile.ZipInfo(self._names[name], _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system = 0
                document = self._documents.get(name)
                archive.writestr(entry, self._parts[name] if document is None else document.to_bytes())
        return buffer.getvalue()


def blank_package() -> bytes:
    """Give a workbook without any sheet, to which sheets are added."""
    parts = {
        _TYPES_NAME: f'<Types xmlns="{_CONTENT_TYPES}">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView/>'
        "</bookViews><sheets/></workbook>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), _HEAD + text)
    return buffer.getvalue()


def _tidy(name: str) -> str:
    """Give the name of a part with plain slashes, and none in front."""
    return posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/")
