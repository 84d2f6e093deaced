"""What an alert says, to whom, and in which language."""

from datetime import UTC, datetime

import pytest

from ingestion.alerts.alert import Alert, Kind, Role, all_kinds
from ingestion.alerts.contacts import Recipient, recipients
from ingestion.alerts.watches import OF_FILINGS
from ingestion.alerts.wording import SUBJECT_LENGTH, compose
from ingestion.definitions.registry_rows import Contact
from ingestion.words.messages import load_messages

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
FACTS = {
    "original_name": "Biểu {1}.xlsx",
    "due_on": "2026-03-20",
    "errors": 3,
    "warnings": 1,
    "findings": [
        {"rule": "V014", "sheet": "B01", "cell": "F12", "vi": "không khớp", "en": "no balance"},
        {"rule": "V003", "sheet": "", "cell": "", "vi": "thiếu trang", "en": "sheet missing"},
    ],
    "units": ["KA", "KX"],
}


def alert(kind: Kind = Kind.REJECTED, unit: str = "KA", role: Role = Role.CLERK, **facts: object) -> Alert:
    submission = f"{unit}.2025-N.r2"
    return Alert(kind, submission, NOW, role, unit, "2025-N", submission, FACTS | facts)


def contact(org_code: str, role: str, channel: str = "mailto://a@vidu.example") -> Contact:
    return Contact(org_code=org_code, role=role, channel=channel)


@pytest.mark.parametrize("kind", all_kinds())
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_kind_has_its_texts_in_both_languages(registry, kind, language) -> None:
    words = compose([alert(kind)], registry, language, "TK-1")
    assert words.subject and "{o" not in words.subject and "\n" not in words.subject
    assert "TK-1" in words.footer and "TK-1" not in words.body
    assert len(words.body.split("\n\n")) >= 2
    assert len(words.brief) <= len(words.body)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "key", [key for key in load_messages() if key.startswith(("alert.delivery_failed.", "alert.run_failed."))]
)
def test_every_text_of_what_fails_is_filled_in(registry, key: str, language) -> None:
    kind, was = key.split(".")[1], key.split(".")[3:]
    facts = {
        "was": was[0] if was else "",
        "to": "json://…",
        "said": {"vi": "đầy", "en": "full"},
        "what": "on_hold-1",
        "version": "0003-1f2e3d4c",
        "since": NOW.isoformat(),
    }
    words = compose([alert(Kind(kind), unit="", units=[], **facts)], registry, language, "TK-1")
    assert "{" not in words.body.replace("{1}", "") and "  " not in words.body


def test_every_text_belongs_to_a_kind() -> None:
    named = {key.split(".")[1] for key in load_messages() if key.startswith("alert.")}
    others = {"deadline", "deadline_over", "counting", "nothing_counts", "marked", "units", "cut"}
    others |= {"more_findings", "more_units", "digest", "footer", "error"}
    others |= {"cause", "step", "stays", "more_samples", "measure", "link"}
    others |= {"as_of", "earlier_names", "contact_rows", "held", "more_addresses"}
    assert named == set(all_kinds()) | others


def test_every_kind_that_code_names_says_what_it_is_of() -> None:
    assert {str(kind) for kind in (*Kind, *OF_FILINGS)} <= set(all_kinds())


@pytest.mark.parametrize("kind", all_kinds())
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_subject_fits_the_line_of_a_mailbox_and_is_cut_between_words(office, kind, language) -> None:
    long = office(names={"KA": "Đảng bộ Khối các cơ quan và doanh nghiệp tỉnh Quảng Trị"})
    facts = {"errors": 12, "warnings": 345, "until": "2026-04-20", "missing": ["KA"] * 100}
    one = Alert(kind, "x", NOW, Role.CLERK, "KA", "2020-9T", "KA.2020-9T.r12", FACTS | facts)
    subject = compose([one], long, language, "TK-1").subject
    assert len(subject) <= SUBJECT_LENGTH
    assert not subject.endswith("…") or subject[:-1].split()[-1] in long.versions["KA"][-1].org_name.split()


def test_a_return_says_unit_period_findings_with_cells_what_to_do_and_the_deadline(registry) -> None:
    words = compose([alert()], registry, "vi", "TK-1")
    subject, body = words.subject, words.body
    assert subject == "Trả lại báo cáo năm 2025 (3 lỗi) – Đảng bộ KA"
    for said in ("Biểu {1}.xlsx", "KA.2025-N.r2", "B01!F12: không khớp [V014]", "– thiếu trang [V003]"):
        assert said in body
    assert "còn" not in subject and "và 2 điểm nữa" in body
    assert "Việc cần làm" in body and "20/03/2026" in body
    assert "đã qua" in compose([alert(due_on="2026-02-01")], registry, "vi", "TK-1").body
    assert "V014" not in words.brief and "Việc cần làm" in words.brief


def test_where_the_marked_workbook_is_stands_in_the_text(registry) -> None:
    def said(marked):
        return compose([alert()], registry, "vi", "TK-1", marked).body

    assert "Bản đánh dấu kèm theo: KA.2025-N.r2.xlsx" in said({"KA.2025-N.r2": True})
    assert "returns/KA/KA.2025-N.r2.xlsx" in said({"KA.2025-N.r2": False})
    assert "KA.2025-N.r2.xlsx" not in said({})


