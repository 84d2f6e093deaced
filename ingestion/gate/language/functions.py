"""The functions of the rules' language.

What belongs here: what each one gives for whole columns, and how many arguments it takes. What does not:
operators (`vectors.py`). A null argument gives a null unless the function is there to handle nulls (`isnull`,
`nz`).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingestion.definitions.assessment import RATINGS, assessment
from ingestion.gate.language.vectors import (
    FALSE,
    NULL,
    TRUE,
    Kind,
    Vector,
    VectorError,
    both,
    choose,
    compare,
    dates,
    either,
    fill,
    need,
    texts,
    truths,
)
from ingestion.records.tolerance import TOLERANCE
from ingestion.words.writing import rounded

_NORMAL_CONSISTENCY = 0.6745
"""Makes a median absolute deviation comparable with a standard deviation."""

_LEAST_PEERS = 8
_NEAR_HALF = 1e-6
_DECIMALS = re.compile(r"[.,](\d+)\s*%?\s*$")
_THOUSAND = 3

Submissions = npt.NDArray[np.intp]
"""The submission of each row, for functions that compare a row with its peers."""


@dataclass(frozen=True)
class Function:
    """One function: how it is called and what it gives.

    Attributes:
        least: fewest arguments.
        most: most arguments; None for any number.
        signature: how it is written, for error messages and documentation.
    """

    signature: str
    least: int
    most: int | None
    apply: Callable[[Sequence[Vector], Submissions], Vector]


def _abs(arguments: Sequence[Vector], _: Submissions) -> Vector:
    return Vector(Kind.NUMBER, np.abs(need(arguments[0], Kind.NUMBER, "abs")))


def _round(arguments: Sequence[Vector], _: Submissions) -> Vector:
    # Where a half may be meant, the one rounding of the product decides; it is too slow to ask it always.
    values = need(arguments[0], Kind.NUMBER, "round")
    digits = need(arguments[1], Kind.NUMBER, "round") if len(arguments) > 1 else np.zeros(1)
    values, digits = np.broadcast_arrays(values, digits)
    scale = 10.0**digits
    scaled = np.abs(values) * scale
    result = np.sign(values) * np.floor(scaled + 0.5) / scale + 0.0  # nothing has no sign
    for row in np.flatnonzero(np.abs(scaled - np.floor(scaled) - 0.5) <= _NEAR_HALF):
        result[row] = float(rounded(float(values[row]), int(digits[row])))
    return Vector(Kind.NUMBER, result)


def _min(arguments: Sequence[Vector], _: Submissions) -> Vector:
    data = [need(argument, Kind.NUMBER, "min") for argument in arguments]
    result = data[0]
    for other in data[1:]:
        result = np.minimum(result, other)
    return Vector(Kind.NUMBER, result)


def _max(arguments: Sequence[Vector], _: Submissions) -> Vector:
    data = [need(argument, Kind.NUMBER, "max") for argument in arguments]
    result = data[0]
    for other in data[1:]:
        result = np.maximum(result, other)
    return Vector(Kind.NUMBER, result)


def _iif(arguments: Sequence[Vector], _: Submissions) -> Vector:
    return choose(arguments[0], arguments[1], arguments[2])


def _nz(arguments: Sequence[Vector], _: Submissions) -> Vector:
    default = arguments[1] if len(arguments) > 1 else Vector(Kind.NUMBER, np.zeros(1))
    return fill(arguments[0], default)


def _isnull(arguments: Sequence[Vector], _: Submissions) -> Vector:
    return truths(arguments[0].is_null)


def _is_int(arguments: Sequence[Vector], _: Submissions) -> Vector:
    values = need(arguments[0], Kind.NUMBER, "is_int")
    whole = np.abs(values - np.round(values)) <= TOLERANCE
    return Vector(Kind.TRUTH, np.where(np.isnan(values), NULL, np.where(whole, TRUE, FALSE)).astype(np.int8))


def _between(arguments: Sequence[Vector], _: Submissions) -> Vector:
    value, low, high = arguments
    return both(compare(">=", value, low), compare("<=", value, high))


def _one_of(arguments: Sequence[Vector], _: Submissions) -> Vector:
    result = compare("==", arguments[0], arguments[1])
    for other in arguments[2:]:
        result = either(result, compare("==", arguments[0], other))
    return result


def _matches(arguments: Sequence[Vector], _: Submissions) -> Vector:
    values = need(arguments[0], Kind.TEXT, "matches")
    pattern = re.compile(_constant(arguments[1], "matches"))
    return truths([None if value is None else pattern.search(value) is not None for value in values])


def _constant(argument: Vector, function: str) -> str:
    data = need(argument, Kind.TEXT, function)
    if len(data) != 1 or data[0] is None:
        raise VectorError(f"{function} needs a text in quotes")
    return str(data[0])


def _date(arguments: Sequence[Vector], _: Submissions) -> Vector:
    return dates([date.fromisoformat(_constant(arguments[0], "date"))])


def decimals_of(text: str | None, value: float) -> int:
    """Give the number of decimals with which a number was printed, from its text or else from the number."""
    match = _DECIMALS.search(text if text is not None else f"{value:.10f}".rstrip("0"))
    if match is None:
        return 0
    digits = match[1]
    is_grouping = len(digits) == _THOUSAND and value == round(value)
    return 0 if is_grouping else len(digits)


def _pct_ok(arguments: Sequence[Vector], _: Submissions) -> Vector:
    printed, part, whole = (need(argument, Kind.NUMBER, "pct_ok") for argument in arguments[:3])
    raw = arguments[3] if len(arguments) > 3 else texts([None])
    need(raw, Kind.TEXT, "pct_ok")
    exact = 100 * part / np.where(whole == 0, np.nan, whole)
    printed, exact, shown = np.broadcast_arrays(printed, exact, raw.data)
    known = ~(np.isnan(printed) | np.isnan(exact))
    result = np.full(len(printed), NULL, dtype=np.int8)
    for row in np.flatnonzero(known):
        half_a_digit = 0.5 * 10.0 ** -decimals_of(shown[row], float(printed[row]))
        result[row] = TRUE if abs(printed[row] - exact[row]) <= half_a_digit + TOLERANCE else FALSE
    return Vector(Kind.TRUTH, result)


def _assess(arguments: Sequence[Vector], _: Submissions) -> Vector:
    direction, actual, low, high = np.broadcast_arrays(
        need(arguments[0], Kind.TEXT, "assess"),
        *(need(argument, Kind.NUMBER, "assess") for argument in arguments[1:]),
    )
    found: list[str | None] = []
    for code, value, least, most in zip(direction, actual, low, high, strict=True):
        if code is None or np.isnan(value):
            found.append(None)
            continue
        found.append(
            assessment(code, value, None if np.isnan(least) else least, None if np.isnan(most) else most)
        )
    return texts(found)


def _rating_of_score(arguments: Sequence[Vector], _: Submissions) -> Vector:
    score, *bands = (need(argument, Kind.NUMBER, "rating_of_score") for argument in arguments)
    unknown = np.isnan(score)
    rank = np.zeros(len(score), dtype=np.intp)
    for band in bands:
        unknown = unknown | np.isnan(band)
        rank = rank + (score < band - TOLERANCE)
    result = np.array(RATINGS, dtype=object)[rank]
    result[np.broadcast_to(unknown, result.shape)] = None
    return Vector(Kind.TEXT, result)


def _robust_z(arguments: Sequence[Vector], submissions: Submissions) -> Vector:
    values = arguments[0].spread(len(submissions))
    group = arguments[1].spread(len(submissions))
    frame = pd.DataFrame(
        {
            "value": need(values, Kind.NUMBER, "robust_z"),
            "submission": submissions,
            "group": need(group, Kind.TEXT, "robust_z"),
        }
    )
    peers = frame.groupby(["submission", "group"], dropna=True)["value"]
    distance = (frame["value"] - peers.transform("median")).abs()
    spread = distance.groupby([frame["submission"], frame["group"]], dropna=True).transform("median")
    is_comparable = (peers.transform("count") >= _LEAST_PEERS) & (spread > 0)
    z = _NORMAL_CONSISTENCY * (frame["value"] - peers.transform("median")) / spread.where(is_comparable)
    return Vector(Kind.NUMBER, z.to_numpy(dtype=np.float64))


FUNCTIONS: dict[str, Function] = {
    "abs": Function("abs(number)", 1, 1, _abs),
    "assess": Function("assess(direction, actual, lowest, highest)", 4, 4, _assess),
    "between": Function("between(value, low, high)", 3, 3, _between),
    "date": Function('date("2025-06-30")', 1, 1, _date),
    "iif": Function("iif(condition, value if true, value if false)", 3, 3, _iif),
    "is_int": Function("is_int(number)", 1, 1, _is_int),
    "isnull": Function("isnull(value)", 1, 1, _isnull),
    "matches": Function('matches(text, "regular expression")', 2, 2, _matches),
    "max": Function("max(number, number, …)", 1, None, _max),
    "min": Function("min(number, number, …)", 1, None, _min),
    "nz": Function("nz(value, value if null = 0)", 1, 2, _nz),
    "one_of": Function("one_of(value, candidate, …)", 2, None, _one_of),
    "pct_ok": Function("pct_ok(printed percentage, part, whole, printed text)", 3, 4, _pct_ok),
    "rating_of_score": Function(
        "rating_of_score(score, lowest excellent, lowest good, lowest completed)", 4, 4, _rating_of_score
    ),
    "robust_z": Function("robust_z(number, group)", 2, 2, _robust_z),
    "round": Function("round(number, decimals = 0)", 1, 2, _round),
}
"""Every function of the language by its name."""
