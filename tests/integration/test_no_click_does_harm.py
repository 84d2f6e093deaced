"""Whatever is chosen on Dagster's page, in any order: what is up was built whole and passed the gate.

dbt, the gate and the renderer are replaced by what writes a line into a file, so that hundreds of selections
take seconds; everything between them is the product's own. What a database says tells how it came about, and
pages say which database they were made from.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.storage.files import sha256_of
from ingestion.storage.home import Home
from orchestration import alerting, assets, checks, dbt, moment, publication, tokens
from orchestration.lock import publication_lock
from orchestration.partitions import add_periods, tags_of_everything
from orchestration.resources import resources
from orchestration.warehouse import candidate_database, prepare_manifest
from reports import release as releases
from reports import stamp
from reports.publication_gate import PublicationFailure, PublicationReport
from tests.integration.small_state import make_home

MODELS = ("fct_study", "fct_target")  # with tests of their own, so that some are less than all
STEPS = ("snapshot", "candidate", "candidate_gate", "warehouse", "warehouse_gate", *("report_project",))
STEPS += ("rendered_reports", "release", "registry_reference", "bronze")
PARTS = ("none", "all", "one", "all without tests", "tests alone", "one test")
SILENT = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
REFUSAL = PublicationFailure(
    "bronze_totals", {"form": "B01", "unit": "VD-NX", "period": "2018-N", "column": "x"}, 2.0, 1.0
)


def few_models() -> dict[str, Any]:
    """Give the project's manifest with two models and their tests alone."""
    manifest: dict[str, Any] = json.loads(prepare_manifest().read_text(encoding="utf-8"))
    models = {f"model.tongket.{name}" for name in MODELS}
    kept = {
        name: node
        for name, node in manifest["nodes"].items()
        if name in models or (node["resource_type"] == "test" and set(node["depends_on"]["nodes"]) <= models)
    }
    source = next(name for name in manifest["sources"] if "reference" not in name)
    for name in models:
        kept[name]["depends_on"]["nodes"] = [source]
    sources = {source: manifest["sources"][source]}
    manifest |= {"nodes": kept, "sources": sources, "exposures": {}, "unit_tests": {}, "metrics": {}}
    for edges in ("parent_map", "child_map"):
        manifest[edges] = {name: [o for o in manifest[edges].get(name, ()) if o in kept] for name in kept}
    return manifest


@dataclass(frozen=True)
class Site:
    """Pages that say of which database they were made."""

    says: str
    units: tuple[str, ...] = ()


@dataclass
class World:
    """A state folder, and what the stand-ins did in it."""

    home: Home
    defs: dg.Definitions
    instance: dg.DagsterInstance
    models: dg.AssetsDefinition
    builds: int = 0
    passes: bool = True
    passed: set[str] = field(default_factory=set)

    def run(self, steps: frozenset[str], part: str) -> bool:
        """Run a selection as the page does; say whether it succeeded."""
        keys = [dg.AssetKey(step) for step in steps if not step.endswith("_gate")]
        gates = [
            dg.AssetCheckKey(dg.AssetKey(step.removesuffix("_gate")), "publication_gate")
            for step in steps
            if step.endswith("_gate")
        ]
        tests = sorted(self.models.check_keys, key=str)
        if part in ("all", "all without tests"):
            keys += sorted(self.models.keys)
        if part == "one":
            keys += sorted(self.models.keys)[:1]
        if part in ("all", "tests alone"):
            gates += tests
        if part == "one test":
            gates += tests[:1]
        if not keys and not gates:
            return True
        job = self.defs.resolve_implicit_global_asset_job_def()
        chosen = job.get_subset(asset_selection=set(keys), asset_check_selection=set(gates))
        # Some selections begin with intake's assets, which want to know for which period.
        tags = tags_of_everything(["unknown"])
        done = chosen.execute_in_process(
            instance=self.instance, raise_on_error=False, run_config=SILENT, tags=tags
        )
        return done.success

    def demand_sound(self) -> None:
        """What readers open is whole and gated, and the site shows a warehouse that was."""
        if self.home.warehouse.exists():
            content = self.home.warehouse.read_text()
            assert content.startswith("whole"), "a part was put up"
            assert content in self.passed, "what the gate refused was put up"
        if (up := releases.current(self.home)) is not None:
            page = (up.folder / "index.html").read_text()
            assert page in self.passed
            assert {"warehouse", "built_by", "gated_by"} <= up.token.keys()
        assert not (self.home.build / "tried").exists()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = make_home(tmp_path_factory.mktemp("clicks") / "home")
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
        patch.setenv("TONGKET_HOME", str(home.root))
        add_periods(instance, ["unknown"])
        models = dbt.warehouse_models(few_models())  # type: ignore[arg-type]
        kept = {"dbt": dbt.dbt_resource(), **resources()}
        defs = dg.Definitions(
            assets=[*assets.ALL, models, publication.candidate(models), *publication.ALL],
            asset_checks=checks.ALL,
            resources=kept,
            executor=dg.in_process_executor,
        )
        made = World(home, defs, instance, models)
        stand_in(patch, made)
        yield made


