"""Cell styles of a workbook: the clerk's own with another fill, and the few that the first sheet needs.

What belongs here: adding to the table of styles. What does not: which cells get them.
"""

from xml.etree.ElementTree import Element, fromstring

from ingestion.ooxml.package import Package
from ingestion.ooxml.parts import Part
from ingestion.ooxml.signs import Signs

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_PLAIN = (
    '<styleSheet xmlns="{ns}"><fonts count="1"><font><sz val="11"/><name val="Times New Roman"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class Styles:
    """The table of styles of one workbook."""

    def __init__(self, package: Package, signs: Signs) -> None:
        namespace = package.workbook.namespace.strip("{}")
        path = package.styles
        if path is None:
            name = "xl/styles.xml" if not package.has("xl/styles.xml") else package.free_name("xl/styles{}.xml")
            path = package.put(name, _PLAIN.format(ns=namespace).encode(), _TYPE)
        if package.related(package.path, "styles") is None:
            package.relate(package.path, "styles", path)
        self._part: Part = package.document(path)
        self._added: dict[str, int] = {}
        self._variants: dict[tuple[int, int], int] = {}
        self._xfs = self._table("cellXfs")
        self._marks = {
            number for number, fill in enumerate(self._table("fills")) if _color(fill) in signs.fills
        }

    def _table(self, name: str) -> Element:
        table = self._part.child(name)
        if table is None:
            raise KeyError(name)
        return table

    def _append(self, name: str, element: Element) -> int:
        table = self._table(name)
        table.append(element)
        table.set("count", str(len(table)))
        return len(table) - 1

    def _add(self, name: str, xml: str) -> int:
        """Add an entry of a table, once."""
        key = f"{name}{xml}"
        if key not in self._added:
            namespace = self._part.namespace.strip("{}")
            head, _, rest = xml.partition(">")
            is_closed = head.endswith("/")
            head = head.removesuffix("/")
            element = fromstring(f'{head} xmlns="{namespace}"{"/" if is_closed else ""}>{rest}')
            self._added[key] = self._append(name, element)
        return self._added[key]

    def fill(self, color: str) -> int:
        """Give the fill of a colour (ARGB)."""
        return self._add(
            "fills",
            f'<fill><patternFill patternType="solid"><fgColor rgb="{color}"/><bgColor indexed="64"/>'
            "</patternFill></fill>",
        )

    def filled(self, style: int, color: str) -> int:
        """Give the style that differs from another in its fill alone."""
        fill = self.fill(color)
        if (style, fill) not in self._variants:
            xf = self._copy(self._at(style))
            xf.set("fillId", str(fill))
            xf.set("applyFill", "1")
            self._variants[style, fill] = self._append("cellXfs", xf)
        return self._variants[style, fill]

    def is_marked(self, style: int) -> bool:
        """Say whether a style has a fill of an earlier return."""
        return int(self._at(style).get("fillId", "0")) in self._marks

    @property
    def has_marks(self) -> bool:
        """Whether the workbook was marked before."""
        return bool(self._marks)

    def cleared(self, style: int) -> int:
        """Give the style that a marked one was made of: the same but for its fill."""
        if (style, -1) not in self._variants:
            own = _signature(self._at(style))
            alike = [
                (xf.get("fillId", "0") != "0", number)
                for number, xf in enumerate(self._xfs)
                if int(xf.get("fillId", "0")) not in self._marks and _signature(xf) == own
            ]
            if alike:
                self._variants[style, -1] = min(alike)[1]
            else:
                xf = self._copy(self._at(style))
                xf.set("fillId", "0")
                self._variants[style, -1] = self._append("cellXfs", xf)
        return self._variants[style, -1]

    def _at(self, style: int) -> Element:
        return self._xfs[style] if 0 <= style < len(self._xfs) else self._xfs[0]

    def _copy(self, xf: Element) -> Element:
        copy = Element(xf.tag, dict(xf.attrib))
        copy.extend(list(xf))
        return copy

    def new(
        self,
        *,
        size: float = 11,
        bold: bool = False,
        italic: bool = False,
        color: str = "FF1F2933",
        fill: str | None = None,
        border: bool = False,
        align: str = "left",
        vertical: str = "top",
        link: bool = False,
        wrap: bool = True,
    ) -> int:
        """Give a style of the product's own."""
        font = self._add(
            "fonts",
            "<font>"
            + ("<b/>" if bold else "")
            + ("<i/>" if italic else "")
            + ("<u/>" if link else "")
            + f'<sz val="{size:g}"/><color rgb="{color}"/><name val="Times New Roman"/>'
            + '<family val="1"/></font>',
        )
        fill_id = self.fill(fill) if fill else 0
        border_id = 0
        if border:
            sides = "".join(
                f'<{side} style="thin"><color rgb="FFB8C2CC"/></{side}>'
                for side in ("left", "right", "top", "bottom")
            )
            border_id = self._add("borders", f"<border>{sides}<diagonal/></border>")
        wrapped = ' wrapText="1"' if wrap else ""
        indent = ' indent="1"' if border and align != "center" else ""
        return self._add(
            "cellXfs",
            f'<xf numFmtId="49" fontId="{font}" fillId="{fill_id}" borderId="{border_id}" xfId="0"'
            ' applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">'
            f'<alignment horizontal="{align}" vertical="{vertical}"{wrapped}{indent}/></xf>',
        )

    def unlocked(self, style: int) -> int:
        """Give the same style for cells that may be written to in a protected sheet."""
        if (style, -2) not in self._variants:
            xf = self._copy(self._at(style))
            if any(c.tag.endswith("}protection") and c.get("locked") in ("0", "false") for c in xf):
                return style
            for old in [child for child in xf if child.tag.endswith("}protection")]:
                xf.remove(old)
            xf.set("applyProtection", "1")
            place = sum(child.tag.endswith("}alignment") for child in xf)
            xf.insert(place, Element(self._part.tag("protection"), locked="0"))
            self._variants[style, -2] = self._append("cellXfs", xf)
        return self._variants[style, -2]


def _color(fill: Element) -> str:
    """Give the colour of a solid fill."""
    for pattern in fill:
        if pattern.get("patternType") == "solid":
            for color in pattern:
                if color.tag.endswith("}fgColor"):
                    return color.get("rgb", "").upper()
    return ""


def _signature(xf: Element) -> tuple[object, ...]:
    """Give all of a style but its fill."""
    attributes = {k: v for k, v in xf.attrib.items() if k not in ("fillId", "applyFill")}
    children = tuple((child.tag, tuple(sorted(child.attrib.items()))) for child in xf)
    return tuple(sorted(attributes.items())), children
