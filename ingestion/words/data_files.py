"""Reading data files: the one reader of YAML, for the product's files and an office's own.

What belongs here: from text to values, what is refused on the way, and on which line a part of it stands. What
does not: the schemas, and how a reader is told of what does not fit.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

if TYPE_CHECKING:
    from yaml import SafeLoader as _Quickest
else:
    # The loader written in C is ten times as quick, which every command feels; PyYAML may be built without it.
    _Quickest = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_LONGEST_VALUE = 60
_DEEPEST = 50
"""Parts within one another; the files of the product have ten. The loader written in C reads each within the
one around it, and ends the program at some ten thousand."""
_SAID = {
    "value": "is no day or number",
    "twice": "stands above as well",
    "deep": f"more than {_DEEPEST} parts stand within one another",
}
_MERGE = "tag:yaml.org,2002:merge"
_READ_AS_VALUES = tuple(f"tag:yaml.org,2002:{name}" for name in ("bool", "int", "float", "timestamp"))


class UnfitYamlError(yaml.YAMLError):
    """A file is YAML, and yet nobody can say what it holds.

    Attributes:
        kind: `value`, what is written is no day or number though it has the shape of one; `twice`, a name
            stands a second time beside its like, of which YAML would take the last without a word; `deep`, more
            parts stand within one another than any file needs.
        row: the line, from 1.
        name: what is written there; blank where that is a part as a whole.
    """

    def __init__(self, kind: Literal["value", "twice", "deep"], row: int, name: str = "") -> None:
        self.kind, self.row, self.name = kind, row, name[:_LONGEST_VALUE]
        super().__init__(f"line {self.row}: “{self.name}” {_SAID[kind]}")


class _Loader(_Quickest):
    """What reads data files."""

    def construct_document(self, node: yaml.Node) -> Any:
        """Give what a file holds.

        Raises:
            UnfitYamlError: a name stands twice, or a value cannot be.
        """
        if (twice := _twice(node)) is not None:
            raise UnfitYamlError("twice", twice.start_mark.line + 1, str(twice.value))
        return super().construct_document(node)


def _value(loader: _Loader, node: yaml.Node) -> Any:
    """Read a day, number or truth; what has the shape of one and is none fails in as many ways as there are."""
    try:
        return yaml.SafeLoader.yaml_constructors[node.tag](loader, node)
    except (ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise UnfitYamlError("value", node.start_mark.line + 1, str(node.value)) from error


for _tag in _READ_AS_VALUES:
    _Loader.add_constructor(_tag, _value)


def read_yaml(path: Path) -> Any:
    """Read a data file of the product.

    Raises:
        yaml.YAMLError: it is no YAML, or says what nobody can read (`UnfitYamlError`).
    """
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)


def yaml_of(text: str) -> Any:
    """Read what stands in a data file of an office.

    Raises:
        yaml.YAMLError: it is no YAML, or says what nobody can read (`UnfitYamlError`).
    """
    _demand_shallow(text)
    return yaml.load(text, Loader=_Loader)


def nodes_of(text: str) -> yaml.Node | None:
    """Give what stands in a data file with the lines on which it stands; None where nothing does.

    Raises:
        yaml.YAMLError: it is no YAML, or too deep (`UnfitYamlError`).
    """
    _demand_shallow(text)
    return yaml.compose(text, Loader=_Loader)


def _demand_shallow(text: str) -> None:
    """Refuse parts within parts without end, before anything reads them that goes as deep as they do.

    Raises:
        UnfitYamlError: more stand within one another than any file needs.
        yaml.YAMLError: up to there it is no YAML.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            mark = event.start_mark
            raise UnfitYamlError("deep", mark.line + 1 if mark else 1)


def row_of(error: BaseException, text: str) -> int | None:
    """Give the line, from 1, at which a text turned out to be no YAML; None where the error does not say."""
    if (mark := getattr(error, "problem_mark", None)) is not None:
        return int(mark.line) + 1
    if isinstance(error, yaml.reader.ReaderError):
        return text.count("\n", 0, error.position) + 1
    return None


def found_at(nodes: yaml.Node, place: Sequence[str | int]) -> tuple[int, str | None]:
    """Give the line on which what a place names stands, or as much of it as is there, and what is written.

    The latter is None where something stands that has parts.
    """
    row, node = nodes.start_mark.line, nodes
    for part in place:
        if isinstance(node, yaml.SequenceNode):
            entries = dict(enumerate((one, one) for one in node.value))
            found = entries.get(part) if isinstance(part, int) else None
        else:
            found = next((pair for pair in _pairs(node) if pair[0].value == str(part)), None)
        if found is None:
            break
        row, node = found[0].start_mark.line, found[1]
    return row + 1, node.value if isinstance(node, yaml.ScalarNode) else None


def _twice(node: yaml.Node) -> yaml.Node | None:
    """Give a name that stands a second time beside its like; parts that are merged in (`<<`) may be several."""
    waiting, met = [node], set[int]()
    while waiting:
        if id(node := waiting.pop()) in met:  # a part may name itself
            continue
        met.add(id(node))
        seen: set[Any] = set()
        for name, value in _pairs(node):
            if name.value in seen and name.tag != _MERGE:
                return name
            seen.add(name.value)
            waiting.append(value)
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
    return None


def _pairs(node: yaml.Node) -> Sequence[tuple[yaml.Node, yaml.Node]]:
    """Give the names of a part, each with what stands behind it."""
    found = node.value if isinstance(node, yaml.MappingNode) else ()
    return [(name, value) for name, value in found if isinstance(name, yaml.ScalarNode)]
