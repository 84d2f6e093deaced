"""The demo's sound workbooks add up, by arithmetic written here and nowhere else."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from statistics import median
from typing import Any

import pytest

from demo.mess import load_explained
from demo.world import DemoSubmission, World

Row = dict[str, Any]

INFLOWS = [
    "in_admitted",
    "in_transfer_other_province",
    "in_transfer_same_province",
    "in_transfer_internal",
    "in_restored",
]
OUTFLOWS = [
    "out_deceased",
    "out_expelled",
    "out_struck_off",
    "out_resigned",
    "out_transfer_other_province",
    "out_transfer_same_province",
    "out_transfer_internal",
]
FORMS_OF_DISCIPLINE = ["members_reprimand", "members_warning", "members_removed_from_post", "members_expelled"]
SCHEDULE = {"Q1": 0.25, "6T": 0.5, "9T": 0.75, "N": 1.0, "NK": 1.0}
EXPLAINED = {(case.unit, case.period, case.explanation.rule) for case in load_explained()}


@pytest.fixture(scope="module")
def sound(demo_world: World) -> dict[tuple[str, str], DemoSubmission]:
    """The submission that counts in the end, by unit and period, faulty first revisions left out."""
    return {(s.unit, s.period.code): s for s in demo_world.sound()}


def rows_of(sound: dict[tuple[str, str], DemoSubmission], form: str) -> Iterator[tuple[DemoSubmission, Row]]:
    found = False
    for submission in sound.values():
        for row in submission.tables.get(form, ()):
            found = True
            yield submission, row
    assert found, f"no rows of {form}"


def by_org(submission: DemoSubmission, form: str) -> dict[str, Row]:
    return {row["org_code"]: row for row in submission.tables[form]}


def total(rows: list[Row], column: str) -> int:
    return sum(row[column] for row in rows)


def is_explained(submission: DemoSubmission, rule: str) -> bool:
    return (submission.unit, submission.period.code, rule) in EXPLAINED


def test_members_follow_from_opening_and_flows(sound):
    for submission, row in rows_of(sound, "B01"):
        assert row["in_total"] == sum(row[c] for c in INFLOWS), (submission.id, row["org_code"])
        assert row["out_total"] == sum(row[c] for c in OUTFLOWS), (submission.id, row["org_code"])
        assert row["closing_members"] == row["opening_members"] + row["in_total"] - row["out_total"]


def test_parts_of_members_are_at_most_the_whole(sound):
    parts = ["probationary", "female", "ethnic_minority", "religious", "youth_union", "age_18_30", "exempt"]
    for submission, row in rows_of(sound, "B01"):
        assert all(0 <= row[f"closing_{p}"] <= row["closing_members"] for p in parts), submission.id
        assert row["out_struck_off_probationary"] <= row["out_struck_off"]
        assert min(v for v in row.values() if isinstance(v, int)) >= 0


def test_openings_are_the_closings_of_the_year_before_whoever_filed_them(sound):
    closings: dict[tuple[str, int], int] = {}
    compared = 0
    for submission in sorted((s for s in sound.values() if "B01" in s.tables), key=lambda s: s.period.order):
        for row in submission.tables["B01"]:
            before = closings.get((row["org_code"], submission.period.year - 1))
            if before is not None:
                compared += 1
                assert row["opening_members"] == before, (submission.id, row["org_code"])
            if submission.period.kind == "N":
                closings[row["org_code"], submission.period.year] = row["closing_members"]
    assert compared > 5000


def test_cumulative_flows_never_decrease_within_a_year(sound):
    compared = 0
    for submission in sound.values():
        earlier = submission.period.previous_cumulative
        before = sound.get((submission.unit, earlier.code)) if earlier else None
        if before is None or "B01" not in submission.tables:
            continue
        for form in ("B01", "B02", "B06"):
            old = by_org(before, form)
            for code, row in by_org(submission, form).items():
                flows = [c for c in row if c.startswith(("in_", "out_", "admitted_", "members_", "by_"))]
                assert flows
                for column in flows:
                    compared += 1
                    assert row[column] >= old[code][column], (submission.id, code, column)
    assert compared > 100_000


def test_internal_transfers_cancel_within_each_unit(sound):
    for submission in sound.values():
        if rows := submission.tables.get("B01"):
            moved = total(rows, "in_transfer_internal")
            assert moved == total(rows, "out_transfer_internal"), submission.id


def test_active_organisations_have_three_official_members_and_the_size_of_their_type(demo_world, sound):
    bodies = demo_world.figures.bodies.by_code
    for submission, row in rows_of(sound, "B01"):
        body = bodies[row["org_code"]]
        if body.lives_on(submission.period.end):
            assert row["closing_members"] - row["closing_probationary"] >= 3, (submission.id, body.code)
            assert (row["closing_members"] >= 30) == (body.org_type == "DANG_BO_CO_SO"), (
                submission.id,
                body.code,
            )
        else:
            assert row["closing_members"] == 0, (submission.id, body.code)


def test_growth_is_ordinary_or_explained(demo_world, sound):
    bodies = demo_world.figures.bodies.by_code
    explained = compared = 0
    for submission in sound.values():
        if "B01" not in submission.tables or submission.period.year == demo_world.figures.plan.years[0]:
            continue
        groups: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for number, row in enumerate(submission.tables["B01"]):
            body = bodies[row["org_code"]]
            if body.lives_on(submission.period.end) and row["opening_members"]:
                ratio = row["closing_members"] / row["opening_members"]
                groups[body.org_type].append((ratio, number))
        answered = {e.cell for e in submission.explanations if e.rule == "V057"}
        for ratios in groups.values():
            middle = median(r for r, _ in ratios)
            deviation = median(abs(r - middle) for r, _ in ratios)
            if len(ratios) < 8 or deviation == 0:
                continue
            for ratio, number in ratios:
                compared += 1
                if 0.6745 * abs(ratio - middle) / deviation > 3.5:
                    assert f"S{9 + number}" in answered, (submission.id, number)
                    explained += 1
    assert compared > 2000
    assert explained >= 3


def test_admissions_agree_between_forms_and_are_partitioned_by_age(sound):
    subsets = [
        "readmitted",
        "female",
        "ethnic_minority",
        "religious",
        "youth_union",
        "student",
        "worker",
        "private_owner",
        "farmer",
    ]
    for submission, row in rows_of(sound, "B02"):
        admitted = row["admitted_total"]
        ages = sum(row[f"admitted_age_{a}"] for a in ("18_30", "31_40", "41_50", "over_50"))
        assert ages == admitted, submission.id
        assert all(row[f"admitted_{s}"] <= admitted for s in subsets), submission.id
        assert row["admitted_from_elite_union"] <= row["admitted_youth_union"]
        if "B01" in submission.tables:
            assert by_org(submission, "B01")[row["org_code"]]["in_admitted"] == admitted


def test_the_pipeline_narrows_or_is_explained(sound):
    for submission, row in rows_of(sound, "B02"):
        steps = [
            row["elite_union_introduced"],
            row["sympathizers_recognised"],
            row["sent_to_awareness_class"],
            row["admitted_from_elite_union"],
        ]
        assert steps == sorted(steps, reverse=True) or is_explained(submission, "V024"), (submission.id, row)


def test_admissions_keep_pace_with_the_target(sound):
    with_target = 0
    for submission in sound.values():
        rows = submission.tables.get("B02", [])
        target = sum(row.get("target_admissions_year") or 0 for row in rows)
        if target:
            with_target += 1
            assert total(rows, "admitted_total") >= SCHEDULE[submission.period.kind] * target, submission.id
    assert with_target > 150


def test_probation_lasts_about_a_year(sound):
    for submission in sound.values():
        if submission.period.kind != "N" or "B01" not in submission.tables:
            continue
        admitted = total(submission.tables["B02"], "admitted_total")
        probationary = total(submission.tables["B01"], "closing_probationary")
        assert 0.5 * admitted <= probationary <= 1.2 * admitted, submission.id


def test_structure_follows_from_opening_and_changes(sound):
    closings: dict[tuple[str, str, int], int] = {}
    for submission in sorted((s for s in sound.values() if "B03" in s.tables), key=lambda s: s.period.order):
        for row in submission.tables["B03"]:
            lost = row["merged_away"] + row["dissolved"]
            change = row["established"] + row["received"] - lost - row["handed_over"]
            assert row["closing_count"] == row["opening_count"] + change, (submission.id, row)
            scope = row["in_scope_count"] if row["in_scope_count"] is not None else row["opening_count"]
            assert lost <= scope, (submission.id, row)
            if change or lost:
                assert row["legal_document"], (submission.id, row)
            key = (submission.unit, row["line_code"], submission.period.year)
            before = closings.get((*key[:2], key[2] - 1))
            assert before is None or row["opening_count"] == before, (submission.id, row)
            if submission.period.kind == "N":
                closings[key] = row["closing_count"]


def test_grassroots_organisations_of_the_form_are_those_of_the_registry(demo_world, sound):
    bodies = demo_world.figures.bodies
    checked = 0
    for submission in sound.values():
        if "B03" not in submission.tables or submission.kind == "PROVINCE":
            continue
        lines = {row["line_code"]: row["closing_count"] for row in submission.tables["B03"]}
        filed = bodies.filed_by(submission.unit, submission.period.year)
        alive = Counter(b.org_type for b in filed if b.lives_on(submission.period.end))
        assert (lines["TC02"], lines["TC03"]) == (alive["DANG_BO_CO_SO"], alive["CHI_BO_CO_SO"]), submission.id
        assert lines["TC06"] + lines["TC07"] <= lines["TC05"]
        assert lines["TC09"] <= lines["TC08"]
        assert max(lines["DV05"], lines["DV06"]) <= lines["DV04"]
        checked += 1
    assert checked > 150


def test_cells_rated_are_the_cells_that_exist(sound):
    for submission in sound.values():
        if "B04" in submission.tables:
            lines = {row["line_code"]: row["closing_count"] for row in submission.tables["B03"]}
            assert total(submission.tables["B04"], "cells_total") == lines["TC05"], submission.id


def test_ratings_add_up_and_agree_with_members_and_discipline(sound):
    for submission, row in rows_of(sound, "B04"):
        for what, unrated in (("cells", 0), ("members", row["members_exempt"])):
            rated = sum(row[f"{what}_{r}"] for r in ("excellent", "good", "completed", "not_completed"))
            assert row[f"{what}_rated"] == rated, submission.id
            assert row[f"{what}_total"] == rated + row[f"{what}_not_rated"] + unrated, submission.id
        members = by_org(submission, "B01")[row["org_code"]]
        cases = by_org(submission, "B06")[row["org_code"]]
        same = row["members_total"] == members["closing_members"]
        assert same or is_explained(submission, "V038"), submission.id
        not_reviewed = row["members_exempt"] + row["members_not_rated"]
        assert not_reviewed >= members["closing_exempt"] + cases["members_suspended"], submission.id
        assert row["members_not_completed"] >= cases["members_disciplined"] - cases["members_expelled"]
        if row["org_rating"] == "HTXSNV":
            assert cases["orgs_disciplined"] == 0, submission.id
        if row["org_rating"] == "CXL":
            assert row["org_not_rated_reason"], submission.id


def test_excellent_members_keep_the_cap_from_2019_on_in_every_organisation(sound):
    beyond_before = 0
    for submission, row in rows_of(sound, "B04"):
        keeps = row["members_excellent"] <= 0.2 * row["members_good"]
        assert keeps or submission.period.year < 2019, (submission.id, row["org_code"])
        beyond_before += not keeps
    assert beyond_before > 0, "before the cap some organisations are beyond it"


def test_inspections_narrow_from_done_to_disciplined(sound):
    for submission, row in rows_of(sound, "B05"):
        for what in ("orgs", "members"):
            steps = [row[f"{s}_{what}"] for s in ("done", "violated", "must_discipline", "disciplined")]
            assert steps == sorted(steps, reverse=True), (submission.id, row)
            assert row[f"concluded_{what}"] <= row[f"done_{what}"]
        assert row["done_orgs_distinct"] <= row["done_orgs"]
        assert row["done_committee_members"] <= row["done_members"]
        assert (row["moved_to_suspicion_check"] is None) == (row["activity_code"] != "GS_CD")


def test_inspections_keep_pace_with_the_plan(sound):
    planned = 0
    for submission, row in rows_of(sound, "B05"):
        plan = (row.get("planned_orgs") or 0) + (row.get("planned_members") or 0)
        planned += plan > 0
        on_time = SCHEDULE[submission.period.kind] * plan <= row["done_orgs"] + row["done_members"]
        assert on_time or is_explained(submission, "V043"), (submission.id, row)
    assert planned > 1000


def test_discipline_adds_up_by_form_and_by_level(sound):
    for submission, row in rows_of(sound, "B06"):
        cases = row["members_disciplined"]
        assert cases == sum(row[c] for c in FORMS_OF_DISCIPLINE), submission.id
        levels = ("by_province", "by_reporting_org", "by_grassroots", "by_cell")
        assert cases == sum(row[c] for c in levels), submission.id
        assert row["orgs_disciplined"] == row["orgs_reprimand"] + row["orgs_warning"] + row["orgs_disbanded"]
        for part in ("committee", "probationary", "female"):
            assert row[f"members_disciplined_{part}"] <= cases
        assert row["members_disciplined_probationary"] <= row["members_reprimand"] + row["members_warning"]
        assert row["imprisoned"] <= row["legal_action"]
        assert row["complaints_resolved"] <= row["complaints_due"]
        members = by_org(submission, "B01")[row["org_code"]]
        assert row["members_expelled"] == members["out_expelled"], submission.id


def test_discipline_after_inspection_is_a_part_of_all_discipline(sound):
    for submission in sound.values():
        if "B06" in submission.tables:
            inspected = total(submission.tables["B05"], "disciplined_members")
            assert inspected <= total(submission.tables["B06"], "members_disciplined"), submission.id


def test_cadre_lines_and_payroll_add_up(sound):
    payrolls = 0
    for submission in sound.values():
        lines = {row["line_code"]: row for row in submission.tables.get("B07", ())}
        if not lines:
            continue
        assert lines["CB02"]["total"] <= lines["CB01"]["total"]
        assert lines["CB06"]["total"] <= lines["CB05"]["total"]
        if isinstance(lines["BC01"]["total"], int):
            payrolls += 1
            kept = lines["BC01"]["total"] + lines["BC02"]["total"] - lines["BC03"]["total"]
            assert lines["BC04"]["total"] == kept, submission.id
        for row in lines.values():
            if isinstance(row["total"], int) and isinstance(row["female"], int):
                assert max(row[c] for c in ("female", "age_40_or_less", "ethnic_minority")) <= row["total"]
    assert payrolls > 50


def test_payroll_is_filed_by_the_province_or_by_its_units_but_never_by_both(sound):
    filers: dict[str, set[str]] = defaultdict(set)
    for submission in sound.values():
        for row in submission.tables.get("B07", ()):
            if row["line_code"] == "BC03" and isinstance(row["total"], int):
                filers[submission.unit.split("-")[0]].add(submission.kind)
    assert filers["DB"] == {"PROVINCE"}
    assert "PROVINCE" not in filers["VP"]


def test_printed_percentages_follow_from_their_parts(sound):
    checked = 0
    pairs = [
        ("B07", "pct_of_base", "total", "base_total"),
        ("B07", "pct_of_plan", "total", "plan_total"),
        ("B08", "pct", "participated", "population"),
        ("B09", "actual_period", "numerator", "denominator"),
        ("B09", "pct_achieved", "actual_period", "target_min"),
    ]
    for form, printed, part, whole in pairs:
        for submission, row in rows_of(sound, form):
            if row.get(printed) is not None and isinstance(row.get(whole), int | float) and row[whole]:
                decimals = len(f"{row[printed]:.4f}".rstrip("0").split(".")[1])
                checked += 1
                exact = 100 * row[part] / row[whole]
                assert abs(exact - row[printed]) <= 0.5 * 10**-decimals + 1e-9, (submission.id, form, row)
    assert checked > 3000


def test_participation_is_at_most_the_population_where_people_are_counted(sound):
    people = {"HT01", "HT02", "HT03", "HT04", "HT05", "CK01"}
    for submission, row in rows_of(sound, "B08"):
        if row["line_code"] in people and isinstance(row["population"], int):
            assert row["participated"] <= row["population"], submission.id


def test_self_assessments_follow_from_result_and_target(sound):
    for submission, row in rows_of(sound, "B09"):
        actual, least = row["actual_period"], row["target_min"]
        expected = "VUOT" if actual > least else "DAT" if actual == least else "CHUA_DAT"
        assert row["self_assessment"] == expected, submission.id
        if expected == "CHUA_DAT":
            assert row["explanation"], submission.id


def test_results_of_targets_are_those_of_the_other_forms(sound):
    for submission in sound.values():
        if submission.kind not in ("DISTRICT", "BLOC") or "B09" not in submission.tables:
            continue
        ratings = submission.tables["B04"]
        rated = [r for r in ratings if r["org_rating"] != "CXL"]
        good = sum(r["org_rating"] in ("HTXSNV", "HTTNV") for r in rated)
        better = total(ratings, "members_excellent") + total(ratings, "members_good")
        expected = {
            "admissions": total(submission.tables["B02"], "admitted_total"),
            "orgs_good_or_better_share": 100 * good / len(rated),
            "members_good_or_better_share": 100 * better / total(ratings, "members_rated"),
        }
        for row in submission.tables["B09"]:
            if row["indicator_code"] in expected:
                assert row["actual_period"] == pytest.approx(expected[row["indicator_code"]], abs=0.005)


def test_no_file_is_a_copy_of_the_one_before_or_full_of_round_numbers(demo_world, sound):
    forms = demo_world.figures.catalogue.forms
    for submission in sound.values():
        earlier = submission.period.previous_cumulative
        before = sound.get((submission.unit, earlier.code)) if earlier else None
        same = compared = 0
        digits: list[int] = []
        for code, rows in submission.tables.items():
            collected = [forms[code].on(s.period.end).columns for s in (before, submission) if s]
            flows = [c.code for c in collected[-1] if c.nature == "flow" and c in collected[0]]
            counts = [c.code for c in collected[-1] if c.type == "int"]
            keys = forms[code].key
            old = {tuple(r[k] for k in keys): r for r in before.tables.get(code, ())} if before else {}
            for row in rows:
                digits += [row[c] % 10 for c in counts if isinstance(row.get(c), int) and row[c] >= 20]
                match = old.get(tuple(row[k] for k in keys))
                for column in flows if match else ():
                    if isinstance(row[column], int) and row[column] > 0:
                        compared += 1
                        same += row[column] == match[column]
        if compared >= 30:
            assert same / compared < 0.8, submission.id
        if len(digits) >= 30:
            assert sum(d in (0, 5) for d in digits) / len(digits) <= 0.45, submission.id


def test_few_sound_workbooks_need_an_explanation(sound):
    answered = [s.id for s in sound.values() if s.explanations]
    assert 5 <= len(answered) <= 0.05 * len(sound)
