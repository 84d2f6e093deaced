"""Texts that something on the way to a page would read as more than text, and blocks that have them everywhere.

What belongs here: the texts, the places, and what a reader must find there. What does not: rendering.
"""

from collections.abc import Sequence
from html.parser import HTMLParser

from reports import escape
from reports.blocks import (
    Block,
    Bullets,
    Command,
    Grid,
    Heading,
    Markdown,
    Notice,
    Paragraph,
    Picture,
    code,
    inline,
    link,
)

DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><g></g></svg>'
"""The picture `a.svg` of the blocks."""
HIDDEN = "b58fc729-690b-4000-b19f-365a4093b2ff;7b7b3c20656e7620484f4d45203e7d7d;"
"""A shortcode as Quarto hides it from pandoc."""
SHORTCODES = (
    "{{< env HOME >}}",
    "{{{< env HOME >}}}",
    "`{{< include /etc/passwd >}}`",
    ">}}",
    "{{< x",
    HIDDEN,
    "http://x.vn/{{< meta title >}}",
    "%7B%7B%3C env HOME %3E%7D%7D",
    "&#123;&#123;&lt; env HOME &gt;}}",
)
MARKDOWN = (
    *(
        "@tbl-1",
        "[@fig-x]",
        "-@sec-y",
        "a@b.vn",
        ":::",
        "::: {.callout-note}",
        "```{=html}",
        "`#panic()`{=typst}",
    ),
    *("```{python}", "~~~", "$x^2$", "$$x$$", "<script>alert(1)</script>", "<!-- x -->", "<!--", "-->", "---"),
    *(
        "<https://x.y>",
        "https://example.org",
        "!expr 1+1",
        "...",
        "# x",
        "{#id .cls k=v}",
        "[x]{.y}",
        "^[note]",
    ),
    *(
        "[^1]: x",
        "![x](y.svg)",
        "[x](javascript:alert(1))",
        "%title",
        "$if(x)$",
        "{{ x }}",
        "{% x %}",
        "| a | b |",
    ),
    *(
        ": caption",
        "Table: x",
        "(@) x",
        "1. x",
        "- x",
        "* x",
        "+ x",
        "&nbsp;",
        "`",
        "``",
        "'a'",
        '"a"',
        "\\",
        "a\\",
    ),
    *(
        "H~2~O",
        "~~x~~",
        "==x==",
        "*a*",
        "__b__",
        "[",
        "]",
        "<",
        "<b",
        "|",
        "_",
        "x <1>",
        "- [ ] x",
        "*[HTML]: y",
    ),
)
TYPST = (
    "#panic(1)",
    '#import "x"',
    "= x",
    "/ x: y",
    "-5",
    "a -5 b",
    "-?",
    "a...b",
    "//x",
    "/* x",
    "<x>",
    "a--b",
)
LATEX = ("\\input{/etc/passwd}", "\\ref{x}", "\\(x\\)", "\\newpage")
YAML = ("1e3", "0x1", "null", "true", "~", "yes", "2020-01-01", "key: value", "!r x", "%d", "&a", "'", '"')
TEXTS = (*SHORTCODES, *MARKDOWN, *TYPST, *LATEX, *YAML)


def blocks(texts: Sequence[str]) -> list[Block]:
    """Give every kind of block with each text in every place that it has."""
    written: list[Block] = []
    for number, text in enumerate(texts):
        label = escape.attribute(text)
        written += [
            Heading(2, text, f"h{number}"),
            Paragraph(text),
            Paragraph(Markdown(f"{link(text, 'a.html').text} {code(text).text}")),
            Bullets([text, code(text)], css="headline"),
            Bullets([text, f"x {text} y"]),
            Notice(text),
            Command(text),
            Grid(text, [text, "b"], [[text, text], [link(text, "a.html"), code(text)]], ("l", "r"), (1, 1)),
            Picture("a.svg", text, text),
            Paragraph(Markdown(f'[{inline(text)}]{{.state role="img" aria-label="{label}" title="{label}"}}')),
        ]
    return written


def leaves_due(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Give the elements of the HTML page of those blocks that hold text, with what they must say."""
    due: list[tuple[str, str]] = []
    for text in map(escape.plain, texts):
        due += [("h2", text), ("p", text), ("p", f"{text} {text}"), ("li", text), ("li", text), ("li", text)]
        due += [("li", f"x {text} y"), ("p", text), ("pre", text), ("caption", text), ("th", text), ("th", "b")]
        due += [("th", text), ("td", text), ("th", text), ("td", text), ("figcaption", text), ("p", text)]
    return due


class Leaves(HTMLParser):
    """The elements of an HTML page that hold text, in the order of their ends.

    Attributes:
        found: the element and its text, with white space collapsed.
        labels: the attributes that are read aloud or shown.
        tags: every element that there is.
    """

    _LEAVES = frozenset({"h2", "p", "li", "td", "th", "caption", "figcaption", "pre"})
    _LABELS = frozenset({"alt", "aria-label", "title"})

    def __init__(self, page: str):
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.labels: list[str] = []
        self.tags: set[str] = set()
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of an element."""
        self.tags.add(tag)
        self.labels += [value for name, value in attrs if name in self._LABELS and value is not None]
        if tag in self._LEAVES:
            self._open.append("")

    def handle_endtag(self, tag: str) -> None:
        """Take its text."""
        if tag in self._LEAVES:
            self.found.append((tag, " ".join(self._open.pop().split())))

    def handle_data(self, data: str) -> None:
        """Gather its text."""
        if self._open:
            self._open[-1] += data
