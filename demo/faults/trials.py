"""Trials of the gate: many submissions with one fault each, their sound twins, and what the gate made of both.

What belongs here: drawing cases, judging them in batches, and counting. What does not: the faults
(`base.py`), and how many cases a test or a benchmark takes.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

import pandas as pd

from demo.draw import Rng, stream
from demo.faults.base import MOVED_FORM, MOVED_ON, Injection, Variant
from demo.faults.draft import Draft, UnsuitedError
from demo.faults.injections import INJECTIONS
from demo.faults.sound import vary
from demo.grids import WorldHistory, registry_in_memory, row_of_history, submission_in_memory
from demo.world import World
from ingestion.definitions.catalogue import Catalogue, load_catalogue
from ingestion.definitions.registry_rows import Organisation, RatingScheme
from ingestion.gate import GateContext, History, judge
from ingestion.records.cells import parse_address
from ingestion.records.findings import Finding, Judgement
from ingestion.records.periods import Period
from ingestion.records.submissions import Submission, SubmissionKey

JUDGED_AT = datetime(2021, 6, 1, tzinfo=UTC)
_TRIES = 2_000
_BATCH = 250
_CROWDS = frozenset({"V053", "V057", "V058", "V059"})
"""Rules that compare a figure with sums or spreads over many rows, all of which are operands."""

_LEFT = "CU"
"""The unit from which organisations came."""

_STRICT = RatingScheme(
    scheme="QD366",
    first_year=2010,
    labels="a|b|c|d",
    cap_rate=0.2,
    cap_base="GOOD",
    cap_applies_to="MEMBERS_IN_ORG|MEMBERS_OF_UNIT|CELLS|ORGANISATIONS",
    severity="error",
    score_bands="90|70|50",
)


class _LastTerm:
    """The demo's accepted rows, and for the term before them results equal to the targets of this one."""

    def __init__(self, world: World, inner: History) -> None:
        self._inner = inner
        newest = {s.unit: s for s in world.sound() if "B09" in s.tables}
        self._rows = pd.DataFrame(
            [
                row_of_history(s.unit, "2015-N", dict(row) | {"actual_term": row.get("target_min")})
                for s in newest.values()
                for row in s.tables["B09"]
            ]
        )

    def rows(self, form: str, period: Period) -> pd.DataFrame:
        """Give the rows of a form that count for a period, of all units."""
        is_last_term = (form, period.code) == ("B09", "2015-N")
        return self._rows if is_last_term else self._inner.rows(form, period)


def _with_moves(organisations: Sequence[Organisation]) -> tuple[list[Organisation], dict[str, str]]:
    """Let one organisation of each unit have come from another unit in the last year.

    Returns:
        The versions, and the unit to which each organisation came.
    """
    found = [
        Organisation(
            org_code=_LEFT, org_name=_LEFT, org_kind="DISTRICT", files_reports=True, valid_from=date(2005, 1, 1)
        )
    ]
    moved: dict[str, str] = {}
    for one in organisations:
        lives_on = one.valid_to is None and one.valid_from.year < MOVED_ON.year
        if one.org_kind == "GRASSROOTS" and lives_on and one.parent_code not in moved.values():
            moved[one.org_code] = one.parent_code
            before = {"parent_code": _LEFT, "valid_to": MOVED_ON - timedelta(days=1)}
            found += [one.model_copy(update=before), one.model_copy(update={"valid_from": MOVED_ON})]
        else:
            found.append(one)
    return found, moved


class _Moved:
    """The demo's accepted rows, and those of the unit from which organisations came: that nothing happened."""

    def __init__(self, inner: History, moved: Mapping[str, str]) -> None:
        self._inner, self._moved = inner, moved

    def rows(self, form: str, period: Period) -> pd.DataFrame:
        """Give the rows of a form that count for a period, of all units."""
        rows = self._inner.rows(form, period)
        if (form, period.code) != (MOVED_FORM, f"{MOVED_ON.year}-Q1"):
            return rows
        left = rows[rows["org_code"].map(self._moved) == rows["reporting_org_code"]].copy()
        left["reporting_org_code"] = _LEFT
        counts = left.select_dtypes("number").columns
        left[counts] = 0
        return pd.concat([rows, left], ignore_index=True)


@dataclass(frozen=True)
class Case:
    """A faulty submission and its sound twin.

    Attributes:
        cells: the places that the rule must name.
        rows: the rows that were touched.
    """

    injection: Injection
    sound: Submission
    faulty: Submission
    cells: tuple[str, ...]
    rows: frozenset[tuple[str, int]]

    @property
    def rule(self) -> str:
        """The rule that is broken."""
        return self.injection.rule


@dataclass
class Score:
    """What the gate made of a trial.

    Attributes:
        found: by rule, how many faults it named at their cells.
        missed: cases whose rule did not fire, or not at the cells.
        strays: findings on rows whose operands were left alone, and findings of rules that do not follow.
        alarms: findings that hold a sound twin back.
        related: findings that the gate owed: of the broken rules, and of those that follow.
    """

    cases: int = 0
    sound: int = 0
    related: int = 0
    found: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    missed: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """The share of the faults that were named at their cells."""
        return 1 - len(self.missed) / self.cases if self.cases else 0.0

    @property
    def precision(self) -> float:
        """The share of the findings that an injected fault accounts for."""
        wrong = len(self.strays) + len(self.alarms)
        return self.related / (self.related + wrong) if self.related else 0.0


