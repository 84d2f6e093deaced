"""What the codes, units and indicators on a sheet are called there.

What belongs here: names for those who fill a workbook in. What does not: where they stand (`writer.py`).
"""

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import OF_THE_ROW, Form
from ingestion.definitions.overlay import measure
from ingestion.words.messages import message
from ingestion.workbook.looks import stub_width


def indicator_name(catalogue: Catalogue, code: str) -> str | None:
    """Give the Vietnamese name of an indicator; None for one that the catalogue does not know."""
    indicator = catalogue.indicators.get(code)
    return indicator.name.vi if indicator else None


def units_said(form: Form) -> str:
    """Name the units of measure of a form's numbers, each once, in the order of the columns."""
    units = dict.fromkeys(column.unit for column in form.number_columns if column.unit)
    names = [
        message("template.unit_line.lines") if unit in OF_THE_ROW else measure(form.unit_names, unit)
        for unit in units
    ]
    return "; ".join(dict.fromkeys(names))


def code_notes(form: Form) -> str:
    """Say what the codes of a form mean, where no column beside them does."""
    meanings: dict[str, str] = {}
    has_names = any(column.type == "text" for column in form.columns[: stub_width(form)])
    if not has_names:
        for line_set in form.lines:
            meanings |= {line.code: line.label.vi for line in line_set.members}
    for column in form.columns:
        for choice in column.choices:
            if choice not in meanings and (name := _meaning_of(choice)):
                meanings[choice] = name
    if not meanings:
        return ""
    listed = "; ".join(f"{code} – {name}" for code, name in meanings.items())
    return f"{message('template.notes')}: {message('template.codes')}: {listed}."


def meaning(code: str) -> str:
    """Give what a code means, or the code: registries may bring codes that nobody has named."""
    return (_meaning_of(code) or code) if code else code


def _meaning_of(code: str) -> str:
    """Give what a code means; nothing where the catalogue says neither that nor that it is a verdict."""
    return _named(f"template.code.{code}", "") or _named(f"assessment.{code}", "")


def _named(key: str, fallback: str) -> str:
    """Give a text of the catalogue, or the fallback: forms may bring units and codes that it does not name."""
    try:
        return message(key)
    except KeyError:
        return fallback
