"""A real Odoo 14 for trials and tests: ``odoo.py [install]``, ``odoo.py serve``.

Debian's package of Odoo Community (LGPL-3; release "bullseye") is unpacked with all it needs into
one folder: the cache folder, or the one that ``PODHERD_ODOO`` names. It brings its own Python and
is only ever run as a process and talked to over JSON-RPC. Beside it lies a dump of a template
database (module ``stock``, no demo data); a fresh database is a copy. No root. Removing the folder
uninstalls it.

``serve`` runs a fresh trial server and prints its address, on a PostgreSQL of its own, or on the
one of ``--postgres`` or ``PODHERD_ODOO_POSTGRES``, where roles and databases may be made.

Exit code 0: ready. Exit code 3: cannot be had here; the last line says
``ODOO UNAVAILABLE: reason``.
"""

import argparse
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from urllib.parse import parse_qs, urlsplit, urlunsplit

HERE = Path(__file__).resolve().parent
if str(HERE.parent) not in sys.path:
    sys.path.insert(0, str(HERE.parent))

from scripts.debian_packages import (  # noqa: E402
    PackagesUnavailable,
    Wanted,
    fetch,
    interpreter,
    relocate,
    unpack,
)
from scripts.odoo_rpc import ADMIN, BRIDGE, PASSWORD, RpcFailed, furnish  # noqa: E402
from scripts.postgres import PostgresMissing, cluster  # noqa: E402
from scripts.stamps import digest  # noqa: E402

DATA = HERE / "odoo_rpc.py"
PACKAGES = Wanted("bullseye", ("odoo-14", "python3-psycopg2"), download_mb=224, needed_mb=2000)
MODULES = ("stock",)
PYTHON = "python3.9"
ROLE = "podherd_odoo"
"""Odoo refuses to be ``postgres``."""
READY, DUMP, FILES = ".ready", "template.sql", "filestore"
RELOCATED = ("usr/lib/python3/dist-packages/docutils/__init__.py", "/usr/share/docutils/")
"""A file, and the folder that it names."""
NOT_NEEDED = ("usr/share/doc", "usr/share/man")
START_S = 120.0
POLL_S = 0.1


class OdooUnavailable(Exception):
    """Odoo cannot be had on this machine; the text says why, in one line."""


def main(arguments: list[str] | None = None) -> int:
    """0 when it is ready or was stopped, 3 when it cannot be had."""
    chosen = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        home = install(target_folder(os.environ))
        if chosen.do == "serve":
            with ExitStack() as stack:
                postgres = chosen.postgres or stack.enter_context(cluster()).url()
                return _serve(home, chosen, postgres)
    except (OdooUnavailable, PostgresMissing) as error:
        print(f"ODOO UNAVAILABLE: {error}", file=sys.stderr)
        return 3
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="A real Odoo for trials and tests.")
    parser.add_argument("do", nargs="?", choices=("install", "serve"), default="install")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    named = os.environ.get("PODHERD_ODOO_POSTGRES", "")
    parser.add_argument(
        "--postgres", default=named, help="a PostgreSQL server to use; else one of its own"
    )
    return parser


def _serve(home: Path, chosen: argparse.Namespace, postgres: str) -> int:
    with Odoo(home, postgres, port=chosen.port) as server:
        print(f"odoo: {server.url}", flush=True)
        print(f"odoo: as a clerk {server.clerk_url}", flush=True)
        try:
            server.wait()
        except KeyboardInterrupt:
            return 0
    return 1


def target_folder(environment: Mapping[str, str]) -> Path:
    """Where it goes."""
    named = environment.get("PODHERD_ODOO")
    if named:
        return Path(named).expanduser().resolve()
    base = environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "podherd" / f"odoo-14.0-{_stamp()[:12]}"


def _stamp() -> str:
    return digest([DATA], *PACKAGES.packages, PACKAGES.release, *MODULES)


def is_ready(home: Path) -> bool:
    """True if this version has been installed there."""
    stamp = home / READY
    return stamp.is_file() and stamp.read_text() == _stamp()


