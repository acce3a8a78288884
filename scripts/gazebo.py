"""Installs Gazebo Classic 11 for this user: ``gazebo.py``. Standard library only, no root.

Debian's packages of Gazebo 11.1 (release "bullseye") are fetched with a private state of apt,
checked by apt against Debian's signatures, and unpacked into one folder: the cache folder, or the
one that ``PODHERD_GAZEBO`` names. Nothing else on the machine changes; removing the folder
uninstalls it. The mirror is the first Debian one of this machine's own apt sources, or the one that
``PODHERD_DEBIAN_MIRROR`` names. A ``gzserver`` 11 that the system has, with its development files,
is used as it is.

Exit code 0: ready. Exit code 3: cannot be had here; the last line says
``GAZEBO UNAVAILABLE: reason``.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from debian_packages import PackagesUnavailable, Wanted, fetch, unpack

ROOT = Path(__file__).resolve().parent.parent

STAMP = "11.1-bullseye-1"
"""Raised when what is unpacked changes; ``sim_worlds.gazebo.prefix`` has the same."""
READY = ".ready"
DESCRIPTIONS = "messages.binpb"
MANIFEST = "packages.txt"

VERSION = "11.1."
DESCRIBED_IN = "libgazebo-dev"
"""Holds the .proto files; fetched for these alone."""
PACKAGES = Wanted(
    "bullseye",
    ("gazebo", "gazebo-plugin-base", "xvfb", "libgl1-mesa-dri", "dash"),
    download_mb=250,
    needed_mb=1600,
    alone=(DESCRIBED_IN,),
)
"""Of this 770 MB stay."""
PROTOS = Path("usr/include/gazebo-11/gazebo/msgs/proto")
NOT_NEEDED = ("usr/share/doc", "usr/share/locale", "usr/share/man")


class GazeboUnavailable(Exception):
    """Gazebo cannot be had on this machine; the text says why, in one line."""


def main() -> int:
    """Installs Gazebo unless it is there; 0 when it is ready, 3 when it cannot be had."""
    folder = target_folder(os.environ)
    try:
        install(folder)
    except (GazeboUnavailable, PackagesUnavailable) as error:
        print(f"GAZEBO UNAVAILABLE: {error}", file=sys.stderr)
        return 3
    return 0


def target_folder(environment: "os._Environ[str] | dict[str, str]") -> Path:
    """Where it goes."""
    named = environment.get("PODHERD_GAZEBO")
    if named:
        return Path(named).expanduser().resolve()
    base = environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "podherd" / f"gazebo-{STAMP}"


def install(folder: Path) -> None:
    """Makes ``folder`` hold a Gazebo; raises :class:`GazeboUnavailable` and leaves nothing."""
    if is_ready(folder):
        return
    if folder.exists() and any(folder.iterdir()):
        raise GazeboUnavailable(f"{folder} holds something else; remove it or name another folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _only_one(folder):
        if is_ready(folder):
            return
        started = time.monotonic()
        new, apt = folder.with_name(folder.name + ".new"), folder.with_name(folder.name + ".apt")
        _remove(new, apt)
        try:
            new.mkdir()
            if not _use_installed(new):
                _unpack_debian(new, apt)
            (new / READY).write_text(STAMP)
            if folder.exists():
                folder.rmdir()
            new.rename(folder)
        finally:
            _remove(new, apt)
        print(f"gazebo: ready in {folder} after {time.monotonic() - started:.0f} s")


def is_ready(folder: Path) -> bool:
    """True if this version has been installed there."""
    stamp = folder / READY
    return stamp.is_file() and stamp.read_text().strip() == STAMP


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """A second installation waits for the first and then finds it done."""
    with folder.with_name(folder.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove(*folders: Path) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _use_installed(new: Path) -> bool:
    """True if the system has Gazebo 11 and its .proto files: then these are all that is made."""
    protos = Path("/") / PROTOS
    server = shutil.which("gzserver")
    if server is None or not protos.is_dir():
        return False
    told = _said([server, "--version"])
    if "version 11." not in told:
        return False
    print(f"gazebo: using {server}")
    _compile(protos, new)
    return True


def _unpack_debian(new: Path, apt: Path) -> None:
    print(f"gazebo: fetching its packages of Debian {PACKAGES.release}", flush=True)
    archives, described = fetch(PACKAGES, apt)
    _check_version(archives)
    print(f"gazebo: unpacking {len(archives)} packages", flush=True)
    unpack(archives, new)
    unpack(described, apt / "dev")
    _compile(apt / "dev" / PROTOS, new)
    for name in NOT_NEEDED:
        shutil.rmtree(new / name, ignore_errors=True)
    _prepare_for_xvfb(new)
    names = sorted(archive.name for archive in (*archives, *described))
    (new / MANIFEST).write_text("\n".join(names) + "\n")


def _check_version(archives: list[Path]) -> None:
    server = [archive.name for archive in archives if archive.name.startswith("gazebo_")]
    if not server or not server[0].startswith(f"gazebo_{VERSION}"):
        raise GazeboUnavailable(f"the mirror has {server or 'no gazebo'}, wanted is {VERSION}x")


def _compile(protos: Path, folder: Path) -> None:
    """All message descriptions in one file, by the protobuf compiler of the environment."""
    ours = ROOT / ".venv" / "bin" / "python"
    python = str(ours) if ours.exists() else sys.executable
    files = [str(file) for file in sorted(protos.glob("*.proto"))]
    out = f"--descriptor_set_out={folder / DESCRIPTIONS}"
    command = [python, "-m", "grpc_tools.protoc", f"-I{protos}", "--include_imports", out, *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise GazeboUnavailable(
            "its messages cannot be compiled; is grpcio-tools there (python3 scripts/setup.py "
            f"--gazebo)? {_last_line(done.stderr)}"
        )


def _prepare_for_xvfb(new: Path) -> None:
    """The unpacked Xvfb runs with this folder as its root and calls /bin/sh."""
    shell = new / "bin" / "sh"
    shell.parent.mkdir(parents=True, exist_ok=True)
    if not shell.is_symlink():
        shell.symlink_to("dash")
    for name in ("tmp", "tmp/.X11-unix"):
        folder = new / name
        folder.mkdir(exist_ok=True)
        folder.chmod(0o1777)


def _said(command: list[str]) -> str:
    """What a program prints; empty if it cannot be run."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""


if __name__ == "__main__":
    sys.exit(main())
