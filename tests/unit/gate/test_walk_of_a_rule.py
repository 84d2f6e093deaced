"""What CONTRIBUTING says of a rule with a new context is so: its three pieces, as they stand there, work."""

import importlib.util
from datetime import date
from pathlib import Path
from types import ModuleType
from weakref import WeakKeyDictionary

import pytest

from demo.faults.draft import Draft
from ingestion.gate import book, load_rules
from ingestion.gate.context import submission
from tests.support.guide import NEXT_RULE
from tests.support.walks import pieces

RULE = "V066"
"""What the page calls its rule; the tests give it the next free number, and its prefix a name of its own."""


def _module(path: Path, text: str) -> ModuleType:
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def walked(tmp_path, monkeypatch):
    """The product with the rule and the context of the page."""
    found = pieces("A rule with a new context")
    (rule,), (context, _) = found["yaml"], found["python"]
    rule = rule.replace(RULE, NEXT_RULE).replace(" cover.", " walked.")
    (tmp_path / "rules.yml").write_text(f"rules:\n{rule}", encoding="utf-8")
    context = context.replace('prefix = "cover"', 'prefix = "walked"').replace(
        '"cover": Label', '"walked": Label'
    )
    rules = load_rules() | load_rules(tmp_path)
    providers = _module(tmp_path / "walked.py", context).PROVIDERS
    monkeypatch.setattr(submission, "PROVIDERS", (*submission.PROVIDERS, *providers))
    monkeypatch.setattr(book, "load_rules", lambda: rules)
    monkeypatch.setattr(book, "_BOOKS", WeakKeyDictionary())


@pytest.mark.usefixtures("walked")
def test_the_rule_of_the_page_finds_what_it_is_about_and_nothing_else(world):
    workbook = world.workbook()
    workbook.cover["prepared_on"] = date(2019, 12, 20)
    (finding,) = world.of(world.judge(workbook), NEXT_RULE)
    assert finding.severity == "warning"
    assert "2019-12-20, but its period ended on 2019-12-31 only" in finding.message_en

    workbook.cover["prepared_on"] = date(2020, 1, 6)
    assert world.of(world.judge(workbook), NEXT_RULE) == []


def test_the_fault_of_the_page_calls_what_its_module_has():
    _, fault = pieces("A rule with a new context")["python"]
    assert f'@breaks("{RULE}")' in fault
    assert callable(Draft.cover) and "draft.cover(" in fault
