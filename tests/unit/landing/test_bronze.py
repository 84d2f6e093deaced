"""Bronze: the shape of its files, and the reference tables."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion import pipeline
from ingestion.bronze.accepted import Filed, form_schema, rows_of_period, write_period
from ingestion.bronze.reference import write_reference
from ingestion.definitions.catalogue import Catalogue, load_catalogue
from ingestion.definitions.indicators import Indicator, Summand
from ingestion.definitions.registry import Registry
from ingestion.definitions.registry_rows import CalendarPeriod, Organisation, Statement, Target, TermOfOffice
from ingestion.definitions.validity import Effective
from ingestion.landing import inbox
from ingestion.landing.events import Received
from ingestion.landing.state import SubmissionRecord
from ingestion.reading import read_file
from ingestion.records.submissions import SubmissionKey
from ingestion.storage.home import Home
from ingestion.words.labels import Label
from tests.support.office import office_of

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
Write = Callable[..., Path]


@pytest.fixture
def judged(
    home: Home, registry: Registry, catalogue: Catalogue, workbook: Write, stand_in_gate: None
) -> Callable[..., Path]:
    """Give a function that files workbooks, judges them and returns the bronze folder."""

    def run(*paths: Path, unit: str = "KA") -> Path:
        for path in paths:
            inbox.put_in_inbox(home, path, unit, NOW)
        pipeline.land_inbox(office_of(home, registry, catalogue, NOW))
        for period in pipeline.pending_periods(home):
            pipeline.judge_period(office_of(home, registry, catalogue, NOW), period, engine="masks")
        return home.bronze

    return run


def table(folder: Path, name: str) -> pa.Table:
    return pq.read_table(folder / f"{name}.parquet")


def test_a_form_file_has_the_types_of_its_form(
    judged: Callable[..., Path], workbook: Write, catalogue: Catalogue
) -> None:
    bronze = judged(workbook("KA", "2019-N"))
    for form in catalogue.forms.values():
        path = bronze / "forms" / form.code / "2019-N.parquet"
        if path.exists():
            assert pq.read_schema(path).equals(form_schema(form))
    schema = pq.read_schema(bronze / "forms" / "B08" / "2019-N.parquet")
    types = {
        name: schema.field(name).type
        for name in ("row_number", "line_code", "participated", "pct", "completed_on")
    }
    assert types == {
        "row_number": pa.int32(),
        "line_code": pa.string(),
        "participated": pa.int64(),
        "pct": pa.float64(),
        "completed_on": pa.date32(),
    }


def test_a_form_without_rows_has_no_file(judged: Callable[..., Path], workbook: Write) -> None:
    bronze = judged(workbook("KA", "2019-Q1"))
    assert sorted(path.name for path in (bronze / "forms").iterdir()) == ["B01", "B02", "B05", "B06"]


@pytest.mark.parametrize(
    ("period", "forms"), [("2015-2020-NK", ["B06", "B09"]), ("2019-N", ["B05", "B06", "B09"])]
)
def test_a_sheet_that_need_not_be_filed_and_was_left_empty_was_not(
    workbook: Write, catalogue: Catalogue, tmp_path: Path, period: str, forms: list[str]
) -> None:
    form = catalogue.forms["B05"]
    left = {(form.code, i, c.code): None for i in range(32) for c in form.columns if c.code not in form.given}
    reading = read_file(workbook("KA", "2015-2020-NK", changes=left), catalogue)
    received = Received(f"KA.{period}.r1", "KA", period, 1, "a", "a", "a.xlsx", NOW, "xlsx", "", "a", NOW)
    filed = Filed(SubmissionRecord(SubmissionKey("KA", period, 1), received), reading)

    write_period(tmp_path, catalogue, rows_of_period(catalogue, period, [filed]))

    assert sorted({row["form_code"] for row in table(tmp_path, "columns").to_pylist()}) == forms
    found = {path.parent.name for path in (tmp_path / "forms").glob("*/*.parquet")}
    assert ("B05" in found) == ("B05" in forms)


def test_every_cell_of_a_row_can_be_found_again(judged: Callable[..., Path], workbook: Write) -> None:
    bronze = judged(workbook("KA", "2019-Q1", changes={("B01", 1, "note"): "ghi chú"}))
    letters = {
        (row["form_code"], row["column_code"]): (row["sheet"], row["letter"])
        for row in table(bronze, "columns").to_pylist()
    }
    assert letters["B01", "note"] == ("B01", "AA")
    row = pq.read_table(bronze / "forms" / "B01" / "2019-Q1.parquet").to_pylist()[1]
    assert (row["note"], row["row_number"]) == ("ghi chú", 10)


def test_a_row_names_what_it_was_asked_for_and_left_blank(
    workbook: Write, catalogue: Catalogue, tmp_path: Path
) -> None:
    changes = {
        ("B01", 0, "opening_members"): None,
        ("B01", 0, "in_restored"): "x",
        ("B01", 1, "in_total"): None,
    }
    reading = read_file(workbook("KA", "2019-Q1", changes=changes), catalogue)
    received = Received("KA.2019-Q1.r1", "KA", "2019-Q1", 1, "a", "a", "a.xlsx", NOW, "xlsx", "", "a", NOW)
    filed = Filed(SubmissionRecord(SubmissionKey("KA", "2019-Q1", 1), received), reading)
    # a column that the period does not have is not asked for, though an old template brings it
    form = catalogue.forms["B01"]
    later = form.by_code["in_total"].model_copy(
        update={"effective": Effective.model_validate({"from": "2020-01-01"})}
    )
    columns = tuple(later if column.code == "in_total" else column for column in form.columns)
    changed = replace(catalogue, forms={**catalogue.forms, "B01": form.with_columns(columns[:-1])})

    for number, asked in enumerate((catalogue, changed)):
        write_period(tmp_path / str(number), asked, rows_of_period(asked, "2019-Q1", [filed]))

    def left_blank(number: int) -> list[str | None]:
        rows = pq.read_table(tmp_path / str(number) / "forms" / "B01" / "2019-Q1.parquet").to_pylist()
        return [row["left_blank"] for row in rows]

    others = [None] * (len(left_blank(0)) - 2)
    # note is not required, and x is an answer
    assert left_blank(0) == ["opening_members", "in_total", *others]
    assert left_blank(1) == ["opening_members", None, *others]


def test_column_letters_of_other_periods_stay(judged: Callable[..., Path], workbook: Write) -> None:
    judged(workbook("KA", "2018-N"))
    bronze = judged(workbook("KA", "2019-Q1"))
    names = set(table(bronze, "columns").column("submission_id").to_pylist())
    assert names == {"KA.2018-N.r1", "KA.2019-Q1.r1"}


def test_submissions_carry_the_day_from_which_their_figures_run(
    judged: Callable[..., Path], workbook: Write
) -> None:
    said = {"coverage_from": date(2019, 1, 15)}
    bronze = judged(workbook("KA", "2019-Q1", members=41), workbook("KA", "2019-Q1", members=42, cover=said))
    submissions = table(bronze, "submissions")
    assert submissions.schema.field("coverage_from").type == pa.date32()
    assert submissions.column("coverage_from").to_pylist() == [None, date(2019, 1, 15)]


def test_what_was_recorded_of_that_day_wins_and_stands_in_a_table_with_what_the_cover_said(
    judged: Callable[..., Path], workbook: Write, home: Home, registry: Registry, catalogue: Catalogue
) -> None:
    said, name = date(2019, 1, 15), "KA.2019-Q1.r1"
    bronze = judged(workbook("KA", "2019-Q1", cover={"coverage_from": said}))
    assert table(bronze, "coverages").num_rows == 0
    office = office_of(home, registry, catalogue, NOW)
    for day in (date(2019, 2, 1), date(2019, 1, 1)):
        pipeline.set_coverage(office, name, day, reason="hỏi lại", by="Lan")
    assert table(bronze, "submissions").column("coverage_from").to_pylist() == [date(2019, 1, 1)]
    rows = table(bronze, "coverages").to_pylist()
    assert [(row["coverage_no"], row["coverage_from"], row["decided_by"]) for row in rows] == [
        (0, said, None),
        (1, date(2019, 2, 1), "Lan"),
        (2, date(2019, 1, 1), "Lan"),
    ]


def test_submissions_carry_verdict_counts_and_receipt(judged: Callable[..., Path], workbook: Write) -> None:
    bronze = judged(
        workbook("KA", "2019-Q1", members=41),
        workbook("KA", "2019-Q1", members=42, changes={("B01", 0, "closing_members"): 1}),
    )
    first, second = table(bronze, "submissions").to_pylist()
    assert (first["submission_id"], first["verdict"]) == ("KA.2019-Q1.r1", "accepted")
    assert (first["n_passed"], first["n_failed"], first["n_not_run"]) == (1, 0, 1)
    assert (first["period_basis"], first["kind"], first["rules_version"]) == ("CUMULATIVE", "xlsx", "stand-in")
    assert first["received_at"] == first["verdict_at"] == NOW
    assert table(bronze, "decisions").num_rows == 0
    assert (second["verdict"], second["n_errors"], second["n_warnings"]) == ("rejected", 1, 0)
    (finding,) = table(bronze, "findings").to_pylist()
    assert (finding["submission_id"], finding["sheet"], finding["cell"]) == ("KA.2019-Q1.r2", "B01", "S9")


@pytest.fixture
def reference(tmp_path: Path) -> Callable[..., pa.Table]:
    """Give a function that writes the reference tables of a registry and reads one."""

    def read(name: str, registry: Registry, catalogue: Catalogue | None = None) -> pa.Table:
        write_reference(tmp_path, registry, catalogue or load_catalogue())
        return table(tmp_path / "reference", name)

    return read


def registry_with(**tables: Any) -> Registry:
    fields: dict[str, Any] = dict.fromkeys(
        ("organisations", "successions", "calendar", "terms", "targets", "rating_schemes", "statements"), ()
    )
    return Registry(folder=Path(), **(fields | tables))


def test_periods_are_those_of_every_calendar_year_and_every_term() -> None:
    registry = registry_with(
        calendar=[CalendarPeriod(period_code="2010-2015-NK"), CalendarPeriod(period_code="2016-N")],
        terms=[TermOfOffice(term_system="DANG", term_code="2015-2020-NK", first_year=2016, last_year=2020)],
    )
    codes = [period.code for period in registry.all_periods]
    assert codes[:9] == [
        "2015-Q1",
        "2015-D1",
        "2015-6T",
        "2015-D2",
        "2015-9T",
        "2015-D3",
        "2015-N",
        "2015-D4",
        "2010-2015-NK",
    ]
    assert codes[-1] == "2015-2020-NK"
    assert len(codes) == len(set(codes)) == 18


@pytest.mark.parametrize("systems", [("DANG", "DOAN"), ("DOAN", "DANG")])
def test_a_term_lasts_from_the_first_to_the_last_year_that_the_registry_gives_its_code(
    reference: Callable[..., pa.Table], systems: tuple[str, ...]
) -> None:
    years = {"DANG": (2015, 2018), "DOAN": (2016, 2019)}
    terms = [
        TermOfOffice(
            term_system=system,
            term_code="2015-2020-NK",
            first_year=years[system][0],
            last_year=years[system][1],
        )
        for system in systems
    ]
    (row,) = reference("periods", registry_with(terms=terms)).to_pylist()
    assert (row["starts_on"], row["ends_on"]) == (date(2015, 1, 1), date(2019, 12, 31))


def test_registry_tables_keep_types_and_the_line_of_their_file(reference: Callable[..., pa.Table]) -> None:
    target = Target(
        org_code="KA",
        indicator_code="admissions",
        term_code="2015-2020-NK",
        year=2019,
        basis="YEAR",
        direction="GE",
        min=12,
    )
    read = reference("targets", registry_with(targets=[target], file_rows={"targets": (7,)}))
    assert read.schema.field("year").type == pa.int64()
    assert read.schema.field("min").type == pa.float64()
    (row,) = read.to_pylist()
    assert (row["year"], row["min"], row["max"], row["file_row"]) == (2019, 12.0, None, 7)


def test_an_empty_registry_table_still_has_its_columns(reference: Callable[..., pa.Table]) -> None:
    read = reference("statements", registry_with())
    assert read.num_rows == 0
    assert read.schema.names == [*Statement.model_fields, "file_row"]


def test_channels_of_people_stay_out_of_the_warehouse(
    reference: Callable[..., pa.Table], tmp_path: Path
) -> None:
    reference("forms", registry_with())
    assert not (tmp_path / "reference" / "contacts.parquet").exists()


def test_an_indicator_is_its_summands_with_what_their_rows_must_carry(
    reference: Callable[..., pa.Table],
) -> None:
    catalogue = load_catalogue()
    counted = Indicator(
        code="excellent_lines",
        name=Label(vi="x", en="x"),
        unit="ORGANISATION",
        kind="ratio",
        section="evaluation",
        numerator=(
            Summand(form="B04", column="org_rating", count=("HTXSNV", "HTTNV"), over_time="sum"),
            Summand(form="B03", column="dissolved", where={"line_code": ("TC02",)}, sign=-1, over_time="sum"),
        ),
        denominator=(Summand(form="B04", column="org_score", over_time="last"),),
    )
    ours = Catalogue(catalogue.cover, catalogue.forms, {counted.code: counted})
    summands = reference("indicator_summands", registry_with(), ours).to_pylist()
    assert [(s["part"], s["summand_no"], s["sign"], s["is_count"]) for s in summands] == [
        ("numerator", 1, 1, True),
        ("numerator", 2, -1, False),
        ("denominator", 1, 1, False),
    ]
    filters = reference("indicator_summand_filters", registry_with(), ours).to_pylist()
    assert [(f["part"], f["summand_no"], f["column_code"], f["code"]) for f in filters] == [
        ("numerator", 1, "org_rating", "HTXSNV"),
        ("numerator", 1, "org_rating", "HTTNV"),
        ("numerator", 2, "line_code", "TC02"),
    ]


def test_every_column_and_line_of_every_form_is_listed(
    reference: Callable[..., pa.Table], catalogue: Catalogue
) -> None:
    columns = reference("form_columns", registry_with()).to_pylist()
    assert len(columns) == sum(len(form.columns) for form in catalogue.forms.values())
    first = columns[0]
    assert (first["form_code"], first["column_code"], first["position"], first["is_key"]) == (
        "B01",
        "org_code",
        1,
        True,
    )
    lines = reference("form_lines", registry_with()).to_pylist()
    assert {(line["form_code"], line["column_code"]) for line in lines} >= {
        ("B05", "actor_code"),
        ("B03", "line_code"),
    }
    owed_by = {(line["form_code"], line["line_code"]): line["owed_by"] for line in lines}
    under = " ".join(code for code, kind in catalogue.kinds.kinds.items() if "UNDER_PROVINCE" in kind.groups)
    assert under.startswith("DISTRICT BLOC COMMUNE ")
    assert (owed_by["B03", "DV04"], owed_by["B05", "CAP_UY"]) == (under, None)


def test_what_is_owed_is_listed_by_unit_period_and_form(
    reference: Callable[..., pa.Table], registry: Registry
) -> None:
    owed = reference("owed", registry).to_pylist()
    quarter = [
        row["form_code"] for row in owed if (row["reporting_org_code"], row["period_code"]) == ("KA", "2019-Q1")
    ]
    assert quarter == ["B01", "B02", "B05", "B06"]
    assert owed[0]["due_on"] == date(2019, 1, 20)


def test_a_form_is_required_for_all_its_parts_of_a_year_that_the_calendar_has_begun(
    reference: Callable[..., pa.Table],
) -> None:
    kinds = {"U": "DISTRICT", "ENDED": "DISTRICT", "YOUTH": "UNION_BRANCH"}
    registry = registry_with(
        organisations=[
            Organisation(
                org_code=code,
                org_name=code,
                org_kind=kind,
                files_reports=True,
                valid_from=date(2010, 1, 1),
                valid_to=date(2020, 7, 31) if code == "ENDED" else None,
                term_system="DOAN" if code == "YOUTH" else "DANG",
            )
            for code, kind in kinds.items()
        ],
        calendar=[
            CalendarPeriod(period_code="2010-2015-NK"),
            CalendarPeriod(period_code="2019-N", term_system="DOAN"),
            CalendarPeriod(period_code="2020-Q1", term_system="DANG"),
            CalendarPeriod(period_code="2020-6T", term_system="DANG"),
        ],
    )
    required = reference("required_forms", registry).to_pylist()
    periods = {
        (row["reporting_org_code"], row["form_code"]): {
            other["period_code"]
            for other in required
            if all(other[name] == row[name] for name in ("reporting_org_code", "form_code"))
        }
        for row in required
    }
    assert len(required) == sum(map(len, periods.values()))
    assert periods["U", "B01"] == {"2020-Q1", "2020-6T", "2020-9T", "2020-N"}
    assert (periods["U", "B03"], periods["U", "B04"]) == ({"2020-6T", "2020-N"}, {"2020-N"})
    assert periods["ENDED", "B01"] == {"2020-Q1", "2020-6T", "2020-9T"}, "it closes its year with July"
    assert periods["YOUTH", "B02"] == {"2019-N"}


def test_a_reference_file_that_would_not_change_is_left_alone(
    reference: Callable[..., pa.Table], registry: Registry, tmp_path: Path
) -> None:
    reference("forms", registry)
    before = {path: path.stat().st_ino for path in (tmp_path / "reference").iterdir()}
    reference("forms", registry)
    assert {path: path.stat().st_ino for path in (tmp_path / "reference").iterdir()} == before


def test_the_file_of_a_table_that_there_is_no_more_is_removed(
    reference: Callable[..., pa.Table], registry: Registry, tmp_path: Path
) -> None:
    reference("forms", registry)
    written = set((tmp_path / "reference").iterdir())
    earlier = tmp_path / "reference" / "indicator_terms.parquet"
    earlier.write_bytes(b"of an earlier version")
    reference("forms", registry)
    assert set((tmp_path / "reference").iterdir()) == written
