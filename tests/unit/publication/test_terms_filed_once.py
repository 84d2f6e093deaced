"""A form filed once for a whole term, beside yearly ones, as the publication gate works it out anew.

It answers for its unit in that term and says nothing of a single year.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from ingestion.definitions.forms import Form
from reports.publication_gate.comparison import figures_again
from reports.publication_gate.report import ASSESSMENTS
from tests.integration.warehouse_world import BLANK, Filing
from tests.support import small_office
from tests.support.small_office import Office, body, catalogue, filing, marts, succession, term

P, A, B = body("P", "PROVINCE"), body("A", "DISTRICT", "P"), body("B", "DISTRICT", "P")
BODIES = [P, A, B, body("A1", "BASE", "A"), body("B1", "BASE", "B")]
TERM = "2015-2017-NK"
WHOLE, PROVISIONAL, INCOMPLETE = 0, 1, 2


def once(unit: str, **more: object) -> Filing:
    """Give what a unit filed once for two years: 100 in the beginning, 140 in the end."""
    return filing(unit, TERM, **{"opening": 100, "joined": 40, "closing": 140, **more})


def yearly(unit: str, *periods: str, **more: object) -> list[Filing]:
    """Give what a unit filed for single years: each begins with 10 and ends with 11."""
    return [filing(unit, period, **{"opening": 10, "joined": 1, "closing": 11, **more}) for period in periods]


def office(folder: Path, filings: list[Filing], *more: dict[str, object], **tables: object) -> Office:
    """Give the office of two districts in a term of two years, both in the calendar unless it is named."""
    tables = {"calendar": ["2016-N", "2017-N"], "terms": [term(2016, 2017)], **tables}
    return Office(folder, [*BODIES, *more], filings, **tables)  # type: ignore[arg-type]


def sides(made: Office, indicator: str, unit: str, period: str = TERM) -> tuple[float, float]:
    """Give value and status of a figure."""
    parts = made.told()[indicator, unit, period]
    return parts["value"], parts["status"]


def derived(made: Office, indicator: str, unit: str) -> dict[str, tuple[float | None, float]]:
    """Give value and status of what is derived of a figure of the term."""
    frames = figures_again(marts({}), made.bronze, catalogue(), None)
    values, statuses = frames["derived_again"], frames["derived_statuses_again"]
    mine = (values["indicator"] == indicator) & (values["unit"] == unit) & (values["period"] == TERM)
    return {
        name: (None if np.isnan(value) else value, status)
        for name, value, status in zip(
            values["derivation"][mine], values["expected"][mine], statuses["expected"][mine], strict=True
        )
    }


def test_a_total_of_the_term_is_whole_and_has_the_openings_of_all(tmp_path: Path) -> None:
    made = office(tmp_path, [once("A"), *yearly("B", "2016-N", "2017-N")])

    assert sides(made, "joined", "P") == (42, WHOLE)
    assert sides(made, "members", "P") == (151, WHOLE)
    assert made.told()["members", "P", TERM]["opening"] == 110
    # a closing and an opening in one sum
    assert sides(made, "growth", "P") == (41, WHOLE)
    found = derived(made, "members", "P")
    assert (found["change_over_term"], found["before_after"]) == ((41, WHOLE), (151, WHOLE))
    assert derived(made, "joined", "P")["average_per_year"] == (21, WHOLE)


def test_single_years_lack_who_filed_once(tmp_path: Path) -> None:
    made = office(tmp_path, [once("A"), *yearly("B", "2016-N", "2017-N")])

    for period in ("2016-N", "2017-N"):
        assert sides(made, "joined", "P", period) == (1, INCOMPLETE)
        assert sides(made, "joined", "B", period) == (1, WHOLE)
    found = derived(made, "joined", "P")
    assert found["per_year_low"] == found["per_year_high"] == (None, INCOMPLETE)
    assert derived(made, "joined", "B")["per_year_low"] == (1, WHOLE)
    assert not {"per_year_low", "per_year_high"} & set(derived(made, "joined", "A"))


def test_others_are_held_to_their_years(tmp_path: Path) -> None:
    late = office(tmp_path / "late", [once("A"), *yearly("B", "2017-N")])
    early = office(tmp_path / "early", [once("A"), *yearly("B", "2016-N")])
    begun = office(tmp_path / "begun", [once("A"), *yearly("B", "2016-N", "2017-6T")])

    assert [sides(late, i, "P")[1] for i in ("joined", "members")] == [INCOMPLETE, WHOLE]
    assert derived(late, "members", "P")["change_over_term"] == (None, INCOMPLETE)
    # what lasts is that of the last year, which B lacks; its opening is there
    assert sides(early, "members", "P") == (140, INCOMPLETE)
    assert early.told()["members", "P", TERM]["opening"] == 110
    assert [sides(begun, i, "P")[1] for i in ("joined", "members")] == [PROVISIONAL, PROVISIONAL]
    assert derived(begun, "members", "P")["change_over_term"] == (41, PROVISIONAL)


def test_years_that_the_calendar_lacks_are_missed_by_those_who_file_yearly_alone(tmp_path: Path) -> None:
    mixed = office(tmp_path / "mixed", [once("A"), *yearly("B", "2016-N")], calendar=["2016-N"])
    both = office(tmp_path / "both", [once("A"), once("B")], calendar=["2016-N"])
    silent = office(tmp_path / "silent", [once("A"), *yearly("B", "2018-N")], calendar=["2018-N"])

    assert [sides(mixed, i, "P")[1] for i in ("joined", "members")] == [INCOMPLETE, INCOMPLETE]
    assert [sides(both, i, "P") for i in ("joined", "members")] == [(80, WHOLE), (280, WHOLE)]
    assert derived(both, "members", "P")["change_over_term"] == (80, WHOLE)
    assert (sides(silent, "joined", "P"), sides(silent, "joined", "A")) == ((40, INCOMPLETE), (40, WHOLE))


def test_one_that_also_filed_a_year_is_held_to_its_years(tmp_path: Path) -> None:
    made = office(tmp_path, [once("A"), once("B"), *yearly("B", "2016-N")])

    assert (sides(made, "joined", "B"), sides(made, "joined", "P")) == ((1, INCOMPLETE), (41, INCOMPLETE))


def test_one_that_ended_within_the_term_does_not_answer_for_it(tmp_path: Path) -> None:
    ended = body("C", "DISTRICT", "P", valid_to="2016-12-31"), body("C1", "BASE", "C", valid_to="2016-12-31")
    made = office(tmp_path, [once("A"), once("C"), *yearly("B", "2016-N", "2017-N")], *ended)

    assert made.told()["joined", "P", TERM]["value"] == 42, "of A and B alone"
    assert made.told().get(("joined", "C", TERM), {}).get("value") is None


def test_what_the_form_left_out_is_missing_in_the_term(tmp_path: Path) -> None:
    blank = office(tmp_path / "blank", [once("A", joined=BLANK), *yearly("B", "2016-N", "2017-N")])
    # what A counts in the term before is not in the form, which does not even name it
    before = [*yearly("A", "2015-N"), once("A", joined=None), *yearly("B", "2016-N", "2017-N")]
    unnamed = office(tmp_path / "unnamed", before, calendar=["2015-N", "2016-N", "2017-N"])

    for made in (blank, unnamed):
        assert sides(made, "joined", "P") == (2, INCOMPLETE)
        assert sides(made, "members", "P") == (151, WHOLE)


def test_forms_of_one_indicator_may_each_be_filed_in_its_own_way(tmp_path: Path) -> None:
    def lines(unit: str, period: str) -> Filing:
        return Filing(unit, period, {"F2": [{"line_code": "FLOW", "number": 7}]})

    of_b = [
        Filing("B", p, {**y.rows, **lines("B", p).rows}) for p in ("2016-N", "2017-N") for y in yearly("B", p)
    ]
    of_a = [once("A"), lines("A", "2016-N"), lines("A", "2017-N")]
    made = office(tmp_path / "whole", [*of_a, *of_b])
    short = office(tmp_path / "short", [*of_a[:2], *of_b])

    assert sides(made, "both_forms", "P") == (42 + 28, WHOLE)
    assert sides(short, "both_forms", "P") == (42 + 21, INCOMPLETE)
    assert sides(made, "flow_line", "P", "2016-N") == (14, WHOLE)
    assert sides(made, "joined", "P", "2016-N") == (1, INCOMPLETE)


def test_a_unit_that_ended_within_the_term_cannot_answer_for_it(tmp_path: Path) -> None:
    ended = body("C", "DISTRICT", "P", valid_to="2016-12-31")
    merger = [succession("C", "B", "merge", "2017-01-01")]
    filings = [once("C"), *(one for unit in "AB" for one in yearly(unit, "2016-N", "2017-N"))]
    made = office(tmp_path, filings, ended, body("C1", "BASE", "C"), successions=merger)

    # nothing of what it filed counts anywhere, and its year is missing
    assert ("joined", "C", TERM) not in made.told()
    assert (sides(made, "joined", "B"), sides(made, "joined", "P")) == ((2, INCOMPLETE), (4, INCOMPLETE))


def test_one_that_moved_counts_where_it_is_and_is_missed_nowhere_else(tmp_path: Path) -> None:
    moved = [
        body("C", "DISTRICT", "P", valid_to="2016-12-31"),
        body("C", "DISTRICT", "Q", valid_from="2017-01-01"),
        body("Q", "PROVINCE"),
        body("C1", "BASE", "C"),
    ]
    filings = [once("A"), once("C"), *yearly("B", "2016-N", "2017-N")]
    made = office(tmp_path, filings, *moved)

    assert (sides(made, "joined", "P"), sides(made, "joined", "Q")) == ((42, WHOLE), (40, WHOLE))


def test_one_that_moved_on_answers_for_nothing_of_a_body_that_ended(tmp_path: Path) -> None:
    until, since = "2016-12-31", "2017-01-01"
    bodies = [
        *(body("R", "PROVINCE", valid_to=until), body("D", "DISTRICT", "R", valid_to=until)),
        *(body("C", "DISTRICT", "R", valid_to=until), body("C", "DISTRICT", "P", valid_from=since)),
        *(body("C1", "BASE", "C"), body("D1", "BASE", "D")),
    ]
    filings = [once("C"), *yearly("D", "2016-N"), *yearly("A", "2016-N", "2017-N")]
    made = office(tmp_path, [*filings, *yearly("B", "2016-N", "2017-N")], *bodies)

    assert (sides(made, "joined", "P"), sides(made, "joined", "R")) == ((44, WHOLE), (1, INCOMPLETE))


def test_a_term_of_one_system_answers_for_none_of_another(tmp_path: Path) -> None:
    both = [body("C", "DISTRICT", valid_to="2017-12-31"), body("C", "BRANCH", valid_from="2018-01-01")]
    both[1]["term_system"] = "DOAN"
    terms = [term(2016, 2017), term(2017, 2019, system="DOAN")]
    filings = [once("C"), *yearly("C", "2018-N", "2019-N"), *yearly("A", "2016-N", "2017-N")]
    calendar = [f"{year}-N" for year in range(2016, 2020)]
    made = office(tmp_path, filings, *both, body("C1", "BASE", "C"), terms=terms, calendar=calendar)

    assert sides(made, "joined", "C") == (40, WHOLE)
    assert sides(made, "joined", "C", "2016-2019-NK")[0] == 2


@pytest.mark.parametrize(
    ("of_b", "until", "expected"),
    [
        (["2016-N", "2017-N"], 2017, ("DAT", "VUOT")),
        (["2016-N", "2017-6T"], 2017, ("DAT", "CHUA_DEN_HAN")),
        (["2016-N"], 2017, ("DAT", "CHUA_DEN_HAN")),
        (["2016-N", "2017-6T"], 2018, ("DAT", None)),
        (["2016-N"], 2018, ("DAT", None)),
    ],
)
def test_a_target_of_the_term_is_due_when_all_have_its_last_year_or_it_is_over(
    tmp_path: Path, of_b: list[str], until: int, expected: tuple[str, str | None]
) -> None:
    target = {"indicator_code": "joined", "term_code": TERM, "year": "", "basis": "TERM", "direction": "GE"}
    targets = [{**target, "org_code": unit, "min": 40, "max": "", "document": ""} for unit in "AP"]
    at = datetime(until, 12, 30, tzinfo=UTC)
    filings = [once("A", received_at=at), *yearly("B", *of_b, received_at=at)]
    made = office(tmp_path, filings, targets=targets)
    connection = marts({})
    for unit in "AP":
        row = f"'joined', '{unit}', '{TERM}', null, 'TERM', 40, null, null, null, 'none'"
        connection.execute(f"insert into fct_target values ({row}, 'GE', null)")
    frame = figures_again(connection, made.bronze, catalogue(), None)["targets_again"]

    told = frame[frame["column"] == "assessment"].set_index("unit")["expected"]
    found = tuple(None if np.isnan(told[unit]) else ASSESSMENTS[int(told[unit])] for unit in "AP")
    assert found == expected


def test_a_cell_that_the_form_no_longer_asks_for_makes_no_figure_of_the_term(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = catalogue()
    form = known.forms["F1"].model_dump(by_alias=True)
    for column in form["columns"]:
        if column["code"] == "gone":
            column["effective"] = {"to": date(2016, 12, 31)}
    later = replace(known, forms={**known.forms, "F1": Form.model_validate(form)})
    monkeypatch.setattr(small_office, "catalogue", lambda: later)
    made = office(tmp_path, [once("A")])

    assert sides(made, "joined", "A") == (40, WHOLE)
    assert ("net", "A", TERM) not in made.told()
