"""Results of checks as Dagster shows them: counts and samples by rule.

What belongs here: the table and the sums, from results that are kept. What does not: evaluating anything, and
what a check blocks (`checks.py`).
"""

from collections.abc import Iterable, Sequence

import dagster as dg

from ingestion import validations
from ingestion.gate.results import RuleResult, Sample
from ingestion.home import Home
from ingestion.places import address
from ingestion.validations import Validation

_SHOWN = 200
_SAMPLES = 5
_COLUMNS = (
    *("period", "suite", "rule"),
    dg.TableColumn("evaluated", "int"),
    dg.TableColumn("failing", "int"),
    dg.TableColumn("not_evaluated", "int"),
    *("title", "samples"),
)

Metadata = dict[str, dg.MetadataValue]


def of_periods(home: Home) -> Metadata:
    """Give what was found of the newest batch of each period."""
    found, unreadable = [], []
    for period in validations.periods(home):
        try:
            newest = validations.newest(home, period)
        except validations.ValidationError as error:
            unreadable.append(str(error))
        else:
            found += [newest] if newest else []
    return _metadata(found, unreadable)


def of_database(home: Home, sha256: str) -> Metadata:
    """Give what the publication gate last found of a database."""
    found = validations.of_database(home, sha256)
    return _metadata([found] if found else [])


def _metadata(found: Sequence[Validation], unreadable: Iterable[str] = ()) -> Metadata:
    shown: Metadata = {}
    if lost := list(unreadable):
        shown["unreadable_results"] = dg.MetadataValue.json(lost)
    if not found:
        return shown | {"results": dg.MetadataValue.text("No results are kept.")}
    rules = [(one, suite.suite, rule) for one in found for suite in one.suites for rule in suite.rules]
    # What fails comes first: the table is cut.
    rules.sort(key=lambda row: (-row[2].failed, row[0].period, row[1], row[2].rule))
    return shown | {
        "evaluated_rows": dg.MetadataValue.int(sum(rule.evaluated for _, _, rule in rules)),
        "failing_rows": dg.MetadataValue.int(sum(rule.failed for _, _, rule in rules)),
        "rules": dg.MetadataValue.int(len(rules)),
        "results": dg.MetadataValue.table(
            [_record(one.period, suite, rule) for one, suite, rule in rules[:_SHOWN]],
            dg.TableSchema([dg.TableColumn(c) if isinstance(c, str) else c for c in _COLUMNS]),
        ),
    }


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
        return f"{place} = {sample.value}" if sample.value else place
    return ", ".join(f"{name} {value or '–'}" for name, value in sample.values.items())
