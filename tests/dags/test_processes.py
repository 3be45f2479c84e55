"""Child processes: they end with their parent, whole trees end when asked, and nobody else's do."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from dags.processes import end, process, spawn, tree

SLEEPER = "import time; time.sleep(60)"
PARENT = f"""
import sys, time
from dags.processes import spawn
print(spawn([sys.executable, "-c", {SLEEPER!r}]).pid, flush=True)
time.sleep(60)
"""
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
print("up", flush=True)
time.sleep(60)
"""


def eventually(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_a_child_ends_when_its_parent_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert process(child) is not None
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert eventually(lambda: process(child) is None)


def test_a_tree_ends_completely_even_if_its_root_ignores_the_signal() -> None:
    root = spawn([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, text=True)
    assert root.stdout is not None
    root.stdout.readline()
    members = tree(root.pid)
    assert len(members) == 2
    end([root.pid], grace=0.2)
    root.wait(5)
    assert not any(member.alive() for member in members)


def test_the_tree_of_a_process_holds_nobody_else() -> None:
    other = spawn([sys.executable, "-c", SLEEPER])
    root = spawn([sys.executable, "-c", SLEEPER])
    try:
        assert [member.pid for member in tree(root.pid)] == [root.pid]
        end([root.pid], grace=2)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
        root.wait(5)


def test_a_process_is_known_by_its_start_too() -> None:
    me = process(os.getpid())
    assert me is not None
    assert me.alive()
    assert not me._replace(started=me.started + 1).alive()
