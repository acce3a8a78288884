"""A server of a WMS for trials and tests: put once into a folder of its own, then run as a process
on a fresh database. What Tryton and Odoo have in common; standard library only."""

import argparse
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self
from urllib.parse import urlsplit, urlunsplit

HERE = Path(__file__).resolve().parent
if str(HERE.parent) not in sys.path:
    sys.path.insert(0, str(HERE.parent))

from scripts.postgres import PostgresMissing  # noqa: E402

READY = ".ready"
UNAVAILABLE = 3
LOAD_DUMP = ("psql", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-f")
"""Followed by a dump and the database that it goes into."""
STOP_S = 5.0


class ServerUnavailable(Exception):
    """The server cannot be had on this machine; the text says why, in one line."""


@dataclass(frozen=True, slots=True)
class Product:
    """What is installed: ``name`` stands before what is told, ``release`` in the name of its
    folder. ``stamp`` tells what an installation is made from, and ``make`` makes one."""

    name: str
    release: str
    stamp: Callable[[], str]
    make: Callable[[Path], None]

    def target_folder(self, environment: Mapping[str, str]) -> Path:
        """Where it goes: ``PODHERD_<NAME>`` may say so, else it is the cache folder."""
        named = environment.get(f"PODHERD_{self.name.upper()}")
        if named:
            return Path(named).expanduser().resolve()
        base = environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(base) / "podherd" / f"{self.release}-{self.stamp()[:12]}"

    def is_ready(self, home: Path) -> bool:
        """True if this version has been installed there."""
        stamp = home / READY
        return stamp.is_file() and stamp.read_text() == self.stamp()

    def install(self, home: Path) -> Path:
        """Makes ``home`` hold the server and a template database; raises
        :class:`ServerUnavailable` and leaves nothing."""
        if self.is_ready(home):
            return home
        if home.exists() and any(home.iterdir()) and not (home / READY).exists():
            raise ServerUnavailable(
                f"{home} holds something else; remove it or name another folder"
            )
        home.parent.mkdir(parents=True, exist_ok=True)
        with only_one(home.with_name(home.name + ".lock")):
            if self.is_ready(home):
                return home
            started = time.monotonic()
            shutil.rmtree(home, ignore_errors=True)
            try:
                self.make(home)
                (home / READY).write_text(self.stamp())
            except BaseException:
                shutil.rmtree(home, ignore_errors=True)
                raise
            took_s = time.monotonic() - started
            print(f"{self.name}: ready in {home} after {took_s:.0f} s", flush=True)
        return home

    def parser(self) -> argparse.ArgumentParser:
        """What every such program can be told."""
        title = self.name.capitalize()
        parser = argparse.ArgumentParser(description=f"A real {title} for trials and tests.")
        parser.add_argument("do", nargs="?", choices=("install", "serve"), default="install")
        parser.add_argument("--port", type=int, default=0, help="0: any free one")
        named = os.environ.get(f"PODHERD_{self.name.upper()}_POSTGRES", "")
        parser.add_argument(
            "--postgres", default=named, help="a PostgreSQL server to use; else one of its own"
        )
        return parser

    def exit_code(self, work: Callable[[], int]) -> int:
        """Of a program that does ``work``: 3 when the server cannot be had."""
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            return work()
        except (ServerUnavailable, PostgresMissing) as error:
            print(f"{self.name.upper()} UNAVAILABLE: {error}", file=sys.stderr)
            return UNAVAILABLE


@contextmanager
def only_one(lock_file: Path) -> Iterator[None]:
    """A second one waits for the first and then finds its work done."""
    with lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True, slots=True)
class Question:
    """How to ask a server whether it is there: a POST to ``path``, again every ``poll_s`` until it
    is answered in any way, for at most ``start_s``."""

    path: str
    body: bytes
    start_s: float
    poll_s: float


