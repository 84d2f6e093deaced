"""`python -m ingestion.gate.rule_pages`: a page of documentation for every rule, from the rule files alone.

What belongs here: laying a rule out as a short page, Vietnamese first and English beside it. What does not:
what rules say (`rules/*.yml`), and the findings shown as examples, which are those of the demo world.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import click
from pydantic import BaseModel, ConfigDict

from ingestion.definitions.catalogue import Catalogue, load_catalogue
from ingestion.gate.book import RuleBook, rule_book
from ingestion.gate.compiling import Check, forms_of
from ingestion.gate.language.parser import parse
from ingestion.gate.language.syntax import unparse
from ingestion.gate.rule_names import FUNCTIONS, named_columns, named_sources
from ingestion.gate.rules import EACH, Clause, Rule
from ingestion.words import writing
from ingestion.words.data_files import read_yaml
from ingestion.words.labels import Label
from ingestion.words.messages import message

FOLDER = Path(__file__).parents[2] / "docs" / "rules"
INDEX = "README.md"
EXAMPLES = "examples.yml"


class Example(BaseModel):
    """A finding of a rule as clerks read it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vi: str
    en: str


def pages(book: RuleBook, examples: Mapping[str, Example], catalogue: Catalogue) -> dict[str, str]:
    """Give the pages of all rules and their index, by file name.

    Args:
        book: the rules and their checks.
        examples: a finding of each rule.
        catalogue: the forms whose columns the rules name.
    """
    found = {INDEX: _index(book)}
    for rule in book.rules.values():
        found[f"{rule.id}.md"] = _page(rule, book.checks[rule.id], examples[rule.id], catalogue)
    return found


def load_examples(folder: Path = FOLDER) -> dict[str, Example]:
    """Load the findings that are shown as examples, by rule."""
    return {rule: Example.model_validate(found) for rule, found in read_yaml(folder / EXAMPLES).items()}


def _both(key: str, **fields: object) -> str:
    return f"{message(key, 'vi', **fields)} · *{message(key, 'en', **fields)}*"


def _day_in_both(key: str, day: date) -> str:
    said = message(key, "vi", day=writing.day(day, "vi"))
    return f"{said} · *{message(key, 'en', day=writing.day(day, 'en'))}*"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _heading(key: str) -> str:
    return f"## {message(key, 'vi')} · {message(key, 'en')}"


def _index(book: RuleBook) -> str:
    key = "rule_pages.index.intro"
    lines = [
        f"# {message('rule_pages.index.title', 'vi')}",
        f"*{message('rule_pages.index.title', 'en')}*",
        message(key, "vi", count=len(book.rules)),
        f"*{message(key, 'en', count=len(book.rules))}*",
    ]
    names = ("severity", "scope", "forms")
    table = [
        "| | | " + " | ".join(_both(f"rule_pages.{name}") for name in names) + " |",
        "|---|---|---|---|---|",
    ]
    for rule in book.rules.values():
        severity = message(f"rule_pages.severity.{rule.severity}").split(" – ")[0]
        scope = message(f"rule_pages.scope.{rule.scope}")
        title = f"{_cell(rule.title.vi)}<br>*{_cell(rule.title.en)}*"
        table.append(
            f"| [{rule.id}]({rule.id}.md) | {title} | {severity} | {scope} |"
            f" {', '.join(forms_of(rule, book.checks[rule.id]))} |"
        )
    return "\n\n".join([*lines, "\n".join(table), *_language(book)]) + "\n"


def _language(book: RuleBook) -> list[str]:
    """Say what stands for what in the expressions of all rules."""
    told = [(name, f"{text.vi} · *{text.en}*") for name, text in named_sources(book).items()]
    told += [(f"{name}(…)", _both(f"rule_pages.function.{name}")) for name in FUNCTIONS]
    table = ["| | |", "|---|---|", *(f"| `{name}` | {text} |" for name, text in told)]
    intro = "rule_pages.language.intro"
    return [
        _heading("rule_pages.language"),
        message(intro, "vi"),
        f"*{message(intro, 'en')}*",
        "\n".join(table),
    ]


def _columns(rule: Rule, checks: tuple[Check, ...], catalogue: Catalogue) -> list[str]:
    named = named_columns(rule, checks, catalogue)
    lines = [
        f"- `{code}` ({', '.join(forms)}): {label.vi} · *{label.en}*" for (code, label), forms in named.items()
    ]
    return [_heading("rule_pages.columns"), "\n".join(lines)] if lines else []


