"""Whether an office's own data files can be used, all of them.

What belongs here: asking each that reads some of them. What does not: finding them and the schemas of forms and
indicators (`ingestion.definitions.overlay`), of rules (`ingestion.gate`) and of sections (`reports`).
"""

from ingestion.definitions.catalogue import Catalogue
from ingestion.gate import rule_book
from reports.sections import plan_of


def demand_usable(catalogue: Catalogue) -> None:
    """Refuse a catalogue to which rules or sections of the office do not fit.

    Raises:
        OwnFileError: that is so.
    """
    if catalogue.own:
        rule_book(catalogue)
        plan_of(catalogue)
