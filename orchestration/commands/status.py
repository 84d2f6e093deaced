"""`tongket status`: units × periods, read from the ledger and the registry."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import click

from ingestion import intake
from ingestion.catalogue import load_catalogue
from ingestion.ledger import Ledger, LedgerState, SubmissionRecord
from ingestion.periods import Period, PeriodError
from ingestion.registry import Registry
from orchestration.commands.common import calendar_period, known_unit, print_json, registry_of
from orchestration.texts import Invocation, command, json_option, option, pass_invocation

MISSING, PENDING = "missing", "pending"


def current(registry: Registry, state: LedgerState) -> list[dict[str, Any]]:
    """Give one row for each unit and period that is owed or was filed, as it stands now."""
    owed = {(o.reporting_org_code, o.period_code) for o in registry.owed(load_catalogue())}
    filed = {(record.key.unit, record.key.period) for record in state.submissions.values()}
    return [_current_row(registry, state, *pair) for pair in sorted(owed | filed, key=_order)]


def _order(pair: tuple[str, str]) -> tuple[bool, Any, str]:
    unit, period = pair
    try:
        return (False, Period.parse(period).order, unit)
    except PeriodError:  # a submission whose period could not be told stands last
        return (True, period, unit)


def _current_row(registry: Registry, state: LedgerState, unit: str, period: str) -> dict[str, Any]:
    revisions = state.revisions(unit, period)
    counting = state.effective(unit, period)
    newest = revisions[-1] if revisions else None
    # The newest revision is what the unit waits for; what counts may be an older one.
    status = (newest.status or PENDING) if newest else MISSING
    return {
        "unit": unit,
        "period": period,
        "status": str(status),
        "submission": str(newest.key) if newest else None,
        "accepted": str(counting.key) if counting else None,
        **_receipt(registry, revisions[0] if revisions else None, period),
    }


def _receipt(registry: Registry, record: SubmissionRecord | None, period: str) -> dict[str, Any]:
    row = registry.periods.get(period)
    due_on = row.due_on if row else None
    received = record.received_at if record else None
    return {
        "received_at": received.isoformat() if received else None,
        "due_on": due_on.isoformat() if due_on else None,
        "on_time": received.date() <= due_on if received and due_on else None,
    }


def history(registry: Registry, state: LedgerState) -> Iterator[dict[str, Any]]:
    """Give one row for each submission, in order of receipt, with its verdict and what overrides it."""
    for record in state.submissions.values():
        decision = record.decision
        severities = Counter(finding.severity for finding in record.findings)
        yield {
            "unit": record.key.unit,
            "period": record.key.period,
            "status": str(record.status or PENDING),
            "submission": str(record.key),
            "verdict": str(record.verdict or PENDING),
            "errors": severities["error"],
            "warnings": severities["warning"],
            "decision": f"{decision.decision}: {decision.reason} ({decision.by})" if decision else None,
            "file": record.file,
            "original_name": record.original_name,
            **_receipt(registry, record, record.key.period),
        }


@command("status")
@option("--unit")
@option("--period")
@option("--history", "show_history", is_flag=True)
@json_option
@pass_invocation
def status(call: Invocation, unit: str | None, period: str | None, show_history: bool, as_json: bool) -> int:
    """See the text `cli.status.help`."""
    registry = registry_of(call)
    state = Ledger(call.home.ledger).replay()
    only_unit = known_unit(call, registry, unit) if unit else None
    only_period = calendar_period(call, registry, period).code if period else None
    rows = [
        row
        for row in (history(registry, state) if show_history else current(registry, state))
        if only_unit in (None, row["unit"]) and only_period in (None, row["period"])
    ]
    if as_json:
        print_json(rows)
        return 0
    from orchestration.terminal import console, table  # noqa: PLC0415

    names = ("submission", "received", "on_time", "verdict", "findings", "decision")
    if not show_history:
        names = ("unit", "period", "submission", "received", "on_time", "status")
    cells = [_history_cells(call, row) if show_history else _current_cells(call, row) for row in rows]
    console().print(table([call.text(f"cli.status.column.{name}") for name in names], cells))
    counted = Counter(row["status"] for row in current(registry, state))
    settled = counted["accepted"] + counted[MISSING]
    click.echo(
        call.text(
            "cli.status.summary",
            accepted=counted["accepted"],
            open=counted.total() - settled,
            missing=counted[MISSING],
            waiting=len(intake.waiting(call.home)),
        )
    )
    return 0


def _received_cells(call: Invocation, row: dict[str, Any]) -> tuple[str, str]:
    punctual = {True: call.text("cli.status.yes"), False: call.text("cli.status.no"), None: ""}
    return (row["received_at"] or "")[:16].replace("T", " "), punctual[row["on_time"]]


def _current_cells(call: Invocation, row: dict[str, Any]) -> tuple[str, ...]:
    shown = call.text(f"cli.verdict.{row['status']}")
    return (row["unit"], row["period"], row["submission"] or "", *_received_cells(call, row), shown)


def _history_cells(call: Invocation, row: dict[str, Any]) -> tuple[str, ...]:
    shown = call.text(f"cli.verdict.{row['verdict']}")
    found = f"{row['errors']}/{row['warnings']}"
    return (row["submission"], *_received_cells(call, row), shown, found, row["decision"] or "")
