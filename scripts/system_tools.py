"""What the machine itself must have: Python, a compiler, CMake, git; for tests a browser and
PostgreSQL."""

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

OLDEST = (3, 11)
NEWEST = (3, 14)

_TOOLS = {"g++": "g++", "cmake": "cmake", "make": "make", "git": "git"}
_POSTGRESQL = Path("/usr/lib/postgresql")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class ToolsMissing(Exception):
    """Something is missing that only an administrator can install; the text names it."""


def check_python() -> None:
    """Raises :class:`ToolsMissing` on a Python for which there are no ROS 2 wheels."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        found = ".".join(map(str, sys.version_info[:3]))
        raise ToolsMissing(
            f"Python 3.{OLDEST[1]} to 3.{NEWEST[1]} is needed; {sys.executable} is {found}.\n"
            "  Choose another one: make PYTHON=/path/to/python3.12 demo"
        )


def ensure(*, dev: bool) -> None:
    """Installs what is missing with apt-get if we may; raises :class:`ToolsMissing` if not."""
    packages = _missing(dev=dev)
    if not packages:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    names = " ".join(packages)
    if os.geteuid() or not shutil.which("apt-get"):
        raise ToolsMissing(f"missing: {names}. Install with: sudo {' '.join(command)}")
    print(f"setup: installing {names} with apt-get")
    _apt_get("update")
    if not _apt_get(*command[1:]) or _missing(dev=dev):
        raise ToolsMissing(f"apt-get could not install {names}. Try: {' '.join(command)}")


def _apt_get(*arguments: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", *arguments]
    done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
    return done.returncode == 0


def _missing(*, dev: bool) -> list[str]:
    """Names of Debian packages to install."""
    packages = [package for tool, package in _TOOLS.items() if not shutil.which(tool)]
    if not (Path(sysconfig.get_paths()["include"]) / "Python.h").exists():
        packages.append(f"python3.{sys.version_info[1]}-dev")
    if not importlib.util.find_spec("ensurepip"):
        packages.append(f"python3.{sys.version_info[1]}-venv")
    if dev and not any(map(shutil.which, _BROWSERS)):
        packages.append("chromium")
    if dev and not shutil.which("initdb") and not list(_POSTGRESQL.glob("*/bin/initdb")):
        packages.append("postgresql")
    return packages
