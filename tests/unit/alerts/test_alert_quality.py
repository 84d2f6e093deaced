"""What is told of how well it goes: on each threshold and not under it, once while it stands."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from ingestion.alerts import conditions
from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.alerts.contacts import recipients
from ingestion.alerts.delivery import NotTried, deliver
from ingestion.alerts.limits import OfMeasures, OfRule, Share
from ingestion.alerts.measures import Filings, Measure, OfPeriod
from ingestion.alerts.outbox import Outbox
from ingestion.alerts.quality import delivery_alerts, filing_alerts, idle_alerts
from ingestion.alerts.successes import Successes, note_success, successes_of
from ingestion.alerts.thresholds import ThresholdsError, in_force, shipped, thresholds_of
from ingestion.alerts.watches import OF_FILINGS
from ingestion.alerts.wording import compose
from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry import Registry
from ingestion.definitions.registry_rows import CalendarPeriod, Contact
from ingestion.landing.events import UNKNOWN_PERIOD
from ingestion.records.findings import Verdict
from ingestion.storage.home import Home

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
UNITS = ("KA", "KB", "KC", "KD", "KE")
NEVER = Share(share=1, at_least=1000)
NOTHING = shipped().model_copy(
    update={
        "period": OfMeasures(returned=NEVER, explained=NEVER, late=NEVER, missing=NEVER),
        "unit": OfMeasures(returned=NEVER, explained=NEVER, late=NEVER, missing=NEVER),
        "rule": OfRule(returned=NEVER, explained=NEVER),
        "jump": NEVER,
    }
)
"""Thresholds that nothing reaches, of which a test lowers one."""


def only(group: str, measure: str, share: float, at_least: int):
    low = Share(share=share, at_least=at_least)
    part = low if group == "jump" else getattr(NOTHING, group).model_copy(update={measure: low})
    return NOTHING.model_copy(update={group: part})


def told(book, registry: Registry, thresholds, now: datetime = NOW, since: datetime = LONG_AGO) -> list[Alert]:
    return filing_alerts(Filings(book.state, registry, load_catalogue(), now, since), thresholds)


@pytest.mark.parametrize(
    ("count", "of", "is_reached"),
    [(3, 10, True), (2, 10, False), (3, 11, False), (3, 9, True), (0, 0, False)],
)
def test_a_share_is_reached_on_its_threshold_and_not_under_it(count: int, of: int, is_reached: bool) -> None:
    assert Share(share=0.3, at_least=3).is_reached(count, of) is is_reached
    assert not Share(share=0.3, at_least=4).is_reached(3, 10), "so few are no matter for everybody"


def file(book, measure: str, unit: str, found, period: str = "2025-N") -> None:
    """File a report of a unit that a measure counts."""
    day = datetime(2026, 3, 21 if measure == "late" else 1, 9, tzinfo=UTC)
    findings = {"returned": [found("V020")], "explained": [found("V020", "warning", explained=True)]}
    verdict = Verdict.REJECTED if measure == "returned" else Verdict.ACCEPTED
    book.file(unit, verdict, findings.get(measure, ()), day, period=period)


def test_what_of_a_unit_cannot_be_read_is_returned_to_it_though_nobody_knows_of_which_period(
    book, registry
) -> None:
    thresholds = only("unit", "returned", 0.5, 3)
    for _ in range(2):
        book.file("KA", Verdict.UNREADABLE, period=UNKNOWN_PERIOD)
    assert told(book, registry, thresholds) == []
    book.file("KA", Verdict.UNREADABLE, period=UNKNOWN_PERIOD)
    book.file("_unknown", Verdict.UNREADABLE, period=UNKNOWN_PERIOD)
    (alert,) = told(book, registry, thresholds)

    assert (alert.unit, alert.period, alert.facts["count"], alert.facts["filed"]) == ("KA", "", 3, 3)
    assert f"KA.{UNKNOWN_PERIOD}.r3" in alert.facts["names"]


@pytest.mark.parametrize("measure", ["returned", "explained", "late"])
def test_a_share_of_a_period_is_told_with_its_figures_on_the_threshold(book, registry, found, measure) -> None:
    low = only("period", measure, 0.4, 2)
    for unit in UNITS[2:]:
        file(book, "", unit, found)
    file(book, measure, "KA", found)
    assert told(book, registry, low) == []
    file(book, measure, "KB", found)
    (alert,) = told(book, registry, low)
    assert (alert.kind, alert.role, alert.period) == (Kind.SHARE_OF_PERIOD, Role.DATA_TEAM, "2025-N")
    assert (alert.facts["names"], alert.facts["filed"]) == (["KA", "KB"], 5)
    words = compose([alert], registry, "vi", "TK")
    assert words.subject.startswith("Báo cáo năm 2025: 2/5 đơn vị")
    assert "40,0\u00a0%" in words.body and "Đảng bộ KA, Đảng bộ KB" in words.body
    assert f"--acknowledge {alert.id}" in words.body and "status --period 2025-N" in words.body


GROUPS = {"period": 4, "unit": 4, "rule": 2}
KINDS = {"returned": Kind.SAME_RULE, "explained": Kind.SAME_EXPLANATION}
EACH = [(g, m) for g, number in GROUPS.items() for m in ("returned", "explained", "late", "missing")[:number]]


@pytest.mark.parametrize(("group", "measure"), EACH)
def test_each_shipped_threshold_is_told_of_on_it_and_not_just_under_it(
    book, registry, found, monkeypatch: pytest.MonkeyPatch, *, group: str, measure: str
) -> None:
    stated: Share = getattr(getattr(shipped(), group), measure)
    book.file("KA", Verdict.ACCEPTED)
    kind = {"period": Kind.SHARE_OF_PERIOD, "unit": Kind.SHARE_OF_UNIT}.get(group) or KINDS[measure]

    def is_told(count: int, of: int) -> bool:
        counted = Measure(tuple(f"U{n}" for n in range(count)), of)
        nothing = dict.fromkeys(("returned", "explained", "late", "missing"), Measure((), of))
        measures = nothing | {measure: counted} if group != "rule" else nothing
        rules = {measure: {"V020": counted}} if group == "rule" else {}
        of_period = OfPeriod(measures if group == "period" else nothing, rules, {"V020": found("V020")})
        monkeypatch.setattr("ingestion.alerts.watches.seen.of_period", lambda *_, **__: of_period)
        of_unit = measures if group == "unit" else nothing
        monkeypatch.setattr("ingestion.alerts.watches.seen.of_unit", lambda *_: of_unit)
        alerts = told(book, registry, shipped())
        assert {alert.kind for alert in alerts} <= {kind}
        return bool(alerts)

    on = round(1000 * stated.share)
    assert is_told(on, 1000) and is_told(on + 1, 1000) and not is_told(on - 1, 1000), "a share"
    few = stated.at_least
    assert is_told(few, few) and not is_told(few - 1, few - 1), "and so many at least"


@pytest.mark.parametrize("measure", ["returned", "explained", "late", "missing"])
def test_the_shipped_jump_is_told_of_on_it_and_not_just_under_it(
    book, registry, monkeypatch: pytest.MonkeyPatch, measure: str
) -> None:
    stated = shipped().jump
    years = replace(registry, calendar=(CalendarPeriod(period_code="2024-N"), *registry.calendar))
    old = NOW - timedelta(days=365)
    book.file("KA", Verdict.ACCEPTED, at=NOW, received_at=old, period="2024-N")
    book.file("KA", Verdict.ACCEPTED)

    def is_told(rise: int, of: int) -> bool:
        def counted(filings: Filings, period: str) -> OfPeriod:
            count = of // 10 + (rise if period == "2025-N" else 0)
            nothing = dict.fromkeys(("returned", "explained", "late", "missing"), Measure((), of))
            return OfPeriod(nothing | {measure: Measure(("KA",) * count, of)})

        monkeypatch.setattr("ingestion.alerts.watches.seen.of_period", counted)
        return Kind.JUMP in {alert.kind for alert in told(book, years, shipped())}

    on = round(1000 * stated.share)
    assert is_told(on, 1000) and is_told(on + 1, 1000) and not is_told(on - 1, 1000)
    few = stated.at_least
    assert is_told(few - few // 10, few) and not is_told(few - 1, few - 1), "of so few units nothing follows"


def test_a_share_of_a_unit_is_told_to_those_above_it_and_that_of_a_period_to_all_of_the_data_team(
    office,
) -> None:
    contacts = [
        ("KA", "clerk"),
        ("KA", "data_team"),
        ("KB", "data_team"),
        ("T", "data_team"),
        ("", "data_team"),
    ]
    registry = office([Contact(org_code=o, role=r, channel=f"json://{o}-{r}") for o, r in contacts])
    of_unit = Alert(Kind.SHARE_OF_UNIT, "", NOW, Role.DATA_TEAM, "KA")
    of_period = replace(of_unit, kind=Kind.SHARE_OF_PERIOD, unit="", period="2025-N")
    above, everybody = ([r.channel for r in recipients(registry, a)] for a in (of_unit, of_period))
    assert above == ["json://KA-data_team", "json://T-data_team", "json://-data_team"]
    assert everybody == ["json://KA-data_team", "json://KB-data_team", *above[1:]]


def test_units_without_a_report_are_a_share_of_those_that_owe_it_from_the_day_after(book, registry) -> None:
    for unit in UNITS[:3]:
        book.file(unit, Verdict.REJECTED)
    due = datetime(2026, 3, 20, 12, tzinfo=UTC)
    low = only("period", "missing", 0.4, 2)
    assert told(book, registry, low, due) == []
    (alert,) = told(book, registry, low, due + timedelta(days=1))
    assert (alert.facts["names"], alert.facts["filed"]) == (["KD", "KE"], 5)
    assert told(book, registry, low, due + timedelta(days=1), since=due + timedelta(hours=12)) == []


@pytest.mark.parametrize("measure", ["returned", "explained", "late"])
def test_a_share_of_a_units_own_reports_is_told_to_those_above_it(book, registry, found, measure) -> None:
    calendar = [CalendarPeriod(period_code=f"{year}-N", due_on=date(2026, 3, 20)) for year in range(2021, 2026)]
    years = replace(registry, calendar=tuple(calendar))
    low = only("unit", measure, 0.6, 3)
    for year in (2021, 2022):
        file(book, measure, "KA", found, f"{year}-N")
    for year in (2023, 2024):
        file(book, "", "KA", found, f"{year}-N")
    now = NOW + timedelta(days=30)
    assert told(book, years, low, now) == []
    file(book, measure, "KA", found, "2025-N")
    (alert,) = told(book, years, low, now)
    assert (alert.kind, alert.unit, alert.facts["filed"]) == (Kind.SHARE_OF_UNIT, "KA", 5)
    assert len(alert.facts["names"]) == 3 and alert.facts["names"][-1].startswith(
        "2025-N" if measure == "late" else "KA.2025-N"
    )
    assert told(book, years, low, NOW + timedelta(days=400)) == [], "it is of the last year"
    assert "3/5" in compose([alert], years, "vi", "TK").subject


def test_periods_without_a_report_of_a_unit_are_told(book, registry) -> None:
    calendar = [
        CalendarPeriod(period_code=f"{year}-N", due_on=date(2026, 2, 20)) for year in (2023, 2024, 2025)
    ]
    years = replace(registry, calendar=tuple(calendar))
    for unit in UNITS[1:]:
        for year in (2023, 2024, 2025):
            book.file(unit, Verdict.ACCEPTED, period=f"{year}-N")
    book.file("KA", Verdict.ACCEPTED, period="2023-N")
    (alert,) = told(book, years, only("unit", "missing", 0.6, 2))
    assert (alert.unit, alert.facts["names"], alert.facts["filed"]) == ("KA", ["2024-N", "2025-N"], 3)
    assert told(book, years, only("unit", "missing", 0.7, 2)) == []


def test_what_the_data_team_refused_or_took_back_was_not_returned(book, registry) -> None:
    low = only("period", "returned", 0.4, 2)
    for unit in UNITS:
        book.file(unit, Verdict.ACCEPTED)
    for unit in UNITS[:2]:
        held = book.file(unit, Verdict.ON_HOLD)
        book.decide(held, "reject", NOW)
    book.decide(f"{UNITS[2]}.2025-N.r1", "reject", NOW)
    assert told(book, registry, low) == []
    for unit in UNITS[:2]:
        book.file(unit, Verdict.REJECTED)
    (alert,) = told(book, registry, low)
    assert alert.facts["names"] == list(UNITS[:2])


@pytest.mark.parametrize(
    ("measure", "kind"), [("returned", Kind.SAME_RULE), ("explained", Kind.SAME_EXPLANATION)]
)
def test_a_rule_that_many_units_fail_or_explain_is_told_until_they_mend_it(
    book, registry, found, measure, kind
) -> None:
    low = only("rule", measure, 0.6, 3)
    for unit in UNITS[:2]:
        file(book, measure, unit, found)
    book.file("KD", Verdict.ACCEPTED, [found("V030", "notice")])
    book.file("KE", Verdict.ACCEPTED, [found("V030", "notice")])
    assert told(book, registry, low) == []
    file(book, measure, "KC", found)
    (alert,) = told(book, registry, low)
    assert (alert.kind, alert.facts["rule"], alert.facts["names"]) == (kind, "V020", ["KA", "KB", "KC"])
    body = compose([alert], registry, "en", "TK").body
    assert "V020" in body and "Đảng bộ KC" in body
    book.file("KA", Verdict.ACCEPTED, at=NOW + timedelta(days=1))
    assert told(book, registry, low) == []


def test_a_rule_that_is_broken_and_to_be_explained_is_one_alert(book, registry, found) -> None:
    both = NOTHING.model_copy(
        update={"rule": OfRule(returned=Share(share=0.6, at_least=3), explained=Share(share=0.4, at_least=2))}
    )
    for unit in UNITS[:3]:
        book.file(unit, Verdict.NEEDS_EXPLANATION, [found("V020", "warning"), found("V040", "warning")])
    for unit in UNITS[3:]:
        book.file(unit, Verdict.ACCEPTED, [found("V030", "warning", explained=True)])
    kinds = {alert.facts["rule"]: alert.kind for alert in told(book, registry, both)}
    assert kinds == {"V020": Kind.SAME_RULE, "V040": Kind.SAME_RULE, "V030": Kind.SAME_EXPLANATION}
    assert len(told(book, registry, both)) == 3
    for unit in UNITS[:3]:
        book.file(unit, Verdict.ACCEPTED, [found("V020", "warning", explained=True)], NOW + timedelta(days=1))
    rules = {(alert.facts["rule"], alert.kind) for alert in told(book, registry, both)}
    assert rules == {("V020", Kind.SAME_EXPLANATION), ("V030", Kind.SAME_EXPLANATION)}


def test_a_jump_is_held_against_the_same_period_of_the_year_before_that_may_be_an_import(
    book, registry, found
) -> None:
    years = replace(registry, calendar=(CalendarPeriod(period_code="2024-N"), *registry.calendar))
    old = datetime(2025, 3, 1, tzinfo=UTC)
    for number, unit in enumerate(UNITS):
        verdict = Verdict.REJECTED if number < 1 else Verdict.ACCEPTED
        book.file(unit, verdict, at=NOW, received_at=old, period="2024-N")
        file(book, "returned" if number < 2 else "", unit, found)
    (alert,) = told(book, years, only("jump", "", 0.2, 5))
    assert (alert.kind, alert.period, alert.facts["earlier"]) == (Kind.JUMP, "2025-N", "2024-N")
    body = compose([alert], years, "vi", "TK").body
    assert "trong 5 đơn vị đã nộp, 2 đơn vị bị trả lại (40,0\u00a0%)" in body
    assert (
        "(năm 2024, tính đến ngày 01/03/2025): trong 5 đơn vị đã nộp, 1 đơn vị bị trả lại (20,0\u00a0%)" in body
    )
    assert told(book, years, only("jump", "", 0.21, 5)) == []
    assert told(book, years, only("jump", "", 0.2, 6)) == [], "of too few units nothing follows"


def test_what_was_brought_in_of_old_years_is_no_news(book, registry, found) -> None:
    for unit in UNITS:
        book.file(unit, Verdict.REJECTED, [found("V020")], NOW, NOW - timedelta(days=400))
    assert told(book, registry, shipped()) == []


@pytest.mark.parametrize(("hours", "days"), [(47, 0), (49, 2)])
def test_no_run_since_yesterday_is_told_from_the_day_after(hours: int, days: int) -> None:
    midnight = datetime(2026, 2, 28, 17, tzinfo=UTC)  # of Vietnam
    last = midnight - timedelta(hours=1)
    found = idle_alerts(Successes(LONG_AGO, {"intake": last}), shipped(), last + timedelta(hours=hours - 23))
    assert [alert.facts["count"] for alert in found] == ([days] if days else [])
    assert idle_alerts(Successes(NOW), shipped(), NOW) == [], "of earlier runs nothing is known"


@pytest.mark.parametrize(
    ("jobs", "was", "days"),
    [
        ({"intake": 0, "publication": 9}, "publication", 9),
        ({"intake": 0, "publication": 9, "publish_release": 1}, None, 0),
        ({"intake": 9, "publication": 0}, "intake", 9),
        ({"intake": 9, "publish_release": 0}, "intake", 9),
        ({"intake": 9, "inbox_to_release": 1}, None, 0),
        ({"intake": 9, "publication": 8}, "", 8),
        ({"intake": 9}, "", 9),  # who never published is told of what does not run
        ({"intake": 0}, None, 0),
        ({"verify": 0, "intake": 5}, "", 5),
    ],
)
def test_a_standstill_is_of_what_takes_in_or_publishes_whatever_else_succeeds(
    registry, jobs: dict[str, int], was: str | None, days: int
) -> None:
    found = idle_alerts(
        Successes(LONG_AGO, {job: NOW - timedelta(days=ago) for job, ago in jobs.items()}), shipped(), NOW
    )
    assert [(a.facts.get("was", ""), a.facts["count"]) for a in found] == ([] if was is None else [(was, days)])
    for alert in found:
        said = {
            "": "không có lượt chạy nào",
            "intake": "lượt tiếp nhận nào",
            "publication": "lượt phát hành nào",
        }
        assert said[was or ""] in compose([alert], registry, "vi", "TK").body


def test_a_channel_that_fails_again_and_again_is_told_and_closes_itself(registry, tmp_path: Path) -> None:
    channels = [("KA", "clerk", "mailto://ka@vidu.example"), ("", "data_team", "json://team")]
    contacts = tuple(Contact(org_code=o, role=r, channel=c) for o, r, c in channels)
    office = replace(registry, contacts=contacts)
    outbox = Outbox(tmp_path)
    outbox.open(NOW)
    outbox.add(
        [Alert(Kind.ON_HOLD, "x", NOW, Role.CLERK, "KA", "2025-N", "KA.2025-N.r1", {"original_name": "b"})]
    )
    for number in range(3):
        assert delivery_alerts(outbox.read()[0], office, shipped(), NOW) == []
        deliver(outbox, office, tmp_path, NOW + timedelta(days=number), lambda _: "refused")
    (alert,) = delivery_alerts(outbox.read()[0], office, shipped(), NOW)
    assert alert.facts == {
        **{"to": "ka@vidu.example", "error": "refused", "count": 1, "attempts": 3},
        **{"rows": [2], "concerned": ["KA"]},
    }
    assert (
        "Kênh ka@vidu.example (contacts.csv, dòng 2) không nhận thư"
        in compose([alert], office, "vi", "TK").body
    )
    deliver(outbox, office, tmp_path, NOW + timedelta(days=9), lambda _: "")
    assert delivery_alerts(outbox.read()[0], office, shipped(), NOW) == []


@pytest.mark.parametrize("damaged", [0, 1])
def test_a_damaged_file_of_an_earlier_time_keeps_no_later_one_from_being_told(tmp_path, damaged: int) -> None:
    outbox = Outbox(tmp_path / "outbox")
    outbox.open(NOW)
    alert = Alert(Kind.SHARE_OF_PERIOD, "", NOW, Role.DATA_TEAM, period="2025-N", condition="2025-N\0late")
    times = []
    for _ in range(2):
        times += conditions.begin(outbox, [alert])
        conditions.end(outbox, lambda _: True, NOW)
    (tmp_path / "outbox" / f"{times[damaged].id}.json").write_bytes(b"")
    (again,) = conditions.begin(outbox, [alert])
    assert again.id not in {before.id for before in times}
    assert not conditions.begin(outbox, [alert]), "and it is told once"


def test_what_stands_is_told_once_may_be_acknowledged_and_is_told_anew_after_it_was_over(
    book, office, found, tmp_path: Path
) -> None:
    registry = office([Contact(org_code="", role="data_team", channel="json://team")])
    outbox, sent = Outbox(tmp_path), []
    low = only("rule", "returned", 0.2, 1)
    book.file("KA", Verdict.REJECTED, [found("V020")])
    for day in range(3):
        conditions.begin(outbox, told(book, registry, low, NOW + timedelta(days=day)))
        deliver(outbox, registry, tmp_path, NOW, lambda message: sent.append(message) or "")
    assert len(sent) == 1
    (entry,) = outbox.read()[0]
    assert conditions.acknowledge(outbox, "nothing", "lan", "đã biết", NOW) is None
    assert conditions.acknowledge(outbox, entry.alert.id, "lan", "đã biết", NOW) is not None
    again = conditions.acknowledge(outbox, entry.alert.id, "minh", "lại", NOW + timedelta(hours=1))
    assert again is not None and again.acknowledged is not None
    assert (again.acknowledged.by, again.acknowledged.reason) == ("lan", "đã biết"), "the first is kept"
    assert conditions.begin(outbox, told(book, registry, low)) == []
    assert conditions.end(outbox, lambda a: a.kind is Kind.SAME_RULE, NOW) == [entry.alert]
    (again,) = conditions.begin(outbox, told(book, registry, low))
    assert again.id != entry.alert.id


@pytest.mark.parametrize(
    ("kind", "run", "place"),
    [
        *((kind, "", "assets/verdicts?view=checks&checkDetail=quality") for kind in sorted(OF_FILINGS)),
        (Kind.NO_SUCCESS, "", "runs"),
        (Kind.DELIVERY_FAILED, "", "runs"),
        (Kind.RUN_FAILED, "1f2e", "runs/1f2e"),
        (Kind.RUN_FAILED, "", ""),  # a command, which Dagster's page does not know
    ],
)
def test_what_stands_is_told_with_a_link_to_where_it_is_seen(registry, tmp_path, kind, run, place) -> None:
    outbox, sent = Outbox(tmp_path / "outbox"), []
    outbox.open(NOW)
    outbox.add([Alert(kind, "x", NOW, Role.DATA_TEAM, facts={"run": run, "count": 1}, condition="x")])
    team = Contact(org_code="", role="data_team", channel="json://office")
    told_to = replace(registry, contacts=(team,))

    def send(message) -> str:
        sent.append(message.words)
        return ""

    deliver(outbox, told_to, tmp_path, NOW, send, page="http://etl.vidu.example")
    for text in (sent[0].body, sent[0].brief):
        assert (f"http://etl.vidu.example/{place}" in text.split()) is bool(place)
        assert ("http" in text) is bool(place)


def test_what_an_earlier_version_told_of_a_rule_is_not_told_again(
    book, registry, found, tmp_path: Path
) -> None:
    outbox = Outbox(tmp_path)
    outbox.open(NOW)
    facts = {"rule": "V020", "units": ["KA"], "filed": 1, "findings": []}
    outbox.add([Alert(Kind.SAME_RULE, "2025-N\0V020", NOW, Role.DATA_TEAM, period="2025-N", facts=facts)])
    book.file("KA", Verdict.REJECTED, [found("V020")])
    assert conditions.begin(outbox, told(book, registry, only("rule", "returned", 0.2, 1))) == []


def test_an_office_states_thresholds_of_its_own_and_the_others_are_as_shipped(tmp_path: Path) -> None:
    assert thresholds_of(tmp_path) == shipped()
    path = tmp_path / "thresholds.yml"
    path.write_text("idle_days: 3\nperiod:\n  returned: {share: 0.9}\n", encoding="utf-8")
    own = thresholds_of(tmp_path)
    assert (own.idle_days, own.period.returned) == (3, Share(share=0.9, at_least=5))
    assert own.period.late == shipped().period.late


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("period: {returned: {share: 30}}", "line 1, period.returned.share: “30”"),
        ("window_days: 36501", "line 1, window_days: “36501”"),
        ("idle_days: 36501", "line 1, idle_days: “36501”"),
        ("window_days: 0", "line 1, window_days: “0”"),
        ("delivery_failures: 1000001", "line 1, delivery_failures: “1000001”"),
        ("jump: {at_least: 1000001}", "line 1, jump.at_least: “1000001”"),
        ("jump: {share: 1.0000001}", "line 1, jump.share: “1.0000001”"),
        ("jump: {share: 0}", "line 1, jump.share: “0”"),
        (f"idle_days: 0x{'f' * 6000}", "line 1, idle_days: “0xfff"),
        (f"idle_days: {'9' * 6000}", "this is no YAML"),
        ("idle_days: yes", "line 1, idle_days: “yes”"),
        ("jump: {share: yes}", "line 1, jump.share: “yes”"),
        ("jump: {at_least: true}", "line 1, jump.at_least: “true”"),
        ("idle_days: 3\njump: {share: 0.3}\nidle_days: 5", "line 3: “idle_days” stands above as well"),
        ("period:\n  late:\n    share: 0.3\n    share: 0.5", "line 4: “share” stands above as well"),
        ("&whole\njump: *whole", "line 2, jump.jump: there is no such threshold"),
        ("idle_days: 3\nidle_dayz: 3", "line 2, idle_dayz: there is no such threshold"),
        ("jump: 3", "jump: “3”"),
        ("a: 1\n- b", "line 2"),
        ("- 1", "thresholds.yml: “[1]”"),
    ],
)
def test_thresholds_that_cannot_be_used_are_named_with_file_and_place(
    tmp_path: Path, text: str, place: str
) -> None:
    (tmp_path / "thresholds.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ThresholdsError) as caught:
        thresholds_of(tmp_path)
    assert place in caught.value.told("en") and "thresholds.yml" in caught.value.told("vi")


def test_the_largest_numbers_that_an_office_may_state_hold(book, registry, found, tmp_path: Path) -> None:
    numbers = "window_days: 36500\nidle_days: 36500\ndelivery_failures: 1000000\n"
    path = tmp_path / "thresholds.yml"
    path.write_text(numbers + "jump: {share: 1, at_least: 1000000}\n", encoding="utf-8")
    own = thresholds_of(tmp_path)
    book.file("KA", Verdict.REJECTED, [found("V020")])
    assert told(book, registry, own) == []
    assert idle_alerts(Successes(LONG_AGO), own, NOW) == []


def test_what_was_kept_of_an_earlier_version_and_is_too_large_holds_no_more(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.outbox.mkdir()
    home.registry.mkdir()
    kept = shipped().model_copy(update={"window_days": 1_000_000})
    (home.outbox / ".thresholds").write_text(kept.model_dump_json(), encoding="utf-8")
    (home.registry / "thresholds.yml").write_text("window_days: 1000000", encoding="utf-8")
    found = in_force(home)
    assert found.thresholds == shipped() and found.error is not None and not found.are_last_read


LATE = datetime(2026, 3, 25, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first_at", "first_received", "since"),
    [
        (NOW, NOW, NOW - timedelta(days=1)),
        (NOW, NOW, NOW + timedelta(days=10)),  # people are told since after it came
        (LATE - timedelta(hours=1), NOW - timedelta(days=60), NOW - timedelta(days=1)),  # brought in later
    ],
)
def test_who_was_in_time_is_not_late_with_a_correction(
    book, registry, first_at: datetime, first_received: datetime, since: datetime
) -> None:
    for unit in UNITS:
        book.file(unit, Verdict.ACCEPTED, at=first_at, received_at=first_received)
    for unit in UNITS[1:]:
        book.file(unit, Verdict.ACCEPTED, at=LATE)
    now = LATE + timedelta(hours=1)
    for group in ("period", "unit"):
        assert told(book, registry, only(group, "late", 0.01, 1), now, since) == []
    book.file("KA", Verdict.REJECTED, at=LATE)
    (alert,) = told(book, registry, only("period", "returned", 0.2, 1), now, since)
    assert (alert.facts["names"], alert.facts["filed"]) == (["KA"], 5), "of all that filed"


def test_a_first_report_on_which_the_product_failed_was_in_time_all_the_same(book, registry) -> None:
    book.receive("KA", NOW)
    book.file("KA", Verdict.ACCEPTED, at=LATE)
    assert told(book, registry, only("period", "late", 0.01, 1), LATE) == []


@pytest.mark.parametrize(
    ("granted", "until", "is_late"),
    [
        (date(2026, 3, 10), date(2026, 3, 25), False),  # before the deadline, up to the day it came
        (date(2026, 3, 24), date(2026, 4, 30), False),  # after it, and before the report
        (date(2026, 3, 22), date(2026, 3, 24), True),  # that was over
        (date(2026, 3, 26), date(2026, 4, 30), True),  # for a correction of what had come too late
    ],
)
def test_who_files_in_days_that_were_granted_is_not_late(
    book, registry, granted: date, until: date, *, is_late: bool
) -> None:
    book.reopen("KA", until, datetime.combine(granted, time(9), UTC))
    book.file("KA", Verdict.ACCEPTED, at=LATE)
    book.file("KB", Verdict.ACCEPTED, at=LATE)
    (alert,) = told(book, registry, only("period", "late", 0.01, 1), LATE + timedelta(days=2))
    assert alert.facts["names"] == (["KA", "KB"] if is_late else ["KB"])


def test_who_was_granted_days_owes_nothing_until_they_are_over(book, registry) -> None:
    book.reopen("KA", date(2026, 4, 2), LATE)
    low = only("period", "missing", 0.01, 1)
    named = [told(book, registry, low, LATE + timedelta(days=day))[0].facts["names"] for day in (8, 9)]
    assert named == [list(UNITS[1:]), list(UNITS)]


def test_late_periods_of_a_unit_are_those_whose_first_report_came_in_the_window(book, registry) -> None:
    days = {"2023-N": date(2024, 3, 20), "2024-N": date(2025, 3, 20), "2025-N": date(2026, 3, 20)}
    calendar = tuple(CalendarPeriod(period_code=period, due_on=day) for period, day in days.items())
    years = replace(registry, calendar=(*calendar, CalendarPeriod(period_code="2022-N")))
    for year in (2024, 2025):  # late, and corrected now
        book.file("KA", Verdict.ACCEPTED, at=LATE.replace(year=year), period=f"{year - 1}-N")
        book.file("KA", Verdict.ACCEPTED, at=LATE, period=f"{year - 1}-N")
    book.file("KA", Verdict.ACCEPTED, at=LATE, period="2022-N")  # which has no deadline
    low = only("unit", "late", 0.5, 1)
    assert [a.facts["names"] for a in told(book, years, low, LATE + timedelta(days=1))] == []
    book.file("KA", Verdict.ACCEPTED, at=LATE)
    (alert,) = told(book, years, low, LATE + timedelta(days=1))
    assert (alert.facts["names"], alert.facts["filed"]) == (["2025-N"], 1)
    assert "có 1 kỳ nộp muộn trong 1 kỳ có hạn đã nộp" in compose([alert], years, "vi", "TK").body


def test_a_year_is_held_against_what_was_known_as_long_before_the_deadline_of_the_year_before(
    book, registry, found
) -> None:
    due = {"2024-N": date(2025, 3, 10), "2025-N": date(2026, 3, 20)}
    calendar = tuple(CalendarPeriod(period_code=period, due_on=day) for period, day in due.items())
    years = replace(registry, calendar=calendar)
    low = only("jump", "", 0.2, 5)

    def filed(period: str, returned: int, day: int) -> None:
        for number, unit in enumerate(UNITS):
            verdict = Verdict.REJECTED if number < returned else Verdict.ACCEPTED
            at = datetime(int(period[:4]) + 1, 3, day, 9, tzinfo=UTC)
            book.file(unit, verdict, [found("V020")] if number < returned else [], at, period=period)

    filed("2024-N", 2, 1)
    filed("2024-N", 0, 8)  # mended two days before the deadline
    filed("2025-N", 2, 11)
    assert told(book, years, low, datetime(2026, 3, 17, tzinfo=UTC)) == [], "as a year before"
    (alert,) = told(book, years, low, datetime(2026, 3, 18, 10, tzinfo=UTC))
    assert (alert.kind, alert.facts["count"], alert.facts["then"]) == (Kind.JUMP, 2, 0)
    assert alert.facts["then_on"] == "2025-03-08"
    assert told(book, years, low, datetime(2026, 3, 11, 8, tzinfo=UTC)) == [], "nobody had filed by then"


def test_a_decision_of_later_does_not_change_how_the_year_before_stood(book, registry, found) -> None:
    leap, then = datetime(2028, 2, 29, 9, tzinfo=UTC), datetime(2027, 2, 28, 8, tzinfo=UTC)
    calendar = tuple(CalendarPeriod(period_code=f"{year}-N") for year in (2026, 2027))
    years = replace(registry, calendar=calendar)
    for unit in UNITS:
        withdrawn = book.file(unit, Verdict.ACCEPTED, at=then, period="2026-N")
        book.decide(withdrawn, "reject", then + timedelta(hours=2))
        book.file(unit, Verdict.REJECTED, [found("V020")], leap, period="2027-N")
    low = only("jump", "", 0.2, 5)
    (alert,) = told(book, years, low, leap)
    assert (alert.facts["count"], alert.facts["then"], alert.facts["then_on"]) == (5, 0, "2027-02-28")
    (later,) = told(book, years, low, leap + timedelta(hours=1))
    assert (later.facts["count"], later.facts["then"]) == (5, 0), "what was withdrawn was not returned"


def test_a_deadline_typed_wrongly_stops_no_alert(book, registry, found) -> None:
    days = {"2024-N": date(1, 1, 1), "2025-N": date(2026, 3, 20)}
    calendar = tuple(CalendarPeriod(period_code=period, due_on=day) for period, day in days.items())
    years = replace(registry, calendar=calendar)
    for unit in UNITS:
        book.file(unit, Verdict.ACCEPTED, at=NOW - timedelta(days=366), period="2024-N")
        book.file(unit, Verdict.REJECTED, [found("V020")])
    (alert,) = told(book, years, only("jump", "", 0.2, 5))
    assert alert.facts["then_on"] == "2025-03-01"


def test_who_has_to_explain_counts_whether_or_not_it_has_done_so(book, registry, found) -> None:
    for number, unit in enumerate(UNITS[:4]):
        is_done = number < 2
        verdict = Verdict.ACCEPTED if is_done else Verdict.NEEDS_EXPLANATION
        book.file(unit, verdict, [found("V030", "warning", explained=is_done)])
    book.file("KE", Verdict.REJECTED, [found("V020"), found("V031", "notice")])
    for group in ("period", "rule", "unit"):
        low, high = only(group, "explained", 0.8, 1), only(group, "explained", 0.81, 2)
        alerts = told(book, registry, low)
        if group == "unit":
            assert [(a.unit, a.facts["count"]) for a in alerts] == [(unit, 1) for unit in UNITS[:4]]
        else:
            assert [a.facts["names"] for a in alerts] == [list(UNITS[:4])]
        assert told(book, registry, high) == []


def test_a_report_that_was_accepted_all_the_same_breaks_no_rule_that_is_to_be_mended(
    book, registry, found
) -> None:
    low = only("rule", "returned", 0.4, 2)
    first, _ = (book.file(u, Verdict.NEEDS_EXPLANATION, [found("V030", "warning")]) for u in UNITS[:2])
    for unit in UNITS[2:]:
        book.file(unit, Verdict.ACCEPTED)
    (alert,) = told(book, registry, low)
    assert alert.facts["names"] == ["KA", "KB"]
    book.decide(first, "accept", NOW)
    assert told(book, registry, low) == []


def test_a_rule_that_many_break_is_told_with_share_threshold_and_how_to_acknowledge_it(
    book, registry, found
) -> None:
    for number, unit in enumerate(UNITS):
        file(book, "returned" if number < 2 else "", unit, found)
    (alert,) = told(book, registry, only("rule", "returned", 0.4, 2))
    for language, said in (
        ("vi", "40,0\u00a0%; ngưỡng 40,0\u00a0%"),
        ("en", "40.0\u00a0%; threshold 40.0\u00a0%"),
    ):
        body = compose([alert], registry, language, "TK").body
        assert f"({said})" in body and f"--acknowledge {alert.id} --reason" in body
    facts = {"rule": "V020", "units": ["KA"], "filed": 3, "findings": []}
    of_earlier = Alert(Kind.SAME_RULE, "x", NOW, Role.DATA_TEAM, period="2025-N", facts=facts)
    assert "%" not in compose([of_earlier], registry, "vi", "TK").body, "it kept no share"


@pytest.mark.parametrize(("count", "rest"), [(10, ""), (12, ", và 2 mục trước đó.")])
def test_names_that_are_left_out_are_counted(registry, count: int, rest: str) -> None:
    names = [f"KA.2025-N.r{number}" for number in range(1, count + 1)]
    facts = {"measure": "returned", "names": names, "count": count, "filed": 14, "threshold": 0.5, "days": 365}
    alert = Alert(Kind.SHARE_OF_UNIT, "x", NOW, Role.DATA_TEAM, "KA", facts=facts)
    body = compose([alert], registry, "vi", "TK").body
    assert f"có {count} bản nộp bị trả lại trong 14 bản đã nộp" in body
    assert f"KA.2025-N.r{count}{rest}" in body and ("r2," in body) is not bool(rest)


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        *((kind, {"names": ["KB"]}) for kind in sorted(OF_FILINGS - {Kind.SHARE_OF_UNIT})),
        (Kind.UNITS_MISSING, {"missing": ["KB"]}),
        (Kind.UNITS_MISSING, {"returned": ["KB"]}),
        (Kind.DELIVERY_FAILED, {"concerned": ["KB"]}),
        (Kind.SAME_RULE, {"units": ["KB"]}),  # of an earlier version
    ],
)
def test_of_several_units_those_are_told_who_look_after_one_of_them(office, kind: Kind, facts) -> None:
    codes = ("KA", "KB", "T", "")
    registry = office([Contact(org_code=c, role="data_team", channel=f"json://of{c}") for c in codes])
    alert = Alert(kind, "x", NOW, Role.DATA_TEAM, period="2025-N", facts=facts)
    assert [r.channel for r in recipients(registry, alert)] == ["json://ofKB", "json://ofT", "json://of"]
    of_all = replace(alert, facts={})
    assert len(recipients(registry, of_all)) == len(codes)


@pytest.fixture
def failing(registry, tmp_path: Path):
    """Give what fails on the channel of one clerk, and the office whose it is."""
    contacts = [
        ("KA", "clerk", "json://secret/ka"),
        ("KB", "clerk", "json://secret/kb"),
        ("", "data_team", "json://t"),
    ]
    office = replace(registry, contacts=tuple(Contact(org_code=o, role=r, channel=c) for o, r, c in contacts))
    outbox = Outbox(tmp_path)
    outbox.open(NOW)
    for unit in ("KA", "KB"):
        name = f"{unit}.2025-N.r1"
        outbox.add([Alert(Kind.ON_HOLD, unit, NOW, Role.CLERK, unit, "2025-N", name, {"original_name": "b"})])

    def days(number: int, send, of=office):
        for day in range(number):
            deliver(outbox, of, tmp_path, NOW + timedelta(days=day), send)
        return delivery_alerts(outbox.read()[0], of, shipped(), NOW)

    return office, outbox, days


def test_a_channel_that_was_never_asked_is_told_as_such_and_not_as_one_that_fails(failing) -> None:
    office, _, days = failing
    alerts = days(1, lambda _: NotTried("TONGKET_MAIL_SERVER is not set"))
    assert [(a.facts["was"], a.facts["attempts"]) for a in alerts] == [("untried", 0), ("untried", 0)]
    body = compose([alerts[0]], office, "vi", "TK").body
    assert "Chưa gửi gì qua kênh json://… (contacts.csv, dòng" in body and "lần liền" not in body
    assert "TONGKET_MAIL_SERVER" in body and "sửa kênh" not in body


def test_channels_of_one_kind_are_told_apart_by_their_rows(failing) -> None:
    office, _, days = failing
    alerts = days(3, lambda message: "refused" if "secret" in message.channel else "")
    assert sorted((a.facts["to"], *a.facts["rows"], *a.facts["concerned"]) for a in alerts) == [
        ("json://…", 2, "KA"),
        ("json://…", 3, "KB"),
    ]
    assert not any("secret" in compose([a], office, "en", "TK").body for a in alerts)


@pytest.fixture
def by_mail(registry, tmp_path: Path):
    """Give what fails for three clerks with plain addresses, one with a mail server of its own, and a chat."""
    channels = [(f"mailto://k{n}@vidu.example", unit) for n, unit in enumerate(UNITS[:3])]
    channels += [
        ("mailtos://u:geheim@smtp.khac.example?to=x@khac.example", UNITS[3]),
        ("json://secret", UNITS[4]),
    ]
    contacts = [Contact(org_code=unit, role="clerk", channel=channel) for channel, unit in channels]
    office = replace(
        registry, contacts=(*contacts, Contact(org_code="", role="data_team", channel="folder://t"))
    )
    outbox = Outbox(tmp_path)
    outbox.open(NOW)
    for _, unit in channels:
        name = f"{unit}.2025-N.r1"
        outbox.add([Alert(Kind.ON_HOLD, unit, NOW, Role.CLERK, unit, "2025-N", name, {"original_name": "b"})])

    def failed(send, days: int = 3) -> tuple[Registry, Outbox, list[Alert]]:
        for day in range(days):
            deliver(outbox, office, tmp_path, NOW + timedelta(days=day), send)
        return office, outbox, delivery_alerts(outbox.read()[0], office, shipped(), NOW)

    return failed


def test_a_dead_mail_server_is_one_alert_with_all_addresses(by_mail) -> None:
    office, outbox, alerts = by_mail(lambda _: "[Errno 111] Connection refused")
    of_server, others = alerts[-1], alerts[:-1]
    told_of = {alert.facts["to"]: alert.facts for alert in alerts}
    assert len(alerts) == 3 and told_of.keys() >= {"x@khac.example", "json://…"}, "each server and channel once"
    (facts,) = [facts for facts in told_of.values() if facts.get("was") == "server"]
    addresses = [f"k{n}@vidu.example" for n in range(3)]
    assert (facts["addresses"], facts["count"], facts["rows"]) == (addresses, 3, [2, 3, 4])
    assert facts["concerned"] == sorted(UNITS[:3])
    (alert,) = [alert for alert in alerts if alert.facts is facts]
    for language, said in (("vi", "đến 3 địa chỉ"), ("en", "addresses: 3")):
        body = compose([alert], office, language, "TK").body
        assert said in body and ", ".join(addresses) in body and "Connection refused" in body
    # who is entered later, or differs in what the system said of the server, raises no second one
    assert len(conditions.begin(outbox, [of_server, *others])) == 3
    *_, again = by_mail(lambda message: f"timed out after {len(message.channel)} s", days=1)
    assert conditions.begin(outbox, again) == []


def test_an_address_that_a_server_refuses_is_told_alone(by_mail) -> None:
    *_, alerts = by_mail(lambda message: "550 no such mailbox" if "@vidu" in message.channel else "")
    assert [alert.facts["to"] for alert in sorted(alerts, key=lambda a: a.facts["to"])] == [
        f"k{n}@vidu.example" for n in range(3)
    ]
    *_, alerts = by_mail(
        lambda message: "535 authentication failed" if "@vidu" in message.channel else "", days=9
    )
    assert [alert.facts["was"] for alert in alerts] == ["server"], "that is no fault of an address"


def test_a_mail_server_that_is_not_set_is_one_alert_for_all_plain_addresses(by_mail) -> None:
    said = lambda message: NotTried("TONGKET_MAIL_SERVER") if "@vidu" in message.channel else ""  # noqa: E731
    office, _, (alert,) = by_mail(said, days=1)
    assert (alert.facts["was"], alert.facts["count"]) == ("untried", 3)
    body = compose([alert], office, "vi", "TK").body
    assert "qua kênh k0@vidu.example, k1@vidu.example, k2@vidu.example (contacts.csv, dòng 2, 3, 4)" in body


def test_of_many_addresses_the_first_are_named_and_the_others_counted(registry) -> None:
    addresses = [f"k{n:02}@vidu.example" for n in range(33)]
    facts = {"was": "server", "addresses": addresses, "to": "x", "rows": list(range(2, 35)), "count": 33}
    alert = Alert(Kind.DELIVERY_FAILED, "x", NOW, Role.DATA_TEAM, facts=facts)
    body = compose([alert], registry, "en", "TK").body
    assert "k29@vidu.example, and 3 more (contacts.csv, row 2, 3" in body and "31, …)" in body


def test_what_failed_on_a_channel_that_is_nobodys_any_more_is_not_told(failing) -> None:
    office, outbox, days = failing
    assert len(days(3, lambda _: "refused")) == 2
    gone = replace(office, contacts=tuple(c for c in office.contacts if c.org_code != "KA"))
    (alert,) = delivery_alerts(outbox.read()[0], gone, shipped(), NOW)
    assert alert.facts["concerned"] == ["KB"] and alert.facts["rows"] == [2]


def test_a_channel_that_takes_other_messages_is_not_said_to_take_none(failing) -> None:
    office, outbox, days = failing
    name = "KA.2024-N.r1"
    other = Alert(Kind.ON_HOLD, "z", NOW, Role.CLERK, "KA", "2024-N", name, {"original_name": "b"})
    outbox.add([other])
    alerts = days(3, lambda message: "too large" if "2025" in message.words.subject else "")
    told_of = {alert.facts["concerned"][0]: compose([alert], office, "vi", "TK").body for alert in alerts}
    assert "nhận các thư khác nhưng không nhận 1 thông báo (3 lần liền)" in told_of["KA"]
    assert "không nhận thư (3 lần liền); 1 thông báo" in told_of["KB"]


def test_an_alert_that_cannot_be_worded_is_told_as_the_programs_fault(
    failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, outbox, days = failing

    def worded(alerts, *rest, **more):
        if any(alert.unit == "KA" for alert in alerts):
            raise KeyError("no such text")
        return compose(alerts, *rest, **more)

    monkeypatch.setattr("ingestion.alerts.delivery.compose", worded)
    (alert,) = days(3, lambda _: "")
    broken = next(e.alert for e in outbox.read()[0] if e.alert.unit == "KA")
    assert (alert.facts["was"], alert.facts["what"], alert.facts["concerned"]) == (
        "unsayable",
        broken.id,
        ["KA"],
    )
    body = compose([alert], office, "vi", "TK").body
    assert f"outbox/{broken.id}.json" in body and "kênh không có lỗi" in body and "sửa kênh" not in body


def test_a_clock_that_was_ahead_once_does_not_silence_a_standstill(tmp_path: Path) -> None:
    home, ahead = Home(tmp_path), NOW + timedelta(days=365)
    note_success(home, "intake", ahead)
    note_success(home, "publication", NOW)
    assert successes_of(home, NOW) == Successes(NOW, {"intake": NOW, "publication": NOW})
    later = NOW + timedelta(days=2)
    assert [a.facts["count"] for a in idle_alerts(successes_of(home, later), shipped(), later)] == [2]


def test_runs_that_are_kept_in_what_cannot_be_read_begin_anew(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (home.outbox / ".successes").mkdir(parents=True)
    assert successes_of(home, NOW) == Successes(NOW)
