"""How a difference between two rows reads: the column and its two sides in words instead of codes.

What belongs here: which catalogue's words stand for the codes of a column. What does not: the sentences around
them (`report`).
"""

from collections.abc import Mapping, Sequence

from ingestion.words import period_names, writing
from ingestion.words.labels import Language
from ingestion.words.messages import load_messages, message
from reports.publication_gate.rows import NO, YES

_FAMILIES: Mapping[str, Sequence[str]] = {
    "verdict": ("report.verdict", "standing"),
    "status": ("publication.status", "standing"),
    "standing": ("standing",),
    "kind": ("report.indicator_kind", "period_kind"),
    "unit_code": ("unit",),
    "org_kind": ("report.level",),
    "qualifier": ("publication.qualifier",),
    "bound": ("publication.bound",),
    "case_state": ("publication.case_state",),
    "period_basis": ("publication.period_basis",),
    "derivation": ("report.derivation",),
}
"""What texts stand for the codes of a column, by its name; where none does, the code is somebody's own word."""

_REMARK = "detail"
_PERIODS = ("previous_term_code", "period_code")
_NUMBERS = (
    *("value_low", "value_high", "numerator", "denominator", "expected_value", "target_min", "target_max"),
    *("n_errors", "n_warnings", "n_passed", "n_failed", "n_not_run"),
)
"""Columns whose text is a number and no label, as years and places in an order are."""


def column_in_words(column: str, language: Language) -> str:
    """Name a column of a row, or the row itself."""
    key = f"publication.column.{column}"
    return message(key, language) if key in load_messages() else column


def side_in_words(column: str, text: str, language: Language) -> str:
    """Write what one side has in a column, which is plain text (see `rows`)."""
    if not text or text in (YES, NO):
        return message(f"publication.{text or 'blank'}", language)
    if column in _PERIODS:
        return period_names.period(text, language)
    if column == _REMARK:
        return _remark_in_words(text, language)
    for family in _FAMILIES.get(column, ()):
        if f"{family}.{text}" in load_messages():
            return message(f"{family}.{text}", language)
    if column in _NUMBERS:
        return writing.as_filed(float(text), language)
    return writing.of_plain(text, None, language)


def _remark_in_words(text: str, language: Language) -> str:
    """Write a remark beside a verdict (see `remarks`): what it says, and its numbers as they stand."""
    code, _, numbers = text.partition(": ")
    key = f"publication.remark.{code}"
    if key not in load_messages():
        return text
    said = message(key, language)
    shown = [writing.as_filed(float(one.rpartition(" ")[2]), language) for one in numbers.split(", ") if one]
    return f"{said} ({'; '.join(shown)})" if shown else said
