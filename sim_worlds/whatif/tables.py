"""The study as a table: on the screen, and as CSV with a line per future."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.table import Table

from sim_worlds.whatif.answer import METRICS, Combination, Target
from sim_worlds.whatif.futures import Row
from sim_worlds.whatif.vary import Axis

_SHOWN = (
    ("done", "done", "{:.1%}"),
    ("done_h", "h", "{:.2f}"),
    ("late", "late", "{:.1%}"),
    ("lines_per_h", "lines/h", "{:.0f}"),
    ("station_use", "stations", "{:.0%}"),
    ("robot_use", "robots", "{:.0%}"),
    ("metres_per_line", "m/line", "{:.1f}"),
    ("cost_per_line", "yuan/line", "{:.3f}"),
)


def screen_table(
    combinations: Iterable[Combination], axes: Sequence[Axis], targets: Sequence[Target]
) -> Table:
    """A row per combination: means over its seeds, and whether it meets the targets under all."""
    keys = [axis.key for axis in axes if axis.key != "seed"]
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in (*keys, *(title for _, title, _ in _SHOWN), "targets"):
        table.add_column(title, justify="right", no_wrap=True)
    for combination in combinations:
        settings = [str(value) for _, value in combination.settings]
        if not combination.figures:
            table.add_row(*settings, *("-" for _ in _SHOWN), "failed")
            continue
        cells = [form.format(combination.mean(metric)) for metric, _, form in _SHOWN]
        table.add_row(*settings, *cells, _verdict(combination, targets))
    return table


def _verdict(combination: Combination, targets: Sequence[Target]) -> str:
    if combination.failed:
        return f"{combination.failed} failed"
    missed = combination.misses(targets)
    return f"misses {', '.join(target.metric for target in missed)}" if missed else "met"


def write_csv(rows: Iterable[Row], axes: Sequence[Axis], path: Path) -> None:
    """A line per future: what was varied, seed, all figures, error."""
    keys = [axis.key for axis in axes if axis.key != "seed"]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*keys, "seed", *METRICS, "error"])
        writer.writeheader()
        for row in rows:
            figures = asdict(row.figures) if row.figures is not None else {}
            writer.writerow({**dict(row.settings), "seed": row.seed, "error": row.error, **figures})
