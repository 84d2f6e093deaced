"""What clerks typed is written back so that no spreadsheet runs it."""

import pytest

from ingestion.ooxml.safety import harmless


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("http://x.invalid")',
        "@SUM(A1)",
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "-SUM(A1:A9)",
        "+A1!B2",
        "\t=1",
        "\r=1",
        "-1+SUM(A1)",
        "-SUM (A1:A9)",
        "+A1",
        "- x SUM(A1)",
        "\n=1+1",
        "＝1+1",
        "＋A1",
        "－SUM(A1)",
        "＠SUM(A1)",
        "- SUM（A1）",
        "+ cmd｜x",
    ],
)
def test_what_could_run_is_neutralised(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["-3", "- 1.234,5", "-12%", "-", "--", "- Trong đó: nữ (người)", "+ Kết nạp", "x", ""]
)
def test_figures_dashes_and_labels_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text
