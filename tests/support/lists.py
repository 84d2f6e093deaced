"""Lists that stand in docs and beside the models, each made from what the product has.

What belongs here: writing them (`make lists`): the kinds of alert, for the data team and as exposures of dbt,
and the kinds of workbook, for clerks. What does not: what is in them, which the catalogue of texts, the watches
and `FileKind` say.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from ingestion.alerts.alert import all_kinds
from ingestion.alerts.watches import WATCHES
from ingestion.records.file_kinds import FileKind, Holds
from ingestion.words.messages import message

ROOT = Path(__file__).parents[2]
EXPOSURES = "dbt_project/models/_alerts.yml"


@dataclass(frozen=True)
class Listed:
    """A list in a file.

    Attributes:
        place: the file, from the root of the tree.
        name: what its marks call it; blank for a file that is nothing else.
        text: what stands there.
    """

    place: str
    name: str
    text: str

    @property
    def marked(self) -> re.Pattern[str]:
        """The list with its marks, as it stands in its file."""
        begin, end = f"<!-- {self.name}: made by `make lists` -->", f"<!-- end of {self.name} -->"
        return re.compile(f"(?<={re.escape(begin)}).*?(?={re.escape(end)})", re.DOTALL)

    def in_text(self, text: str) -> str:
        """Give the text of its file with the list as it is now."""
        return self.marked.sub(lambda _: self.text, text) if self.name else self.text


def lists() -> tuple[Listed, ...]:
    """Give every list."""
    return (
        Listed(EXPOSURES, "", _exposures()),
        Listed("docs/data-team.md", "alerts", _alerts()),
        Listed("docs/huong-dan-can-bo-lap-bieu.md", "workbooks", _workbooks()),
    )


def main() -> None:
    """Write all of them."""
    for one in lists():
        path = ROOT / one.place
        text = path.read_text(encoding="utf-8") if one.name else ""
        path.write_text(one.in_text(text), encoding="utf-8")


def _exposures() -> str:
    lines = [
        "version: 2",
        "",
        "# Made by `make lists`. Alerts follow from ledger, registry and runs, before anything is in the",
        "# warehouse and beside it: they depend on no model. So all that leaves the product is listed.",
        "exposures:",
    ]
    owner = "{name: Data team (Tổ dữ liệu)}"
    for kind in all_kinds():
        about = yaml.safe_dump(_about(kind), default_style='"', allow_unicode=True, width=1000).strip()
        lines.append(f"  - {{name: alert_{kind}, type: application, owner: {owner}, description: {about}}}")
    return "\n".join([*lines, ""])


def _alerts() -> str:
    parts = {kind: watch.part for watch in WATCHES for kind in watch.kinds}
    rows = [
        f"| `{kind}` | {_about(kind)} | {f'`{parts[kind]}`' if kind in parts else ''} |" for kind in all_kinds()
    ]
    return "\n".join(["", "", "| alert | told when | thresholds |", "| --- | --- | --- |", *rows, "", ""])


def _about(kind: str) -> str:
    return message(f"alert.{kind}.about", "en")


def _workbooks() -> str:
    return ", ".join(f"`.{kind}`" for kind in FileKind if kind.holds is Holds.WORKBOOK)


if __name__ == "__main__":
    main()
