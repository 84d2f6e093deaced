"""What a real Quarto demands of the project holds without one: own keys, no shortcodes, figures of its own.

How Quarto treats each of these was seen with a real one; where one is found, `test_render_site.py` uses it.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import typst
import yaml
from pydantic import BaseModel

from reports import escape
from reports.blocks import (
    Bullets,
    Command,
    Grid,
    Heading,
    Markdown,
    Notice,
    Paragraph,
    Picture,
    code,
    link,
    write,
)
from reports.engines import convert
from reports.page import Page
from reports.project import OWN, TEMPLATES, SamePageError, as_yaml, write_project
from reports.quarto_project import split_front_matter
from reports.rows import Note
from tests.reports_site import AS_OF, site_of, write_warehouse
from tests.support.active_syntax import DRAWING, HIDDEN, TEXTS, Leaves, blocks, leaves_due

EVIL = f"{{{{< env HOME >}}}} {{{{{{< x >}}}}}} >}}}} {{{{< a {HIDDEN}"
QUARTO_KEYS = {"project", "lang", "language", "engine", "from", "filters", "format", "toc", "toc-depth"}
QUARTO_KEYS |= {"tbl-colwidths", "title", "subtitle", "syntax-highlighting"}
FORMAT_KEYS = {"template", "theme", "minimal", "css", "shift-heading-level-by", "font-paths"}
FILTERS = ("pages.lua", "quarto", "finish.lua")
HELPERS = "#let notice(it) = it\n#let legend = notice\n#let headline = notice\n"
HELPERS += "#let side-by-side(..items) = items.pos().join(parbreak())\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quarto-rules")
    site = poisoned(site_of(write_warehouse(folder / "w.duckdb"), notes=(Note(AS_OF, "Sửa"),)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reports.project.draw", lambda charts: ["<svg/>"] * len(charts))  # drawing takes long
        write_project(site, folder / "project")
    return folder / "project"


FREE = {"name", "names", "text", "sheet", "cell", "document", "body_name", "measure", "id", "vi"}
"""The fields of a site that hold what people wrote: of registry, workbooks, statements, sections and notes."""


def poisoned(value: Any, name: str = "") -> Any:
    """Give a site in which every text of people's is one that Quarto would read, after its own words."""
    if isinstance(value, str):
        return f"{value} {EVIL}" if name in FREE else value
    if isinstance(value, dict):
        return {key: poisoned(inner, name) for key, inner in value.items()}
    if isinstance(value, tuple):
        return tuple(poisoned(inner, name) for inner in value)
    if isinstance(value, BaseModel):  # a section or its titles; its other texts are keys
        told = {
            key: poisoned(getattr(value, key), key if key == "vi" else "") for key in type(value).model_fields
        }
        return value.model_copy(update=told)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{field.name: poisoned(getattr(value, field.name), field.name) for field in fields(value)}
        )
    return value


