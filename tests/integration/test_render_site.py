"""A small site is really rendered: its pages open from a folder, lead to each other and say the same in PDF."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import typst

from reports import escape
from reports.blocks import Grid, Paragraph, Text, code, write
from reports.engines import FONT_FOLDER, PdfCompiler, convert
from reports.filings import open_cases
from reports.project import OWN, as_yaml, write_configuration, write_frame, write_project
from reports.quarto_project import find_project
from reports.render import RenderReport, find_quarto, render_project
from reports.rows import Submission
from tests.reports_site import AS_OF, site_of, write_warehouse
from tests.support.active_syntax import DRAWING, TEXTS, blocks

VOID = frozenset({"meta", "link", "br", "hr", "img", "input", "col", "source", "wbr", "area", "base", "embed"})
PAGE = "vp-2015-2020-nk"


class Document(HTMLParser):
    """What the tests ask of an HTML page."""

    def __init__(self, text: str):
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.headings: list[int] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        self.ids += [attributes["id"]] if attributes.get("id") else []
        self.targets += [str(attributes[name]) for name in ("href", "src") if attributes.get(name)]
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All text, with white space collapsed."""
        return " ".join("".join(self.texts).split())


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> RenderReport:
    folder = tmp_path_factory.mktemp("site")
    write_project(
        site_of(write_warehouse(folder / "w.duckdb")), folder / "project", chart_cache=folder / "charts"
    )
    return render_project(folder / "project", quarto=None).require_success()


def documents(report: RenderReport) -> Iterator[tuple[Path, Document]]:
    for path in sorted(report.folder.rglob("*.html")):
        yield path, Document(path.read_text(encoding="utf-8"))


def pdf_text(path: Path) -> str:
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext is not installed: the text of PDFs is not checked")
    done = subprocess.run(
        [program, "-layout", str(path), "-"], capture_output=True, check=True, encoding="utf-8"
    )
    return " ".join(done.stdout.split())


IGNORED = {("table", "class"), ("tr", "class"), ("svg", "xlink"), ("svg", "xmlns:xlink")}
"""What Quarto writes otherwise and no reader or stylesheet of ours sees."""


def structure(document: Document) -> list[tuple[str, dict[str, str | None]]]:
    return [
        (tag, {name: value for name, value in attributes.items() if (tag, name) not in IGNORED})
        for tag, attributes in document.tags
    ]


def pdf_words(path: Path) -> list[list[tuple[str, int, int]]]:
    """Give the words of each page of a PDF with the points at which they stand."""
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext is not installed: the pages of PDFs are not compared")
    done = subprocess.run([program, "-bbox", str(path), "-"], capture_output=True, check=True, encoding="utf-8")
    return [
        [
            (word, round(float(left)), round(float(top)))
            for left, top, word in re.findall(r'<word xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>(.*)</word>', page)
        ]
        for page in done.stdout.split("<page ")[1:]
    ]


def pdf_lines(path: Path) -> list[list[tuple[float, float]]]:
    """Give the lines of a PDF, each with the points at which its words begin and end, from the left."""
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext is not installed: the margins of PDFs are not checked")
    done = subprocess.run([program, "-bbox", str(path), "-"], capture_output=True, check=True, encoding="utf-8")
    lines: dict[tuple[int, str], list[tuple[float, float]]] = {}
    for number, page in enumerate(done.stdout.split("<page ")):
        for left, top, right in re.findall(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)"', page):
            lines.setdefault((number, top), []).append((float(left), float(right)))
    return [sorted(line) for line in lines.values()]


def differences(first: RenderReport, second: RenderReport) -> list[str]:
    """Say in which pages two renderings differ in text, elements, captions, or the pages and layout of PDFs."""
    if first.outputs != second.outputs:
        return [f"outputs: {sorted(set(first.outputs) ^ set(second.outputs))}"]
    found = []
    for name in first.outputs:
        one, other = first.folder / name, second.folder / name
        if one.read_bytes() == other.read_bytes():
            continue
        if name.endswith(".html"):
            left, right = (Document(path.read_text(encoding="utf-8")) for path in (one, other))
            found += [f"{name}: text"] if left.text != right.text else []
            found += [f"{name}: elements"] if structure(left) != structure(right) else []
        else:
            ours, theirs = pdf_words(one), pdf_words(other)
            if len(ours) != len(theirs):
                found.append(f"{name}: {len(ours)} pages, then {len(theirs)}")
            for number, (this, that) in enumerate(zip(ours, theirs, strict=False), start=1):
                is_said = [word for word, *_ in this] == [word for word, *_ in that]
                found += [f"{name}: {'places' if is_said else 'text'} of page {number}"] if this != that else []
    return found


