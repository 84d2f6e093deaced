"""TCVN3, VNI and mojibake: tables, decoders, and the judgement whether a text reads as Vietnamese."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.reading.legacy_text import (
    TCVN3,
    Script,
    best_script,
    decode,
    is_modern,
    reads_as_vietnamese,
    script_of_font,
    undo_mojibake,
)

LOWER = "".join(
    sorted(
        {
            unicodedata.normalize("NFC", base + tone)
            for base in "aăâeêioôơuưy"
            for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
        }
        | {"đ"}
    )
)
PLAIN = " bcdghklmnpqrstvx0123456789.,;:()-/"
TCVN3_TEXT = st.text(LOWER + PLAIN + "ĂÂÊÔƠƯĐABC")
VIETNAMESE = st.text(LOWER + LOWER.upper() + PLAIN)


def test_the_table_has_every_letter_once() -> None:
    assert len(TCVN3) == 74
    assert set(TCVN3.values()) == {c for c in LOWER + "ĂÂÊÔƠƯĐ" if not c.isascii()}


@given(TCVN3_TEXT)
def test_tcvn3_comes_back(make: Any, text: str) -> None:
    assert decode(make.tcvn3(text), Script.TCVN3) == text


@given(VIETNAMESE)
def test_vni_comes_back(make: Any, text: str) -> None:
    assert decode(make.vni(text), Script.VNI) == text


@given(VIETNAMESE)
def test_mojibake_comes_back_or_is_left_alone(text: str) -> None:
    wrong = text.encode().decode("latin-1")
    assert undo_mojibake(wrong) == (None if text.isascii() else text)
    assert undo_mojibake(text) is None or not is_modern(text)


@pytest.mark.parametrize(
    ("script", "text", "meaning"),
    [
        (Script.TCVN3, "§iÒu lÖ §¶ng Céng s¶n ViÖt Nam", "Điều lệ Đảng Cộng sản Việt Nam"),
        (Script.TCVN3, "Uû ban nh©n d©n", "Uỷ ban nhân dân"),
        (Script.TCVN3_CAPITALS, "®¶ng bé", "ĐẢNG BỘ"),
        (Script.VNI, "Ñaûng boä, caùc baïn", "Đảng bộ, các bạn"),
        (Script.VNI, "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
        (Script.VNI, "ÑAÛNG UÛY, Aáp Thò Traán", "ĐẢNG ỦY, Ấp Thị Trấn"),
    ],
)
def test_well_known_texts(script: Script, text: str, meaning: str) -> None:
    assert decode(text, script) == meaning


def test_mojibake_whose_invisible_byte_was_dropped_is_mended() -> None:
    assert undo_mojibake("Äáº£ng bá»™") == "Đảng bộ"
    assert undo_mojibake("ï»¿STT") == "\ufeffSTT"


@pytest.mark.parametrize("text", ["Đảng bộ xã", "Ãi", "naïve café", "Ä Ö Ü", "á»", "100 m²", "5 µm", "§ 5"])
def test_other_text_is_no_mojibake(text: str) -> None:
    assert undo_mojibake(text) is None


@pytest.mark.parametrize(
    ("font", "script"),
    [
        (".VnTime", Script.TCVN3),
        (".VnArialH", Script.TCVN3_CAPITALS),
        (" .vntimeh", Script.TCVN3_CAPITALS),
        ("VNI-Times", Script.VNI),
        ("Times New Roman", None),
        ("Vnet", None),
        ("", None),
    ],
)
def test_fonts_tell_the_script(font: str, script: Script | None) -> None:
    assert script_of_font(font) is script


@pytest.mark.parametrize("text", ["Đảng viên", "kết nạp", "xã Huổi Lếch", "nghiêng khuỷu", "ĐB xã"])
def test_vietnamese_reads_as_such(text: str) -> None:
    assert reads_as_vietnamese(text)


@pytest.mark.parametrize("text", ["Ñaûng boä", "kÕt n¹p", "cáctác bôọ", "Müller", "abc", "12"])
def test_other_text_does_not(text: str) -> None:
    assert not reads_as_vietnamese(text)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("§¶ng bé x· HuæI LÕch, ®¶ng viªn kÕt n¹p", Script.TCVN3),
        ("Ñaûng boä xaõ, ñaûng vieân keát naïp", Script.VNI),
        ("Đảng bộ xã, đảng viên kết nạp", None),
        ("Straße, Müller, naïve, señor", None),
        ("plain text", None),
    ],
)
def test_a_longer_text_tells_its_script(text: str, script: Script | None) -> None:
    assert best_script(text) is script
