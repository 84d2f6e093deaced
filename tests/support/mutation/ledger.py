"""Mutants of what was received and what follows from it: ledger, replay, decisions, locks, days of validity.

What belongs here: data alone. What does not: trying a mutant (`mutant.py`).
"""

from collections.abc import Sequence

from tests.support.mutation.mutant import Mutant

_FOLDER = "tests/unit/landing"

LEDGER = ("--noconftest", f"{_FOLDER}/test_ledger.py")
STATUS = (f"--confcutdir={_FOLDER}", f"{_FOLDER}/test_status.py")
REVIEW = ("--noconftest", f"{_FOLDER}/test_review.py")
VALIDITY = ("--noconftest", "tests/unit/definitions/test_validity.py")
DAYS = ("--noconftest", "tests/unit/records/test_days.py")


MUTANTS: Sequence[Mutant] = (
    # the file
    Mutant(
        "a damaged line in the middle ends the ledger",
        "ingestion/landing/ledger.py",
        'if not line.endswith(b"\\n"):\n                        return',
        "if True:\n                        return",
        LEDGER,
    ),
    Mutant(
        "a line cut short is damage",
        "ingestion/landing/ledger.py",
        'if not line.endswith(b"\\n"):\n                        return',
        "if False:\n                        return",
        LEDGER,
    ),
    Mutant(
        "a damaged line is not named",
        "ingestion/landing/ledger.py",
        'if line.endswith(b"\\n"):\n                        found',
        'if not line.endswith(b"\\n"):\n                        found',
        LEDGER,
    ),
    Mutant(
        "the first line is line nought",
        "ingestion/landing/ledger.py",
        "enumerate(file, start=1):\n                try:\n                    yield",
        "enumerate(file):\n                try:\n                    yield",
        LEDGER,
    ),
    Mutant(
        "what a crash cut short disappears",
        "ingestion/landing/ledger.py",
        'aside.write(torn + b"\\n")',
        "pass",
        LEDGER,
    ),
    Mutant(
        "what a crash cut short stays",
        "ingestion/landing/ledger.py",
        "file.truncate(len(whole))",
        "pass",
        LEDGER,
    ),
    Mutant(
        "a whole last line is set aside",
        "ingestion/landing/ledger.py",
        "if _is_event(torn):",
        "if False:",
        LEDGER,
    ),
    Mutant(
        "a refused decision leaves its line",
        "ingestion/landing/ledger.py",
        (
            "        for event in events:\n"
            "            self.state.apply(event)\n"
            "        private_folder(self._path.parent)\n"
            "        is_new = not self._path.exists()\n"
            "        with writing_private(self._path, appends=True) as file:\n"
            "            file.write(lines)\n"
        ),
        (
            "        private_folder(self._path.parent)\n"
            "        is_new = not self._path.exists()\n"
            "        with writing_private(self._path, appends=True) as file:\n"
            "            file.write(lines)\n"
            "        for event in events:\n"
            "            self.state.apply(event)\n"
        ),
        LEDGER,
    ),
    Mutant(
        "two may write at once",
        "ingestion/landing/ledger.py",
        "with exclusive(lock, wait_seconds):",
        "if lock:",
        LEDGER,
    ),
    Mutant(
        "what somebody appends is not in the state",
        "ingestion/landing/ledger.py",
        "        for event in events:\n            self.state.apply(event)\n        private_folder",
        "        private_folder",
        LEDGER,
    ),
    Mutant(
        "nobody need say why",
        "ingestion/landing/state.py",
        (
            "        if not event.reason.strip():\n"
            '            raise DecisionRefusedError("landing.decision.no_reason")\n'
            "        if not event.by"
        ),
        "        if not event.by",
        LEDGER,
    ),
    Mutant(
        "nobody need say who",
        "ingestion/landing/state.py",
        "if not event.by.strip():",
        "if False:",
        LEDGER,
    ),
    # replay
    Mutant(
        "the oldest accepted revision counts",
        "ingestion/landing/state.py",
        "r for r in reversed(self.revisions(unit, period))",
        "r for r in self.revisions(unit, period)",
        LEDGER,
    ),
    Mutant(
        "the verdict counts whatever was decided",
        "ingestion/landing/state.py",
        "return self.decision.status if self.decision else self.verdict",
        "return self.verdict",
        LEDGER,
    ),
    Mutant(
        "the first decision stands",
        "ingestion/landing/state.py",
        "return self.decisions[-1] if self.decisions else None",
        "return self.decisions[0] if self.decisions else None",
        LEDGER,
    ),
    Mutant(
        "a verdict may change",
        "ingestion/landing/state.py",
        "if record.judged is not None:",
        "if False:",
        LEDGER,
    ),
    Mutant(
        "a revision may be left out",
        "ingestion/landing/state.py",
        "if key != self.next_key(event.unit, event.period) or str(key)",
        "if str(key)",
        LEDGER,
    ),
    Mutant(
        "revisions of a unit go on over its periods",
        "ingestion/landing/state.py",
        "len(self._revisions.get((unit, period), ())) + 1)",
        "sum(len(names) for (of, _), names in self._revisions.items() if of == unit) + 1)",
        LEDGER,
    ),
    Mutant(
        "the same bytes of another unit are the same",
        "ingestion/landing/state.py",
        "submission = self._by_bytes.get((unit, sha256))",
        "submission = next((s for (_, h), s in self._by_bytes.items() if h == sha256), None)",
        LEDGER,
    ),
    Mutant(
        "what is rejected may be accepted",
        "ingestion/landing/state.py",
        "_ACCEPTABLE = frozenset({",
        "_ACCEPTABLE = frozenset({Verdict.REJECTED, ",
        LEDGER,
    ),
    Mutant(
        "what waits for explanations may be rejected",
        "ingestion/landing/state.py",
        "_REJECTABLE = frozenset({",
        "_REJECTABLE = frozenset({Verdict.NEEDS_EXPLANATION, ",
        LEDGER,
    ),
    Mutant(
        "what was only held is told as withdrawn",
        "ingestion/landing/state.py",
        "return WITHDRAWN if self.was_accepted else REFUSED",
        "return WITHDRAWN",
        LEDGER,
    ),
    Mutant(
        "what the data team accepted never counted",
        "ingestion/landing/state.py",
        'record.was_accepted |= event.decision == "accept"',
        "pass",
        LEDGER,
    ),
    Mutant(
        "decisions of later hold before",
        "ingestion/landing/state.py",
        "if decision.at <= moment]",
        "if True]",
        LEDGER,
    ),
    Mutant(
        "a decision holds after its moment only",
        "ingestion/landing/state.py",
        "if decision.at <= moment]",
        "if decision.at < moment]",
        LEDGER,
    ),
    Mutant(
        "what was taken back stays open",
        "ingestion/landing/state.py",
        "and not (record.is_taken_back and self.effective(record.key.unit, record.key.period) is not None)",
        "",
        LEDGER,
    ),
    Mutant(
        "closing again leaves exceptions",
        "ingestion/landing/state.py",
        "            del self.reopened[key]",
        "            pass",
        LEDGER,
    ),
    Mutant(
        "closing a period ends exceptions of all",
        "ingestion/landing/state.py",
        "if key[0] == event.period]",
        "]",
        LEDGER,
    ),
    # locks and days
    Mutant(
        "the last day of an exception is over",
        "ingestion/definitions/locks.py",
        "day_of(received_at) <= until",
        "day_of(received_at) < until",
        LEDGER,
    ),
    Mutant(
        "an exception is of every unit",
        "ingestion/definitions/locks.py",
        "self.reopened.get((period, unit))",
        "next((u for (p, _), u in self.reopened.items() if p == period), None)",
        LEDGER,
    ),
    Mutant(
        "the moment of closing is still open",
        "ingestion/definitions/locks.py",
        "received_at >= closed_at",
        "received_at > closed_at",
        LEDGER,
    ),
    Mutant(
        "the last day of the calendar is over",
        "ingestion/definitions/locks.py",
        "locked_on < day_of(received_at)",
        "locked_on <= day_of(received_at)",
        LEDGER,
    ),
    Mutant(
        "a day ends at midnight in London",
        "ingestion/records/days.py",
        "moment.astimezone(VIETNAM_TIME).date()",
        "moment.astimezone(timezone.utc).date()",
        DAYS,
    ),
    Mutant(
        "a moment without a zone is taken as it is",
        "ingestion/records/days.py",
        "if moment.tzinfo is None:",
        "if False:",
        DAYS,
    ),
    Mutant(
        "what came on the last day is late",
        "ingestion/landing/status.py",
        "day_of(received) <= due_on if",
        "day_of(received) < due_on if",
        STATUS,
    ),
    Mutant(
        "a mended file makes a unit late",
        "ingestion/landing/status.py",
        "revisions[0].received_at if revisions else None, period)",
        "revisions[-1].received_at if revisions else None, period)",
        STATUS,
    ),
    Mutant(
        "the first day is not included",
        "ingestion/definitions/validity.py",
        "self.first <= day)",
        "self.first < day)",
        VALIDITY,
    ),
    Mutant(
        "the last day is not included",
        "ingestion/definitions/validity.py",
        "day <= self.last)",
        "day < self.last)",
        VALIDITY,
    ),
    Mutant(
        "a time ends a day early for others",
        "ingestion/definitions/validity.py",
        "interval.last + timedelta(days=1)",
        "interval.last",
        VALIDITY,
    ),
    Mutant(
        "a time of one day is none",
        "ingestion/definitions/validity.py",
        "self.last < self.first:",
        "self.last <= self.first:",
        VALIDITY,
    ),
    # explanations of the last period
    Mutant(
        "what was withdrawn is carried",
        "ingestion/landing/review.py",
        "if (record := state.effective(unit, period.code)) is not None)",
        "if (record := next(iter(state.revisions(unit, period.code)), None)) is not None)",
        REVIEW,
    ),
    Mutant(
        "an answer to a sheet goes before that to a cell",
        "ingestion/landing/review.py",
        'dict.fromkeys((finding.cell, ""))',
        'dict.fromkeys(("", finding.cell))',
        REVIEW,
    ),
    Mutant(
        "an answer to another sheet is as good",
        "ingestion/landing/review.py",
        "here.sort(key=lambda e: fold(e.sheet) != fold(finding.sheet))",
        "pass",
        REVIEW,
    ),
    Mutant(
        "before it was judged nothing fired again",
        "ingestion/landing/review.py",
        "                if current.judged\n                else None",
        "                if True\n                else None",
        REVIEW,
    ),
)
