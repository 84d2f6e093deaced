"""What an alert says.

What belongs here: filling in the texts of `messages/alerts.yml`, for one alert or for a digest of several. What
does not: the texts.
"""

from collections.abc import Sequence
from datetime import date

from ingestion.alerts.alert import Alert, Kind
from ingestion.catalogue import Language
from ingestion.days import day_of
from ingestion.ledger import UNKNOWN_PERIOD
from ingestion.messages import message
from ingestion.registry import Registry

_DIGEST_FINDINGS = 2


def compose(alerts: Sequence[Alert], registry: Registry, language: Language, reference: str) -> tuple[str, str]:
    """Give subject and text of a message that carries one alert or several."""
    footer = message("alert.footer", language, reference=reference)
    if len(alerts) == 1:
        return subject_of(alerts[0], registry, language), _joined(
            [*_text(alerts[0], registry, language), footer]
        )
    subject = message("alert.digest.subject", language, count=len(alerts))
    parts = [message("alert.digest.opening", language, count=len(alerts))]
    for number, alert in enumerate(alerts, start=1):
        text = _text(alert, registry, language, _DIGEST_FINDINGS)
        parts.append("\n".join([f"{number}. {subject_of(alert, registry, language)}", *text]))
    return subject, _joined([*parts, footer])


def subject_of(alert: Alert, registry: Registry, language: Language) -> str:
    """Give the line by which an alert is listed."""
    return message(f"alert.{alert.kind}.subject", language, **_fields(alert, registry, language))


def _text(alert: Alert, registry: Registry, language: Language, findings: int | None = None) -> list[str]:
    fields = _fields(alert, registry, language)
    parts = [message(f"alert.{alert.kind}.text", language, **fields)]
    shown = alert.facts.get("findings", [])[:findings]
    if shown:
        lines = [_finding(found, language) for found in shown]
        rest = alert.facts["errors"] + alert.facts["warnings"] - len(shown)
        if rest:
            lines.append(message("alert.more_findings", language, count=rest))
        parts.append("\n".join(lines))
    parts.append(message(f"alert.{alert.kind}.todo", language, **fields))
    if alert.kind in (Kind.UNREADABLE, Kind.REJECTED, Kind.NEEDS_EXPLANATION) and fields["due_on"]:
        is_over = day_of(alert.at) > date.fromisoformat(alert.facts["due_on"])
        parts.append(message("alert.deadline_over" if is_over else "alert.deadline", language, **fields))
    return parts


def _finding(found: dict[str, str], language: Language) -> str:
    place = "!".join(part for part in (found["sheet"], found["cell"]) if part)
    text = found["en" if language == "en" else "vi"]
    # Most findings name their place themselves.
    text = text if not place or place in text else f"{place}: {text}"
    return f"– {text} [{found['rule']}]"


def _fields(alert: Alert, registry: Registry, language: Language) -> dict[str, object]:
    """Give everything that a text may name; what an alert does not have is blank."""
    facts = alert.facts
    units = facts.get("units", [])
    blank = dict.fromkeys(("original_name", "file", "folder", "reason", "rule", "step", "error", "release"), "")
    return {
        **blank,
        "errors": 0,
        "warnings": 0,
        "filed": 0,
        **facts,
        "unit": _name(alert.unit, registry),
        "code": alert.unit,
        "period": message("alert.no_period", language) if alert.period == UNKNOWN_PERIOD else alert.period,
        "submission": alert.submission,
        "due_on": _day(facts["due_on"], language) if facts.get("due_on") else "",
        "units": ", ".join(_name(unit, registry) for unit in units),
        "count": len(units),
    }


def _name(unit: str, registry: Registry) -> str:
    versions = registry.versions.get(unit, ())
    return versions[-1].org_name if versions else unit


def _day(text: str, language: Language) -> str:
    day = date.fromisoformat(text)
    return day.isoformat() if language == "en" else f"{day:%d/%m/%Y}"


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(part.strip() for part in parts if part.strip())
