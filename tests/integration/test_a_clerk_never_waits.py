"""While a publication is at work, files are taken in, judged, marked and told, and decisions are taken.

The publication is stood for by what it holds, in another process, and by the moment that it fixed.
"""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ingestion import pipeline
from ingestion.alerts.outbox import Outbox
from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry import load_registry
from ingestion.landing import inbox
from ingestion.landing.events import Received
from ingestion.landing.ledger import Ledger
from ingestion.pipeline import Office, decide
from ingestion.storage.home import Home
from orchestration import moment, runs
from orchestration.definitions import defs
from orchestration.lock import PublicationBusyError, is_publishing, writer_lock
from orchestration.partitions import add_periods
from orchestration.progress import Silent
from orchestration.resources import Clock, TongketHome
from orchestration.sensors import inbox_sensor, publication_sensor
from tests.integration.small_state import MEMBERS, UNIT, Tables, make_home, write_sound

FILED = datetime.now(UTC)
LATER = "2099-01-01T00:00:00+00:00"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = make_home(tmp_path / "home")
    contacts = f"org_code,role,channel,language\n{UNIT},clerk,folder://clerk,vi\n"
    (home.registry / "contacts.csv").write_text(contacts, encoding="utf-8")
    Outbox(home.outbox).open(FILED - timedelta(days=1))
    return home


def unsound(tables: Tables) -> None:
    tables["B01"][0]["closing_members"] = MEMBERS + 1


