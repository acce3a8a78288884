"""Runs every check in turn and says how each went: ``check.py [--lint] [pytest arguments]``."""

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
    "ros_ws/src/podherd_fleet/podherd_fleet",
    "ros_ws/src/podherd_bringup/podherd_bringup",
)

LINT = {
    "ruff check": ("ruff", "check", "--quiet", "."),
    "ruff format": ("ruff", "format", "--check", "--quiet", "."),
    "mypy --strict": ("mypy", "--no-error-summary", *TYPED),
    "import contracts": ("lint-imports", "--no-cache"),
}


def main(arguments: list[str]) -> int:
    """Exit code 0 if everything passed; all checks run even if an early one fails."""
    lint_only = "--lint" in arguments
    failed = [name for name, command in LINT.items() if not _passes(name, command)]
    if not lint_only:
        extra = [argument for argument in arguments if argument != "--lint"]
        if not _passes("pytest", ("pytest", "--durations=10", *extra), quiet=False):
            failed.append("pytest")
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall passed")
    return 1 if failed else 0


def _passes(name: str, command: tuple[str, ...], *, quiet: bool = True) -> bool:
    started = time.monotonic()
    print(f"{name:18}", end="" if quiet else "\n", flush=True)
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=ROOT,
        check=False,
        capture_output=quiet,
        text=True,
    )
    verdict = "failed" if done.returncode else "ok"
    print(f"{verdict:8}{time.monotonic() - started:6.1f} s", flush=True)
    if quiet and done.returncode:
        print(done.stdout + done.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
