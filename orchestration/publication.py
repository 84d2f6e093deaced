"""Publication as assets, from the moment that is fixed to the release.

What belongs here: the steps around the models of the warehouse, and what each demands of the one before it.
What does not: how anything is computed, the models themselves (`dbt.py`), the gate (`gating.py`, `checks.py`).

Any of these can be run alone from Dagster's page, in any order. Each one therefore looks at what lies there,
not at what a run did before: a database needs a token, pages need a stamp, and both are bound to the bytes.
"""

import sys
from collections import Counter
from pathlib import Path

import dagster as dg

from ingestion import pipeline
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.overlay import catalogue_of
from ingestion.storage.home import Home
from orchestration import alerting, groups, tokens
from orchestration import moment as moments
from orchestration.assets import Listener, Result
from orchestration.environment import code_version
from orchestration.progress import counter
from orchestration.project import project_of
from orchestration.resources import Clock, PublicationHome, Renderer
from orchestration.warehouse import candidate_database, project_fingerprint, swap_in
from reports import release as releases
from reports import stamp
from reports.database import connect, in_words
from reports.loading import load_site
from reports.project import write_project
from reports.quarto_project import find_project
from reports.render import render_project
from reports.sections import plan_of


@dg.asset(
    deps=["bronze", "registry_reference"],
    group_name=groups.WAREHOUSE,
)
def snapshot(context: dg.AssetExecutionContext, publication: PublicationHome, clock: Clock) -> Result:
    """Ledger, registry and bronze as of one moment; what is filed or decided later is in the next release.

    Intake goes on meanwhile. Originals of what counts are compared with their hashes. A registry that changed
    is recorded as a version, and one that is refused keeps the publication waiting.
    """
    home = publication.home
    moment = moments.take(home, context.run_id, clock.now, moments.taken, moments.publishable)
    return dg.MaterializeResult(
        metadata={
            "as_of": moment.as_of.isoformat(),
            "submissions": len(moment.submissions),
            "registry": moment.registry,
        }
    )


def candidate(models: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """Give the asset that stands for the finished warehouse before readers see it."""

    @dg.asset(
        name="candidate",
        deps=sorted(models.keys),
        group_name=groups.WAREHOUSE,
    )
    def finished(publication: PublicationHome) -> Result:
        """The new warehouse, if one run built all of it and every test passed; readers do not see it yet."""
        token = tokens.demand_whole(publication.home, candidate_database(publication.home))
        return dg.MaterializeResult(
            metadata={"sha256": token.sha256, "built_by": token.run, "moment": token.moment.at.isoformat()}
        )

    return finished


class NoteConfig(dg.Config):
    """What is said to readers of a release."""

    note: str = ""


@dg.asset(
    deps=["candidate"],
    group_name=groups.WAREHOUSE,
)
def warehouse(publication: PublicationHome, config: NoteConfig) -> Result:
    """The DuckDB file that readers open; replaced in one step by a whole one that the gate has passed."""
    home = publication.home
    database = candidate_database(home)
    fingerprint = project_fingerprint(project_of(catalogue_of(moments.taken(home)), home))
    token = tokens.demand_candidate(home, database, releases.current(home), config.note, fingerprint)
    swap_in(database, home.warehouse)
    moments.keep(home)
    tokens.prune(home, token)
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(home.warehouse),
            "bytes": home.warehouse.stat().st_size,
            "figures": count_rows(home.warehouse, "fct_indicator_value"),
            "sha256": token.sha256,
        }
    )


class ReportConfig(dg.Config):
    """What the reports are about."""

    term: str | None = None
    note: str = ""


