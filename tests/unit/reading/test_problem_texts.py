"""Every problem and note has its words, in both languages."""

import re
import string
from pathlib import Path

import pytest

import ingestion
from ingestion.definitions.catalogue import Catalogue
from ingestion.gate.wording import finding_of_problem
from ingestion.reading import describe, read_file, remedy
from ingestion.reading.cast import CONVERSIONS
from ingestion.records.submissions import Problem, UnreadableError
from ingestion.storage.archives import too_large
from ingestion.words.data_files import read_yaml
from ingestion.words.messages import FOLDER

TEXTS: dict[str, dict[str, str]] = read_yaml(FOLDER / "reading.yml")
SOURCE = "".join(
    path.read_text(encoding="utf-8")
    for room in ("reading", "ooxml", "storage")
    for path in (Path(ingestion.__file__).parent / room).glob("*.py")
)
USED = set(re.findall(r'"(R\d{3})"', SOURCE))
PROBLEM_TEXTS = [key for key in TEXTS if key.startswith("R") and ".time." not in key]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_codes_in_use_are_those_that_have_words() -> None:
    assert {key.partition(".")[0] for key in PROBLEM_TEXTS} == USED
    assert {key.partition(".")[2] for key in PROBLEM_TEXTS} == {"message", "remedy"}
    assert len(PROBLEM_TEXTS) == 2 * len(USED)


def test_every_conversion_has_words() -> None:
    counted = set(re.findall(r'conversions\["(\w+)"\]', SOURCE)) | set(CONVERSIONS.values())
    assert {f"conversion.{kind}" for kind in counted} == {key for key in TEXTS if not key.startswith("R")}


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_name_the_same_things(key: str) -> None:
    english = {name.removesuffix("_en") for name in fields(TEXTS[key]["en"])}
    assert english == fields(TEXTS[key]["vi"])


def test_a_problem_is_told_with_its_place(tmp_path: Path, catalogue: Catalogue) -> None:
    path = tmp_path / "B07.csv"
    path.write_text("line_code,total,pct_of_base\nCB01,5,trên 95%\n", encoding="utf-8")
    (problem,) = [p for p in read_file(path, catalogue).problems if p.code == "R042"]
    assert describe(problem) == "Ô C2 (cột “Tỷ lệ %”): “trên 95%” không phải là số."
    assert describe(problem, "en").startswith("Cell C2 (column “Share of the base, %”): “trên 95%”")
    assert remedy(problem).startswith("Chỉ ghi số")


@pytest.mark.parametrize(
    ("problem", "vietnamese", "english"),
    [
        (too_large("file", 3 * 2**19, 2**20), ("1,5 MB", "1,0 MB"), ("1.5 MB", "1.0 MB")),
        (UnreadableError("R013", sheet="B01", limit="1000000"), ("1.000.000 ô",), ("1,000,000 cells",)),
        (UnreadableError("R012", found="> 1000", limit="1000"), ("> 1.000",), ("> 1,000",)),
        (UnreadableError("R071", limit="100000 XML"), ("100.000 XML",), ("100,000 XML",)),
    ],
)
def test_counts_and_sizes_are_written_as_each_language_does(
    problem: UnreadableError, vietnamese: tuple[str, ...], english: tuple[str, ...]
) -> None:
    found = finding_of_problem(problem.problem)
    for texts, expected in (
        ((describe(problem.problem), found.message), vietnamese),
        ((describe(problem.problem, "en"), found.message_en), english),
    ):
        assert all(part in text for text in texts for part in expected), texts


def test_braces_in_what_was_filed_are_only_text() -> None:
    problem = Problem("R008", value="{0}/{sheet}", is_fatal=True)
    assert "{0}/{sheet}" in describe(problem)
