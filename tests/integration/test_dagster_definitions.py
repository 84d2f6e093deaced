"""What Dagster loads: complete, described, in lineage, and also from a clone in which nothing was parsed."""

import importlib
import os
import shutil
import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from ingestion.alerts.outbox import Outbox
from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry import RegistryError
from ingestion.landing import inbox
from ingestion.landing.events import Received
from ingestion.landing.ledger import Ledger
from ingestion.storage.files import sha256_of
from ingestion.storage.home import Home
from ingestion.validations import store
from orchestration import check_results, failing, gating, groups, moment, tokens
from orchestration.definitions import defs
from orchestration.environment import ROOT
from orchestration.instance import COMMAND_LINE, LAUNCHED_BY_TAG, close_interrupted_runs, open_instance
from orchestration.page import dagster_dev
from orchestration.partitions import periods, tags_of_everything
from orchestration.resources import Clock, TongketHome
from orchestration.schedules import nightly
from orchestration.sensors import inbox_sensor
from orchestration.warehouse import PROJECT_DIR
from reports.database import OutOfRoomError
from reports.publication_gate import PublicationFailure, PublicationReport
from tests.integration.small_state import make_home

GROUPS = {
    "inbox": "intake",
    "registry": "intake",
    "landed_submissions": "intake",
    "notices": "intake",
    "verdicts": "gate",
    "bronze": "bronze",
    "registry_reference": "bronze",
    "snapshot": "warehouse",
    "candidate": "warehouse",
    "warehouse": "warehouse",
    "report_project": "report",
    "rendered_reports": "report",
    "release": "report",
}
LAYERS = {"staging", "intermediate", "marts", "reports"}
NOW = datetime(2021, 1, 18, tzinfo=UTC)


@pytest.fixture(scope="module")
def specs() -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}


def test_the_way_of_a_figure_is_what_it_was_and_every_model_stands_beside_it(
    specs: dict[str, dg.AssetSpec],
) -> None:
    models = {path.stem for path in (PROJECT_DIR / "models").rglob("*.sql")}
    assert set(specs) == set(GROUPS) | models
    assert {name: specs[name].group_name for name in GROUPS} == GROUPS
    assert {specs[name].group_name for name in models} == LAYERS


def test_every_asset_is_in_a_group_that_is_named_once(specs: dict[str, dg.AssetSpec]) -> None:
    assert {spec.group_name for spec in specs.values()} == set(groups.ALL)
    assert set(groups.LAYERS) == LAYERS


def test_every_asset_has_a_group_an_owner_a_kind_and_a_description(specs: dict[str, dg.AssetSpec]) -> None:
    for name, spec in specs.items():
        assert spec.group_name and spec.group_name != "default", name
        assert spec.owners, name
        assert spec.kinds, name
        assert spec.description, name


def test_lineage_runs_from_the_inbox_to_the_release(specs: dict[str, dg.AssetSpec]) -> None:
    def upstream(name: str) -> set[str]:
        return {dep.asset_key.to_user_string() for dep in specs[name].deps}

    way = [
        *("release", "rendered_reports", "report_project", "warehouse", "candidate", "fct_indicator_value"),
        *("snapshot", "bronze", "verdicts", "landed_submissions", "inbox"),
    ]
    reached = {way[0]}
    seen: set[str] = set()
    while reached - seen:
        name = (reached - seen).pop()
        seen.add(name)
        reached |= upstream(name)
    assert set(way) | {"registry_reference"} <= seen


def test_the_gates_are_checks_and_only_the_publication_gate_blocks() -> None:
    ours = {
        (spec.asset_key.to_user_string(), spec.name): spec.blocking
        for checks in defs.asset_checks or ()
        for spec in checks.check_specs
    }
    assert ours == {
        ("verdicts", "intake_gate"): False,
        ("verdicts", "quality"): False,
        ("candidate", "publication_gate"): True,
        ("warehouse", "publication_gate"): True,
    }