def stand_in(patch: pytest.MonkeyPatch, world: World) -> None:
    def built(build: Any, database: Path, bronze: Path, *_: Any) -> Iterator[Any]:
        context = build.context
        assert (bronze / "submissions.parquet").is_file()
        world.builds += 1
        is_whole = not database.exists()
        database.write_text(f"{'whole' if is_whole else 'part'} {world.builds}")
        for key in sorted(context.selected_asset_keys):
            yield dg.Output(None, output_name=key.to_python_identifier())
        for check in sorted(context.selected_asset_check_keys, key=str):
            yield dg.AssetCheckResult(passed=True, asset_key=check.asset_key, check_name=check.name)

    def checked(database: Path, *_: Any, **__: Any) -> PublicationReport:
        if not world.passes:
            return PublicationReport({}, (REFUSAL,))
        world.passed.add(database.read_text())
        return PublicationReport({})

    def written(site: Site, folder: Path, **_: Any) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "_quarto.yml").write_text("project:\n  output-dir: _site\n")
        (folder / "index.qmd").write_text(site.says)

    def rendered(folder: Path, **_: Any) -> SimpleNamespace:
        (folder / "_site").mkdir()
        (folder / "_site" / "index.html").write_text((folder / "index.qmd").read_text())
        report = SimpleNamespace(
            outputs=("index.html",), folder=folder, runner="embedded", warnings=(), succeeded=True
        )
        report.require_success = lambda: report
        return report

    def tables_written(warehouse: Path, queries: Mapping[str, str], folder: Path) -> None:
        for place in queries:
            (folder / place).parent.mkdir(exist_ok=True)
            (folder / place).write_text(warehouse.read_text())

    patch.setattr(dbt, "_built", built)
    patch.setattr(dbt, "run_dbt", lambda *_: None)
    patch.setattr(dbt, "with_facts", lambda events, *_: events)
    patch.setattr(checks, "check_marts", checked)
    patch.setattr(publication, "load_site", lambda warehouse, **_: Site(warehouse.read_text()))
    patch.setattr(publication, "write_project", written)
    patch.setattr(publication, "render_project", rendered)
    patch.setattr(publication, "count_rows", lambda *_: 0)
    patch.setattr(releases, "_write_tables", tables_written)


WHOLE = frozenset(STEPS)
AFTER_BUILD = frozenset({"candidate", "candidate_gate", "warehouse", "warehouse_gate"}) | {
    "report_project",
    "rendered_reports",
    "release",
}


@pytest.fixture
def published(world: World) -> World:
    """Give the world after a publication that succeeded."""
    world.passes = True
    assert world.run(WHOLE, "all")
    return world


def up(world: World) -> tuple[str, Path]:
    return world.home.warehouse.read_text(), world.home.site.resolve()


def test_a_part_of_the_models_or_tests_touches_neither_candidate_nor_warehouse(published: World) -> None:
    before = up(published)
    assert published.run(frozenset({"snapshot"}), "all"), "a candidate waits for the gate"
    waiting = candidate_database(published.home).read_text()
    for part in PARTS[2:]:
        assert not published.run(frozenset({"warehouse"}), part), "the gate has not passed the candidate"
        assert candidate_database(published.home).read_text() == waiting
        assert up(published) == before


