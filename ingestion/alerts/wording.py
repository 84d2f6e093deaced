"""What an alert says.

What belongs here: filling in the texts of `messages/alerts.yml`, for one alert or for a digest of several. What
does not: the texts, and how a channel wants them (`ingestion/alerts/channels.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ingestion.alerts.alert import Alert, Kind
from ingestion.alerts.deadlines import Progress
from ingestion.alerts.watches import OF_FILINGS
from ingestion.definitions.registry import Registry
from ingestion.records.days import day_of
from ingestion.records.faults import Step
from ingestion.records.periods import PeriodError
from ingestion.words import period_names, writing
from ingestion.words.labels import Language
from ingestion.words.messages import load_messages, message, retold
from ingestion.words.places import address

SUBJECT_LENGTH = 80
"""What mail programs show of a subject in a list."""

PAGE = "http://127.0.0.1:3000"
"""Where Dagster's page is, unless an office says otherwise."""

_OF_RUNS = frozenset({Kind.NO_SUCCESS, Kind.DELIVERY_FAILED})
_DIGEST_FINDINGS = 2
_NAMED_UNITS = 30
_NAMED = 10
_ASKED = frozenset({Kind.UNREADABLE, Kind.REJECTED, Kind.NEEDS_EXPLANATION})
_BLANK = (
    *("original_name", "file", "folder", "reason", "by", "rule", "step", "error", "release", "counting"),
    *("because", "submissions", "first", "note", "previous", "technical", "to", "attempts", "days", "then"),
    *("then_of", "what"),
)


@dataclass(frozen=True)
class Wording:
    """What a message says.

    Attributes:
        body: everything that there is to say.
        brief: the same without details, for a channel on which the body has no room.
        footer: stands at the end of either.
    """

    subject: str
    body: str
    brief: str
    footer: str


def compose(
    alerts: Sequence[Alert],
    registry: Registry,
    language: Language,
    reference: str,
    marked: Mapping[str, bool] | None = None,
    *,
    page: str = PAGE,
) -> Wording:
    """Word a message that carries one alert or several.

    Args:
        alerts: what it tells.
        registry: the names of units.
        language: the language of whoever reads it.
        reference: its name.
        marked: the returned workbooks that there are, by their names, and whether they go with the message.
        page: the address of Dagster's page, to which the data team is linked.
    """
    footer = message("alert.footer", language, reference=reference)
    if len(alerts) == 1:
        text = _Text(alerts[0], registry, language, page)
        body = _joined(text.parts(marked or {}))
        return Wording(text.subject, body, _joined([text.said, text.todo, text.link]), footer)
    opening = message("alert.digest.opening", language, count=len(alerts))
    parts, lines = [opening], []
    for number, alert in enumerate(alerts, start=1):
        text = _Text(alert, registry, language, page)
        lines.append(f"{number}. {text.subject}")
        parts.append("\n".join(filter(None, [lines[-1], *text.parts(marked or {}, _DIGEST_FINDINGS)])))
    subject = message("alert.digest.subject", language, count=len(alerts))
    return Wording(subject, _joined(parts), _joined([opening, "\n".join(lines)]), footer)


def subject_of(alert: Alert, registry: Registry, language: Language) -> str:
    """Give the line by which an alert is listed."""
    return _Text(alert, registry, language).subject


def reason_in(said: str, language: Language) -> str:
    """Say in a language what the outbox keeps of why a message was not sent; a channel's own words stay."""
    return retold(said, ("alert.error.",), language) or said


