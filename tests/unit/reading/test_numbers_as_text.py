"""What each way of writing a number is in a column of counts, decimals and percentages.

The right answers follow from the rules of the field: a dot or one blank groups thousands, a comma opens
decimals, a percentage is a number in percent; what can be read in two ways is a finding at its cell, never a
figure.
"""

from pathlib import Path
from typing import Any

import pytest

from ingestion.definitions.forms import Column
from ingestion.reading.cast import CodedColumn, cast
from ingestion.records.cells import Cell, CellType
from ingestion.records.submissions import Mark, Reading
from ingestion.records.text import clean

FINDING = "finding"
BLANK = "blank"
AWAY = "not applicable"

TABLE: list[tuple[str, Any, Any, Any]] = [
    # text, in a count, in a decimal, in a percentage
    ("850", 850, 850.0, 850.0),
    ("0", 0, 0.0, 0.0),
    ("007", 7, 7.0, 7.0),
    ("'03", 3, 3.0, 3.0),
    ("-5", -5, -5.0, -5.0),
    ("\u22125", -5, -5.0, -5.0),
    ("\uff0d5", -5, -5.0, -5.0),
    ("+5", FINDING, FINDING, FINDING),
    ("(5)", FINDING, FINDING, FINDING),
    ("5-", FINDING, FINDING, FINDING),
    ("\u20135", FINDING, FINDING, FINDING),
    ("- 5", FINDING, FINDING, FINDING),
    ("--5", FINDING, FINDING, FINDING),
    # thousands
    ("1.252", 1252, 1252.0, FINDING),
    ("-1.252", -1252, -1252.0, FINDING),
    ("1 252", 1252, 1252.0, FINDING),
    ("1\u00a0252", 1252, 1252.0, FINDING),
    ("1\u202f252", 1252, 1252.0, FINDING),
    ("10.245", 10245, 10245.0, FINDING),
    ("12.345.678", 12345678, 12345678.0, FINDING),
    ("1,252", FINDING, FINDING, 1.252),
    ("1,252,000", FINDING, FINDING, FINDING),
    ("1'252", FINDING, FINDING, FINDING),
    ("1.252 000", FINDING, FINDING, FINDING),
    ("1 25", FINDING, FINDING, FINDING),
    ("012.345", FINDING, 12.345, 12.345),
    ("1.2.3", FINDING, FINDING, FINDING),
    ("1.25.000", FINDING, FINDING, FINDING),
    # two numbers are none
    ("12\n345", FINDING, FINDING, FINDING),
    ("12\t345", FINDING, FINDING, FINDING),
    ("12  345", FINDING, FINDING, FINDING),
    ("12\n345,5", FINDING, FINDING, FINDING),
    (" 12\n", 12, 12.0, 12.0),
    ("10/17", FINDING, FINDING, FINDING),
    ("80 - 85", FINDING, FINDING, FINDING),
    ("57 (12 n\u1eef)", FINDING, FINDING, FINDING),
    # decimals
    ("12,5", FINDING, 12.5, 12.5),
    ("12.5", FINDING, 12.5, 12.5),
    ("10,24", FINDING, 10.24, 10.24),
    ("10.24", FINDING, 10.24, 10.24),
    ("0,125", FINDING, 0.125, 0.125),
    ("0.125", FINDING, 0.125, 0.125),
    ("1.252,5", FINDING, 1252.5, 1252.5),
    ("1 252,5", FINDING, 1252.5, 1252.5),
    ("1,252.5", FINDING, FINDING, FINDING),
    ("1234.567", FINDING, 1234.567, 1234.567),
    ("5,0", FINDING, 5.0, 5.0),
    ("12.", FINDING, FINDING, FINDING),
    (".5", FINDING, FINDING, FINDING),
    (",5", FINDING, FINDING, FINDING),
    ("5,", FINDING, FINDING, FINDING),
    ("1e5", FINDING, FINDING, FINDING),
    ("1,5E+05", FINDING, FINDING, FINDING),
    # the sign of percent: no count has it, and no thousand
    ("95%", FINDING, 95.0, 95.0),
    ("10,24%", FINDING, 10.24, 10.24),
    ("10.24%", FINDING, 10.24, 10.24),
    ("121,8 %", FINDING, 121.8, 121.8),
    ("10.245%", FINDING, FINDING, FINDING),
    ("-10.245 %", FINDING, FINDING, FINDING),
    ("10 245%", FINDING, FINDING, FINDING),
    ("10.245.000%", FINDING, FINDING, FINDING),
    ("10,245%", FINDING, 10.245, 10.245),
    ("0.125%", FINDING, 0.125, 0.125),
    ("1.252,5%", FINDING, 1252.5, 1252.5),
    ("10.245\uff05", FINDING, FINDING, FINDING),
    ("\uff11\uff10.\uff12\uff14\uff15%", FINDING, FINDING, FINDING),
    ("95%%", FINDING, FINDING, FINDING),
    ("%", FINDING, FINDING, FINDING),
    ("-%", FINDING, FINDING, FINDING),
    ("% 95", FINDING, FINDING, FINDING),
    ("95\u2030", FINDING, FINDING, FINDING),
    ("80 - 85%", FINDING, FINDING, FINDING),
    ("tr\u00ean 95%", FINDING, FINDING, FINDING),
    # digits of other scripts: those that an input method types are read, others are findings
    ("\uff15\uff10", 50, 50.0, 50.0),
    ("\uff11\uff0e\uff12\uff15\uff12", 1252, 1252.0, FINDING),
    ("\uff11\uff12\uff0c\uff15", FINDING, 12.5, 12.5),
    ("\u0663", FINDING, FINDING, FINDING),
    ("1\u0663", FINDING, FINDING, FINDING),
    ("5\u00b2", FINDING, FINDING, FINDING),
    ("\u00bd", FINDING, FINDING, FINDING),
    ("\u2460", FINDING, FINDING, FINDING),
    ("\u0967", FINDING, FINDING, FINDING),
    # money, units, truth
    ("$5", FINDING, FINDING, FINDING),
    ("5.000\u20ab", FINDING, FINDING, FINDING),
    ("5 ng\u01b0\u1eddi", FINDING, FINDING, FINDING),
    ("TRUE", FINDING, FINDING, FINDING),
    ("\u0110\u00daNG", FINDING, FINDING, FINDING),
    ("g\u1ea7n 5.000", FINDING, FINDING, FINDING),
    ("\u2265 700", FINDING, FINDING, FINDING),
    ("1234567890123456", FINDING, FINDING, FINDING),
    ("nan", FINDING, FINDING, FINDING),
    ("inf", FINDING, FINDING, FINDING),
    # zero, nothing and not applicable
    ("-", 0, 0.0, 0.0),
    ("\u2013", 0, 0.0, 0.0),
    ("kh\u00f4ng", 0, 0.0, 0.0),
    ("\u2026", BLANK, BLANK, BLANK),
    ("...", BLANK, BLANK, BLANK),
    ("'", BLANK, BLANK, BLANK),
    ("x", AWAY, AWAY, AWAY),
]
MARKS = {FINDING: Mark.INVALID, BLANK: Mark.BLANK, AWAY: Mark.NOT_APPLICABLE}
KINDS = ("int", "decimal", "percent")


