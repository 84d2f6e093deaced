"""The registry: schema, versions in time, who owes what."""

import csv
import dataclasses
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry import NO_REGISTRY, TABLES, Registry, RegistryError, load_registry
from ingestion.records.periods import Days, Period, PeriodKind

ORGANISATIONS = """\
org_code,org_name,org_kind,org_type,sector,level,parent_code,files_reports,term_system,valid_from,valid_to
P,Tỉnh P,PROVINCE,,,,,1,DANG,2005-01-01,
A,Khối A,BLOC,,,,P,1,DANG,2005-01-01,2019-06-30
B,Khối B,BLOC,,,,P,1,DANG,2019-07-01,
A-01,Chi bộ 1,GRASSROOTS,CHI_BO_CO_SO,agency,,A,0,DANG,2005-01-01,2019-06-30
A-01,Chi bộ 1,GRASSROOTS,CHI_BO_CO_SO,agency,,B,0,DANG,2019-07-01,
D,Đoàn khối,UNION_BRANCH,,,,,1,DOAN,2005-01-01,
"""
FILES = {
    "organisations": ORGANISATIONS,
    "successions": (
        "predecessor_code,successor_code,event_type,effective_on,document,share\nA,B,merge,2019-07-01,,1\n"
    ),
    "calendar": (
        "period_code,opens_on,due_on,locked_on,term_system\n"
        "2013-N,,2014-01-20,,DOAN\n2018-N,,2019-01-20,,\n2019-N,,2020-01-20,,\n"
    ),
    "terms": "term_system,term_code,first_year,last_year\nDANG,2015-2020-NK,2016,2020\n",
    "targets": (
        "org_code,indicator_code,term_code,year,basis,direction,min,max,document\n"
        "B,admissions,2015-2020-NK,,YEAR,GE,10,,\nB,admissions,2015-2020-NK,2019,YEAR,GE,12,,\n"
    ),
    "rating_schemes": (
        "scheme,first_year,last_year,labels,cap_rate,cap_exception_rate,cap_base,cap_applies_to,severity,score_bands\n"
        "HD27,2014,2017,a|b|c|d,,,,,,\nQD366,2025,,a|b|c|d,0.2,0.25,GOOD,MEMBERS_IN_ORG|CELLS,warning,90|70|50\n"
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def registry(folder: Path) -> Registry:
    return load_registry(folder)


def replace(folder: Path, table: str, old: str, new: str) -> None:
    path = folder / f"{table}.csv"
    assert old in path.read_text(encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_a_parent_holds_for_an_interval_of_time(registry: Registry) -> None:
    before = registry.organisation_at("A-01", date(2019, 6, 30))
    after = registry.organisation_at("A-01", date(2019, 7, 1))
    assert before is not None and after is not None
    assert (before.parent_code, after.parent_code) == ("A", "B")
    assert registry.organisation_at("A-01", date(2004, 12, 31)) is None
    assert [o.org_code for o in registry.children_at("B", date(2019, 7, 1), "GRASSROOTS")] == ["A-01"]


def test_members_of_a_unit_include_those_that_left_within_the_period(registry: Registry) -> None:
    assert [o.org_code for o in registry.members_in("A", Period.parse("2019-N"))] == ["A-01"]
    assert registry.members_in("A", Period.parse("2020-N")) == ()


def test_only_units_alive_at_the_periods_end_owe_it(registry: Registry) -> None:
    owed = registry.owed(load_catalogue())
    assert {o.reporting_org_code for o in owed if o.period_code == "2019-N"} == {"P", "B", "D"}
    assert {o.reporting_org_code for o in owed if o.period_code == "2018-N"} == {"P", "A", "D"}
    assert {o.form_code for o in owed if o.reporting_org_code == "D"} == {"B02", "B08"}


def test_a_period_of_one_term_system_is_owed_by_its_units_alone(registry: Registry) -> None:
    assert {o.reporting_org_code for o in registry.owed(load_catalogue()) if o.period_code == "2013-N"} == {"D"}


def test_the_target_of_a_year_comes_before_the_one_of_every_year(registry: Registry) -> None:
    by_year = {y: registry.target_of("B", "admissions", "2015-2020-NK", y) for y in (2018, 2019)}
    assert {year: target and target.min for year, target in by_year.items()} == {2018: 10, 2019: 12}


def test_a_scheme_holds_for_its_years_and_an_unknown_year_has_none(registry: Registry) -> None:
    newest = registry.scheme_of(2026)
    assert newest is not None
    assert (newest.scheme, newest.bands) == ("QD366", (90.0, 70.0, 50.0))
    assert newest.cap_groups == {"MEMBERS_IN_ORG", "CELLS"}
    assert registry.scheme_of(2013) is None


def test_rows_know_their_line_in_the_file(registry: Registry) -> None:
    assert registry.file_rows["successions"] == (2,)


@pytest.mark.parametrize(
    ("table", "old", "new", "complaint"),
    [
        (
            "organisations",
            "2019-07-01,\nD",
            "2019-06-01,\nD",
            r"dòng \d+, cột valid_from: .* chồng với dòng \d+",
        ),
        (
            "organisations",
            "2005-01-01,2019-06-30\nB",
            "01/01/2005,2019-06-30\nB",
            "dòng 3, cột valid_from: .*2026-01-31",
        ),
        (
            "organisations",
            ",P,1,DANG",
            ",Q,1,DANG",
            r"organisations\.csv, dòng \d+, cột parent_code: .*trực thuộc Q",
        ),
        ("calendar", "2018-N", "2018-12", r"calendar\.csv, dòng \d+, cột period_code: “2018-12”"),
        ("terms", "2015-2020-NK", "2015", r"terms\.csv, dòng 2, cột term_code: “2015”"),
        ("rating_schemes", "90|70|50", "90;70", r"rating_schemes\.csv, dòng \d+, cột score_bands"),
        ("successions", "merge", "absorb", "event_type: .*absorb.*'rename', 're-level'"),
        ("terms", "first_year", "year_one", "first_year|year_one"),
    ],
)
def test_a_wrong_row_is_named_with_file_and_place(
    folder: Path, table: str, old: str, new: str, complaint: str
) -> None:
    replace(folder, table, old, new)
    with pytest.raises(RegistryError, match=complaint):
        load_registry(folder)


@pytest.mark.parametrize("code", ["A/B", "A\\B", "A:B", "..", "A.", " A", "NUL", "com1.x", "A?", "A\tB"])
def test_a_unit_whose_code_no_folder_can_have_everywhere_is_named(folder: Path, code: str) -> None:
    path = folder / "organisations.csv"
    text = path.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if ",1,DANG" in line)
    path.write_text(f"{text}{code}{line[line.index(',') :]}\n", encoding="utf-8")
    with pytest.raises(RegistryError, match=re.escape(repr(code))):
        load_registry(folder)


@pytest.mark.parametrize(("code", "is_refused"), [("a", True), ("b1", False), ("Đ", False)])
def test_codes_that_differ_in_capitals_alone_are_no_two_units(
    folder: Path, code: str, is_refused: bool
) -> None:
    path = folder / "organisations.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}{code},Khối khác,BLOC,,,,P,1,DANG,2005-01-01,\n", encoding="utf-8")
    if not is_refused:
        assert code in load_registry(folder).versions
        return
    with pytest.raises(RegistryError, match=r"dòng 8, cột org_code: a chỉ khác A \(dòng 3\)"):
        load_registry(folder)


@pytest.mark.parametrize("name", ["   ", "\u200b", "\x01", "\u00a0\u2060"])
def test_a_name_that_nobody_can_see_is_refused(folder: Path, name: str) -> None:
    path = folder / "organisations.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}A1,{name},GRASSROOTS,,,,P,0,DANG,2005-01-01,\n", encoding="utf-8")
    with pytest.raises(RegistryError, match="org_name"):
        load_registry(folder)