def test_a_file_is_answered_marked_and_told_while_another_process_publishes(home: Home, tmp_path: Path) -> None:
    fixed = moment.take(home, "at work", lambda: FILED)
    inbox.put_in_inbox(home, write_sound(home, "2019-N", tmp_path / "a.xlsx", unsound), UNIT, FILED)
    inbox.put_in_inbox(home, write_sound(home, "2020-N", tmp_path / "b.xlsx"), UNIT, FILED)
    code = (
        "import sys; from pathlib import Path; from ingestion.storage.home import Home\n"
        "from orchestration.lock import publication_lock\n"
        "with publication_lock(Home(Path(sys.argv[1]))): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as publishing:
        assert publishing.stdout is not None and publishing.stdout.readline()
        assert is_publishing(home)
        assert taken_in(home)
        with pytest.raises(PublicationBusyError):
            runs.run_job(home, "publication", Silent())
        publishing.communicate()
    name = f"{UNIT}.2019-N.r1"
    assert Ledger(home.ledger).replay().submissions[name].verdict is not None
    assert list(home.returns.rglob("*.xlsx")), "it was marked"
    assert [path for path in home.mailboxes.rglob("*") if path.is_file()], "it was told"
    assert moment.read(moment.taken(home)) == fixed, "what is being published is as of its moment"
    assert not Ledger(moment.taken(home).ledger).replay().submissions
    with dg.DagsterInstance.ephemeral() as instance:
        assert isinstance(publication_sensor(context_of(home, instance, LATER)), dg.SkipReason)
    office = Office(home, load_registry(home.registry), load_catalogue(), lambda: datetime.now(UTC))
    held = f"{UNIT}.2020-N.r1"
    decide(office, held, "accept", reason="filed late", by="office")
    assert moment.read(moment.taken(home)) == fixed
    with dg.DagsterInstance.ephemeral() as instance:
        asked = publication_sensor(context_of(home, instance, LATER))
    assert isinstance(asked, dg.RunRequest), "what counts since is in the next one"


def test_what_counted_before_is_asked_for_again_when_something_else_has_been_shown_meanwhile(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moment, "counting_submissions", lambda _: [f"{UNIT}.2020-N.r1"])

    def asked() -> str | None:
        with dg.DagsterInstance.ephemeral() as instance:
            found = publication_sensor(context_of(home, instance, LATER))
        assert isinstance(found, dg.RunRequest)
        return found.run_key

    first = asked()
    assert asked() == first, "the same is asked for once"
    monkeypatch.setattr(moment, "counting_submissions", lambda _: [])
    home.warehouse.parent.mkdir(exist_ok=True)
    home.warehouse.touch()
    moment.take(home, "one that shows nothing", lambda: FILED, moment.published)
    monkeypatch.setattr(moment, "counting_submissions", lambda _: [f"{UNIT}.2020-N.r1"])
    assert asked() not in (None, first)


def test_no_publication_is_asked_for_while_the_registry_is_refused_and_one_is_once_it_is_mended(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moment, "counting_submissions", lambda _: [f"{UNIT}.2020-N.r1"])
    path = home.registry / "terms.csv"
    sound = path.read_text(encoding="utf-8")
    path.write_text(sound.replace("2015-2020-NK,2016", "2015-2020-NK,2015"), encoding="utf-8")
    with dg.DagsterInstance.ephemeral() as instance:
        assert isinstance(publication_sensor(context_of(home, instance, LATER)), dg.SkipReason)
        path.write_text(sound, encoding="utf-8")
        assert isinstance(publication_sensor(context_of(home, instance, LATER)), dg.RunRequest)


def taken_in(home: Home) -> bool:
    """Do what the daemon does: look at the inbox, and launch what is asked for."""
    with dg.DagsterInstance.ephemeral() as instance:
        looked = inbox_sensor(context_of(home, instance, LATER))
        assert isinstance(looked, dg.SensorResult)
        (asked,) = looked.run_requests or ()
        for added in looked.dynamic_partitions_requests or ():
            add_periods(instance, added.partition_keys)
        job = defs.resolve_job_def("intake")
        state = {"TONGKET_HOME": str(home.root)}
        with pytest.MonkeyPatch.context() as patch:
            for variable, value in state.items():
                patch.setenv(variable, value)
            return job.execute_in_process(
                instance=instance, tags=dict(asked.tags), raise_on_error=False
            ).success


def context_of(home: Home, instance: dg.DagsterInstance, now: str) -> dg.SensorEvaluationContext:
    resources = {"home": TongketHome(root=str(home.root)), "clock": Clock(fixed_at=now)}
    return dg.build_sensor_context(instance=instance, resources=resources, definitions=defs)


def test_what_changes_while_a_publication_waits_is_of_its_moment_and_what_comes_after_is_not(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisations, calendar = home.registry / "organisations.csv", home.registry / "calendar.csv"
    form = home.registry / "forms" / "later.yml"
    sound = organisations.read_bytes()
    began, asked, at_work = datetime.now(UTC), threading.Event(), pipeline.rebuild_bronze
    monkeypatch.setattr(moment, "writer_lock", lambda *of: (asked.set(), writer_lock(*of))[1])

    def rebuilt(*of: Any, **named: Any) -> Any:
        """Edit while the copies are made, as a hand can that knows of no lock."""
        organisations.write_bytes(sound)
        form.parent.mkdir(exist_ok=True)
        form.write_text("an office is about to write something", encoding="utf-8")
        return at_work(*of, **named)

    monkeypatch.setattr("ingestion.pipeline.rebuild_bronze", rebuilt)
    with ThreadPoolExecutor(1) as publishing:
        with writer_lock(home):
            taking = publishing.submit(moment.take, home, "waits", lambda: datetime.now(UTC))
            assert asked.wait(60)
            organisations.write_bytes(sound + b"VD-MOI,New,DISTRICT,,,,,1,DANG,2019-01-01,\r\n")
            calendar.write_bytes(calendar.read_bytes() + b"2021-N,,,,\r\n")
            filed = datetime.now(UTC)
            names = {"submission": f"{UNIT}.2020-N.r1", "unit": UNIT, "period": "2020-N", "arrival": "1"}
            names |= {"sha256": "0" * 64, "file": "landing/x", "original_name": "x.xlsx", "kind": "xlsx"}
            received = Received(**names, revision=1, period_basis="", received_at=filed, at=filed)
            with Ledger(home.ledger).writing() as ledger:
                ledger.append([received])
        fixed = taking.result(60)
    kept = moment.taken(home)
    registry = load_registry(kept.registry)
    assert {"VD-MOI"} <= registry.versions.keys() and "2021-N" in registry.periods
    assert not (kept.registry / "forms").exists(), "one moment: what was edited between belongs to the next"
    assert [record.received_at for record in Ledger(kept.ledger).replay().submissions.values()] == [filed]
    assert began < filed == fixed.as_of <= fixed.at
