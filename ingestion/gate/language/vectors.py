"""Columns of values with nulls, and what operations do with the nulls.

What belongs here: the four kinds of columns that rules compute with, arithmetic, comparisons and three-valued
logic. What does not: the language's functions (`functions.py`) and where columns come from (`context/`).

A comparison with a null is null (not evaluated), a division by zero is null, and `and`, `or`, `not` and `=>`
follow Kleene: a false operand decides an `and` whatever the other one is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from ingestion.records.tolerance import TOLERANCE

FALSE, NULL, TRUE = 0, 1, 2
"""Truth values in this order make `and` a minimum, `or` a maximum and `not` a subtraction from 2."""


class Kind(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    TEXT = "text"
    TRUTH = "truth"
    DATE = "date"


class VectorError(TypeError):
    """An operation was given kinds of columns with which it can do nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Vector:
    """One column, or one value for every row (length 1).

    Attributes:
        data: float64 with NaN as null (numbers; dates as ordinals), objects with None as null (texts), or
            int8 of FALSE, NULL and TRUE.
    """

    kind: Kind
    data: npt.NDArray[Any]

    def take(self, rows: npt.NDArray[np.intp]) -> "Vector":
        """Give the values of certain rows, null where the row is -1."""
        if len(self.data) == 0:
            return nulls(self.kind, len(rows))
        taken = self.data[rows]
        taken[rows < 0] = _NULL_OF[self.kind]
        return Vector(self.kind, taken)

    def spread(self, length: int) -> "Vector":
        """Give the column with one value a row."""
        if len(self.data) == length:
            return self
        return Vector(self.kind, np.broadcast_to(self.data, (length,)).copy())

    @property
    def is_null(self) -> npt.NDArray[np.bool_]:
        """Where there is no value."""
        if self.kind is Kind.TRUTH:
            return np.asarray(self.data == NULL)
        if self.kind is Kind.TEXT:
            nothing: Any = _NULL_OF[Kind.TEXT]
            return np.asarray(np.equal(self.data, nothing), dtype=np.bool_)
        return np.asarray(np.isnan(self.data))

    def at(self, row: int) -> Any:
        """Give one value as Python knows it: float, str, bool, date, or None."""
        value = self.data[row if len(self.data) > 1 else 0]
        if self.kind is Kind.TEXT:
            return value
        if self.kind is Kind.TRUTH:
            return None if value == NULL else bool(value == TRUE)
        if np.isnan(value):
            return None
        return date.fromordinal(int(value)) if self.kind is Kind.DATE else float(value)


_NULL_OF: dict[Kind, Any] = {Kind.NUMBER: np.nan, Kind.DATE: np.nan, Kind.TEXT: None, Kind.TRUTH: NULL}


def nulls(kind: Kind, length: int) -> Vector:
    """Give a column without values."""
    dtype: Any = {Kind.TEXT: object, Kind.TRUTH: np.int8}.get(kind, np.float64)
    return Vector(kind, np.full(length, _NULL_OF[kind], dtype=dtype))


def numbers(values: Iterable[float | int | None] | npt.NDArray[Any]) -> Vector:
    """Give a column of numbers."""
    listed = values if isinstance(values, np.ndarray) else list(values)
    return Vector(Kind.NUMBER, np.array(listed, dtype=np.float64))


def texts(values: Iterable[str | None]) -> Vector:
    """Give a column of texts."""
    listed = list(values)
    data = np.empty(len(listed), dtype=object)
    data[:] = listed
    return Vector(Kind.TEXT, data)


def truths(values: Iterable[bool | None] | npt.NDArray[np.bool_]) -> Vector:
    """Give a column of truth values."""
    if isinstance(values, np.ndarray) and values.dtype == np.bool_:
        return Vector(Kind.TRUTH, np.where(values, TRUE, FALSE).astype(np.int8))
    return Vector(
        Kind.TRUTH, np.array([NULL if v is None else TRUE if v else FALSE for v in values], dtype=np.int8)
    )


def dates(values: Iterable[date | None]) -> Vector:
    """Give a column of dates."""
    return Vector(
        Kind.DATE, np.array([np.nan if v is None else v.toordinal() for v in values], dtype=np.float64)
    )


