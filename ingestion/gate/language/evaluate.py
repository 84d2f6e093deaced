"""From a tree to a column: what an expression gives for every row of a frame at once.

What belongs here: the walk that computes. What does not: the operations (`vectors.py`), the functions
(`functions.py`) and where the columns come from (`frames/`, `context/`).
"""

from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from ingestion.gate.language.functions import FUNCTIONS
from ingestion.gate.language.syntax import (
    COMPARISONS,
    Binary,
    Call,
    Name,
    Node,
    Number,
    Text,
    Truth,
    Unary,
    Visitor,
)
from ingestion.gate.language.vectors import (
    FALSE,
    NULL,
    TRUE,
    Kind,
    Vector,
    arithmetic,
    both,
    compare,
    either,
    fill,
    need,
    negated,
    numbers,
    texts,
    truths,
)

Missing = Literal["skip", "zero"]
"""What a blank operand does: the row is not evaluated, or the blank counts as zero."""

Mask = npt.NDArray[np.int8]
"""FALSE, NULL or TRUE for every row of a frame."""


class Columns(Protocol):
    """Whatever can give columns by their names: a frame."""

    @property
    def submission(self) -> npt.NDArray[np.intp]:
        """The submission of each row."""

    def column(self, path: tuple[str, ...]) -> Vector:
        """Give a column by its dotted name."""


class _Evaluator(Visitor[Vector]):
    def __init__(self, columns: Columns, missing: Missing) -> None:
        self.columns = columns
        self.missing = missing

    def number(self, node: Number) -> Vector:
        return numbers([node.value])

    def text(self, node: Text) -> Vector:
        return texts([node.value])

    def truth(self, node: Truth) -> Vector:
        return truths([node.value])

    def name(self, node: Name) -> Vector:
        vector = self.columns.column(node.path)
        return fill(vector, numbers([0])) if self.missing == "zero" and vector.kind is Kind.NUMBER else vector

    def unary(self, node: Unary) -> Vector:
        operand = self.visit(node.operand)
        if node.operator == "not":
            return negated(operand)
        return Vector(Kind.NUMBER, -need(operand, Kind.NUMBER, "“-”"))

    def binary(self, node: Binary) -> Vector:
        left, right = self.visit(node.left), self.visit(node.right)
        if node.operator in COMPARISONS:
            return compare(node.operator, left, right)
        if node.operator == "and":
            return both(left, right)
        if node.operator == "or":
            return either(left, right)
        if node.operator == "=>":
            return either(negated(left), right)
        return arithmetic(node.operator, left, right)

    def call(self, node: Call) -> Vector:
        arguments = [self.visit(argument) for argument in node.arguments]
        return FUNCTIONS[node.function].apply(arguments, self.columns.submission)


def evaluate(node: Node, columns: Columns, missing: Missing = "skip") -> Vector:
    """Give the value of an expression for every row.

    Raises:
        VectorError: an operation meets kinds of columns with which it can do nothing.
    """
    return _Evaluator(columns, missing).visit(node).spread(len(columns.submission))


def mask(holds: Node, when: Node | None, columns: Columns, missing: Missing = "skip") -> Mask:
    """Say for every row whether an expression holds; null where it was not evaluated."""
    result = need(evaluate(holds, columns, missing), Kind.TRUTH, "a rule")
    if when is None:
        return result
    condition = need(evaluate(when, columns), Kind.TRUTH, "a condition")
    return np.where(condition == TRUE, result, NULL).astype(np.int8)


def combine(masks: list[Mask]) -> Mask:
    """Give one mask for several clauses: false where one fails, true where one holds and none fails."""
    stacked = np.vstack(masks)
    failed, held = (stacked == FALSE).any(axis=0), (stacked == TRUE).any(axis=0)
    return np.where(failed, FALSE, np.where(held, TRUE, NULL)).astype(np.int8)
