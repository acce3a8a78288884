"""A PostgreSQL server of our own, for tests and benchmarks: made in a folder, reached over a socket
in that folder, gone when it is no longer wanted. The server's programs are those of the machine.

    python -m scripts.postgres        # runs one until Ctrl-C and prints its URL
"""

import argparse
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "postgresql"
USER = "postgres"
"""The server refuses to run as root: as root we run it as this user."""
_DEBIAN = Path("/usr/lib/postgresql")
_START_PATIENCE_S = "60"
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresMissing(Exception):
    """The machine has no PostgreSQL; the text says how to get it."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server. ``url(database)`` is what SQLAlchemy connects to."""

    programs: Path
    folder: Path

    def url(self, database: str = "postgres") -> str:
        """The URL of a database of the cluster."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"

    def stop(self) -> None:
        """Stop the server; transactions under way are rolled back."""
        self._control("stop", "-m", "fast")

    def start(self) -> None:
        """Start the server after :meth:`stop` or a crash."""
        log = str(self.folder / "server.log")
        self._control("start", "-t", _START_PATIENCE_S, "-l", log)

    def kill(self) -> None:
        """End the server as a crash would: at once, with no clean-up."""
        self._control("stop", "-m", "immediate")

    def _control(self, *what: str) -> None:
        data = str(self.folder / "data")
        _as_user(self.programs / "pg_ctl", "-w", "-s", "-D", data, *what)


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A server while the block runs, its names sorted by code point, as Podherd wants them. Unless
    ``durable`` it does not wait for the disk: quick, and a power cut spoils it.

    :class:`PostgresMissing` if the machine has no PostgreSQL."""
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="podherd-pg-"))
    made = Cluster(programs, folder)
    try:
        if not os.geteuid():
            shutil.chown(folder, USER)
        data = folder / "data"
        locale = ("--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync")
        _as_user(programs / "initdb", "-D", str(data), "-U", USER, *locale)
        _configure(data / "postgresql.conf", folder, durable=durable)
        made.start()
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_programs() -> Path:
    """The folder of ``initdb`` and ``pg_ctl``, the newest there is; :class:`PostgresMissing` if
    there is none."""
    versions = sorted(_DEBIAN.glob("[0-9]*/bin"), key=lambda path: int(path.parent.name))
    on_path = shutil.which("initdb")
    candidates = [*reversed(versions), *([Path(on_path).parent] if on_path else [])]
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists() and _may_run():
            return folder
    raise PostgresMissing(
        "PostgreSQL is not installed. Install it with: sudo apt-get install -y"
        f" --no-install-recommends {PACKAGE}"
    )


def _may_run() -> bool:
    if os.geteuid():
        return True
    try:
        pwd.getpwnam(USER)
    except KeyError:
        return False
    return shutil.which("runuser") is not None


def _configure(file: Path, folder: Path, *, durable: bool) -> None:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "max_connections": "200",
        "timezone": "UTC",
        **({} if durable else _NOT_DURABLE),
    }
    with file.open("a") as out:
        out.writelines(f"{name} = '{value}'\n" for name, value in settings.items())


def _as_user(program: Path, *arguments: str) -> None:
    command: Sequence[str] = (str(program), *arguments)
    if not os.geteuid():
        command = ("runuser", "-u", USER, "--", *command)
    # A server that inherits a pipe keeps it open for as long as it lives: no pipes.
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(command, cwd="/", stdout=said, stderr=said, check=False)
        if done.returncode:
            said.seek(0)
            raise RuntimeError(f"{program.name} failed: {said.read().strip()}")


def main() -> None:
    """Run a server until Ctrl-C."""
    parser = argparse.ArgumentParser(description="A PostgreSQL server of our own.")
    parser.add_argument("--not-durable", action="store_true", help="do not wait for the disk")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with cluster(durable=not chosen.not_durable) as running:
        print(running.url(), flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("stopping", file=sys.stderr)


if __name__ == "__main__":
    main()