def test_a_decision_says_who_took_it_why_and_what_counts_from_then_on(registry) -> None:
    facts = {"by": "Lan", "reason": "đã đối chiếu hồ sơ", "counting": "KA.2025-N.r1"}
    body = compose([alert(Kind.WITHDRAWN, **facts)], registry, "vi", "TK-1").body
    for said in (
        "Tổ dữ liệu (Lan)",
        "Biểu {1}.xlsx",
        "Lý do: đã đối chiếu hồ sơ",
        "được tính là của bản KA.2025-N.r1",
    ):
        assert said in body
    nothing = compose([alert(Kind.WITHDRAWN, **facts | {"counting": ""})], registry, "vi", "TK-1").body
    assert "chưa có số liệu nào của Đảng bộ KA" in nothing
    held = compose([alert(Kind.ACCEPTED_BY_DECISION, was="on_hold", **facts)], registry, "vi", "TK-1").body
    assert "bị tạm giữ vì kỳ đã khóa sổ, nay được tổ dữ liệu (Lan) chấp nhận" in held


def test_a_reopened_period_says_until_which_day(registry) -> None:
    facts = {"by": "Lan", "reason": "thiếu một chi bộ", "until": "2026-04-15"}
    words = compose([alert(Kind.REOPENED, **facts)], registry, "vi", "TK-1")
    assert words.subject == "Được nộp lại báo cáo năm 2025 đến hết 15/04/2026 – Đảng bộ KA"
    assert "đến hết ngày 15/04/2026" in words.body and "thiếu một chi bộ" in words.body


def test_the_units_that_are_not_done_are_named_by_what_keeps_them_and_not_all_of_a_hundred(registry) -> None:
    facts = {"missing": [f"K{number}" for number in range(100)], "returned": ["KA"], "units": []}
    words = compose([alert(Kind.UNITS_MISSING, unit="", **facts)], registry, "vi", "TK-1")
    assert words.subject == "Quá hạn báo cáo năm 2025: 101 đơn vị chưa xong"
    assert "– Chưa nộp (100): K0, K1," in words.body and "K29 và 70 đơn vị nữa" in words.body
    assert "– Bị trả lại, chưa nộp lại (1): Đảng bộ KA" in words.body
    assert "Chưa giải trình" not in words.body


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("2020-Q1", "quý I năm 2020"),
        ("2020-6T", "6 tháng đầu năm 2020"),
        ("2015-2020-NK", "nhiệm kỳ 2015–2020"),
        ("2020-D1", "riêng quý I năm 2020"),
        ("unknown", "chưa rõ kỳ"),
    ],
)
def test_a_period_is_named_as_people_say_it(registry, code, said) -> None:
    one = Alert(Kind.UNREADABLE, "x", NOW, Role.CLERK, "KA", code, f"KA.{code}.r1", {"original_name": "b"})
    assert compose([one], registry, "vi", "TK-1").subject == f"Không đọc được báo cáo {said} – Đảng bộ KA"


def test_a_finding_that_names_its_place_is_not_given_it_again(registry) -> None:
    found = [{"rule": "V009", "sheet": "B01", "cell": "F12", "vi": "B01!F12: sai", "en": "B01!F12: wrong"}]
    assert "– B01!F12: sai [V009]" in compose([alert(findings=found)], registry, "vi", "TK-1").body


def test_a_digest_names_every_alert(registry) -> None:
    alerts = [alert(unit=unit) for unit in ("KA", "KB", "KC")]
    words = compose(alerts, registry, "en", "TK-1")
    assert words.subject == "3 messages about reports"
    for number, unit in enumerate(("KA", "KB", "KC"), start=1):
        line = f"{number}. Returned: report for 2025 (errors: 3) – Đảng bộ {unit}"
        assert line in words.body and line in words.brief
    assert "B01!F12" in words.body and "B01!F12" not in words.brief


@pytest.mark.parametrize("role", ["clerk", "CLERK", " Clerk "])
def test_a_clerk_gets_what_is_about_their_unit_and_nothing_else(office, role) -> None:
    registry = office([contact("KA", role)])
    assert len(recipients(registry, alert(unit="KA"))) == 1
    assert recipients(registry, alert(unit="KB")) == ()
    assert recipients(registry, alert(unit="KA", role=Role.DATA_TEAM)) == ()


@pytest.mark.parametrize(("org_code", "is_told"), [("", True), ("T", True), ("KA", True), ("KB", False)])
@pytest.mark.parametrize("role", ["data team", "data_team", "Data-Team"])
def test_the_data_team_gets_what_is_about_units_below_it(office, org_code, is_told, role) -> None:
    registry = office([contact(org_code, role)])
    assert bool(recipients(registry, alert(unit="KA", role=Role.DATA_TEAM))) is is_told
    of_none = alert(unit="", role=Role.DATA_TEAM, units=[])
    assert recipients(registry, of_none), "what is about no unit is for every team"
    assert recipients(registry, alert(unit="KA")) == ()


def test_one_channel_is_told_once(office) -> None:
    registry = office([contact("KA", "clerk"), contact("KA", "clerk"), contact("KA", "clerk", "json://b")])
    assert [r.channel for r in recipients(registry, alert())] == ["mailto://a@vidu.example", "json://b"]


@pytest.mark.parametrize(
    ("channel", "shown"),
    [
        ("mailto://lan@vidu.example", "lan@vidu.example"),
        ("mailtos://lan:secret@vidu.example:465", "lan@vidu.example"),
        ("mailtos://robot:secret@mail.example/?to=lan@vidu.example", "lan@vidu.example"),
        ("mailtos://robot:secret@mail.example/lan@vidu.example", "lan@vidu.example"),
        ("tgram://secret/42", "tgram://…"),
        ("tgram://123:secret/42", "tgram://…"),
        ("folder://to-du-lieu", "folder://to-du-lieu"),
    ],
)
def test_a_channel_is_shown_without_its_secrets(channel, shown) -> None:
    recipient = Recipient(channel, "vi")
    assert recipient.shown == shown
    assert "secret" not in recipient.key
