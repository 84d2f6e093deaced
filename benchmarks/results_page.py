"""`python -m benchmarks.results_page`: processor time of showing what checks found, as a page and in Data Docs.

What belongs here: the same suites over the same frames, kept and shown in both ways. What does not: how long
judging takes (`gate.py`).
"""

import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import click
import great_expectations as gx
from great_expectations.data_context.types.base import ProgressBarsConfig

from benchmarks.judging import JUDGED_AT
from demo.faults.trials import Trials
from demo.world import build
from ingestion.gate import checkpoints, judge_with_results
from ingestion.gate.expectations import Suite, expectation, frame_of
from ingestion.storage.home import Home
from ingestion.validations import store
from ingestion.validations.page import page
from ingestion.validations.store import Validation

CASES = 300


def page_seconds(home: Home) -> float:
    """Read what is kept and make the page of it."""
    started = time.process_time()
    found = [store.newest(home, period) for period in store.periods(home)]
    (home.validations / "index.html").write_text(page([one for one in found if one]), encoding="utf-8")
    return time.process_time() - started


def docs_seconds(batches: Sequence[Sequence[Suite]], folder: Path) -> tuple[float, float]:
    """Validate into Great Expectations' own store, and build Data Docs of what is there; seconds of each."""
    context = gx.get_context(mode="file", project_root_dir=folder)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("batch").add_dataframe_asset("frame")
    whole = asset.add_batch_definition_whole_dataframe("whole")
    started = time.process_time()
    for number, suites in enumerate(batches):
        for suite in suites:
            name = f"{number} {suite.name}"
            rules = gx.ExpectationSuite(name, expectations=[expectation(one) for one in suite.expected])
            declared = gx.ValidationDefinition(name=name, data=whole, suite=context.suites.add(rules))
            context.validation_definitions.add(declared).run(batch_parameters={"dataframe": frame_of(suite)})
    validated = time.process_time()
    context.build_data_docs()
    return validated - started, time.process_time() - validated


@click.command()
def main() -> None:
    """Judge faulty submissions of the demo and their twins, a batch a period, and show what was found."""
    trials = Trials(build())
    submissions = [s for case in trials.cases(CASES) for s in (case.sound, case.faulty)]
    with mock.patch.object(checkpoints, "run_checkpoints", wraps=checkpoints.run_checkpoints) as run:
        judged = judge_with_results(submissions, trials.contexts[""])
    batches = [call.args[0] for call in run.call_args_list]
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        for period, suites in judged.results.items():
            store.keep(home, Validation(period, datetime.now(UTC), suites))
        click.echo(
            f"{len(batches)} batches, {sum(map(len, batches))} suites, judged as of {JUDGED_AT:%Y-%m-%d}"
        )
        click.echo(f"the page            {page_seconds(home):6.2f} s")
        validated, built = docs_seconds(batches, Path(folder))
        click.echo(f"validated into docs {validated:6.2f} s")
        click.echo(f"Data Docs           {built:6.2f} s")


if __name__ == "__main__":
    main()
