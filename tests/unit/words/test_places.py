"""A place is said in words where it is no single cell."""

import pytest

from ingestion.words.places import address, place_said


@pytest.mark.parametrize(
    ("sheet", "cell", "written", "said"),
    [
        ("B01", "D7", "B01!D7", "B01!D7"),
        ("B01", "", "B01", "B01 (whole sheet)"),
        ("", "D7", "D7", "D7"),
        ("", "", "", "whole file"),
    ],
)
def test_no_place_is_a_lone_mark(sheet: str, cell: str, written: str, said: str) -> None:
    assert address(sheet, cell) == written
    assert place_said(sheet, cell, "en") == said
