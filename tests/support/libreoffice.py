"""LibreOffice, the other program in which clerks fill in and open workbooks."""

import shutil
import subprocess
import warnings
from collections.abc import Sequence
from pathlib import Path

import pytest

SECONDS = 300
"""After which a conversion that hangs is given up."""


def need(untested: str) -> str:
    """Give the program; where it is not installed, the test is skipped and says what goes untested."""
    program = shutil.which("soffice")
    if program is None:
        warnings.warn(f"LibreOffice (soffice) is not installed: {untested}", stacklevel=2)
        pytest.skip(f"LibreOffice (soffice) is not installed: {untested}")
    return program


def convert(program: str, paths: Sequence[Path], kind: str, folder: Path, profile: Path) -> None:
    """Convert files into a folder, with the settings of a profile of their own."""
    command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", kind]
    command += ["--outdir", str(folder), *map(str, paths)]
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
