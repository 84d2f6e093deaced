"""What a registry says otherwise of days that had passed needs a reason; what begins later needs none."""

from dataclasses import astuple
from datetime import date
from pathlib import Path

import pytest

from ingestion.chronicle.past import past_changes
from ingestion.definitions.registry import load_registry
from ingestion.storage.home import Home
from tests.unit.chronicle.conftest import SOUND, Edit

UNTIL = date(2019, 9, 1)

Edited = tuple[str, str, str]
"""A table, a text in it, and what is written instead."""

PAST: list[tuple[str, str, str, str, tuple[object, ...]]] = [
    (
        "a name",
        "organisations",
        "P,Tỉnh P,",
        "P,Tỉnh Q,",
        ("organisations", "changed", 2, "P", "org_name", "Tỉnh P", "Tỉnh Q"),
    ),
    (
        "a parent of one interval",
        "organisations",
        "agency,,A,0,DANG,2005-01-01,2019-06-30",
        "agency,,P,0,DANG,2005-01-01,2019-06-30",
        ("organisations", "changed", 8, "A-01", "parent_code", "A", "P"),
    ),
    (
        "whether a body files",
        "organisations",
        "Huyện C1,DISTRICT,,,,P,1",
        "Huyện C1,DISTRICT,,,,P,0",
        ("organisations", "changed", 6, "C1", "files_reports", "1", "0"),
    ),
    (
        "the day on which a body began",
        "organisations",
        "Khối B,BLOC,,,,P,1,DANG,2019-07-01",
        "Khối B,BLOC,,,,P,1,DANG,2019-07-02",
        ("organisations", "changed", 4, "B", "valid_from", "2019-07-01", "2019-07-02"),
    ),
    (
        "a body that lives on beyond its end",
        "organisations",
        "C,0,DANG,2005-01-01,2017-06-30",
        "C,0,DANG,2005-01-01,2017-07-31",
        ("organisations", "changed", 12, "E-01", "valid_to", "2017-06-30", "2017-07-31"),
    ),
    (
        "a body that ended and nobody knew",
        "organisations",
        "Huyện C2,DISTRICT,,,,P,1,DANG,2019-01-01,",
        "Huyện C2,DISTRICT,,,,P,1,DANG,2019-01-01,2019-08-30",
        ("organisations", "changed", 7, "C2", "valid_to", "", "2019-08-30"),
    ),
    (
        "a body that is gone",
        "organisations",
        "E-01,Chi bộ cũ,GRASSROOTS,CHI_BO_CO_SO,agency,,C,0,DANG,2005-01-01,2017-06-30\n",
        "",
        ("organisations", "gone", 12, "E-01", "", "Chi bộ cũ", ""),
    ),
    (
        "a body that is said to have been there",
        "organisations",
        "",
        "N,Mới,BLOC,,,,P,1,DANG,2019-08-31,",
        ("organisations", "new", 14, "N", "", "", "Mới"),
    ),
    (
        "a move dated back",
        "organisations",
        "C1,0,DANG,2019-01-01,",
        "C1,0,DANG,2019-01-01,2019-07-31\n"
        "C-01,Đảng bộ xã,GRASSROOTS,DANG_BO_CO_SO,commune,,C2,0,DANG,2019-08-01,",
        ("organisations", "changed", 12, "C-01", "parent_code", "C1", "C2"),
    ),
    (
        "a share of a split",
        "successions",
        "Quyết định 2,0.6",
        "Quyết định 2,0.5",
        ("successions", "changed", 3, "C C1 split 2019-01-01", "share", "0.6", "0.5"),
    ),
    (
        "an event that is heard of late",
        "successions",
        "",
        "C1,C2,transfer,2019-08-31,,0.1",
        ("successions", "new", 6, "C1 C2 transfer 2019-08-31", "", "", "C1 C2 transfer 2019-08-31"),
    ),
    (
        "a deadline that has passed",
        "calendar",
        "2019-6T,2019-06-15,2019-07-20",
        "2019-6T,2019-06-15,2019-10-20",
        ("calendar", "changed", 4, "2019-6T", "due_on", "2019-07-20", "2019-10-20"),
    ),
    (
        "a period that is over and was never asked for",
        "calendar",
        "",
        "2019-Q1,,2019-04-20,,",
        ("calendar", "new", 7, "2019-Q1", "", "", "2019-Q1"),
    ),
    (
        "the years of a term that has begun",
        "terms",
        "2015-2020-NK,2016,2020",
        "2015-2020-NK,2016,2019",
        ("terms", "changed", 3, "DANG 2015-2020-NK", "last_year", "2020", "2019"),
    ),
    (
        "the target of a year that has begun",
        "targets",
        "B,admissions,2015-2020-NK,2019,YEAR,GE,12,",
        "B,admissions,2015-2020-NK,2019,YEAR,GE,13,",
        ("targets", "changed", 3, "B admissions 2015-2020-NK 2019", "min", "12", "13"),
    ),
    (
        "the target of a term that has begun",
        "targets",
        "C1,admissions,2015-2020-NK,,YEAR,BETWEEN,5,9,Nghị quyết 2\n",
        "",
        ("targets", "gone", 4, "C1 admissions 2015-2020-NK", "", "C1 admissions 2015-2020-NK", ""),
    ),
    (
        "how a year that has begun is rated",
        "rating_schemes",
        "HD21,2019,2022,a|b|c|d,0.2",
        "HD21,2019,2022,a|b|c|d,0.3",
        ("rating_schemes", "changed", 3, "HD21", "cap_rate", "0.2", "0.3"),
    ),
    (
        "that a year that is over was rated",
        "rating_schemes",
        "HD27,2014,2017",
        "HD27,2014,2018",
        ("rating_schemes", "new", 2, "HD27", "", "", "HD27"),
    ),
]

