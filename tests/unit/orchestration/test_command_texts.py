"""Every command and option has its help in both languages, and a wrong use is answered in them."""

import click
import pytest
from click.testing import CliRunner

from ingestion.words.messages import message
from orchestration.cli import COMMANDS, main
from orchestration.explaining import DAMAGES, EXPECTED_ERRORS
from orchestration.progress import STAGES
from orchestration.texts import LANGUAGES, TextArgument, TextOption


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


def test_errors_that_a_user_can_mend_exist_under_the_names_by_which_they_are_recognised() -> None:
    import importlib

    modules = (
        *(
            "ingestion.definitions.registry",
            "ingestion.definitions.catalogue",
            "ingestion.landing.ledger",
            "ingestion.landing.events",
            "orchestration.warehouse",
        ),
        *(
            "reports.marts",
            "reports.release",
            "ingestion.bronze.accepted",
            "ingestion.definitions.signing",
            "ingestion.landing.originals",
        ),
        *(
            "ingestion.bounded",
            "ingestion.pipeline",
            "ingestion.landing.inbox",
            "orchestration.standing",
            "builtins",
        ),
        *(
            "ingestion.alerts.thresholds",
            "ingestion.storage.machine",
            "reports.database",
            "orchestration.instance",
        ),
    )
    named = {name for module in modules for name in vars(importlib.import_module(module))}
    assert set(EXPECTED_ERRORS) | set(DAMAGES) <= named