def test_jobs_sensor_and_schedule() -> None:
    repository = defs.get_repository_def()
    names = {job.name for job in repository.get_all_jobs() if not job.name.startswith("__")}
    assert names == {"intake", "publication", "publish_release", "inbox_to_release", "deliver_alerts"}
    assert {sensor.name for sensor in repository.sensor_defs} == {
        "inbox_sensor",
        "publication_sensor",
        "successful_runs",
        "outbox_sensor",
        "failed_runs",
    }
    schedules = {(s.name, s.cron_schedule) for s in repository.schedule_defs}
    assert schedules == {
        ("nightly", "0 2 * * *"),
        ("nightly_publication", "15 2 * * *"),
        ("morning_alerts", "0 7 * * *"),
    }
    running = dg.DefaultSensorStatus.RUNNING
    assert {sensor.default_status for sensor in repository.sensor_defs} == {running}
    assert {s.default_status for s in repository.schedule_defs} == {dg.DefaultScheduleStatus.RUNNING}
    everything = defs.resolve_job_def("inbox_to_release")
    assert everything.executor_def.name == "in_process"
    assert everything.partitions_def == periods
    first, second = (
        defs.resolve_job_def(name).asset_layer.executable_asset_keys for name in ("intake", "publication")
    )
    assert not first & second, "intake and publication do not wait for one another"
    assert first | second == everything.asset_layer.executable_asset_keys
    made = {key.to_user_string() for key in everything.asset_layer.executable_asset_keys}
    assert made >= set(GROUPS) - {"inbox", "registry"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path / "home")


def tick(home: Home, instance: dg.DagsterInstance, now: datetime, cursor: str | None = None) -> dg.SensorResult:
    context = dg.build_sensor_context(
        instance=instance,
        cursor=cursor,
        resources={"home": TongketHome(root=str(home.root)), "clock": Clock(fixed_at=now.isoformat())},
        definitions=defs,
    )
    result = inbox_sensor(context)
    assert isinstance(result, dg.SensorResult)
    return result


def test_the_sensor_asks_for_nothing_while_nothing_waits(home: Home) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        result = tick(home, instance, NOW)
        assert not result.run_requests
        assert result.skip_reason


def test_the_sensor_asks_once_for_the_same_files_and_again_for_others(home: Home, tmp_path: Path) -> None:
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    first.write_bytes(b"a")
    second.write_bytes(b"b")
    inbox.put_in_inbox(home, first, "VD-NX", NOW)
    with dg.DagsterInstance.ephemeral() as instance:
        (one,) = tick(home, instance, NOW).run_requests or ()
        (same,) = tick(home, instance, NOW + timedelta(minutes=1)).run_requests or ()
        (later,) = tick(home, instance, NOW + timedelta(hours=1)).run_requests or ()
        inbox.put_in_inbox(home, second, "VD-NX", NOW)
        result = tick(home, instance, NOW)
        (other,) = result.run_requests or ()
    assert one.run_key == same.run_key
    assert len({one.run_key, later.run_key, other.run_key}) == len((one, later, other))
    assert one.tags.items() >= tags_of_everything(["unknown"]).items()
    (added,) = result.dynamic_partitions_requests or ()
    assert list(added.partition_keys) == ["unknown"], "periods are known when files were read"
    assert result.asset_events[0].asset_key == dg.AssetKey("inbox")


def test_the_sensor_asks_for_no_second_run_while_one_is_queued(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"a")
    inbox.put_in_inbox(home, path, "VD-NX", NOW)
    queued = dg.RunsFilter(job_name="intake", statuses=[dg.DagsterRunStatus.QUEUED])
    with dg.DagsterInstance.ephemeral() as instance:
        with monkeypatch.context() as patch:  # Dagster itself queues no run that no page asked for
            patch.setattr(instance, "get_runs_count", lambda filters: int(filters == queued))
            meanwhile = tick(home, instance, NOW + timedelta(minutes=20))
        (asked,) = tick(home, instance, NOW + timedelta(minutes=20)).run_requests or ()
    assert not meanwhile.run_requests and "queued" in str(meanwhile.skip_reason)
    assert asked.run_key


