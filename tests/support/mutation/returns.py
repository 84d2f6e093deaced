"""Mutants of what goes back to the clerk: marks, the first sheet, differences, lines for explanations, letters.

What belongs here: data alone. What does not: trying a mutant (`mutant.py`).
"""

from collections.abc import Sequence

from tests.support.mutation.mutant import Mutant

_FOLDER = "tests/unit/returns"
_CUT = f"--confcutdir={_FOLDER}"
"""The fixtures of this folder are enough, and those of all tests take long to import."""

DIFFERENCES = ("--noconftest", f"{_FOLDER}/test_differences.py")
GATHERED = ("--noconftest", f"{_FOLDER}/test_gathered.py")
LETTERS = (_CUT, f"{_FOLDER}/test_copies_of_cells.py")


def _marked(*tests: str) -> Sequence[str]:
    return (_CUT, *(f"{_FOLDER}/test_marked_workbook.py::test_{test}" for test in tests))


def _returning(*tests: str) -> Sequence[str]:
    return (_CUT, *(f"{_FOLDER}/test_returning.py::test_{test}" for test in tests))


MUTANTS: Sequence[Mutant] = (
    # differences
    Mutant(
        "a row that is repeated is the first once more",
        "ingestion/returns/differences.py",
        "        seen[codes] += 1\n",
        "",
        DIFFERENCES,
    ),
    Mutant(
        "rows that came are rows that went",
        "ingestion/returns/differences.py",
        "tuple(added), tuple(removed), tuple(changed))",
        "tuple(removed), tuple(added), tuple(changed))",
        DIFFERENCES,
    ),
    Mutant(
        "rows that went are passed over",
        "ingestion/returns/differences.py",
        "            if key not in new_rows\n",
        "            if key not in old_rows\n",
        DIFFERENCES,
    ),
    Mutant(
        "a form that went is passed over",
        "ingestion/returns/differences.py",
        "                removed_forms.append(form.code)\n",
        "                pass\n",
        DIFFERENCES,
    ),
    Mutant(
        "the cover is not compared",
        "ingestion/returns/differences.py",
        "changed = _compare_covers(before, after, catalogue.cover)",
        "changed: list[CellChange] = []",
        DIFFERENCES,
    ),
    Mutant(
        "a change is told the other way round",
        "ingestion/returns/differences.py",
        "return shown(was), shown(is_now), (_is_number(was)",
        "return shown(is_now), shown(was), (_is_number(was)",
        DIFFERENCES,
    ),
    Mutant(
        "how a number is stored is a change",
        "ingestion/returns/differences.py",
        "return writing.plain(value)",
        "return repr(value)",
        DIFFERENCES,
    ),
    Mutant("a cross is blank", "ingestion/returns/differences.py", 'return "x"', 'return ""', DIFFERENCES),
    Mutant(
        "what is no number is blank",
        "ingestion/returns/differences.py",
        "in (Mark.INVALID, Mark.ERROR) else",
        "in (Mark.ERROR,) else",
        DIFFERENCES,
    ),
    Mutant(
        "a text that looks like a number is one",
        "ingestion/returns/differences.py",
        "if (shown(was), _is_number(was)) != (shown(is_now), _is_number(is_now)):",
        "if shown(was) != shown(is_now):",
        DIFFERENCES,
    ),
    Mutant(
        "changes of cells are not counted",
        "ingestion/returns/differences.py",
        "                self.removed_rows,\n                self.changed,\n",
        "                self.removed_rows,\n",
        _returning("each_submission_gets_a_return_and_a_revision_says_what_changed"),
    ),
    # marks
    Mutant(
        "a notice is as grave as an error",
        "ingestion/returns/marking.py",
        '_RANK = {"error": 0, "warning": 1, "explained": 2, "notice": 3}',
        '_RANK = {"error": 3, "warning": 1, "explained": 2, "notice": 0}',
        _marked("the_gravest_that_was_found_of_a_cell_marks_it_and_comes_first"),
    ),
    Mutant(
        "marks of an earlier return stay",
        "ingestion/returns/marking.py",
        "            sheet.clear_marks()\n",
        "            pass\n",
        _marked("marks_of_an_earlier_return_go_when_they_no_longer_hold"),
    ),
    Mutant(
        "every return has a first sheet more",
        "ingestion/returns/marking.py",
        "    desk.remove_earlier_receipts()\n",
        "",
        _marked("marking_a_return_again_doubles_nothing"),
    ),
    Mutant(
        "a sheet of the clerk's own is taken for a first sheet",
        "ingestion/returns/marking.py",
        'and self.book.sheet(entry.path).texts(1).get(1, "").startswith(titles)',
        "",
        _marked("a_sheet_of_the_clerk_that_is_called_like_the_first_one_stays"),
    ),
    Mutant(
        "a cell under a merged range is marked where nobody sees it",
        "ingestion/returns/marking.py",
        "findings.setdefault(sheet.owner(*place), [])",
        "findings.setdefault(place, [])",
        _marked("a_finding_in_a_merged_range_is_shown_on_the_cell_that_is_seen"),
    ),
    Mutant(
        "a cell that is only related hides a finding",
        "ingestion/returns/marking.py",
        "for place in found.related} - set(findings)",
        "for place in found.related}",
        _marked("the_gravest_that_was_found_of_a_cell_marks_it_and_comes_first"),
    ),
    Mutant(
        "macros go back without a word",
        "ingestion/returns/marking.py",
        'marks.notes.append(("returns.note.macros", {}))',
        "pass",
        _marked("macros_are_taken_out_and_the_first_sheet_says_so"),
    ),
    Mutant(
        "every comment is written, however many",
        "ingestion/returns/marking.py",
        "chosen = ranked[:MOST_COMMENTS]",
        "chosen = ranked",
        _marked("thousands_of_findings_are_listed_and_commented_up_to_a_limit"),
    ),
    Mutant(
        "a copy is told as the file",
        "ingestion/returns/marking.py",
        'notes=[(key, {"kind": reading.kind})])',
        "notes=[])",
        _marked("a_package_that_cannot_be_changed_is_copied_cell_by_cell"),
    ),
    Mutant(
        "an unknown sheet of answers is written into",
        "ingestion/returns/marking.py",
        "if fold(e.name) in EXPLANATION_NAMES), None)",
        "if False), None)",
        _marked("a_warning_has_a_line_ready_and_its_answer_is_accepted"),
    ),
    # the first sheet
    Mutant(
        "what came on the last day is told as late",
        "ingestion/returns/receipt.py",
        "is_late = day_of(answer.received_at) > answer.due_on",
        "is_late = day_of(answer.received_at) >= answer.due_on",
        _marked("the_deadline_is_said_and_whether_the_mended_file_can_still_be_in_time"),
    ),
    Mutant(
        "a mended file can be in time on any day",
        "ingestion/returns/receipt.py",
        'return "returns.again_late" if day_of(answer.received_at) > answer.due_on else "returns.again"',
        'return "returns.again"',
        _marked("the_deadline_is_said_and_whether_the_mended_file_can_still_be_in_time"),
    ),
    Mutant(
        "a closed period takes a mended file",
        "ingestion/returns/receipt.py",
        "    if answer.is_locked:\n",
        "    if False:\n",
        _marked("a_mended_file_for_a_closed_period_is_told_to_be_held"),
    ),
    Mutant(
        "what was accepted is asked for again",
        "ingestion/returns/receipt.py",
        "or answer.judgement.verdict not in _SENT_AGAIN:",
        "or False:",
        _marked("an_accepted_file_is_not_asked_for_again_before_the_deadline"),
    ),
    Mutant(
        "what is explained is counted as open",
        "ingestion/returns/receipt.py",
        '"warnings": len(answer.unexplained),',
        '"warnings": sum(f.severity == "warning" for f in findings),',
        _marked("a_warning_has_a_line_ready_and_its_answer_is_accepted"),
    ),
    Mutant(
        "findings stand as they were found",
        "ingestion/returns/receipt.py",
        "findings = sorted(answer.judgement.findings, key=_rank)",
        "findings = list(answer.judgement.findings)",
        _marked("the_gravest_that_was_found_of_a_cell_marks_it_and_comes_first"),
    ),
    Mutant(
        "what is left out of the list is not told",
        "ingestion/returns/receipt.py",
        "if len(findings) > MOST_FINDINGS:",
        "if False:",
        _marked("thousands_of_findings_are_listed_and_commented_up_to_a_limit"),
    ),
    Mutant(
        "what counts instead is not told",
        "ingestion/returns/receipt.py",
        "        if not decision.is_accepted:\n            grid.add(",
        "        if decision.is_accepted:\n            grid.add(",
        _returning("a_file_that_is_refused_or_withdrawn_is_answered_with_what_counts"),
    ),
    Mutant(
        "what was refused is asked to be explained",
        "ingestion/returns/answer.py",
        'self.decision.kind != "rejected"',
        "False",
        GATHERED,
    ),
    # what is gathered
    Mutant(
        "notes of different cells are one",
        "ingestion/returns/gathered.py",
        'own = number if note.cell or not note.sheet else ""',
        'own = ""',
        GATHERED,
    ),
    Mutant(
        "two rules are a range",
        "ingestion/returns/gathered.py",
        "if len(run) > 2 else",
        "if len(run) > 1 else",
        GATHERED,
    ),
    Mutant(
        "rules apart are a range",
        "ingestion/returns/gathered.py",
        "_number(rule) == _number(runs[-1][-1]) + 1",
        "_number(rule) >= _number(runs[-1][-1]) + 1",
        GATHERED,
    ),
    # lines for explanations
    Mutant(
        "many warnings of a rule are asked one by one",
        "ingestion/returns/explanations.py",
        "are_many = of_sheet[finding.rule, finding.sheet] > MOST_OF_A_SHEET",
        "are_many = False",
        GATHERED,
    ),
    Mutant(
        "a few warnings of a rule are asked in one line",
        "ingestion/returns/explanations.py",
        "> MOST_OF_A_SHEET",
        "> 1",
        GATHERED,
    ),
    Mutant(
        "a line that is there is written once more",
        "ingestion/returns/explanations.py",
        "ready.setdefault(_key((rule, place, cell)), number)",
        "pass",
        _marked("a_line_that_the_clerk_wrote_with_dollars_is_the_one_that_is_asked_for"),
    ),
    Mutant(
        "a cell with dollars is another cell",
        "ingestion/returns/explanations.py",
        'cell.replace("$", "").strip().upper()',
        "cell.strip().upper()",
        _marked("a_line_that_the_clerk_wrote_with_dollars_is_the_one_that_is_asked_for"),
    ),
    Mutant(
        "a line is written over the last one",
        "ingestion/returns/explanations.py",
        "        last += 1\n        for code, text",
        "        for code, text",
        _marked("a_warning_has_a_line_ready_and_its_answer_is_accepted"),
    ),
    # letters
    Mutant(
        "raised letters are struck",
        "ingestion/returns/letters.py",
        "(left.raised.strip(), Dress.RAISED)]",
        "(left.raised.strip(), Dress.STRUCK)]",
        LETTERS,
    ),
    Mutant(
        "parts stand where they first can",
        "ingestion/returns/letters.py",
        "if dress is Dress.PLAIN) == wanted:",
        "if dress is Dress.PLAIN) or True:",
        LETTERS,
    ),
    Mutant(
        "parts that stand nowhere are lost",
        "ingestion/returns/letters.py",
        "    around = [(left.struck, Dress.STRUCK), (left.rest, Dress.PLAIN), (left.raised, Dress.RAISED)]",
        "    around = [(left.rest, Dress.PLAIN)]",
        LETTERS,
    ),
    # where answers are kept
    Mutant(
        "a decision takes the place of the verdict",
        "ingestion/returns/answers.py",
        "    if answer.decision is not None:\n        path",
        "    if False:\n        path",
        _returning("each_decision_is_told_in_a_workbook_beside_the_one_with_the_verdict"),
    ),
    Mutant(
        "a decision is told again and again",
        "ingestion/returns/answers.py",
        "if not decision_path(home, record.key, number).exists()",
        "if True",
        GATHERED,
    ),
)