class ServerProcess:
    """The process of a server that listens at ``web``, on loopback."""

    def __init__(
        self,
        command: Sequence[str],
        port: int,
        log: Path,
        question: Question,
        environment: Mapping[str, str] | None = None,
    ):
        self._command, self._log, self._question = command, log, question
        self._environment = environment
        self._running: subprocess.Popen[bytes] | None = None
        self.web = f"http://127.0.0.1:{port}"

    def start(self) -> None:
        """Returns once it answers; :class:`ServerUnavailable` if it does not."""
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(
                self._command, stdout=log, stderr=log, env=self._environment
            )
        give_up = time.monotonic() + self._question.start_s
        while not self._answers():
            if self._running.poll() is not None or time.monotonic() > give_up:
                self.stop()
                last = self._log.read_text(errors="replace").strip().splitlines()[-1:]
                raise ServerUnavailable(f"the server does not start: {' '.join(last)}")
            time.sleep(self._question.poll_s)

    def stop(self) -> None:
        """In good order, or by force if that takes too long."""
        if self._running is not None and self._running.poll() is None:
            self._running.terminate()
            try:
                self._running.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.kill()

    @property
    def pid(self) -> int:
        """0 before the first start."""
        return self._running.pid if self._running is not None else 0

    def kill(self) -> None:
        """SIGKILL."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()

    def wait(self) -> None:
        """Returns when it ends by itself."""
        if self._running is not None:
            self._running.wait()

    def _answers(self) -> bool:
        headers = {"Content-Type": "application/json"}
        place = f"{self.web}{self._question.path}"
        request = urllib.request.Request(place, self._question.body, headers)
        try:
            with urllib.request.urlopen(request, timeout=5):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False


@dataclass(frozen=True, slots=True)
class Users:
    """Who is let in, by their names; the password is that of both."""

    bridge: str
    clerk: str
    password: str


class TrialServer(ABC):
    """A running server on a fresh database of its own, gone when the block ends; a ``folder`` that
    is named stays, and so does the database. ``postgres`` is empty where none is needed."""

    name: ClassVar[str]
    users: ClassVar[Users]

    def __init__(self, home: Path, postgres: str, port: int = 0, folder: Path | None = None):
        self._home, self._postgres, self._port = home, postgres, port
        self._kept = folder
        self._process: ServerProcess | None = None
        self._folder: Path | None = None
        self._database = ""

    @abstractmethod
    def _fresh_database(self) -> str:
        """The name of an empty database."""

    @abstractmethod
    def _load_template(self, database: str, folder: Path) -> None:
        """Fills it; what of it is in files goes into ``folder``."""

    @abstractmethod
    def _make_process(self, database: str, folder: Path, port: int) -> ServerProcess:
        """The process for it, not started; its files go into ``folder``, too."""

    @property
    def url(self) -> str:
        """For a connector, as a user of its own."""
        return self._address(self.users.bridge)

    @property
    def clerk_url(self) -> str:
        """The same for what people do there."""
        return self._address(self.users.clerk)

    def _address(self, user: str) -> str:
        if self._process is None:
            raise RuntimeError("the server is not started")
        place = f"{self._process.web.removeprefix('http://')}/{self._database}"
        return f"{self.name}://{user}:{self.users.password}@{place}"

    def __enter__(self) -> Self:
        self._folder = self._kept or Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._database = self._fresh_database()
            self._load_template(self._database, self._folder)
            port = self._port or free_port()
            self._process = self._make_process(self._database, self._folder, port)
            self._process.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.stop()
        if self._kept is not None:
            return
        if self._postgres and self._database:
            psql(self._postgres, f'DROP DATABASE IF EXISTS "{self._database}" WITH (FORCE)')
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """Of the server; 0 while there is none."""
        return self._process.pid if self._process is not None else 0

    def kill(self) -> None:
        """As if the machine had lost power: SIGKILL."""
        if self._process is not None:
            self._process.kill()

    def start(self) -> None:
        """Starts it again on the same database and port."""
        if self._process is not None:
            self._process.start()

    def wait(self) -> None:
        """Returns when the server ends by itself."""
        if self._process is not None:
            self._process.wait()

    def serve(self) -> int:
        """Tells its addresses and runs until it is stopped: 0, or ends by itself: 1."""
        with self:
            print(f"{self.name}: {self.url}", flush=True)
            print(f"{self.name}: as a clerk {self.clerk_url}", flush=True)
            try:
                self.wait()
            except KeyboardInterrupt:
                return 0
        return 1


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def with_database(postgres: str, name: str, user: str = "") -> str:
    """The URL of a database of a PostgreSQL server, for its programs; as ``user`` if one is
    named."""
    parts = urlsplit(postgres)
    netloc = parts.netloc
    if user:
        netloc = f"{user}@{netloc.rpartition('@')[2]}"
    scheme = parts.scheme.partition("+")[0]
    return urlunsplit(parts._replace(scheme=scheme, netloc=netloc, path=f"/{name}"))


def psql(postgres: str, statement: str) -> str:
    """What PostgreSQL says to a statement, bare."""
    server = with_database(postgres, "postgres")
    return run(["psql", "-q", "-At", "-c", statement, server], "PostgreSQL")


def dump_database(postgres: str, name: str, file: Path) -> None:
    """Into ``file``, without owners."""
    database = with_database(postgres, name)
    run(["pg_dump", "--no-owner", "-f", str(file), database], "the template cannot be dumped")


def run(command: Sequence[str], problem: str, environment: Mapping[str, str] | None = None) -> str:
    """What a command says; :class:`ServerUnavailable`, with what it said last, if it fails."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment or os.environ
        )
    except OSError as error:
        raise ServerUnavailable(f"{problem}: {error}") from error
    if done.returncode:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip(" ^")]
        raise ServerUnavailable(f"{problem}: {' '.join(lines[-1:])}")
    return done.stdout
