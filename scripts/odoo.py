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
import os
import secrets
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

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
    psql,
    run,
    with_database,
)

DATA = HERE / "odoo_rpc.py"
PACKAGES = Wanted("bullseye", ("odoo-14", "python3-psycopg2"), download_mb=224, needed_mb=2000)
MODULES = ("stock",)
PYTHON = "python3.9"
ROLE = "podherd_odoo"
"""Odoo refuses to be ``postgres``."""
DUMP, FILES, LOG = "template.sql", "filestore", "odoo.log"
RELOCATED = ("usr/lib/python3/dist-packages/docutils/__init__.py", "/usr/share/docutils/")
"""A file, and the folder that it names."""
NOT_NEEDED = ("usr/share/doc", "usr/share/man")
QUESTION = Question(
    "/jsonrpc",
    b'{"jsonrpc":"2.0","method":"call","id":1,'
    b'"params":{"service":"common","method":"version","args":[]}}',
    start_s=120.0,
    poll_s=0.1,
)

OdooUnavailable = ServerUnavailable
"""Odoo cannot be had on this machine; the text says why, in one line."""


def main(arguments: list[str] | None = None) -> int:
    """0 when it is ready or was stopped, 3 when it cannot be had."""
    chosen = PRODUCT.parser().parse_args(arguments)
    return PRODUCT.exit_code(lambda: _do(chosen))


def _do(chosen: argparse.Namespace) -> int:
    home = install(target_folder(os.environ))
    if chosen.do == "serve":
        with ExitStack() as stack:
            postgres = chosen.postgres or stack.enter_context(cluster()).url()
            return Odoo(home, postgres, chosen.port).serve()
    return 0


def _stamp() -> str:
    return digest([DATA], *PACKAGES.packages, PACKAGES.release, *MODULES)


def _make(home: Path) -> None:
    try:
        _unpack_and_fill(home)
    except PackagesUnavailable as error:
        raise OdooUnavailable(str(error)) from error


PRODUCT = Product("odoo", "odoo-14.0", _stamp, _make)
target_folder, is_ready, install = PRODUCT.target_folder, PRODUCT.is_ready, PRODUCT.install


def _unpack_and_fill(home: Path) -> None:
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
    with tempfile.TemporaryDirectory(prefix="odoo-") as work:
        folder, name, port = Path(work), _fresh_database(postgres), free_port()
        command, environment = _command(home, folder, postgres, name, port)
        once = ["-i", ",".join(MODULES), "--without-demo=all", "--stop-after-init"]
        run([*command, *once], "the database cannot be filled", environment)
        process = ServerProcess(command, port, folder / LOG, QUESTION, environment)
        process.start()
        try:
            furnish(process.web, name)
        except RpcFailed as error:
            raise OdooUnavailable(f"the first data cannot be entered: {error}") from error
        finally:
            process.stop()
        dump_database(postgres, name, home / DUMP)
        kept = folder / FILES / name
        if kept.exists():
            shutil.copytree(kept, home / FILES)


class Odoo(TrialServer):
    """A running Odoo on a fresh database of its own, gone when the block ends."""

    name = "odoo"
    users = Users(BRIDGE, ADMIN, PASSWORD)

    def __init__(self, home: Path, postgres: str, port: int = 0):
        super().__init__(home, postgres, port)

    def _fresh_database(self) -> str:
        return _fresh_database(self._postgres)

    def _load_template(self, database: str, folder: Path) -> None:
        target = with_database(self._postgres, database, ROLE)
        run([*LOAD_DUMP, str(self._home / DUMP), target], "no template")
        if (self._home / FILES).exists():
            shutil.copytree(self._home / FILES, folder / FILES / database)

    def _make_process(self, database: str, folder: Path, port: int) -> ServerProcess:
        command, environment = _command(self._home, folder, self._postgres, database, port)
        return ServerProcess(command, port, folder / LOG, QUESTION, environment)


def _command(
    home: Path, folder: Path, postgres: str, name: str, port: int
) -> tuple[list[str], dict[str, str]]:
    """How Odoo is run on a database, by a configuration file in ``folder``."""
    begin, environment = interpreter(home / "root", PYTHON)
    config = folder / "odoo.conf"
    config.write_text(_configuration(folder, postgres, name, port))
    command = [*begin, str(home / "root" / "usr" / "bin" / "odoo"), "-c", str(config)]
    return command, {**environment, "PYTHONWARNINGS": "ignore"}


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
    if not psql(postgres, f"SELECT 1 FROM pg_roles WHERE rolname='{ROLE}'").strip():
        psql(postgres, f"CREATE ROLE {ROLE} LOGIN")
    name = f"odoo_{os.getpid()}_{time.monotonic_ns()}"
    psql(postgres, f'CREATE DATABASE "{name}" OWNER {ROLE}')
    return name


if __name__ == "__main__":
    sys.exit(main())
