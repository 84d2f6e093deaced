"""What the demo world consists of: who files what, when, under which registry; the same every time."""

import csv
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

import demo
from demo.registry_files import write_registry
from demo.tables import Tables, tables_of
from demo.world import World, build
from demo.writing import write_submission, write_world
from ingestion.alerts.contacts import complaints
from ingestion.definitions.catalogue import Catalogue, load_catalogue
from ingestion.definitions.overlay import laid_over
from ingestion.definitions.registry import Registry, load_registry
from ingestion.records.periods import Period
from ingestion.records.submissions import COVERAGE
from ingestion.storage.home import Home
from tests.support.own_forms import column, form

END = date(2020, 12, 31)


@pytest.fixture(scope="module")
def registry(demo_world: World, tmp_path_factory: pytest.TempPathFactory) -> Registry:
    folder = tmp_path_factory.mktemp("registry")
    write_registry(folder, demo_world.registry)
    return load_registry(folder)


def test_there_are_some_hundreds_of_workbooks(demo_world):
    assert 250 <= len(demo_world.submissions) <= 300
    assert len({s.id for s in demo_world.submissions}) == len(demo_world.submissions)
    assert len({(s.unit, s.file_name) for s in demo_world.submissions}) == len(demo_world.submissions)


def test_every_unit_files_exactly_what_it_owes(demo_world, registry):
    catalogue = load_catalogue()
    owed: dict[tuple[str, str], set[str]] = {}
    said = {(s.unit, s.period.year): s.cover[COVERAGE] for s in demo_world.sound() if COVERAGE in s.cover}
    assert said == {("QT-KCQDN", 2019): date(2019, 1, 1)}, "no other unit takes in what others did in the year"
    for due in registry.owed(catalogue, said):
        owed.setdefault((due.reporting_org_code, due.period_code), set()).add(due.form_code)
    filed = {(s.unit, s.period.code): set(s.tables) for s in demo_world.sound()}
    beyond = {key: forms for key, forms in filed.items() if key not in owed}
    assert {period for _, period in beyond} == {"2010-2015-NK"}
    assert {unit for unit, _ in beyond} == {o.org_code for o in registry.children_at("DB", END)}
    assert set(map(frozenset, beyond.values())) == {frozenset({"B05"})}
    open_cases = {(s.unit, s.period.code) for s in demo_world.submissions} - set(filed)
    assert {key: forms for key, forms in owed.items() if key not in open_cases} == {
        key: forms for key, forms in filed.items() if key in owed
    }
    assert len(open_cases) == 3


def test_numbers_of_organisations_are_the_stated_ones(registry):
    def grassroots(*units: str) -> int:
        return sum(len(registry.children_at(unit, END, "GRASSROOTS")) for unit in units)

    vinh_phuc = [o.org_code for o in registry.children_at("VP", END)]
    assert len(vinh_phuc) == 13
    assert sum(registry.organisation_at(u, END).org_kind == "BLOC" for u in vinh_phuc) == 4
    assert grassroots(*vinh_phuc) == 617
    assert len(registry.children_at("DB", END)) == 10
    assert grassroots("QT-KCQDN") == 81
    assert grassroots("LA-CD") == 37
    bases = registry.children_at("DCD", date(2017, 12, 31), "UNION_BASE")
    assert Counter(o.org_type for o in bases) == {"DOAN_CO_SO": 9, "CHI_DOAN_CO_SO": 53}
    sectors = Counter(o.sector for o in registry.children_at("LA-CD", END))
    assert (sectors["COMMUNE"], sectors["STATE_ENTERPRISE"], sectors["PRIVATE_ENTERPRISE"]) == (17, 3, 1)


def test_communes_carry_their_real_names_and_numbers(registry):
    communes = Counter(
        o.parent_code
        for o in registry.organisations
        if o.sector == "COMMUNE" and o.is_active(date(2018, 12, 31))
    )
    assert sum(n for code, n in communes.items() if code.startswith("VP-")) == 137
    assert sum(n for code, n in communes.items() if code.startswith("DB-")) == 130
    assert (communes["VP-YL"], communes["LA-CD"], communes["HCM-Q12"], communes["TG-GCT"]) == (17, 17, 11, 13)
    assert registry.organisation_at("LA-CD-PHUOCTUY", END).org_name == "Đảng bộ xã Phước Tuy"
    names = [o.org_name for o in registry.organisations if o.org_code not in ("", None)]
    assert not any("{" in name for name in names)


