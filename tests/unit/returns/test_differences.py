"""What changed between two filings is told cell by cell, and nothing else is."""

from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.definitions.catalogue import Catalogue, load_catalogue
from ingestion.records.periods import Period
from ingestion.records.submissions import Cover, FormRow, FormTable, Mark, Reading, Value
from ingestion.returns import CellChange, Differences, RowChange, compare

CATALOGUE = load_catalogue()
COLUMNS = [column.code for column in CATALOGUE.forms["B01"].columns]


def reading(codes: list[str], form: str = "B01") -> Reading:
    columns = CATALOGUE.forms[form].columns
    table = FormTable(form, form, {column.code: n for n, column in enumerate(columns, start=1)})
    for number, code in enumerate(codes, start=9):
        values = {column.code: 1 if column.is_number else None for column in columns}
        table.rows.append(FormRow(number, {**values, "org_code": code}))
    cover = Cover("KA", Period.parse("2019-N"), {"reporting_org_code": "KA"}, {}, "B00")
    return Reading("a.xlsx", "xlsx", cover=cover, tables={form: table})


@pytest.fixture
def catalogue() -> Catalogue:
    return CATALOGUE


def test_a_reading_does_not_differ_from_itself(catalogue: Catalogue) -> None:
    one = reading(["KA-001", "KA-002", "KA-001"])
    assert compare(one, deepcopy(one), catalogue) == Differences()


def test_changed_cells_carry_the_place_in_the_later_filing(catalogue: Catalogue) -> None:
    before, after = reading(["KA-001", "KA-002"]), reading(["KA-000", "KA-001", "KA-002"])
    after.tables["B01"].rows[2].values["closing_members"] = 7
    found = compare(before, after, catalogue)
    assert found.changed == (
        CellChange("B01", "B01", "S11", ("KA-002",), "closing_members", "1", "7", (True, True)),
    )
    assert found.added_rows == (RowChange("B01", "B01", ("KA-000",), 9),)
    assert found.removed_rows == ()
    assert found.count == 2


def test_what_stands_instead_of_a_value_counts(catalogue: Catalogue) -> None:
    before, after = reading(["KA-001"]), reading(["KA-001"])
    old, new = before.tables["B01"].rows[0], after.tables["B01"].rows[0]
    for row, mark, text in ((old, Mark.INVALID, "gần 5"), (new, Mark.NOT_APPLICABLE, "x")):
        row.values["closing_members"] = None
        row.marks["closing_members"] = mark
        row.texts["closing_members"] = text
    (change,) = compare(before, after, catalogue).changed
    assert (change.before, change.after) == ("gần 5", "x")


@pytest.mark.parametrize(
    ("before", "after", "written"),
    [
        (1005.0, 1.005, ("1.005", "1,005")),
        (12.5, None, ("12,5", "")),
        ("5", 5, ("5", "5")),  # a text that looks like a number is none
        ("1005", "1.005", ("1005", "1.005")),  # codes and names are no numbers
    ],
)
def test_no_two_contents_are_written_alike(
    catalogue: Catalogue, before: Value, after: Value, written: tuple[str, str]
) -> None:
    old, new = reading(["KA-001"]), reading(["KA-001"])
    old.tables["B01"].rows[0].values["closing_members"] = before
    new.tables["B01"].rows[0].values["closing_members"] = after
    (change,) = compare(old, new, catalogue).changed
    assert change.printed() == written


def test_a_value_stored_in_another_way_is_no_change(catalogue: Catalogue) -> None:
    before, after = reading(["KA-001"]), reading(["KA-001"])
    before.tables["B01"].rows[0].values["closing_members"] = 12
    before.tables["B01"].rows[0].texts["closing_members"] = "12 "
    after.tables["B01"].rows[0].values["closing_members"] = 12.0
    assert compare(before, after, catalogue).count == 0


def test_forms_that_came_or_went_are_named_once(catalogue: Catalogue) -> None:
    before, after = reading(["KA-001"]), reading(["KA-001"], "B02")
    found = compare(before, after, catalogue)
    assert (found.added_forms, found.removed_forms) == (("B02",), ("B01",))
    assert found.count == 2


def test_the_cover_is_compared_too(catalogue: Catalogue) -> None:
    before, after = reading([]), reading([])
    assert after.cover is not None
    after.cover = replace(after.cover, values={"reporting_org_code": "KB"}, cells={"reporting_org_code": "C5"})
    (change,) = compare(before, after, catalogue).changed
    assert (change.form, change.cell, change.before, change.after) == ("B00", "C5", "KA", "KB")


def test_a_row_that_is_repeated_is_told_from_the_first(catalogue: Catalogue) -> None:
    found = compare(reading(["KA-001"]), reading(["KA-001", "KA-001"]), catalogue)
    assert found.added_rows == (RowChange("B01", "B01", ("KA-001",), 10),)


def test_programs_get_the_same(catalogue: Catalogue) -> None:
    found = compare(reading(["KA-001"]), reading([]), catalogue).to_json()
    assert found["removed_rows"] == ({"form": "B01", "sheet": "B01", "key": ("KA-001",), "row": 9},)
    assert set(found) == {"added_forms", "removed_forms", "added_rows", "removed_rows", "changed"}


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_every_changed_cell_is_found_and_no_other(data: st.DataObject) -> None:
    codes = data.draw(st.lists(st.sampled_from(["KA-001", "KA-002", "KA-003"]), min_size=1, max_size=6))
    before, after = reading(codes), reading(codes)
    numeric = [column.code for column in CATALOGUE.forms["B01"].number_columns]
    places = st.tuples(st.integers(0, len(codes) - 1), st.sampled_from(numeric))
    changed = data.draw(st.sets(places, max_size=8))
    for row, column in changed:
        after.tables["B01"].rows[row].values[column] = 2
    found = compare(before, after, CATALOGUE)
    table = after.tables["B01"]
    assert {change.cell for change in found.changed} == {table.cell(9 + row, column) for row, column in changed}
    assert found.count == len(changed)