@pytest.mark.parametrize(
    ("text", "kind", "answer"), [(t, k, a) for t, *every in TABLE for k, a in zip(KINDS, every, strict=True)]
)
def test_a_number_as_text_is_read_or_is_a_finding(text: str, kind: str, answer: Any) -> None:
    label = {"vi": "C\u1ed9t", "en": "C"}
    column = Column.model_validate({"code": "c", "label": label, "type": kind, "required": False})
    reading = Reading("f", "xlsx")
    result = cast(Cell(3, 2, CellType.TEXT, text, clean(text)), CodedColumn(column), "B01", reading)
    expected = (None, MARKS[answer]) if isinstance(answer, str) else (answer, None)
    assert result[:2] == expected
    assert type(result.value) is type(expected[0])
    # Of counts the gate tells, of the others the reading does.
    assert len(reading.problems) == (answer == FINDING and kind != "int")


def test_a_file_that_writes_the_english_way_has_no_thousands_with_a_point(make: Any, tmp_path: Path) -> None:
    (tmp_path / "B07.csv").write_text(
        'line_code,total,female,pct_of_base,pct_of_plan\nCB01,"1,252",10.245,10.245,"1,252.5"\nCB02,3,1.252,1.252,7\n'
    )
    first, second = make.read(tmp_path / "B07.csv").tables["B07"].rows
    assert (first.values["total"], first.values["pct_of_base"], first.values["pct_of_plan"]) == (
        1252,
        10.245,
        1252.5,
    )
    assert (first.marks["female"], second.marks["female"]) == (Mark.INVALID, Mark.INVALID)
    assert second.values["pct_of_base"] == 1.252


def test_a_file_with_thousands_of_both_kinds_is_read_by_neither(make: Any, tmp_path: Path) -> None:
    (tmp_path / "B07.csv").write_text('line_code,total,female,pct_of_base\nCB01,"1,252",1.252.000,"1,252.5"\n')
    (row,) = make.read(tmp_path / "B07.csv").tables["B07"].rows
    assert (row.marks["total"], row.marks["pct_of_base"]) == (Mark.INVALID, Mark.INVALID)
    assert row.values["female"] == 1_252_000


def test_a_code_with_a_point_stays_what_it_is_in_a_file_of_english_numbers(make: Any, tmp_path: Path) -> None:
    (tmp_path / "B01.csv").write_text(
        'org_code,org_name,in_admitted,closing_members\n10.245,Chi b\u1ed9,"1,252,000","1,252.5"\n',
        encoding="utf-8",
    )
    (row,) = make.read(tmp_path / "B01.csv").tables["B01"].rows
    assert row.values["org_code"] == "10.245"
    assert row.values["in_admitted"] == 1_252_000
