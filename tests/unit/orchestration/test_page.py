"""Dagster's page ends with all of its processes, whatever ends the one that started it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

SERVICES = """\
import subprocess, sys, time
child = "import time; print('up', flush=True); time.sleep(60)"
children = [subprocess.Popen([sys.executable, "-c", child], stdout=subprocess.PIPE) for _ in range(2)]
for one in children:
    one.stdout.readline()
print(*(one.pid for one in children), flush=True)
time.sleep(60)
"""
STARTER = """\
import os, sys
from pathlib import Path
from orchestration.page import run_together
sys.exit(run_together([sys.executable, "-c", sys.argv[1]], os.environ, Path.cwd()))
"""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


def _is_alive(process: int) -> bool:
    state = Path(f"/proc/{process}/stat")
    if state.exists():
        return state.read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return not Path("/proc/self").exists()


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGKILL, -signal.SIGKILL),
        (signal.SIGTERM, 128 + signal.SIGTERM),
        (signal.SIGHUP, 128 + signal.SIGHUP),
        (signal.SIGINT, 0),
    ],
)
def test_no_process_is_left_after_a_signal(number: signal.Signals, code: int) -> None:
    started = subprocess.Popen(
        [sys.executable, "-c", STARTER, SERVICES],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert started.stdout is not None
    children = [int(part) for part in started.stdout.readline().split()]
    assert len(children) == 2 and all(map(_is_alive, children))
    started.send_signal(number)
    assert started.wait(30) == code
    # Where nobody takes leave of the dead, the first one looks alive to whoever ends the others.
    deadline = time.monotonic() + (20 if number == signal.SIGKILL else 10)
    while any(map(_is_alive, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_is_alive, children))


def test_a_page_that_ends_by_itself_is_a_fault_and_leaves_nothing() -> None:
    ending = SERVICES.replace("time.sleep(60)\n", "sys.exit(0)\n")
    done = subprocess.run(
        [sys.executable, "-c", STARTER, ending],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert done.returncode == 70
    assert not any(_is_alive(int(part)) for part in done.stdout.split())
