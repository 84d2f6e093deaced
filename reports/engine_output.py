"""What a rendering printed, read: which page failed, in which line, and why.

What belongs here: the lines of both runners as values. What does not: calling a runner (`render.py`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

PROGRESS = re.compile(r"^\s*\[\s*(\d+)/(\d+)\]\s*(.+)$")
_NAMED_IN_PASSING = re.compile(r"^\[typst\]: Compiling (.+)\.typ to |^In file (.+)\.qmd$")
"""Quarto counts no pages where there is one alone, and names it so."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_WARNING = re.compile(r"^\s*WARN(?:ING)?\b[:\s]*(?:\([^()]*\.lua:\d+\))?\s*(.*)$")
"""A filter of Quarto's names itself first, and says what it remarks in the next line."""
_ERROR = re.compile(
    r"^(?:.*?(?:\bERROR\b(?: (?P<source>\([^)]*\)))?:?|\berror:|\bError running filter\b)\s*"
    r"|(?=Error (?:at|compiling|parsing|reading)\b))(?P<said>.*)$"
)
_NAMED_PAGE = re.compile(r"^(?P<page>[^:]+\.qmd) \((?P<target>\w+)\): (?P<cause>.*)$")
_TARGET = re.compile(r" \(\w+\)$")
_NOISE = re.compile(
    r"^\s*(?:at |stack traceback|Stack trace|\[C\]|\(\.\.\.tail|.*: in (?:function|local|upvalue)"
    r"|\[typst\]: Compiling |Output created: |pandoc$|$)"
)
_PLACES = tuple(
    re.compile(place)
    for place in (
        r"┌─ (?P<file>.+):(?P<line>\d+):\d+",
        r"\((?P<file>[^()]+\.typ), line (?P<line>\d+)",
        r"In file (?P<file>.+)\n\(line (?P<line>\d+)",
        r'"(?P<file>[^"\n]+)" \(line (?P<line>\d+)',
        r"(?P<file>[^\s/\\:()\"]+\.(?:qmd|typ|lua|html|yml)):(?P<line>\d+)",
        r"(?P<file>)\bline (?P<line>\d+)",
        r"(?P<file>)\((?P<line>\d+):\d+\)",
    )
)
"""How engines name a line, those first that name its file: Typst, the embedded runner, Quarto, pandoc, Lua."""
_COPY = ".patched"
"""What Quarto calls the copy of a template that it hands to pandoc."""
_LINES = 8
"""So many lines of one failure are told; all are in the log."""


@dataclass
class Fault:
    """A page that failed.

    Attributes:
        page: as the runner names it; empty where it failed before the first page.
        cause: what the engine said, a line each.
    """

    page: str
    cause: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        """A line that the engine named, with its file unless that is the page; empty where it named none.

        Typst counts the lines of what pandoc made of the page, and Lua those of a filter.
        """
        said = "\n".join(self.cause)
        found = next(filter(None, (place.search(said) for place in _PLACES)), None)
        if found is None:
            return ""
        file = re.split(r"[/\\]", found["file"])[-1].removesuffix(_COPY)
        page = _TARGET.sub("", self.page).rpartition("/")[2]
        return ", ".join(filter(None, (file if file != page else "", f"line {found['line']}")))

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.page, self.place, " | ".join(self.cause))))


def plain(text: str) -> str:
    """Give a line without colours and the white space at its end."""
    return _COLOUR.sub("", text).rstrip()


def read(lines: Iterable[str]) -> tuple[tuple[Fault, ...], tuple[str, ...]]:
    """Give the pages that failed and what engines remarked.

    An error reaches from the line that says so to the next page, remark, trace of the engine's own program, or
    line that says that the rendering goes on.
    """
    faults: dict[str, Fault] = {}
    warnings: list[str] = []
    page, alone, open_fault, is_remark_due = "", "", None, False
    for line in map(plain, lines):
        if named_so := _NAMED_IN_PASSING.search(line.removeprefix("ERROR: ")):
            alone = alone or f"{named_so[1] or named_so[2]}.qmd"
        if is_remark_due and line:
            is_remark_due = False
            warnings.append(line.strip())
        elif match := PROGRESS.match(line):
            page, open_fault = match[3].strip(), None
        elif match := _WARNING.match(line):
            open_fault, is_remark_due = None, not match[1]
            warnings += [match[1]] if match[1] else []
        elif match := _ERROR.match(line):
            said = match["said"]
            named = _NAMED_PAGE.match(said)
            where = f"{named['page']} ({named['target']})" if named else page
            open_fault = faults.setdefault(where, Fault(where))
            _add(open_fault, " ".join(filter(None, (named["cause"] if named else said, match["source"]))))
        elif open_fault and not _NOISE.match(line):
            _add(open_fault, line.strip())
        elif open_fault and line:
            open_fault = None
    if not page and "" in faults:
        faults[""].page = alone
    return tuple(faults.values()), tuple(warnings)


def _add(fault: Fault, said: str) -> None:
    told = said.removeprefix("error: ")
    if told and told not in fault.cause and len(fault.cause) < _LINES:
        fault.cause.append(told)