def _page(rule: Rule, checks: tuple[Check, ...], example: Example, catalogue: Catalogue) -> str:
    parts = [
        f"# {rule.id} · {rule.title.vi}",
        f"*{rule.title.en}*",
        _facts(rule, checks),
        _heading("rule_pages.holds"),
        *(_clause(rule, clause) for clause in rule.clauses),
        *_columns(rule, checks, catalogue),
        _heading("rule_pages.not_run"),
        "\n".join(f"- {reason}" for reason in _reasons(rule, checks)),
        _heading("rule_pages.message"),
        *(_spoken(text) for text in _distinct(_messages(rule))),
        _heading("rule_pages.remedy"),
        *(_spoken(text) for text in _distinct([c.remedy or rule.remedy for c in rule.clauses])),
        _heading("rule_pages.example"),
        _spoken(Label(vi=example.vi, en=example.en)),
        f"[{message('rule_pages.back', 'vi')} · {message('rule_pages.back', 'en')}]({INDEX})",
    ]
    return "\n\n".join(parts) + "\n"


def _facts(rule: Rule, checks: tuple[Check, ...]) -> str:
    forms = ", ".join(forms_of(rule, checks)) or _both("rule_pages.forms.all")
    rows = [
        ("rule_pages.severity", _both(f"rule_pages.severity.{rule.severity}")),
        ("rule_pages.scope", _both(f"rule_pages.scope.{rule.scope}")),
        ("rule_pages.forms", forms),
        *((("rule_pages.kinds", _kinds(rule.kinds)),) if rule.kinds else ()),
        ("rule_pages.blanks", _both(f"rule_pages.blanks.{rule.missing}")),
    ]
    limits = (("from", rule.effective.first), ("to", rule.effective.last))
    rows += [
        ("rule_pages.effective", _day_in_both(f"rule_pages.effective.{name}", day))
        for name, day in limits
        if day is not None
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {_both(key)} | {_cell(text)} |" for key, text in rows)])


def _clause(rule: Rule, clause: Clause) -> str:
    lines = [f"```text\n{_written(clause.holds)}\n```"]
    notes = []
    conditions = [_written(text) for text in (rule.when, clause.when) if text is not None]
    if conditions:
        notes.append(f"{_both('rule_pages.when')}: `{' and '.join(conditions)}`")
    if clause.each:
        named = [
            _both(f"rule_pages.each.{name.removeprefix('*')}") if name in EACH else f"`{name}`"
            for name in clause.each
        ]
        notes.append(f"{_both('rule_pages.each')}: {', '.join(named)}")
    if clause.forms:
        notes.append(f"{_both('rule_pages.forms')}: {', '.join(clause.forms)}")
    if clause.kinds:
        notes.append(f"{_both('rule_pages.kinds')}: {_kinds(clause.kinds)}")
    cell = f"`{clause.cell}`" if clause.cell else _both("rule_pages.cell.none")
    notes.append(f"{_both('rule_pages.cell')}: {cell}")
    return "\n\n".join([*lines, "\n".join(f"- {note}" for note in notes)])


def _kinds(kinds: Iterable[str]) -> str:
    return "; ".join(_both(f"rule_pages.kinds.{kind}") for kind in kinds)


def _written(expression: str) -> str:
    return unparse(parse(expression))


def _reasons(rule: Rule, checks: tuple[Check, ...]) -> list[str]:
    reasons = [_both("rule_pages.not_run.unreadable")]
    others = {form for check in checks for form in check.other_forms}
    forms = sorted({*forms_of(rule, checks), *others})
    if forms:
        reasons.append(_both("rule_pages.not_run.forms", forms=", ".join(forms)))
    for name, applies in (
        ("registry", any(check.registry for check in checks)),
        ("history", any(check.history for check in checks)),
        ("clock", any(check.clock for check in checks)),
        ("scheme", any(check.scheme for check in checks)),
        ("nothing", rule.frame in ("row", "cell", "total") or any(check.when for check in checks)),
    ):
        if applies:
            reasons.append(_both(f"rule_pages.not_run.{name}"))
    return reasons


def _messages(rule: Rule) -> list[Label]:
    spoken = ((clause.message or rule.message, clause.whole_row) for clause in rule.clauses)
    return [text for texts in spoken for text in texts if text is not None]


def _distinct(texts: list[Label]) -> list[Label]:
    return list(dict.fromkeys(texts))


def _spoken(text: Label) -> str:
    return f"> {text.vi.strip()}\n>\n> *{text.en.strip()}*"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=FOLDER)
def main(folder: Path) -> None:
    """Write the page of every rule and their index, and remove pages of rules that are gone."""
    catalogue = load_catalogue()
    found = pages(rule_book(catalogue), load_examples(), catalogue)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.md"):
        if old.name not in found:
            old.unlink()
    for name, text in found.items():
        (folder / name).write_text(text, encoding="utf-8")
    click.echo(message("rule_pages.written", count=len(found), folder=folder))


if __name__ == "__main__":
    main()
