"""From files in an inbox to a site, by the command line and by the sensor; a failed gate; rebuilding.

The tests of this module share one state folder and go through its history in order: a first run from the
command line of an installed product, with one sound workbook and one that is rejected; a correction that the
sensor sees; a gate that refuses its figures at first. dbt takes most of the time, so it is called only where
what it builds is looked at.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import openpyxl
import pytest
from click.testing import CliRunner, Result

from ingestion.landing import inbox
from ingestion.storage.files import sha256_of
from ingestion.storage.home import Home
from orchestration import checks
from orchestration.cli import main
from orchestration.definitions import defs
from orchestration.instance import open_instance
from orchestration.partitions import periods
from orchestration.progress import STAGES
from orchestration.resources import Clock, TongketHome
from orchestration.sensors import inbox_sensor, publication_sensor
from orchestration.warehouse import DATABASE_VARIABLE, candidate_database
from reports import release as releases
from reports.publication_gate import PublicationFailure, PublicationReport
from tests.integration.small_state import MEMBERS, UNIT, Tables, make_home, write_sound
from tests.support.dagster_page import page
from tests.support.installed import Installed

BEFORE_ANYTHING = "2019-06-30"
CORRECTED = datetime(2021, 1, 15, tzinfo=UTC)


def too_many_at_closing(tables: Tables) -> None:
    tables["B01"][0]["closing_members"] = MEMBERS + 1


def one_admitted(tables: Tables) -> None:
    row = tables["B01"][0]
    row |= {"in_admitted": 1, "in_total": 1, "closing_members": MEMBERS + 1, "closing_probationary": 1}
    tables["B02"][0] |= {"admitted_total": 1, "admitted_age_18_30": 1}
    tables["B04"][0] |= {
        "members_total": MEMBERS + 1,
        "members_rated": MEMBERS + 1,
        "members_completed": MEMBERS + 1,
    }


@dataclass
class Published:
    home: Home
    first_run: subprocess.CompletedProcess[str]
    installed: Installed
    before: dict[str, tuple[int, int]]


def call(home: Home, *args: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home.root), "--lang", "en", *args])


def figure(home: Home, indicator: str, *more: str) -> dict[str, object]:
    args = ("--indicator", indicator, "--unit", UNIT, "--period", "2020-N", "--json", *more)
    result = call(home, "figures", *args)
    assert result.exit_code == 0, result.output
    answer: dict[str, object] = json.loads(result.stdout)
    return answer


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, installed: Installed) -> Iterator[Published]:
    folder = tmp_path_factory.mktemp("published")
    home = make_home(folder / "home")
    write_sound(home, "2019-N", folder / "2019.xlsx")
    write_sound(home, "2020-N", folder / "2020.xlsx", too_many_at_closing)
    for year in ("2019", "2020"):
        path = str(folder / f"{year}.xlsx")
        assert call(home, "submit", path, "--unit", UNIT, "--received-at", "2020-06-01").exit_code == 0
    before = installed.content()
    run = installed.tongket(home.root, "run")
    yield Published(home, run, installed, before)
    shutil.rmtree(folder, ignore_errors=True)


def test_a_first_run_publishes_and_says_what_it_did(published: Published) -> None:
    run = published.first_run
    assert run.returncode == 0, run.stdout + run.stderr
    summary = " ".join(run.stdout.split())
    for said in ("Files landed │ 2", "Accepted │ 1", "Rejected │ 1", "Open cases │ 1"):
        assert said in summary
    assert str(published.home.site) in run.stdout
    assert (published.home.site / "index.html").is_file()
    assert list(published.home.site.glob("*.pdf"))


def test_nothing_but_the_run_itself_reaches_the_terminal(published: Published) -> None:
    heard = (published.first_run.stdout + published.first_run.stderr).lower()
    for noise in ("warning", "traceback", "dagster -", "/site-packages/", "deprecat", "dbt="):
        assert noise not in heard
    assert len(published.first_run.stderr.splitlines()) <= len(STAGES)
    logs = list((published.home.dagster / "logs").glob("*.log"))
    assert logs


def test_all_state_lies_in_the_state_folder(published: Published) -> None:
    stored = {path.name for path in published.home.dagster.iterdir()}
    assert {"dagster.yaml", "history", "logs"} <= stored
    assert list((published.home.build / "manifests").glob("*/manifest.json"))
    assert list(published.installed.elsewhere.iterdir()) == []


def test_nothing_is_written_where_the_product_is_installed(published: Published) -> None:
    assert len(published.before) > 300
    assert published.installed.content() == published.before


def test_dagster_knows_the_run_its_partitions_and_its_checks(published: Published) -> None:
    with open_instance(published.home) as instance:
        (run,) = instance.get_runs(dg.RunsFilter(job_name="intake"), limit=1)
        assert run.status is dg.DagsterRunStatus.SUCCESS
        assert instance.get_dynamic_partitions("period") == ["2019-N", "2020-N"]
        for made in ("verdicts", "bronze"):
            assert instance.get_materialized_partitions(dg.AssetKey(made)) >= {"2019-N", "2020-N"}
        (second,) = instance.get_runs(dg.RunsFilter(job_name="publication"), limit=1)
        assert second.status is dg.DagsterRunStatus.SUCCESS
        gates = [(("verdicts", "intake_gate"), False)]
        gates += [((asset, "publication_gate"), True) for asset in ("candidate", "warehouse")]
        for key, passed in gates:
            check = dg.AssetCheckKey(dg.AssetKey(key[0]), key[1])
            (record,) = instance.event_log_storage.get_asset_check_execution_history(check, limit=1)
            assert record.event is not None
            evaluation = record.event.asset_check_evaluation
            assert evaluation is not None and evaluation.passed is passed
            results = evaluation.metadata["results"]
            assert isinstance(results, dg.TableMetadataValue) and results.records
            assert evaluation.metadata["failing_rows"].value == sum(r.data["failing"] for r in results.records)
            assert (evaluation.metadata["failing_rows"].value == 0) is passed
            if not passed:
                assert evaluation.severity is dg.AssetCheckSeverity.WARN
                found = evaluation.metadata["findings"]
                assert isinstance(found, dg.TableMetadataValue)
                assert any(row.data["submission"] == f"{UNIT}.2020-N.r1" for row in found.records)


def test_a_figure_is_answered_and_traced_to_the_cells_that_hold_it(published: Published) -> None:
    home = published.home
    args = ("--indicator", "members", "--unit", UNIT, "--period", "2019-N", "--json")
    answer = json.loads(call(home, "figures", *args).stdout)
    assert answer["value"] == 2 * MEMBERS and answer["status"] == "final"
    assert set(answer) == {"indicator", "unit", "period", "value", "measure", "status"}
    cells = json.loads(call(home, "trace", *args).stdout)
    assert sum(cell["contribution"] for cell in cells) == answer["value"]
    for cell in cells:
        book = openpyxl.load_workbook(home.root / cell["file"], data_only=True)
        assert book[cell["sheet"]][cell["cell"]].value == cell["value"]


def test_unknown_codes_are_wrong_use_with_suggestions(published: Published) -> None:
    for args, said in (
        (("--indicator", "member", "--unit", UNIT, "--period", "2019-N"), "members"),
        (("--indicator", "members", "--unit", "VD-NY", "--period", "2019-N"), UNIT),
        (("--indicator", "members", "--unit", UNIT, "--period", "2019-M"), "2019-N"),
        (("--indicator", "members", "--unit", UNIT, "--period", "1999-N"), "1999-N"),
        (("--indicator", "members", "--unit", UNIT, "--period", "2019-N", "--derivation", "x"), "x"),
        (("--indicator", "members", "--unit", UNIT, "--period", "2019-N", "--as-of", "soon"), "soon"),
    ):
        result = call(published.home, "figures", *args)
        assert result.exit_code == 2, args
        assert said in result.output
        assert "Traceback" not in result.output


def test_figures_as_of_a_moment_are_built_aside_and_kept(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = published.home
    asked: list[list[str]] = []

    def built(args: list[str], project: Path, target: Path, environment: dict[str, str]) -> None:
        asked.append(args)
        shutil.copyfile(home.warehouse, environment[DATABASE_VARIABLE])

    # That a warehouse shows the moment that dbt was told is held where models are looked at.
    monkeypatch.setattr("orchestration.warehouse.run_dbt", built)
    before = sha256_of(home.warehouse)
    for _ in range(2):
        assert figure(home, "members", "--as-of", BEFORE_ANYTHING)["value"] is None
    ((command, option, variables),) = asked
    assert (command, option, json.loads(variables)) == ("run", "--vars", {"as_of": "2019-06-30 16:59:59"})
    (kept,) = (home.build / "as_of").iterdir()
    assert sha256_of(kept) == before == sha256_of(home.warehouse)


def what_is_up(home: Home) -> tuple[object, ...]:
    return home.site.resolve(), sorted(home.releases.iterdir()), sha256_of(home.warehouse), members(home)


models = next(
    one
    for one in defs.assets or ()
    if isinstance(one, dg.AssetsDefinition) and one.node_def.name == "warehouse_models"
)


def members(home: Home) -> object:
    return figure(home, "members")["value"]


def test_a_test_or_a_mart_alone_is_tried_aside(published: Published) -> None:
    home, mart = published.home, "fct_indicator_value"
    before = what_is_up(home)
    test = next(key.name for key in models.check_keys if key.asset_key == dg.AssetKey(mart))
    with page(home) as clicked:
        # The one that is made reads files of the moment, and not tables alone.
        made = clicked.click("dim_indicator")
        for run in (clicked.click(checks=[(mart, test)]), made, clicked.click("warehouse")):
            assert what_is_up(home) == before
            assert run.is_success is (run.asset_selection != {dg.AssetKey("warehouse")})
        assert not candidate_database(home).exists(), "nothing was left that could be put up"


def test_what_the_sensor_sees_is_taken_in_and_waits_for_publication(
    published: Published, tmp_path: Path
) -> None:
    """Do what Dagster's daemon does: evaluate the sensors, take their requests, launch the runs."""
    home = published.home
    shutil.rmtree(home.bronze)  # it comes back from landing alone
    path = write_sound(home, "2020-N", tmp_path / "2020.xlsx", one_admitted)
    inbox.put_in_inbox(home, path, UNIT, CORRECTED)
    with open_instance(home) as instance:
        resources = {"home": TongketHome(root=str(home.root)), "clock": Clock()}
        context = dg.build_sensor_context(instance=instance, resources=resources, definitions=defs)
        result = inbox_sensor(context)
        assert isinstance(result, dg.SensorResult)
        for added in result.dynamic_partitions_requests or ():
            instance.add_dynamic_partitions(str(periods.name), list(added.partition_keys))
        (asked,) = result.run_requests or ()
        taken_in = defs.resolve_job_def("intake").execute_in_process(
            instance=instance, tags=dict(asked.tags), raise_on_error=False
        )
        assert taken_in.success
        context = dg.build_sensor_context(
            instance=instance,
            resources={**resources, "clock": Clock(fixed_at="2099-01-01T00:00:00+00:00")},
            definitions=defs,
        )
        assert isinstance(publication_sensor(context), dg.RunRequest)
    status = json.loads(call(home, "status", "--json").stdout)
    assert {row["status"] for row in status} == {"accepted"}
    assert figure(home, "members")["value"] is None


