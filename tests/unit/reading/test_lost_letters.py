"""Text that lost its letters to question marks is told, and is no name and no code."""

from pathlib import Path
from typing import Any

import pytest

from ingestion.reading.lost_letters import has_lost, may_have_lost
from ingestion.records.submissions import Reading

HEAD = "org_code,org_name,in_admitted,closing_members,note"


def read(make: Any, folder: Path, *lines: str) -> Reading:
    (folder / "B01.csv").write_text("\n".join([HEAD, *lines, ""]), encoding="utf-8")
    return make.read(folder / "B01.csv")


@pytest.mark.parametrize(
    "text", ["Ð?ng b?", "?ng h?", "Ti?n ??u", "xã N?m Kè", "TH? TR?N", "M\ufffdng Nhé", "K?T"]
)
def test_a_question_mark_in_a_word_is_a_lost_letter(text: str) -> None:
    assert has_lost(text)


@pytest.mark.parametrize(
    "text",
    [
        "Đúng không?",
        "Có không? Không.",
        "không?Có",
        "?",
        "???",
        "5?",
        "https://a.vn/x?id=5",
        "www.a.vn?q=b",
        "a=?b",
        "(?)",
    ],
)
def test_a_question_is_none(text: str) -> None:
    assert not has_lost(text)


def test_in_a_file_that_lost_letters_a_question_mark_at_the_end_may_be_one() -> None:
    assert may_have_lost("xã b?")
    assert not may_have_lost("5 ?")


def test_lost_letters_are_told_once_with_the_first_cell_and_names_are_not_used(
    make: Any, tmp_path: Path
) -> None:
    reading = read(
        make, tmp_path, "DB-01,Xã A,1,2,", "DB-02,Ð?ng b? xã N?m Kè,3,4,chuy?n d?n", "DB-03,xã b?,5,6,"
    )
    (note,) = [note for note in reading.notes if note.code == "R160"]
    assert (note.sheet, note.cell, note.details["count"]) == ("B01", "B3", "3")
    first, second, _ = reading.tables["B01"].rows
    assert (first.values["org_name"], second.values["org_name"]) == ("Xã A", None)
    assert second.texts["org_name"].endswith("ng b? xã N?m Kè")
    assert second.values["note"] == "chuy?n d?n"
    assert [row.values["in_admitted"] for row in reading.tables["B01"].rows] == [1, 3, 5]


def test_a_code_that_lost_letters_is_a_finding(make: Any, tmp_path: Path) -> None:
    reading = read(make, tmp_path, "?B-01,Chi bộ,1,2,", "DB-02,Chi bộ,3,4,")
    (problem,) = [problem for problem in reading.problems if problem.code in ("R041", "R087")]
    assert (problem.code, problem.cell, problem.value) == ("R087", "A2", "?B-01")
    assert [row.values["org_code"] for row in reading.tables["B01"].rows] == ["DB-02"]


def test_the_code_of_the_cover_too(make: Any, tmp_path: Path) -> None:
    (tmp_path / "B00.csv").write_text("reporting_org_code,?B-MN\nperiod_code,2019-6T\n")
    reading = make.read(tmp_path / "B00.csv")
    assert [(problem.code, problem.cell) for problem in reading.problems] == [("R087", "B1")]
    assert reading.cover is not None
    assert reading.cover.reporting_org_code is None


def test_a_name_without_its_letters_is_not_called_another_organisations(make: Any, tmp_path: Path) -> None:
    extract = make.Page("DM_TCCSD")
    extract.add_row(5, ["org_code", "org_name"])
    extract.add_row(6, ["DB-MN-01", "Đảng bộ xã Ẳng Tở"])
    row = {"org_code": "DB-MN-01", "org_name": "Ð?ng b? xã ?ng T?", "in_admitted": 1}
    reading = make.read(
        make.openpyxl(tmp_path / "f.xlsx", [make.form(make.catalogue.forms["B01"], [row]), extract])
    )
    assert [note.code for note in reading.notes] == ["R160"]


@pytest.mark.parametrize("label", ["T?ng c?ng", "T?ng s?", "TỔNG C?NG", "C?ng", "T???ng c??ng", "Toàn ??ng b?"])
def test_a_total_that_lost_letters_is_still_the_total(label: str, make: Any, tmp_path: Path) -> None:
    reading = read(make, tmp_path, "DB-01,Xã A,1,2,", "DB-02,Xã B,3,4,", f",{label},4,6,", ",Trong ?ó: n?,1,1,")
    table = reading.tables["B01"]
    assert table.total is not None
    assert table.total.values["in_admitted"] == 4
    assert [problem.code for problem in reading.problems if problem.code == "R041"] == []


@pytest.mark.parametrize("label", ["??ng b? xã", "Tr?ng c?ng", "C?ng ty"])
def test_other_words_that_lost_letters_are_no_total(label: str, make: Any, tmp_path: Path) -> None:
    reading = read(make, tmp_path, "DB-01,Xã A,1,2,", f",{label},4,6,", "DB-02,Xã B,3,4,")
    assert reading.tables["B01"].total is None
    assert [problem.cell for problem in reading.problems if problem.code == "R041"] == ["B3"]


def test_a_file_with_questions_is_left_alone(make: Any, tmp_path: Path) -> None:
    reading = read(make, tmp_path, "DB-01,Chi bộ,1,2,Đã kiểm tra chưa?")
    assert {note.code for note in reading.notes} == {"R104"}
    assert reading.tables["B01"].rows[0].values["note"] == "Đã kiểm tra chưa?"
