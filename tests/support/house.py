"""The picture of the house: rooms of the product and who imports whom, made from the imports themselves.

What belongs here: drawing it into `docs/architecture.md` (`make house`). What does not: which imports are
allowed, which `[tool.importlinter]` in `pyproject.toml` says and `make lint` holds.
"""

import ast
from collections.abc import Iterable
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"
_BEGIN, _END = "<!-- house: made by `make house` -->", "<!-- end of house -->"
_ROOTS = ("ingestion", "reports", "orchestration", "demo")
_OPENED = "ingestion"
"""The one whose packages are rooms of their own; of the others each is one."""


def rooms() -> dict[str, set[str]]:
    """Give each room with those that it imports from, both by dotted name."""
    graph = grimp.build_graph(*_ROOTS)
    found: dict[str, set[str]] = {}
    for module in sorted(graph.modules):
        room = _room(module)
        imported = {_room(other) for other in graph.find_modules_directly_imported_by(module)}
        found.setdefault(room, set()).update(imported - {room, _OPENED})
    return {room: others for room, others in found.items() if room != _OPENED}


def drawn() -> str:
    """Give the picture as Mermaid, each room with its first sentence; arrows that others imply are left out."""
    found = rooms()
    lines = ["```mermaid", "flowchart TD"]
    lines += [f'    {_name(room)}["<b>{room}</b><br/>{_said(room)}"]' for room in found]
    lines += [
        f"    {_name(room)} --> {_name(other)}" for room in found for other in sorted(_needed(found, room))
    ]
    return "\n".join([*lines, "```"])


def kept(text: str) -> str:
    """Give the picture that a page has."""
    return text.partition(_BEGIN)[2].partition(_END)[0].strip()


def main() -> None:
    """Draw the picture into the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    after = rest.partition(_END)[2]
    PAGE.write_text(f"{before}{_BEGIN}\n\n{drawn()}\n\n{_END}{after}", encoding="utf-8")


def _room(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == _OPENED else parts[0]


def _name(room: str) -> str:
    return room.replace(".", "_")


def _said(room: str) -> str:
    """Give the first sentence of a package's docstring."""
    source = (ROOT / Path(*room.split(".")) / "__init__.py").read_text(encoding="utf-8")
    said = (ast.get_docstring(ast.parse(source)) or "").split("\n\n")[0]
    return " ".join(said.split()).replace('"', "'").replace("`", "").removesuffix(".")


def _needed(found: dict[str, set[str]], room: str) -> set[str]:
    """Give those that a room imports from and reaches through no other."""
    return {one for one in found[room] if not any(one in _below(found, [o]) for o in found[room] - {one})}


def _below(found: dict[str, set[str]], start: Iterable[str]) -> set[str]:
    below: set[str] = set()
    waiting = list(start)
    while waiting:
        for one in found[waiting.pop()] - below:
            below.add(one)
            waiting.append(one)
    return below


if __name__ == "__main__":
    main()