def test_a_failed_publication_gate_keeps_what_is_up_until_it_passes(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = published.home
    before = what_is_up(home)
    failure = PublicationFailure(
        "bronze_totals", {"form": "B01", "unit": UNIT, "period": "2020-N", "column": "x"}, 20, 21
    )
    monkeypatch.setattr(checks, "check_marts", lambda *_, **__: PublicationReport({}, (failure,)))
    up = releases.current(home)
    assert up is not None
    # Pages name the version that made them, which was that of the wheel.
    monkeypatch.setattr("orchestration.publication.code_version", lambda: up.code_version)
    with page(home) as clicked:
        failed = clicked.click(job="publication")
        assert not failed.is_success
        assert what_is_up(home) == before
        published_again = call(home, "publish", "--json")
        assert published_again.exit_code == 0, "the gate's word for what is up still holds"
        assert what_is_up(home) == before
        (home.build / "tokens" / f"{before[2]}.json").unlink()
        refused = call(home, "publish")
        assert refused.exit_code == 1
        assert failure.check in refused.output and "verify" in refused.output
        assert "--note" not in refused.output, "a note does not excuse what did not arrive"
        assert what_is_up(home) == before
        gate = [("candidate", "publication_gate")]
        for pieces, checked in (((), gate), (("warehouse",), [])):
            assert not clicked.click(*pieces, checks=checked).is_success
            assert what_is_up(home) == before
        assert not clicked.retry(failed).is_success
        assert what_is_up(home) == before
        monkeypatch.undo()
        assert clicked.click(checks=gate).is_success
        assert clicked.retry(failed).is_success, "from the gate on"
    after = home.site.resolve()
    assert members(home) == 2 * MEMBERS + 1, "what the gate passes is up"
    assert isinstance(before[0], Path) and after != before[0] and before[0].is_dir()
    listed = json.loads(call(home, "releases", "--json").stdout)
    assert [one["up"] for one in listed] == [True, False]
    changed = json.loads(call(home, "diff", before[0].name, after.name, "--json").stdout)
    assert [
        change["after"]
        for change in changed
        if (change["indicator"], change["unit"], change["period"]) == ("members", UNIT, "2020-N")
    ] == [2 * MEMBERS + 1]


def test_verify_finds_what_was_changed_by_hand(published: Published) -> None:
    home = published.home
    sound = call(home, "verify", "--json")
    assert sound.exit_code == 0, sound.output
    assert json.loads(sound.stdout)["figures"]["count"] > 0
    page = home.site.resolve() / "index.html"
    page.chmod(0o644)
    page.write_text("changed", encoding="utf-8")
    original = next(home.landing.glob("??/*.xlsx"))
    original.chmod(0o644)
    original.write_bytes(b"changed")
    found = call(home, "verify", "--no-rebuild")
    assert found.exit_code == 1
    assert "index.html" in found.output and original.name in found.output
