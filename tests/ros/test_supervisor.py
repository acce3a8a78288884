"""Processes are started, started again, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from podherd_bringup.supervisor import ProcessFailed, Program, RestartParams, Supervisor

SLEEPER = ("-c", "import time; time.sleep(600)")
DEADLINE_S = 20.0


def program(name: str, *arguments: str) -> Program:
    return Program(name, (sys.executable, "-S", *arguments), os.environ)


def until(condition: Callable[[], bool], what: str) -> None:
    deadline_s = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline_s, what
        time.sleep(0.01)


def poll_on(supervisor: Supervisor) -> None:
    deadline_s = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline_s:
        supervisor.poll()
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    """Zombies count as dead; they must be gone all the same, see below."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_killed_process_comes_back(supervisor: Supervisor) -> None:
    supervisor.start(program("sleeper", *SLEEPER))
    first = supervisor.pid("sleeper")
    os.kill(first, signal.SIGKILL)

    def back() -> bool:
        supervisor.poll()
        return supervisor.restarts == 1

    until(back, "it did not come back")
    assert supervisor.pid("sleeper") != first
    assert is_alive(supervisor.pid("sleeper"))


def test_one_that_does_not_stay_up_is_given_up_with_its_last_words(supervisor: Supervisor) -> None:
    supervisor.start(program("broken", "-c", "print('no such floor'); raise SystemExit(3)"))

    with pytest.raises(ProcessFailed, match="no such floor") as caught:
        poll_on(supervisor)
    assert caught.value.value == 3
    assert supervisor.restarts == 3


def test_the_end_leaves_no_process_not_even_one_that_ignores_being_asked(tmp_path: Path) -> None:
    deaf = "import signal,time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True)"
    with Supervisor(tmp_path, RestartParams()) as supervisor:
        supervisor.start(program("deaf", "-c", f"{deaf}; time.sleep(600)"))
        supervisor.start(program("sleeper", *SLEEPER))
        until(lambda: "deaf" in supervisor.tail("deaf"), "it did not start")
        pids = [supervisor.pid("deaf"), supervisor.pid("sleeper")]
        supervisor.stop(grace_s=0.2)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")
def test_processes_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from podherd_bringup.supervisor import Program, Supervisor\n"
        f"supervisor = Supervisor(Path({str(tmp_path)!r}))\n"
        f"command = (sys.executable, '-S', *{SLEEPER!r})\n"
        "supervisor.start(Program('sleeper', command, os.environ))\n"
        "print(supervisor.pid('sleeper'), flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as it:
        assert it.stdout is not None
        child = int(it.stdout.readline())
        assert is_alive(child)
        it.kill()
    until(lambda: not is_alive(child), "it outlived its supervisor")
