"""Charts are drawn the same each time, with labels as written and a text for those who do not see them."""

import xml.etree.ElementTree as ET

import pytest

from reports.charts import ChartData, Point, described, draw, to_svg
from reports.sections import ChartKind

YEARS = tuple(Point(str(year), "Kết nạp", 2000.0 + year % 7, f"2.00{year % 7}") for year in range(2016, 2021))
SEVERAL = tuple(Point(str(y), s, 20.0 + y % 5, "20,5") for y in (2019, 2020) for s in ("A", "B", "C", "D"))


@pytest.mark.parametrize("kind", ["years", "grouped", "lines", "stack", "breakdown", "units"])
def test_every_kind_is_drawn_with_its_labels(kind: ChartKind) -> None:
    points = YEARS if kind in ("years", "breakdown", "units") else SEVERAL
    svg = to_svg(ChartData(kind, points))
    texts = ["".join(node.itertext()) for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    for point in points:
        assert point.label in texts
        assert point.category in texts
    assert 'font-family="Be Vietnam Pro"' in svg


def test_numbers_along_an_axis_are_written_as_all_others() -> None:
    points = [Point(str(year), "a", value, "") for year, value in ((2019, 1000.5), (2020, 1001.5))]
    said = {
        element.text for element in ET.fromstring(to_svg(ChartData("lines", points))).iter() if element.text
    }
    assert {"1.000,6", "1.001,4"} <= said
    assert not {text for text in said if "," in text and "." not in text}


def test_the_same_figures_give_the_same_bytes() -> None:
    data = ChartData("years", YEARS, target=2300.0)
    assert to_svg(data) == to_svg(data)
    assert to_svg(data) != to_svg(ChartData("years", YEARS))


def test_names_are_text_and_not_markup() -> None:
    name = "<script>alert(1)</script> & “Đoàn”"
    points = [Point(name, "x", 1.0, "1"), Point("b", "x", 2.0, "2")]
    texts = "".join(ET.fromstring(to_svg(ChartData("units", points))).itertext())
    assert "<script>alert(1)</script> & “Đoàn”" in texts


def test_what_no_text_can_hold_ends_no_drawing() -> None:
    words = [f"Đảng{sign} bộ" for sign in ("\x01", "\x00", "\ufffe", "\ud800", "\u200b")]
    points = [Point(word, word, float(n + 1), f"{n}\x0b") for n, word in enumerate(words)]
    texts = "".join(ET.fromstring(to_svg(ChartData("units", points))).itertext())
    assert texts.count("Đảng bộ") == 1  # one name to who reads, of what differs in signs that are not seen
    assert texts.count("Đảng\ufffd bộ") == 1


def test_many_charts_come_in_the_order_asked_for() -> None:
    asked = [
        ChartData("years", (Point("2019", "x", 1.0, str(n)), Point("2020", "x", 2.0, "b"))) for n in range(41)
    ]
    drawn = draw(asked)
    assert [f">{number}</text>" in svg for number, svg in enumerate(drawn)] == [True] * 41
    assert drawn[0] == to_svg(asked[0])


def test_a_chart_is_told_in_words() -> None:
    assert described(YEARS[:2]) == "2016: 2.000; 2017: 2.001."
    assert described(SEVERAL[:2] + SEVERAL[4:6]) == "A – 2019: 20,5; 2020: 20,5. B – 2019: 20,5; 2020: 20,5."
