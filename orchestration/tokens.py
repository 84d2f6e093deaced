"""What a database proves of itself: the run that built it whole, and the gate that passed it.

What belongs here: writing that down for the very bytes of a database, and demanding it. What does not: building
(`dbt.py`), checking (`gating.py`) and putting in place (`publication.py`).

A token is kept under the hash of the database. Whatever is done to the file afterwards, by a hand or by another
run, it has another hash then, and no token.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ingestion.storage.files import private_folder, sha256_of, write_durably
from ingestion.storage.home import Home
from ingestion.words.messages import ToldError
from orchestration import moment as moments
from orchestration.moment import Moment
from reports.release import Release


class TokenError(ToldError):
    """A database or pages may not go on; the message says why and what to do."""


@dataclass(frozen=True)
class Passed:
    """That the publication gate passed a database.

    Attributes:
        run: the run of the gate.
        baseline: the release that was up and that it was compared with; blank before the first one.
        needs_note: whether figures shrank and only a note explained it.
    """

    run: str
    at: datetime
    baseline: str
    needs_note: bool


@dataclass(frozen=True)
class Token:
    """What is known of a database.

    Attributes:
        sha256: hash of the database file.
        run: the run that built every model and passed every test of it; blank where an older version did.
        moment: what it was built from.
        project: fingerprint of the dbt project.
        gate: that the gate passed it; None before.
    """

    sha256: str
    run: str
    moment: Moment
    project: str
    code_version: str
    gate: Passed | None = None

    def fits(self, up: Release | None, note: str) -> bool:
        """Say whether the gate's word holds for publishing now, with a release up and a note for readers.

        It was compared with the release that is up, or the release that is up was made from this database.
        """
        if self.gate is None or (self.gate.needs_note and not note):
            return False
        is_own = up is not None and up.token.get("warehouse") == self.sha256
        return is_own or self.gate.baseline == (up.name if up else "")

    def as_manifest(self) -> dict[str, str]:
        """Give what a release says of the database that it was made from."""
        said = {"warehouse": self.sha256, "built_by": self.run, "moment": self.moment.at.isoformat()}
        if self.gate is not None:
            said |= {"gated_by": self.gate.run, "gated_at": self.gate.at.isoformat()}
            said |= {"compared_with": self.gate.baseline}
        return said


_TOKEN = TypeAdapter(Token)


def _folder(home: Home) -> Path:
    return home.build / "tokens"


def write(home: Home, token: Token) -> None:
    """Write down what is known of a database."""
    folder = private_folder(_folder(home))
    write_durably(folder / f"{token.sha256}.json", _TOKEN.dump_json(token, indent=1) + b"\n")


def with_gate(home: Home, token: Token, gate: Passed) -> Token:
    """Write down that the gate passed a database."""
    passed = replace(token, gate=gate)
    write(home, passed)
    return passed


def of(home: Home, database: Path) -> Token | None:
    """Give what is known of a database as it is now; None where nothing is."""
    if not database.is_file() or database.with_name(database.name + ".wal").exists():
        return None
    return by_hash(home, sha256_of(database))


def by_hash(home: Home, sha256: str) -> Token | None:
    """Give what is known of the database with a hash."""
    try:
        token = _TOKEN.validate_json((_folder(home) / f"{sha256}.json").read_bytes())
    except (OSError, ValidationError):
        return None
    return token if token.sha256 == sha256 else None


def prune(home: Home, kept: Token) -> None:
    """Remove the tokens of databases that are no more."""
    for path in _folder(home).glob("*.json"):
        if path.stem != kept.sha256:
            path.unlink(missing_ok=True)


def demand_candidate(home: Home, candidate: Path, up: Release | None, note: str, project: str) -> Token:
    """Give the token of a database that may take the place of the published one.

    Raises:
        TokenError: it is not there or not whole, its moment is kept no more, or the gate did not pass it for
            what is up now.
    """
    token = demand_whole(home, candidate)
    if token.project != project:
        raise TokenError("token.other_project")
    if moments.read(moments.taken(home)) != token.moment:
        # Another one was fixed since: it would be kept as what the warehouse shows, and is not.
        raise TokenError("token.no_moment")
    if token.gate is None:
        raise TokenError("token.not_gated")
    if not token.fits(up, note):
        raise TokenError("token.gate_is_old")
    return token


def demand_whole(home: Home, candidate: Path) -> Token:
    """Give the token of a database that one run built whole.

    Raises:
        TokenError: there is no such database.
    """
    token = of(home, candidate)
    if token is None:
        raise TokenError("token.not_whole" if candidate.is_file() else "token.no_candidate")
    return token


def demand_published(home: Home, up: Release | None, note: str) -> Token:
    """Give the token of the warehouse that is up, if pages may be made from it.

    Raises:
        TokenError: it has none, or the gate did not pass it for the release that is up.
    """
    token = of(home, home.warehouse)
    if token is None or not token.fits(up, note):
        raise TokenError("token.warehouse_not_gated")
    return token
