"""Lists in docs and beside the models are those of the product."""

import pytest

from tests.support import lists


@pytest.mark.parametrize("one", lists.lists(), ids=lambda one: one.place)
def test_a_list_is_what_the_product_has(one: lists.Listed) -> None:
    text = (lists.ROOT / one.place).read_text(encoding="utf-8")

    assert not one.name or len(one.marked.findall(text)) == 1
    assert one.in_text(text) == text, "write it anew: make lists"
