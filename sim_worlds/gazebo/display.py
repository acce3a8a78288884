"""A screen in memory for cameras: Xvfb with Mesa's software renderer.

Xvfb calls ``/bin/sh`` and ``/usr/bin/xkbcomp`` by these names, so the unpacked one runs with the
unpacked folder as its root: by ``chroot`` as root, else by a user namespace. Where that is
forbidden, an Xvfb that the system has installed is used. Clients reach all of them by the
abstract socket.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO

from sim_worlds.gazebo.failure import GazeboFailed, told
from sim_worlds.gazebo.prefix import Gazebo

FIRST, LAST = 700, 799
SCREEN = "1024x768x24"
START_S = 15.0


class Display:
    """A running Xvfb; ends with the ``with`` block."""

    def __init__(self, gazebo: Gazebo):
        self._gazebo = gazebo
        self._process: subprocess.Popen[bytes] | None = None
        self.name = ""
        """What goes into ``DISPLAY``, such as ``:700``."""

    def __enter__(self) -> "Display":
        problems = []
        for command in _programs(self._gazebo):
            with tempfile.NamedTemporaryFile(suffix=".xvfb.log") as log:
                if self._start(command, log.file):
                    return self
                problems.append(f"{command[0]}: {told(Path(log.name), 3)}")
        raise GazeboFailed(
            "no Xvfb could be started, which cameras need",
            remedy="Install it with 'apt-get install xvfb'. " + " ".join(problems),
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    def _start(self, command: tuple[str, ...], log: IO[bytes]) -> bool:
        """Tries free numbers until one server is up; false if it will not run at all."""
        for number in range(FIRST + os.getpid() % 50, LAST + 1):
            if _answers(number):
                continue
            arguments = (f":{number}", "-screen", "0", SCREEN, "+extension", "GLX")
            self._process = subprocess.Popen(
                (*command, *arguments, "-nolisten", "tcp"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            if _comes_up(self._process, number):
                self.name = f":{number}"
                return True
            self._process = None
            return False
        return False


def _programs(gazebo: Gazebo) -> list[tuple[str, ...]]:
    """How an Xvfb may be started here, the likeliest first."""
    found: list[tuple[str, ...]] = []
    root = gazebo.root
    if root is not None and (root / "usr" / "bin" / "Xvfb").exists():
        enter = ("chroot",) if os.geteuid() == 0 else ("unshare", "-Ur", "chroot")
        if shutil.which(enter[0]):
            found.append((*enter, str(root), "/usr/bin/Xvfb"))
    installed = shutil.which("Xvfb")
    if installed:
        found.append((installed,))
    return found


def _comes_up(process: subprocess.Popen[bytes], number: int) -> bool:
    deadline = time.monotonic() + START_S
    while process.poll() is None:
        if _answers(number):
            return True
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
        time.sleep(0.02)
    return False


def _answers(number: int) -> bool:
    """True if an X server has this number."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(f"\0/tmp/.X11-unix/X{number}") == 0