class Trials:
    """The demo world as the ground of trials."""

    def __init__(self, world: World, seed: int = 1, most_rows: int | None = None) -> None:
        """Take the sound submissions of a world.

        Args:
            world: the demo world.
            seed: another one draws other cases.
            most_rows: leaves larger submissions out.
        """
        self.world = world
        self.catalogue: Catalogue = load_catalogue()
        self._seed = seed
        self._rng: Rng = stream(seed, "trials")
        self._submissions = [
            submission_in_memory(self.catalogue, s)
            for s in world.sound()
            if most_rows is None or sum(map(len, s.tables.values())) <= most_rows
        ]

    @cached_property
    def contexts(self) -> dict[Variant, GateContext]:
        """What judging needs, by the world that hosts a fault."""
        tables, history = self.world.registry, WorldHistory(self.world)
        plain = GateContext(registry_in_memory(tables), self.catalogue, history, JUDGED_AT)
        strict = registry_in_memory(tables, rating_schemes=(_STRICT,))
        versions, moved = _with_moves(plain.registry.organisations)
        return {
            "moved": replace(
                plain,
                registry=registry_in_memory(tables, organisations=tuple(versions)),
                history=_Moved(history, moved),
            ),
            "": plain,
            "scheme": replace(plain, registry=strict),
            "last_term": replace(plain, history=_LastTerm(self.world, history)),
        }

    def cases(self, count: int, rules: Sequence[str] = ()) -> list[Case]:
        """Draw cases, every way of breaking every rule in turn.

        Raises:
            UnsuitedError: no submission of the demo can host a fault.
        """
        ways = [injection for rule in rules or sorted(INJECTIONS) for injection in INJECTIONS[rule]]
        return [self.case(ways[number % len(ways)], number) for number in range(count)]

    def begin(self, topic: str) -> None:
        """Draw from now on what belongs to a topic, whatever was drawn before."""
        self._rng = stream(self._seed, "trials", topic)

    def case(self, injection: Injection, number: int) -> Case:
        """Draw one case; its key tells it from every other of its batch.

        Raises:
            UnsuitedError: no submission of the demo can host the fault.
        """
        for _ in range(_TRIES):
            chosen = self._submissions[int(self._rng.integers(len(self._submissions)))]
            try:
                return self._case(injection, chosen, number)
            except UnsuitedError:
                continue
        raise UnsuitedError(f"no submission can host {injection.rule}")

    def _case(self, injection: Injection, chosen: Submission, number: int) -> Case:
        context, period = self.contexts[injection.variant], Period.parse(chosen.key.period)
        key = SubmissionKey(chosen.key.unit, chosen.key.period, 1_000 + 2 * number)
        twin = Draft(replace(chosen, key=key), context, period, self._rng)
        vary(twin)
        if injection.prepare:
            injection.prepare(twin)
        twin.finish()
        key = replace(key, revision=key.revision + 1)
        draft = Draft(replace(twin.submission, key=key), context, period, self._rng)
        injection.inject(draft)
        if not injection.after_totals:
            draft.finish()
        rows = set(draft.rows)
        for sheet, _ in draft.rows:
            rows.add((sheet, 0))
        return Case(injection, twin.submission, draft.submission, tuple(draft.cells), frozenset(rows))

    def run(self, cases: Sequence[Case]) -> Score:
        """Judge cases and their twins in batches of one variant and period, and count."""
        score = Score()
        for batch in _batches(cases):
            context = self.contexts[batch[0].injection.variant]
            submissions = [s for case in batch for s in (case.sound, case.faulty)]
            judged = judge(submissions, context, engine="masks")
            for case in batch:
                count(score, case, judged[case.sound.key], judged[case.faulty.key])
        return score


def _batches(cases: Sequence[Case]) -> Iterator[list[Case]]:
    grouped: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        grouped[case.injection.variant, case.sound.key.period].append(case)
    for key in sorted(grouped):
        for start in range(0, len(grouped[key]), _BATCH):
            yield grouped[key][start : start + _BATCH]


def count(score: Score, case: Case, sound: Judgement, faulty: Judgement) -> None:
    """Add one case to a score."""
    score.cases += 1
    score.sound += 1
    label = f"{case.rule} {case.faulty.key}"
    for finding in sound.findings:
        if not finding.explained and finding.severity != "notice":
            score.alarms.append(f"{label}: {finding.rule} {finding.sheet}!{finding.cell} {finding.message}")
    if any(f.rule == case.rule and not f.explained for f in sound.findings):
        score.alarms.append(f"{label}: the twin breaks it too")
    known = {(f.rule, f.clause, f.sheet, f.cell) for f in sound.findings}
    new = [f for f in faulty.findings if (f.rule, f.clause, f.sheet, f.cell) not in known]
    score.related += len(new)
    named = {place for f in new if f.rule == case.rule for place in places(f)}
    if set(case.cells) <= named:
        score.found[case.rule] += 1
    else:
        score.missed.append(f"{label}: {sorted(set(case.cells) - named)} not among {sorted(named)}")
    for finding in new:
        if not _is_accounted_for(finding, case):
            score.related -= 1
            score.strays.append(f"{label}: {finding.rule} {finding.sheet}!{finding.cell} {finding.message}")


def places(finding: Finding) -> set[str]:
    """Give the places that a finding names: its own cell, or sheet, or the file, and the related cells."""
    own = f"{finding.sheet}!{finding.cell}" if finding.cell else finding.sheet
    return {own, *finding.related}


def _is_accounted_for(finding: Finding, case: Case) -> bool:
    if finding.rule != case.rule and finding.rule not in case.injection.follows:
        return False
    if finding.rule in _CROWDS or "" in case.cells:
        return True
    return bool(case.rows & {_row(place) for place in places(finding)}) or finding.sheet in case.cells


def _row(place: str) -> tuple[str, int]:
    sheet, _, cell = place.rpartition("!")
    return (sheet, parse_address(cell)[0]) if sheet else (place, 0)