def test_the_sensor_asks_at_once_when_the_registry_was_put_right(home: Home, tmp_path: Path) -> None:
    path, aside = tmp_path / "a.xlsx", tmp_path / "aside"
    path.write_bytes(b"a")
    home.registry.rename(aside)
    inbox.put_in_inbox(home, path, "VD-NX", NOW)
    with dg.DagsterInstance.ephemeral() as instance:
        (without,) = tick(home, instance, NOW).run_requests or ()
        aside.rename(home.registry)
        (whole,) = tick(home, instance, NOW + timedelta(seconds=5)).run_requests or ()
        (same,) = tick(home, instance, NOW + timedelta(seconds=10)).run_requests or ()
        (later,) = tick(home, instance, NOW + timedelta(minutes=11)).run_requests or ()
    assert without.run_key != whole.run_key == same.run_key
    assert later.run_key != whole.run_key, "what a run left for another reason is soon tried again"


def test_the_sensor_lets_go_of_periods_of_which_nothing_was_filed(home: Home) -> None:
    name = "VD-NX.2020-N.r1"
    received = Received(
        name, "VD-NX", "2020-N", 1, "0" * 64, "a.xlsx", "a.xlsx", NOW, "xlsx", "CUMULATIVE", "a", NOW
    )
    with Ledger(home.ledger).writing() as ledger:
        ledger.append([received])
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(str(periods.name), ["2019-N", "2020-N", "unknown"])
        looked = tick(home, instance, NOW)
        (gone,) = looked.dynamic_partitions_requests or ()
        assert list(gone.partition_keys) == ["2019-N", "unknown"]
        again = tick(home, instance, NOW, looked.cursor)
        assert not again.dynamic_partitions_requests, "the ledger was read once"


def test_the_sensor_waits_while_another_process_runs(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"a")
    inbox.put_in_inbox(home, path, "VD-NX", NOW)
    with dg.DagsterInstance.ephemeral() as instance:
        with monkeypatch.context() as patch:
            patch.setattr("orchestration.sensors.is_writing", lambda home: True)
            assert not tick(home, instance, NOW).run_requests
        assert tick(home, instance, NOW).run_requests


def test_the_sensor_leaves_a_file_alone_that_is_still_being_copied(home: Home) -> None:
    folder = home.inbox / "VD-NX"
    folder.mkdir(parents=True)
    (folder / "growing.xlsx").write_bytes(b"half")
    with dg.DagsterInstance.ephemeral() as instance:
        assert not tick(home, instance, datetime.now(UTC)).run_requests
        (asked,) = tick(home, instance, datetime.now(UTC) + timedelta(minutes=1)).run_requests or ()
    assert asked.run_key


def test_the_schedule_covers_every_period_that_is_known(home: Home) -> None:
    with open_instance(home) as instance:
        context = dg.build_schedule_context(instance=instance)
        assert isinstance(nightly(context), dg.SkipReason)
        instance.add_dynamic_partitions("period", ["2019-N", "2020-N"])
        asked = nightly(dg.build_schedule_context(instance=instance))
    assert isinstance(asked, dg.RunRequest)
    assert asked.tags.items() >= tags_of_everything(["2019-N", "2020-N"]).items()


@pytest.mark.parametrize(
    ("failed", "note", "passes"),
    [
        ((), "", True),
        (("nothing_shrank",), "", False),
        (("nothing_shrank",), "thu hồi bản nộp sai", True),
        (("nothing_shrank", "bronze_totals"), "thu hồi bản nộp sai", False),
    ],
)
def test_a_note_explains_what_shrank_and_nothing_else(
    home: Home, failed: tuple[str, ...], note: str, passes: bool
) -> None:
    database, token = of_a_moment(home)
    subject = {"unit": "VD-NX", "period": "2018-N", "indicator": "members", "form": "B01", "column": "x"}
    failures = tuple(PublicationFailure(name, subject, 2.0, 1.0) for name in failed)
    report = PublicationReport({}, failures)
    word = gating.gate(home, database, token, lambda *_: report, run="r", note=note, now=NOW)
    assert (not word.failures) is passes
    assert word.failed == len(word.failures)
    kept = store.newest(home, store.PUBLICATION)
    assert kept is not None and (kept.at, kept.database) == (NOW, token.sha256)
    assert store.of_database(home, token.sha256) == kept and store.of_database(home, "") is None
    assert store.periods(home) == []
    said = tokens.of(home, database)
    assert said is not None and (said.gate is not None) is passes
    if said.gate is not None:
        assert said.gate.needs_note is bool(failed)
        assert said.fits(None, note) and said.fits(None, "") is not bool(failed)


