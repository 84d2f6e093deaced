"""A small site is really rendered: its pages open from a folder, lead to each other and say the same in PDF."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from reports.project import write_project
from reports.render import RenderReport, find_quarto, render_project
from tests.reports_site import site_of, write_warehouse

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


def test_quarto_gives_the_same_text(rendered: RenderReport, tmp_path: Path) -> None:
    program = shutil.which("quarto")
    if program is None:
        pytest.skip("quarto is not installed: only the embedded runner was checked")
    project = tmp_path / "quarto"
    shutil.copytree(rendered.folder.parent, project, ignore=shutil.ignore_patterns("_site"))
    report = render_project(project, quarto=find_quarto(program, None)).require_success()
    assert report.runner.startswith("quarto ")
    assert report.outputs == rendered.outputs
    for name in (name for name in report.outputs if name.endswith(".html")):
        ours, theirs = (Document((r.folder / name).read_text(encoding="utf-8")) for r in (rendered, report))
        assert theirs.text == ours.text, name
        assert theirs.headings == ours.headings, name
