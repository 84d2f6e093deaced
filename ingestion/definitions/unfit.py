"""What does not fit in a data file of an office, in words: each mistake with its line, its place and why.

What belongs here: telling what pydantic and the validators of a schema found. What does not: the schemas, and
what is looked at between files (`references.py`, `adding.py`).
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ingestion.words.data_files import found_at, nodes_of
from ingestion.words.messages import Said

_SHOWN = 5
"""How many mistakes of one file a message names."""
_LONGEST_VALUE = 60

_KEYS: Mapping[str, str] = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "literal_error": "choice",
    "string_pattern_mismatch": "pattern",
    "string_type": "text",
    "string_too_short": "empty",
    "too_short": "empty",
    "bool_type": "truth",
    "bool_parsing": "truth",
    "int_type": "whole",
    "int_parsing": "whole",
    "int_parsing_size": "whole",
    "int_from_float": "whole",
    "tuple_type": "list",
    "dict_type": "parts",
    "model_type": "parts",
    "model_attributes_type": "parts",
    "date_type": "day",
    "date_parsing": "day",
    "date_from_datetime_parsing": "day",
    "date_from_datetime_inexact": "day",
    "greater_than_equal": "least",
    "less_than_equal": "most",
}
"""The text of each way in which pydantic says that a value does not fit; `unfit.value` of all others."""


class UnfitError(ValueError):
    """A validator of a schema refuses what a data file says.

    Its own words are English, for those who change the product's files; those of an office are told `said`.

    Attributes:
        said: why, as a text of the catalogue.
    """

    def __init__(self, key: str, **fields: Any) -> None:
        self.said = Said(f"unfit.{key}", fields)
        super().__init__(self.said.told("en"))


def faults_in(error: ValidationError, text: str) -> tuple[Said | str, ...]:
    """Give the first mistakes of a data file, and how many more there are.

    Args:
        error: what pydantic found.
        text: what stands in the file, which is YAML.
    """
    found = error.errors()
    told: list[Said | str] = [_at_its_place(one, text) for one in found[:_SHOWN]]
    return (*told, f"(+ {len(found) - _SHOWN})") if len(found) > _SHOWN else tuple(told)


def _at_its_place(found: ErrorDetails, text: str) -> Said:
    nodes = nodes_of(text)
    row, written = found_at(nodes, found["loc"]) if nodes is not None else (1, None)
    what = _said_of(found, written)
    place = ".".join(str(part) for part in found["loc"])
    return Said("unfit.at", {"row": row, "place": place, "what": what}) if place else what


def _said_of(found: ErrorDetails, written: str | None) -> Said:
    context = found.get("ctx", {})
    if isinstance(error := context.get("error"), UnfitError):
        return error.said
    if isinstance(error, ValueError):
        return Said("unfit.other", {"why": str(error)})
    value = str(found["input"] if written is None else written)[:_LONGEST_VALUE]
    fields = {name: str(one).replace(" or ", ", ") for name, one in context.items()}
    return Said(f"unfit.{_KEYS.get(found['type'], 'value')}", fields | {"value": value})