@pytest.mark.parametrize("failed", [(), ("bronze_totals",)])
def test_the_gates_word_holds_though_nothing_of_it_can_be_kept_to_be_shown(
    home: Home, failed: tuple[str, ...]
) -> None:
    database, token = of_a_moment(home)
    home.validations.write_text("a file in the way", encoding="utf-8")
    report = PublicationReport({}, tuple(PublicationFailure(name, {}, 2.0, 1.0) for name in failed))
    word = gating.gate(home, database, token, lambda *_: report, run="r", note="", now=NOW)
    said = tokens.of(home, database)
    assert said is not None and (said.gate is not None) is not bool(failed)
    assert len(word.failures) == len(failed) and word.results.errors.keys() == {store.PUBLICATION}
    assert check_results.of_database(home, token.sha256).keys() == {"results"}


def test_a_gate_for_which_memory_does_not_suffice_says_so_in_words(home: Home) -> None:
    database, token = of_a_moment(home)

    def too_much(*_: object) -> PublicationReport:
        raise duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block")

    with pytest.raises(OutOfRoomError, match="TONGKET_WAREHOUSE_MEMORY"):
        gating.gate(home, database, token, too_much, run="r", note="", now=NOW)
    said = tokens.of(home, database)
    assert said is not None and said.gate is None


def test_the_gate_counts_by_the_forms_and_indicators_of_the_moment(home: Home) -> None:
    database, token = of_a_moment(home)
    own = home.registry / "indicators" / "later.yml"
    own.parent.mkdir()
    own.write_text("an office is about to write something", encoding="utf-8")
    given: list[object] = []

    def check(*told: object) -> PublicationReport:
        given.append(told[-1])
        return PublicationReport({})

    gating.gate(home, database, token, check, run="r", note="", now=NOW)
    assert given == [load_catalogue()]


def test_the_gate_says_when_nothing_has_been_accepted_yet(home: Home) -> None:
    database, token = of_a_moment(home)
    report = PublicationReport({"bronze_totals": 0}, (PublicationFailure("bronze_totals", {}, None, None),))
    word = gating.gate(home, database, token, lambda *_: report, run="r", note="", now=NOW)
    assert word.is_empty and word.failures


def test_a_registry_that_breaks_before_a_publication_is_told_of_where_it_lies(home: Home) -> None:
    path = home.registry / "organisations.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:2], lines[2].replace(",", ";"), *lines[3:]]), encoding="utf-8")
    with pytest.raises(RegistryError) as told:
        moment.take(home, "run", lambda: NOW)
    assert f"{path}, row 3" in told.value.told("en"), "and not in a copy that is gone by then"


def of_a_moment(home: Home) -> tuple[Path, tokens.Token]:
    """Fix a moment, and have something that counts as a database built from it."""
    fixed = moment.take(home, "run", lambda: NOW)
    database = home.build / "warehouse.duckdb"
    database.write_bytes(b"a database")
    token = tokens.Token(sha256_of(database), "run", fixed, "project", "1")
    tokens.write(home, token)
    return database, token


