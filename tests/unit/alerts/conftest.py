"""A small office: five districts and a province, a calendar, contacts, and a ledger that is written by hand."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from ingestion.definitions.registry import Registry
from ingestion.definitions.registry_rows import CalendarPeriod, Contact, Organisation, TermOfOffice
from ingestion.landing.events import Decided, Judged, PeriodReopened, Received, Unknown
from ingestion.landing.state import LedgerState
from ingestion.records.findings import Finding, Verdict

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
UNITS = ("KA", "KB", "KC", "KD", "KE")


def make_registry(
    contacts: Sequence[Contact] = (), due_on: date = date(2026, 3, 20), names: dict[str, str] | None = None
) -> Registry:
    kinds = {"T": "PROVINCE"} | dict.fromkeys(UNITS, "DISTRICT")
    organisations = tuple(
        Organisation(
            org_code=code,
            org_name=(names or {}).get(code, f"Đảng bộ {code}"),
            org_kind=kind,
            parent_code="" if code == "T" else "T",
            files_reports=code != "T",
            valid_from=date(2005, 1, 1),
        )
        for code, kind in kinds.items()
    )
    return Registry(
        folder=Path(),
        organisations=organisations,
        successions=(),
        calendar=(CalendarPeriod(period_code="2025-N", due_on=due_on),),
        terms=(TermOfOffice(term_system="DANG", term_code="2025-2030-NK", first_year=2026, last_year=2030),),
        targets=(),
        rating_schemes=(),
        contacts=tuple(contacts),
    )


def finding(
    rule: str = "V014", severity: Literal["error", "warning", "notice"] = "error", *, explained: bool = False
) -> Finding:
    return Finding(rule, severity, "B01", "F12", "7", "8", f"sai {rule}", f"wrong {rule}", explained=explained)


class Book:
    """A ledger in memory."""

    def __init__(self) -> None:
        self.state = LedgerState()

    def receive(
        self,
        unit: str = "KA",
        received_at: datetime = NOW,
        at: datetime | None = None,
        period: str = "2025-N",
    ) -> str:
        key = self.state.next_key(unit, period)
        event = Received(
            submission=str(key),
            unit=unit,
            period=period,
            revision=key.revision,
            sha256=str(key),
            file=f"landing/{key}.xlsx",
            original_name="Biểu {1}.xlsx",
            received_at=received_at,
            kind="xlsx",
            period_basis="",
            arrival=str(key),
            at=at or received_at,
        )
        self.state.apply(event)
        return str(key)

    def judge(
        self, submission: str, verdict: Verdict, findings: Sequence[Finding] = (), at: datetime = NOW
    ) -> None:
        self.state.apply(Judged(submission, verdict, "rules", (), (), {}, tuple(findings), at))

    def file(
        self,
        unit: str,
        verdict: Verdict,
        findings: Sequence[Finding] = (),
        at: datetime = NOW,
        received_at: datetime | None = None,
        *,
        period: str = "2025-N",
    ) -> str:
        submission = self.receive(unit, received_at or at, at, period)
        self.judge(submission, verdict, findings, at)
        return submission

    def decide(self, submission: str, decision: Literal["accept", "reject"], at: datetime) -> None:
        self.state.apply(Decided(submission, decision, "đã đối chiếu", "lan", at))

    def reopen(self, unit: str, until: date, at: datetime = NOW) -> None:
        self.state.apply(PeriodReopened("2025-N", unit, until, "thiếu một chi bộ", "lan", at))

    def unknown(self, received_at: datetime = NOW) -> None:
        self.state.apply(Unknown("KX", "ab", "inbox/_unknown/ab", "lạ.xlsx", received_at, "KX/lạ", NOW))


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def registry() -> Registry:
    return make_registry()


@pytest.fixture
def office() -> Callable[..., Registry]:
    return make_registry


@pytest.fixture
def found() -> Callable[..., Finding]:
    return finding


@pytest.fixture
def later() -> Callable[[float], datetime]:
    return lambda days: NOW + timedelta(days=days)


@pytest.fixture(scope="session")
def office_() -> Registry:
    """Give an office in which two contacts hear of one unit."""
    channels = ("mailto://ka@vidu.example", "json://second")
    return make_registry([Contact(org_code="KA", role="clerk", channel=channel) for channel in channels])
