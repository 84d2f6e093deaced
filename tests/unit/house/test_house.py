"""The picture of the house in the docs is that of its imports."""

from tests.support import house


def test_the_picture_is_that_of_the_imports() -> None:
    assert house.kept(house.PAGE.read_text(encoding="utf-8")) == house.drawn(), "draw it anew: make house"


def test_an_arrow_that_others_imply_is_left_out() -> None:
    found: dict[str, set[str]] = {"a": {"b", "c"}, "b": {"c"}, "c": set()}
    assert house._needed(found, "a") == {"b"} and house._needed(found, "b") == {"c"}


def test_every_package_that_holds_code_is_a_room() -> None:
    folders = {
        f"ingestion.{path.parent.name}"
        for path in (house.ROOT / "ingestion").glob("*/*.py")
        if path.name != "__init__.py"
    }
    assert set(house.rooms()) == folders | {"reports", "orchestration", "demo"}