class _Text:
    """The texts of one alert."""

    def __init__(self, alert: Alert, registry: Registry, language: Language, page: str = PAGE) -> None:
        self._alert, self._registry, self._language, self._page = alert, registry, language, page
        self._fields = self._filled()

    @property
    def subject(self) -> str:
        """What it is about, in one line."""
        return _cut(" ".join(self._message("subject").split()), SUBJECT_LENGTH)

    @property
    def said(self) -> str:
        """What has happened."""
        return self._message("text")

    @property
    def todo(self) -> str:
        """What is to be done."""
        return self._message("todo")

    @property
    def link(self) -> str:
        """Where it is seen on Dagster's page; blank for what is not there."""
        run = self._alert.facts.get("run", "")
        if self._alert.kind in OF_FILINGS:
            place = "assets/verdicts?view=checks&checkDetail=quality"
        elif self._alert.kind in _OF_RUNS:
            place = "runs"
        elif self._alert.kind is Kind.RUN_FAILED and run:
            place = f"runs/{run}"
        else:
            return ""
        return message("alert.link", self._language, link=f"{self._page}/{place}")

    def parts(self, marked: Mapping[str, bool], findings: int | None = None) -> list[str]:
        """Give all there is to say, with the findings that come first."""
        return [
            self.said,
            *self._groups(),
            self._samples(),
            self._stays(),
            self._findings(findings),
            self._counting(),
            self._noted(),
            self.todo,
            self.link,
            self._marked(marked),
            self._deadline(),
        ]

    def _message(self, part: str) -> str:
        key = f"alert.{self._alert.kind}.{part}"
        special = f"{key}.{self._alert.facts.get('progress') or self._alert.facts.get('was', '')}"
        return message(special if special in load_messages() else key, self._language, **self._fields)

    def _groups(self) -> list[str]:
        if self._alert.kind is not Kind.UNITS_MISSING:
            return []
        lines = [
            message(f"alert.units.{progress}", self._language, count=len(units), units=self._names(units))
            for progress in Progress
            if (units := self._alert.facts.get(str(progress), []))
        ]
        return ["\n".join(lines)]

    def _samples(self) -> str:
        facts = self._alert.facts
        samples = facts.get("samples", [])
        lines = [f"– {sample[self._language]}" for sample in samples]
        rest = facts.get("sampled", 0) - len(samples)
        if lines and rest > 0:
            lines.append(message("alert.more_samples", self._language, count=rest))
        return "\n".join(lines)

    def _stays(self) -> str:
        """Say of a run that failed which release is up."""
        facts = self._alert.facts
        if "said" not in facts:
            return ""
        if not facts.get("release"):
            return message("alert.stays.nothing", self._language)
        day = _day(facts["release_day"], self._language)
        return message("alert.stays.release", self._language, release=facts["release"], day=day)

    def _findings(self, limit: int | None) -> str:
        facts = self._alert.facts
        shown = facts.get("findings", [])[:limit]
        lines = [_finding(found, self._language) for found in shown]
        rest = facts.get("errors", 0) + facts.get("warnings", 0) - len(shown)
        if lines and rest > 0:
            lines.append(message("alert.more_findings", self._language, count=rest))
        return "\n".join(lines)

    def _counting(self) -> str:
        if self._alert.kind is not Kind.WITHDRAWN:
            return ""
        key = "alert.counting" if self._fields["counting"] else "alert.nothing_counts"
        return message(key, self._language, **self._fields)

    def _noted(self) -> str:
        return self._message("note") if self._fields["note"] else ""

    def _marked(self, marked: Mapping[str, bool]) -> str:
        alert = self._alert
        if alert.workbook not in marked:
            return ""
        key = "alert.marked.attached" if marked[alert.workbook] else "alert.marked.kept"
        return message(key, self._language, name=f"{alert.workbook}.xlsx", unit=alert.unit)

    def _deadline(self) -> str:
        if self._alert.kind not in _ASKED or not self._fields["due_on"]:
            return ""
        is_over = day_of(self._alert.at) > date.fromisoformat(self._alert.facts["due_on"])
        return message("alert.deadline_over" if is_over else "alert.deadline", self._language, **self._fields)

    def _filled(self) -> dict[str, object]:
        """Give everything that a text may name; what an alert does not have is blank."""
        alert, facts = self._alert, self._alert.facts
        units = facts.get("units", [])
        groups = sum(len(facts.get(str(progress), [])) for progress in Progress)
        return {
            **dict.fromkeys(_BLANK, ""),
            "errors": 0,
            "warnings": 0,
            "filed": 0,
            **facts,
            "id": alert.id,
            "step": self._step(),
            "error": reason_in(facts.get("error", ""), self._language),
            "said": facts.get("said", {}).get(self._language, ""),
            "unit": _name(alert.unit, self._registry),
            "period": _period(alert.period, self._language),
            "submission": alert.submission,
            "folder": "/".join(("inbox", *filter(None, [facts.get("folder", "")]))),
            "due_on": _day(facts.get("due_on"), self._language),
            "until": _day(facts.get("until"), self._language),
            "units": self._names(units),
            "count": facts.get("count") or len(units) or groups,
            **self._quality(),
        }

    def _quality(self) -> dict[str, object]:
        """Give what alerts of shares name: what is meant, of what, in words, and what they are held against."""
        alert, facts = self._alert, self._alert.facts
        named = facts.get("names", [])
        measure = facts.get("measure") or "returned"
        of_unit = "unit_" if alert.kind is Kind.SHARE_OF_UNIT else ""
        since, rows = facts.get("since"), facts.get("rows")
        share = _percent(facts.get("count", 0), facts.get("filed", 0), self._language)
        threshold = _percent(facts.get("threshold", 0), 1, self._language)
        return {
            "measure": message(f"alert.measure.{of_unit}{measure}", self._language),
            "of": message(f"alert.measure.{of_unit}{measure}_of", self._language),
            "share": share,
            "threshold": threshold,
            # What an earlier version told of a rule has neither, and of a jump no day.
            "held": message("alert.held", self._language, share=share, threshold=threshold)
            if "threshold" in facts
            else "",
            "rows": message("alert.contact_rows", self._language, rows=_first(rows)) if rows else "",
            "channels": len(facts.get("addresses", [])),
            **self._addresses(),
            "earlier": _period(facts["earlier"], self._language) if "earlier" in facts else "",
            "then_share": _percent(facts.get("then", 0), facts.get("then_of", 0), self._language),
            "as_of": message("alert.as_of", self._language, day=_day(facts["then_on"], self._language))
            if "then_on" in facts
            else "",
            "since": writing.day(day_of(datetime.fromisoformat(since)), self._language) if since else "",
            "code": alert.period,
            "unit_code": alert.unit,
            "names": self._newest(named) if of_unit else self._names(named),
        }

    def _step(self) -> str:
        """Give the step at which the product failed, or a run stopped, in words."""
        step = str(self._alert.facts.get("step", ""))
        is_fault = self._alert.kind is Kind.FAULT and step in list(Step)
        key, _, command = (f"cli.step.{step}" if is_fault else f"alert.step.{step}").partition(" ")
        if command:
            return message(f"{key}_named", self._language, command=command)
        return message(key, self._language) if key in load_messages() else step

    def _newest(self, names: Sequence[str]) -> str:
        shown, rest = ", ".join(names[-_NAMED:]), len(names) - _NAMED
        return shown + message("alert.earlier_names", self._language, count=rest) if rest > 0 else shown

    def _addresses(self) -> dict[str, str]:
        """Give the addresses that one thing keeps from being told; nothing of a single channel."""
        if not (addresses := self._alert.facts.get("addresses", [])):
            return {}
        rest = len(addresses) - _NAMED_UNITS
        more = message("alert.more_addresses", self._language, count=rest) if rest > 0 else ""
        return {"to": ", ".join(addresses[:_NAMED_UNITS]) + more}

    def _names(self, units: Sequence[str]) -> str:
        names = ", ".join(_name(unit, self._registry) for unit in units[:_NAMED_UNITS])
        rest = len(units) - _NAMED_UNITS
        return names + message("alert.more_units", self._language, count=rest) if rest > 0 else names


