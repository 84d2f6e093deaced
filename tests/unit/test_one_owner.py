"""Facts that once stood in several places stand in one, or are held equal here."""

import ast
from collections import Counter
from pathlib import Path
from typing import get_args

import jinja2
import pytest

from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.forms import PeriodPart
from ingestion.reading.kinds import OLE_MARK
from ingestion.records import sheet_names
from ingestion.records.cells import LONGEST_TEXT
from ingestion.records.periods import CUMULATIVE, PeriodKind
from ingestion.records.tolerance import TOLERANCE
from ingestion.words.messages import message
from ingestion.workbook.formulas.values import EPSILON
from ingestion.workbook.legends import code_notes, meaning
from reports.publication_gate.report import ASSESSMENTS

ROOT = Path(__file__).parents[2]
PRODUCT = ("ingestion", "orchestration", "reports", "demo")
SHEETS = tuple(name for key, name in vars(sheet_names).items() if key.endswith("_SHEET"))


@pytest.fixture(scope="module")
def written() -> Counter[object]:
    """Count in how many modules of the product each number, text and row of bytes stands."""
    found: Counter[object] = Counter()
    for folder in PRODUCT:
        for path in (ROOT / folder).rglob("*.py"):
            tree = ast.parse(path.read_bytes())
            constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
            found.update({value for value in constants if isinstance(value, str | bytes | int | float)})
    return found


@pytest.mark.parametrize("fact", [*SHEETS, OLE_MARK, LONGEST_TEXT, TOLERANCE], ids=repr)
def test_a_fact_is_written_in_one_module(written: Counter[object], fact: object) -> None:
    assert written[fact] == 1


def test_formulas_and_the_warehouse_take_for_equal_what_the_gate_does() -> None:
    macros = jinja2.Template((ROOT / "dbt_project/macros/figures.sql").read_text(encoding="utf-8")).module
    assert float(EPSILON) == float(macros.tolerance()) == TOLERANCE  # type: ignore[attr-defined]


def test_a_template_calls_a_verdict_on_a_target_as_pages_do() -> None:
    names = {code: message(f"assessment.{code}") for code in ASSESSMENTS}
    assert {code: meaning(code) for code in ASSESSMENTS} == names
    assert all(f"{code} – {name}" in code_notes(load_catalogue().forms["B09"]) for code, name in names.items())


def test_forms_are_asked_for_at_the_cumulative_periods_and_the_term() -> None:
    assert get_args(PeriodPart) == (*CUMULATIVE, PeriodKind.TERM)
