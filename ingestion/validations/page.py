"""Results of checks as one HTML page, Vietnamese with English beside it.

What belongs here: what of the results is shown, and its markup. What does not: reading them (`store.py`).
The page stands alone: no script, no font, no address outside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape

from ingestion.gate.results import RuleResult, Sample, SuiteResult
from ingestion.landing.events import UNKNOWN_PERIOD
from ingestion.validations.store import PUBLICATION, Validation
from ingestion.words import writing
from ingestion.words.labels import LANGUAGES, Language
from ingestion.words.messages import ToldError, message

_COUNTS = ("evaluated", "failed", "not_run")
_PLACES = ("submission", "file", "sheet", "row", "cell", "value")

_STYLE = """
:root { color-scheme: light;
  --ink: #1d1d1b; --muted: #55534e; --soft: #f6f4f0; --rule: #d5d1c8; --bad: #7a1f1f; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem 1.25rem 4rem; color: var(--ink); background: #fff;
  font: 1rem/1.55 system-ui, "Noto Sans", sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 0.5rem; }
h2 { font-size: 1.35rem; margin: 2.5rem 0 0.5rem; border-top: 3px solid var(--bad); padding-top: 0.75rem; }
[lang=en] { color: var(--muted); font-style: italic; font-weight: 400; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; list-style: none; padding: 0; }
.wide { overflow-x: auto; margin: 1rem 0 2rem; }
a:focus-visible, .wide:focus-visible { outline: 3px solid #1d4e89; outline-offset: 2px; }
a { color: #1d4e89; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
caption { text-align: left; font-weight: 600; padding: 0 0 0.4rem; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.6rem; border-bottom: 1px solid var(--rule); }
thead th { border-bottom: 2px solid var(--ink); }
tbody th[scope=rowgroup] { background: var(--soft); }
tbody th[scope=row] { font-weight: 600; white-space: nowrap; }
.count { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.bad { color: var(--bad); font-weight: 700; }
.code { font-family: ui-monospace, monospace; font-size: 0.85em; overflow-wrap: anywhere; }
@media print { .wide { overflow: visible; } }
"""


def page(validations: Sequence[Validation], unreadable: Iterable[ToldError] = ()) -> str:
    """Make the page.

    Args:
        validations: results in the order in which they are shown.
        unreadable: what is wrong with results that cannot be read; said first.
    """
    wrong = [
        _both(*(message("validations.damaged", one, what=error.told(one)) for one in LANGUAGES))
        for error in unreadable
    ]
    body = [
        f"<h1>{_said('validations.title')}</h1>",
        f"<p>{_said('validations.intro')}</p>",
        *([f"<h2>{_said('validations.not_shown')}</h2>", _list(wrong)] if wrong else []),
        *([] if validations or wrong else [f"<p>{_said('validations.none')}</p>"]),
        *([_contents(validations)] if len(validations) > 1 else []),
        *(_section(validation) for validation in validations),
    ]
    return (
        '<!doctype html>\n<html lang="vi">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(message('validations.title'))} – Tổng kết</title>\n"
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def place_of(validation: Validation, language: Language) -> str:
    """Say of what the results are: a period, or the publication gate."""
    if validation.period == PUBLICATION:
        return message("validations.publication", language)
    if validation.period == UNKNOWN_PERIOD:
        return message("validations.unknown", language)
    return message("validations.period", language, period=validation.period)


def _said(key: str, **fields: object) -> str:
    """Give a text in both languages."""
    return _both(message(key, "vi", **fields), message(key, "en", **fields))


def _counted(key: str, counts: Mapping[str, int], **fields: object) -> str:
    """Give a text in both languages, with numbers as each of them writes them."""
    return _both(
        *(
            message(key, one, **fields, **{name: writing.number(n, language=one) for name, n in counts.items()})
            for one in LANGUAGES
        )
    )


def _moment(at: datetime) -> str:
    return _both(*(message("validations.at", one, at=writing.moment(at, one)) for one in LANGUAGES))


def _both(vi: str, en: str) -> str:
    return f'{escape(vi)} <span lang="en">{escape(en)}</span>'


def _list(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def _contents(validations: Iterable[Validation]) -> str:
    links = (
        f'<a href="#{escape(v.period)}">{_both(place_of(v, "vi"), place_of(v, "en"))}</a>: '
        + _counted("validations.failing_rows", {"failed": v.failed})
        for v in validations
    )
    label = escape(message("validations.contents"))
    return f'<nav aria-label="{label}">{_list(links)}</nav>'


def _section(validation: Validation) -> str:
    rules = validation.rules
    failing = sum(1 for rule in rules if rule.failed)
    facts = [
        _moment(validation.at),
        _counted(f"validations.purpose.{validation.purpose}", {"submissions": validation.submissions}),
        *(
            [_said("validations.rules_version", version=validation.rules_version[:12])]
            if validation.rules_version
            else []
        ),
        *([_counted("validations.summary", {"failing": failing, "checked": len(rules)})] if rules else []),
    ]
    samples = (
        _samples(validation, suite, rule) for suite in validation.suites for rule in suite.rules if rule.samples
    )
    return "\n".join(
        [
            f'<section aria-labelledby="{escape(validation.period)}">',
            f'<h2 id="{escape(validation.period)}">'
            f"{_both(place_of(validation, 'vi'), place_of(validation, 'en'))}</h2>",
            _list(facts),
            _rules(validation) if validation.suites else f"<p>{_said('validations.nothing_read')}</p>",
            *samples,
            "</section>",
        ]
    )


def _table(anchor: str, caption: str, head: Iterable[str], bodies: Iterable[str]) -> str:
    """Give a table that can be scrolled sideways, by keys as well; it is called by its caption."""
    return (
        f'<div class="wide" role="region" tabindex="0" aria-labelledby="{anchor}"><table>'
        f'<caption id="{anchor}">{caption}</caption>'
        f"<thead><tr>{''.join(head)}</tr></thead>{''.join(bodies)}</table></div>"
    )


def _head(name: str) -> str:
    is_count = ' class="count"' if name in _COUNTS else ""
    return f'<th scope="col"{is_count}>{_said(f"validations.column.{name}")}</th>'


def _rules(validation: Validation) -> str:
    columns = ("rule", "title", *_COUNTS)
    caption = _both(
        *(message("validations.caption", one, place=place_of(validation, one)) for one in LANGUAGES)
    )
    bodies = []
    for suite in validation.suites:
        group = _counted("validations.rows", {"rows": suite.rows}, suite=suite.suite)
        rows = (_rule(validation, suite, rule) for rule in suite.rules)
        heading = f'<tr><th scope="rowgroup" colspan="{len(columns)}">{group}</th></tr>'
        bodies.append(f"<tbody>{heading}{''.join(rows)}</tbody>")
    anchor = escape(f"{validation.period} rules".replace(" ", "-"))
    return _table(anchor, caption, (_head(name) for name in columns), bodies)


def _anchor(validation: Validation, suite: SuiteResult, rule: RuleResult) -> str:
    return escape(f"{validation.period} {suite.suite} {rule.rule}".replace(" ", "-"))


def _rule(validation: Validation, suite: SuiteResult, rule: RuleResult) -> str:
    title = _both(rule.title.get("vi", ""), rule.title.get("en", ""))
    if rule.reason:
        title += f"<br>{_said(f'validations.reason.{rule.reason}')}"
    counts = {name: writing.number(getattr(rule, name)) for name in _COUNTS}
    if rule.samples:
        counts["failed"] = f'<a class="bad" href="#{_anchor(validation, suite, rule)}">{counts["failed"]}</a>'
    cells = "".join(f'<td class="count">{counts[name]}</td>' for name in _COUNTS)
    return f'<tr><th scope="row">{escape(rule.rule)}</th><td>{title}</td>{cells}</tr>'


def _samples(validation: Validation, suite: SuiteResult, rule: RuleResult) -> str:
    counts = {"shown": len(rule.samples), "failed": rule.failed}
    caption = _counted("validations.samples", counts, rule=rule.rule, suite=suite.suite)
    # The publication gate looks at no file: its samples have no place in one.
    shown = [
        name for name in _PLACES if any(getattr(sample, name) not in ("", None) for sample in rule.samples)
    ]
    rows = "".join(f"<tr>{''.join(_cells(sample, shown))}</tr>" for sample in rule.samples)
    return _table(
        _anchor(validation, suite, rule), caption, map(_head, (*shown, "values")), (f"<tbody>{rows}</tbody>",)
    )


def _cells(sample: Sample, shown: Iterable[str]) -> Iterable[str]:
    for name in shown:
        value = sample.printed() if name == "value" else getattr(sample, name)
        yield f'<td class="code">{escape("" if value is None else str(value))}</td>'
    blank = _said("validations.blank")
    values = (
        f'<span class="code">{escape(name)}</span> = {escape(sample.printed(name)) if value else blank}'
        for name, value in sample.values.items()
    )
    yield f"<td>{'<br>'.join(values)}</td>"
