"""Mutants of what rounds, traces and compares figures, and whether the tests that hold it notice each.

What belongs here: the changes, and trying them one by one in a copy of the sources. What does not: the tests.
Run it with `python -m tests.support.figure_mutants`; it takes some minutes, so that no test does.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_COPIED = ("benchmarks", "dbt_project", "demo", "ingestion", "orchestration", "reports", "tests")

WRITING = ("tests/unit/words/test_writing.py", "tests/unit/reports/test_format.py")
SQL = ("tests/unit/warehouse/test_printed_as.py",)
RULES = ("tests/unit/gate/test_row_by_row.py",)
PAGES = ("tests/unit/reports/test_pages.py", "tests/unit/reports/test_charts.py")
PART = ("tests/integration/test_part_filed.py",)
WORLD = ("tests/integration/test_warehouse.py",)


@dataclass(frozen=True)
class Mutant:
    """One change of one file, and the tests that have to notice it."""

    file: str
    old: str
    new: str
    tests: Sequence[str]


MUTANTS = (
    # rounding and writing
    Mutant("ingestion/words/writing.py", "ROUND_HALF_UP, _WIDE", '"ROUND_HALF_EVEN", _WIDE', WRITING),
    Mutant("ingestion/words/writing.py", "{value:.15g}", "{value:.17g}", WRITING),
    Mutant("ingestion/words/writing.py", "return found if found else abs(found)", "return found", WRITING),
    Mutant(
        "ingestion/words/writing.py",
        "    shown = rounded(value, decimals)\n    return (",
        "    shown = value\n    return (",
        WRITING,
    ),
    Mutant("ingestion/words/writing.py", "max(decimals, _DERIVED_DECIMALS)", "decimals", WRITING),
    Mutant("ingestion/words/writing.py", "is_bare=not keeps_zeros(unit)", "is_bare=keeps_zeros(unit)", WRITING),
    Mutant("ingestion/words/writing.py", 'unit = "PERCENT_POINT"', "pass", WRITING),
    Mutant("ingestion/words/writing.py", " and _PERHAPS_OTHER.fullmatch(text) is None", "", WRITING),
    Mutant("ingestion/words/writing.py", ").astimezone(VIETNAM_TIME)", ")", WRITING),
    Mutant("ingestion/words/messages.py", "name not in _LABELS", "True", WRITING),
    Mutant("ingestion/gate/language/functions.py", "_NEAR_HALF = 1e-6", "_NEAR_HALF = -1.0", RULES),
    Mutant("reports/figures.py", "float(rounded(exact, decimals))", "exact", WRITING),
    Mutant("reports/charts.py", "thousands, decimal = ", "decimal, thousands = ", PAGES),
    Mutant(
        "dbt_project/macros/figures.sql",
        "1e-13 * greatest(abs({{ value }}), 1)\n        -- what",
        "0\n        -- what",
        SQL,
    ),
    Mutant(
        "dbt_project/macros/figures.sql", "- 1e-13 * greatest(abs({{ value }}), 1)\n    )", "+ 1\n    )", SQL
    ),
    # the trace
    Mutant(
        "reports/figures.py",
        '"numerator", "numerator_minus", "denominator", ',
        '"numerator", "denominator", ',
        PART,
    ),
    Mutant(
        "reports/figures.py",
        '{"value": "value", "minus": "minus"}',
        '{"value": "value", "minus": "value"}',
        PART,
    ),
    Mutant("reports/figures.py", 'parts["opening"] = "minus"', "pass", PART),
    Mutant("reports/figures.py", 'else {"value": "minus"}', "else {}", PART),
    Mutant(
        "dbt_project/models/reports/rpt_figure_cell.sql",
        "where not bases.is_minus or measures.within_year = 'sum'",
        "where not bases.is_minus",
        PART,
    ),
    Mutant(
        "dbt_project/macros/cells.sql",
        "source_rows.part || '_minus'",
        "source_rows.part",
        PART,
    ),
    Mutant(
        "dbt_project/macros/cells.sql",
        "        and {{ counts_in_year('source_rows', 'source_rows') }}\n",
        "",
        PART,
    ),
    Mutant("reports/figures.py", "contribution=contribution / n_years", "contribution=contribution", PART),
    Mutant("reports/figures.py", "f\"{derived['of_year']}-N\"", '"2020-N"', PART),
    Mutant(
        "dbt_project/models/intermediate/int_contributor__state.sql",
        "coalesce(n_parts.n_parts, 0) < n_parts_ever.n_parts",
        "n_parts_ever.n_parts is null",
        PART,
    ),
    # what is compared with what, and what is stated
    Mutant(
        "dbt_project/models/marts/fct_indicator_derived.sql",
        "when derived.state_rank = 0 or",
        "when derived.state_rank in (0, 2) or",
        PART,
    ),
    Mutant(
        "dbt_project/models/marts/fct_indicator_derived.sql",
        "greatest(present.state_rank, past.state_rank)",
        "past.state_rank",
        PART,
    ),
    Mutant(
        "dbt_project/models/marts/fct_indicator_derived.sql",
        "present.numerator * past.denominator - past.numerator",
        "present.numerator * past.denominator + past.numerator",
        PART,
    ),
    Mutant(
        "dbt_project/models/marts/fct_target.sql",
        "case when status = 'final' then actual_value end",
        "actual_value",
        PART,
    ),
    Mutant(
        "dbt_project/models/marts/fct_target.sql",
        "or last_years.status = 'provisional'",
        "",
        PART,
    ),
    Mutant(
        "dbt_project/models/marts/fct_indicator_derived.sql",
        "and totals.indicator_code is null",
        "",
        PART,
    ),
    Mutant(
        "dbt_project/models/intermediate/int_filing__state.sql",
        "filed_part >= coalesce(expected_part, 0)",
        "filed_part >= coalesce(owed_part, 0)",
        PART,
    ),
    Mutant(
        "dbt_project/models/reports/rpt_stated_figure.sql",
        "else actual_value is not null and status = 'final'",
        "else actual_value is not null",
        WORLD,
    ),
    Mutant("reports/sentences.py", "field.derivation in COMPARISONS", "False", PART),
    Mutant("reports/unit_page.py", 'if figure.status == "incomplete" or is_part:', "if False:", PART),
    Mutant(
        "reports/tables.py",
        "before = figure if ends is None else replace(figure, status=ends.status)",
        "before = figure",
        PART,
    ),
    Mutant("reports/overview.py", "if site.statements else others", "if True else others", PART),
    Mutant(
        "reports/unit_page.py",
        'return "nothing_in_common" if has_previous',
        'return "none" if has_previous',
        PART,
    ),
)


def survives(mutant: Mutant) -> bool:
    """Say whether no test fails on a mutant.

    Raises:
        ValueError: its file does not hold what it changes.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in _COPIED:
            shutil.copytree(
                ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "target", "logs")
            )
        shutil.copyfile(ROOT / "pyproject.toml", copy / "pyproject.toml")
        path = copy / mutant.file
        text = path.read_text(encoding="utf-8")
        if mutant.old not in text:
            raise ValueError(f"{mutant.file} does not hold {mutant.old!r}")
        path.write_text(text.replace(mutant.old, mutant.new, 1), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *mutant.tests]
        done = subprocess.run(command, cwd=copy, capture_output=True, check=False)
        return done.returncode == 0


def main() -> int:
    """Try all mutants and name those that survive."""
    alive = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for mutant, is_alive in zip(MUTANTS, pool.map(survives, MUTANTS), strict=True):
            alive += is_alive
            what = "survived" if is_alive else "noticed"
            sys.stdout.write(f"{what}: {mutant.file}: {mutant.old!r} -> {mutant.new!r}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(MUTANTS)} mutants, {alive} survived\n")
    return int(alive > 0)


if __name__ == "__main__":
    sys.exit(main())
