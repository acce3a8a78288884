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
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE.parent) not in sys.path:
    sys.path.insert(0, str(HERE.parent))

from scripts.postgres import cluster  # noqa: E402
from scripts.stamps import digest  # noqa: E402
from scripts.trial_server import (  # noqa: E402
    LOAD_DUMP,
    Product,
    Question,
    ServerProcess,
    ServerUnavailable,
    TrialServer,
    Users,
    dump_database,
    free_port,
    only_one,
    psql,
    run,
    with_database,
)
from scripts.tryton_rpc import ADMIN, BRIDGE, PASSWORD, furnish  # noqa: E402

LOCK = HERE / "tryton.lock"
DATA = HERE / "tryton_rpc.py"
MODULES = ("stock", "stock_lot")
NAME = "wms"
SQLITE, POSTGRESQL = "sqlite", "postgresql"
NEEDED_MB = 300
QUESTION = Question(
    "/rpc/",
    b'{"id":1,"method":"common.server.version","params":[]}',
    start_s=60.0,
    poll_s=0.05,
)

TrytonUnavailable = ServerUnavailable
"""Tryton cannot be had on this machine; the text says why, in one line."""


def main(arguments: list[str] | None = None) -> int:
    """0 when it is ready or was stopped, 3 when it cannot be had."""
    parser = PRODUCT.parser()
    parser.add_argument("--db", choices=(SQLITE, POSTGRESQL), default=SQLITE)
    parser.add_argument("--folder", type=Path, help="keep the database here; else it is temporary")
    chosen = parser.parse_args(arguments)
    return PRODUCT.exit_code(lambda: _do(chosen))


def _do(chosen: argparse.Namespace) -> int:
    home = install(target_folder(os.environ))
    with ExitStack() as stack:
        postgres = None
        if chosen.db == POSTGRESQL:
            postgres = chosen.postgres or stack.enter_context(cluster()).url()
        if chosen.do == "serve":
            return Tryton(home, postgres, chosen.port, chosen.folder).serve()
        if postgres:
            dump_of_template(home, postgres)
    return 0


def _stamp() -> str:
    return digest([LOCK, DATA], *MODULES)


def _make(home: Path) -> None:
    free_mb = shutil.disk_usage(home.parent).free // 1_000_000
    if free_mb < NEEDED_MB:
        raise TrytonUnavailable(f"{NEEDED_MB} MB of disk are needed in {home.parent}")
    print("tryton: installing the server in an environment of its own", flush=True)
    home.mkdir()
    run([sys.executable, "-m", "venv", str(home / "env")], "no environment can be made")
    pip = [str(home / "env" / "bin" / "python"), "-m", "pip", "install", "--quiet", "-r", str(LOCK)]
    run(pip, "its packages cannot be installed")
    print("tryton: making the template database (SQLite)", flush=True)
    template = home / SQLITE
    template.mkdir()
    (template / f"{NAME}.sqlite").touch()
    _fill(home, _in_files(template), NAME)
    with sqlite3.connect(template / f"{NAME}.sqlite") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


PRODUCT = Product("tryton", "tryton", _stamp, _make)
target_folder, is_ready, install = PRODUCT.target_folder, PRODUCT.is_ready, PRODUCT.install


def dump_of_template(home: Path, postgres: str) -> Path:
    """The dump from which PostgreSQL databases are made; made with that server if need be."""
    dump = home / "postgresql.sql"
    with only_one(home / "postgresql.lock"):
        if dump.exists():
            return dump
        print("tryton: making the template database (PostgreSQL)", flush=True)
        name = f"podherd_template_{os.getpid()}"
        psql(postgres, f'CREATE DATABASE "{name}"')
        try:
            _fill(home, with_database(postgres, ""), name)
            part = dump.with_suffix(".part")
            dump_database(postgres, name, part)
            part.rename(dump)
        finally:
            psql(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')
    return dump


def _fill(home: Path, uri: str, name: str) -> None:
    """Tables, modules and the first data, in an empty database."""
    with tempfile.TemporaryDirectory() as work:
        port = free_port()
        config = _write_config(Path(work), uri, port)
        secret = Path(work) / "secret"
        secret.write_text(PASSWORD)
        admin = [str(home / "env" / "bin" / "trytond-admin"), "-c", str(config), "-d", name]
        environment = {**os.environ, "TRYTONPASSFILE": str(secret)}
        run([*admin, "--all", "--email", "trial@example.com"], "no database", environment)
        more = ["-u", *MODULES, "--activate-dependencies"]
        run([*admin, *more], "modules cannot be activated", environment)
        server = _process(home, config, name, port)
        try:
            server.start()
            furnish(f"{server.web}/{name}/rpc/")
        finally:
            server.stop()


class Tryton(TrialServer):
    """A running Tryton on a fresh database of its own, a file unless ``postgres`` is a server; gone
    when the block ends, unless a ``folder`` is named."""

    name = "tryton"
    users = Users(BRIDGE, ADMIN, PASSWORD)

    def __init__(
        self, home: Path, postgres: str | None = None, port: int = 0, folder: Path | None = None
    ):
        super().__init__(home, postgres or "", port, folder)

    def _fresh_database(self) -> str:
        if not self._postgres:
            return NAME
        name = f"wms_{os.getpid()}_{time.monotonic_ns()}"
        psql(self._postgres, f'CREATE DATABASE "{name}"')
        return name

    def _load_template(self, database: str, folder: Path) -> None:
        if self._postgres:
            dump = dump_of_template(self._home, self._postgres)
            load = [*LOAD_DUMP, str(dump), with_database(self._postgres, database)]
            run(load, "the template cannot be loaded")
            return
        target = folder / f"{database}.sqlite"
        if not target.exists():
            shutil.copyfile(self._home / SQLITE / target.name, target)

    def _make_process(self, database: str, folder: Path, port: int) -> ServerProcess:
        uri = with_database(self._postgres, "") if self._postgres else _in_files(folder)
        return _process(self._home, _write_config(folder, uri, port), database, port)


def _process(home: Path, config: Path, name: str, port: int) -> ServerProcess:
    """That of one configuration file."""
    command = [str(home / "env" / "bin" / "trytond"), "-c", str(config), "-d", name]
    return ServerProcess(command, port, config.with_suffix(".log"), QUESTION)


def _in_files(folder: Path) -> str:
    """The databases of SQLite in a folder."""
    return f"sqlite://\npath = {folder}"


def _write_config(folder: Path, uri: str, port: int) -> Path:
    config = folder / "trytond.conf"
    config.write_text(
        f"[database]\nuri = {uri}\n\n[web]\nlisten = 127.0.0.1:{port}\n\n"
        "[session]\nmax_attempt = 1000\nmax_attempt_ip_network = 100000\n"
    )
    return config


if __name__ == "__main__":
    sys.exit(main())
