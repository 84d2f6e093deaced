"""The rules' language as a tree: its nodes, how a tree is walked, and how it is written out again.

What belongs here: shapes and walks that every use of a rule shares (checking a batch, a formula in a
workbook, a page that documents it). What does not: reading text (`parser.py`) and evaluating (`evaluate.py`).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

ArithmeticOperator = Literal["+", "-", "*", "/"]
ComparisonOperator = Literal["==", "!=", "<=", ">=", "<", ">"]
LogicalOperator = Literal["and", "or", "=>"]
BinaryOperator = ArithmeticOperator | ComparisonOperator | LogicalOperator

COMPARISONS: frozenset[str] = frozenset({"==", "!=", "<=", ">=", "<", ">"})
LOGICAL: frozenset[str] = frozenset({"and", "or", "=>"})

IT = "it"
"""The name that a rule repeated over columns uses for the column at hand."""
ITS_CLOSING = "its_closing"
"""The name that a rule repeated over openings uses for the column whose last figure each of them repeats."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written; never negative, since a minus is an operation of its own."""

    value: float
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A text in double quotes."""

    value: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Truth:
    """`true` or `false`."""

    value: bool
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A column, bare (`closing_members`) or with a prefix that says where it comes from (`B01.in_admitted`)."""

    path: tuple[str, ...]
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Unary:
    """A minus or a `not`."""

    operator: Literal["-", "not"]
    operand: "Node"
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic, a comparison, or logic between two operands."""

    operator: BinaryOperator
    left: "Node"
    right: "Node"
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of one of the language's functions."""

    function: str
    arguments: tuple["Node", ...]
    position: int = field(default=0, compare=False)


Node = Number | Text | Truth | Name | Unary | Binary | Call


class Visitor(ABC, Generic[_T]):
    """A walk over a tree with one method a node; each use of the language is one subclass."""

    def visit(self, node: Node) -> _T:
        """Give the result of a node."""
        result: _T = getattr(self, type(node).__name__.lower())(node)
        return result

    @abstractmethod
    def number(self, node: Number) -> _T:
        """Handle a number."""

    @abstractmethod
    def text(self, node: Text) -> _T:
        """Handle a text."""

    @abstractmethod
    def truth(self, node: Truth) -> _T:
        """Handle `true` or `false`."""

    @abstractmethod
    def name(self, node: Name) -> _T:
        """Handle a name."""

    @abstractmethod
    def unary(self, node: Unary) -> _T:
        """Handle a minus or a `not`."""

    @abstractmethod
    def binary(self, node: Binary) -> _T:
        """Handle an operation of two operands."""

    @abstractmethod
    def call(self, node: Call) -> _T:
        """Handle a call."""


_PRECEDENCE = {"=>": 1, "or": 2, "and": 3, "not": 4, "+": 6, "-": 6, "*": 7, "/": 7}
_COMPARISON_LEVEL = 5
_MINUS_LEVEL = 8
_ATOM_LEVEL = 9


def _level(node: Node) -> int:
    match node:
        case Unary(operator="not"):
            return _PRECEDENCE["not"]
        case Unary():
            return _MINUS_LEVEL
        case Binary(operator=operator):
            return _PRECEDENCE.get(operator, _COMPARISON_LEVEL)
        case _:
            return _ATOM_LEVEL


class _Writer(Visitor[str]):
    """Writes a tree with no more parentheses than its reading needs."""

    def number(self, node: Number) -> str:
        return format_number(node.value)

    def text(self, node: Text) -> str:
        escaped = node.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'

    def truth(self, node: Truth) -> str:
        return "true" if node.value else "false"

    def name(self, node: Name) -> str:
        return str(node)

    def unary(self, node: Unary) -> str:
        operand = self._wrapped(node.operand, _level(node))
        return f"not {operand}" if node.operator == "not" else f"-{operand}"

    def binary(self, node: Binary) -> str:
        level = _level(node)
        # Comparisons do not chain; an implication groups to the right, everything else to the left.
        left = level + 1 if node.operator in COMPARISONS or node.operator == "=>" else level
        right = level if node.operator == "=>" else level + 1
        return f"{self._wrapped(node.left, left)} {node.operator} {self._wrapped(node.right, right)}"

    def call(self, node: Call) -> str:
        return f"{node.function}({', '.join(self.visit(argument) for argument in node.arguments)})"

    def _wrapped(self, node: Node, least: int) -> str:
        text = self.visit(node)
        return text if _level(node) >= least else f"({text})"


def format_number(value: float) -> str:
    """Write a number as the language reads it, without an exponent."""
    if value == int(value):
        return str(int(value))
    text = repr(value)
    return f"{value:.20f}".rstrip("0") if "e" in text else text


def unparse(node: Node) -> str:
    """Write a tree as text that reads as the same tree."""
    return _Writer().visit(node)


def walk(node: Node) -> Iterator[Node]:
    """Give a tree's nodes, each before those under it, from left to right."""
    yield node
    match node:
        case Unary(operand=operand):
            yield from walk(operand)
        case Binary(left=left, right=right):
            yield from walk(left)
            yield from walk(right)
        case Call(arguments=arguments):
            for argument in arguments:
                yield from walk(argument)


def names(node: Node) -> tuple[Name, ...]:
    """Give every name of a tree once, in the order in which they stand."""
    found: dict[tuple[str, ...], Name] = {}
    for part in walk(node):
        if isinstance(part, Name):
            found.setdefault(part.path, part)
    return tuple(found.values())


def substitute(node: Node, columns: Mapping[str, str]) -> Node:
    """Put columns in the place of words that stand for them (`it`), also behind a prefix (`prev_cum.it`)."""
    match node:
        case Name(path=path, position=position):
            return Name(tuple(columns.get(part, part) for part in path), position)
        case Unary(operator=operator, operand=operand, position=position):
            return Unary(operator, substitute(operand, columns), position)
        case Binary(operator=operator, left=left, right=right, position=position):
            return Binary(operator, substitute(left, columns), substitute(right, columns), position)
        case Call(function=function, arguments=arguments, position=position):
            return Call(function, tuple(substitute(a, columns) for a in arguments), position)
        case _:
            return node
