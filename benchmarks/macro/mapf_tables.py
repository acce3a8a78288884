"""The tables of ``docs/benchmarks.md`` from the rows of a run."""

from collections.abc import Sequence

from benchmarks.macro.mapf_rows import CELLS, FAIRNESS, FLEET, LANES, ROBOTS, TABLE
from benchmarks.report import Cell, Row

_CPU = "CPU ms"
"""Median, 95th percentile and maximum in one cell."""
_COST = (_CPU, "start-up s", "peak MB")
_COLUMNS = {
    TABLE: (
        "workload", "steps", "mode", "tasks", "goal", "stretch", "peer", "of peer", "free flow",
        "of free flow", *_COST, "oldest task", "holds",
    ),
    FLEET: ("workload", "robots", "steps", "per step", "of free flow", *_COST, "holds"),
    ROBOTS: ("robots", "cells", "per step", *_COST),
    CELLS: ("cells", "robots", "per step", *_COST),
}  # fmt: skip
_TITLES = {
    TABLE: "Goals, peers, free flow",
    FLEET: "Large fleets, fast mode",
    ROBOTS: "More robots on one floor, fast mode",
    CELLS: "More floor, same density, fast mode",
}


_WITHOUT = {LANES: ", no lanes", FAIRNESS: ", not fair"}


def markdown(rows: Sequence[Row]) -> str:
    """All tables."""
    tables = [
        f"### {_TITLES[part]}\n\n{_table(_of_part(rows, part), columns)}"
        for part, columns in _COLUMNS.items()
    ]
    tables.insert(2, f"### Lanes, fast mode\n\n{_table(_pairs(rows, LANES), _PAIR)}")
    tables.insert(3, f"### Fairness, fast mode\n\n{_table(_pairs(rows, FAIRNESS), _PAIR)}")
    return "\n\n".join((*tables, summary(rows)))


def compact(rows: Sequence[Row]) -> list[Row]:
    """Rows that fit on a screen: what holds and what does not."""
    return [
        {
            "run": f"{row['workload']} {row['mode']}{_WITHOUT.get(str(row['part']), '')}",
            "robots": row["robots"],
            "tasks": row["tasks"],
            "goal": row["goal"],
            "peer": row["peer"],
            "of free flow": row["of free flow"],
            "CPU ms": _cpu(row),
            "start s": row["start-up s"],
            "MB": row["peak MB"],
            "oldest": row["oldest task"],
            "holds": row["holds"],
        }
        for row in rows
    ]


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


def _of_part(rows: Sequence[Row], part: str) -> list[Row]:
    return [{**row, _CPU: _cpu(row)} for row in rows if row["part"] == part]


def _cpu(row: Row) -> str:
    figures = [_number(row[name]) for name in ("median ms", "p95 ms", "max ms")]
    return " / ".join(f"{ms:,.0f}" if ms >= 10 else f"{ms:.1f}" for ms in figures)


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
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.2f}"
    return f"{cell:,}" if isinstance(cell, int) else cell
