"""`tongket check`: the verdict and findings for files, with nothing stored."""

import re
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingestion.definitions.overlay import catalogue_of
from ingestion.landing.events import UNKNOWN_PERIOD
from ingestion.records.faults import Fault
from ingestion.records.findings import Finding, Judgement, OutcomeStatus, Verdict
from ingestion.storage.filenames import clean_name, fitted, writable
from ingestion.storage.files import write_durably
from ingestion.words.found import printed
from ingestion.words.places import place_said
from orchestration.commands.common import existing, history_of, ledger_of, moment, print_json, registry_of
from orchestration.environment import template_key
from orchestration.errors import REFUSED, CommandError
from orchestration.explaining import explained
from orchestration.texts import Invocation, argument, command, json_option, option, pass_invocation

if TYPE_CHECKING:
    from ingestion.pipeline import CheckResult

_STYLES = {Verdict.ACCEPTED: "green", Verdict.NEEDS_EXPLANATION: "yellow", Verdict.ON_HOLD: "yellow"}
_SHOWN_FINDINGS = 200
_RETURN_SUFFIX = re.compile(r"-ket-qua(?:-\d+)?$")
_LISTED_RULES = 12


@command("check")
@argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@option("--as-of")
@option("--return", "return_folder", type=click.Path(path_type=Path, file_okay=False))
@json_option
@pass_invocation
def check(
    call: Invocation, files: tuple[Path, ...], as_of: str | None, return_folder: Path | None, as_json: bool
) -> int:
    """See the text `cli.check.help`."""
    from ingestion.bounded import workers  # noqa: PLC0415

    workers.warm("ingestion.pipeline.work")  # which takes as long as the import that follows
    from ingestion.pipeline import check_files  # noqa: PLC0415
    from ingestion.workbook.carried import CARRIED_TABLES  # noqa: PLC0415

    paths = existing(call, files)
    at = moment(call, as_of, end_of_day=True)
    registry = registry_of(call) if _has_registry(call) else None
    catalogue = catalogue_of(call.home)
    key = template_key(call.home)
    state = ledger_of(call)
    history = history_of(call, catalogue, state)
    results = check_files(paths, catalogue, registry, at, history, template_key=key, locks=state.locks)
    returned: list[Path] = []
    if return_folder is not None:
        results, returned = _write_returns(call, results, return_folder)
    if as_json:
        for number, result in enumerate(results):
            answer = as_object(call, result)
            print_json(answer | {"return": str(returned[number])} if returned else answer)
    else:
        for number, result in enumerate(results):
            _show(call, result)
            if returned:
                click.echo(call.text("cli.check.returned", path=returned[number]))
        if not all(result.registry.known >= CARRIED_TABLES for result in results):
            click.echo(call.text("cli.check.no_registry", home=call.home.root), err=True)
    is_accepted = all(result.verdict is Verdict.ACCEPTED for result in results)
    return 0 if is_accepted else REFUSED


def _has_registry(call: Invocation) -> bool:
    """Say whether the state folder has a registry, also one of which files are missing."""
    return call.home.registry.is_dir() and any(call.home.registry.iterdir())


def _write_returns(
    call: Invocation, results: "Sequence[CheckResult]", folder: Path
) -> "tuple[list[CheckResult], list[Path]]":
    """Write the marked workbook of each file; give the results, as they are after it, and the paths.

    Raises:
        CommandError: the folder cannot be written to.
    """
    from ingestion.pipeline import returns_of  # noqa: PLC0415

    told, written = [], []
    for result, data in returns_of(results, catalogue_of(call.home)):
        path = _free_path(folder, result.path)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_durably(path, data)
        except OSError as error:
            reason = explained(error, call.text)
            raise CommandError(call.text("cli.check.no_return", path=path, reason=reason)) from error
        told.append(result)
        written.append(path)
    return told, written


def _free_path(folder: Path, checked: Path) -> Path:
    """Name a return after its file; one that is there may hold corrections and is never replaced."""
    checked = checked.resolve()
    name = Path(fitted(clean_name(checked.name)))
    stem = _RETURN_SUFFIX.sub("", name.name if checked.is_dir() else name.stem)
    names = (f"{stem}-ket-qua{f'-{number}' if number > 1 else ''}.xlsx" for number in count(1))
    return next(path for name in names if not (path := folder / name).exists())