def test_every_page_comes_out_without_a_warning(rendered: RenderReport) -> None:
    assert rendered.warnings == ()
    assert len([name for name in rendered.outputs if name.endswith(".html")]) == 10
    assert len([name for name in rendered.outputs if name.endswith(".pdf")]) == 6


def test_every_link_leads_to_something_within_the_folder(rendered: RenderReport) -> None:
    ids = {path: set(document.ids) for path, document in documents(rendered)}
    count = 0
    for path, document in documents(rendered):
        for target in document.targets:
            assert not re.match(r"[a-z]+:|/", target), f"{path.name}: {target} works from one place only"
            name, _, anchor = unquote(target).partition("#")
            found = (path.parent / name).resolve() if name else path
            assert found.is_file(), f"{path.name}: {target}"
            assert not anchor or anchor in ids[found], f"{path.name}: {target}"
            count += 1
    assert count > 100


def test_fonts_of_the_stylesheet_are_there(rendered: RenderReport) -> None:
    css = rendered.folder / "assets" / "site.css"
    names = re.findall(r'url\("([^"]+)"\)', css.read_text(encoding="utf-8"))
    assert names
    assert all((css.parent / name).is_file() for name in names)


def test_a_long_word_breaks_in_its_cell_and_a_number_does_not(rendered: RenderReport) -> None:
    css = (rendered.folder / "assets" / "site.css").read_text(encoding="utf-8")
    rules = re.findall(r"^([^@{}]+) \{ overflow-wrap: anywhere; \}$", css, re.MULTILINE)
    assert rules == ['tbody th, td[style*="left"]'], (
        "the styles that cells of text have, and those of figures lack"
    )


def test_pages_are_accessible_in_their_structure(rendered: RenderReport) -> None:
    for path, document in documents(rendered):
        assert document.open == [], path.name
        assert len(document.ids) == len(set(document.ids)), path.name
        assert document.headings.count(1) == 1, path.name
        assert all(after - before <= 1 for before, after in pairwise(document.headings)), path.name
        tags = [tag for tag, _ in document.tags]
        assert dict(document.tags)["html"] == {"lang": "vi"}
        assert tags.count("main") == 1
        assert tags.count("caption") == tags.count("table"), path.name
        for tag, attributes in document.tags:
            assert tag != "th" or attributes.get("scope") in ("col", "row"), path.name
            assert tag != "img" or attributes.get("alt"), path.name
            assert tag != "svg" or (attributes.get("role") == "img" and attributes.get("aria-label")), path.name


def test_figures_stand_right_aligned_in_their_columns(rendered: RenderReport) -> None:
    text = (rendered.folder / f"{PAGE}.html").read_text(encoding="utf-8")
    assert re.search(r'<td style="text-align: right;">11\.945</td>', text)
    assert not re.search(r'<td style="text-align: left;">[\d.]{5,}</td>', text)


def test_text_of_workbooks_never_becomes_markup(rendered: RenderReport) -> None:
    name = "Huyện ủy Lập Thạch <b>&_*{{< x >}}|"
    explained = "Sáp nhập <script>alert(1)</script> | *hai* {{< env X >}} chi bộ"
    texts = {path.name: document.text for path, document in documents(rendered)}
    assert name in texts["index.html"]
    assert name in texts["vp-lt-2015-2020-nk.html"]
    assert explained in texts["vp-yl-2015-2020-nk.html"]
    for path, document in documents(rendered):
        assert not [tag for tag, _ in document.tags if tag in ("script", "b")], path.name


def test_the_pdf_says_what_the_page_says(rendered: RenderReport) -> None:
    pdf = pdf_text(rendered.folder / f"{PAGE}.pdf")
    page = Document((rendered.folder / f"{PAGE}.html").read_text(encoding="utf-8")).text
    sentence = "Trong nhiệm kỳ, toàn đảng bộ kết nạp 11.945 đảng viên."
    assert sentence in page
    assert sentence in pdf
    for heading in ("Mục lục", "Kết nạp đảng viên", "Kiểm tra, giám sát", "Phụ lục số liệu"):
        assert heading in pdf
    assert "đường đứt: chỉ tiêu 2.300" in pdf
    captions = set(re.findall(r"(?:Bảng|Biểu đồ) \d+\.", page))
    assert captions
    assert captions <= set(re.findall(r"(?:Bảng|Biểu đồ) \d+\.", pdf))


