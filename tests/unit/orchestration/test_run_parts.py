"""The lock, the partitions, progress, quiet output and the report of what an unexpected error leaves."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner, Result

from ingestion.definitions.registry import load_registry
from ingestion.landing.state import LedgerState, SubmissionRecord
from ingestion.records.submissions import SubmissionKey
from ingestion.storage.home import Home
from ingestion.words.labels import Language
from ingestion.words.messages import message
from orchestration import runs, terminal
from orchestration.cli import main
from orchestration.errors import suggestions, write_traceback
from orchestration.lock import WriterBusyError, writer_lock
from orchestration.partitions import (
    EVERYTHING,
    RANGE_END_TAG,
    RANGE_START_TAG,
    add_periods,
    covers,
    filed_periods,
    known_periods,
    tags_of_everything,
    tags_of_period,
    tidy_periods,
)
from orchestration.progress import counter


def test_a_second_process_is_refused_while_the_first_holds_the_lock(home: Home) -> None:
    holding = (
        "import sys; from pathlib import Path; from ingestion.storage.home import Home;"
        "from orchestration.lock import writer_lock\n"
        f"with writer_lock(Home(Path({str(home.root)!r}))):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", holding], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None and other.stdin is not None
    assert other.stdout.readline() == "held\n"
    try:
        with pytest.raises(WriterBusyError) as refused, writer_lock(home):
            pass
        assert refused.value.process == str(other.pid)
        result = CliRunner().invoke(main, ["--home", str(home.root), "--lang", "en", "run"])
        assert result.exit_code == 1
        assert f"process {other.pid}" in result.output
    finally:
        other.stdin.close()
        other.wait()
    with writer_lock(home), writer_lock(home):
        pass


def filed(home: Home, *periods: str) -> list[str]:
    """Give the partitions of a ledger with a submission of each period."""
    state = LedgerState()
    for period in periods:
        key = SubmissionKey("VD", period, len(state.submissions) + 1)
        state.submissions[str(key)] = SubmissionRecord(key, None)  # type: ignore[arg-type]
    return filed_periods(load_registry(home.registry), state)


def test_a_period_is_a_partition_once_something_was_filed_for_it(home: Home) -> None:
    assert filed(home) == []
    assert filed(home, "2020-N", "2019-N", "2020-Q1") == ["2019-N", "2020-Q1", "2020-N"]
    assert filed(home, "unknown", "2031-N", "2019-N") == ["2019-N", "unknown"]


def test_partitions_of_a_calendar_that_nobody_filed_go_while_no_run_waits(home: Home) -> None:
    calendar = ["2018-N", "2019-N", "2020-N", "unknown"]
    with dg.DagsterInstance.ephemeral() as instance:
        add_periods(instance, calendar)
        tidy_periods(instance, [])
        assert known_periods(instance) == calendar, "of an empty ledger one cannot tell"
        waiting = instance.create_run_for_job(idle, status=dg.DagsterRunStatus.STARTED)
        tidy_periods(instance, ["2020-N", "2019-N"])
        assert known_periods(instance) == calendar
        instance.report_run_failed(waiting)
        tidy_periods(instance, ["2020-N", "2019-N"])
        assert known_periods(instance) == ["2020-N", "2019-N"]


@dg.job
def idle() -> None:
    """Do nothing."""


def test_a_run_covers_one_period_or_everything(home: Home) -> None:
    registry = load_registry(home.registry)
    everything = tags_of_everything(["2019-N", "2020-N"])
    assert (everything[RANGE_START_TAG], everything[RANGE_END_TAG]) == ("2019-N", "2020-N")
    assert set(tags_of_everything([]).values()) == {EVERYTHING, "unknown"}
    assert set(tags_of_period("2020-N").values()) == {"2020-N"}
    assert covers("2018-N", ["2019-N", "2020-N"], everything, registry), "what came with the run"
    assert not covers("2018-N", ["2019-N", "2020-N"], {}, registry)


def test_a_period_outside_the_calendar_is_judged_with_the_unknown_ones(home: Home) -> None:
    registry = load_registry(home.registry)
    assert covers("2020-N", ["2020-N"], {}, registry)
    assert not covers("2020-N", ["unknown"], {}, registry)
    assert covers("2031-N", ["unknown"], {}, registry)
    assert covers("unknown", ["unknown"], {}, registry)


class Heard:
    def __init__(self) -> None:
        self.total, self.done = 0, 0

    def start(self, stage: str, total: int | None = None) -> None: ...

    def expect(self, stage: str, total: int) -> None:
        self.total = total

    def advance(self, stage: str, steps: int = 1) -> None:
        self.done += steps

    def finish(self, stage: str, note: str = "") -> None: ...


def test_a_counter_turns_how_many_into_steps() -> None:
    heard = Heard()
    tell = counter(heard, "pages")
    for done in (0, 2, 5):
        tell(done, 5, "page")
    assert (heard.done, heard.total) == (5, 5)


def test_what_libraries_print_goes_to_the_log_and_the_user_keeps_a_stream(tmp_path: Path) -> None:
    script = (
        "import os, sys, warnings\nfrom pathlib import Path\nfrom orchestration.terminal import quiet\n"
        f"with quiet(Path({str(tmp_path / 'log')!r})) as user:\n"
        "    print('noise'); os.system('echo child'); warnings.warn('old'); os.write(2, b'raw')\n"
        "    print('for you', file=user)\n"
        "print('after')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("after\n", "for you\n")
    log = (tmp_path / "log").read_text(encoding="utf-8")
    for noise in ("noise", "child", "old", "raw"):
        assert noise in log


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_run_in_which_nothing_is_accepted_yet_says_so_and_not_that_something_broke(
    call: Callable[..., Result], home: Home, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    failure = runs.Failure(
        "warehouse_publication_gate", "DagsterAssetCheckFailedError", "1 failed", is_gate=True
    )
    outcome = runs.RunOutcome("run", failure, {}, {"publication_gate": {"nothing_accepted": True}})
    monkeypatch.setattr(runs, "run_job", lambda *_, **__: outcome)
    answer = call("run", language=language)
    assert answer.exit_code == 1
    assert message("cli.run.nothing_accepted", language, home=home.root) in answer.output
    assert "bronze_totals" not in answer.output and "--note" not in answer.output
    assert f"tongket --home {home.root} status" in answer.output


def test_nothing_in_a_table_is_taken_for_markup(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.console().print(terminal.table(["a"], [["[bold]x[/bold]"]]))
    assert "[bold]x[/bold]" in capsys.readouterr().out


def test_a_traceback_is_kept_where_it_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    error, now = ValueError("broken"), datetime(2021, 1, 1, tzinfo=UTC)
    path = write_traceback(error, tmp_path / "errors", now)
    elsewhere = write_traceback(error, tmp_path / "file", now)
    assert "ValueError: broken" in path.read_text(encoding="utf-8")
    assert elsewhere.parent != tmp_path / "file"
    elsewhere.unlink()


def test_an_unexpected_error_is_a_line_and_a_file(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("orchestration.commands.status.current", fail)
    result = CliRunner().invoke(main, ["--home", str(home.root), "--lang", "en", "status"])
    assert result.exit_code == 70
    assert "Traceback" not in result.output
    (kept,) = (home.build / "errors").iterdir()
    assert str(kept) in result.output
    assert "ZeroDivisionError" in kept.read_text(encoding="utf-8")


@pytest.mark.parametrize(("code", "expected"), [("vp-yl", ["VP-YL"]), ("VP-LY", ["VP-YL"]), ("zzzz", [])])
def test_suggestions_look_alike(code: str, expected: list[str]) -> None:
    assert suggestions(code, ["VP-YL", "DB", "admissions"])[:1] == expected


@pytest.mark.parametrize("command", ["--help", "check --help", "status", "doctor"])
def test_quick_commands_do_not_import_what_takes_seconds(home: Home, command: str) -> None:
    script = (
        "import sys\nfrom orchestration.cli import main\n"
        f"try: main({['--home', str(home.root), *command.split()]!r})\nexcept SystemExit: pass\n"
        "slow = ('dagster', 'dbt', 'great_expectations', 'dagster_dbt')\n"
        "print('SLOW', [m for m in slow if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.splitlines()[-1] == "SLOW []"
