"""Writing the demo world: registry files, and workbooks into the inbox.

What belongs here: files. What does not: what is in them (`world.py`).
"""

import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC
from pathlib import Path

from demo.mess import edit_file
from demo.registry_files import write_registry
from demo.world import DemoSubmission, World
from ingestion.definitions.registry import Registry, load_registry
from ingestion.landing.inbox import put_in_inbox
from ingestion.storage.home import Home
from ingestion.workbook import assigned_targets, write_workbook

Progress = Callable[[int, int], None]


def write_world(world: World, home: Home, only: Iterable[str] = (), progress: Progress | None = None) -> int:
    """Write the registry and put every workbook into the inbox; give their number.

    Args:
        world: the demo world.
        home: the state folder.
        only: codes of the units to write; all if empty.
        progress: called with the number written and the number to write.
    """
    write_registry(home.registry, world.registry)
    registry = load_registry(home.registry)
    wanted = set(only)
    submissions = [s for s in world.submissions if not wanted or s.unit in wanted]
    with tempfile.TemporaryDirectory() as folder:
        for number, submission in enumerate(submissions, start=1):
            path = Path(folder) / submission.file_name
            write_submission(world, registry, submission, path)
            put_in_inbox(home, path, submission.unit, submission.received_at.astimezone(UTC))
            path.unlink()
            if progress:
                progress(number, len(submissions))
    return len(submissions)


def write_submission(world: World, registry: Registry, submission: DemoSubmission, path: Path) -> None:
    """Write one workbook, with its fault if it has one."""
    catalogue = world.figures.catalogue.on(submission.period.end)
    unit = registry.organisation_in(submission.unit, submission.period)
    if unit is None:
        raise ValueError(f"{submission.id}: the registry has no such unit in the period")
    write_workbook(
        path,
        catalogue,
        unit,
        submission.period,
        submission.tables,
        days=registry.days_of(submission.period, unit.term_system),
        cover=submission.cover,
        explanations=submission.explanations,
        organisations=registry.members_in(submission.unit, submission.period),
        targets=assigned_targets(registry, unit, submission.period),
        typed_totals=submission.typed_totals,
    )
    if submission.fault:
        edited = edit_file(catalogue, path.read_bytes(), submission.tables, submission.fault.edits)
        path.write_bytes(edited)