def test_names_are_unique_within_a_unit(registry):
    pairs = Counter((o.parent_code, o.org_name) for o in registry.organisations if o.is_active(END))
    assert [pair for pair, count in pairs.items() if count > 1] == []


def test_the_bloc_takes_over_the_organisations_of_its_predecessors(registry):
    first, day_before = date(2019, 7, 1), date(2019, 6, 30)
    mergers = {s.predecessor_code: s for s in registry.successions if s.successor_code == "QT-KCQDN"}
    assert set(mergers) == {"QT-KCQ", "QT-KDN"}
    assert all(s.is_whole_merger and s.effective_on == first for s in mergers.values())
    before = {o.org_code for u in mergers for o in registry.children_at(u, day_before, "GRASSROOTS")}
    assert before == {o.org_code for o in registry.children_at("QT-KCQDN", first, "GRASSROOTS")}
    assert registry.organisation_at("QT-KCQ", first) is None
    assert registry.organisation_at("QT-KCQDN", day_before) is None


def test_every_merger_names_a_successor_that_lives_and_a_predecessor_that_ended(registry):
    assert len(registry.successions) > 5
    for event in registry.successions:
        assert registry.organisation_at(event.predecessor_code, event.effective_on) is None
        before = event.effective_on - timedelta(days=1)
        assert registry.organisation_at(event.predecessor_code, before) is not None
        if event.event_type == "merge":
            assert registry.organisation_at(event.successor_code, event.effective_on) is not None
        assert event.document


def test_admission_targets_of_units_sum_to_the_assigned_number(registry):
    def target(code: str) -> float:
        found = registry.target_of(code, "admissions", "2015-2020-NK", 2019)
        return found.min if found else 0.0

    for province in ("VP", "DB"):
        units = [o.org_code for o in registry.children_at(province, END)]
        assert sum(map(target, units)) == target(province)
    assert target("VP") == 2300
    assert sum(target(o.org_code) for o in registry.children_at("VP-YL", END)) == target("VP-YL")
    assert target("QT-KCQDN") == 0, "no target is stated, so that none can be said to be exceeded"


def test_the_calendar_separates_the_two_term_systems(registry):
    assert registry.periods["2013-N"].term_system == "DOAN"
    assert registry.periods["2016-N"].term_system == ""
    assert registry.periods["2019-N"].term_system == "DANG"
    assert "2010-2015-NK" in registry.periods


def test_receipts_come_after_the_period_mostly_in_time_and_before_any_lock(demo_world, registry):
    late = 0
    for submission in demo_world.submissions:
        calendar = registry.periods[submission.period.code]
        received_on = submission.received_at.date()
        assert submission.period.end < received_on < calendar.locked_on
        late += received_on > calendar.due_on
    assert 0 < late < 0.12 * len(demo_world.submissions)


def test_everybody_is_told_and_nothing_leaves_the_machine(registry):
    assert complaints(registry, lambda channel: channel.startswith("folder://"), END) == []
    assert {c.org_code for c in registry.contacts} == {"", *registry.reporting_units}


def test_the_statements_are_all_there():
    with (Path(demo.__file__).parent / "statements.csv").open(encoding="utf-8", newline="") as file:
        ids = [row["statement_id"] for row in csv.DictReader(file)]
    assert ids == [f"I{number:03d}" for number in range(1, 118)]


@pytest.fixture(scope="module")
def built_again(demo_world):
    build.cache_clear()
    again = build(demo_world.seed)
    assert again is not demo_world
    return again


@pytest.mark.parametrize("name", ["VP-YL.2019-N.r1", "DB.2020-6T.r1", "DCD.2016-N.r1", "LA-CD.2020-Q1.r1"])
def test_the_same_seed_gives_the_same_bytes(demo_world, built_again, registry, tmp_path, name):
    contents = []
    for number, world in enumerate((demo_world, built_again)):
        submission = next(s for s in world.submissions if s.id == name)
        path = tmp_path / f"{number}.xlsx"
        write_submission(world, registry, submission, path)
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]


