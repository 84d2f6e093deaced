"""Cells whose text or numbers were written in another convention, put right before any form is looked for.

What belongs here: which cells of a file are converted, how many, and the note that says so. Only what is
certain is converted; a cell keeps its stored value beside the text that people read. What does not: the
conventions themselves (`legacy_text.py`, `ingestion.records.stored`).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeVar

from ingestion.reading import legacy_text
from ingestion.reading.book import Book
from ingestion.reading.footnotes import MARK
from ingestion.reading.legacy_text import (
    Script,
    decode,
    evidence,
    reads_as_vietnamese,
    script_of_font,
    undo_mojibake,
)
from ingestion.reading.lost_letters import has_lost, may_have_lost
from ingestion.records.cells import ENGLISH_DECIMAL, Cell, CellType, SheetCells
from ingestion.records.submissions import Problem
from ingestion.records.text import clean, shortened

_FEWEST_WORDS = 3
"""Words that must read as Vietnamese before a script is believed without its font."""

_ETH = re.compile("[Ðð]")
_UNSEEN = re.compile("[\u00a0\u00ad\u2007\u200b-\u200f\u202f\u2060\ufeff]")
"""Spaces that do not break and characters without width, which look like nothing and make texts differ."""

_ENGLISH_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_ENGLISH_PROOF = re.compile(r"-?[0-9]{1,3}(?:(?:,[0-9]{3}){2,}(?:\.[0-9]+)?|,[0-9]{3}\.[0-9]+)")
_ENGLISH_DECIMAL = re.compile(r"-?[0-9]{1,3}\.[0-9]{3}")
"""A thousand to a Vietnamese reader, and no thousand in a file that writes numbers the English way."""

_VIETNAMESE_PROOF = re.compile(
    r"-?(?:[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|[0-9]{1,3}(?:(?:\.[0-9]{3}){2,}|(?:\.[0-9]{3})+,[0-9]+)) ?%?"
)


_Judged = TypeVar("_Judged")


class _Place(NamedTuple):
    sheet: SheetCells
    cell: Cell

    @property
    def raw(self) -> str:
        """The text as stored."""
        return str(self.cell.value)

    @property
    def font(self) -> str | None:
        """The font from before Unicode in which it is shown, if any."""
        return self.sheet.fonts.get((self.cell.row, self.cell.column))

    def put(self, cell: Cell) -> None:
        """Replace the cell."""
        self.sheet.cells[cell.row, cell.column] = cell


def repair(book: Book) -> None:
    """Convert what is certain in the cells of a file, count it and say so in its notes."""
    texts: set[str] = set()
    grouped: list[_Place] = []
    marked: list[_Place] = []
    text_type = CellType.TEXT
    for sheet in book.sheets:
        for cell in sheet.cells.values():
            if cell[2] is not text_type:
                continue
            stored: str = cell[3]  # type: ignore[assignment]  # the type says that it is text
            if not stored.isascii():
                texts.add(stored)
            elif cell.text[0] in "-0123456789" and ("," in stored or "." in stored):
                grouped.append(_Place(sheet, cell))
            if "?" in stored or "\ufffd" in stored:
                marked.append(_Place(sheet, cell))
    # One search in all texts: nearly every file has nothing to repair, and pays no more than this.
    everything = "\n".join(texts)
    _note_marks(book, everything)
    if (
        any(sheet.fonts for sheet in book.sheets)
        or legacy_text.is_suspicious(everything)
        or _ETH.search(everything)
    ):
        _repair_texts(_strange(book), book)
    if not unicodedata.is_normalized("NFC", everything):
        book.conversions["decomposed_text"] += _count(book, lambda s: not unicodedata.is_normalized("NFC", s))
    if _UNSEEN.search(everything):
        book.conversions["unseen_characters"] += _count(book, lambda s: _UNSEEN.search(s) is not None)
    if grouped:
        _repair_numbers(grouped, book)
    if any(has_lost(place.cell.text) for place in marked):
        _note_lost([place for place in marked if may_have_lost(place.cell.text)], book)


def _note_marks(book: Book, everything: str) -> None:
    """Spare the sheets of a file without any raised or lowered character another search for them."""
    may_have_marks = MARK.search(everything) is not None
    for sheet in book.sheets:
        sheet.may_have_marks = may_have_marks


def _note_lost(places: list[_Place], book: Book) -> None:
    first = next(place for place in places if has_lost(place.cell.text))
    details = {"count": str(len(places))}
    book.notes.append(Problem("R160", first.sheet.name, first.cell.address, first.cell.text, details))


def _count(book: Book, is_one: Callable[[str], bool]) -> int:
    """Count the cells whose text `clean` alone has put right, in a way that no one sees."""
    cells = (cell for sheet in book.sheets for cell in sheet.cells.values() if cell.type is CellType.TEXT)
    alike = Counter((str(cell.value), cell.text) for cell in cells)
    return sum(count for (raw, text), count in alike.items() if is_one(raw) and text == clean(raw))


def _strange(book: Book) -> list[_Place]:
    """Give the texts that may be in an old script: those beyond ASCII, and those in an old font."""
    return [
        _Place(sheet, cell)
        for sheet in book.sheets
        for place, cell in sheet.cells.items()
        if cell.type is CellType.TEXT and (not str(cell.value).isascii() or place in sheet.fonts)
    ]


def _once(judge: Callable[[str], _Judged]) -> Callable[[str], _Judged]:
    """Judge each text once, however many cells it stands in."""
    known: dict[str, _Judged] = {}

    def judged(text: str) -> _Judged:
        if text not in known:
            known[text] = judge(text)
        return known[text]

    return judged


def _restored(raw: str) -> str | None:
    text = undo_mojibake(raw)
    return None if text is None else clean(text)


def _decoded(script: Script, raw: str) -> str:
    return clean(decode(raw, script))


def _repair_texts(places: list[_Place], book: Book) -> None:
    is_modern, is_suspicious = _once(legacy_text.is_modern), _once(legacy_text.is_suspicious)
    restored = _once(_restored)
    texts = {script: _once(partial(_decoded, script)) for script in Script}
    undecided = []
    for place in places:
        raw = place.raw
        if (script := script_of_font(place.font or "")) is not None and not is_modern(raw):
            _convert(place, script, texts[script](raw), book, "R116")
        elif is_suspicious(raw) and (text := restored(raw)) is not None:
            place.put(place.cell._replace(text=text))
            book.conversions["mojibake_text"] += 1
        elif not raw.isascii():
            undecided.append(place)
    suspicious = [place for place in undecided if is_suspicious(place.raw)]
    script = _believed(suspicious)
    if script is None:
        converted: set[int] = set()
    else:
        # Where a sheet has strange letters and none that only Unicode has, all of it is in the old script.
        reads_well = _once(lambda raw: reads_as_vietnamese(decode(raw, script)))
        modern = {place.sheet.name for place in undecided if is_modern(place.raw)}
        old = {place.sheet.name for place in suspicious} - modern
        candidates = [p for p in undecided if p.sheet.name in old or is_suspicious(p.raw)]
        chosen = [p for p in candidates if not is_modern(p.raw) and reads_well(p.raw)]
        converted = {id(place) for place in chosen}
        for place in chosen:
            _convert(place, script, texts[script](place.raw), book, "R117")
    has_eth = _once(lambda raw: _ETH.search(raw) is not None)
    count = sum(has_eth(place.raw) for place in undecided if id(place) not in converted)
    if count:
        book.conversions["eth_letter"] += count


def _believed(places: list[_Place]) -> Script | None:
    """Give the script that most of the strange texts read as, if enough of them do."""
    found: Counter[Script] = Counter()
    for raw, count in Counter(place.raw for place in places).items():
        if legacy_text.is_modern(raw):
            continue
        for script in (Script.TCVN3, Script.VNI):
            decoded = decode(raw, script)
            if reads_as_vietnamese(decoded):
                found[script] += evidence(decoded)[1] * count
    best = max(found, key=lambda script: found[script], default=None)
    return best if best is not None and found[best] >= _FEWEST_WORDS else None


def _convert(place: _Place, script: Script, text: str, book: Book, note: str) -> None:
    place.put(place.cell._replace(text=text))
    if place.raw.isascii():
        return
    kind = "vni_text" if script is Script.VNI else "tcvn3_text"
    if not book.conversions[kind]:
        details = {"script": "VNI" if script is Script.VNI else "TCVN3 (ABC)", "read": shortened(text)}
        book.notes.append(Problem(note, place.sheet.name, place.cell.address, place.cell.text, details))
    if script is Script.VNI:
        book.conversions["vni_text"] += 1
    else:
        book.conversions["tcvn3_text"] += 1


def _repair_numbers(places: list[_Place], book: Book) -> None:
    """Read `1,252` as 1252 where the file writes other numbers the English way, and none the Vietnamese.

    There `1.252` is a decimal, which no count is, and not a thousand.
    """
    texts = [place.cell.text for place in places]
    if not any(map(_ENGLISH_PROOF.fullmatch, texts)) or any(map(_VIETNAMESE_PROOF.fullmatch, texts)):
        return
    for place in places:
        cell = place.cell
        if _ENGLISH_DECIMAL.fullmatch(cell.text):
            place.put(cell._replace(number_format=ENGLISH_DECIMAL))  # it stays text: it may be a code
        if _ENGLISH_GROUPED.fullmatch(cell.text):
            place.put(cell._replace(type=CellType.NUMBER, value=float(cell.text.replace(",", ""))))
            book.conversions["english_number"] += 1
