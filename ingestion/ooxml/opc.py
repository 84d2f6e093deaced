"""The package of an Office Open XML workbook: parts by name, their types, and how they relate to each other.

What belongs here: names as programs write them (any case, backslashes, doubled slashes, escapes), parts that
stand in the archive more than once, content types, relations. What does not: what stands in a part.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError
from zipfile import ZipFile, ZipInfo

from ingestion.ooxml.markup import is_workbook_root, local, parse_xml
from ingestion.records.file_kinds import FileKind
from ingestion.records.submissions import UnreadableError
from ingestion.storage.archives import too_large

WORKBOOK_TYPES = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": FileKind.XLSX,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml": FileKind.XLSX,
    "application/vnd.ms-excel.sheet.macroenabled.main+xml": FileKind.XLSM,
    "application/vnd.ms-excel.template.macroenabled.main+xml": FileKind.XLSM,
}
"""Content types of workbooks that can be read, in small letters, and their kind."""

TYPES = "[content_types].xml"
_ROOT_RELATIONS = "_rels/.rels"
_OTHER_KINDS = (
    (b"ms-excel.sheet.binary", "Excel Binary Workbook (.xlsb)"),
    (b"wordprocessingml", "Word (.docx)"),
    (b"presentationml", "PowerPoint (.pptx)"),
)
_BEHIND_PATH = re.compile(r"[?#]")
"""Opens what an address may say besides the part; no name of a part has it."""

_UNTYPED = frozenset({"", "application/xml", "text/xml"})
_MAX_DIRECTORY_BYTES = 8 * 2**20
"""Lists of parts, sheets and relations are small in any workbook; as trees they cost many times as much."""


def part_key(name: str) -> str:
    """Give the key under which a part is known, whatever the case, the slashes and the escapes of its name."""
    plain = unquote(name) if "%" in name else name
    return posixpath.normpath("/" + plain.replace("\\", "/")).lstrip("/").lower()


def relations_key(key: str) -> str:
    """Give the key of the part that holds the relations of a part; a blank one stands for the package."""
    if not key:
        return _ROOT_RELATIONS
    folder, name = posixpath.split(key)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def source_key(key: str) -> str | None:
    """Give the key of the part whose relations a part holds, blank for the package; None if it holds none."""
    folder, name = posixpath.split(key)
    if posixpath.basename(folder) != "_rels" or not name.endswith(".rels"):
        return None
    return posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))


def is_package(archive: ZipFile) -> bool:
    """Say whether an archive is a package of Office Open XML."""
    return any(part_key(name) == TYPES for name in archive.namelist())


@dataclass(frozen=True)
class Relation:
    """One relation of a part.

    Attributes:
        target: the key of a part, or an address outside the package; blank where it names none.
    """

    id: str
    type: str
    target: str
    is_external: bool

    @property
    def kind(self) -> str:
        """The last word of its type (`worksheet`), which is the same in both vocabularies."""
        return self.type.rstrip("/").rpartition("/")[2]


def relation_of(entry: Element, key: str) -> Relation:
    """Give a relation as a part of this key declares it."""
    target = entry.get("Target", "").strip()
    is_external = entry.get("TargetMode", "").lower() == "external"
    if target and not is_external:
        path = _BEHIND_PATH.split(target.replace("\\", "/"), maxsplit=1)[0]
        plain = "/".join(name.strip() for name in path.split("/"))
        target = part_key(plain if plain.startswith("/") else posixpath.join(posixpath.dirname(key), plain))
    return Relation(entry.get("Id", ""), entry.get("Type", ""), target, is_external)


class ContentTypes:
    """What the parts of a package are said to be."""

    def __init__(self, root: Element) -> None:
        self._defaults: dict[str, str] = {}
        self.overrides: dict[str, str] = {}
        for entry in root:
            said = entry.get("ContentType", "").partition(";")[0].strip().lower()
            if local(entry.tag) == "Override":
                self.overrides[part_key(entry.get("PartName", ""))] = said
            elif local(entry.tag) == "Default":
                self._defaults[entry.get("Extension", "").lstrip(".").lower()] = said

    def of(self, key: str) -> str:
        """Give the type of a part, its own or that of its extension; blank where neither is said."""
        return self.overrides.get(key) or self._defaults.get(key.rpartition(".")[2], "")


class Parts:
    """The parts of a package, for reading."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._entries: dict[str, list[ZipInfo]] = {}
        for entry in archive.infolist():
            if not entry.is_dir():
                self._entries.setdefault(part_key(entry.filename), []).append(entry)

    def has(self, key: str) -> bool:
        """Say whether there is such a part."""
        return key in self._entries

    def read(self, key: str) -> bytes:
        """Give the bytes of a part.

        A part may stand in the archive twice if both say the same: programs take the one or the other.

        Raises:
            UnreadableError: it stands there with different content.
            KeyError: it is not there.
        """
        first, *others = self._entries[key]
        data = self._archive.read(first)
        if any(self._archive.read(other) != data for other in others):
            raise UnreadableError("R060", value=first.filename, found=str(1 + len(others)))
        return data

    def read_directory(self, key: str) -> Element:
        """Give a part that only lists others, parsed.

        Raises:
            UnreadableError: it is larger than any such list, or stands there twice.
            KeyError, ParseError: it is not there, or damaged.
        """
        data = self.read(key)
        if len(data) > _MAX_DIRECTORY_BYTES:
            raise too_large("part", len(data), _MAX_DIRECTORY_BYTES, value=key)
        return parse_xml(data)

    @cached_property
    def types(self) -> ContentTypes:
        """What the parts are said to be."""
        return ContentTypes(self.read_directory(TYPES))

    def relations(self, key: str) -> list[Relation]:
        """Give the relations of a part, none where it has none; a blank key gives those of the package."""
        source = relations_key(key)
        if source not in self._entries:
            return []
        return [relation_of(entry, key) for entry in self.read_directory(source)]

    def _of_package(self) -> list[Relation]:
        """Give the relations of the package; without them, its main part is known by its type."""
        try:
            return self.relations("")
        except (ParseError, LookupError, ValueError):
            return []

    def related(self, relations: list[Relation], kind: str) -> str | None:
        """Give the one part of a kind: as it is related or, where that leads nowhere, by its type."""
        for relation in relations:
            if relation.kind == kind and not relation.is_external and relation.target in self._entries:
                return relation.target
        typed = [key for key in self._typed(f".{kind.lower()}+xml") if key in self._entries]
        return typed[0] if len(typed) == 1 else None

    def _typed(self, ending: str) -> Iterator[str]:
        return (key for key, said in self.types.overrides.items() if said.endswith(ending))

    def workbook(self) -> tuple[str, FileKind]:
        """Give the key of the workbook's main part, and the kind of workbook.

        Raises:
            UnreadableError: the package is something else.
        """
        main = [
            r.target for r in self._of_package() if r.kind == "officeDocument" and r.target in self._entries
        ]
        for key in (*main, *self.types.overrides):
            if (kind := WORKBOOK_TYPES.get(self.types.of(key))) and key in self._entries:
                return key, kind
        for key in main:
            if self.types.of(key) in _UNTYPED and is_workbook_root(self.read_directory(key)):
                return key, FileKind.XLSX
        said = self.read(TYPES)
        raise UnreadableError(
            "R005", kind=next((name for mark, name in _OTHER_KINDS if mark in said), "Office Open XML")
        )
