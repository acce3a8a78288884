"""Runs every check in turn and says how each went: ``check.py [--lint] [pytest arguments]``."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

TYPED = (
    "planner",
    "vision",
    "wms_bridge",
    "sim_worlds",
    "ros_ws/src/podherd_robot/podherd_robot",
    "ros_ws/src/podherd_world/podherd_world",
    "ros_ws/src/podherd_gazebo/podherd_gazebo",
    "ros_ws/src/podherd_fleet/podherd_fleet",
    "ros_ws/src/podherd_bringup/podherd_bringup",
)

LINT = {
    "ruff check": ("ruff", "check", "--quiet", "."),
    "ruff format": ("ruff", "format", "--check", "--quiet", "."),
    "mypy --strict": ("mypy", "--no-error-summary", *TYPED),
    "import contracts": ("lint-imports", "--no-cache"),
}


ALONE = "ros or gazebo or ray"
"""Tests that start processes, which would be late if others worked beside them."""
CORES = os.cpu_count() or 1
TESTS = {
    # One more worker than there are cores: tests on real servers wait much of the time.
    "pytest": (
        *("-n", str(CORES + 1), "--dist", "worksteal"),
        *("-m", f"not (browser or {ALONE})"),
    ),
    # Those of a file stay together: they share a browser, which nothing else may run beside.
    "pytest, browsers": (
        *("-n", str(CORES), "--dist", "loadfile"),
        *("-m", f"browser and not ({ALONE})"),
    ),
    "pytest, one by one": ("-m", ALONE),
}
NO_TESTS = 5
"""What pytest returns when none was chosen."""


def main(arguments: list[str]) -> int:
    """Exit code 0 if everything passed; all checks run even if an early one fails."""
    lint_only = "--lint" in arguments
    failed = [name for name, command in LINT.items() if not _passes(name, command)]
    if not lint_only:
        extra = [argument for argument in arguments if argument != "--lint"]
        # Of the tests that were asked for there may be none of a kind.
        good = (0, NO_TESTS) if extra else (0,)
        for name, options in TESTS.items():
            command = ("pytest", "--durations=10", *options, *extra)
            if not _passes(name, command, quiet=False, good=good):
                failed.append(name)
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall passed")
    return 1 if failed else 0


def _passes(
    name: str, command: tuple[str, ...], *, quiet: bool = True, good: tuple[int, ...] = (0,)
) -> bool:
    started = time.monotonic()
    print(f"{name:18}", end="" if quiet else "\n", flush=True)
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=ROOT,
        check=False,
        capture_output=quiet,
        text=True,
    )
    passed = done.returncode in good
    verdict = "ok" if passed else "failed"
    print(f"{verdict:8}{time.monotonic() - started:6.1f} s", flush=True)
    if quiet and not passed:
        print(done.stdout + done.stderr)
    return passed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
