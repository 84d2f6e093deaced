"""Whether the kinds of the registry's bodies are kinds that there are, on the days of these bodies.

What belongs here: the column `org_kind` against the data of kinds. What does not: that data (`kinds.py`), and
what else is said of bodies (`registry_lives.py`).
"""

from collections.abc import Iterator
from datetime import date

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry_files import RegistryError, RegistryFiles
from ingestion.definitions.registry_rows import Organisation
from ingestion.records.periods import period_of


def kinds(files: RegistryFiles, catalogue: Catalogue) -> Iterator[RegistryError]:
    """Every body is of a kind that there is while it lives; one that files is of a kind that owes something."""
    owing = {kind for form in catalogue.forms.values() for kind in form.required_for}
    filing = [code for code in catalogue.kinds.kinds if code in owing]
    # A body whose end nobody knows lives at least to the end of what the calendar asks for.
    asked = (period_of(at.row.period_code) for at in files.of("calendar"))
    newest = max((period.end for period in asked if period is not None), default=date.min)
    for at in files.of("organisations"):
        row: Organisation = at.row
        kind = catalogue.kinds.kinds.get(row.org_kind)
        named = {"code": row.org_code, "kind": row.org_kind}
        if kind is None:
            known = ", ".join(filing if row.files_reports else catalogue.kinds.kinds)
            yield files.wrong("organisations", at, "kind_unknown", "org_kind", known=known, **named)
            continue
        if row.files_reports and row.org_kind not in owing:
            yield files.wrong(
                "organisations", at, "kind_owes_nothing", "org_kind", known=", ".join(filing), **named
            )
        first, last = kind.effective.first, kind.effective.last
        if first is not None and row.valid_from < first:
            yield files.wrong("organisations", at, "kind_begins", "valid_from", day=first, **named)
        if last is not None and last < (row.valid_to or newest):
            yield files.wrong("organisations", at, "kind_ends", "valid_to", day=last, **named)
