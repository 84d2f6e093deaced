"""What a real Quarto demands of the project holds without one: own keys, no shortcodes, figures of its own.

How Quarto treats each of these was seen with a real one; where one is found, `test_render_site.py` uses it.
"""

import re
from pathlib import Path

import pytest
import yaml

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
from reports.project import OWN, TEMPLATES, write_project
from reports.quarto_project import split_front_matter
from tests.reports_site import site_of, write_warehouse

HIDDEN = "b58fc729-690b-4000-b19f-365a4093b2ff;7b7b3c20656e7620484f4d45203e7d7d;"
EVIL = f"{{{{< env HOME >}}}} {{{{{{< x >}}}}}} >}}}} {{{{< a {HIDDEN}"
QUARTO_KEYS = {"project", "lang", "language", "engine", "from", "filters", "format", "toc", "toc-depth"}
QUARTO_KEYS |= {"tbl-colwidths", "title", "subtitle"}
FORMAT_KEYS = {"template", "theme", "minimal", "css", "shift-heading-level-by", "font-paths"}
FILTERS = ("pages.lua", "quarto", "finish.lua")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quarto-rules")
    site = site_of(write_warehouse(folder / "w.duckdb"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reports.project.draw", lambda charts: ["<svg/>"] * len(charts))  # drawing takes long
        write_project(site, folder / "project")
    return folder / "project"


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
    assert f"{OWN}footer" in configuration


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
    blocks = [
        Heading(2, EVIL, "a"),
        Paragraph(EVIL),
        Paragraph(Markdown(f"{link(EVIL, 'a.html').text} {code(EVIL).text}")),
        Bullets([EVIL, code(EVIL)], css="headline"),
        Notice(EVIL),
        Command(EVIL),
        Grid(EVIL, [EVIL, "b"], [[link(EVIL, "a.html"), code(EVIL)]], ("l", "r"), (1, 1)),
        Picture("a.svg", EVIL, EVIL),
    ]
    written = write(blocks)
    assert not re.search(r"\{\{|\}\}|>\}|\\[{}]|b58fc729-690b", written)
    (tmp_path / "a.svg").write_text("<svg><g/></svg>", encoding="utf-8")
    page = converted(written, "html", tmp_path).replace("&lt;", "<").replace("&gt;", ">")
    assert page.count(EVIL) == 15  # each text once, and that of the table again as label of its region
    typst = converted(written, "typst", tmp_path)
    assert typst.replace("\\", "").count("{{< env HOME >}} {{{< x >}}}") == 14


def test_a_table_is_one_figure_with_its_caption_whether_or_not_it_has_a_link(tmp_path: Path) -> None:
    for cell in ("Một", link("Một", "a.html")):
        table = write([Grid("Bảng 1. Số đảng viên (người)", ["a", "b"], [[cell, "1"]], ("l", "r"), (1, 1))])
        typst = converted(table, "typst", tmp_path)
        assert re.search(
            r"#figure\(\[\s*#table\(.*\], caption: \[\s*Bảng 1\. Số đảng viên \(người\)\s*\]", typst, re.S
        )
        assert typst.count("#figure(") == 1
        page = converted(table, "html", tmp_path)
        assert (page.count('scope="col"'), page.count('scope="row"')) == (2, 1)
        assert "<caption>Bảng 1. Số đảng viên (người)</caption>" in page