def test_figures_that_the_gate_refuses_are_not_put_up_by_any_click(published: World) -> None:
    before = up(published)
    published.passes = False
    assert not published.run(WHOLE, "all")
    assert up(published) == before
    for step in sorted(AFTER_BUILD):
        published.run(frozenset({step}), "none")
        assert up(published)[0] == before[0], step
    assert not published.run(AFTER_BUILD - {"candidate_gate"}, "none")
    assert up(published) == before
    published.passes = True
    assert published.run(AFTER_BUILD, "none"), "what failed is run again from where it failed"
    assert up(published)[0] != before[0]
    published.demand_sound()


def test_a_warehouse_that_a_hand_changed_is_not_published(published: World) -> None:
    before = up(published)
    published.home.warehouse.write_text("halved by hand")
    reports = AFTER_BUILD - {"candidate", "candidate_gate", "warehouse"}
    assert not published.run(reports - {"warehouse_gate"}, "none")
    published.passes = False
    assert not published.run(reports, "none"), "the gate is asked anew"
    assert published.home.site.resolve() == before[1]
    published.home.warehouse.write_text(before[0])
    published.passes = True
    assert published.run(reports, "none")


def test_pages_that_were_changed_or_are_of_another_warehouse_are_not_released(published: World) -> None:
    before = up(published)
    page = published.home.build / "report" / "_site" / "index.html"
    page.write_text("changed")
    assert not published.run(frozenset({"release"}), "none")
    assert published.run(frozenset({"rendered_reports", "release"}), "none")
    assert up(published) == before
    assert published.run(WHOLE - {"report_project", "rendered_reports", "release"}, "all")
    assert not published.run(frozenset({"rendered_reports"}), "none"), "the project is of the warehouse before"
    assert not published.run(frozenset({"release"}), "none")
    assert published.home.site.resolve() == before[1]


def test_a_second_build_takes_the_word_of_no_gate_before_it(published: World) -> None:
    before = up(published)
    assert published.run(frozenset({"snapshot"}), "all")
    assert published.run(frozenset({"candidate_gate"}), "none"), "built and gated"
    assert published.run(frozenset({"snapshot"}), "all"), "and built again"
    assert not published.run(frozenset({"warehouse"}), "none")
    assert up(published) == before


def test_a_candidate_does_not_go_up_with_the_moment_of_another_snapshot(published: World) -> None:
    before, home = up(published), published.home
    shown = moment.read(moment.published(home))
    assert published.run(frozenset({"snapshot"}), "all")
    assert published.run(frozenset({"candidate_gate"}), "none"), "built and gated"
    assert published.run(frozenset({"snapshot"}), "none"), "and what was filed since is fixed"
    assert not published.run(frozenset({"warehouse"}), "none")
    assert up(published) == before
    assert moment.read(moment.published(home)) == shown, "the sensor would take it as shown"
    shutil.rmtree(moment.published(home).root)
    assert not published.run(frozenset({"report_project"}), "none"), "nobody knows which originals count in it"


@pytest.mark.parametrize("passes", [True, False])
def test_nothing_that_is_chosen_alone_puts_up_another_state(published: World, passes: bool) -> None:
    before = up(published)
    for selection in [*((frozenset({step}), "none") for step in STEPS), *((frozenset(), p) for p in PARTS)]:
        published.passes = passes
        published.run(*selection)
        assert up(published) == before, selection
    published.demand_sound()


def test_what_is_missing_of_the_build_is_made_anew_or_refused(published: World) -> None:
    before = up(published)
    shutil.rmtree(published.home.build)
    published.passes = False
    for step in (*STEPS, "publish"):
        reports = AFTER_BUILD - {"candidate", "candidate_gate", "warehouse"}
        published.run(reports if step == "publish" else frozenset({step}), "none")
        assert up(published) == before, step
    published.passes = True
    assert published.run(WHOLE, "all")
    assert up(published)[0] != before[0]
    published.demand_sound()


