"""Text of a workbook reaches the reader as it is and never becomes markup."""

import json
import string
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports import escape
from reports.engines import pandoc_path
from reports.project import TEMPLATES

FINISH = TEMPLATES / "finish.lua"
"""Puts back what is kept from Quarto."""

SNIPPETS = (
    *"""
1. một|a) hai|(1) ba|(@) bốn|- năm|+ sáu|* bảy|# tám|: chín|> mười|Table: x|Table:x|:::|::: {.notice}
>}}|{{< a|a }} b {|{{{< env PATH >}}}|b58fc729-690b-4000-b19f-365a4093b2ff;7b7b3c20656e762048203e7d7d;
\ufdd0 \ufdd1
---|===|***|    mã|% tiêu đề|`mã`|```|~~~|{{< env PATH >}}|{{<env PATH>}}|$x^2$|$$|@tác-giả
[liên kết](http://x)|![](a.png)|<b>đậm</b>|x <b>y</b>|<script>alert(1)</script>|&amp;|&#60;|x &amp; &#60;
\\|\\textbf{x}|_a_ __b__|H~2~O x^2^|~~bỏ~~|#import "x"|#eval("1")|[^1]: chú|[a]: http://x
http://example.org|a@b.vn|'nháy' "kép"|...|--|a -- b --- c|x = y|i. la mã|#. số|A. hoa
1.438|20,5 %|−14|[x]{.y}|{#id}|\\begin{x}|Mr. A|
""".replace("\n", "|").split("|"),
    "| a | b |",
    "x | y",
    "|",
    " ",
    "\u00a0",
    "\u202eđảo",
    "\x00",
    "\u200b",
    "a\nb\n\nc",
    "\t",
)
WITHIN = tuple(f"x {c}a{c} y {c}{c}b{c}{c} {c}" for c in string.punctuation)
ANY_TEXT = st.one_of(
    st.sampled_from(SNIPPETS + WITHIN),
    st.text(alphabet="\\`*_{}[]()<>#+-.!|~^$@:='\"&%/;,? \n1aĐ", max_size=24),
    st.text(max_size=24),
)


def blocks_of(pieces: list[str]) -> list[dict]:
    """Read many texts with one pandoc: each as attribute, paragraph, item, cell, caption, heading."""
    parts = []
    for number, piece in enumerate(pieces):
        safe, quoted = escape.markdown(piece), escape.attribute(piece)
        parts += [
            f'::: {{#p{number} title="{quoted}"}}\n{safe}\n:::',
            f"::: {{#l{number}}}\n- {safe}\n- x\n:::",
            f"::: {{#t{number}}}\n| {safe} | b |\n|:---|---:|\n| a | {safe} |\n\n: x {safe}\n:::",
            f"## {safe} {{#h{number}}}",
        ]
    done = subprocess.run(
        [pandoc_path(), "--from", "markdown-smart", "--to", "json", "--lua-filter", str(FINISH)],
        input="\n\n".join(parts) + "\n",
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return json.loads(done.stdout)["blocks"]


def words(node: object) -> str:
    """Give the text of a part of pandoc's tree; any element that is not plain text shows up as its name."""
    if isinstance(node, list):
        return "".join(words(item) for item in node)
    if not isinstance(node, dict):
        return ""
    kind = node.get("t")
    if kind == "Str":
        return str(node["c"])
    if kind in ("Space", "SoftBreak"):
        return " "
    return f"<{kind}>"


def cells(table: dict) -> list[str]:
    _, caption, _, head, bodies, _ = table["c"]
    rows = [row[1] for row in head[1]] + [row[1] for row in bodies[0][3]]
    inlines = [block["c"] for row in rows for cell in row for block in (cell[4] or [{"c": []}])]
    return [words(content) for content in inlines] + [words(caption[1][0]["c"])]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ANY_TEXT, min_size=1, max_size=25))
def test_any_text_survives_as_text_and_nothing_else(pieces: list[str]) -> None:
    blocks = blocks_of(pieces)
    expected = [escape.plain(piece) for piece in pieces]
    assert len(blocks) == 4 * len(pieces)
    for number, text in enumerate(expected):
        paragraph, items, table, heading = blocks[4 * number : 4 * number + 4]
        assert dict(paragraph["c"][0][2]).get("title", "") == text
        assert "".join(words(block["c"]) for block in paragraph["c"][1]) == text
        (bullets,) = items["c"][1]
        assert "".join(words(block["c"]) for block in bullets["c"][0]) == text
        (laid_out,) = table["c"][1]
        assert cells(laid_out) == [text, "b", "a", text, f"x {text}".rstrip(" ")]
        assert words(heading["c"][2]) == text


def test_every_snippet_survives() -> None:
    test_any_text_survives_as_text_and_nothing_else.hypothesis.inner_test([*SNIPPETS, *WITHIN])


def test_no_shortcode_is_left_for_quarto() -> None:
    text = "{{< env HOME >}} {{{<x>}}} {{% }} b58fc729-690b-4000-b19f-365a4093b2ff;7b7b3c"
    for write in (escape.markdown, escape.attribute, escape.code, escape.code_line):
        assert not {"{", "}"} & set(write(text)), write
        assert "b58fc729-690b" not in write(text), write
        assert ":::" not in write(f"x :::: {text}"), write


def test_code_stands_as_it_is_typed() -> None:
    texts = ["a `b` {{< env HOME >}}", "`", "", "  x", "{{{<x>}}}"]
    source = " x ".join(escape.code(text) for text in texts)
    source += "\n\n" + "\n".join(f"    {escape.code_line(text)}" for text in texts if text)
    done = subprocess.run(
        [pandoc_path(), "--to", "plain", "--wrap", "none", "--lua-filter", str(FINISH)],
        input=source,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    line, _, block = done.stdout.partition("\n\n")
    assert line.split() == ["a", "`b`", "{{<", "env", "HOME", ">}}", "x", "`", "x", "x", "x", "x", "{{{<x>}}}"]
    assert block.splitlines() == ["    a `b` {{< env HOME >}}", "    `", "      x", "    {{{<x>}}}"]


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("  a \n b ", "a b"),
        ("a\u202eb", "ab"),
        ("a\x00b", "ab"),
        ("Đảng\u00a0ủy", "Đảng\u00a0ủy"),
        ("\ud800", "\ufffd"),
    ],
)
def test_plain_text_is_one_line_without_what_cannot_be_seen(given_text: str, expected: str) -> None:
    assert escape.plain(given_text) == expected


def test_numbers_stay_bare() -> None:
    assert escape.markdown("1.438") == "1.438"
    assert escape.markdown("Có 1.438 (20,5 %) – tăng") == "Có 1.438 (20,5 %) – tăng"