def test_a_pdf_is_tagged_as_it_is_laid_out(rendered: RenderReport) -> None:
    project = find_project(rendered.folder.parent)
    page = project.page(project.folder / f"{PAGE}.qmd")
    source = project.folder / "tagged.typ"
    source.write_text(
        convert(page.body, project.options(page, "typst"), "typst", project.folder).text, encoding="utf-8"
    )
    fonts = [str(FONT_FOLDER), str(project.folder / "assets" / "fonts")]
    # The standard of accessible PDFs is refused where a list has no items, or a chart no text.
    pdf = typst.compile(
        str(source),
        font_paths=fonts,
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        root=str(project.folder),
    )
    source.unlink()
    assert isinstance(pdf, bytes)
    assert re.search(rb"/Type/Catalog[^>]*/Lang\(vi\)", pdf)


def test_a_table_that_breaks_over_pages_repeats_its_header(rendered: RenderReport) -> None:
    pdf = pdf_text(rendered.folder / "so-lieu-da-cong-bo.pdf")
    tables = len(re.findall(r"Bảng \d+\.", pdf))
    assert pdf.count("Mã Chỉ tiêu") > tables > 0


def test_the_same_site_renders_to_the_same_bytes(rendered: RenderReport, tmp_path: Path) -> None:
    names = [f"{PAGE}.html", f"{PAGE}.pdf", "index.html"]
    before = [(rendered.folder / name).read_bytes() for name in names]
    project = tmp_path / "elsewhere"
    shutil.copytree(rendered.folder.parent, project)
    again = render_project(project, quarto=None).require_success()
    assert [(again.folder / name).read_bytes() for name in names] == before


@pytest.fixture(scope="module")
def quarto() -> Path:
    """Give a real Quarto."""
    found = find_quarto(os.environ.get("QUARTO_PATH"), os.environ.get("PATH"))
    if found is None:
        pytest.skip("no Quarto is installed, nor named by QUARTO_PATH: only the embedded runner was checked")
    return found


@pytest.fixture(scope="module")
def by_quarto(rendered: RenderReport, quarto: Path, tmp_path_factory: pytest.TempPathFactory) -> RenderReport:
    """Give the same project as a real Quarto renders it."""
    project = tmp_path_factory.mktemp("quarto") / "project"
    shutil.copytree(rendered.folder.parent, project, ignore=shutil.ignore_patterns("_site"))
    return render_project(project, quarto=quarto).require_success()


def test_quarto_gives_the_same_pages(rendered: RenderReport, by_quarto: RenderReport) -> None:
    assert by_quarto.runner.startswith("quarto ")
    assert by_quarto.warnings == ()
    assert differences(rendered, by_quarto) == []


def test_quarto_reads_nothing_in_what_workbooks_say(by_quarto: RenderReport) -> None:
    explained = "Sáp nhập <script>alert(1)</script> | *hai* {{< env X >}} chi bộ"
    texts = {path.name: document.text for path, document in documents(by_quarto)}
    assert explained in texts["vp-yl-2015-2020-nk.html"]
    assert "Huyện ủy Lập Thạch <b>&_*{{< x >}}|" in texts["vp-lt-2015-2020-nk.html"]


def active_project(folder: Path) -> Path:
    """Write a project whose pages and settings have, in every place, what could be read as more than text."""
    folder.mkdir()
    write_frame(folder)
    write_configuration(
        folder,
        navigation=[{"text": escape.markdown(text), "href": "trang-0.html"} for text in TEXTS],
    )
    (folder / "a.svg").write_text(DRAWING, encoding="utf-8")
    each = 12
    for number in range(0, len(TEXTS) - each, each):
        texts = TEXTS[number : number + each] if number + 2 * each < len(TEXTS) else TEXTS[number:]
        title, subtitle, dateline, head, eyebrow = (escape.markdown(text) for text in texts[:5])
        values: dict[str, Any] = {
            "title": title,
            "subtitle": subtitle,
            f"{OWN}dateline": dateline,
            f"{OWN}running-head": head,
        }
        values |= {
            f"{OWN}eyebrow": eyebrow,
            f"{OWN}running-note": dateline,
            "toc": True,
            "format": {"html": {}, "typst": {}},
        }
        page = f"---\n{as_yaml(values)}---\n\n{write(blocks(texts))}"
        (folder / f"trang-{number}.qmd").write_text(page, encoding="utf-8")
    return folder


