"""Parts of a package are written back as they were, but for what is changed."""

from xml.etree.ElementTree import Element, ParseError, canonicalize, fromstring, tostring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.ooxml.parts import Part, legal, parse

NAMES = st.sampled_from(["a", "b", "{u}c", "{v}d"])
TEXTS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]) | st.sampled_from("\n\t<>&\"'"), max_size=8)


@st.composite
def elements(draw: st.DrawFn, depth: int = 2) -> Element:
    element = Element(draw(NAMES), draw(st.dictionaries(NAMES, TEXTS, max_size=2)))
    element.text = draw(TEXTS) or None
    for child in draw(st.lists(elements(depth=depth - 1), max_size=2)) if depth else []:
        child.tail = draw(TEXTS) or None
        element.append(child)
    return element


@given(elements())
def test_any_part_is_read_back_as_it_was_written(root: Element) -> None:
    text = tostring(fromstring(tostring(root)), "unicode")
    written = parse(text.encode()).to_bytes().decode()
    assert canonicalize(written, rewrite_prefixes=True) == canonicalize(text, rewrite_prefixes=True)


def test_prefixes_that_only_values_refer_to_are_kept() -> None:
    data = (
        b'<worksheet xmlns="main" xmlns:mc="compat" mc:Ignorable="x14ac" xmlns:x14ac="later">'
        b'<row r="1" x14ac:dyDescent="0.25"/></worksheet>'
    )
    written = parse(data).to_bytes()
    assert b'xmlns:x14ac="later"' in written and b'mc:Ignorable="x14ac"' in written
    assert b'<row r="1" x14ac:dyDescent="0.25"/>' in written


def test_a_document_type_is_refused_before_its_entities_are_read() -> None:
    with pytest.raises(ParseError):
        parse(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')


def test_characters_that_xml_cannot_hold_are_left_out() -> None:
    part = Part(Element("a"))
    part.root.text = legal("a\x00b\x0b\ud800c\n")
    assert fromstring(part.to_bytes()).text == "abc\n"