def need(vector: Vector, kind: Kind, what: str) -> npt.NDArray[Any]:
    """Give the data of a column of a certain kind.

    Raises:
        VectorError: it is of another kind.
    """
    if vector.kind is not kind:
        raise VectorError(f"{what} needs a {kind}, found a {vector.kind}")
    return vector.data


def _truth_where(values: npt.NDArray[np.bool_], unknown: npt.NDArray[np.bool_]) -> Vector:
    return Vector(Kind.TRUTH, np.where(unknown, NULL, np.where(values, TRUE, FALSE)).astype(np.int8))


def arithmetic(operator: str, left: Vector, right: Vector) -> Vector:
    """Add, subtract, multiply or divide numbers; the difference of two dates is a number of days."""
    if left.kind is Kind.DATE and right.kind is Kind.DATE and operator == "-":
        return Vector(Kind.NUMBER, left.data - right.data)
    a, b = need(left, Kind.NUMBER, f"“{operator}”"), need(right, Kind.NUMBER, f"“{operator}”")
    if operator == "+":
        return Vector(Kind.NUMBER, a + b)
    if operator == "-":
        return Vector(Kind.NUMBER, a - b)
    if operator == "*":
        return Vector(Kind.NUMBER, a * b)
    return Vector(Kind.NUMBER, a / np.where(b == 0, np.nan, b))


def compare(operator: str, left: Vector, right: Vector) -> Vector:
    """Compare two columns of one kind; null where one of them is."""
    if left.kind is not right.kind:
        raise VectorError(f"“{operator}” compares like with like, found a {left.kind} and a {right.kind}")
    if left.kind in (Kind.TEXT, Kind.TRUTH):
        if operator not in ("==", "!="):
            raise VectorError(f"a {left.kind} has no order, so “{operator}” cannot compare it")
        same = np.asarray(left.data == right.data, dtype=np.bool_)
        return _truth_where(same if operator == "==" else ~same, left.is_null | right.is_null)
    a, b = left.data, right.data
    unknown = np.isnan(a) | np.isnan(b)
    difference = a - b
    if operator == "==":
        result = np.abs(difference) <= TOLERANCE
    elif operator == "!=":
        result = np.abs(difference) > TOLERANCE
    elif operator == "<=":
        result = difference <= TOLERANCE
    elif operator == ">=":
        result = difference >= -TOLERANCE
    elif operator == "<":
        result = difference < -TOLERANCE
    else:
        result = difference > TOLERANCE
    return _truth_where(result, unknown)


def both(left: Vector, right: Vector) -> Vector:
    """Give `and`."""
    return Vector(Kind.TRUTH, np.minimum(need(left, Kind.TRUTH, "“and”"), need(right, Kind.TRUTH, "“and”")))


def either(left: Vector, right: Vector) -> Vector:
    """Give `or`."""
    return Vector(Kind.TRUTH, np.maximum(need(left, Kind.TRUTH, "“or”"), need(right, Kind.TRUTH, "“or”")))


def negated(operand: Vector) -> Vector:
    """Give `not`."""
    return Vector(Kind.TRUTH, (TRUE - need(operand, Kind.TRUTH, "“not”")).astype(np.int8))


def choose(condition: Vector, first: Vector, second: Vector) -> Vector:
    """Give `first` where the condition is true, `second` where it is false, null where it is null."""
    if first.kind is not second.kind:
        raise VectorError(f"both results must be of one kind, found a {first.kind} and a {second.kind}")
    truth = need(condition, Kind.TRUTH, "a condition")
    chosen = np.where(truth == TRUE, first.data, second.data)
    return Vector(first.kind, np.where(truth == NULL, _NULL_OF[first.kind], chosen).astype(first.data.dtype))


def fill(values: Vector, default: Vector) -> Vector:
    """Give the values with nulls replaced."""
    if values.kind is not default.kind:
        raise VectorError(f"a {values.kind} cannot be replaced by a {default.kind}")
    return Vector(values.kind, np.where(values.is_null, default.data, values.data).astype(values.data.dtype))


def concatenate(kind: Kind, parts: Sequence[Vector]) -> Vector:
    """Put columns of one kind under each other."""
    return Vector(kind, np.concatenate([part.data for part in parts])) if parts else nulls(kind, 0)