def install(home: Path) -> Path:
    """Makes ``home`` hold an Odoo and a template database; raises :class:`OdooUnavailable` and
    leaves nothing."""
    if is_ready(home):
        return home
    if home.exists() and any(home.iterdir()) and not (home / READY).exists():
        raise OdooUnavailable(f"{home} holds something else; remove it or name another folder")
    home.parent.mkdir(parents=True, exist_ok=True)
    with _only_one(home.with_name(home.name + ".lock")):
        if is_ready(home):
            return home
        started = time.monotonic()
        shutil.rmtree(home, ignore_errors=True)
        try:
            _make(home)
            (home / READY).write_text(_stamp())
        except PackagesUnavailable as error:
            shutil.rmtree(home, ignore_errors=True)
            raise OdooUnavailable(str(error)) from error
        except BaseException:
            shutil.rmtree(home, ignore_errors=True)
            raise
        print(f"odoo: ready in {home} after {time.monotonic() - started:.0f} s", flush=True)
    return home


@contextmanager
def _only_one(lock_file: Path) -> Iterator[None]:
    """A second installation waits for the first and then finds it done."""
    with lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(home: Path) -> None:
    with cluster() as server:
        home.mkdir()
        print("odoo: fetching its packages of Debian bullseye", flush=True)
        archives, _ = fetch(PACKAGES, home / "apt")
        print(f"odoo: unpacking {len(archives)} packages", flush=True)
        unpack(archives, home / "root")
        (home / "packages.txt").write_text("".join(f"{archive.name}\n" for archive in archives))
        shutil.rmtree(home / "apt")
        relocate(home / "root", *RELOCATED)
        for name in NOT_NEEDED:
            shutil.rmtree(home / "root" / name, ignore_errors=True)
        print("odoo: making the template database", flush=True)
        _make_template(home, server.url())


def _make_template(home: Path, postgres: str) -> None:
    with tempfile.TemporaryDirectory(prefix="odoo-") as folder:
        name = _fresh_database(postgres)
        process = _Process(home, Path(folder), postgres, name, _free_port())
        process.run("-i", ",".join(MODULES), "--without-demo=all", "--stop-after-init")
        process.start()
        try:
            furnish(process.web, name)
        except RpcFailed as error:
            raise OdooUnavailable(f"the first data cannot be entered: {error}") from error
        finally:
            process.stop()
        dump = ["pg_dump", "--no-owner", "-f", str(home / DUMP), _with_database(postgres, name)]
        _run(dump, "the template cannot be dumped")
        kept = Path(folder) / FILES / name
        if kept.exists():
            shutil.copytree(kept, home / FILES)


