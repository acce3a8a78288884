"""Results of benchmarks: a table for people and a JSON file with all that is needed to judge it."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

Cell = str | int | float
Row = Mapping[str, Cell]
RESULTS = Path(__file__).parent / "results"
ROOT = Path(__file__).parents[1]
FILE_WIDTH = 160
"""Columns of text where the output goes to a file."""


def quick() -> bool:
    """Whether a short run is wanted (``QUICK=1``): good to see that it works, not to quote."""
    return os.environ.get("QUICK", "") not in ("", "0")


def publish(
    name: str,
    rows: Sequence[Row],
    *,
    seed: int,
    packages: Sequence[str] = (),
    parameters: Mapping[str, Cell] | None = None,
    notes: Sequence[str] = (),
    shown: Sequence[Row] | None = None,
) -> Path:
    """Print the rows, or ``shown`` in their stead, and write them to
    ``benchmarks/results/<name>.json`` (``<name>.quick.json`` for a short run), with seed, commit,
    versions of ``packages``, machine and ``notes``."""
    print_table(name, rows if shown is None else shown)
    target = RESULTS / f"{name}{'.quick' if quick() else ''}.json"
    target.parent.mkdir(exist_ok=True)
    document = {
        "benchmark": name,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick(),
        "seed": seed,
        "commit": _commit(),
        "machine": machine(),
        "versions": {"python": platform.python_version(), **_versions(packages)},
        "parameters": dict(parameters or {}),
        "notes": list(notes),
        "rows": [dict(row) for row in rows],
    }
    target.write_text(json.dumps(document, indent=2) + "\n")
    print(f"written to {target.relative_to(ROOT)}")
    return target


def print_table(title: str, rows: Sequence[Row]) -> None:
    """For people."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=FILE_WIDTH)
    console.print(_table(title, rows))


def machine() -> dict[str, Cell]:
    """What this was measured on."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count() or 0,
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "load_1_min": round(os.getloadavg()[0], 1),
        "system": platform.platform(),
    }


def _table(name: str, rows: Sequence[Row]) -> Table:
    table = Table(title=name)
    for column in rows[0] if rows else ():
        numeric = all(isinstance(row[column], int | float) for row in rows)
        table.add_column(column, justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*(_shown(cell) for cell in row.values()))
    return table


def _shown(cell: Cell) -> str:
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.2f}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def _commit() -> str:
    def git(*arguments: str) -> str:
        done = subprocess.run(("git", *arguments), cwd=ROOT, capture_output=True, text=True)
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no")
    return git("rev-parse", "HEAD") + (" with changes" if changed else "")


def _versions(packages: Sequence[str]) -> dict[str, str]:
    return {name: version(name) for name in ("podherd", *packages)}


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
