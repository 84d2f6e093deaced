"""Every command and option has its help in both languages, and a wrong use is answered in them."""

from collections.abc import Sequence

import click
import pytest
from click.testing import CliRunner

from ingestion.alerts.thresholds import ThresholdsError
from ingestion.bounded import WorkerStartError
from ingestion.bronze.accepted import BronzeError
from ingestion.definitions.overlay import OwnFileError
from ingestion.definitions.registry import RegistryError
from ingestion.definitions.signing import SigningKeyError
from ingestion.gate.rules import RuleError
from ingestion.landing.events import ContradictionError, DecisionRefusedError, LedgerError
from ingestion.landing.inbox import IntakeError
from ingestion.landing.ledger import LedgerDamagedError, LedgerLockedError
from ingestion.landing.originals import OriginalDamagedError
from ingestion.pipeline import DamagedOriginalsError
from ingestion.storage.machine import MemorySettingError
from ingestion.words.labels import LANGUAGES, CatalogueError
from ingestion.words.messages import message
from orchestration.cli import COMMANDS, main
from orchestration.errors import CommandError, RefusedError
from orchestration.explaining import kind_of
from orchestration.instance import InstanceError
from orchestration.progress import STAGES
from orchestration.standing import LostLedgerError
from orchestration.texts import TextArgument, TextOption
from orchestration.tokens import TokenError
from orchestration.warehouse import WarehouseBuildError
from reports.database import OutOfRoomError
from reports.marts import MartsError
from reports.release import ReleaseError


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself_and_its_parameters(command: str, language: str) -> None:
    shown = CliRunner().invoke(main, ["--lang", language, command, "--help"])
    assert shown.exit_code == 0, shown.output
    found = main.get_command(click.Context(main), command)
    assert found is not None
    for param in found.params:
        assert isinstance(param, TextOption | TextArgument), f"{command} {param.name} has no text"
    words = " ".join(shown.output.split())
    assert " ".join(message(f"cli.{command}.help", language).split()[:6]) in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_overview_has_a_line_for_every_command(language: str) -> None:
    shown = CliRunner().invoke(main, ["--lang", language, "--help"], terminal_width=200)
    for command in COMMANDS:
        assert message(f"cli.{command}.short", language)[:40] in shown.output


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_of_a_run_has_a_name(stage: str) -> None:
    assert message(f"cli.stage.{stage}", "vi") and message(f"cli.stage.{stage}", "en")


def test_the_language_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGKET_LANG", "en")
    assert "Commands:" in CliRunner().invoke(main, ["--help"]).output
    monkeypatch.setenv("TONGKET_LANG", "vi")
    assert "Lệnh:" in CliRunner().invoke(main, ["--help"]).output


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["statsu"], "status"),
        (["status", "--wrong"], "--wrong"),
        (["figures", "--unit", "VD"], "--indicator"),
        (["serve", "--port", "many"], "--port"),
        (["--lang", "fr", "status"], "--lang"),
        (["check"], "FILES"),
        ([], ""),
    ],
)
def test_wrong_use_ends_with_exit_code_2_and_no_traceback(args: list[str], said: str) -> None:
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("errors", "kind"),
    [
        (
            (RegistryError, ThresholdsError, CatalogueError, RuleError, OwnFileError, InstanceError),
            CommandError,
        ),
        ((IntakeError, LedgerError, LedgerDamagedError, ContradictionError, MemorySettingError), CommandError),
        ((LedgerLockedError, LostLedgerError, DecisionRefusedError, WorkerStartError), RefusedError),
        ((MartsError, OutOfRoomError, ReleaseError, WarehouseBuildError), RefusedError),
        ((BronzeError, DamagedOriginalsError, OriginalDamagedError, SigningKeyError), RefusedError),
        ((OSError, MemoryError), CommandError),
        ((TokenError, RuntimeError, ValueError), None),
    ],
)
def test_an_error_is_wrong_use_a_refusal_or_a_fault_of_the_product(
    errors: Sequence[type[Exception]], kind: type[CommandError] | None
) -> None:
    for error in errors:
        assert kind_of(error.__new__(error)) is kind, error