def _finding(found: Mapping[str, str], language: Language) -> str:
    place = address(found["sheet"], found["cell"])
    text = found["en" if language == "en" else "vi"]
    # Most findings name their place themselves.
    text = text if not place or place in text else f"{place}: {text}"
    return f"– {text} [{found['rule']}]"


def _first(rows: Sequence[int]) -> str:
    """Write the numbers of rows, the first of many."""
    return ", ".join([*map(str, rows[:_NAMED_UNITS]), *(["…"] if len(rows) > _NAMED_UNITS else [])])


def _name(unit: str, registry: Registry) -> str:
    versions = registry.versions.get(unit, ())
    return versions[-1].org_name if versions else unit


def _period(code: str, language: Language) -> str:
    """Give a period in words; it is named as people say it."""
    try:
        return period_names.period(code, language)
    except PeriodError:
        return message("period.unknown", language)


def _day(text: str | None, language: Language) -> str:
    if not text:
        return ""
    return writing.day(date.fromisoformat(text), language)


def _percent(count: float, of: float, language: Language) -> str:
    return writing.number(100 * count / of if of else 0, 1, is_percent=True, language=language)


def _cut(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    return f"{text[: length - 1].rsplit(' ', 1)[0].rstrip(' ,–')}…"


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(part.strip() for part in parts if part.strip())
