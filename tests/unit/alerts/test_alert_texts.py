"""What an alert says, to whom, and in which language."""

from datetime import UTC, datetime

import pytest

from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.alerts.contacts import Recipient, recipients
from ingestion.alerts.wording import compose
from ingestion.messages import load_messages
from ingestion.registry import Contact

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


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_kind_has_its_texts_in_both_languages(registry, kind, language) -> None:
    subject, body = compose([alert(kind)], registry, language, "TK-1")
    assert subject and "{" not in subject and "\n" not in subject
    assert "TK-1" in body
    assert len(body.split("\n\n")) >= 3


def test_every_text_belongs_to_a_kind() -> None:
    named = {key.split(".")[1] for key in load_messages() if key.startswith("alert.")}
    others = {"deadline", "deadline_over", "more_findings", "no_period", "digest", "footer", "error"}
    assert named == {str(kind) for kind in Kind} | others


def test_a_return_says_unit_period_findings_with_cells_what_to_do_and_the_deadline(registry) -> None:
    subject, body = compose([alert()], registry, "vi", "TK-1")
    assert subject == "Trả lại: Đảng bộ KA, kỳ 2025-N – 3 lỗi"
    for said in ("Biểu {1}.xlsx", "KA.2025-N.r2", "B01!F12: không khớp [V014]", "– thiếu trang [V003]"):
        assert said in body
    assert "còn" not in subject and "và 2 điểm nữa" in body
    assert "Việc cần làm" in body and "20/03/2026" in body
    assert "đã qua" in compose([alert(due_on="2026-02-01")], registry, "vi", "TK-1")[1]


def test_a_finding_that_names_its_place_is_not_given_it_again(registry) -> None:
    found = [{"rule": "V009", "sheet": "B01", "cell": "F12", "vi": "B01!F12: sai", "en": "B01!F12: wrong"}]
    assert "– B01!F12: sai [V009]" in compose([alert(findings=found)], registry, "vi", "TK-1")[1]


def test_a_file_whose_period_cannot_be_told_says_so(registry) -> None:
    lost = Alert(
        Kind.UNREADABLE, "x", NOW, Role.CLERK, "KA", "unknown", "KA.unknown.r1", {"original_name": "b"}
    )
    assert compose([lost], registry, "vi", "TK-1")[0] == "Không đọc được: Đảng bộ KA, kỳ chưa xác định"


def test_a_digest_names_every_alert(registry) -> None:
    alerts = [alert(unit=unit) for unit in ("KA", "KB", "KC")]
    subject, body = compose(alerts, registry, "en", "TK-1")
    assert subject == "3 messages about reports"
    for number, unit in enumerate(("KA", "KB", "KC"), start=1):
        assert f"{number}. Returned: Đảng bộ {unit}, 2025-N" in body


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
    assert recipients(registry, alert(unit="", role=Role.DATA_TEAM)), "what is about no unit is for every team"
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
    ],
)
def test_a_channel_is_shown_without_its_secrets(channel, shown) -> None:
    recipient = Recipient(channel, "vi")
    assert recipient.shown == shown
    assert "secret" not in recipient.key
