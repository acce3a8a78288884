"""Packages of another Debian release in a folder of our own: fetched with a private state of apt,
checked by apt against Debian's signatures, unpacked, not installed. No root, and nothing else on
the machine changes. The mirrors are those of the machine's own apt, or the ones that
``PODHERD_DEBIAN_MIRROR`` names. Standard library only."""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
MIRROR = "PODHERD_DEBIAN_MIRROR"
MACHINE, ARCHITECTURE = "x86_64", "amd64"
PROGRESS_S = 5.0


class PackagesUnavailable(Exception):
    """The packages cannot be had on this machine; the text says why, in one line."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Packages of a release, with all they depend on; ``alone`` are fetched without that. About
    ``download_mb`` come over the net; ``needed_mb`` of disk are needed while unpacking."""

    release: str
    packages: tuple[str, ...]
    download_mb: int
    needed_mb: int
    alone: tuple[str, ...] = ()


def fetch(wanted: Wanted, work: Path) -> tuple[list[Path], list[Path]]:
    """The archives of the packages with what they depend on, and those ``alone``, all in ``work``.
    Tells on the way how much is there. :class:`PackagesUnavailable` if they cannot be had."""
    _check_machine(work.parent, wanted.needed_mb)
    problem = f"no Debian mirror in this machine's apt sources; set {MIRROR}"
    for mirror in mirrors():
        problem = _download(wanted, mirror, work)
        if not problem:
            return sorted((work / "archives").glob("*.deb")), sorted(work.glob("*.deb"))
    raise PackagesUnavailable(problem)


def unpack(archives: Sequence[Path], root: Path) -> None:
    """Unpack them below ``root``. :class:`PackagesUnavailable` if one is broken."""
    root.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda archive: _unpack(archive, root), archives))


def mirrors() -> list[str]:
    """Where Debian's packages can be had."""
    named = os.environ.get(MIRROR)
    if named:
        return named.split()
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    return sorted({target for target in told if re.search(r"/debian/?$", target)})


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
        raise PackagesUnavailable(
            f"{needed_mb} MB of disk are needed in {where}, {free_mb} are free"
        )


def _download(wanted: Wanted, mirror: str, work: Path) -> str:
    """Empty when all is there, else what apt said last."""
    apt_get = _private_apt(work, mirror, wanted.release)
    install = [*apt_get, "install", "--yes", "--quiet=2", "--download-only", *wanted.packages]
    for command, what in (
        ([*apt_get, "update", "--quiet=2"], "the package lists"),
        (install, f"{wanted.packages[0]} and what it needs"),
        *(([*apt_get, "download", "--quiet=2", name], name) for name in wanted.alone),
    ):
        said = _run_with_progress(command, work, wanted.download_mb)
        if said is not None:
            return f"Debian {wanted.release} could not be reached for {what}: {said}"
    return ""


def _run_with_progress(command: list[str], work: Path, download_mb: int) -> "str | None":
    """``None`` if it worked, else the last line of what it said."""
    log = work / "log"
    with log.open("w") as out:
        running = subprocess.Popen(command, cwd=work, stdout=out, stderr=out)
        told_mb = 0
        while True:
            try:
                code = running.wait(PROGRESS_S)
                break
            except subprocess.TimeoutExpired:
                here_mb = sum(file.stat().st_size for file in _files(work)) // 1_000_000
                if here_mb > told_mb:
                    print(f"debian: {here_mb} of about {download_mb} MB are here", flush=True)
                    told_mb = here_mb
    return None if code == 0 else _last_line(log.read_text(errors="replace"), command, code)


def _files(folder: Path) -> Iterator[Path]:
    """The archives below a folder in which files come and go."""
    for file in folder.rglob("*.deb"):
        if file.exists():
            yield file


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
    command = ["dpkg-deb", "-x", str(archive), str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = _last_line(done.stderr, command, done.returncode)
        raise PackagesUnavailable(f"{archive.name} cannot be unpacked: {said}")


def _last_line(text: str, command: Sequence[str], code: int) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else f"{command[0]} ended with code {code}"
