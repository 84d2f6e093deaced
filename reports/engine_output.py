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
_ERROR = re.compile(r"^.*?(?:\bERROR\b(?: \([^)]*\))?:?|\berror:|\bError running filter\b)\s*(.*)$")
_NAMED_PAGE = re.compile(r"^(?P<page>[^:]+\.qmd) \((?P<target>\w+)\): (?P<cause>.*)$")
_NOISE = re.compile(
    r"^\s*(?:at |stack traceback|Stack trace|\[C\]|\(\.\.\.tail|.*: in (?:function|local|upvalue)|$)"
)
_LINE = re.compile(r"(?:\bline (\d+)|\.(?:qmd|typ|lua|html|yml):(\d+)|\((\d+):\d+\))")
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
    def line(self) -> int | None:
        """The first line that the engine named; of the page, or of the file that it names with it."""
        found = _LINE.search("\n".join(self.cause))
        return int(next(filter(None, found.groups()))) if found else None

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line else ""
        return ": ".join(filter(None, (self.page, line, " | ".join(self.cause))))


def plain(text: str) -> str:
    """Give a line without colours and the white space at its end."""
    return _COLOUR.sub("", text).rstrip()


def read(lines: Iterable[str]) -> tuple[tuple[Fault, ...], tuple[str, ...]]:
    """Give the pages that failed and what engines remarked.

    An error reaches from the line that says so to the next page, remark or trace of the engine's own program.
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
            said = match[1]
            named = _NAMED_PAGE.match(said)
            where = f"{named['page']} ({named['target']})" if named else page
            open_fault = faults.setdefault(where, Fault(where))
            _add(open_fault, named["cause"] if named else said)
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
