"""Writing a site as a Quarto project: pages, charts, templates, fonts.

What belongs here: the files of the project and their names. What does not: what a page says (`unit_page.py`,
`overview.py`, `stated.py`) and rendering (`render.py`).
"""

import hashlib
import math
import re
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import fontpkg_sarabun
import jinja2
import yaml

from ingestion.storage.files import aside_of
from ingestion.words.labels import LANGUAGES
from ingestion.words.messages import ToldError, message
from reports import charts, escape
from reports import format as write
from reports.blocks import write as write_blocks
from reports.charts import ChartData, draw
from reports.context import Site
from reports.engines import FONT_FOLDER
from reports.overview import INDEX, OPEN, catalogue_page, index_page, open_page
from reports.page import CATALOGUE, VERSION_FILE, Page
from reports.progress import SLUG as PROGRESS
from reports.progress import progress_page
from reports.quarto_project import CONFIG_FILE
from reports.stated import SLUG as STATED
from reports.stated import stated_page
from reports.unit_page import unit_page


class SamePageError(ToldError):
    """Two pages have one name, so that one of them would be lost."""


TEMPLATES = Path(__file__).parent / "templates"
OUTPUT = "_site"
OWN = "tongket-"
"""What every key of our own begins with: Quarto takes many plain words, such as `footer`, for its own."""
FONTS = ("Regular", "Italic", "SemiBold", "Bold")
"""The weights that pages use; each is a file of the site."""
DIGITS = Path(fontpkg_sarabun.ROOT) / "files" / "Sarabun-Regular.ttf"
"""Digits of one width, for the cells of tables: columns of those of Be Vietnam Pro would not align."""

_PAGE_TEMPLATE = "page.qmd.j2"
_WORD = re.compile(r"[a-z][a-z-]*")


def pages(site: Site) -> tuple[Page, ...]:
    """Give every page of a site: the pages over all units, then a report for each unit.

    Where nothing was stated in public, there is no page of stated figures, and nothing leads to it.
    """
    return (
        index_page(site),
        *((stated_page(site),) if site.statements else ()),
        progress_page(site),
        open_page(site),
        catalogue_page(site),
        *(unit_page(site, unit, site.plan) for unit in site.units),
    )


def write_project(
    site: Site,
    folder: Path,
    *,
    chart_cache: Path | None = None,
    progress: Callable[[int, int, str], None] = lambda done, total, page: None,
) -> tuple[Path, ...]:
    """Write the Quarto project of a site; the same site gives the same bytes.

    Args:
        site: all that the pages say.
        folder: a folder that is made anew; what was in it goes.
        chart_cache: a folder of finished charts by content; charts that are there are not drawn again.
        progress: called with the number of pages written, the total and the page.

    Returns:
        The `.qmd` files.

    Raises:
        SamePageError: two pages have one name, also where capital letters are like small ones.
    """
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    write_frame(folder)
    write_configuration(folder, navigation=_navigation(site))
    # The mark at its beginning tells a browser how it is encoded.
    (folder / VERSION_FILE).write_text(_version(site), encoding="utf-8-sig")
    template = jinja2.Environment(  # pages are Markdown; every text is escaped as such
        loader=jinja2.FileSystemLoader(TEMPLATES), undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    ).get_template(_PAGE_TEMPLATE)
    written = []
    all_pages = pages(site)
    names = Counter(page.slug.casefold() for page in all_pages)
    if alike := [name for name, count in names.items() if count > 1]:
        raise SamePageError("report.error.same_page", page=alike[0])
    drawings = {source: data for page in all_pages for source, data in page.charts.items()}
    _write_charts(drawings, folder, chart_cache)
    for number, page in enumerate(all_pages, start=1):
        path = folder / f"{page.slug}.qmd"
        path.write_text(
            template.render(front_matter=as_yaml(_front_matter(page)), body=write_blocks(page.blocks)),
            encoding="utf-8",
        )
        written.append(path)
        progress(number, len(all_pages), path.name)
    return tuple(written)


def write_frame(folder: Path) -> None:
    """Write what all pages of any project share: templates, filters, stylesheet, labels and fonts."""
    templates = folder / "_templates"
    templates.mkdir()
    for name in ("report.html", "report.typ", "pages.lua", "finish.lua"):
        shutil.copyfile(TEMPLATES / name, templates / name)
    fonts = folder / "assets" / "fonts"
    fonts.mkdir(parents=True)
    shutil.copyfile(TEMPLATES / "site.css", folder / "assets" / "site.css")
    for weight in FONTS:
        name = f"BeVietnamPro-{weight}.ttf"
        shutil.copyfile(FONT_FOLDER / name, fonts / name)
    shutil.copyfile(DIGITS, fonts / DIGITS.name)
    shutil.copyfile(TEMPLATES / "_language.yml", folder / "_language.yml")
    (folder / "charts").mkdir()


def write_configuration(folder: Path, *, navigation: Sequence[Mapping[str, str]]) -> None:
    """Write `_quarto.yml`.

    Args:
        folder: the project.
        navigation: the pages that every page leads to, each with its `text` and `href`, Markdown already.
    """
    values = _configuration(navigation)
    (folder / CONFIG_FILE).write_text(as_yaml(values), encoding="utf-8")


