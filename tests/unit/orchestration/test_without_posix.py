"""What a clerk's machine with Windows needs: no module of POSIX, and no file name that it does not know."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.storage.home import Home
from tests.integration.small_state import UNIT, make_home, write_sound

ONLY_POSIX = ("fcntl", "grp", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty")

BLOCKED = """
import importlib.abc, os, runpy, signal, sys, warnings
import filelock  # has a way of its own on each system, and on this one needs what is taken away below
refused = set(sys.argv.pop(1).split(","))
class Blocker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in refused:
            raise ModuleNotFoundError(f"no module of that name here: {name}", name=name)
sys.meta_path.insert(0, Blocker())
for name in refused & set(sys.modules):
    del sys.modules[name]
absent = {
    os: "fork forkpty geteuid getuid getgid getegid getpgid killpg mkfifo setsid sysconf fchmod chown "
    "O_DIRECTORY O_NOFOLLOW O_NONBLOCK O_CLOEXEC",
    signal: "SIGKILL SIGXCPU SIGALRM SIGHUP SIGCHLD SIGUSR1 SIGPIPE alarm setitimer",
}
for module, names in absent.items():
    for name in names.split():
        delattr(module, name)
warnings.simplefilter("ignore")
runpy.run_module("orchestration.cli", run_name="__main__", alter_sys=True)
"""
"""Runs the command line where neither the modules nor the names of POSIX exist."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return make_home(tmp_path_factory.mktemp("posix") / "home")


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(home: Home) -> Run:
    def called(*arguments: object) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-c", BLOCKED, ",".join(ONLY_POSIX), "--home", str(home.root), "--lang", "en"]
        plain = {name: value for name, value in os.environ.items() if not name.startswith("TONGKET")}
        return subprocess.run(
            [*line, *map(str, arguments)], capture_output=True, text=True, check=False, env=plain
        )

    return called


def test_a_template_is_written_checked_and_put_into_the_inbox(run: Run, home: Home, tmp_path: Path) -> None:
    path = tmp_path / "blank.xlsx"
    written = run("template", "--unit", UNIT, "--period", "2020-N", "-o", path)
    assert written.returncode == 0, written.stderr
    checked = run("check", path, write_sound(home, "2020-N", tmp_path / "sound.xlsx"), "--json")
    assert checked.returncode == 1, checked.stderr
    blank, sound = map(json.loads, checked.stdout.splitlines())
    assert blank["verdict"] == "rejected"
    assert sound["verdict"] == "accepted", sound["findings"]
    assert run("submit", path, "--unit", UNIT).returncode == 0


def test_status_and_doctor_answer(run: Run) -> None:
    status = run("status", "--json")
    assert status.returncode == 0, status.stderr
    assert {row["status"] for row in json.loads(status.stdout)} == {"missing"}
    assert json.loads(run("doctor", "--json").stdout)["ready"] is True
