"""The demo's faults are realistic in number and kind, and the gate finds each where it is."""

import pytest

from demo.mess import Edit, Fault, FaultError, apply_edits, edit_file, load_explained, load_faults
from demo.writing import write_submission
from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry import Registry, load_registry
from ingestion.gate import GateContext, judge
from ingestion.gate.frames.history import EmptyHistory
from ingestion.reading import read_file
from ingestion.records.findings import Judgement
from ingestion.records.submissions import Submission, SubmissionKey

CATALOGUE = load_catalogue()


@pytest.fixture(scope="module")
def registry(demo_world, tmp_path_factory) -> Registry:
    from demo.registry_files import write_registry

    folder = tmp_path_factory.mktemp("registry")
    write_registry(folder, demo_world.registry)
    return load_registry(folder)


@pytest.fixture(scope="module")
def judge_file(demo_world, registry, tmp_path_factory):
    """Write one submission of the demo and judge it alone."""
    folder = tmp_path_factory.mktemp("files")

    def judged(submission) -> Judgement:
        path = folder / submission.file_name
        write_submission(demo_world, registry, submission, path)
        key = SubmissionKey(submission.unit, submission.period.code, submission.revision)
        reading = read_file(path, CATALOGUE)
        context = GateContext(registry, CATALOGUE, EmptyHistory(), None)
        filed = Submission(key, "", submission.received_at, reading)
        return judge([filed], context, engine="masks")[key]

    return judged


def test_about_one_workbook_in_twenty_has_a_fault(demo_world):
    faulty = [s for s in demo_world.submissions if s.fault]
    assert 0.04 <= len(faulty) / len(demo_world.submissions) <= 0.07
    assert len(faulty) == len(load_faults()), "every fault is in a workbook"


def test_there_are_at_least_twelve_kinds():
    kinds = {(f.expected.rule, f.edits[0].action, str(type(f.edits[0].value))) for f in load_faults()}
    assert len(kinds) >= 12
    assert len({fault.id for fault in load_faults()}) == len(load_faults())


def test_three_cases_stay_open_where_no_stated_figure_depends_on_them():
    still_open = [(f.unit, f.period) for f in load_faults() if f.corrected_after_days is None]
    assert sorted(still_open) == [("TG-GCT", "2020-9T"), ("TG-GCT", "2020-N"), ("VP-TD", "2020-Q1")]


def test_every_other_fault_is_followed_by_a_corrected_revision(demo_world):
    for fault in load_faults():
        arrived = [s for s in demo_world.submissions if (s.unit, s.period.code) == (fault.unit, fault.period)]
        assert arrived[0].fault is fault or arrived[-1].fault is fault
        if fault.corrected_after_days is not None:
            first, second = sorted(arrived, key=lambda s: s.received_at)
            assert (first.fault, second.fault) == (fault, None)
            assert (second.received_at - first.received_at).days == fault.corrected_after_days
            assert second.cover["revision_reason"] == fault.correction


@pytest.mark.parametrize("fault", load_faults(), ids=lambda fault: fault.id)
def test_the_gate_finds_the_fault_where_it_is(demo_world, judge_file, fault):
    judgement = judge_file(next(s for s in demo_world.submissions if s.fault is fault))
    expected = fault.expected
    assert judgement.verdict == expected.verdict
    places = [(f.rule, f.sheet, f.cell) for f in judgement.findings]
    wanted = (expected.rule, expected.sheet, expected.cell)
    assert any(all(w in ("", p) for w, p in zip(wanted, place, strict=True)) for place in places), places


def test_the_suspension_counted_as_discipline_gets_the_hint(demo_world, judge_file):
    faulty = next(s for s in demo_world.submissions if s.fault and "suspension" in s.fault.id)
    finding = next(f for f in judge_file(faulty).findings if f.rule == "V045")
    assert "Đình chỉ sinh hoạt không phải hình thức kỷ luật" in finding.message
    stated = [s for s in demo_world.sound() if s.unit == "HCM-Q12" and s.period.kind == "N"]
    counted = [s for s in stated if s.period.code != faulty.period.code] + [faulty]

    def disciplined(submissions):
        return sum(row["members_disciplined"] for s in submissions for row in s.tables["B06"])

    assert (disciplined(stated), disciplined(counted)) == (103, 104)


@pytest.mark.parametrize("case", load_explained(), ids=lambda case: case.explanation.rule)
def test_an_answered_warning_does_not_hold_a_workbook_back(demo_world, judge_file, case):
    filed = next(s for s in demo_world.sound() if (s.unit, s.period.code) == (case.unit, case.period))
    judgement = judge_file(filed)
    answered = [(f.rule, f.sheet, f.cell) for f in judgement.findings if f.explained]
    assert (case.explanation.rule, case.explanation.sheet, case.explanation.cell) in answered
    assert judgement.verdict == "accepted"


def test_a_corrected_revision_is_accepted(demo_world, judge_file):
    corrected = next(s for s in demo_world.sound() if s.unit == "HCM-Q12" and s.revision == 2)
    assert judge_file(corrected).verdict == "accepted"


def test_an_edit_that_names_what_is_not_there_is_refused(demo_world):
    tables = next(s for s in demo_world.sound() if s.unit == "LA-CD").tables
    missing_row = Edit(action="add", form="B01", row="LA-CD-999", column="closing_members", value=1)
    with pytest.raises(FaultError, match="no row LA-CD-999"):
        apply_edits(CATALOGUE, tables, [missing_row])
    with pytest.raises(FaultError, match="no sheet B99"):
        apply_edits(CATALOGUE, tables, [Edit(action="drop_form", form="B99")])
    with pytest.raises(FaultError, match="no count"):
        apply_edits(
            CATALOGUE, tables, [Edit(action="add", form="B01", row="LA-CD-018", column="note", value=1)]
        )


def test_edits_leave_the_sound_tables_alone(demo_world):
    filed = next(s for s in demo_world.sound() if s.unit == "LA-CD")
    before = repr(filed.tables)
    edit = Edit(action="add", form="B01", row="LA-CD-018", column="closing_members", value=1)
    changed, _ = apply_edits(CATALOGUE, filed.tables, [edit])
    assert repr(filed.tables) == before != repr(changed)


def test_a_file_without_the_sheet_cannot_be_edited(tmp_path, demo_world, registry):
    filed = next(s for s in demo_world.sound() if s.unit == "DB" and s.period.kind == "6T")
    write_submission(demo_world, registry, filed, tmp_path / "a.xlsx")
    edit = Edit(action="rename_header", form="B06", column="members_warning", value="Phê bình")
    with pytest.raises(FaultError, match="no sheet B06"):
        edit_file(CATALOGUE, (tmp_path / "a.xlsx").read_bytes(), filed.tables, [edit])


def test_a_correction_without_a_reason_does_not_fit_the_schema():
    fault = load_faults()[0].model_dump()
    with pytest.raises(ValueError, match="a correction has a day and a reason"):
        Fault.model_validate(fault | {"correction": ""})
