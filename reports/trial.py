"""One page rendered for a try: whether a runner works on this machine, and how long it takes.

What belongs here: the page and its project, which use every engine, template and filter that reports use. What
does not: reports themselves.
"""

import tempfile
import time
from pathlib import Path
from typing import Any

from reports import escape
from reports.blocks import Grid, Markdown, Notice, Paragraph, link
from reports.blocks import write as write_blocks
from reports.project import OWN, as_yaml, write_configuration, write_frame
from reports.render import RenderError, RenderReport, render_project

SAID = "Đảng bộ {{< env PATH >}}"
"""What the page says wherever a page says something; Quarto would read the braces if data reached it."""
_PAGE = "thu"
_PATIENCE_SECONDS = 120.0
"""So long the one page may take; somebody waits for it."""


def render_one(quarto: Path | None) -> tuple[RenderReport, float]:
    """Render one page to HTML and PDF in a folder that goes again; give what came of it and the seconds.

    Raises:
        RenderError: this Quarto cannot be used, or hangs.
    """
    with tempfile.TemporaryDirectory(prefix="tongket-trial-") as scratch:
        folder = Path(scratch) / "project"
        folder.mkdir()
        write_frame(folder)
        write_configuration(folder, navigation=())
        said = escape.markdown(SAID)
        title: dict[str, Any] = {"title": said, f"{OWN}dateline": said, f"{OWN}running-note": said}
        title["format"] = {"html": {}, "typst": {}}
        rows: list[list[str | Markdown]] = [[link("Một", f"{_PAGE}.html"), "1"], ["Hai", "2"]]
        grid = Grid(SAID, ["Đơn vị", "Số"], rows, align=("l", "r"), widths=(2, 1))
        body = write_blocks([Paragraph(SAID), Notice(SAID), grid])
        (folder / f"{_PAGE}.qmd").write_text(f"---\n{as_yaml(title)}---\n\n{body}", encoding="utf-8")
        started = time.perf_counter()
        try:
            report = render_project(folder, quarto=quarto, silence=_PATIENCE_SECONDS)
        except RenderError as error:
            if "log" not in error.fields:
                raise
            told = {name: field for name, field in error.fields.items() if name != "log"}
            raise RenderError(f"{error.key}_trial", **told) from error  # its log goes with the folder
        return report, time.perf_counter() - started
