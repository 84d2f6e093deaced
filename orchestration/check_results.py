"""Results of checks as Dagster shows them: counts and samples by rule.

What belongs here: the table and the sums, from results that are kept. What does not: evaluating anything, and
what a check blocks (`checks.py`).
"""

from collections.abc import Iterable, Sequence

import dagster as dg

from ingestion.gate.results import RuleResult, Sample
from ingestion.storage.home import Home
from ingestion.validations import store
from ingestion.validations.store import Validation
from ingestion.words import writing
from ingestion.words.messages import ToldError
from ingestion.words.places import address

_SHOWN = 200
_SAMPLES = 5
_COUNTS = (
    dg.TableColumn("rules", "int"),
    dg.TableColumn("evaluated", "int"),
    dg.TableColumn("failing", "int"),
    dg.TableColumn("not_evaluated", "int"),
)
_BY_PERIOD = (*(dg.TableColumn(name) for name in ("period", "at", "purpose")), *_COUNTS)
_COLUMNS = (
    *(dg.TableColumn(name) for name in ("period", "suite", "rule")),
    *_COUNTS[1:],
    *(dg.TableColumn(name) for name in ("title", "samples")),
)

Metadata = dict[str, dg.MetadataValue]


def of_periods(home: Home) -> Metadata:
    """Give what was found of the newest batch of each period."""
    try:
        return _metadata(*store.newest_of(home, store.periods(home)))
    except OSError as error:
        return {"unreadable_results": dg.MetadataValue.json([f"{error.filename}: {error.strerror}"])}


def of_database(home: Home, sha256: str) -> Metadata:
    """Give what the publication gate last found of a database."""
    found = store.of_database(home, sha256)
    return _metadata([found] if found else [])


def _metadata(found: Sequence[Validation], unreadable: Iterable[ToldError] = ()) -> Metadata:
    shown: Metadata = {}
    if lost := [error.told("en") for error in unreadable]:
        shown["unreadable_results"] = dg.MetadataValue.json(lost)
    if not found:
        return shown | {"results": dg.MetadataValue.text("No results are kept.")}
    rules = [(one, suite.suite, rule) for one in found for suite in one.suites for rule in suite.rules]
    # What fails comes first: the table is cut.
    rules.sort(key=lambda row: (-row[2].failed, row[0].period, row[1], row[2].rule))
    if len(rules) > _SHOWN:
        shown["not_shown"] = dg.MetadataValue.text(
            f"{len(rules) - _SHOWN} rules stand in no row of the table; `tongket validations` shows all."
        )
    return shown | {
        "by_period": dg.MetadataValue.table([_period(one) for one in found], dg.TableSchema([*_BY_PERIOD])),
        "evaluated_rows": dg.MetadataValue.int(sum(rule.evaluated for _, _, rule in rules)),
        "failing_rows": dg.MetadataValue.int(sum(rule.failed for _, _, rule in rules)),
        "rules": dg.MetadataValue.int(len(rules)),
        "results": dg.MetadataValue.table(
            [_record(one.period, suite, rule) for one, suite, rule in rules[:_SHOWN]],
            dg.TableSchema([*_COLUMNS]),
        ),
    }


def _period(one: Validation) -> dg.TableRecord:
    rules = one.rules
    return dg.TableRecord(
        {
            "period": one.period,
            "at": writing.moment(one.at, "en"),
            "purpose": one.purpose,
            "rules": len(rules),
            "evaluated": sum(rule.evaluated for rule in rules),
            "failing": one.failed,
            "not_evaluated": sum(rule.not_run for rule in rules),
        }
    )


def _record(period: str, suite: str, rule: RuleResult) -> dg.TableRecord:
    return dg.TableRecord(
        {
            "period": period,
            "suite": suite,
            "rule": rule.rule,
            "evaluated": rule.evaluated,
            "failing": rule.failed,
            "not_evaluated": rule.not_run,
            "title": rule.title.get("en", ""),
            "samples": "; ".join(_said(sample) for sample in rule.samples[:_SAMPLES]),
        }
    )


def _said(sample: Sample) -> str:
    place = " ".join(filter(None, (sample.submission, address(sample.sheet, sample.cell))))
    if place:
        return f"{place} = {sample.printed(language='en')}" if sample.value else place
    return ", ".join(f"{name} {sample.printed(name, 'en') or '–'}" for name in sample.values)
