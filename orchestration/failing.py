"""Why a run stopped, in words that people who run an office can act on.

What belongs here: from what was raised, or from what Dagster recorded of it, to a cause with its remedy in each
language, without names of classes or the output of programs. What does not: writing the alert (`alerting.py`).

In Dagster's records only the class of an error and its words are left. The words of errors that are told are
texts of the catalogue, so they can be told again in the reader's language.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from ingestion.chronicle.in_force import PastChangedError
from ingestion.chronicle.versions import ChronicleError
from ingestion.definitions.catalogue import OWN_FOLDERS
from ingestion.definitions.overlay import OwnFileError
from ingestion.definitions.registry import RegistryError
from ingestion.definitions.registry_faults import UnsoundRegistryError
from ingestion.gate.rules import OwnRuleError, RuleError
from ingestion.landing.events import LedgerError
from ingestion.landing.ledger import LedgerDamagedError, LedgerLockedError
from ingestion.records.mendable import MendableError
from ingestion.storage.files import LockedError
from ingestion.storage.home import Home
from ingestion.upkeep.landing_state import is_registry_lost
from ingestion.words.labels import LANGUAGES, CatalogueError, Language
from ingestion.words.messages import ToldError, message, read_back, retold
from orchestration.explaining import explained
from orchestration.lock import PublicationBusyError, WriterBusyError
from orchestration.standing import LostLedgerError
from orchestration.warehouse import WarehouseBuildError, candidate_database
from reports.database import connect

SHOWN = 5
"""How many samples an alert carries."""

GATE, KILLED = "DagsterAssetCheckFailedError", "killed"

_DBT = frozenset({"DagsterDbtCliRuntimeError", WarehouseBuildError.__name__})
_BUSY = frozenset(
    error.__name__ for error in (WriterBusyError, PublicationBusyError, LockedError, LedgerLockedError)
)
_TOLD = (
    *(
        "registry.",
        "chronicle.",
        "catalogue.",
        "thresholds.",
        "landing.",
        "warehouse.",
        "token.",
        "report.error.",
        "render.error.",
        "signing.",
        "state.",
        "limits.",
    ),
    "alert.error.nothing_sent",
)
"""Families of texts that errors say."""

_PAGES = "render.error.pages"
"""What is said of pages that did not come out: each with its cause on a line, between a heading and the log."""

_ABOUT = {
    error.__name__: error.about
    for error in (
        RegistryError,
        UnsoundRegistryError,
        PastChangedError,
        ChronicleError,
        LostLedgerError,
        LedgerError,
        LedgerDamagedError,
        CatalogueError,
        OwnFileError,
        OwnRuleError,
        RuleError,
    )
}
"""What has to be whole again where Dagster recorded an error of some class."""

_OF_SYSTEM = re.compile(r"\[Errno (\d+)\] [^:]*(?:: (['\"])(.*?)\2)?", re.DOTALL)
_LONGEST = 200

Told = dict[Language, str]
"""A text by language."""


@dataclass(frozen=True)
class Stop:
    """Why a run stopped.

    Attributes:
        condition: the cause, which stands until the job succeeds; the same gives the same.
        about: what has to be whole again (`registry`, `catalogue`, `ledger`, `thresholds`, or `results` and of
            which place) where that ends it, whatever was run.
        said: the cause and its remedy.
        samples: what is meant, one line each.
        count: how many there are of them.
        was: the wording of the alert where no run stopped (`registry`, `unsound`).
    """

    condition: str
    said: Told
    samples: tuple[Told, ...] = ()
    count: int = 0
    about: str = ""
    was: str = ""


def told(key: str, **fields: Any) -> Told:
    """Give a text in each language."""
    return {language: message(key, language, **fields) for language in LANGUAGES}


def of_error(error: BaseException, home: Home) -> Stop:
    """Say why a command stopped."""
    if isinstance(error, ToldError):
        said = {language: error.told(language) for language in LANGUAGES}
        about = error.about if isinstance(error, MendableError) else ""
        faults = error.faults if isinstance(error, UnsoundRegistryError | PastChangedError) else ()
        samples = [{language: fault.told(language) for language in LANGUAGES} for fault in faults[:SHOWN]]
        return _unless_lost(Stop(str(error), said, tuple(samples), len(faults), about), home)
    return of_record(type(error).__name__, str(error), home)


def of_record(kind: str, said: str, home: Home, gate: Mapping[str, Any] | None = None) -> Stop:
    """Say why a run stopped of which Dagster kept the class of an error and its words.

    Args:
        kind: the class of the error; `killed` where there is none, because the process was.
        said: its words.
        home: the state folder.
        gate: what the publication gate's check shows where that refused figures.
    """
    return _unless_lost(_of_record(kind, said.strip(), home, gate), home)


def _unless_lost(stop: Stop, home: Home) -> Stop:
    """Give why something stopped; of a registry that was lost, that it was, and not which file is missing."""
    if stop.about != "registry" or not is_registry_lost(home):
        return stop
    said = told("cli.error.registry_lost", home=home.root, registry=home.registry)
    return Stop("registry lost", said, about="registry")


def _of_record(kind: str, said: str, home: Home, gate: Mapping[str, Any] | None) -> Stop:
    if kind == GATE and gate:
        return _of_gate(gate["failed"], gate["failures"])
    for kinds, cause in _CAUSES:
        if kind in kinds:
            return cause(said, home)
    if system := _OF_SYSTEM.match(said):
        return _of_system(int(system[1]), system[3], home)
    if (of_pages := _of_pages(said)) is not None:
        return of_pages
    found = {language: retold(said, _TOLD, language) for language in LANGUAGES}
    if all(found.values()):
        whole = {language: text or "" for language, text in found.items()}
        return Stop(said, whole, about=_ABOUT.get(kind, ""))
    return _stop(f"{kind} {said}", told("alert.cause.program"))


def has_words(kind: str, said: str) -> bool:
    """Say whether an error that Dagster recorded says what people can act on, whatever it followed from."""
    return any(kind in kinds for kinds, _ in _CAUSES) or retold(said.strip(), _TOLD, "vi") is not None


def _of_gate(refused: Sequence[Mapping[str, str]], count: int) -> Stop:
    samples: list[Told] = [
        {"vi": row["message"], "en": row.get("message_en") or row["message"]} for row in refused
    ]
    checks = ",".join(sorted({row["check"] for row in refused}))
    return Stop(f"gate {checks}", told("alert.cause.gate", count=count), tuple(samples[:SHOWN]), count)


def _of_dbt(_: str, home: Home) -> Stop:
    failed = _failed_nodes(home.build / "dbt" / "run_results.json")
    cause = told("alert.cause.dbt", count=len(failed) or "?", path=home.build / "dbt" / "dbt.log")
    samples = [f"{name}{_first_row(code, home)}" for name, code in failed.items()]
    return _stop(f"dbt {','.join(failed)}", cause, [dict.fromkeys(LANGUAGES, said) for said in samples])


def _first_row(code: str, home: Home) -> str:
    """Give the first row that a test of dbt found, as far as that can be asked of what was built."""
    if not code:
        return ""
    try:
        with connect(candidate_database(home)) as opened:
            found = opened.execute(code)
            names = [column[0] for column in found.description or ()]
            row = found.fetchone()
    except (duckdb.Error, OSError, ToldError):
        return ""
    said = (f"{name} {value}" for name, value in zip(names, row or (), strict=False) if value is not None)
    return f": {', '.join(said)}"[:_LONGEST]


def _of_pages(said: str) -> Stop | None:
    """Say which pages did not come out; None of what says something else."""
    if (found := read_back(said, [_PAGES])) is None:
        return None
    samples = [dict.fromkeys(LANGUAGES, line[:_LONGEST]) for line in found[1]["errors"].splitlines()]
    return _stop(said, told("alert.cause.render", path=found[1]["log"]), samples)


def _of_catalogue(said: str, _: Home) -> Stop:
    return Stop(said, told("alert.cause.catalogue", what=said[:_LONGEST]), about="catalogue")


_CAUSES: Sequence[tuple[Collection[str], Callable[[str, Home], Stop]]] = (
    (_DBT, _of_dbt),
    ((CatalogueError.__name__, RuleError.__name__), _of_catalogue),
    ((KILLED, "DagsterExecutionInterruptedError"), lambda *_: _stop(KILLED, told("alert.cause.killed"))),
    (_BUSY, lambda *_: _stop("busy", told("alert.cause.busy"))),
    ((MemoryError.__name__,), lambda *_: _stop("memory", told("cli.error.memory"))),
)
"""The causes that errors of some classes are, from their words."""


def of_crash(command: str, error: BaseException, path: Path | str) -> Stop:
    """Say that a command failed in a way that nobody foresaw, and where its traceback is."""
    cause = f"{command} {type(error).__name__} {error}"
    return _stop(cause, told("alert.cause.crash", command=command, path=path))


def _stop(condition: str, said: Told, samples: Sequence[Told] = ()) -> Stop:
    return Stop(condition, said, tuple(samples[:SHOWN]), len(samples))


def _of_system(number: int, path: str | None, home: Home) -> Stop:
    error = OSError(number, "", path)
    said = {language: explained(error, partial(_text, language)) or "" for language in LANGUAGES}
    # The file at which the disk was full is another one each time.
    return Stop(f"system {number}", said, about=_kept_in(path, home))


def _kept_in(path: str | None, home: Home) -> str:
    """Give what has to be whole again where the system refuses a file; blank where runs alone can tell."""
    if path is None:
        return ""
    place = Path(path)
    if place == home.ledger:
        return "ledger"
    if not place.is_relative_to(home.registry):
        return ""
    return "catalogue" if {place.name, place.parent.name} & set(OWN_FOLDERS) else "registry"


def _text(language: Language, key: str, **fields: Any) -> str:
    return message(key, language, **fields)


def _failed_nodes(path: Path) -> dict[str, str]:
    """Give the models and tests on which dbt's last command failed, by name; nothing where it did not say.

    With each that failed as a test is the query of the rows that fail.
    """
    try:
        results = json.loads(path.read_text(encoding="utf-8"))["results"]
        failed = {
            r["unique_id"].split(".")[2]: r.get("compiled_code") or "" if r["status"] == "fail" else ""
            for r in results
            if r["status"] in ("error", "fail")
        }
    except (OSError, ValueError, KeyError, IndexError):
        return {}
    return dict(sorted(failed.items()))
