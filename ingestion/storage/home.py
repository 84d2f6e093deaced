"""The state folder (`TONGKET_HOME`): where each thing is kept.

What belongs here: paths, and nothing that reads or writes them.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The folders and files under one state folder."""

    root: Path

    @property
    def version(self) -> Path:
        """The version of the state folder itself, and which product wrote it (JSON)."""
        return self.root / "state.json"

    @property
    def registry(self) -> Path:
        """Organisations, successions, calendar, terms, targets, rating schemes, contacts, statements (CSV)."""
        return self.root / "registry"

    @property
    def inbox(self) -> Path:
        """Files that wait, one folder a unit."""
        return self.root / "inbox"

    @property
    def landing(self) -> Path:
        """Originals by SHA-256, their receipts and the ledger: the truth, append-only."""
        return self.root / "landing"

    @property
    def template_key(self) -> Path:
        """The data team's key that signs templates."""
        return self.root / "template.key"

    @property
    def ledger(self) -> Path:
        """Receipts, verdicts, explanations and decisions, one JSON object a line, append-only."""
        return self.landing / "ledger.jsonl"

    @property
    def registry_log(self) -> Path:
        """Versions of the registry and what changed with each, one JSON object a line, append-only."""
        return self.landing / "registry.jsonl"

    @property
    def registry_files(self) -> Path:
        """What the files of the registry held in each version, by SHA-256, append-only."""
        return self.landing / "registry"

    @property
    def bronze(self) -> Path:
        """Accepted rows as Parquet; rebuilt from landing at any time."""
        return self.root / "bronze"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that readers open; disposable."""
        return self.root / "warehouse.duckdb"

    @property
    def returns(self) -> Path:
        """Marked workbooks for the clerks, one folder a unit."""
        return self.root / "returns"

    @property
    def outbox(self) -> Path:
        """Alerts that wait for delivery."""
        return self.root / "outbox"

    @property
    def mailboxes(self) -> Path:
        """Messages to channels that are folders, one folder a channel."""
        return self.root / "mailboxes"

    @property
    def validations(self) -> Path:
        """What Great Expectations found, one JSON file a batch; disposable."""
        return self.root / "validations"

    @property
    def releases(self) -> Path:
        """Immutable releases, one folder each."""
        return self.root / "releases"

    @property
    def site(self) -> Path:
        """The link to the release that is up."""
        return self.root / "site"

    @property
    def build(self) -> Path:
        """Scratch space of a run: pages, charts, a warehouse under construction; may be deleted."""
        return self.root / "build"

    @property
    def dagster(self) -> Path:
        """The Dagster instance's storage."""
        return self.root / "dagster"
