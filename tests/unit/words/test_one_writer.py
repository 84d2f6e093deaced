"""Numbers, dates and periods are rounded and written in one place; whoever else does it has a reason here.

What belongs here: a search of the sources for what writes by itself. What does not: what the one place writes
(`test_writing.py`).
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.words.messages import load_messages

ROOT = Path(__file__).parents[3]
PACKAGES = ("ingestion", "orchestration", "reports")
OWNERS = {"ingestion/words/writing.py", "ingestion/words/period_names.py"}

_SPEC = re.compile(r"[,%]|\.[0-9]+|[efg]$")
"""What follows a colon in an f-string and gives a number or a date its form."""
_REPLACED = {(".", ","), (",", ".")}

REASONS = {
    "ingestion/chronicle/versions.py": "names of versions of the registry",
    "ingestion/gate/language/syntax.py": "a rule in the rules' own language",
    "ingestion/storage/machine.py": "reads a number",
    "ingestion/reading/cast.py": "takes the noise off a stored share before it is kept",
    "ingestion/reading/worksheet.py": "reads the hours of a stored day",
    "ingestion/bounded/workers.py": "technical words for a log",
    "ingestion/gate/language/functions.py": "the rules' own functions, of which `round` asks the owner",
    "ingestion/ooxml/grid.py": "measures of cells, in the notation of the format",
    "ingestion/ooxml/styles.py": "sizes of letters, in the notation of the format",
    "ingestion/returns/gathered.py": "codes of rules from one to another",
    "ingestion/validations/store.py": "names of files that are kept",
    "ingestion/records/stored.py": "prints a stored cell as its own format says",
    "orchestration/as_of.py": "names of files",
    "ingestion/alerts/channels.py": "names of files that are kept",
    "orchestration/commands/run.py": "seconds for programs, and the name of a log",
    "orchestration/errors.py": "names of files that are kept",
    "orchestration/sensors.py": "keys of runs",
    "orchestration/warehouse.py": "a moment for SQL, and names of files",
    "reports/blocks.py": "dashes between the columns of a table",
    "reports/release.py": "names of releases",
    "reports/render.py": "whole seconds, which the texts of the catalogue write",
}
"""Modules that form a number or a date themselves, and why nobody reads it as one of the product's."""


FOR_PROGRAMS = {
    "ingestion/gate/wording.py": "findings say with how many decimals a number is written",
    "ingestion/reading/many.py": "details of problems name those that are numbers",
    "ingestion/returns/differences.py": "changes say which of their sides are numbers",
    "reports/publication_gate/rows.py": "what is held as texts is compared, and told as it is kept",
    "reports/publication_gate/remarks.py": "remarks are compared as texts, and told in words",
    "reports/publication_gate/stated.py": "counts the decimals of a stated figure, and shows nothing",
    "reports/publication_gate/report.py": "samples say which of their values are numbers",
}
"""Modules that write numbers for programs, and how people's writing knows that they are numbers.

To a Vietnamese reader 1.005 is a thousand and five, and `1.005` alone does not say which it is.
"""


def own_writing(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Give the line and text of whatever rounds a number, or gives a number or a date its form."""
    for node in ast.walk(tree):
        match node:
            case ast.FormattedValue(format_spec=ast.JoinedStr(values=[ast.Constant(value=str(spec))])):
                if _SPEC.search(spec) and not re.fullmatch(r"\.?[<>^]?[0-9]+", spec):
                    yield node.lineno, ast.unparse(node)
            case ast.FormattedValue(format_spec=ast.JoinedStr()):
                yield node.lineno, ast.unparse(node)
            case ast.JoinedStr(values=values) if any(
                isinstance(v, ast.Constant) and v.value == "–" for v in values[1:-1]
            ):
                yield node.lineno, ast.unparse(node)
            case ast.Call(func=ast.Name(id="round")):
                yield node.lineno, ast.unparse(node)
            case ast.Call(func=ast.Attribute(attr="strftime" | "quantize")):
                yield node.lineno, ast.unparse(node)
            case ast.Call(
                func=ast.Attribute(attr="replace"), args=[ast.Constant(value=one), ast.Constant(value=other)]
            ) if (one, other) in _REPLACED:
                yield node.lineno, ast.unparse(node)


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path


def test_no_other_module_writes_numbers_or_dates_by_itself() -> None:
    found = {
        name: list(own_writing(ast.parse(path.read_text(encoding="utf-8"))))
        for name, path in modules()
        if name not in OWNERS
    }
    writing = {name: places for name, places in found.items() if places}
    assert {name: places for name, places in writing.items() if name not in REASONS} == {}
    assert set(REASONS) <= set(writing), "a module in the list has stopped; take it out"


@pytest.mark.parametrize(
    "source",
    [
        'f"{x:.1f}"',
        'f"{x:,}"',
        'f"{x:g}"',
        'f"{d:%d/%m/%Y}"',
        'f"{a}–{b}"',
        "round(x, 1)",
        'd.strftime("%Y")',
        "x.quantize(y)",
        'str(x).replace(".", ",")',
    ],
)
def test_the_search_finds_each_way_of_writing(source: str) -> None:
    assert list(own_writing(ast.parse(source)))


def _calls(path: Path, name: str) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(
        isinstance(node, ast.Attribute) and ast.unparse(node) == f"writing.{name}" for node in ast.walk(tree)
    )


def test_what_is_written_for_programs_says_what_is_a_number() -> None:
    assert {name for name, path in modules() if _calls(path, "plain")} == set(FOR_PROGRAMS)
    # Only what an earlier version kept leaves it open.
    assert [name for name, path in modules() if _calls(path, "of_unknown")] == ["ingestion/words/found.py"]


def test_sql_rounds_nothing_and_charts_write_nothing() -> None:
    # A figure is rounded where it is read; SQL compares what it is printed as without rounding it.
    for path in sorted((ROOT / "dbt_project").rglob("*.sql")):
        text = re.sub(r"\{#.*?#\}|--[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"\b(round|printf|format|strftime|decimal)\s*\(", text, re.IGNORECASE), path
    charts = (ROOT / "reports" / "charts.py").read_text(encoding="utf-8")
    assert "labelExpr" not in charts and not re.search(r"\bformat=", charts)


def test_only_one_family_of_texts_names_periods() -> None:
    named = [key for key in load_messages() if re.search(r"\.(Q1|6T|9T|NK)$", key)]
    assert {key.rpartition(".")[0] for key in named} == {"period", "period_kind"}