@pytest.mark.parametrize(
    ("wrong", "row", "said"),
    [
        (b"\n\n\xc4\x90,x\n", 7, "first_year"),
        ("DÃNG,2015-2020-NK,2015,2020\n".encode("latin-1"), 5, "UTF-8"),
        (b'DANG,"2015-2020-NK\x00' + b"x" * 140_000 + b"\n", 5, "CSV"),
        (b'"DANG\n",2015\n', 5, "first_year"),
    ],
)
def test_where_a_file_breaks_off_is_named_by_its_row(folder: Path, wrong: bytes, row: int, said: str) -> None:
    path = folder / "terms.csv"
    header = path.read_bytes().splitlines()[0] + b"\r\n\r\n"
    good = b"DANG,2015-2020-NK,2015,2020\r\n" * 2
    path.write_bytes(header + good + wrong)
    with pytest.raises(RegistryError, match=rf"terms\.csv, dòng {row}\b.*{said}"):
        load_registry(folder)


def leads_nowhere(path: Path) -> None:
    path.symlink_to(path.with_name("gone.csv"))


def leads_to_itself(path: Path) -> None:
    path.symlink_to(path)


LOST: dict[str, Callable[[Path], object]] = {
    "no bytes": lambda path: path.write_bytes(b""),
    "blanks": lambda path: path.write_bytes(b"\xef\xbb\xbf \r\n\r\n,,\r\n"),
    "rows alone": lambda path: path.write_bytes(b"1,2,3\n"),
    "a folder": Path.mkdir,
    "a link to nothing": leads_nowhere,
    "a link to itself": leads_to_itself,
}


@pytest.mark.parametrize("table", sorted(TABLES))
@pytest.mark.parametrize("how", LOST)
def test_a_table_without_its_header_is_no_table_without_rows(folder: Path, table: str, how: str) -> None:
    path = folder / f"{table}.csv"
    path.unlink(missing_ok=True)
    LOST[how](path)
    with pytest.raises(RegistryError, match=rf"{table}\.csv, dòng 1\b.*(Lấy lại|lấy lại|Sửa)"):
        load_registry(folder)
    columns = ",".join(TABLES[table].model_fields)
    path.rmdir() if path.is_dir() else path.unlink()
    path.write_text(f"\n{columns}\n", encoding="utf-8")
    assert getattr(load_registry(folder), table) == ()


