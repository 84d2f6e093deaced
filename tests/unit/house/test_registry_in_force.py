"""One place decides which registry holds: nothing else loads the files of a state folder as they are."""

from tests.support.house import ROOT

_OTHERS = {
    "ingestion/definitions/registry.py": "loads one",
    "orchestration/commands/registry.py": "the check, which is of the files as they are",
    "orchestration/commands/state.py": "the example that was written just now",
    "orchestration/commands/verify.py": "the copy that a publication was made from",
    "orchestration/data_files.py": "the example that is shipped",
}


def test_whoever_asks_the_registry_gets_the_one_in_force() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for room in ("ingestion", "reports", "orchestration")
        for path in (ROOT / room).rglob("*.py")
        if "load_registry(" in path.read_text(encoding="utf-8")
    }
    assert found == _OTHERS.keys()
