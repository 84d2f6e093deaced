"""`tongket run` and `tongket publish`: a job of Dagster, with progress on the terminal."""

import os
import time
import warnings
from collections.abc import Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

from ingestion.alerts.outbox import Outbox
from ingestion.records.findings import Verdict
from ingestion.words import writing
from ingestion.words.standing import standing
from orchestration import environment
from orchestration.commands.common import (
    calendar_period,
    demand_whole,
    print_json,
    registry_of,
    unknown,
    warehouse_of,
)
from orchestration.errors import REFUSED, RefusedError
from orchestration.lock import WriterBusyError, publication_lock, writer_lock
from orchestration.state import instance_environment
from orchestration.texts import Invocation, command, json_option, option, pass_invocation

if TYPE_CHECKING:
    from orchestration.runs import RunOutcome

Settings = Mapping[str, Mapping[str, Any]]
"""Settings of the steps of a job, by step and name."""

_LANDING = ("landed", "duplicates", "repaired", "unknown", "left")
_VERDICTS = (Verdict.ACCEPTED.value, *(verdict.value for verdict in Verdict if verdict is not Verdict.ACCEPTED))
_NAMED = ("left_files", "without_receipt")


@command("run", "writes")
@option("--period")
@option("--note", default="")
@option("--quiet", is_flag=True)
@json_option
@pass_invocation
def run(call: Invocation, *, period: str | None, note: str, quiet: bool, as_json: bool) -> int:
    """See the text `cli.run.help`."""
    registry = registry_of(call)
    asked = calendar_period(call, registry, period).code if period else None
    jobs: dict[str, Settings] = {"intake": {"notices": {"delivers": False}}}
    jobs["publication"] = _noted(note, "publication")
    return _execute(call, jobs, quiet or as_json, as_json, period=asked)


@command("publish", "writes")
@option("--term")
@option("--note", default="")
@option("--quiet", is_flag=True)
@json_option
@pass_invocation
def publish(call: Invocation, term: str | None, note: str, quiet: bool, as_json: bool) -> int:
    """See the text `cli.publish.help`."""
    from ingestion.pipeline import demand_originals  # noqa: PLC0415 - likewise
    from reports.marts import demand_readable  # noqa: PLC0415 - columnar files take long to import

    registry = registry_of(call)
    demand_whole(call)
    demand_originals(call.home)
    demand_readable(warehouse_of(call))
    terms = {row.term_code for row in registry.terms}
    if term is not None and term not in terms:
        raise unknown(call, "term", term, terms)
    config = _noted(note, "publish_release")
    if term is not None:
        config["report_project"] = {**config["report_project"], "term": term}
    return _execute(call, {"publish_release": config}, quiet or as_json, as_json)


def _noted(note: str, job: str) -> dict[str, Mapping[str, Any]]:
    steps = ["report_project", "warehouse_publication_gate"]
    if job == "publication":
        steps += ["warehouse", "candidate_publication_gate"]
    return {step: {"note": note} for step in steps}


def _execute(
    call: Invocation,
    jobs: Mapping[str, Settings],
    is_quiet: bool,
    as_json: bool,
    *,
    period: str | None = None,
) -> int:
    """Run jobs one after the other until one fails, each under its own lock.

    Where another process publishes, what was taken in before is told all the same.

    Args:
        call: the call.
        jobs: the settings of single steps, by job and step.
        is_quiet: whether nothing is drawn.
        as_json: whether the result is told to a program.
        period: the period to judge; None for all.

    Raises:
        RefusedError: another process is at the first of the jobs.
    """
    from orchestration import terminal  # noqa: PLC0415
    from orchestration.progress import Silent  # noqa: PLC0415

    started = time.monotonic()
    log = call.home.dagster / "logs" / f"{environment.now():%Y%m%dT%H%M%S}-{'-'.join(jobs)}.log"
    outcome: RunOutcome | None = None
    refused: WriterBusyError | None = None
    try:
        # Taken before the slow imports, so that a second run is refused at once.
        with writer_lock(call.home) if "intake" in jobs else publication_lock(call.home):
            demand_whole(call)
        with terminal.quiet(log) as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Before the definitions are loaded: what they need may be kept in the state folder.
            os.environ.update(instance_environment(call.home))
            from orchestration.runs import run_job  # noqa: PLC0415

            screen = (
                nullcontext(Silent())
                if is_quiet
                else terminal.listener(stream, lambda stage: call.text(f"cli.stage.{stage}"))
            )
            with screen as progress:
                for job, config in jobs.items():
                    done = run_job(call.home, job, progress, period=period, config=config)
                    outcome = outcome.followed_by(done) if outcome else done
                    if outcome.failure is not None:
                        break
    except WriterBusyError as error:
        refused = error
    busy = call.text("cli.error.busy", process=refused.process or "?", home=call.home.root) if refused else ""
    if outcome is None:
        raise RefusedError(busy) from refused
    summary = _summary(call, outcome)
    seconds = round(time.monotonic() - started, 1)
    if as_json:
        failure = outcome.failure
        stopped = {"step": failure.step, "message": failure.told(call.language)} if failure else None
        if refused:
            stopped = {"step": "publication", "message": busy}
        print_json({"run": outcome.run_id, "seconds": seconds, "failure": stopped, **summary})
    else:
        _show(call, outcome, summary, None if refused else seconds, log)
        if refused:
            click.echo(call.text("cli.run.publication_busy", process=refused.process or "?"), err=True)
    return REFUSED if outcome.failure or refused else 0


