"""The tables of ``docs/benchmarks.md`` from the rows of a run."""

from collections.abc import Sequence

from benchmarks.macro.mapf_rows import CELLS, FAIRNESS, FLEET, LANES, ROBOTS, TABLE
from benchmarks.report import Cell, Row

_RUN = ("workload", "steps", "mode", "tasks", "goal", "stretch", "peer", "of peer", "free flow")
_COST = ("median ms", "p95 ms", "max ms", "start-up s", "peak MB")
_COLUMNS = {
    TABLE: (*_RUN, "of free flow", *_COST, "oldest task", "holds"),
    FLEET: ("workload", "robots", "steps", "per step", "of free flow", *_COST, "holds"),
    ROBOTS: ("robots", "cells", "per step", *_COST),
    CELLS: ("cells", "robots", "per step", *_COST),
}
_TITLES = {
    TABLE: "Goals, peers, free flow",
    FLEET: "Large fleets, fast mode",
    ROBOTS: "More robots on one floor, fast mode",
    CELLS: "More floor, same density, fast mode",
}


def markdown(rows: Sequence[Row]) -> str:
    """All tables."""
    tables = [
        f"### {_TITLES[part]}\n\n{_table([row for row in rows if row['part'] == part], columns)}"
        for part, columns in _COLUMNS.items()
    ]
    tables.insert(2, f"### Lanes, fast mode\n\n{_table(_pairs(rows, LANES), _PAIR)}")
    tables.insert(3, f"### Fairness, fast mode\n\n{_table(_pairs(rows, FAIRNESS), _PAIR)}")
    return "\n\n".join((*tables, summary(rows)))


def summary(rows: Sequence[Row]) -> str:
    """One line: which goals in tasks are reached by which mode, and how many runs broke a rule."""
    reached: dict[str, list[str]] = {}
    for row in rows:
        if row["part"] == TABLE and row["goal"] != "":
            modes = reached.setdefault(str(row["workload"]), [])
            if _number(row["tasks"]) >= _number(row["goal"]):
                modes.append(str(row["mode"]))
    held = [f"{name} ({', '.join(modes)})" for name, modes in reached.items() if modes]
    short = [name for name, modes in reached.items() if not modes]
    broken = sum(row["violations"] != 0 for row in rows)
    return (
        f"Goals in tasks reached: {', '.join(held) or 'none'}. "
        f"Not reached: {', '.join(short) or 'none'}. "
        f"Runs with violations, or without a verdict: {broken} of {len(rows)}."
    )


_PAIR = (
    "workload",
    "robots",
    "tasks without",
    "tasks with",
    "gain",
    "oldest without",
    "oldest with",
)


def _pairs(rows: Sequence[Row], part: str) -> list[Row]:
    """Each run of the part, without the thing, beside the one with it."""
    whole = {row["workload"]: row for row in rows if row["part"] == TABLE and row["mode"] == "fast"}
    return [
        {
            "workload": row["workload"],
            "robots": row["robots"],
            "tasks without": row["tasks"],
            "tasks with": whole[row["workload"]]["tasks"],
            "gain": _gain(row["tasks"], whole[row["workload"]]["tasks"]),
            "oldest without": row["oldest task"],
            "oldest with": whole[row["workload"]]["oldest task"],
        }
        for row in rows
        if row["part"] == part
    ]


def _gain(without: Cell, with_it: Cell) -> str:
    if not _number(without) or with_it == "":
        return ""
    return f"{_number(with_it) / _number(without) - 1:+.1%}"


def _number(cell: Cell) -> float:
    return 0.0 if isinstance(cell, str) else float(cell)


def _table(rows: Sequence[Row], columns: Sequence[str]) -> str:
    lines = [columns, ["---"] * len(columns)]
    lines += [[_shown(row[column]) for column in columns] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _shown(cell: Cell) -> str:
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.3g}"
    return f"{cell:,}" if isinstance(cell, int) else cell