def test_words_that_no_line_holds_stay_within_the_margins_of_a_pdf(tmp_path: Path) -> None:
    word = "Đ" * 90
    folder = tmp_path / "project"
    folder.mkdir()
    write_frame(folder)
    write_configuration(folder, navigation=())
    (folder / "a.svg").write_text(DRAWING, encoding="utf-8")
    cells: list[Text] = [
        "hai",
        *(word[:length] for length in (16, 29, 90)),
        "9" * 90,
        "VP-LT." * 15,
        code(word),
    ]
    narrow = Grid(word, ["một", *cells], [["x", *cells], [code(word), *cells]], ["l"] * 8, [1.0] * 8)
    values: dict[str, Any] = {
        "title": word,
        "subtitle": word,
        f"{OWN}running-note": word,
        "toc": True,
        "format": {"html": {}, "typst": {}},
    }
    page = f"---\n{as_yaml(values)}---\n\n{write([*blocks([word]), narrow])}"
    (folder / "trang.qmd").write_text(page, encoding="utf-8")
    report = render_project(folder, quarto=None).require_success()
    lines = pdf_lines(report.folder / "trang.pdf")
    assert lines
    for line in lines:
        assert all(left >= 85 and right <= 553 for left, right in line), "the margins of the page"
        assert all(one <= other for (_, one), (other, _) in pairwise(line)), "cells cover each other"


def test_what_names_a_submission_is_found_whole_in_a_table_of_a_pdf(tmp_path: Path) -> None:
    short, longest = "VP-TD.2020-Q1.r1", "TG-GCTX.2015-2020-NK.r12"
    folder = tmp_path / "project"
    folder.mkdir()
    write_frame(folder)
    write_configuration(folder, navigation=())
    cases = [Submission(name, "VP-LT", "2020-N", 1, AS_OF, "returned", 1, 2) for name in (short, longest)]
    site = site_of(write_warehouse(tmp_path / "w.duckdb"))
    narrow = Grid("x", ["một"] * 6, [["y", f"xem {short} này", code(short), "y", "y", "y"]], ["l"] * 6, [1] * 6)
    page = f"---\ntitle: x\nformat: {{typst: {{}}}}\n---\n\n{write([open_cases(site, cases), narrow])}"
    (folder / "trang.qmd").write_text(page, encoding="utf-8")
    report = render_project(folder, quarto=None).require_success()
    words = [word for page in pdf_words(report.folder / "trang.pdf") for word, *_ in page]
    assert words.count(short) >= 1 and words.count(longest) == 1
    assert "".join(words).count(short) >= 2 and "\u200b" not in "".join(words)


def test_the_head_of_a_page_holds_two_lines_of_a_name(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    write_frame(folder)
    write_configuration(folder, navigation=())
    values: dict[str, Any] = {
        f"{OWN}running-head": "Đảng bộ " * 60,
        f"{OWN}running-note": "Đ" * 260,
        "title": "x",
        "format": {"typst": {}},
    }
    page = f"---\n{as_yaml(values)}---\n\n{write([Paragraph('chữ ' * 2500)])}"
    (folder / "trang.qmd").write_text(page, encoding="utf-8")
    report = render_project(folder, quarto=None).require_success()
    second = pdf_words(report.folder / "trang.pdf")[1]
    head = [(word, top) for word, _, top in second if word != "chữ" and top < 71]
    assert len({top for word, top in head if word != "2"}) == 2
    assert sum(word.endswith("…") for word, _ in head) == 2


def test_quarto_reads_nothing_that_is_active_in_any_place(quarto: Path, tmp_path: Path) -> None:
    theirs = render_project(active_project(tmp_path / "quarto"), quarto=quarto).require_success()
    ours = render_project(active_project(tmp_path / "embedded"), quarto=None).require_success()
    assert differences(ours, theirs) == []
    assert len(ours.outputs) == 2 * len([*(tmp_path / "quarto").glob("*.qmd")])


def test_a_difference_between_two_renderings_is_found(rendered: RenderReport, tmp_path: Path) -> None:
    other = tmp_path / "_site"
    shutil.copytree(rendered.folder, other)
    report = replace(rendered, folder=other)
    assert differences(rendered, report) == []
    page = other / f"{PAGE}.html"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace('scope="row"', "", 1), encoding="utf-8")
    shutil.copyfile(other / "so-lieu-da-cong-bo.pdf", other / f"{PAGE}.pdf")
    found = differences(rendered, report)
    assert [line.partition(":")[0] for line in found][:2] == [f"{PAGE}.html", f"{PAGE}.pdf"]


def test_a_word_that_stands_elsewhere_in_a_pdf_is_found(rendered: RenderReport, tmp_path: Path) -> None:
    folders = []
    for name, inset in (("one", "0pt"), ("other", "8pt")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "a.typ").write_text(f"#block(inset: {inset})[Một hai]", encoding="utf-8")
        PdfCompiler(folder).compile(folder / "a.typ", folder / "a.pdf")
        folders.append(replace(rendered, folder=folder, outputs=("a.pdf",)))
    assert differences(*folders) == ["a.pdf: places of page 1"]