def _label(call: Invocation, name: str) -> str:
    if name in (*_VERDICTS, "set_aside"):
        said = standing(name, call.language)
        return said[0].upper() + said[1:]
    return call.text(f"cli.run.{name}")


def _summary(call: Invocation, outcome: "RunOutcome") -> dict[str, Any]:
    summary = {name: outcome.fact("landed_submissions", name) for name in _LANDING}
    summary |= {name: outcome.fact("landed_submissions", name, []) for name in _NAMED}
    summary |= {verdict: outcome.fact("verdicts", verdict) for verdict in _VERDICTS}
    set_aside = {
        name for step in ("landed_submissions", "verdicts") for name in outcome.fact(step, "set_aside", ())
    }
    summary["set_aside"] = len(set_aside)
    summary["not_landed"] = len(outcome.fact("landed_submissions", "not_landed", ()))
    summary["waiting"] = len(outcome.fact("verdicts", "waiting", ()))
    summary["open_cases"] = outcome.checks.get("intake_gate", {}).get("open_cases", 0)
    summary["alerts"] = sum(entry.closed_at is None for entry in Outbox(call.home.outbox).read()[0])
    summary["figures"] = outcome.fact("warehouse", "figures")
    summary |= {name: outcome.fact("rendered_reports", name) for name in ("html", "pdf")}
    summary["release"] = outcome.fact("release", "path", None)
    summary["site"] = str(call.home.site) if call.home.site.exists() else None
    return summary


def _show(
    call: Invocation, outcome: "RunOutcome", summary: dict[str, Any], seconds: float | None, log: Any
) -> None:
    """Print what came of it; without a time it is not at its end."""
    from orchestration.terminal import console, table  # noqa: PLC0415

    rows = [(_label(call, name), value) for name, value in summary.items() if value and name not in _NAMED]
    console().print(table(("", ""), rows))
    for left in summary["left_files"]:
        click.echo(
            call.text("cli.run.left_file", file=left["file"], why=call.text(f"landing.left.{left['reason']}"))
        )
    if without := summary["without_receipt"]:
        from orchestration.standing import said_of_orphans  # noqa: PLC0415

        click.echo(said_of_orphans(without, call.language))
    failure = outcome.failure
    if failure is None:
        if seconds is not None:
            shown = writing.number(seconds, 1, language=call.language)
            click.echo(call.text("cli.run.done", seconds=shown))
        return
    if outcome.has_nothing_accepted:
        click.echo(call.text("cli.run.nothing_accepted", home=call.home.root), err=True)
        return
    if failure.is_gate:
        click.echo(call.text("cli.run.gate_failed"), err=True)
        for line in str(
            outcome.checks.get("publication_gate", {}).get(f"told_{call.language}", "")
        ).splitlines():
            click.echo(f"  {line}", err=True)
    else:
        click.echo(
            call.text("cli.run.failed", step=failure.step, message=failure.told(call.language)), err=True
        )
    click.echo(call.text("cli.run.log", path=log), err=True)
