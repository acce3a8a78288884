"""The conformance kit against a fresh trial Tryton on each kind of database.

    python scripts/tryton_conformance.py [--db sqlite] [--db postgresql] [options of the kit]

What else is given goes to ``podherd wms conformance``: ``--only lost``, ``--patience 120``. Of
``--json FILE``, ``--junit FILE`` and ``--keep DIR`` each database gets one of its own
(``report.json`` becomes ``report-sqlite.json``). Run it with the Python of ``.venv``.

Exit code: the kit's (1 if a case failed), the worst of all; 3 where no Tryton can be had."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE.parent) not in sys.path:
    sys.path.insert(0, str(HERE.parent))

from scripts.postgres import PostgresMissing, cluster  # noqa: E402
from scripts.tryton import (  # noqa: E402
    POSTGRESQL,
    SQLITE,
    Tryton,
    TrytonUnavailable,
    install,
    target_folder,
)

DATABASES = (SQLITE, POSTGRESQL)
FENCE_S, TIMEOUT_S = 4, 10
"""Nothing delays a request there but the kit (by half the fence), and other work of the machine.
Only the bridge is so impatient, not its people."""
PATIENCE_S = 60
OWN_FILES = ("--json", "--junit", "--keep")
UNAVAILABLE = 3


def main(arguments: list[str] | None = None) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(description="The conformance kit against a trial Tryton.")
    parser.add_argument("--db", choices=DATABASES, action="append", help="may come again")
    for option in OWN_FILES:
        parser.add_argument(option, type=Path)
    chosen, kit = parser.parse_known_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    codes = []
    for database in chosen.db or DATABASES:
        files = [(option, getattr(chosen, option.removeprefix("--"))) for option in OWN_FILES]
        own = [f"{option}={own_file(path, database)}" for option, path in files if path]
        try:
            with trial(database) as server:
                print(f"conformance of Tryton on {database}", flush=True)
                codes.append(_run(server, [*own, *kit]))
        except (TrytonUnavailable, PostgresMissing) as error:
            print(f"TRYTON UNAVAILABLE: {error}", file=sys.stderr)
            codes.append(UNAVAILABLE)
    return max(codes)


@contextmanager
def trial(database: str) -> Iterator[Tryton]:
    """A server on a fresh database of that kind, gone at the end; :class:`TrytonUnavailable` or
    :class:`PostgresMissing` where there can be none."""
    with ExitStack() as stack:
        home = install(target_folder(os.environ))
        postgres = None
        if database == POSTGRESQL:
            given = os.environ.get("PODHERD_TRYTON_POSTGRES")
            postgres = given or stack.enter_context(cluster()).url()
        yield stack.enter_context(Tryton(home, postgres=postgres))


def kit_url(server: Tryton) -> str:
    """Its address for the kit, with a short fence."""
    return f"{server.url}?fence_s={FENCE_S}&timeout_s={TIMEOUT_S}"


def own_file(path: Path, database: str) -> Path:
    """A file or folder for what was found on that database."""
    return path.with_name(f"{path.stem}-{database}{path.suffix}")


def _run(server: Tryton, options: Sequence[str]) -> int:
    program = Path(sys.executable).with_name("podherd")
    usual = [f"--clerk={server.clerk_url}", f"--patience={PATIENCE_S}"]
    command = [str(program), "wms", "conformance", kit_url(server), *usual, *options]
    with subprocess.Popen(command) as kit:
        try:
            return kit.wait()
        finally:
            kit.terminate()


if __name__ == "__main__":
    sys.exit(main())
