"""Cleaning and folding of Vietnamese text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.records.text import clean, fold, neutralise_formula


@given(st.text())
def test_cleaning_is_idempotent_and_gives_nfc(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)


def test_eth_becomes_d_with_stroke_and_odd_spaces_collapse() -> None:
    assert clean("\u00d0ồng\u00a0 chí\u200b ") == "Đồng chí"
    assert clean(unicodedata.normalize("NFD", "Đảng bộ")) == "Đảng bộ"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("cấp uỷ", "cấp ủy"),
        ("HÐND", "hđnd"),
        ("Tăng: kết nạp", "TĂNG > Kết nạp"),
        ("hoà", "hòa"),
        ("Đảng", "dang"),
    ],
)
def test_spellings_of_one_label_fold_to_one_key(left: str, right: str) -> None:
    assert fold(left) == fold(right)


def test_different_labels_keep_different_keys() -> None:
    assert fold("khiển trách") != fold("cảnh cáo")


@given(st.sampled_from("=+-@\t\r\n＝＋－＠"), st.text())
def test_no_neutralised_text_starts_a_formula(first: str, rest: str) -> None:
    assert neutralise_formula(first + rest) == f"'{first}{rest}"


def test_ordinary_text_is_left_as_it_is() -> None:
    assert neutralise_formula("Số 15-BC/HU") == "Số 15-BC/HU"
