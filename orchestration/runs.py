"""Running a job from the command line: the same job on the same instance as Dagster's own page would run.

What belongs here: starting a run in this process and telling what came of it. What does not: drawing it
(`terminal.py`) and what the job does (`assets.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from ingestion.chronicle.in_force import in_force
from ingestion.landing.events import UNKNOWN_PERIOD
from ingestion.landing.ledger import Ledger
from ingestion.storage.home import Home
from ingestion.words.labels import Language
from ingestion.words.messages import ToldError
from orchestration import alerting, covering, environment, failing, telling
from orchestration.graph import graph_of
from orchestration.instance import COMMAND_LINE, LAUNCHED_BY_TAG, close_interrupted_runs, open_instance
from orchestration.lock import INTAKE_JOBS, PUBLISHING, publication_lock, writer_lock
from orchestration.partitions import (
    add_periods,
    filed_periods,
    known_periods,
    tags_of_everything,
    tags_of_period,
    tidy_periods,
)
from orchestration.progress import Progress

# The command line draws its own progress; Dagster's events are in its storage, where `tongket ui` shows them.
_SILENT_CONSOLE = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class Failure:
    """Why a run stopped.

    Attributes:
        step: the asset or check at which it stopped.
        kind: class of the error.
        message: what it said.
        is_gate: whether the publication gate stopped it.
        error: what was raised, if it can be told in each language.
    """

    step: str
    kind: str
    message: str
    is_gate: bool
    error: ToldError | None = None

    def told(self, language: Language) -> str:
        """Give what it said, in a language where it has one."""
        return self.error.told(language) if self.error else self.message


@dataclass(frozen=True)
class RunOutcome:
    """What came of a run.

    Attributes:
        facts: what each asset said of itself, by asset and name.
        checks: what each check said, by name.
    """

    run_id: str
    failure: Failure | None
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    checks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def fact(self, asset: str, name: str, default: Any = 0) -> Any:
        """Give what an asset said of itself, or a default if it did not get that far."""
        return self.facts.get(asset, {}).get(name, default)

    @property
    def has_nothing_accepted(self) -> bool:
        """Whether it stopped only because no report has been accepted yet, which is no fault of anything."""
        is_empty = self.checks.get("publication_gate", {}).get("nothing_accepted", False)
        return self.failure is not None and self.failure.is_gate and bool(is_empty)

    def followed_by(self, other: "RunOutcome") -> "RunOutcome":
        """Give what came of this run and of one that followed it."""
        facts, checks = {**self.facts, **other.facts}, {**self.checks, **other.checks}
        return RunOutcome(other.run_id, self.failure or other.failure, facts, checks)


def run_job(
    home: Home,
    job: str,
    progress: Progress,
    *,
    period: str | None = None,
    config: Mapping[str, Mapping[str, Any]] | None = None,
) -> RunOutcome:
    """Run a job to its end.

    Args:
        home: the state folder.
        job: name of the job.
        progress: what is told how far the run has come.
        period: the period to cover; None for all.
        config: settings of single assets, by asset.

    Raises:
        WriterBusyError: another run holds what the job needs.
    """
    lock, jobs = (writer_lock, INTAKE_JOBS) if job in INTAKE_JOBS else (publication_lock, PUBLISHING)
    with lock(home), open_instance(home) as instance:
        for run in close_interrupted_runs(instance, jobs):
            events = telling.recorded(instance, run.run_id)
            telling.run_failed(home, run.run_id, covering.covered(instance, run), events, environment.now())
        covered = _covered(home, instance, period) if job == "intake" else {}
        raised: list[BaseException] = []

        @dg.failure_hook
        def keep(context: dg.HookContext) -> None:
            """Keep what was raised; Dagster's events have its text alone, which is in one language."""
            if context.op_exception is not None:
                raised.append(context.op_exception)

        result = (
            graph_of(home)
            .resolve_job_def(job)
            .with_hooks({keep})
            .execute_in_process(
                instance=instance,
                raise_on_error=False,
                resources={"progress": progress},
                run_config={
                    **_SILENT_CONSOLE,
                    "ops": {asset: {"config": dict(settings)} for asset, settings in (config or {}).items()},
                },
                tags={LAUNCHED_BY_TAG: COMMAND_LINE, **covered},
            )
        )
        outcome = _outcome(result, next((error for error in raised if isinstance(error, ToldError)), None))
        if covered and outcome.failure is None:
            tidy_periods(instance, _filed(home))
        ran = covering.covered(instance, result.dagster_run)
        if outcome.failure is None:
            alerting.succeeded(home, ran, environment.now())
        else:
            telling.run_failed(home, outcome.run_id, ran, result.all_events, environment.now())
        return outcome


def _covered(home: Home, instance: dg.DagsterInstance, period: str | None) -> Mapping[str, str]:
    """Give the tags of a run of intake; what they name is a partition by then."""
    tidy_periods(instance, _filed(home))
    add_periods(instance, [period] if period else known_periods(instance) or [UNKNOWN_PERIOD])
    return tags_of_period(period) if period else tags_of_everything(known_periods(instance))


def _filed(home: Home) -> list[str]:
    return filed_periods(in_force(home).registry, Ledger(home.ledger).replay())


def _outcome(result: dg.ExecuteInProcessResult, told: ToldError | None) -> RunOutcome:
    facts: dict[str, Mapping[str, Any]] = {}
    checks: dict[str, Mapping[str, Any]] = {}
    failure: Failure | None = None
    for event in result.all_events:
        if event.event_type is dg.DagsterEventType.ASSET_MATERIALIZATION:
            made = event.step_materialization_data.materialization
            facts[made.asset_key.to_user_string()] = _plain(made.metadata)
        elif event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            evaluation = event.asset_check_evaluation_data
            checks[evaluation.check_name] = {"passed": evaluation.passed, **_plain(evaluation.metadata)}
        elif event.event_type is dg.DagsterEventType.STEP_FAILURE and failure is None:
            failure = _failure(event, told)
        elif event.event_type is dg.DagsterEventType.RUN_FAILURE and failure is None:
            failure = Failure("", "", event.message or "", is_gate=False)
    return RunOutcome(result.run_id, failure, facts, checks)


def _plain(metadata: Mapping[str, dg.MetadataValue[Any]]) -> dict[str, Any]:
    return {name: telling.plain(value) for name, value in metadata.items()}


def _failure(event: dg.DagsterEvent, told: ToldError | None) -> Failure:
    error = event.step_failure_data.error
    kind, message = telling.cause_of(error) if error is not None else ("", "")
    return Failure(event.step_key or "", kind, message, kind == failing.GATE, told)
