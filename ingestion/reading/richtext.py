"""Texts of SpreadsheetML in runs, and which of them are raised, lowered or struck through.

What belongs here: shared strings, inline strings, and the looks of fonts and runs that take a text out of a
number. What does not: what a column makes of it (`footnotes.py`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple
from xml.etree.ElementTree import Element

from ingestion.ooxml.limits import MAX_RUNS, MAX_STRINGS, MAX_TAGS, too_many
from ingestion.ooxml.markup import SMALL, elements, is_plain, local, rich_text, unescaped
from ingestion.reading.runs import PLAIN, Look, left_out
from ingestion.records.cells import LONGEST_TEXT, LeftOut
from ingestion.records.text import clean

_SHORT = 120
_RUNS = (b"<r>", b"<r ", b":r>", b":r ")
"""How the runs of a text begin, under any prefix."""

_NO = frozenset({"0", "false", "off", "none", "noStrike"})


class Run(NamedTuple):
    """A part of a text, and its look; None where it has the look of its cell."""

    text: str
    look: Look | None


def look_of(properties: Iterable[Element]) -> Look:
    """Give the look that the properties of a font or a run describe; lowered text counts as raised."""
    is_raised = is_struck = False
    for entry in properties:
        tag = local(entry.tag)
        if tag == "vertAlign":
            is_raised = entry.get("val", "") in ("superscript", "subscript")
        elif tag in ("strike", "dstrike"):
            is_struck = is_struck or entry.get("val", "1") not in _NO
    return Look(is_raised, is_struck)


def runs_of(item: Element) -> list[Run]:
    """Give the runs of a text, without phonetic hints, as far as a cell keeps the text.

    Runs beside each other are one where no letter of theirs is raised or struck through differently.
    """
    runs = []
    left = LONGEST_TEXT
    for look, alike in groupby(_pieces(item), key=lambda run: run.look):
        text = "".join(run.text for run in alike)[:left]
        runs.append(Run(text, look))
        left -= len(text)
        if not left:
            break
    return runs


def _pieces(item: Element) -> Iterator[Run]:
    for child in item:
        tag = local(child.tag)
        if tag == "t":
            run = Run(unescaped(child.text or ""), None)
        elif tag == "r":
            look = next((look_of(entry) for entry in child if local(entry.tag) == "rPr"), None)
            run = Run(unescaped("".join(t.text or "" for t in child if local(t.tag) == "t")), look)
        else:
            continue
        if run.text:
            yield run


def styled_runs(item: Element) -> list[Run] | None:
    """Give the runs of a text if any has a look of its own."""
    has_looks = any(local(part.tag) == "rPr" for run in item for part in run)
    return runs_of(item) if has_looks else None


def left_out_of(runs: Sequence[Run], of_cell: Look = PLAIN) -> LeftOut | None:
    """Give what of a text is no part of a number; None where all of it may be one."""
    return left_out((run.text, run.look or of_cell) for run in runs)


_remembered = lru_cache(maxsize=16_384)(clean)


def cleaned(text: str) -> str:
    """Clean a text; short ones are remembered, since the same labels stand in every workbook of a batch."""
    return _remembered(text) if len(text) <= _SHORT else clean(text)


@dataclass
class SharedStrings:
    """The texts to which cells refer by number; cleaning once is cheaper than once a cell.

    Attributes:
        texts: each as stored and as cleaned.
        runs: those of texts in more than one look, by number.
        lengths: lengths of texts of which only the beginning is kept, by number.
    """

    texts: list[tuple[str, str]] = field(default_factory=list)
    runs: dict[int, list[Run]] = field(default_factory=dict)
    lengths: dict[int, int] = field(default_factory=dict)
    _parted: dict[tuple[int, Look], LeftOut | None] = field(default_factory=dict)

    def left_out(self, number: int, of_cell: Look) -> LeftOut | None:
        """Give what of a text is no part of a number in cells of a look; worked out once for all of them."""
        key = (number, of_cell)
        if key not in self._parted:
            runs = self.runs.get(number) or [Run(self.texts[number][1], None)]
            self._parted[key] = left_out_of(runs, of_cell)
        return self._parted[key]


def read_shared_strings(data: bytes) -> SharedStrings:
    """Read the table of shared strings.

    Raises:
        UnreadableError: it is larger than any real one.
        ParseError: it is damaged.
    """
    if len(data) > SMALL and (tags := data.count(b"<")) > MAX_TAGS:
        raise too_many("tags", tags, MAX_TAGS, value="sharedStrings")
    if len(data) > SMALL and (count := sum(map(data.count, _RUNS))) > MAX_RUNS:
        raise too_many("runs", count, MAX_RUNS, value="sharedStrings")
    found = SharedStrings()
    texts = found.texts
    for _, item in elements(data, 1):
        text = rich_text(item)
        if not is_plain(item) and (runs := styled_runs(item)) is not None:
            found.runs[len(texts)] = runs
        if len(text) > LONGEST_TEXT:
            found.lengths[len(texts)] = len(text)
            text = text[:LONGEST_TEXT]
        texts.append((text, cleaned(text)))
        if len(texts) > MAX_STRINGS:
            raise too_many("strings", len(texts), MAX_STRINGS, value="sharedStrings")
    return found
