"""Makes everything ready: ``python3 scripts/setup.py [--dev] [--gazebo]``. Standard library only.

Each step leaves a stamp that holds a hash of what it was made from, so that a second run does
nothing. The steps: tools of the system, ``.venv``, the Python packages of ``requirements.lock``,
one repair in the ROS 2 wheels, the build of ``podherd_msgs``, stale compiled kernels dropped, the
operator console built (without it all else works).
"""

import argparse
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import compiled_kernels
import console
import ros_workspace
import system_tools
from stamps import Stamps, digest

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"


class SetupFailed(Exception):
    """Set-up cannot go on; the text names the remedy."""


def main() -> int:
    """Runs all steps; exit code 0 when the project is ready."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what the tests need")
    parser.add_argument(
        "--gazebo", action="store_true", help="also what scripts/gazebo.py needs (--dev has it)"
    )
    options = parser.parse_args()
    started = time.monotonic()
    try:
        system_tools.check_python()
        with _only_one():
            changed = _run(dev=options.dev, gazebo=options.gazebo)
    except (SetupFailed, system_tools.ToolsMissing, ros_workspace.WorkspaceFailed) as error:
        print(f"\nsetup: {error}", file=sys.stderr)
        return 1
    if changed:
        print(f"setup: ready after {time.monotonic() - started:.0f} s")
    return 0


def _run(*, dev: bool, gazebo: bool) -> bool:
    """All steps in order; true if one had to do something."""
    system_tools.ensure(dev=dev)
    _create_venv()
    stamps = Stamps(VENV / ".podherd")
    changed = _install_packages(stamps, _extras(dev=dev, gazebo=gazebo))
    changed |= ros_workspace.repair_cmake_exports(VENV, stamps)
    changed |= ros_workspace.build(ROOT / "ros_ws", VENV, stamps)
    compiled_kernels.drop_stale(ROOT, stamps)
    return changed | _build_console()


def _build_console() -> bool:
    try:
        return console.build()
    except console.ConsoleUnavailable as error:
        print(f"setup: going on without the operator console: {error}", file=sys.stderr)
    except console.ConsoleBroken as error:
        raise SetupFailed(str(error)) from error
    return False


@contextmanager
def _only_one() -> Iterator[None]:
    """Two set-ups at once wait for each other: the second then finds nothing to do."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _create_venv() -> None:
    if (VENV / "bin" / "python").exists():
        return
    print("setup: creating .venv")
    _call([sys.executable, "-m", "venv", str(VENV)], "creating .venv failed")


def _extras(*, dev: bool, gazebo: bool) -> tuple[str, ...]:
    if dev:
        return ("ros", "gazebo", "dev")
    return ("ros", "gazebo") if gazebo else ("ros",)


def _install_packages(stamps: Stamps, wanted_extras: tuple[str, ...]) -> bool:
    """Each larger set of extras has the smaller ones in it, and a stamp of its own."""
    lock = ROOT / "requirements.lock"
    wanted = digest([ROOT / "pyproject.toml", lock])
    names = {"ros": "packages", "gazebo": "packages-gazebo", "dev": "packages-dev"}
    enough = [name for extra, name in names.items() if extra not in wanted_extras[:-1]]
    if any(stamps.has(name, wanted) for name in enough):
        return False
    extras = ",".join(wanted_extras)
    print(f"setup: installing podherd[{extras}] into .venv (about a minute the first time)")
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    command += ["--disable-pip-version-check", "-c", str(lock), "-e", f"{ROOT}[{extras}]"]
    _call(command, "pip could not install the packages; is the package index reachable?")
    stamps.put(names[wanted_extras[-1]], wanted)
    return True


def _call(command: list[str], problem: str) -> None:
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        said = "\n  ".join((done.stdout + done.stderr).splitlines()[-20:])
        raise SetupFailed(f"{problem}\n  {' '.join(command)}\n  {said}")


if __name__ == "__main__":
    sys.exit(main())
