"""What the warehouse repeats of catalogue, registry and ledger: differences are found, and told in words."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reports.publication_gate.comparison import figures_again
from reports.publication_gate.received import received_again
from reports.publication_gate.repeated import repeated_again
from reports.publication_gate.report import PublicationFailure
from reports.publication_gate.rows import beside
from reports.publication_gate.words import side_in_words
from tests.support.small_office import Office, body, catalogue, filing, marts, succession, term

P, A, B = body("P", "PROVINCE"), body("A", "DISTRICT", "P"), body("B", "DISTRICT", "P")
BASES = [body("A1", "BASE", "A"), body("B1", "BASE", "B")]
TERM = "2015-2017-NK"


def said(frame: pd.DataFrame, *keys: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Give by what a pair is about and its column the two sides; of a whole row, whether they have it."""
    return {
        (*(str(row[key]) for key in keys), str(row["column"])): (row["said"], row["is"])
        for row in frame.to_dict("records")
        if row["expected"] != row["found"]
    }


def test_a_row_as_it_should_be_is_one_pair_and_another_one_a_column() -> None:
    expected = {
        ("A",): {"name": "a", "day": date(2020, 1, 2), "number": 3.0},
        ("B",): {"name": "b", "day": None, "number": None},
        ("C",): {"name": "c", "day": None, "number": 1.0},
    }
    found: list[tuple[tuple[str, ...], dict[str, Any]]] = [
        (("A",), {"name": "a", "day": date(2020, 1, 2), "number": 3}),
        (("B",), {"name": "c", "day": date(2020, 1, 2), "number": None}),
        (("B",), {"name": "b", "day": None, "number": None}),
        (("X",), {"name": "x", "day": None, "number": None}),
    ]
    frame = beside(expected, found, ["unit"])

    assert frame.fillna(-1).to_numpy().tolist() == [
        ["A", "", "", "", 1, 1],
        ["B", "name", "b", "c", 1, 0],
        ["B", "day", "", "2020-01-02", 1, 0],
        ["B", "row", "no", "yes", -1, 1],  # the same one a second time
        ["X", "row", "no", "yes", -1, 1],
        ["C", "row", "yes", "no", 1, -1],
    ]


@pytest.mark.parametrize(
    ("column", "text", "vi", "en"),
    [
        ("verdict", "contradicts", "không khớp", "contradicts"),
        ("status", "provisional", "tạm tính", "provisional"),
        ("status", "missing", "chưa nộp", "missing"),
        ("is_on_time", "no", "không", "no"),
        ("kind", "flow", "số phát sinh trong kỳ", "over the period"),
        ("previous_term_code", "2010-2015-NK", "nhiệm kỳ 2010–2015", "the term 2010–2015"),
        ("due_on", "2019-01-15", "15/01/2019", "2019-01-15"),
        ("value_low", "1256.5", "1.256,5", "1,256.5"),
        ("first_year", "2016", "2016", "2016"),
        ("due_on", "", "để trống", "blank"),
        ("org_name", "Đảng bộ xã", "Đảng bộ xã", "Đảng bộ xã"),
    ],
)
def test_both_sides_are_told_in_words(column: str, text: str, vi: str, en: str) -> None:
    assert (side_in_words(column, text, "vi"), side_in_words(column, text, "en")) == (vi, en)


def test_a_failure_names_column_and_sides_in_words() -> None:
    subject = {"statement": "T002", "column": "verdict", "said": "contradicts", "is": "equal"}
    failure = PublicationFailure("verdicts_again", subject, 1, 0)

    assert (
        failure.text("en") == "Statement T002, the verdict: it has to be contradicts, the warehouse has equal."
    )
    assert failure.text("vi") == "Câu T002, kết quả đối chiếu: phải là không khớp, trong kho là khớp."


def received(office: Office, *statements: str, as_of: datetime | None = None) -> dict[str, pd.DataFrame]:
    connection = marts({})
    for statement in statements:
        connection.execute(statement)
    return received_again(connection, office.bronze, as_of)


