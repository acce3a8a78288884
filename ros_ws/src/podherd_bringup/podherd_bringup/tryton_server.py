"""A trial Tryton as a program of a shift; the server is installed by ``scripts/tryton.py``."""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from planner.warehouse.errors import PodherdError
from podherd_bringup.environment import find_workspace
from podherd_bringup.supervisor import Program

SQLITE, POSTGRESQL = "sqlite", "postgresql"
POSTGRES_VARIABLE = "PODHERD_TRYTON_POSTGRES"
"""Names a PostgreSQL server where databases may be made."""
_ADDRESS = re.compile(r"^tryton: (?:as a clerk )?(tryton://\S+)$", re.MULTILINE)
_POSTGRES = re.compile(r"^postgresql\S+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TrytonPlan:
    """A Tryton on a fresh ``database``: a file (``sqlite``), or on a PostgreSQL server, that at
    ``postgres`` or one of its own."""

    root: Path
    port: int
    database: str = SQLITE
    postgres: str = ""

    @property
    def own_postgres(self) -> Program | None:
        """A PostgreSQL server if one is needed; it prints its address."""
        if self.database == SQLITE or self.postgres:
            return None
        command = (sys.executable, "-m", "scripts.postgres", "--not-durable")
        environment = {**os.environ, "PYTHONPATH": str(self.root)}
        return Program("postgres", command, environment, vital=True)

    def server(self, folder: Path, postgres: str) -> Program:
        """Tryton, which prints its addresses. Its database is in ``folder``, if it is a file."""
        on_file = self.database == SQLITE
        command = (
            sys.executable,
            str(self.root / "scripts" / "tryton.py"),
            "serve",
            f"--port={self.port}",
            f"--db={self.database}",
            *((f"--folder={folder}",) if on_file else (f"--postgres={postgres}",)),
        )
        # Started again on PostgreSQL it would make a new database.
        return Program("wms", command, os.environ, vital=not on_file)


def addresses(said: str) -> tuple[str, str] | None:
    """The addresses for the bridge and for a clerk that a server printed."""
    found = _ADDRESS.findall(said)
    return (found[0], found[1]) if len(found) > 1 else None


def postgres_address(said: str) -> str | None:
    """The address that a PostgreSQL server of ours printed."""
    found = _POSTGRES.search(said)
    return found[0] if found else None


def find_root() -> Path:
    """The project's folder; :class:`PodherdError` where there is only the package."""
    root = find_workspace().parent
    if not (root / "scripts" / "tryton.py").exists():
        raise PodherdError(
            "a trial Tryton comes with the project's source only",
            field="wms",
            value=str(root),
            remedy="Clone the project and run 'make demo WMS=tryton'.",
        )
    return root
