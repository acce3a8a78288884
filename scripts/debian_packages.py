"""Packages of another Debian release in a folder of our own: fetched with a private state of apt,
checked by apt against Debian's signatures, unpacked, not installed. No root, and nothing else on
the machine changes. The mirrors are those of the machine's own apt. Standard library only."""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
MACHINE, ARCHITECTURE = "x86_64", "amd64"


class PackagesUnavailable(Exception):
    """The packages cannot be had on this machine; the text says why, in one line."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Packages of a release, with all they depend on; ``needed_mb`` of disk while unpacking."""

    release: str
    packages: tuple[str, ...]
    needed_mb: int


def unpack(wanted: Wanted, root: Path, work: Path) -> tuple[str, ...]:
    """Unpack them below ``root``; the names of the archives. ``work`` is for downloads and goes
    when it is done. :class:`PackagesUnavailable` if they cannot be had."""
    _check_machine(root.parent, wanted.needed_mb)
    try:
        archives = _fetch(wanted, work)
        root.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda archive: _unpack(archive, root), archives))
        return tuple(archive.name for archive in archives)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def relocate(root: Path, file: str, named: str) -> None:
    """Have a text file below ``root`` name one of its own folders (``/usr/share/x``) where that
    lies now."""
    path = root / file
    text = path.read_text()
    if named not in text:
        raise PackagesUnavailable(f"{file} does not name {named}: the packages have changed")
    path.write_text(text.replace(named, f"{root}{named}"))


def interpreter(root: Path, python: str) -> tuple[list[str], dict[str, str]]:
    """How to run a Python that was unpacked below ``root``, with the loader and libraries it was
    unpacked with: the beginning of a command, and its whole environment."""
    libraries = root / "usr" / "lib" / "x86_64-linux-gnu"
    base = root / "lib" / "x86_64-linux-gnu"
    folders = (libraries, base, root / "usr" / "lib", libraries / "blas", libraries / "lapack")
    loader = next(base.glob("ld-2.*.so"), None)
    if loader is None:
        raise PackagesUnavailable(f"{root} has no loader for {MACHINE}")
    path = ":".join(str(folder) for folder in folders)
    command = [str(loader), "--library-path", path, str(root / "usr" / "bin" / python)]
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": os.environ.get("HOME", "/"),
        "LC_ALL": "C.UTF-8",
        "PYTHONHOME": str(root / "usr"),
        "PYTHONPATH": str(root / "usr" / "lib" / "python3" / "dist-packages"),
    }
    return command, environment


def _check_machine(where: Path, needed_mb: int) -> None:
    if platform.machine() != MACHINE:
        raise PackagesUnavailable(f"it runs on {MACHINE} only, this is {platform.machine()}")
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise PackagesUnavailable(f"{tool} is missing: it needs a Debian or Ubuntu machine")
    if not KEYRING.is_file():
        raise PackagesUnavailable(f"{KEYRING} is missing: install debian-archive-keyring")
    free_mb = shutil.disk_usage(where).free // 1_000_000
    if free_mb < needed_mb:
        raise PackagesUnavailable(f"{needed_mb} MB of disk are needed in {where}, {free_mb} free")


def _fetch(wanted: Wanted, work: Path) -> list[Path]:
    problem = "no Debian mirror in this machine's apt sources"
    for mirror in _mirrors():
        apt_get = _private_apt(work, mirror, wanted.release)
        problem = _run([*apt_get, "update", "--quiet=2"]) or _run(
            [*apt_get, "install", "--yes", "--quiet=2", "--download-only", *wanted.packages]
        )
        if not problem:
            return sorted((work / "archives").glob("*.deb"))
    raise PackagesUnavailable(f"Debian {wanted.release} cannot be had: {problem}")


def _mirrors() -> list[str]:
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    return sorted({target for target in told if re.search(r"/debian/?$", target)})


def _private_apt(work: Path, mirror: str, release: str) -> list[str]:
    """An apt-get that knows one release, no installed package, and keeps all it has in ``work``."""
    for folder in ("lists/partial", "archives/partial"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    (work / "status").touch()
    source = work / "sources.list"
    source.write_text(f"deb [signed-by={KEYRING}] {mirror} {release} main\n")
    options = {
        "Dir::Etc::sourcelist": source,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State": work,
        "Dir::State::lists": work / "lists",
        "Dir::State::status": work / "status",
        "Dir::Cache": work,
        "Dir::Cache::archives": work / "archives",
        "APT::Architecture": ARCHITECTURE,
        "APT::Architectures": ARCHITECTURE,
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "",
        "APT::Update::Error-Mode": "any",
        "Acquire::Retries": "3",
        "Acquire::http::Timeout": "30",
        "Debug::NoLocking": "true",
    }
    return ["apt-get", *(part for name in options for part in ("-o", f"{name}={options[name]}"))]


def _unpack(archive: Path, root: Path) -> None:
    problem = _run(["dpkg-deb", "-x", str(archive), str(root)])
    if problem:
        raise PackagesUnavailable(f"{archive.name} cannot be unpacked: {problem}")


def _run(command: Sequence[str]) -> str:
    """Empty if it worked, else the last line of what it said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.returncode:
        return ""
    lines = (done.stderr or done.stdout).strip().splitlines()
    return lines[-1] if lines else f"{command[0]} ended with code {done.returncode}"