def test_a_run_that_was_killed_does_not_look_alive_for_ever(home: Home) -> None:
    with open_instance(home) as instance:
        ours, theirs, other = (
            instance.create_run_for_job(
                defs.resolve_job_def(job), status=dg.DagsterRunStatus.STARTED, tags=tags
            )
            for job, tags in (
                ("publish_release", {LAUNCHED_BY_TAG: COMMAND_LINE}),
                ("publish_release", {}),
                ("intake", {LAUNCHED_BY_TAG: COMMAND_LINE}),
            )
        )
        assert len(close_interrupted_runs(instance, {"publish_release"})) == 1
        statuses = [instance.get_run_by_id(run.run_id).status for run in (ours, theirs, other)]  # type: ignore[union-attr]
    failed, alive = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.STARTED
    assert statuses == [failed, alive, alive], "intake is another lock's, and may be at work"


def test_a_command_that_was_killed_does_not_keep_the_queue_of_the_page_waiting(home: Home) -> None:
    code = (
        "import sys; from pathlib import Path; from ingestion.storage.home import Home\n"
        "from orchestration.lock import publication_lock\n"
        "with publication_lock(Home(Path(sys.argv[1]))): print('held', flush=True); sys.stdin.read()"
    )
    failed, alive = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.STARTED
    with open_instance(home) as instance:
        runs = [
            instance.create_run_for_job(defs.resolve_job_def(job), status=alive, tags=tags)
            for job, tags in (
                ("intake", {LAUNCHED_BY_TAG: COMMAND_LINE}),
                ("publication", {LAUNCHED_BY_TAG: COMMAND_LINE}),
                ("intake", {}),
            )
        ]

        def looked() -> list[dg.DagsterRunStatus]:
            resources = {"home": TongketHome(root=str(home.root)), "clock": Clock()}
            inbox_sensor(dg.build_sensor_context(instance, resources=resources, definitions=defs))
            return [instance.get_run_by_id(run.run_id).status for run in runs]  # type: ignore[union-attr]

        with subprocess.Popen(
            [sys.executable, "-c", code, str(home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as publishing:
            assert publishing.stdout is not None and publishing.stdout.readline()
            assert looked() == [failed, alive, alive], "a command publishes, and Dagster knows of its own runs"
            publishing.communicate()
        assert looked() == [failed, failed, alive]
        told = Outbox(home.outbox).read()[0]
    assert [(entry.alert.facts["job"], entry.alert.facts["cause"]) for entry in told] == [
        ("intake", failing.KILLED),
        ("publication", failing.KILLED),
    ]


def test_dagster_and_dg_find_in_a_clone_what_the_page_serves() -> None:
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    served = dagster_dev("127.0.0.1", 3000)
    module = served[served.index("--module-name") + 1]
    assert stated["dagster"] == {"module_name": module}
    # `dg` knows no other keys than these, and one that it does not know ends it.
    assert stated["dg"] == {
        "directory_type": "project",
        "project": {"root_module": module.partition(".")[0], "code_location_target_module": module},
    }
    assert isinstance(importlib.import_module(module).defs, dg.Definitions)


def test_definitions_load_from_a_clone_in_which_nothing_was_parsed(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    for name in ("ingestion", "orchestration", "reports", "dbt_project"):
        ignored = shutil.ignore_patterns("target", "logs", "__pycache__")
        shutil.copytree(ROOT / name, clone / name, ignore=ignored)
    for layer in (
        "intermediate",
        "marts",
        "reports",
    ):  # one that can be parsed is enough; all of them take long
        shutil.rmtree(clone / "dbt_project" / "models" / layer)
    (clone / "dbt_project" / "models" / "_exposures.yml").unlink()  # of models that are gone
    shutil.copy(ROOT / "dagster.yaml", clone)
    script = (
        "from orchestration.definitions import defs\n"
        "import orchestration, sys; assert 'dbt' not in sys.modules, 'it takes long, and a clerk waits'\n"
        "models = [one for one in defs.resolve_all_asset_specs() if one.key.path[-1].startswith('stg_')]\n"
        "print(orchestration.__file__, len(models))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        cwd=clone,
        env={**os.environ, "PYTHONPATH": str(clone)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    where, count = done.stdout.split()[-2:]
    assert where.startswith(str(clone)), "the test loaded another checkout"
    assert int(count) > 0
    assert list((clone / "dbt_project" / "target").rglob("manifest.json"))