NOT_PAST: list[tuple[str, str, str, str]] = [
    ("a body that begins later", "organisations", "", "N,Mới,BLOC,,,,P,1,DANG,2019-09-01,"),
    (
        "a body that ends on the eve",
        "organisations",
        "Huyện C2,DISTRICT,,,,P,1,DANG,2019-01-01,",
        "Huyện C2,DISTRICT,,,,P,1,DANG,2019-01-01,2019-08-31",
    ),
    (
        "a new name from a day that comes",
        "organisations",
        "Huyện C2,DISTRICT,,,,P,1,DANG,2019-01-01,",
        "Huyện C2,DISTRICT,,,,P,1,DANG,2019-01-01,2019-09-30\nC2,Quận C2,DISTRICT,,,,P,1,DANG,2019-10-01,",
    ),
    (
        "an interval that is written in two rows",
        "organisations",
        "P,Tỉnh P,PROVINCE,,,,,1,DANG,2005-01-01,",
        "P,Tỉnh P,PROVINCE,,,,,1,DANG,2005-01-01,2010-12-31\nP,Tỉnh P,PROVINCE,,,,,1,DANG,2011-01-01,",
    ),
    ("an event that comes", "successions", "", "C1,C2,transfer,2019-09-01,,0.1"),
    ("the document of an event", "successions", "Quyết định 2,0.6", "Quyết định 22,0.6"),
    ("a deadline that comes", "calendar", "2019-N,2019-12-15,2020-01-20", "2019-N,2019-12-15,2020-01-31"),
    ("a term that comes", "terms", "", "DANG,2020-2025-NK,2021,2025"),
    ("the target of a year that comes", "targets", "", "B,admissions,2015-2020-NK,2020,YEAR,GE,12,,"),
    ("until when a scheme holds", "rating_schemes", "HD21,2019,2022", "HD21,2019,2024"),
    ("a scheme of years that come", "rating_schemes", "QD366,2025,,a|b|c|d,0.2", "QD366,2025,,a|b|c|d,0.25"),
    ("whom to tell", "contacts", "B,clerk,folder://b", "B,clerk,folder://khac"),
    ("what was stated elsewhere", "statements", "actual,EQ,77,77", "actual,EQ,78,78"),
]


@pytest.mark.parametrize(
    ("edited", "change"), [(case[1:4], case[4]) for case in PAST], ids=[case[0] for case in PAST]
)
def test_what_is_said_otherwise_of_a_past_day_is_named_with_row_column_and_both_values(
    home: Home, edit: Edit, edited: Edited, change: tuple[object, ...]
) -> None:
    edit(*edited)
    found = past_changes(load_registry(SOUND), load_registry(home.registry), UNTIL)
    assert [astuple(one) for one in found] == [change]


@pytest.mark.parametrize("edited", [case[1:] for case in NOT_PAST], ids=[case[0] for case in NOT_PAST])
def test_what_begins_later_or_says_nothing_of_a_day_is_no_change_of_the_past(
    home: Home, edit: Edit, edited: Edited
) -> None:
    edit(*edited)
    assert past_changes(load_registry(SOUND), load_registry(home.registry), UNTIL) == ()


def test_the_order_of_rows_says_nothing(home: Home) -> None:
    path: Path = home.registry / "organisations.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([head, *reversed(rows)]) + "\n", encoding="utf-8")
    assert past_changes(load_registry(SOUND), load_registry(home.registry), UNTIL) == ()
