"""Every figure in the tables of the demo's reports is what `tongket figures` answers, digit for digit."""

import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import duckdb
import pytest

from ingestion.home import Home
from ingestion.messages import message
from reports import format as write
from reports.blocks import write as write_blocks
from reports.context import Site, Unit, load_site
from reports.figures import Figure, assembled, figure
from reports.pages import unit_page
from reports.sections import load_plan
from reports.tables import STATUS_MARKS
from tests.reports_site import AS_OF

PLAN = load_plan()
Key = tuple[str, str, str, str | None]


def column(name: str) -> str:
    return message(f"report.column.{name}")


FIRST = column("indicator")
CHANGES = ("change_over_term", "percent_change")


@pytest.fixture(scope="module")
def site(demo_home: Home) -> Site:
    return load_site(demo_home.warehouse, as_of=AS_OF, code_version="0")


@pytest.fixture(scope="module")
def answers(demo_home: Home) -> dict[Key, Figure]:
    """What `figures` answers for every figure of a unit that has a report, with one read of each mart."""

    def rows(sql: str) -> Iterator[dict[str, Any]]:
        cursor = connection.execute(sql)
        names = [description[0] for description in cursor.description]
        return (dict(zip(names, row, strict=True)) for row in cursor.fetchall())

    of_reports = "where org_code in (select org_code from rpt_report_unit)"
    with duckdb.connect(str(demo_home.warehouse), read_only=True) as connection:
        declared = {row["indicator_code"]: row for row in rows("select * from dim_indicator")}
        plain = {
            (row["indicator_code"], row["org_code"], row["period_code"]): row
            for row in rows(f"select * from fct_indicator_value {of_reports}")
        }
        derived = list(rows(f"select * from fct_indicator_derived {of_reports}"))
    found: dict[Key, Figure] = {
        (*key, None): assembled(key, None, declared[key[0]], row, None) for key, row in plain.items()
    }
    for row in derived:
        key = (row["indicator_code"], row["org_code"], row["period_code"])
        derivation = row["derivation"]
        found[*key, derivation] = assembled(key, derivation, declared[key[0]], plain.get(key), row)
    return found


def grids(site: Site, unit: Unit) -> Iterator[tuple[list[str], list[list[str]]]]:
    """Give the tables of a finished page: header and rows, as they stand in its text."""
    text = write_blocks(unit_page(site, unit, PLAN).blocks)
    for table in re.findall(r"(?:^\| .* \|\n\|[-:|]+\|\n(?:\| .* \|\n)+)", text, flags=re.MULTILINE):
        header, _, *rows = (
            [re.sub(r"\\(.)", r"\1", cell) for cell in line[2:-2].split(" | ")] for line in table.splitlines()
        )
        yield header, rows


def printed(site: Site, unit: Unit) -> Iterator[tuple[Key, str, str]]:
    """Give each figure of a page with its key, the part that it is, and its text."""
    named = {indicator.name: code for code, indicator in site.indicators.items()}
    assert len(named) == len(site.indicators)

    def code(cell: str) -> str:
        return named[cell] if cell in named else named[re.sub(r" \([^()]*\)$", "", cell)]

    years = [str(year) for year in site.years(unit.term)]
    matrices = {
        tuple(c.vi for c in table.columns): {row.label.vi: row.indicators for row in table.rows}
        for section in PLAN.for_system(unit.system)
        for table in section.tables
        if table.kind == "matrix"
    }
    children = {child.name: child for child in site.children(unit)}
    for header, rows in grids(site, unit):
        rest = header[1:]
        for first, *cells in rows:
            if rest == [*years, column("whole_term")]:
                periods = [*(f"{year}-N" for year in years), unit.term]
                for period, cell in zip(periods, cells, strict=True):
                    yield (code(first), unit.code, period, None), "value", cell
            elif rest == [column(name) for name in ("before", "after", "change", "percent")]:
                key = (code(first), unit.code, unit.term)
                yield (*key, None), "opening", cells[0]
                yield (*key, None), "value", cells[1]
                yield (*key, CHANGES[0]), "signed", cells[2]
                yield (*key, CHANGES[1]), "magnitude", cells[3]
            elif rest == [column(name) for name in ("previous", "current", "change")]:
                yield (code(first), unit.code, site.previous_term(unit) or "", None), "value", cells[0]
                yield (code(first), unit.code, unit.term, None), "value", cells[1]
                yield (code(first), unit.code, unit.term, "change_vs_previous_term"), "signed", cells[2]
            elif rest == [column(name) for name in ("value", "measure", "status")]:
                yield (code(first), unit.code, unit.term, None), "status", cells[0]
            elif first_of := matrices.get(tuple(rest)):
                for name, cell in zip(first_of[first], cells, strict=True):
                    if name in site.indicators:
                        yield (name, unit.code, unit.term, None), "value", cell
            elif header[0] == column("unit") and column("owed") not in rest and children:
                link = re.match(r"\[(.*)\]\(", first)
                of = children[link[1]] if link else unit
                for name, cell in zip(rest, cells, strict=True):
                    yield (code(name), of.code, of.term, None), "value", cell


def expected(answer: Figure | None, part: str) -> str:
    """Write an answer as the command does; a dash where there is none."""
    if answer is None or answer.value is None or (part == "opening" and answer.opening is None):
        return message("report.value.missing_short")
    value = answer.opening if part == "opening" else answer.value
    decimals = 0 if part == "opening" else answer.decimals
    text = write.figure(value, decimals, answer.unit_code)
    if part == "signed" and answer.value > 0:
        text = f"+{text}"
    return text + ("" if part == "status" else STATUS_MARKS.get(answer.status, ""))


def test_every_figure_of_a_table_is_what_figures_answers(site: Site, answers: dict[Key, Figure]) -> None:
    seen: Counter[str] = Counter()
    wrong = []
    for unit in site.units:
        for key, part, cell in printed(site, unit):
            if cell == message("report.value.not_applicable"):
                continue
            answer = answers.get(key)
            text = cell.strip("+−").replace("\u00a0%", "") if part == "magnitude" else cell
            text = text.replace("\u00a0%", "")
            seen[part] += cell != message("report.value.missing_short")
            if text != expected(answer, part):
                wrong.append((unit.code, key, part, cell, expected(answer, part)))
    assert not wrong, (len(wrong), wrong[:5])
    assert seen["value"] > 20_000 and min(seen[part] for part in ("opening", "signed", "magnitude")) > 20, seen


def test_every_share_is_the_rounded_quotient_of_its_counts(answers: dict[Key, Figure]) -> None:
    shares = [a for a in answers.values() if a.derivation is None and a.denominator and a.numerator is not None]
    for share in shares:
        if share.unit_code == "PERCENT" and share.value is not None:
            quotient = Fraction(share.numerator or 0) * 100 / Fraction(share.denominator or 1)
            scaled = 2 * quotient * 10**share.decimals + 1
            away = Fraction(scaled.numerator // (2 * scaled.denominator), 10**share.decimals)
            assert abs(Fraction(share.value) - away) < Fraction(1, 10**9), share
    assert len(shares) > 1_000


def test_one_answer_alone_is_the_answer_among_all(demo_home: Home, answers: dict[Key, Figure]) -> None:
    for derivation in (
        None,
        "average_per_year",
        "change_over_term",
        "percent_change",
        "change_vs_previous_term",
    ):
        key = next(k for k, a in answers.items() if k[3] == derivation and a.value)
        assert figure(demo_home.warehouse, *key) == answers[key]
