"""A real Tryton 8.2 for trials and tests: ``tryton.py [install]``, ``tryton.py serve``.

Tryton is GPL-3.0-or-later: it gets an environment of its own (``pip install -r tryton.lock``) in
the cache folder, or in the one that ``PODHERD_TRYTON`` names, and is only ever run as a process
and talked to over JSON-RPC. Beside it lie template databases: a file for SQLite, a dump for
PostgreSQL; a fresh database is a copy. Standard library only. Removing the folder uninstalls it.

``serve`` runs a fresh trial server and prints its address. ``--db postgresql`` (for ``install``:
make that template, too) uses a PostgreSQL of its own, or the one of ``--postgres URL`` or
``PODHERD_TRYTON_POSTGRES``, where databases may be made: ``postgresql://postgres@127.0.0.1:5433/``.

Exit code 0: ready. Exit code 3: cannot be had here; the last line says
``TRYTON UNAVAILABLE: reason``.
"""

import argparse
import fcntl
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit, urlunsplit

HERE = Path(__file__).resolve().parent
if str(HERE.parent) not in sys.path:
    sys.path.insert(0, str(HERE.parent))

from scripts.postgres import PostgresMissing, cluster  # noqa: E402
from scripts.stamps import digest  # noqa: E402
from scripts.tryton_rpc import ADMIN, BRIDGE, PASSWORD, furnish  # noqa: E402

LOCK = HERE / "tryton.lock"
DATA = HERE / "tryton_rpc.py"
MODULES = ("stock", "stock_lot")
NAME = "wms"
READY = ".ready"
SQLITE, POSTGRESQL = "sqlite", "postgresql"
START_S = 60.0
POLL_S = 0.05
NEEDED_MB = 300


class TrytonUnavailable(Exception):
    """Tryton cannot be had on this machine; the text says why, in one line."""


def main(arguments: list[str] | None = None) -> int:
    """0 when it is ready or was stopped, 3 when it cannot be had."""
    chosen = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        home = install(target_folder(os.environ))
        with ExitStack() as stack:
            postgres = _postgres(chosen, stack)
            if chosen.do == "serve":
                return _serve(home, chosen, postgres)
            if postgres:
                dump_of_template(home, postgres)
    except (TrytonUnavailable, PostgresMissing) as error:
        print(f"TRYTON UNAVAILABLE: {error}", file=sys.stderr)
        return 3
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="A real Tryton for trials and tests.")
    parser.add_argument("do", nargs="?", choices=("install", "serve"), default="install")
    parser.add_argument("--db", choices=(SQLITE, POSTGRESQL), default=SQLITE)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    named = os.environ.get("PODHERD_TRYTON_POSTGRES", "")
    parser.add_argument(
        "--postgres", default=named, help="a PostgreSQL server to use; else one of its own"
    )
    parser.add_argument("--folder", type=Path, help="keep the database here; else it is temporary")
    return parser


def _postgres(chosen: argparse.Namespace, stack: ExitStack) -> str | None:
    if chosen.db != POSTGRESQL:
        return None
    return chosen.postgres or stack.enter_context(cluster()).url()


def _serve(home: Path, chosen: argparse.Namespace, postgres: str | None) -> int:
    with Tryton(home, postgres=postgres, port=chosen.port, folder=chosen.folder) as server:
        print(f"tryton: {server.url}", flush=True)
        print(f"tryton: as a clerk {server.clerk_url}", flush=True)
        try:
            server.wait()
        except KeyboardInterrupt:
            return 0
    return 1


def target_folder(environment: Mapping[str, str]) -> Path:
    """Where it goes."""
    named = environment.get("PODHERD_TRYTON")
    if named:
        return Path(named).expanduser().resolve()
    base = environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "podherd" / f"tryton-{_stamp()[:12]}"


def _stamp() -> str:
    return digest([LOCK, DATA], *MODULES)


def is_ready(home: Path) -> bool:
    """True if this version has been installed there."""
    stamp = home / READY
    return stamp.is_file() and stamp.read_text() == _stamp()