def test_one_unit_can_be_written_alone(demo_world, tmp_path):
    home = Home(tmp_path / "data")
    count = write_world(demo_world, home, only=["TG-GCT"])
    names = sorted(p.name for p in home.inbox.rglob("*.xlsx"))
    assert len(names) == count == 8
    assert all(name.startswith("TG-GCT_") for name in names)
    assert load_registry(home.registry).organisation_at("VP-YL", END) is not None


NEW_FORMS_OF, KIND = "VP-VT", "DISTRICT"
"""The unit and its kind by which forms that were added are filed."""
PARTS = {"required_for": {KIND: ["Q1", "6T", "9T", "N"]}}
LINES = [
    {"code": "L1", "label": {"vi": "Trong kỳ", "en": "Flow"}, "nature": "flow"},
    {"code": "L2", "label": {"vi": "Cuối kỳ", "en": "Stock"}, "nature": "stock"},
]


@pytest.fixture(scope="module")
def with_new_forms() -> Catalogue:
    opening = column("opening", nature="opening", closing="closing")
    later = column("later", effective={"from": "2020-09-30"})
    return laid_over(
        (
            form(
                "B90",
                "organisations",
                column("org_code", "code"),
                opening,
                column("given", cumulative=True),
                column("closing", nature="stock"),
                later,
                column("rating", "code", choices=["YES", "NO"]),
                **PARTS,
            ),
            form(
                "B91",
                "lines",
                column("line_code", "code"),
                column("count", nature="line"),
                lines=[{"column": "line_code", "members": LINES}],
                **PARTS,
            ),
            form(
                "B92",
                "targets",
                column("indicator_code", "code"),
                column("indicator_name", "text"),
                column("target_min", "decimal"),
                column("actual_period", "decimal"),
                column("checked"),
                **PARTS,
            ),
        )
    )


def filed(world: World, with_new_forms: Catalogue, period: str) -> Tables:
    return tables_of(replace(world.figures, catalogue=with_new_forms), NEW_FORMS_OF, KIND, Period.parse(period))


def test_a_new_form_has_a_row_for_each_body_and_line_with_every_required_cell(
    demo_world: World, with_new_forms: Catalogue
) -> None:
    tables = filed(demo_world, with_new_forms, "2020-N")
    assert [row["org_code"] for row in tables["B90"]] == [row["org_code"] for row in tables["B01"]]
    assert [row["line_code"] for row in tables["B91"]] == ["L1", "L2"]
    assert all(value is not None for code in ("B90", "B91") for row in tables[code] for value in row.values())


def test_a_new_form_of_targets_has_a_row_for_each_assigned_target_with_its_own_columns_filled(
    demo_world: World, with_new_forms: Catalogue
) -> None:
    tables = filed(demo_world, with_new_forms, "2020-N")
    asked_alike = ("indicator_code", "indicator_name", "target_min", "actual_period")
    assert [[row[code] for code in asked_alike] for row in tables["B92"]] == [
        [row[code] for code in asked_alike] for row in tables["B09"]
    ]
    assert tables["B92"] and all(isinstance(row["checked"], int) for row in tables["B92"])
    assert all(row.keys() == with_new_forms.forms["B92"].by_code.keys() for row in tables["B92"])


def test_the_flows_of_a_new_form_grow_and_its_openings_are_the_closings_before(
    demo_world: World, with_new_forms: Catalogue
) -> None:
    by_part = [filed(demo_world, with_new_forms, f"2020-{part}") for part in ("Q1", "6T", "9T", "N")]
    for code, count, rows in (("B90", "given", range(5)), ("B91", "count", [0])):
        for row in rows:
            counts = [tables[code][row][count] for tables in by_part]
            assert counts == sorted(counts) and counts[-1] > 0  # type: ignore[type-var,operator]
    last_year = {row["org_code"]: row["closing"] for row in filed(demo_world, with_new_forms, "2019-N")["B90"]}
    same = [row for row in by_part[0]["B90"] if row["org_code"] in last_year]
    assert same and all(row["opening"] == last_year[row["org_code"]] for row in same)


def test_a_new_column_is_filed_in_its_time_alone(demo_world: World, with_new_forms: Catalogue) -> None:
    found = {part: filed(demo_world, with_new_forms, f"2020-{part}")["B90"][0] for part in ("6T", "9T")}
    assert ("later" in found["6T"], "later" in found["9T"]) == (False, True)