def scalars(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from scalars(item)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from (*scalars(key), *scalars(value))


def squeezed(text: str) -> str:
    return "".join(text.split())


def converted(body: str, target: str, tmp_path: Path) -> str:
    filters = [name if name == "quarto" else str(TEMPLATES / name) for name in FILTERS]
    options = {"filters": filters, "standalone": False, "from": "markdown-smart"}
    return convert(body, options, target, tmp_path).text


def test_a_key_is_one_of_quartos_or_says_that_it_is_ours(project: Path) -> None:
    configuration = yaml.safe_load((project / "_quarto.yml").read_text(encoding="utf-8"))
    metadata = [
        split_front_matter(page.read_text(encoding="utf-8"), page.name)[0] for page in project.glob("*.qmd")
    ]
    assert len(metadata) == 10
    for values in (configuration, *metadata):
        assert {key for key in values if not key.startswith(OWN)} <= QUARTO_KEYS
        for options in values["format"].values():
            assert {key for key in options if not key.startswith(OWN)} <= FORMAT_KEYS
    assert f"{OWN}site-nav" in configuration


@pytest.mark.parametrize("code_of_unit", ["A--B", "A...B", "A-_B_-C", "Q-1--", "A*B*C", "x~1~", "VP-YL"])
def test_the_link_to_a_pdf_is_its_name_whatever_the_code_of_the_unit(
    code_of_unit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = escape.name(f"{code_of_unit}-2015-2020-NK")
    page = Page(slug=slug, title="t", subtitle="s", eyebrow="", blocks=())
    monkeypatch.setattr("reports.project.pages", lambda site: (page,))
    site = replace(site_of(write_warehouse(tmp_path / "w.duckdb")), statements=())
    (path,) = write_project(site, tmp_path / "project")
    told = split_front_matter(path.read_text(encoding="utf-8"), path.name)[0]["format"]["html"]
    options = {"standalone": False, "from": "markdown"}  # as Quarto reads it, typographer and all
    link = convert(told[f"{OWN}pdf-href"], options, "html", tmp_path).text
    assert html.unescape(link.strip()) == f"<p>{slug}.pdf</p>"


def test_two_pages_of_one_name_are_refused_before_one_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = tuple(
        Page(slug=slug, title="t", subtitle="s", eyebrow="", blocks=()) for slug in ("a-X5F", "a-x5f")
    )
    monkeypatch.setattr("reports.project.pages", lambda site: pages)
    with pytest.raises(SamePageError, match="a-x5f"):
        write_project(site_of(write_warehouse(tmp_path / "w.duckdb")), tmp_path / "project")


def test_nothing_that_people_wrote_leads_a_whole_project_to_a_shortcode(project: Path) -> None:
    kept = escape.markdown(EVIL)[1:]  # what begins a text is escaped more
    for path in [*project.glob("*.qmd"), project / "_quarto.yml"]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\{\{|\}\}|>\}|b58fc729-690b", text), path.name
        is_said = kept in text.replace("\\\\", "\\")  # YAML doubles what escapes
        assert is_said == (path.suffix == ".qmd"), path.name


def test_templates_use_what_the_project_gives(project: Path) -> None:
    written = "".join(
        path.read_text(encoding="utf-8") for path in [*project.glob("*.qmd"), project / "_quarto.yml"]
    )
    given = set(re.findall(rf"\b{OWN}[a-z-]+(?=:)", written))
    used = set()
    for name in ("report.html", "report.typ"):
        used |= set(re.findall(rf"{OWN}[a-z-]+", (TEMPLATES / name).read_text(encoding="utf-8")))
    assert used == given


def test_no_place_of_a_page_leads_data_to_a_shortcode(tmp_path: Path) -> None:
    evil = [
        Heading(2, EVIL, "a"),
        Paragraph(EVIL),
        Paragraph(Markdown(f"{link(EVIL, 'a.html').text} {code(EVIL).text}")),
        Bullets([EVIL, code(EVIL)], css="headline"),
        Notice(EVIL),
        Command(EVIL),
        Grid(EVIL, [EVIL, "b"], [[link(EVIL, "a.html"), code(EVIL)]], ("l", "r"), (1, 1)),
        Picture("a.svg", EVIL, EVIL),
    ]
    written = write(evil)
    assert not re.search(r"\{\{|\}\}|>\}|\\[{}]|b58fc729-690b", written)
    (tmp_path / "a.svg").write_text("<svg><g/></svg>", encoding="utf-8")
    page = converted(written, "html", tmp_path).replace("&lt;", "<").replace("&gt;", ">")
    assert page.count(EVIL) == 15  # each text once, and that of the table again as label of its region
    typeset = converted(written, "typst", tmp_path)
    assert typeset.replace("\\", "").count("{{< env HOME >}} {{{< x >}}}") == 14


def test_a_table_is_one_figure_with_its_caption_whether_or_not_it_has_a_link(tmp_path: Path) -> None:
    for cell in ("Một", link("Một", "a.html")):
        table = write([Grid("Bảng 1. Số đảng viên (người)", ["a", "b"], [[cell, "1"]], ("l", "r"), (1, 1))])
        written = converted(table, "typst", tmp_path)
        caption = r"Bảng 1\\\. Số đảng viên \(người\)"
        assert re.search(rf"#figure\(\[\s*#table\(.*\], caption: \[\s*{caption}\s*\]", written, re.S)
        assert written.count("#figure(") == 1
        page = converted(table, "html", tmp_path)
        assert (page.count('scope="col"'), page.count('scope="row"')) == (2, 1)
        assert "<caption>Bảng 1. Số đảng viên (người)</caption>" in page


def test_what_could_be_read_as_more_than_text_is_text_in_every_place(tmp_path: Path) -> None:
    written = write(blocks(TEXTS))
    (tmp_path / "a.svg").write_text(DRAWING, encoding="utf-8")
    page = Leaves(converted(written, "html", tmp_path))
    assert page.found == leaves_due(TEXTS)
    assert not page.tags & {"script", "em", "strong", "math", "sub", "sup", "del", "section", "ol"}
    labels = [
        label for text in map(escape.plain, TEXTS) for label in [text] * 4
    ]  # table, chart, and a mark's two
    assert page.labels == labels
    source = tmp_path / "a.typ"
    # Typst warns that its HTML is not finished; what is read here is whether a text is still one.
    source.write_text(f"{HELPERS}{converted(written, 'typst', tmp_path)}", encoding="utf-8")
    typeset = typst.compile(str(source), format="html")
    assert isinstance(typeset, bytes)
    said = squeezed(html.unescape(re.sub("<[^>]*>", "", typeset.decode())))
    for text in TEXTS:
        assert said.count(squeezed(escape.plain(text))) >= 13, text


def test_every_text_of_a_project_is_one_by_both_kinds_of_yaml(project: Path) -> None:
    for path in [*project.glob("*.qmd"), project / "_quarto.yml"]:
        text = path.read_text(encoding="utf-8")
        written = text.split("---\n")[1] if path.suffix == ".qmd" else text
        for node in scalars(yaml.compose(written)):
            is_text = node.tag == "tag:yaml.org,2002:str"
            assert not is_text or node.style is not None or re.fullmatch("[a-z][a-z-]*", node.value), node.value
    values = {"title": list(TEXTS), "toc": True, "toc-depth": 2}
    assert yaml.safe_load(as_yaml(values)) == values
    assert as_yaml({"title": "1e3"}) == 'title: "1e3"\n'  # a number for Quarto, none for PyYAML


def test_a_code_of_a_unit_is_a_name_that_pages_links_and_anchors_can_have() -> None:
    assert escape.name("VP-YL-2015-2020-NK") == "vp-yl-2015-2020-nk"
    for code_of_unit in ("_a", ".a", "a b", "a(b)", "a{b}", "a#b", "a]b", "a%41", "a&b", "a'b", "!a", "a`b"):
        assert re.fullmatch(r"[a-zX\d][\w.-]*", escape.name(code_of_unit)), code_of_unit
    assert len({escape.name(text) for text in TEXTS}) == len({text.lower() for text in TEXTS})
