"""The gate: rules as data over one period's submissions, and what they come to.

What belongs here: the rules' language, the frames, the evaluation, outcomes, findings and verdicts. What does
not: reading files, storing anything, the clock.
"""

from ingestion.gate.book import RuleBook, rule_book
from ingestion.gate.compiling import Check
from ingestion.gate.confirming import GateError
from ingestion.gate.frames.history import EmptyHistory, History
from ingestion.gate.frames.subject import GateContext
from ingestion.gate.judge import Engine, Judged, judge, judge_with_results
from ingestion.gate.rules import Rule, RuleError, load_rules, rules_version, version_for
from ingestion.gate.wording import reason_text

__all__ = [
    "Check",
    "EmptyHistory",
    "Engine",
    "GateContext",
    "GateError",
    "History",
    "Judged",
    "Rule",
    "RuleBook",
    "RuleError",
    "judge",
    "judge_with_results",
    "load_rules",
    "reason_text",
    "rule_book",
    "rules_version",
    "version_for",
]