@dg.asset(
    deps=[warehouse],
    group_name=groups.REPORT,
)
def report_project(publication: PublicationHome, progress: Listener, config: ReportConfig) -> Result:
    """Pages as `.qmd` with the figures in them, and charts: a record that can be read and compared."""
    home = publication.home
    token = tokens.demand_published(home, releases.current(home), config.note)
    moment = token.moment
    pipeline.demand_originals(home, ledger=_place_of(home, token).ledger)
    progress.start("pages")
    catalogue = _catalogue_of(home, token)
    site = load_site(
        home.warehouse,
        as_of=moment.as_of,
        code_version=code_version(),
        term=config.term or None,
        notes=releases.notes(home, config.note, moment.as_of),
        plan=plan_of(catalogue),
        units=catalogue.units,
        kinds=catalogue.kinds,
    )
    folder = project_folder(home)
    write_project(site, folder, chart_cache=home.build / "charts", progress=counter(progress, "pages"))
    made_of = stamp.Stamp(token.sha256, moment.as_of, moment.submissions, config.note)
    stamp.written(folder, made_of)
    progress.finish("pages", str(len(site.units)))
    return dg.MaterializeResult(metadata={"path": dg.MetadataValue.path(folder), "units": len(site.units)})


@dg.asset(
    deps=[report_project],
    group_name=groups.REPORT,
)
def rendered_reports(publication: PublicationHome, renderer: Renderer, progress: Listener) -> Result:
    """Finished HTML and PDF, by Quarto or by the embedded runner with the same arguments."""
    home = publication.home
    folder = project_folder(home)
    stamp.unrendered(folder, _published(home).sha256)
    progress.start("rendering")
    report = render_project(
        folder,
        quarto=renderer.program,
        progress=counter(progress, "rendering"),
    )
    if not report.succeeded:
        # Where this process's output goes is the log that the command line names.
        sys.stderr.write(report.log.read_text(encoding="utf-8"))
    report.require_success()
    stamp.rendered(folder, report.runner)
    suffixes = Counter(Path(output).suffix for output in report.outputs)
    progress.finish("rendering", f"{suffixes['.html']} HTML, {suffixes['.pdf']} PDF")
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(report.folder),
            "runner": report.runner,
            "html": suffixes[".html"],
            "pdf": suffixes[".pdf"],
            "warnings": list(report.warnings),
        }
    )


@dg.asset(
    deps=[rendered_reports],
    group_name=groups.REPORT,
)
def release(publication: PublicationHome, clock: Clock, progress: Listener) -> Result:
    """An immutable folder with a manifest; `site` is switched to it in one step.

    Where nothing has changed since the newest release, that one stays.
    """
    home = publication.home
    folder = project_folder(home)
    progress.start("release")
    pages = stamp.demand_rendered(folder, _published(home).sha256)
    token = tokens.demand_published(home, releases.current(home), pages.note)
    made = releases.create(
        home,
        find_project(folder).output_folder,
        as_of=pages.as_of,
        code_version=code_version(),
        submissions=pages.submissions,
        note=pages.note,
        warehouse=home.warehouse,
        facts=[form.fact_table for form in _catalogue_of(home, token).forms.values()],
        runner=pages.runner,
        token=token.as_manifest(),
        registry=token.moment.registry,
    )
    releases.switch(home, made)
    alerting.release_published(home, made, releases.before(home, made), clock.now())
    progress.finish("release", made.name)
    return dg.MaterializeResult(metadata={"release": made.name, "path": dg.MetadataValue.path(made.folder)})


def _published(home: Home) -> tokens.Token:
    """Give the token of the warehouse that is up, whatever its gate said.

    Raises:
        TokenError: it has none.
    """
    token = tokens.of(home, home.warehouse)
    if token is None:
        raise tokens.TokenError("token.warehouse_not_gated")
    return token


def _place_of(home: Home, token: tokens.Token) -> Home:
    """Give the place of the moment from which a warehouse was built.

    Raises:
        TokenError: it is kept no more.
    """
    place = moments.find(home, token.moment)
    if place is None:
        raise tokens.TokenError("token.no_moment")
    return place


def _catalogue_of(home: Home, token: tokens.Token) -> Catalogue:
    """Give the forms by which a warehouse was built, and not what may have been added since."""
    return catalogue_of(_place_of(home, token))


ALL = (snapshot, warehouse, report_project, rendered_reports, release)
"""Every step of a publication that does not depend on what models the dbt project has."""


def project_folder(home: Home) -> Path:
    """Give the folder of the report project."""
    return home.build / "report"


def count_rows(warehouse: Path, table: str) -> int:
    """Count the rows of a mart."""
    with in_words(warehouse), connect(warehouse) as connection:
        counted = connection.table(table).count("*").fetchone()
    return int(counted[0]) if counted else 0
