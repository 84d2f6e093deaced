"""Mutants of the evaluator: its modules with one thing changed, and whether the comparison notices.

What belongs here: making mutants and trying one. What does not: what is compared (`agreement.py`).
"""

import ast
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

MODULES = (
    "ingestion.definitions.assessment",
    "ingestion.gate.language.vectors",
    "ingestion.gate.language.functions",
    "ingestion.gate.language.evaluate",
)
"""In the order in which they import each other."""

_COMPARISON = "tests.support.agreement"
_SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_AT_THE_EDGE: dict[type[ast.AST], type[ast.AST]] = {
    ast.GtE: ast.Gt,
    ast.Gt: ast.GtE,
    ast.LtE: ast.Lt,
    ast.Lt: ast.LtE,
}
_NAMES = {
    "TRUE": "FALSE",
    "FALSE": "NULL",
    "NULL": "TRUE",
    "both": "either",
    "either": "both",
    "minimum": "maximum",
    "maximum": "minimum",
    "floor": "ceil",
    "left": "right",
}
EQUIVALENT = {
    ("values.dtype == np.bool_", "values.dtype != np.bool_"): "a short cut; the long way gives the same",
    ("_NEAR_HALF = 1e-6", "1.000001"): "the one rounding of the product is asked always, not where it matters",
    ("<= _NEAR_HALF", "np.abs(scaled - np.floor(scaled) - 0.5) < _NEAR_HALF"): "so far from a half both agree",
    ("values.dtype == np.bool_", "isinstance(values, np.ndarray)"): "no column is made of other arrays",
    ("data[0] is None", "len(data) != 1"): "no text that is missing can be written in quotes",
    ("if left.kind in (Kind.TEXT", "right"): "both are of one kind by then",
    ("zip(direction, actual", "False"): "all are equally long",
    ("peers = frame.groupby", "False"): "the spread leaves out rows without a group as well",
    ("spread = distance.groupby", "False"): "the peers leave out rows without a group as well",
}
"""Changes that change nothing, by a part of their line and what came in, with the reason."""


@dataclass(frozen=True)
class Mutant:
    """One module with one change.

    Attributes:
        what: module, line and change.
        line: the text of the line.
        change: what stands there instead.
    """

    module: str
    what: str
    line: str
    change: str
    source: str

    @property
    def is_equivalent(self) -> bool:
        """Say whether it is known to give the same as what it was made from."""
        return any(part in self.line and change == self.change for part, change in EQUIVALENT)


def mutants() -> Iterator[Mutant]:
    """Give every mutant of the evaluator's functions, in the order of their lines."""
    for module in MODULES:
        text = Path(str(importlib.import_module(module).__file__)).read_text(encoding="utf-8")
        ways = [range(len(_changes(node))) for node in _places(ast.parse(text))]
        for number, way in ((number, way) for number, some in enumerate(ways) for way in some):
            tree = ast.parse(text)
            node = next(place for n, place in enumerate(_places(tree)) if n == number)
            before = ast.unparse(node)
            line = node.lineno
            _changes(node)[way]()
            change = ast.unparse(node)
            what = f"{module}:{line}: {before} -> {change}"
            yield Mutant(module, what, text.splitlines()[line - 1], change, ast.unparse(tree))


def _places(tree: ast.AST) -> Iterator[ast.expr]:
    for statement in ast.iter_child_nodes(tree):
        if isinstance(statement, ast.FunctionDef):
            for part in statement.body:
                yield from _below(part)
        elif isinstance(statement, ast.ClassDef) and statement.name in ("_Evaluator", "Vector"):
            yield from _places(statement)
        elif isinstance(statement, ast.Assign):
            yield from _below(statement.value)


def _below(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Raise):
        return
    is_changed = (
        (isinstance(node, ast.BinOp) and type(node.op) in _SWAPPED)
        or (isinstance(node, ast.Compare) and type(node.ops[0]) in _SWAPPED)
        or isinstance(node, ast.BoolOp)
        or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Invert | ast.Not))
        or (isinstance(node, ast.Name) and node.id in _NAMES and isinstance(node.ctx, ast.Load))
        or (isinstance(node, ast.Attribute) and node.attr in _NAMES)
        or (isinstance(node, ast.Constant) and type(node.value) in (int, float, bool))
    )
    if is_changed and isinstance(node, ast.expr):
        yield node
    for field, value in ast.iter_fields(node):
        # Annotations within functions are never evaluated.
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and field != "annotation":
                yield from _below(child)


def _changes(node: ast.AST) -> list[Callable[[], None]]:
    """Give every way to change an expression."""
    changes = [partial(_change, node)]
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _AT_THE_EDGE:
        changes.append(partial(_set, node.ops, 0, _AT_THE_EDGE[type(node.ops[0])]()))
    if isinstance(node, ast.BoolOp):
        changes += [partial(node.values.pop, number) for number in range(len(node.values))]
    return changes


def _set(among: list[Any], number: int, value: ast.AST) -> None:
    among[number] = value


def _change(node: ast.AST) -> None:
    match node:
        case ast.BinOp() | ast.BoolOp():
            node.op = _SWAPPED[type(node.op)]()  # type: ignore[assignment]
        case ast.Compare():
            node.ops[0] = _SWAPPED[type(node.ops[0])]()  # type: ignore[call-overload]
        case ast.UnaryOp():
            node.op = ast.UAdd() if isinstance(node.op, ast.USub) else node.op
            if not isinstance(node.op, ast.UAdd):
                node.operand = ast.UnaryOp(node.op, node.operand)
        case ast.Name():
            node.id = _NAMES[node.id]
        case ast.Attribute():
            node.attr = _NAMES[node.attr]
        case ast.Constant(value=bool(value)):
            node.value = not value
        case ast.Constant(value=int() | float() as value):
            node.value = value + 1


def is_noticed(mutant: Mutant) -> bool:
    """Say whether the comparison fails, or breaks, on a mutant."""
    names = (*MODULES, _COMPARISON)
    kept = {name: sys.modules[name] for name in names if name in sys.modules}
    try:
        for name in names:
            path = str(importlib.util.find_spec(name).origin) if name not in kept else str(kept[name].__file__)
            text = mutant.source if name == mutant.module else Path(path).read_text(encoding="utf-8")
            module = ModuleType(name)
            module.__file__ = path
            sys.modules[name] = module
            exec(compile(text, path, "exec"), module.__dict__)
        sys.modules[_COMPARISON].compare()
    except Exception:
        return True
    finally:
        sys.modules.update(kept)
    return False