class _Dumper(yaml.SafeDumper):
    """Quotes every text that is more than a word of the program's own; see `as_yaml`."""


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if _WORD.fullmatch(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _quoted)


def as_yaml(values: Mapping[str, Any]) -> str:
    """Write front matter or a configuration, in which a text is a text by whichever YAML it is read.

    Quarto reads YAML 1.2 and the embedded runner 1.1, which differ over what is a number: a title `1e3` without
    quotes is one for Quarto, which refuses the page.
    """
    return yaml.dump(values, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=math.inf)


def _navigation(site: Site) -> list[dict[str, str]]:
    return [
        {"text": _meta("report.nav.index"), "href": f"{INDEX}.html"},
        *([{"text": _meta("report.nav.stated"), "href": f"{STATED}.html"}] if site.statements else []),
        {"text": _meta("report.nav.progress"), "href": f"{PROGRESS}.html"},
        {"text": _meta("report.nav.open"), "href": f"{OPEN}.html"},
        {"text": _meta("report.nav.catalogue"), "href": f"{CATALOGUE}.html"},
    ]


def _version(site: Site) -> str:
    """Say in both languages when the figures were taken, and by which version of the program."""
    lines = (
        text
        for language in LANGUAGES
        for text in (
            message("report.version.as_of", language, as_of=write.moment(site.as_of, language)),
            message("report.version.code", language, version=site.code_version),
        )
    )
    return "".join(f"{line}\n" for line in lines)


def _configuration(navigation: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    return {
        "project": {
            "type": "default",
            "render": ["*.qmd"],  # said, since Quarto looks for none in a folder below a hidden one
            "output-dir": OUTPUT,
            "resources": ["assets/**", "charts/**", VERSION_FILE],
        },
        "lang": "vi",
        "language": "_language.yml",
        "engine": "markdown",
        "from": "markdown-smart",
        "filters": ["_templates/pages.lua", "quarto", "_templates/finish.lua"],
        "toc-depth": 2,
        "syntax-highlighting": "none",  # Quarto would set the commands of a page apart, and in colours
        "tbl-colwidths": True,  # as the tables say; Quarto drops the widths of those that hold a link
        f"{OWN}site-name": _meta("report.site_name"),
        f"{OWN}skip-label": _meta("report.skip"),
        f"{OWN}nav-label": _meta("report.nav.label"),
        f"{OWN}pdf-label": _meta("report.pdf"),
        f"{OWN}site-nav": [dict(page) for page in navigation],
        f"{OWN}version-label": _meta("report.version.link"),
        f"{OWN}version-href": VERSION_FILE,
        "format": {
            "html": {
                "template": "_templates/report.html",
                "theme": "none",
                "minimal": True,
                "css": "assets/site.css",
                "shift-heading-level-by": 0,
            },
            "typst": {
                "template": "_templates/report.typ",
                "shift-heading-level-by": -1,
                "font-paths": ["assets/fonts"],
            },
        },
    }


def _meta(key: str) -> str:
    return escape.markdown(message(key))


def _front_matter(page: Page) -> dict[str, Any]:
    values: dict[str, Any] = {
        "title": escape.markdown(page.title),
        "subtitle": escape.markdown(page.subtitle),
        f"{OWN}running-head": escape.markdown(page.title),
        "toc": page.has_contents,
    }
    if page.reaches_on is not None:
        reaches = escape.markdown(message("report.page.reaches", day=write.day(page.reaches_on)))
        values |= {f"{OWN}dateline": reaches, f"{OWN}running-note": reaches}
    if page.eyebrow:
        values[f"{OWN}eyebrow"] = escape.markdown(page.eyebrow)
    values["format"] = {"html": {}}
    if page.has_pdf:
        values["format"] = {"html": {f"{OWN}pdf-href": escape.markdown(f"{page.slug}.pdf")}, "typst": {}}
    return values


def _write_charts(drawings: Mapping[str, ChartData], folder: Path, cache: Path | None) -> None:
    """Draw what the cache does not have, each distinct chart once."""
    keys = {source: _key(data) for source, data in drawings.items()}
    finished = {key: svg for key in set(keys.values()) if (svg := _cached(cache, key)) is not None}
    wanted = {keys[source]: data for source, data in drawings.items() if keys[source] not in finished}
    for key, svg in zip(wanted, draw(list(wanted.values())), strict=True):
        finished[key] = svg
        _keep(cache, key, svg)
    for source, key in keys.items():
        (folder / source).write_text(finished[key], encoding="utf-8")


def _key(data: ChartData) -> str:
    # The drawing program is part of the key, so that a chart drawn by an older one is not taken again.
    program = Path(charts.__file__).read_bytes()
    return hashlib.sha256(program + repr(data).encode()).hexdigest()


def _cached(cache: Path | None, key: str) -> str | None:
    path = cache / f"{key}.svg" if cache else None
    return path.read_text(encoding="utf-8") if path and path.is_file() else None


def _keep(cache: Path | None, key: str, svg: str) -> None:
    if cache is None:
        return
    cache.mkdir(parents=True, exist_ok=True)
    kept = cache / f"{key}.svg"
    aside = aside_of(kept)
    aside.write_text(svg, encoding="utf-8")
    aside.replace(kept)