class Odoo:
    """A running Odoo on a fresh database of its own, gone when the block ends."""

    def __init__(self, home: Path, postgres: str, port: int = 0):
        self._home, self._postgres, self._port = home, postgres, port
        self._process: _Process | None = None
        self._folder: Path | None = None
        self._name = ""

    @property
    def url(self) -> str:
        """For a connector, as a user of its own."""
        return f"odoo://{BRIDGE}:{PASSWORD}@{self._place}"

    @property
    def clerk_url(self) -> str:
        """The same for what people do there."""
        return f"odoo://{ADMIN}:{PASSWORD}@{self._place}"

    @property
    def _place(self) -> str:
        if self._process is None:
            raise RuntimeError("the server is not started")
        return f"{self._process.web.removeprefix('http://')}/{self._name}"

    def __enter__(self) -> "Odoo":
        self._folder = Path(tempfile.mkdtemp(prefix="odoo-"))
        try:
            self._name = _fresh_database(self._postgres)
            target = _with_database(self._postgres, self._name, ROLE)
            options = ["-q", "-v", "ON_ERROR_STOP=1", "-o", os.devnull]
            _run(["psql", *options, "-f", str(self._home / DUMP), target], "no template")
            if (self._home / FILES).exists():
                shutil.copytree(self._home / FILES, self._folder / FILES / self._name)
            port = self._port or _free_port()
            self._process = _Process(self._home, self._folder, self._postgres, self._name, port)
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
        if self._name:
            _psql(self._postgres, f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

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


class _Process:
    """The server process of one database."""

    def __init__(self, home: Path, folder: Path, postgres: str, name: str, port: int):
        root = home / "root"
        begin, self._environment = interpreter(root, PYTHON)
        self._environment["PYTHONWARNINGS"] = "ignore"
        config = folder / "odoo.conf"
        config.write_text(_configuration(folder, postgres, name, port))
        self._command = [*begin, str(root / "usr" / "bin" / "odoo"), "-c", str(config)]
        self._log = folder / "odoo.log"
        self._running: subprocess.Popen[bytes] | None = None
        self.web = f"http://127.0.0.1:{port}"

    def run(self, *arguments: str) -> None:
        """To its end."""
        _run([*self._command, *arguments], "the database cannot be filled", self._environment)

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(
                self._command, stdout=log, stderr=log, env=self._environment
            )
        give_up = time.monotonic() + START_S
        while not self._answers():
            if self._running.poll() is not None or time.monotonic() > give_up:
                self.stop()
                last = self._log.read_text(errors="replace").strip().splitlines()[-1:]
                raise OdooUnavailable(f"the server does not start: {' '.join(last)}")
            time.sleep(POLL_S)

    def stop(self) -> None:
        if self._running is not None and self._running.poll() is None:
            self._running.terminate()
            try:
                self._running.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        if self._running is not None:
            self._running.kill()
            self._running.wait()

    def wait(self) -> None:
        if self._running is not None:
            self._running.wait()

    def _answers(self) -> bool:
        params = b'{"service":"common","method":"version","args":[]}'
        body = b'{"jsonrpc":"2.0","method":"call","id":1,"params":%s}' % params
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.web}/jsonrpc", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=5):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False


def _configuration(folder: Path, postgres: str, name: str, port: int) -> str:
    parts = urlsplit(postgres)
    host = parts.hostname or parse_qs(parts.query).get("host", [""])[0]
    settings = {
        "admin_passwd": secrets.token_hex(16),
        "data_dir": folder,
        "db_host": host,
        "db_port": parts.port or 5432,
        "db_user": ROLE,
        "db_name": name,
        "db_maxconn": 32,
        "list_db": False,
        "http_interface": "127.0.0.1",
        "http_port": port,
        "workers": 0,
        "max_cron_threads": 0,
        "log_level": "warn",
    }
    return "[options]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items())


def _fresh_database(postgres: str) -> str:
    found = _run(
        ["psql", "-Atc", f"SELECT 1 FROM pg_roles WHERE rolname='{ROLE}'", _server(postgres)]
    )
    if not found.strip():
        _psql(postgres, f"CREATE ROLE {ROLE} LOGIN")
    name = f"odoo_{os.getpid()}_{time.monotonic_ns()}"
    _psql(postgres, f'CREATE DATABASE "{name}" OWNER {ROLE}')
    return name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _with_database(postgres: str, name: str, user: str = "") -> str:
    parts = urlsplit(postgres)
    netloc = parts.netloc
    if user:
        netloc = f"{user}@{netloc.rpartition('@')[2]}"
    scheme = parts.scheme.partition("+")[0]
    return urlunsplit(parts._replace(scheme=scheme, netloc=netloc, path=f"/{name}"))


def _server(postgres: str) -> str:
    return _with_database(postgres, "postgres")


def _psql(postgres: str, statement: str) -> None:
    _run(["psql", "-q", "-c", statement, _server(postgres)], "PostgreSQL")


def _run(
    command: Sequence[str],
    problem: str = "PostgreSQL",
    environment: Mapping[str, str] | None = None,
) -> str:
    """What it says; :class:`OdooUnavailable` if it fails."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment or os.environ
        )
    except OSError as error:
        raise OdooUnavailable(f"{problem}: {error}") from error
    if done.returncode:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip(" ^")]
        raise OdooUnavailable(f"{problem}: {' '.join(lines[-1:])}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