def as_object(call: Invocation, result: "CheckResult") -> dict[str, Any]:
    """Give a result in the shape that programs read; a failure of the product has a cause and no verdict."""
    from ingestion.pipeline import UNKNOWN_UNIT  # noqa: PLC0415

    judgement, key = result.judgement or Judgement(Verdict.UNREADABLE), result.key
    cause = {} if result.fault is None else {"cause": _cause(call, result.fault)}
    return {
        "file": str(result.path),
        "submission": {
            "unit": None if key.unit == UNKNOWN_UNIT else key.unit,
            "period": None if key.period == UNKNOWN_PERIOD else key.period,
            "revision": key.revision,
        },
        "verdict": None if result.verdict is None else str(result.verdict),
        **cause,
        "checks": {
            "passed": judgement.count(OutcomeStatus.PASS),
            "failed": judgement.count(OutcomeStatus.FAIL),
            "not_run": judgement.count(OutcomeStatus.NOT_RUN),
        },
        "findings": [
            {
                "rule": finding.rule,
                "severity": finding.severity,
                "sheet": finding.sheet,
                "cell": finding.cell,
                "value": finding.value,
                "expected": finding.expected,
                "message": _message(call, finding),
                "explained": finding.explained,
            }
            for finding in judgement.findings
        ],
    }


def _cause(call: Invocation, fault: Fault) -> dict[str, str]:
    """Give how the product failed: at which step, by what, in words and for those who mend it."""
    return {
        "step": str(fault.step),
        "kind": str(fault.cause),
        "message": call.text(f"cli.fault.{fault.cause}", step=call.text(f"cli.step.{fault.step}")),
        "technical": fault.technical,
    }


def _message(call: Invocation, finding: Finding) -> str:
    return finding.message_en if call.language == "en" else finding.message


def _show(call: Invocation, result: "CheckResult") -> None:
    from rich.text import Text  # noqa: PLC0415

    from ingestion.words.problems import describe, remedy  # noqa: PLC0415
    from orchestration.terminal import console, table  # noqa: PLC0415

    screen = console()
    judgement = result.judgement
    verdict = call.standing(result.verdict or "set_aside")
    headline = Text(f"{writable(str(result.path))}: ")
    style = _STYLES.get(result.verdict, "red") if result.verdict else "yellow"
    headline.append(verdict, style=f"bold {style}")
    headline.append(f"  ({_unit(call, result)}, {_period(call, result)})")
    screen.print(headline)
    if judgement is None:
        if result.fault is not None:
            cause = _cause(call, result.fault)
            screen.print(Text(call.text("cli.check.fault", cause=cause["message"])))
        return
    counts = {status.name.lower(): judgement.count(status) for status in OutcomeStatus}
    screen.print(
        Text(
            call.text(
                "cli.check.counts", passed=counts["pass"], failed=counts["fail"], not_run=counts["not_run"]
            )
        )
    )
    for reason, rules in _idle_rules(call, judgement).items():
        listed = (
            ", ".join(rules) if len(rules) <= _LISTED_RULES else call.text("cli.check.rules", count=len(rules))
        )
        screen.print(Text(call.text("cli.check.not_run", rules=listed, reason=reason), style="dim"))
    for note in result.carried_notes:
        screen.print(Text(f"{describe(note, call.language)} {remedy(note, call.language)}"))
    if judgement.findings:
        names = ("rule", "severity", "place", "value", "expected", "message")
        columns = [call.text(f"cli.check.column.{name}") for name in names]
        rows = [_cells(call, finding) for finding in judgement.findings[:_SHOWN_FINDINGS]]
        screen.print(table(columns, rows))
        if len(judgement.findings) > _SHOWN_FINDINGS:
            rest = len(judgement.findings) - _SHOWN_FINDINGS
            screen.print(Text(call.text("cli.check.more", count=rest)))


def _unit(call: Invocation, result: "CheckResult") -> str:
    from ingestion.pipeline import UNKNOWN_UNIT  # noqa: PLC0415

    return call.text("cli.check.unknown_unit") if result.key.unit == UNKNOWN_UNIT else result.key.unit


def _period(call: Invocation, result: "CheckResult") -> str:
    return call.text("cli.check.unknown_period") if result.key.period == UNKNOWN_PERIOD else result.key.period


def _idle_rules(call: Invocation, judgement: Judgement) -> dict[str, list[str]]:
    """Give the rules that have not run, by the reason in words."""
    from ingestion.gate import reason_text  # noqa: PLC0415

    idle: dict[str, list[str]] = {}
    for outcome in judgement.outcomes:
        if outcome.status is OutcomeStatus.NOT_RUN:
            idle.setdefault(reason_text(outcome.reason, call.language), []).append(outcome.rule)
    return idle


def _cells(call: Invocation, finding: Finding) -> tuple[str, ...]:
    severity = call.text(f"cli.severity.{finding.severity}")
    if finding.explained:
        severity += f" ({call.text('cli.check.explained')})"
    place = place_said(finding.sheet, finding.cell, call.language)
    return (finding.rule, severity, place, *printed(finding, call.language), _message(call, finding))