def test_blank_rows_count_where_a_row_is_named_in_a_trace(folder: Path) -> None:
    path = folder / "successions.csv"
    header, row = path.read_text(encoding="utf-8").splitlines()
    path.write_bytes(f"{header}\r\n\r\n\r\n{row}\r\n".encode())
    assert load_registry(folder).file_rows["successions"] == (4,)


def test_a_missing_file_is_named_with_the_remedy(folder: Path) -> None:
    (folder / "terms.csv").unlink()
    with pytest.raises(RegistryError, match=r"terms\.csv.*tongket init"):
        load_registry(folder)


def test_files_written_by_excel_with_a_byte_order_mark_are_read(folder: Path) -> None:
    path = folder / "terms.csv"
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.reader(file))[0] == "term_system"
    assert load_registry(folder).terms[0].term_code == "2015-2020-NK"


TERMS = (
    "term_system,term_code,first_year,last_year\n"
    "DANG,2010-2015-NK,2010,2014\nDANG,2015-2020-NK,2015,2019\nDOAN,2015-2020-NK,2017,2020\n"
)


@pytest.fixture
def shifted(folder: Path) -> Registry:
    """Terms that begin with the year that opens their names, and one of the same code that does not."""
    (folder / "terms.csv").write_text(TERMS, encoding="utf-8")
    replace(folder, "targets", "2015-2020-NK,2019", "2015-2020-NK,2018")
    return load_registry(folder)


def test_a_term_covers_the_years_that_the_registry_gives_it_in_each_system(shifted: Registry) -> None:
    term = Period.parse("2015-2020-NK")
    assert shifted.days_of(term, "DANG") == Days(date(2015, 1, 1), date(2019, 12, 31))
    assert shifted.days_of(term, "DOAN") == Days(date(2017, 1, 1), date(2020, 12, 31))
    assert shifted.days_of(term) == Days(date(2015, 1, 1), date(2020, 12, 31))
    assert shifted.days_of(Period.parse("2019-6T"), "DANG") == Days(date(2019, 1, 1), date(2019, 6, 30))


def test_of_a_term_that_no_registry_lists_the_code_tells_the_days(shifted: Registry) -> None:
    by_code = Days(date(2016, 1, 1), date(2020, 12, 31))
    assert NO_REGISTRY.days_of(Period.parse("2015-2020-NK"), "DANG") == by_code
    assert shifted.days_of(Period.parse("2010-2015-NK"), "DOAN") == Days(date(2011, 1, 1), date(2015, 12, 31))


@pytest.mark.parametrize(
    ("row", "lives"),
    [
        ("X,2005-01-01,2014-12-31", False),
        ("X,2005-01-01,2015-11-30", True),
        ("X,2019-12-31,", True),
        ("X,2020-01-01,", False),
    ],
)
def test_who_lived_in_a_term_is_told_by_the_years_of_the_registry(
    folder: Path, shifted: Registry, row: str, lives: bool
) -> None:
    code, since, until = row.split(",")
    unit = f"{code},Khối X,BLOC,,,,P,1,DANG,{since},{until}\n"
    member = f"X-01,Chi bộ X,GRASSROOTS,CHI_BO_CO_SO,agency,,X,0,DANG,{since},{until}\n"
    (folder / "organisations.csv").write_text(ORGANISATIONS + unit + member, encoding="utf-8")
    registry, term = load_registry(folder), Period.parse("2015-2020-NK")
    assert (registry.organisation_in("X", term) is not None) is lives
    assert [o.org_code for o in registry.members_in("X", term)] == (["X-01"] if lives else [])


def test_a_term_is_owed_by_those_who_live_on_its_last_day_by_the_registry(
    folder: Path, shifted: Registry
) -> None:
    replace(
        folder, "calendar", "2018-N,,2019-01-20,,\n", "2018-N,,2019-01-20,,\n2015-2020-NK,,2020-12-31,,DANG\n"
    )
    replace(
        folder, "organisations", "BLOC,,,,P,1,DANG,2019-07-01,\n", "BLOC,,,,P,1,DANG,2019-07-01,2020-05-31\n"
    )
    catalogue = load_catalogue()
    form = catalogue.forms["B09"].model_copy(update={"required_for": {"BLOC": (PeriodKind.TERM,)}})
    owed = load_registry(folder).owed(dataclasses.replace(catalogue, forms={"B09": form}))
    assert {o.reporting_org_code for o in owed if o.period_code == "2015-2020-NK"} == {"B"}


def test_the_term_of_a_period_is_that_of_the_units_own_system(shifted: Registry) -> None:
    term = Period.parse("2015-2020-NK")
    of = {system: shifted.term_in(system, term) for system in ("DANG", "DOAN")}
    assert {system: found and found.first_year for system, found in of.items()} == {"DANG": 2015, "DOAN": 2017}
    assert shifted.term_in("DOAN", Period.parse("2016-N")) is None
