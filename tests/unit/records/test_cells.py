"""Addresses of cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.records.cells import address, column_index, column_letter, parse_address


@given(st.integers(1, 16_384))
def test_letters_and_index_are_inverse(index: int) -> None:
    assert column_index(column_letter(index)) == index


@given(st.integers(1, 1_048_576), st.integers(1, 16_384))
def test_an_address_reads_back(row: int, column: int) -> None:
    assert parse_address(address(row, column)) == (row, column)


def test_known_letters() -> None:
    assert [column_letter(i) for i in (1, 26, 27, 52, 703)] == ["A", "Z", "AA", "AZ", "AAA"]
    assert parse_address(" $b$12 ") == (12, 2)


@pytest.mark.parametrize("text", ["", "A", "12", "A0", "1A", "ABCD1"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a cell address"):
        parse_address(text)