def test_a_token_of_another_database_or_of_an_earlier_release_opens_nothing(published: World) -> None:
    home, folder = published.home, published.home.build / "tokens"
    earlier = home.warehouse.read_text(), sha256_of(home.warehouse)
    token = (folder / f"{earlier[1]}.json").read_bytes()
    assert published.run(WHOLE, "all")
    before = up(published)
    assert published.run(frozenset({"snapshot"}), "all")
    candidate = folder / f"{sha256_of(candidate_database(home))}.json"
    own = candidate.read_bytes()
    for copied in (token, (folder / f"{sha256_of(home.warehouse)}.json").read_bytes()):
        candidate.write_bytes(copied)
        assert not published.run(frozenset({"warehouse"}), "none")
        assert not published.run(frozenset({"candidate"}), "none")
        assert up(published) == before
    candidate.write_bytes(own.replace(b'"gate": null', b'"gate": {"run": "by hand"}'))
    assert not published.run(frozenset({"warehouse"}), "none"), "it is none any more"
    assert up(published) == before
    # An older warehouse with all that was said of it: it was held against another release.
    home.warehouse.write_text(earlier[0])
    (folder / f"{earlier[1]}.json").write_bytes(token)
    published.passes = False
    for steps in (frozenset({"report_project"}), AFTER_BUILD - {"candidate", "candidate_gate", "warehouse"}):
        assert not published.run(steps, "none")
        assert home.site.resolve() == before[1]
    home.warehouse.write_text(before[0])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes of POSIX")
def test_a_second_publication_beside_one_at_work_does_nothing(published: World) -> None:
    before, (held, done) = up(published), (os.pipe(), os.pipe())
    process = os.fork()
    if not process:
        try:
            with publication_lock(published.home):
                os.write(held[1], b"x")
                os.read(done[0], 1)
        finally:
            os._exit(0)
    os.read(held[0], 1)
    builds = published.builds
    try:
        assert not published.run(WHOLE, "all")
        assert not published.run(AFTER_BUILD, "none")
        assert (up(published), published.builds) == (before, builds)
    finally:
        os.write(done[1], b"x")
        os.waitpid(process, 0)
    assert published.run(WHOLE, "all")


KILLED = 9
POINTS = (
    (tokens, "write"),
    (publication, "swap_in"),
    (moment, "keep"),
    (tokens, "prune"),
    (stamp, "written"),
    (stamp, "rendered"),
    (releases, "create"),
    (releases, "switch"),
    (alerting, "release_published"),
)
"""What changes the state folder after a build, in order; a run is killed before each, and so after the last."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes of POSIX")
def test_a_run_that_is_killed_at_any_step_leaves_what_was_up_or_what_passed(published: World) -> None:
    for module, name in POINTS:
        before = up(published)
        assert published.run(WHOLE - AFTER_BUILD, "all")
        built = candidate_database(published.home).read_text()
        process = os.fork()
        if not process:
            try:
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(module, name, lambda *_, **__: os._exit(KILLED))
                    published.run(AFTER_BUILD, "none")
            finally:
                os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == KILLED, name
        if name == "write":  # of the gate's word
            assert up(published) == before
        else:
            published.passed.add(built)
            assert up(published)[0] == (before[0] if name == "swap_in" else built)
        assert (published.home.site.resolve() == before[1]) is (name != "release_published")
        published.demand_sound()
    published.run(AFTER_BUILD, "none")
    published.demand_sound()
    assert published.run(WHOLE, "all"), "and the next one goes on"
    assert up(published)[0] not in (before[0], built)


SELECTIONS = tuple(
    (frozenset(step for step, chosen in zip(STEPS, picked, strict=True) if chosen), part)
    for part in PARTS
    for picked in product((False, True), repeat=len(STEPS))
)


@pytest.mark.hypothesis
@settings(max_examples=settings().max_examples // 20)
@given(st.lists(st.tuples(st.sampled_from(SELECTIONS), st.booleans()), min_size=1, max_size=3))
def test_no_selection_in_any_order_does_harm(
    world: World, clicks: list[tuple[tuple[frozenset[str], str], bool]]
) -> None:
    for (steps, part), passes in clicks:
        world.passes = passes
        world.run(steps, part)
        world.demand_sound()
