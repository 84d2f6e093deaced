"""Small forms of an office, written by tests: what is alike in all of them."""

from typing import Any

import yaml

from ingestion.definitions.catalogue import OwnFile


def column(code: str, kind: str = "int", **more: Any) -> dict[str, Any]:
    """Give a required column; counts are flows of persons."""
    number = {"unit": "PERSON", "nature": "flow"} if kind == "int" else {}
    label = {"vi": f"Cột {code}", "en": f"Column {code}"}
    return {"code": code, "label": label, "type": kind, "required": True} | number | more


def form(code: str, rows: str, *columns: dict[str, Any], **more: Any) -> OwnFile:
    """Give a form that districts owe for a year; its key is its first column."""
    content = {
        "code": code,
        "sheet": code,
        "title": {"vi": f"Biểu {code}", "en": f"Form {code}"},
        "grain": "for tests",
        "rows": rows,
        "key": [columns[0]["code"]],
        "required_for": {"DISTRICT": ["N"]},
        "columns": list(columns),
    }
    return OwnFile("forms", f"{code}.yml", yaml.safe_dump(content | more, allow_unicode=True))


def indicator(code: str, *summands: dict[str, Any], **more: Any) -> OwnFile:
    """Give a flow that is the sum of cells of B90, unless more says otherwise."""
    value = [{"form": "B90", "over_time": "sum"} | summand for summand in summands]
    name = {"vi": f"Chỉ tiêu {code}", "en": f"Indicator {code}"}
    content = {
        "code": code,
        "name": name,
        "unit": "PERSON",
        "kind": "flow",
        "section": "context",
        "value": value,
    }
    text = yaml.safe_dump({"indicators": [content | more]}, allow_unicode=True)
    return OwnFile("indicators", f"{code}.yml", text)
