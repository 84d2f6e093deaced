"""The signature of a template: it ties a workbook to the unit, the period and the forms for which it was made.

What belongs here: the key, signing, and noticing that a filed workbook is not the one that was made. What does
not: what becomes of such a file, which is the gate's verdict.
"""

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form
from ingestion.records.mendable import MendableError
from ingestion.records.submissions import Problem, Reading
from ingestion.storage.files import PRIVATE_FILE, aside_of, exclusive, sync_folder, writing_private
from ingestion.words.messages import ToldError

SIGNATURE = "signature"
"""The entry of the cover that ties a template to its unit and period; plain workbooks have none."""

TEMPLATE_VERSION = "1"
"""Written on the cover; changes when columns, lines or the layout change."""

WRONG_SIGNATURE = "S001"
"""The problem of a workbook whose unit, period or version are not those for which it was made."""

UNSIGNED = "S101"
"""The note on a workbook that carries no signature, such as one that was written by another program."""

OTHER_KEY = "S102"
"""The note on a workbook that was signed with another key, so that nothing can be said of it."""

_KEY_BYTES = 32
_WAIT_SECONDS = 10.0
_MARK = 8
_UNIT, _PERIOD, _VERSION = "reporting_org_code", "period_code", "template_version"


class SigningKeyError(ToldError, MendableError):
    """The file of the key holds none; the message says what to do."""

    is_refusal = True


def load_key(path: Path) -> bytes | None:
    """Give the key of the data team; None where there is none yet.

    Raises:
        SigningKeyError: what stands there is no line of text.
    """
    try:
        text = path.read_bytes().decode("ascii").strip()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise SigningKeyError("signing.bad_key", path=path) from error
    if not text.isprintable():
        raise SigningKeyError("signing.bad_key", path=path)
    return text.encode("ascii") or None


def make_key(path: Path) -> bytes:
    """Give the key of the data team, making one that only its owner can read where there is none yet.

    It appears whole: of processes that make one at the same time, one does, and all have that one. A key that
    is there is never written over; a file without any sign in it is what a full disk left, and no key.

    Raises:
        LockedError: another process has been making one for too long.
    """
    if (key := load_key(path)) is not None:
        return key
    with exclusive(path.with_name(f".{path.name}.lock"), _WAIT_SECONDS):
        if (key := load_key(path)) is not None:
            return key
        aside = aside_of(path)
        try:
            with writing_private(aside) as file:
                file.write(f"{secrets.token_hex(_KEY_BYTES)}\n".encode("ascii"))
            if path.exists():
                aside.replace(path)
            else:
                _put_new(aside, path)
        finally:
            aside.unlink(missing_ok=True)
        sync_folder(path.parent)
    key = load_key(path)
    if key is None:
        raise FileNotFoundError(str(path))
    return key


def _put_new(aside: Path, path: Path) -> None:
    """Give a whole file its name unless something has it: also not what a process on another machine made."""
    with suppress(FileExistsError):
        try:
            os.link(aside, path)
        except FileExistsError:
            raise
        except OSError:  # this disk has no links; whoever comes second must not write over the first
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
            aside.replace(path)


def form_version(catalogue: Catalogue, rules: str) -> str:
    """Give the version of forms and rules that a template carries on its cover."""
    return f"{TEMPLATE_VERSION}.{_fingerprint(_described(catalogue) + rules)}"


def _described(catalogue: Catalogue) -> str:
    forms = (catalogue.cover, *catalogue.forms.values())
    columns = [(form.code, [(c.code, c.type) for c in form.columns], form.lines) for form in forms]
    times = [(form.code, *_times(form)) for form in forms if any(_times(form))]
    return repr(columns) + (repr(times) if times else "")


def _times(form: Form) -> tuple[str, ...]:
    """Give for what time a form and its columns are collected; blank for all time."""
    intervals = (form.effective, *(column.effective for column in form.columns))
    return tuple("" if one.is_always else f"{one.first}/{one.last}" for one in intervals)


@cache
def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def sign(key: bytes, unit: str, period: str, version: str) -> str:
    """Give the signature of a template, with the name of the key before it.

    What is signed is all of it together. The short marks behind it are of one entry each: they prove nothing,
    but tell which entry is not as it was.
    """
    entries = (unit, period, version)
    marks = "".join(_mac(key, f"{number}\n{entry}")[:_MARK] for number, entry in enumerate(entries))
    return "-".join((_name(key), _mac(key, "\n".join(entries)), marks))


def _mac(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _name(key: bytes) -> str:
    """Give a name of a key that says nothing of the key itself."""
    return hashlib.sha256(b"name of the key\n" + key).hexdigest()[:8]


def examine(reading: Reading, key: bytes | None) -> tuple[Problem | None, Problem | None]:
    """Say whether a filed workbook is the one that was made for its unit and period.

    Returns:
        A problem where its signature belongs to another unit, period or version, and a note where it has none
        or one by another key. Both are None where nothing can be said: without a cover or a key.
    """
    cover = reading.cover
    if cover is None or key is None or not reading.is_readable:
        return None, None
    signature = str(cover.values.get(SIGNATURE) or "").strip().lower()
    if not signature:
        return None, Problem(UNSIGNED, cover.sheet)
    if not signature.startswith(f"{_name(key)}-"):
        return None, Problem(OTHER_KEY, cover.sheet)
    unit = str(cover.reporting_org_code or "")
    period = cover.period.code if cover.period else ""
    version = str(cover.values.get(_VERSION) or "")
    made = sign(key, unit, period, version)
    if hmac.compare_digest(made, signature):
        return None, None
    entry = _changed_entry(made, signature)
    value = {_UNIT: unit, _PERIOD: period, _VERSION: version}[entry]
    details = {"unit": unit, "period": period}
    return Problem(WRONG_SIGNATURE, cover.sheet, cover.cells.get(entry, ""), value, details), None


def _changed_entry(made: str, signature: str) -> str:
    """Give the first entry of the cover that is not as it was; the unit where that cannot be told."""
    now, then = (text.rpartition("-")[2] for text in (made, signature))
    for number, entry in enumerate((_UNIT, _PERIOD, _VERSION)):
        place = slice(number * _MARK, (number + 1) * _MARK)
        if now[place] != then[place] and len(now) == len(then):
            return entry
    return _UNIT


def examined(reading: Reading, key: bytes | None) -> Reading:
    """Give a reading with what its signature says of it; the reading itself stays as it is."""
    problem, note = examine(reading, key)
    if problem is None and note is None:
        return reading
    return replace(
        reading,
        problems=[*reading.problems, *([problem] if problem else [])],
        notes=[*reading.notes, *([note] if note else [])],
    )
