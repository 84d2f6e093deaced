"""Which events become alerts, and which do not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ingestion.alerts.alert import Kind, Role
from ingestion.alerts.deadlines import NEAR, PAST, deadline_alerts
from ingestion.alerts.events import FIRST_FINDINGS, IMPORTED_AFTER, ledger_alerts
from ingestion.alerts.wording import compose
from ingestion.definitions.catalogue import load_catalogue
from ingestion.landing.events import Reexamined
from ingestion.records.findings import Verdict

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
UNITS = ("KA", "KB", "KC", "KD", "KE")


def kinds(book, registry, since=LONG_AGO):
    return [alert.kind for alert in ledger_alerts(book.state, registry, since)]


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [
        (Verdict.UNREADABLE, Kind.UNREADABLE),
        (Verdict.REJECTED, Kind.REJECTED),
        (Verdict.NEEDS_EXPLANATION, Kind.NEEDS_EXPLANATION),
    ],
)
def test_a_verdict_that_is_no_acceptance_is_told_to_the_clerk(book, registry, verdict, kind) -> None:
    name = book.file("KA", verdict)
    (alert,) = ledger_alerts(book.state, registry, LONG_AGO)
    assert (alert.kind, alert.role, alert.unit, alert.submission) == (kind, Role.CLERK, "KA", name)
    assert alert.facts["due_on"] == "2026-03-20"


def test_a_held_file_is_told_to_the_clerk_and_to_whoever_decides(book, registry) -> None:
    book.file("KA", Verdict.ON_HOLD)
    told = {(a.kind, a.role) for a in ledger_alerts(book.state, registry, LONG_AGO)}
    assert told == {(Kind.ON_HOLD, Role.CLERK), (Kind.AWAITING_DECISION, Role.DATA_TEAM)}


def test_a_reopened_period_is_told_to_the_unit_each_time_and_not_where_the_days_had_passed(
    book, registry, later
) -> None:
    book.reopen("KA", date(2026, 3, 1))
    book.reopen("KA", date(2026, 3, 9), later(3))
    book.reopen("KB", date(2026, 2, 28))
    alerts = ledger_alerts(book.state, registry, LONG_AGO)
    assert [(a.kind, a.unit, a.facts["until"]) for a in alerts] == [
        (Kind.REOPENED, "KA", "2026-03-01"),
        (Kind.REOPENED, "KA", "2026-03-09"),
    ]
    assert [a.facts["until"] for a in ledger_alerts(book.state, registry, later(1))] == ["2026-03-09"]


def test_a_withdrawal_says_which_revision_counts_again(book, registry, later) -> None:
    first, second = book.file("KA", Verdict.ACCEPTED), book.file("KA", Verdict.ACCEPTED, at=later(1))
    book.decide(second, "reject", later(2))
    (alert,) = ledger_alerts(book.state, registry, LONG_AGO)
    assert (alert.facts["counting"], alert.facts["by"], alert.facts["reason"]) == (first, "lan", "đã đối chiếu")
    assert alert.workbook == f"{second}.quyet-dinh-1", "the workbook that tells of the decision goes along"


def test_a_refusal_of_a_held_file_is_told_as_what_it_is_and_a_later_withdrawal_is_not(
    book, registry, later
) -> None:
    first = book.file("KA", Verdict.ACCEPTED)
    refused = book.file("KA", Verdict.ON_HOLD, at=later(1))
    book.decide(refused, "reject", later(2))
    accepted = book.file("KB", Verdict.ON_HOLD, at=later(1))
    book.decide(accepted, "accept", later(2))
    book.decide(accepted, "reject", later(3))
    told = [a for a in ledger_alerts(book.state, registry, LONG_AGO) if a.kind is Kind.WITHDRAWN]
    assert [(a.submission, a.facts["was"], a.facts["counting"]) for a in told] == [
        (refused, "on_hold", first),
        (accepted, "accepted", ""),
    ]
    words = compose([told[0]], registry, "vi", "TK-1")
    assert words.subject.startswith("Không nhận báo cáo năm 2025")
    assert "quyết định không nhận.\nLý do: đã đối chiếu" in words.body and "không phải nộp lại" in words.body
    assert f"được tính là của bản {first}" in words.body and "đã rút việc chấp nhận" not in words.body
    assert "đã rút việc chấp nhận" in compose([told[1]], registry, "vi", "TK-1").body


def test_whoever_decides_on_a_held_file_is_told_both_ways(book, registry) -> None:
    held = book.file("KA", Verdict.ON_HOLD)
    (asked,) = (a for a in ledger_alerts(book.state, registry, LONG_AGO) if a.kind is Kind.AWAITING_DECISION)
    for language in ("vi", "en"):
        body = compose([asked], registry, language, "TK-1").body
        assert f"tongket accept {held} --reason" in body and f"tongket reject {held} --reason" in body


def test_an_acceptance_is_told_after_a_return_and_not_otherwise(book, registry, later) -> None:
    book.file("KA", Verdict.ACCEPTED)
    assert kinds(book, registry) == []
    book.file("KA", Verdict.REJECTED, at=later(1))
    book.file("KA", Verdict.ACCEPTED, at=later(2))
    book.file("KA", Verdict.ACCEPTED, at=later(3))
    alerts = ledger_alerts(book.state, registry, LONG_AGO)
    assert [(a.kind, a.submission[-2:]) for a in alerts] == [(Kind.REJECTED, "r2"), (Kind.ACCEPTED, "r3")]


def test_a_decision_is_told_and_makes_no_earlier_acceptance_news(book, registry, later) -> None:
    first = book.file("KA", Verdict.ACCEPTED)
    book.file("KA", Verdict.ACCEPTED, at=later(1))
    book.decide(first, "reject", later(2))
    assert kinds(book, registry) == [Kind.WITHDRAWN]
    held = book.file("KB", Verdict.ON_HOLD, at=later(3))
    book.decide(held, "accept", later(4))
    told = [a.kind for a in ledger_alerts(book.state, registry, LONG_AGO) if a.role is Role.CLERK]
    assert told == [Kind.WITHDRAWN, Kind.ON_HOLD, Kind.ACCEPTED_BY_DECISION]


def test_each_decision_on_a_submission_is_an_alert_of_its_own(book, registry, later) -> None:
    held = book.file("KA", Verdict.NEEDS_EXPLANATION)
    seen = set()
    for day, decision in enumerate(("accept", "reject"), start=1):
        book.decide(held, decision, later(day))
        seen |= {alert.id for alert in ledger_alerts(book.state, registry, LONG_AGO)}
    assert len(seen) == 3


def test_the_same_event_has_the_same_id_however_often_it_is_derived(book, registry) -> None:
    book.file("KA", Verdict.REJECTED)
    first = ledger_alerts(book.state, registry, LONG_AGO)
    book.file("KB", Verdict.REJECTED)
    second = ledger_alerts(book.state, registry, LONG_AGO)
    assert {a.id for a in first} < {a.id for a in second}


def test_what_is_to_be_mended_comes_first_and_what_was_explained_not_at_all(book, registry, found) -> None:
    findings = [found("V101", "warning"), found("V100", "warning", explained=True), found("V102", "notice")]
    findings += [found(f"V{number:03d}") for number in range(1, 8)]
    book.file("KA", Verdict.REJECTED, findings)
    (alert,) = ledger_alerts(book.state, registry, LONG_AGO)
    assert (alert.facts["errors"], alert.facts["warnings"]) == (7, 1)
    assert [f["rule"] for f in alert.facts["findings"]] == [f"V{n:03d}" for n in range(1, FIRST_FINDINGS + 1)]


def test_imports_of_old_years_raise_no_alert(book, registry, found) -> None:
    old = NOW - IMPORTED_AFTER - timedelta(seconds=1)
    for unit in UNITS:
        book.file(unit, Verdict.REJECTED, [found()], received_at=old)
    book.unknown(received_at=old)
    assert kinds(book, registry) == []
    book.file("KA", Verdict.REJECTED, received_at=NOW - IMPORTED_AFTER)
    assert kinds(book, registry) == [Kind.REJECTED]


def test_a_decision_on_a_file_of_an_old_year_is_told(book, registry, later) -> None:
    old = book.file("KA", Verdict.ACCEPTED, received_at=NOW - timedelta(days=900))
    book.decide(old, "reject", later(1))
    assert kinds(book, registry) == [Kind.WITHDRAWN]


def test_what_happened_before_the_outbox_was_opened_raises_no_alert(book, registry, later) -> None:
    book.file("KA", Verdict.REJECTED)
    book.file("KB", Verdict.REJECTED, at=later(2))
    assert [a.unit for a in ledger_alerts(book.state, registry, later(1))] == ["KB"]


def test_a_file_of_nobody_is_told_to_the_data_team(book, registry) -> None:
    book.unknown()
    (alert,) = ledger_alerts(book.state, registry, LONG_AGO)
    assert (alert.kind, alert.role) == (Kind.UNKNOWN_UNIT, Role.DATA_TEAM)
    assert alert.facts["original_name"] == "lạ.xlsx"


def deadlines(book, office, day: date, due_on: date = date(2026, 3, 20), since: datetime = LONG_AGO):
    now = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
    found = deadline_alerts(office(due_on=due_on), load_catalogue(), book.state, now, since)
    return [(alert.kind, alert.unit) for alert in found]


def test_a_unit_that_has_not_filed_is_reminded_from_a_week_before_the_deadline_to_its_day(book, office) -> None:
    due = date(2026, 3, 20)
    for unit, verdict in zip(UNITS[:3], (Verdict.ACCEPTED, Verdict.ON_HOLD, Verdict.REJECTED), strict=True):
        book.file(unit, verdict)
    book.receive("KD")
    assert deadlines(book, office, due - NEAR - timedelta(days=1)) == []
    expected = [(Kind.DEADLINE_NEAR, "KC"), (Kind.DEADLINE_NEAR, "KE")]
    assert deadlines(book, office, due - NEAR) == expected
    assert deadlines(book, office, due) == expected


def test_a_reminder_of_what_was_returned_names_it_so_that_its_workbook_goes_along(book, office) -> None:
    name = book.file("KC", Verdict.REJECTED)
    now = datetime(2026, 3, 18, tzinfo=UTC)
    told = deadline_alerts(office(), load_catalogue(), book.state, now, LONG_AGO)
    found = {alert.unit: (alert.facts["progress"], alert.workbook) for alert in told}
    assert (found["KC"], found["KA"]) == (("returned", name), ("missing", ""))


def test_a_missed_deadline_is_told_to_the_unit_and_all_of_them_to_the_data_team(book, office) -> None:
    for unit in UNITS[:3]:
        book.file(unit, Verdict.ACCEPTED)
    missed = [(Kind.DEADLINE_MISSED, "KD"), (Kind.DEADLINE_MISSED, "KE"), (Kind.UNITS_MISSING, "")]
    assert deadlines(book, office, date(2026, 3, 21)) == missed
    for unit in UNITS[3:]:
        book.file(unit, Verdict.ON_HOLD)
    assert deadlines(book, office, date(2026, 3, 21)) == []


def test_what_was_not_explained_is_asked_for_again_before_the_deadline_and_listed_after_it(
    book, office
) -> None:
    for unit in UNITS[:4]:
        book.file(unit, Verdict.ACCEPTED)
    book.file("KE", Verdict.NEEDS_EXPLANATION, at=datetime(2026, 3, 14, 9, tzinfo=UTC))
    assert deadlines(book, office, date(2026, 3, 15)) == [], "the answer of yesterday named the deadline"
    assert deadlines(book, office, date(2026, 3, 18)) == [(Kind.EXPLANATION_NEAR, "KE")]
    after = datetime(2026, 3, 21, 3, tzinfo=UTC)
    (told,) = deadline_alerts(office(), load_catalogue(), book.state, after, LONG_AGO)
    assert (told.kind, told.facts["unexplained"]) == (Kind.UNITS_MISSING, ["KE"])


def test_a_unit_whose_figures_count_is_done_whatever_it_filed_later(book, office, later) -> None:
    for unit in UNITS:
        book.file(unit, Verdict.ACCEPTED)
        book.file(unit, Verdict.REJECTED, at=later(1))
    assert deadlines(book, office, date(2026, 3, 21)) == []


@pytest.mark.parametrize(("hour", "kinds"), [(16, {Kind.DEADLINE_NEAR}), (17, {Kind.DEADLINE_MISSED})])
def test_a_deadline_passes_at_midnight_in_vietnam(book, office, hour, kinds) -> None:
    now = datetime(2026, 3, 20, hour, 59 if hour == 16 else 0, tzinfo=UTC)
    found = deadline_alerts(office(), load_catalogue(), book.state, now, LONG_AGO)
    assert {alert.kind for alert in found} - {Kind.UNITS_MISSING} == kinds


def test_deadlines_of_long_ago_stay_untold_however_early_the_outbox_was_opened(book, office) -> None:
    due = date(2026, 3, 20)
    assert deadlines(book, office, due + PAST)
    assert deadlines(book, office, due + PAST + timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "is_told"),
    [
        ("2005-01-01", "2025-12-31", True),
        ("2005-01-01", "2025-12-30", True),
        ("2005-01-01", "2024-12-31", False),
        ("2026-01-01", None, False),
    ],
)
def test_a_unit_that_had_ended_before_the_period_or_not_begun_by_its_last_day_owes_nothing(
    book, office, valid_from, valid_to, is_told
) -> None:
    registry = office()
    lives = {
        "valid_from": date.fromisoformat(valid_from),
        "valid_to": date.fromisoformat(valid_to) if valid_to else None,
    }
    organisations = tuple(
        org.model_copy(update=lives) if org.org_code == "KE" else org for org in registry.organisations
    )
    registry = replace(registry, organisations=organisations)
    now = datetime(2026, 3, 18, tzinfo=UTC)
    found = deadline_alerts(registry, load_catalogue(), book.state, now, LONG_AGO)
    assert ("KE" in {alert.unit for alert in found}) is is_told


def test_deadlines_from_before_the_outbox_was_opened_stay_untold(book, office) -> None:
    since = datetime(2026, 3, 21, tzinfo=UTC)
    assert deadlines(book, office, date(2026, 3, 22), since=since) == []


def test_a_deadline_alert_is_the_same_on_every_day_and_another_where_the_deadline_moves(book, office) -> None:
    def ids(day: date, due_on: date) -> set[str]:
        now = datetime(day.year, day.month, day.day, tzinfo=UTC)
        found = deadline_alerts(office(due_on=due_on), load_catalogue(), book.state, now, LONG_AGO)
        return {alert.id for alert in found}

    due = date(2026, 3, 20)
    assert ids(due, due) == ids(due - timedelta(days=3), due)
    assert not ids(due, due) & ids(due, due + timedelta(days=1))


def test_a_correction_that_puts_verdicts_in_question_is_one_alert_for_the_unit(
    book, registry, found, later
) -> None:
    names = [book.file("KA", Verdict.ACCEPTED, at=later(hours)) for hours in (0, 1)]
    other = book.file("KB", Verdict.ACCEPTED)
    appeared, because = (found("V015"),), ("KA.2018-N.r2",)
    for name in names:
        book.state.apply(Reexamined(name, because, "1", appeared, (), later(5)))
    book.state.apply(Reexamined(other, because, "1", (), (), later(5)))  # it holds
    (alert,) = [a for a in ledger_alerts(book.state, registry, later(2)) if a.kind is Kind.IN_QUESTION]
    assert (alert.role, alert.unit, alert.facts["submissions"]) == (Role.DATA_TEAM, "KA", ", ".join(names))
    assert (alert.facts["because"], alert.facts["errors"]) == ("KA.2018-N.r2", 2)
    assert Kind.IN_QUESTION not in kinds(book, registry, later(6))
