"""All rules of a state folder, compiled: the product's, and those of the office.

What belongs here: putting them together, and keeping what was compiled. What does not: what a rule comes to
(`compiling.py`), and what an office's rule must not say (`usable.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from ingestion.definitions.catalogue import Catalogue
from ingestion.gate.compiling import Check, compile_rules
from ingestion.gate.context import Vocabulary, vocabulary
from ingestion.gate.rules import OwnRuleError, Rule, RuleError, load_rules, own_rules
from ingestion.gate.usable import demand_usable


@dataclass(frozen=True)
class RuleBook:
    """The rules, the checks that they come to, and the prefixes that these name."""

    rules: Mapping[str, Rule]
    checks: Mapping[str, tuple[Check, ...]]
    words: Vocabulary


_BOOKS: WeakKeyDictionary[Catalogue, RuleBook] = WeakKeyDictionary()
"""What was compiled for catalogues that are in use: compiling takes longer than judging a workbook."""


def rule_book(catalogue: Catalogue) -> RuleBook:
    """Give the product's rules and those of the office, compiled for a catalogue of forms.

    Of the catalogue of one day, checks that name a column which is not collected then are left out. The same
    catalogue gives the same object.

    Raises:
        RuleError: a rule file does not fit its schema, or names what does not exist.
    """
    if catalogue not in _BOOKS:
        _BOOKS[catalogue] = _compiled(catalogue)
    return _BOOKS[catalogue]


def _compiled(catalogue: Catalogue) -> RuleBook:
    if catalogue.whole is not None:
        rule_book(catalogue.whole)  # what no day has is a slip of the pen, and is told
    rules, words = load_rules(), vocabulary(catalogue)
    checks = compile_rules(rules, catalogue, words)
    own = own_rules(catalogue.own)
    for code, (file, rule) in own.items():
        try:
            compiled = compile_rules({code: rule}, catalogue, words)
            if catalogue.whole is None:
                demand_usable(rule, compiled[code], catalogue, words)
            checks |= compiled
        except RuleError as error:
            raise OwnRuleError("catalogue.own.no_fit", file=file.place, reason=str(error)) from error
    return RuleBook(rules | {code: rule for code, (_, rule) in own.items()}, checks, words)
