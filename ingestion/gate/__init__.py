"""The gate: rules as data over one period's submissions, and what they come to.

What belongs here: the rules' language, the frames, the evaluation, outcomes, findings and verdicts. What does
not: reading files, storing anything, the clock.
"""

from ingestion.gate.batch import GateContext
from ingestion.gate.history import EmptyHistory, History
from ingestion.gate.judge import Engine, GateError, judge
from ingestion.gate.rules import Rule, RuleError, load_rules, rules_version
from ingestion.gate.wording import reason_text

__all__ = [
    "EmptyHistory",
    "Engine",
    "GateContext",
    "GateError",
    "History",
    "Rule",
    "RuleError",
    "judge",
    "load_rules",
    "reason_text",
    "rules_version",
]
