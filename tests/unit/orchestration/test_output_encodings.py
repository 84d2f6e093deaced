"""Output on a terminal or into a pipe whose encoding lacks Vietnamese, and onto a full disk."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.storage.home import Home
from orchestration.encoding import HANDLER, as_json

LIGHT = (["--help"], ["nonsense"], ["status"], ["status", "--json"], ["alerts"], ["close", "2020-N"])
CHECKS = (["check", "{file}"], ["check", "--json", "{file}"])
HEAVY = (["verify", "--no-rebuild"], ["releases"])
CODES = {"nonsense": 2, "check": 1}
DRIVER = """
import json, os, sys
from orchestration.cli import main
for args in json.loads(sys.argv[1]):
    try:
        main([os.fsdecode(arg.encode()) for arg in args], prog_name="tongket")
    except SystemExit as end:
        print(f"\\nend {' '.join(args[2:4])} {end.code}", flush=True)
"""


def run(args: list[str], **variables: str) -> subprocess.CompletedProcess[bytes]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TONGKET", "LC_", "LANG", "PYTHONIO"))}
    return subprocess.run(
        [sys.executable, *args], capture_output=True, check=False, env={**kept, "PATH": "", **variables}
    )


@pytest.mark.parametrize(
    ("encoding", "variables", "asked"),
    [
        ("ascii", {"PYTHONIOENCODING": "ascii"}, LIGHT),
        ("cp1252", {"PYTHONIOENCODING": "cp1252"}, (*LIGHT, *CHECKS, *HEAVY)),
        ("ascii", {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, (*LIGHT, *CHECKS)),
    ],
    ids=["ascii", "cp1252", "C"],
)
def test_every_command_says_what_it_can_in_an_encoding_without_vietnamese(
    home: Home, tmp_path: Path, encoding: str, variables: dict[str, str], asked: tuple[list[str], ...]
) -> None:
    file = tmp_path / "Biểu đơn vị.xlsx"
    file.write_bytes(b"no workbook")
    calls = [["--home", str(home.root), *(str(file) if a == "{file}" else a for a in call)] for call in asked]
    done = run(["-c", DRIVER, json.dumps(calls)], **variables)
    shown, errors = done.stdout.decode(encoding), done.stderr.decode(encoding)
    assert "Traceback" not in shown + errors
    assert done.returncode == 0
    codes = [int(line.rsplit(" ", 1)[1]) for line in shown.splitlines() if line.startswith("end ")]
    assert codes == [CODES.get(call[0], 0) for call in asked]
    lines = [json.loads(line) for line in shown.splitlines() if line.startswith(("{", "[{"))]
    assert "Don vi" in shown and "Khong co lenh" in errors.replace("ô", "o").replace("ó", "o")
    assert [type(line) for line in lines] == ([list, dict] if CHECKS[0] in asked else [list])
    if CHECKS[0] in asked:
        assert "Tệp chỉ là văn bản thường" in lines[1]["findings"][0]["message"]
        assert "KHONG DOC DUOC" in shown.replace("Ô", "O")
        # In the locale C names of files are bytes that no encoding explains.
        assert "LC_ALL" in variables or lines[1]["file"] == str(file)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
@pytest.mark.parametrize("args", [["--help"], ["status"]])
def test_a_full_disk_behind_the_output_is_said_in_a_sentence(home: Home, args: list[str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "orchestration.cli", "--home", str(home.root), *args],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    said = done.stderr.decode()
    assert (done.returncode, said.count("\n")) == (2, 1)
    assert "Hết dung lượng đĩa" in said


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [
        ("Đường “ệ” – 5 → 6…", "ascii", 'Duong "e" - 5 -> 6...'),
        ("Đường “ệ”", "cp1252", "Duong “e”"),
        ("tệp \udcff.xlsx", "utf-8", "tệp \ufffd.xlsx"),
        ("tệp \udcff 漢", "ascii", "tep ? ?"),
        ("│ x │", "ascii", "| x |"),
        ("e\u0323\u0302", "ascii", "e"),
    ],
)
def test_signs_that_an_encoding_lacks_are_shown_by_what_is_nearest(
    text: str, encoding: str, shown: str
) -> None:
    assert text.encode(encoding, HANDLER).decode(encoding) == shown


def test_json_keeps_every_letter() -> None:
    answer = {"tên": "Đường ệ"}
    for encoding in ("ascii", "cp1252", "utf-8", None):
        line = as_json(answer, encoding)
        assert json.loads(line.encode(encoding or "utf-8").decode(encoding or "utf-8")) == answer
    assert json.loads(as_json({"file": "a\udcff"}, "utf-8").encode()) == {"file": "a\ufffd"}
