"""What each revision changed, for the audit trail: no correction is silent.

What belongs here: which rows of the trail carry differences, and how they are said in a line. What does not:
comparing two filings (`ingestion.returns`), and the trail itself (`status.py`).
"""

from collections.abc import Iterator, Sequence
from typing import Any

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.overlay import catalogue_of
from ingestion.landing.state import LedgerState
from ingestion.words.places import address
from orchestration.texts import Invocation

_SHOWN = 6
"""How many changes a line shows; `--json` has them all."""

_LONGEST = 60


def with_changes(call: Invocation, state: LedgerState, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the rows of a trail; those of received files with what differs from the filing before.

    A first filing has no changes (null), nor has one that cannot be read or follows none that could be.
    """
    compared: dict[str, dict[str, Any] | None] = {}
    names = [row["submission"] for row in rows if row["event"] == "received"]
    if any(state.submissions[name].key.revision > 1 for name in names):
        from ingestion.pipeline import changes_of  # noqa: PLC0415 - takes long to import

        catalogue = catalogue_of(call.home)
        for name in names:
            if state.submissions[name].key.revision > 1:
                changes = changes_of(call.home, catalogue, state, name)
                if changes is not None:
                    previous, found = changes
                    compared[name] = {"since": str(previous), "count": found.count, **found.to_json()}
    return [
        row | {"changes": compared.get(row["submission"])} if row["event"] == "received" else row
        for row in rows
    ]


def said_of_changes(call: Invocation, row: dict[str, Any]) -> Iterator[str]:
    """Say in lines what a received file changed; nothing of a first one."""
    if row.get("revision", 1) == 1:
        return
    changes = row["changes"]
    if changes is None:
        yield call.text("cli.trail.not_compared")
        return
    if not changes["count"]:
        yield call.text("cli.trail.unchanged", since=changes["since"])
        return
    yield call.text("cli.trail.changed", since=changes["since"], count=changes["count"])
    parts = list(_parts(call, changes, catalogue_of(call.home)))
    yield from (f"– {part}" for part in parts[:_SHOWN])
    if len(parts) > _SHOWN:
        yield "– " + call.text("cli.trail.more", count=len(parts) - _SHOWN)


def _parts(call: Invocation, changes: dict[str, Any], catalogue: Catalogue) -> Iterator[str]:
    from ingestion.returns.differences import CellChange  # noqa: PLC0415 - takes long to import

    forms = {form.code: form for form in (catalogue.cover, *catalogue.forms.values())}
    for change in changes["changed"]:
        before, after = CellChange(**change).printed(call.language)
        label = forms[change["form"]].by_code[change["column"]].full_label(call.language)
        yield call.text(
            "cli.trail.change.cell",
            place=address(change["sheet"], change["cell"]),
            what=", ".join((*change["key"], label)),
            before=_short(before) or call.text("cli.trail.change.blank"),
            after=_short(after) or call.text("cli.trail.change.blank"),
        )
    for kind in ("added_rows", "removed_rows"):
        for change in changes[kind]:
            fields = {"sheet": change["sheet"], "row": change["row"], "codes": ", ".join(change["key"])}
            yield call.text(f"cli.trail.change.{kind}", **fields)
    for kind in ("added_forms", "removed_forms"):
        for form in changes[kind]:
            yield call.text(f"cli.trail.change.{kind}", form=form)


def _short(text: str) -> str:
    """Give the beginning of a long text (a signature, a reason)."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 3]}…"