def test_completeness_is_worked_out_from_what_is_owed_and_what_came(tmp_path: Path) -> None:
    late = datetime(2020, 1, 15, 17, tzinfo=UTC)  # the sixteenth in Vietnam
    filings = [
        filing("A", "2019-N", joined=1, verdict="rejected", received_at=datetime(2020, 1, 15, 16, tzinfo=UTC)),
        filing("A", "2019-N", joined=2, revision=2, received_at=late),
        filing("A", "2019-N", joined=3, revision=3, verdict="rejected", received_at=late),
        filing("B", "2019-N", joined=3, verdict="needs_explanation", received_at=late),
    ]
    office = Office(tmp_path, [P, A, B, *BASES], filings)
    owed = office.bronze / "reference" / "owed.parquet"
    table = pd.read_parquet(owed)
    table["due_on"] = date(2020, 1, 15)
    table.to_parquet(owed)
    rows = "insert into rpt_completeness (reporting_org_code, period_code) values"
    frames = received(office, f"{rows} ('A', '2019-N'), ('B', '2019-N'), ('A', '2018-N')")
    found = said(frames["completeness_again"], "unit", "period")

    assert {key[2]: sides[0] for key, sides in found.items() if key[:2] == ("A", "2019-N")} == {
        **dict.fromkeys(("is_owed", "is_received", "is_on_time", "is_accepted"), "yes"),
        **{"owed_forms": "F1 F2", "due_on": "2020-01-15", "received_at": "2020-01-15T16:00:00"},
        **{"status": "accepted", "accepted_submission_id": "A.2019-N.r2"},
    }
    of_other = {key[2]: sides[0] for key, sides in found.items() if key[:2] == ("B", "2019-N")}
    assert (of_other["is_on_time"], of_other["is_accepted"]) == ("no", "no")
    assert of_other["status"] == "needs_explanation"
    assert found["A", "2018-N", "row"] == ("no", "yes")


def test_a_submission_stands_as_the_last_decision_on_it_says(tmp_path: Path) -> None:
    def decided(unit: str, verdict: str | None, *statuses: str) -> Any:
        moments = [(status, datetime(2020, month, 1, tzinfo=UTC)) for month, status in enumerate(statuses, 1)]
        first = datetime(2019, 1, 1, tzinfo=UTC)
        one = filing(unit, "2018-N", joined=1, verdict=verdict, received_at=first)
        return type(one)(**{**one.__dict__, "decisions": moments})

    filings = [
        decided("A", "accepted", "rejected"),
        decided("B", "on_hold", "rejected"),
        decided("P", "on_hold", "accepted", "rejected"),
        decided("C", None),
        decided("D", "on_hold", "accepted"),
    ]
    bodies = [P, A, B, *BASES, body("C", "DISTRICT", "P"), body("D", "DISTRICT", "P")]
    office = Office(tmp_path, bodies, filings)
    rows = ", ".join(f"('{unit}.2018-N.r1', 'x')" for unit in "ABPCD")
    insert = f"insert into fct_submission (submission_id, standing) values {rows}"

    def standing(as_of: datetime | None) -> dict[str, str]:
        frame = received(office, insert, as_of=as_of)["submissions_again"]
        return {key[0][0]: sides[0] for key, sides in said(frame, "submission").items() if key[1] == "standing"}

    assert standing(None) == {
        **{"A": "withdrawn", "B": "refused", "P": "withdrawn", "C": "pending", "D": "accepted"}
    }
    assert standing(datetime(2020, 1, 15, tzinfo=UTC))["P"] == "accepted"
    assert set(
        received(office, insert, as_of=datetime(2018, 1, 1, tzinfo=UTC))["submissions_again"]["column"]
    ) == {"row"}


def test_what_came_last_and_does_not_count_is_an_open_case(tmp_path: Path) -> None:
    filings = [
        filing("A", "2019-N", joined=1, verdict="rejected"),
        filing("A", "2019-N", joined=2, revision=2, verdict=None),
        filing("B", "2019-N", joined=3),
        filing("B", "2019-N", joined=3, revision=2, verdict="rejected"),
        filing("B", "2018-N", joined=3, verdict="rejected", received_at=datetime(2001, 1, 1, tzinfo=UTC)),
    ]
    office = Office(tmp_path, [P, A, B, *BASES], filings)
    periods = office.bronze / "reference" / "periods.parquet"
    known = pd.read_parquet(periods)
    known[known["period_code"] != "2018-N"].to_parquet(periods)
    rows = ", ".join(f"('{one.submission_id}')" for one in filings)
    frames = received(
        office,
        f"insert into fct_submission (submission_id) values {rows}",
        "insert into rpt_open_case values ('A.2019-N.r1', 'open'), ('B.2019-N.r2', 'open')",
    )
    found = said(frames["submissions_again"], "submission")
    assert {key[0]: sides for key, sides in found.items() if key[1] == "case_state"} == {
        "A.2019-N.r1": ("", "open"),
        "A.2019-N.r2": ("open", ""),
        "B.2018-N.r1": ("answered", ""),
    }


