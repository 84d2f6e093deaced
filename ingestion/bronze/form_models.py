"""The models by which dbt reads a form: its rows as filed, and its facts, with their contracts.

What belongs here: the files of these models, written from the form. What does not: the SQL of them, which one
macro of the dbt project writes from the natures of the columns, and where the project is that they belong to.
"""

import json
from collections.abc import Iterable, Iterator

from ingestion.bronze.accepted import ROW_COLUMNS_TOLD
from ingestion.definitions.forms import Column, Form

_TYPES = {"int": "bigint", "decimal": "double", "percent": "double", "date": "date"}
"""How the warehouse holds what a column holds; anything else is text."""

_FILED = """\
-- depends_on: {{{{ source('bronze', 'forms') }}}}
{{{{ filed_form('{code}') }}}}
"""
_FACT = "{{{{ wide_fact('{code}', ref('{filed}')) }}}}\n"


def form_models(forms: Iterable[Form]) -> dict[str, str]:
    """Give the files of the models of forms, by their place in the dbt project."""
    files = {}
    for form in forms:
        staging, marts = "models/staging/forms", "models/marts/forms"
        names = {"code": form.code, "filed": form.filed_table}
        files[f"{staging}/{form.filed_table}.sql"] = _FILED.format(**names)
        files[f"{staging}/_{form.filed_table}.yml"] = _lines(_filed(form))
        files[f"{marts}/{form.fact_table}.sql"] = _FACT.format(**names)
        files[f"{marts}/_{form.fact_table}.yml"] = _lines(_fact(form))
    return files


def fact_columns(form: Form) -> tuple[Column, ...]:
    """Give the columns of a form that its facts have: the key, and all but words for a reader."""
    return tuple(column for column in form.columns if column.code in form.key or column.type != "text")


def _filed(form: Form) -> Iterator[str]:
    grain = f"One row per row of form {form.code} in any submission that was ever accepted, as filed"
    yield from _head(form.filed_table, f"{grain}: {form.title.en}.", form)
    yield "    columns:"
    for name, said in ROW_COLUMNS_TOLD.items():
        yield _column(name, said)
    for column in form.columns:
        yield _column(column.code, _told(form, column), quote=True)


def _fact(form: Form) -> Iterator[str]:
    keys = [form.by_code[code] for code in form.key]
    grain = ", ".join(["reporting unit", *(column.label.en.lower() for column in keys)])
    said = f"One row per {grain} and filed period, with figures from 1 January on: {form.title.en}."
    yield from _head(form.fact_table, said, form)
    unique = ", ".join(["reporting_org_code", "period_code", *form.key])
    yield "    data_tests:"
    yield "      - unique_combination_of_columns:"
    yield f"          arguments: {{combination_of_columns: [{unique}], quote_columns: true}}"
    yield "    columns:"
    yield from _known("reporting_org_code", "The unit that filed.", "dim_organisation", "org_code")
    yield from _known(
        "period_code", "The period, cumulative from 1 January unless it is a term.", "dim_period", "period_code"
    )
    for column in keys:
        kind = _type(column)
        if form.rows == "organisations" and column.code == "org_code":
            yield from _known(column.code, _told(form, column), "dim_organisation", "org_code")
        else:
            yield _column(column.code, _told(form, column), kind, not_null=kind == "varchar", quote=True)
    latest = "The submission that the row comes from; the latest where quarters alone were filed."
    yield _column("submission_id", latest, "varchar", not_null=True)
    for column in fact_columns(form):
        if column.code not in form.key:
            yield _column(column.code, _told(form, column), _type(column), quote=True)
    for code, name in form.quarters.items():
        alone = f"{code} of the quarter alone; empty where the period before was not filed."
        yield _column(name, alone, _type(form.by_code[code]), quote=True)


def _head(model: str, description: str, form: Form) -> Iterator[str]:
    yield f"# Written from form {form.code}, and written anew when that changes: nothing here is edited."
    yield "version: 2"
    yield ""
    yield "models:"
    yield f"  - name: {model}"
    yield f"    description: {_quoted(description)}"
    yield "    config: {tags: [form]}"


def _known(name: str, description: str, model: str, field: str) -> Iterator[str]:
    """Give a column of the key whose codes another model knows."""
    yield f"      - name: {name}"
    yield "        data_type: varchar"
    yield f"        description: {_quoted(description)}"
    yield "        constraints: [{type: not_null}]"
    yield "        data_tests:"
    yield f"          - relationships: {{arguments: {{to: ref('{model}'), field: {field}}}}}"


def _column(
    name: str, description: str, data_type: str = "", *, not_null: bool = False, quote: bool = False
) -> str:
    said = [f"name: {name}"]
    said += ["quote: true"] if quote else []
    said += [f"data_type: {data_type}"] if data_type else []
    said += ["constraints: [{type: not_null}]"] if not_null else []
    return f"      - {{{', '.join(said)}, description: {_quoted(description)}}}"


def _told(form: Form, column: Column) -> str:
    return f"{column.full_label('en')} ({column.full_label('vi')}), {form.code}.{column.code}."


def _type(column: Column) -> str:
    return _TYPES.get(column.type, "varchar")


def _quoted(text: str) -> str:
    """Give a text for YAML in which dbt finds nothing to fill in."""
    return json.dumps(text.replace("{", "(").replace("}", ")"), ensure_ascii=False)


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
