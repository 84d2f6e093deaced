"""Mutants of what goes back to the clerk: marks, the first sheet, differences, lines for explanations, letters.

What belongs here: data alone. What does not: trying a mutant (`mutant.py`).
"""

from collections.abc import Sequence

from tests.support.mutation.mutant import Mutant

DIFFERENCES = ("tests/unit/returns/test_differences.py",)
MARKED = ("tests/unit/returns/test_marked_workbook.py",)
RETURNING = ("tests/unit/returns/test_returning.py",)
LETTERS = ("tests/unit/returns/test_copies_of_cells.py",)

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
        DIFFERENCES + RETURNING,
    ),
    # marks
    Mutant(
        "a notice is as grave as an error",
        "ingestion/returns/marking.py",
        '_RANK = {"error": 0, "warning": 1, "explained": 2, "notice": 3}',
        '_RANK = {"error": 3, "warning": 1, "explained": 2, "notice": 0}',
        MARKED,
    ),
    Mutant(
        "marks of an earlier return stay",
        "ingestion/returns/marking.py",
        "            sheet.clear_marks()\n",
        "            pass\n",
        MARKED,
    ),
    Mutant(
        "every return has a first sheet more",
        "ingestion/returns/marking.py",
        "    desk.remove_earlier_receipts()\n",
        "",
        MARKED,
    ),
    Mutant(
        "a sheet of the clerk's own is taken for a first sheet",
        "ingestion/returns/marking.py",
        'and self.book.sheet(entry.path).texts(1).get(1, "").startswith(titles)',
        "",
        MARKED,
    ),
    Mutant(
        "a cell under a merged range is marked where nobody sees it",
        "ingestion/returns/marking.py",
        "findings.setdefault(sheet.owner(*place), [])",
        "findings.setdefault(place, [])",
        MARKED,
    ),
    Mutant(
        "a cell that is only related hides a finding",
        "ingestion/returns/marking.py",
        "for place in found.related} - set(findings)",
        "for place in found.related}",
        MARKED,
    ),
    Mutant(
        "macros go back without a word",
        "ingestion/returns/marking.py",
        'marks.notes.append(("returns.note.macros", {}))',
        "pass",
        MARKED,
    ),
    Mutant(
        "every comment is written, however many",
        "ingestion/returns/marking.py",
        "chosen = ranked[:MOST_COMMENTS]",
        "chosen = ranked",
        MARKED,
    ),
    Mutant(
        "a copy is told as the file",
        "ingestion/returns/marking.py",
        'notes=[(key, {"kind": reading.kind})])',
        "notes=[])",
        MARKED,
    ),
    Mutant(
        "an unknown sheet of answers is written into",
        "ingestion/returns/marking.py",
        "if fold(e.name) in _EXPLANATION_SHEETS), None)",
        "if False), None)",
        MARKED,
    ),
    # the first sheet
    Mutant(
        "what came on the last day is told as late",
        "ingestion/returns/receipt.py",
        "is_late = day_of(answer.received_at) > answer.due_on",
        "is_late = day_of(answer.received_at) >= answer.due_on",
        MARKED,
    ),
    Mutant(
        "a mended file can be in time on any day",
        "ingestion/returns/receipt.py",
        'return "returns.again_late" if day_of(answer.received_at) > answer.due_on else "returns.again"',
        'return "returns.again"',
        MARKED,
    ),
    Mutant(
        "a closed period takes a mended file",
        "ingestion/returns/receipt.py",
        "    if answer.is_locked:\n",
        "    if False:\n",
        MARKED,
    ),
    Mutant(
        "what was accepted is asked for again",
        "ingestion/returns/receipt.py",
        "or answer.judgement.verdict not in _SENT_AGAIN:",
        "or False:",
        MARKED,
    ),
    Mutant(
        "what is explained is counted as open",
        "ingestion/returns/receipt.py",
        '"warnings": len(answer.unexplained),',
        '"warnings": sum(f.severity == "warning" for f in findings),',
        MARKED,
    ),
    Mutant(
        "findings stand as they were found",
        "ingestion/returns/receipt.py",
        "findings = sorted(answer.judgement.findings, key=_rank)",
        "findings = list(answer.judgement.findings)",
        MARKED,
    ),
    Mutant(
        "what is left out of the list is not told",
        "ingestion/returns/receipt.py",
        "if len(findings) > MOST_FINDINGS:",
        "if False:",
        MARKED,
    ),
    Mutant(
        "what counts instead is not told",
        "ingestion/returns/receipt.py",
        "        if not decision.is_accepted:\n            grid.add(",
        "        if decision.is_accepted:\n            grid.add(",
        RETURNING,
    ),
    Mutant(
        "what was refused is asked to be explained",
        "ingestion/returns/answer.py",
        'self.decision.kind != "rejected"',
        "False",
        RETURNING + MARKED,
    ),
    # what is gathered
    Mutant(
        "notes of different cells are one",
        "ingestion/returns/gathered.py",
        'own = number if note.cell or not note.sheet else ""',
        'own = ""',
        MARKED,
    ),
    Mutant(
        "two rules are a range",
        "ingestion/returns/gathered.py",
        "if len(run) > 2 else",
        "if len(run) > 1 else",
        MARKED,
    ),
    Mutant(
        "rules apart are a range",
        "ingestion/returns/gathered.py",
        "_number(rule) == _number(runs[-1][-1]) + 1",
        "_number(rule) >= _number(runs[-1][-1]) + 1",
        MARKED,
    ),
    # lines for explanations
    Mutant(
        "many warnings of a rule are asked one by one",
        "ingestion/returns/explanations.py",
        "are_many = of_sheet[finding.rule, finding.sheet] > MOST_OF_A_SHEET",
        "are_many = False",
        MARKED,
    ),
    Mutant(
        "a few warnings of a rule are asked in one line",
        "ingestion/returns/explanations.py",
        "> MOST_OF_A_SHEET",
        "> 1",
        MARKED,
    ),
    Mutant(
        "a line that is there is written once more",
        "ingestion/returns/explanations.py",
        "ready.setdefault(_key((rule, place, cell)), number)",
        "pass",
        MARKED,
    ),
    Mutant(
        "a cell with dollars is another cell",
        "ingestion/returns/explanations.py",
        'cell.replace("$", "").strip().upper()',
        "cell.strip().upper()",
        MARKED,
    ),
    Mutant(
        "a line is written over the last one",
        "ingestion/returns/explanations.py",
        "        last += 1\n        for code, text",
        "        for code, text",
        MARKED,
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
        RETURNING,
    ),
    Mutant(
        "a decision is told again and again",
        "ingestion/returns/answers.py",
        "if not decision_path(home, record.key, number).exists()",
        "if True",
        RETURNING,
    ),
)