def test_explanations_are_counted_by_their_text_and_letters_by_their_column(tmp_path: Path) -> None:
    one = filing("A", "2019-N", joined=1)
    one = type(one)(**{**one.__dict__, "explained": [("V1", "F1", "C9", "why"), ("V1", "F1", "C9", "why")]})
    office = Office(tmp_path, [P, A, *BASES[:1]], [one])
    columns = "insert into intermediate.int_submission__column values"
    frames = received(
        office,
        "insert into rpt_explanation values ('A.2019-N.r1', 'A', '2019-N', 'V1', 'F1', 'C9', 'why')",
        f"{columns} ('A.2019-N.r1', 'F1', 'F1', 'org_code', 'A'), ('A.2019-N.r1', 'F1', 'F1', 'joined', 'D')",
        f"{columns} ('A.2019-N.r1', 'F1', 'F1', 'opening', 'B'), ('A.2019-N.r1', 'F1', 'F1', 'opening', 'B')",
    )

    assert frames["explanations_again"].to_numpy().tolist() == [
        ["A.2019-N.r1", "A", "2019-N", "V1", "F1", "C9", 2, 1]
    ]
    letters = said(frames["letters_again"], "form")
    assert letters["F1", "joined"] == ("F1!C", "F1!D")
    assert letters["F1", "opening"] == ("F1!B", "F1!B F1!B")
    assert letters["F1", "gone"] == ("F1!D", "")
    assert ("F1", "org_code") not in letters


def test_reports_terms_and_predecessors_are_those_of_the_registry(tmp_path: Path) -> None:
    bodies = [
        *(P, body("A", "DISTRICT", "P", valid_from="2017-01-01"), BASES[0]),
        *(body("X", "DISTRICT", "P", valid_to="2016-12-31"), body("X1", "BASE", "X", valid_to="2016-12-31")),
        body("L", "DISTRICT"),
    ]
    filings = [filing("X", "2016-N", joined=1), filing("A", "2017-N", joined=1), filing("P", TERM, joined=1)]
    office = Office(
        tmp_path,
        bodies,
        filings,
        terms=[term(2016, 2017), term(2018, 2019), term(2021, 2021)],
        successions=[succession("X", "A", "merge", "2017-01-01")],
        calendar=["2016-N", "2017-N"],
    )
    connection = marts({})
    connection.execute(
        "insert into rpt_report_unit (org_code, term_code) values ('A', ?), ('B', ?)", [TERM, TERM]
    )
    connection.execute("insert into dim_indicator (indicator_code) values ('joined')")
    frames = repeated_again(connection, office.bronze, catalogue(), office.bodies(), None)

    units = said(frames["units_again"], "unit", "period")
    assert units["A", TERM, "org_kind"] == ("DISTRICT", "")
    # a province that owes nothing, and filed nothing of a year, has no report and is no place to go up to
    assert ("A", TERM, "parent_code") not in units
    assert {key[0] for key, sides in units.items() if sides == ("yes", "no")} == {"X", "L"}
    assert units["B", TERM, "row"] == ("no", "yes")
    assert said(frames["predecessors_again"], "unit", "predecessor") == {("A", "X", "row"): ("yes", "no")}
    assert said(frames["indicators_again"], "indicator")["joined", "kind"] == ("flow", "")
    terms = frames["terms_again"]
    assert set(terms["period"]) == {TERM, "2017-2019-NK", "2020-2021-NK"} and terms["found"].isna().all()


def statement(number: int, **more: Any) -> dict[str, Any]:
    texts = ("source", "body_code", "body_name", "body_level", "measure", "unit", "dimension", "term", "home")
    return (
        dict.fromkeys(texts, "x")
        | {"statement_id": f"T{number:02d}", "family": "F", "basis": "actual", "qualifier": "EQ"}
        | {"value_low": "", "value_high": "", "numerator": "", "denominator": "", "expected_value": ""}
        | {"indicator_code": "joined", "org_code": "A", "period_code": TERM, "derivation": ""}
        | {"expected_verdict": "equal"}
        | more
    )


