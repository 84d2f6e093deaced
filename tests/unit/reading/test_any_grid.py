"""Whatever stands on the sheets of a file, reading ends with rows, problems and notes, never with an error."""

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.definitions.catalogue import load_catalogue
from ingestion.reading import describe, remedy
from ingestion.reading.book import Book
from ingestion.reading.sheets import read_sheets
from ingestion.records.cells import Cell, CellType, SheetCells
from ingestion.records.stored import format_number
from ingestion.records.submissions import Mark, Reading, UnreadableError

CATALOGUE = load_catalogue()
FORMS = tuple(CATALOGUE.forms.values())
WORDS = (
    *sorted({column.code for form in FORMS for column in form.columns}),
    *sorted({column.full_label() for form in FORMS for column in form.columns}),
    *sorted({column.label.vi for form in FORMS for column in form.columns}),
    *(
        "Tổng cộng",
        "Cộng",
        "x",
        "-",
        "1.252",
        "12,5",
        "I. Khối xã",
        "A",
        "II",
        "(1)",
        "5=1+2",
        "Ký tên",
        "Trong đó",
    ),
    *(
        "DB-MN-01",
        "TC02",
        "CAP_UY",
        "period_code",
        "2019-N",
        "reporting_org_code",
        "rule",
        "sheet",
        "cell",
        "text",
    ),
)
VALUES = st.one_of(
    st.sampled_from(WORDS).map(lambda text: (CellType.TEXT, text, text, None)),
    st.sampled_from([0.0, 1.0, 5.5, 1e300, float("inf"), float("nan"), -3.0]).map(
        lambda value: (CellType.NUMBER, value, format_number(value), None)
    ),
    st.just((CellType.NUMBER, 0.1, "10%", "0%")),
    st.just((CellType.DATE, date(2019, 1, 2), "02/01/2019", None)),
    st.just((CellType.BOOL, True, "TRUE", None)),
    st.just((CellType.ERROR, "#REF!", "#REF!", None)),
    st.just((CellType.ERROR, "=SUM(A1:A2)", "=SUM(A1:A2)", None)),
)
PLACES = st.tuples(st.integers(1, 18), st.integers(1, 12))


@st.composite
def sheets(draw: st.DrawFn) -> SheetCells:
    name = draw(st.sampled_from(["B00", "B01", "B03", "B05", "Biểu 8", "Giai_trinh", "DM_CT", "Trang 1"]))
    sheet = SheetCells(name, visible=draw(st.booleans()), hidden_rows=frozenset({5}))
    content: dict[tuple[int, int], Any] = draw(st.dictionaries(PLACES, VALUES, max_size=60))
    if draw(st.booleans()):
        columns = draw(st.sampled_from(FORMS)).columns
        content |= {(3, i): (CellType.TEXT, c.code, c.code, None) for i, c in enumerate(columns, start=1)}
    sheet.cells = {place: Cell(*place, *value) for place, value in content.items()}
    for (top, left), (high, wide) in draw(st.lists(st.tuples(PLACES, PLACES), max_size=3)):
        sheet.merged.append((top, left, top + high - 1, left + wide - 1))
    return sheet


@settings(max_examples=150, deadline=None)
@given(st.lists(sheets(), min_size=1, max_size=3))
def test_every_grid_is_read_or_refused(pages: list[SheetCells]) -> None:
    reading = Reading("f.xlsx", "xlsx")
    try:
        read_sheets(Book("xlsx", pages), CATALOGUE, reading)
    except UnreadableError as error:
        reading.problems.append(error.problem)
    for problem in (*reading.problems, *reading.notes):
        assert describe(problem)
        assert remedy(problem, "en")
    for table in reading.tables.values():
        for row in table.rows:
            for code, value in row.values.items():
                assert (value is None) == (code in row.marks) or code not in table.columns
                if row.marks.get(code) in (Mark.INVALID, Mark.ERROR):
                    assert row.texts[code]
