"""Whatever becomes of bodies, and whatever is filed or not, every figure is the one of the guide."""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest
from hypothesis import settings

from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry_faults import faults
from tests.integration.history_cases import CASES, Case, with_cases
from tests.integration.test_warehouse import _dbt as dbt
from tests.integration.warehouse_world import World
from tests.support.histories import History, history, world_of
from tests.support.tiles_oracle import NOTHING, Figure, Key, Oracle

IS_SEARCH = settings.get_current_profile_name() == "search"

NUMBERS = range(40)
"""The histories by which every change is judged; a search takes others, and more of them."""
MANY = 300
SHOWN = 3
"""How many histories with a disagreement are told in full."""

CLOSE = 1e-9


class Built(NamedTuple):
    """A world with what the warehouse and the oracle make of it."""

    home: Path
    histories: list[History]
    made: dict[Key, Figure]
    expected: dict[Key, Figure]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    numbers = NUMBERS
    if IS_SEARCH:
        first = int.from_bytes(os.urandom(2)) * MANY
        numbers = range(first, first + MANY)
    home = tmp_path_factory.mktemp("histories")
    histories = [history(number) for number in numbers]
    world = with_cases(world_of(histories))
    world.write(home)
    warehouse = dbt(home, home / "dbt", "run", "--select", "+fct_indicator_value")
    return Built(home, histories, _figures(warehouse), _expected(world))


def _expected(world: World) -> dict[Key, Figure]:
    return Oracle(world, load_catalogue()).figures()


def _figures(warehouse: Path) -> dict[Key, Figure]:
    with duckdb.connect(str(warehouse), read_only=True) as opened:
        rows = opened.sql(
            "select org_code, indicator_code, period_code, value, numerator, denominator, opening_value, status"
            " from fct_indicator_value"
        ).fetchall()
    found = {(org, indicator, period): Figure(*rest) for org, indicator, period, *rest in rows}
    assert len(found) == len(rows), "a figure stands twice"
    return {key: figure for key, figure in found.items() if figure != NOTHING}


def _is_same(one: Figure, other: Figure) -> bool:
    numbers = zip(one[:-1], other[:-1], strict=True)
    return one.status == other.status and all(
        (a is None) == (b is None) and (a is None or b is None or abs(a - b) <= CLOSE * max(1, abs(a)))
        for a, b in numbers
    )


def _disagreements(built: Built) -> list[Key]:
    keys = sorted({*built.made, *built.expected})
    return [key for key in keys if not _is_same(built.made.get(key, NOTHING), built.expected.get(key, NOTHING))]


def _told(built: Built, wrong: list[Key]) -> str:
    """Tell the first disagreements, each history once, with what happened in it and what was filed."""
    catalogue, lines = load_catalogue(), [f"{len(wrong)} figures differ"]
    by_history: dict[str, list[Key]] = {}
    for key in wrong:
        by_history.setdefault(key[0].partition("-")[0] + "-", []).append(key)
    histories: Mapping[str, History] = {one.prefix: one for one in built.histories}
    for prefix, keys in list(by_history.items())[:SHOWN]:
        org, indicator, period = keys[0]
        lines += [
            f"{indicator} of {org} in {period} (and {len(keys) - 1} more of {prefix})",
            f"  warehouse {built.made.get(keys[0], NOTHING)}",
            f"  oracle    {built.expected.get(keys[0], NOTHING)}",
        ]
        parts = catalogue.indicators[indicator].parts
        if prefix in histories:
            lines.append(histories[prefix].told(*(one.form for _, summands in parts for one in summands)))
    return "\n".join(lines)


def test_registries_are_sound(built: Built) -> None:
    assert faults(built.home / "registry", load_catalogue()) == ()


@pytest.mark.hypothesis
@pytest.mark.timeout(3600)
def test_every_figure_is_the_one_of_the_guide(built: Built) -> None:
    wrong = _disagreements(built)
    assert not wrong, _told(built, wrong)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_cases_of_the_guide(built: Built, case: Case) -> None:
    told = Figure(case.value, None, None, None, case.status)
    key = (case.asked, case.indicator, case.period)
    assert built.made.get(key, NOTHING) == told, case.line
    assert built.expected.get(key, NOTHING) == told, case.line


def test_the_histories_have_something_of_everything(built: Built) -> None:
    catalogue = load_catalogue()
    kinds = {catalogue.indicators[indicator].kind for _, indicator, _ in built.expected}
    assert kinds == {"stock", "flow", "ratio", "rate", "distinct", "run", "registry"}
    assert {figure.status for figure in built.expected.values()} == {
        "none",
        "final",
        "provisional",
        "incomplete",
    }
    parts = {period.split("-")[-1] for _, _, period in built.expected}
    assert parts == {"Q1", "6T", "9T", "N", "D1", "D2", "D3", "D4", "NK"}
    forms = {form for one in built.histories for filing in one.filings for form in filing.rows}
    assert forms == {f"B0{number}" for number in range(1, 10)}
    events = {row["event_type"] for one in built.histories for row in one.successions}
    assert events == {"merge", "rename", "split", "dissolve"}
    days = {date.fromisoformat(row["effective_on"]).day for one in built.histories for row in one.successions}
    assert 1 in days and days - {1}, "events at the ends of periods, and within months"
    filings = [filing for one in built.histories for filing in one.filings]
    assert any(filing.coverage_from for filing in filings)
    assert any(filing.revision > 1 for filing in filings)
    assert {status for filing in filings for status, _ in filing.decisions} == {"accepted", "rejected"}