RELATIVE = {"indicator_code": "members", "derivation": "percent_change"}
CASES = [
    # 30 in the term; 20 and 10 in its years
    ({"value_low": 30}, "equal"),
    ({"value_low": 31}, "contradicts"),
    ({"qualifier": "APPROX_BELOW", "value_high": 30.9}, "within"),
    ({"qualifier": "APPROX_BELOW", "value_high": 30}, "contradicts"),
    ({"qualifier": "APPROX_BELOW", "value_high": 31}, "contradicts"),
    ({"qualifier": "APPROX_ABOVE", "value_low": 29.2}, "within"),
    ({"qualifier": "APPROX_ABOVE", "value_low": 30}, "contradicts"),
    ({"qualifier": "GT", "value_low": 30}, "contradicts"),
    ({"qualifier": "LT", "value_high": 30.1}, "within"),
    ({"qualifier": "AT_LEAST", "value_low": 30}, "within"),
    ({"qualifier": "AT_MOST", "value_high": 29}, "contradicts"),
    ({"qualifier": "RANGE", "value_low": 30, "value_high": 40}, "within"),
    ({"qualifier": "RANGE", "value_low": 30, "value_high": 40, "family": "F-CTX"}, "context"),
    ({"qualifier": "RANGE", "value_low": 30}, "cannot_verify"),
    ({"qualifier": "NONE", "basis": "norm: weekly"}, "norm"),
    ({"qualifier": "AT_LEAST", "value_low": 10, "derivation": "per_year"}, "within"),
    ({"qualifier": "AT_LEAST", "value_low": 11, "derivation": "per_year"}, "contradicts"),
    ({"value_low": 15, "derivation": "average_per_year"}, "equal"),
    ({"indicator_code": "", "value_low": 30}, "cannot_verify"),
    ({"period_code": "2019-N", "value_low": 30}, "cannot_verify"),
    ({"value_low": 8, "derivation": "target"}, "target"),
    ({"value_low": 9, "derivation": "target"}, "contradicts"),
    ({"value_low": 8, "org_code": "P", "derivation": "target"}, "target"),
    ({"value_low": 8, "org_code": "B", "derivation": "target"}, "cannot_verify"),
    ({"indicator_code": "share", "period_code": "2016-N", "value_low": 33.3, "denominator": 60}, "equal"),
    ({"indicator_code": "share", "period_code": "2016-N", "value_low": 33.3, "denominator": 61}, "contradicts"),
    ({"indicator_code": "share", "period_code": "2016-N", "value_low": 33.33}, "equal"),
    ({"indicator_code": "share", "period_code": "2016-N", "value_low": 33.34}, "contradicts"),
    ({"indicator_code": "members", "value_low": 70, "basis": "after (before: 40)"}, "equal"),
    ({"indicator_code": "members", "value_low": 70, "basis": "after (before: 41)"}, "contradicts"),
    # from 40 to 70, a rise of 75 %
    (RELATIVE | {"value_low": 75, "direction": "rise"}, "equal"),
    (RELATIVE | {"value_low": 75, "direction": "fall"}, "contradicts"),
    (RELATIVE | {"value_low": 75}, "equal"),
    (RELATIVE | {"value_low": -75}, "contradicts"),
    (RELATIVE | {"qualifier": "LT", "value_high": -74}, "contradicts"),
]


def test_a_statement_gets_the_verdict_that_its_figure_gives(tmp_path: Path) -> None:
    filings = [
        filing("A", "2016-N", opening=40, joined=20, closing=60),
        filing("A", "2017-N", opening=60, joined=10, closing=70),
        filing("B", "2016-N", opening=1, joined=1, closing=1),
        filing("B", "2017-N", opening=1, joined=1, closing=1),
    ]
    targets = [
        {"org_code": "A", "indicator_code": "joined", "term_code": TERM, "year": "", "basis": "TERM"}
        | {"direction": "GE", "min": 8, "max": "", "document": ""}
    ]
    office = Office(
        tmp_path,
        [P, A, B, *BASES],
        filings,
        terms=[term(2016, 2017)],
        targets=targets,
        statements=[statement(number, **case) for number, (case, _) in enumerate(CASES)],
    )
    connection = marts(office.told())
    rows = ", ".join(f"('T{number:02d}', 'x', 'x')" for number in range(len(CASES)))
    connection.execute(f"insert into rpt_stated_figure (statement_id, verdict, status) values {rows}")
    frames = figures_again(connection, office.bronze, catalogue(), None)
    found = said(frames["verdicts_again"], "statement")

    verdicts = {key[0]: sides[0] for key, sides in found.items() if key[1] == "verdict"}
    assert verdicts == {f"T{number:02d}": verdict for number, (_, verdict) in enumerate(CASES)}
    by_size = {key[0] for key, sides in found.items() if (key[1], sides[0]) == ("is_by_size", "yes")}
    assert by_size == {f"T{CASES.index((RELATIVE | {'value_low': 75}, 'equal'))}"}
    assert found["T19", "status"][0] == "none" and found["T20", "status"][0] == "final"
    beside_target = frames["stated_again"].set_index(["statement", "column"])["expected"]
    assert beside_target["T22", "least"] == 8 and np.isnan(beside_target["T23", "least"])