def install(home: Path) -> Path:
    """Makes ``home`` hold a Tryton and a template database; raises :class:`TrytonUnavailable` and
    leaves nothing."""
    if is_ready(home):
        return home
    if home.exists() and any(home.iterdir()) and not (home / READY).exists():
        raise TrytonUnavailable(f"{home} holds something else; remove it or name another folder")
    home.parent.mkdir(parents=True, exist_ok=True)
    with _only_one(home.with_name(home.name + ".lock")):
        if is_ready(home):
            return home
        started = time.monotonic()
        shutil.rmtree(home, ignore_errors=True)
        try:
            _make(home)
            (home / READY).write_text(_stamp())
        except BaseException:
            shutil.rmtree(home, ignore_errors=True)
            raise
        print(f"tryton: ready in {home} after {time.monotonic() - started:.0f} s", flush=True)
    return home


@contextmanager
def _only_one(lock_file: Path) -> Iterator[None]:
    """A second installation waits for the first and then finds it done."""
    with lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(home: Path) -> None:
    free_mb = shutil.disk_usage(home.parent).free // 1_000_000
    if free_mb < NEEDED_MB:
        raise TrytonUnavailable(f"{NEEDED_MB} MB of disk are needed in {home.parent}")
    print("tryton: installing the server in an environment of its own", flush=True)
    home.mkdir()
    _run([sys.executable, "-m", "venv", str(home / "env")], "no environment can be made")
    pip = [str(home / "env" / "bin" / "python"), "-m", "pip", "install", "--quiet", "-r", str(LOCK)]
    _run(pip, "its packages cannot be installed")
    print("tryton: making the template database (SQLite)", flush=True)
    template = home / SQLITE
    template.mkdir()
    (template / f"{NAME}.sqlite").touch()
    _fill(home, f"sqlite://\npath = {template}")
    with sqlite3.connect(template / f"{NAME}.sqlite") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def dump_of_template(home: Path, postgres: str) -> Path:
    """The dump from which PostgreSQL databases are made; made with that server if need be."""
    dump = home / "postgresql.sql"
    with _only_one(home / "postgresql.lock"):
        if dump.exists():
            return dump
        print("tryton: making the template database (PostgreSQL)", flush=True)
        name = f"podherd_template_{os.getpid()}"
        _psql(postgres, f'CREATE DATABASE "{name}"')
        try:
            _fill(home, _without_database(postgres), name)
            part = dump.with_suffix(".part")
            tool = ["pg_dump", "--no-owner", "-f", str(part), _with_database(postgres, name)]
            _run(tool, "the template cannot be dumped")
            part.rename(dump)
        finally:
            _psql(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')
    return dump


def _fill(home: Path, uri: str, name: str = NAME) -> None:
    """Tables, modules and the first data, in an empty database."""
    with tempfile.TemporaryDirectory() as work:
        config = _write_config(Path(work), uri, _free_port())
        secret = Path(work) / "secret"
        secret.write_text(PASSWORD)
        admin = [str(home / "env" / "bin" / "trytond-admin"), "-c", str(config), "-d", name]
        environment = {**os.environ, "TRYTONPASSFILE": str(secret)}
        _run([*admin, "--all", "--email", "trial@example.com"], "no database", environment)
        more = ["-u", *MODULES, "--activate-dependencies"]
        _run([*admin, *more], "modules cannot be activated", environment)
        server = _Process(home, config, name)
        try:
            server.start()
            furnish(f"{server.web}/{name}/rpc/")
        finally:
            server.stop()


class Tryton:
    """A running Tryton on a fresh database of its own, gone when the block ends."""

    def __init__(
        self, home: Path, postgres: str | None = None, port: int = 0, folder: Path | None = None
    ):
        self._home, self._postgres, self._port = home, postgres, port
        self._kept = folder
        self._process: _Process | None = None
        self._folder: Path | None = None
        self._name = NAME

    @property
    def url(self) -> str:
        """For a connector, as a user of its own."""
        return f"tryton://{BRIDGE}:{PASSWORD}@{self._place}"

    @property
    def clerk_url(self) -> str:
        """The same for what people do there."""
        return f"tryton://{ADMIN}:{PASSWORD}@{self._place}"

    @property
    def _place(self) -> str:
        if self._process is None:
            raise RuntimeError("the server is not started")
        return f"{self._process.web.removeprefix('http://')}/{self._name}"

    def __enter__(self) -> "Tryton":
        self._folder = self._kept or Path(tempfile.mkdtemp(prefix="tryton-"))
        self._folder.mkdir(parents=True, exist_ok=True)
        uri = self._fresh_postgres() if self._postgres else self._fresh_sqlite()
        config = _write_config(self._folder, uri, self._port or _free_port())
        self._process = _Process(self._home, config, self._name)
        try:
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
        if self._kept is None:
            if self._postgres:
                _psql(self._postgres, f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')
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

    def _fresh_sqlite(self) -> str:
        assert self._folder is not None
        target = self._folder / f"{NAME}.sqlite"
        if not target.exists():
            shutil.copyfile(self._home / SQLITE / target.name, target)
        return f"sqlite://\npath = {self._folder}"

    def _fresh_postgres(self) -> str:
        assert self._postgres is not None
        dump = dump_of_template(self._home, self._postgres)
        self._name = f"wms_{os.getpid()}_{time.monotonic_ns()}"
        _psql(self._postgres, f'CREATE DATABASE "{self._name}"')
        target = _with_database(self._postgres, self._name)
        load = ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-f", str(dump), target]
        _run(load, "the template cannot be loaded")
        return _without_database(self._postgres)


class _Process:
    """The server process of one configuration file."""

    def __init__(self, home: Path, config: Path, name: str):
        server = str(home / "env" / "bin" / "trytond")
        self._command = [server, "-c", str(config), "-d", name]
        listen = next(line for line in config.read_text().splitlines() if "listen" in line)
        self.web = f"http://{listen.partition('=')[2].strip()}"
        self._log = config.with_suffix(".log")
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(self._command, stdout=log, stderr=log)
        give_up = time.monotonic() + START_S
        while not self._answers():
            if self._running.poll() is not None or time.monotonic() > give_up:
                self.stop()
                last = self._log.read_text(errors="replace").strip().splitlines()[-1:]
                raise TrytonUnavailable(f"the server does not start: {' '.join(last)}")
            time.sleep(POLL_S)

    def stop(self) -> None:
        if self._running is not None and self._running.poll() is None:
            self._running.terminate()
            try:
                self._running.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()

    @property
    def pid(self) -> int:
        return self._running.pid if self._running is not None else 0

    def kill(self) -> None:
        if self._running is not None:
            self._running.kill()
            self._running.wait()

    def wait(self) -> None:
        if self._running is not None:
            self._running.wait()

    def _answers(self) -> bool:
        body = b'{"id":1,"method":"common.server.version","params":[]}'
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.web}/rpc/", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=5):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False


def _write_config(folder: Path, uri: str, port: int) -> Path:
    config = folder / "trytond.conf"
    config.write_text(
        f"[database]\nuri = {uri}\n\n[web]\nlisten = 127.0.0.1:{port}\n\n"
        "[session]\nmax_attempt = 1000\nmax_attempt_ip_network = 100000\n"
    )
    return config


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _with_database(postgres: str, name: str) -> str:
    parts = urlsplit(postgres)
    scheme = parts.scheme.partition("+")[0]
    return urlunsplit(parts._replace(scheme=scheme, path=f"/{name}"))


def _without_database(postgres: str) -> str:
    return _with_database(postgres, "")


def _psql(postgres: str, statement: str) -> None:
    server = _with_database(postgres, "postgres")
    _run(["psql", "-q", "-c", statement, server], "PostgreSQL")


def _run(command: list[str], problem: str, environment: Mapping[str, str] | None = None) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment or os.environ
        )
    except OSError as error:
        raise TrytonUnavailable(f"{problem}: {error}") from error
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise TrytonUnavailable(f"{problem}: {' '.join(lines)}")


if __name__ == "__main__":
    sys.exit(main())
