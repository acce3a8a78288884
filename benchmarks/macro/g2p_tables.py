"""Side by side: rules with their ratios, and people who walk."""

from collections.abc import Iterator, Sequence

from benchmarks.macro.g2p_costs import Assumptions
from benchmarks.macro.g2p_goals import (
    NEAREST,
    Verdict,
    cost_per_line,
    walking_cost_per_line,
)
from benchmarks.macro.g2p_stats import Runs, Spread, number
from benchmarks.report import Cell, Row


def groups(rows: Sequence[Row]) -> list[tuple[str, int]]:
    """Scenario and robots of what was run, in order."""
    return sorted({(str(row["scenario"]), int(number(row["robots"]))) for row in rows})


def rule_rows(rows: Sequence[Row], costs: Assumptions) -> list[Row]:
    """What got done, for each scenario, fleet and rule; ratios are to first-come with the nearest
    pod."""
    return [
        {
            **_asked(runs),
            "seeds": len(runs.rows),
            "lines/h": runs.spread("lines_per_h").text(0),
            "items/h": runs.spread("items_per_h").text(0),
            "x": _times(runs.ratio(base, "items_per_h")),
            "items/visit": runs.spread("items_per_visit").text(),
            "m/item": runs.spread("metres_per_item").text(1),
            "x m": _times(runs.ratio(base, "metres_per_item")),
            "station use": runs.spread("station_use").text(),
            "yuan/line": _cost(runs, costs).text(3),
        }
        for runs, base in _by_rule(rows)
    ]


def waiting_rows(rows: Sequence[Row]) -> list[Row]:
    """How long orders waited and what the decisions cost, for the same runs. Quantiles of ages are
    means over seeds; what is oldest, slowest or broken is of the worst seed."""
    return [
        {
            **_asked(runs),
            "late": runs.spread("late_share").text(4),
            "age p50/p95/p99/max min": _ages(runs),
            "oldest open min": round(runs.largest("oldest_open_s") / 60, 1),
            "short orders": int(runs.largest("short_orders")),
            "robot use": runs.spread("robot_use").text(),
            "step p50/p99 ms": f"{runs.largest('decision_p50_ms'):.1f} / "
            f"{runs.largest('decision_p99_ms'):.1f}",
            "violations": int(runs.largest("violations")),
            "deadlocks": int(runs.largest("deadlocks")),
            "CPU s": round(runs.largest("cpu_s")),
        }
        for runs, _ in _by_rule(rows)
    ]


def _by_rule(rows: Sequence[Row]) -> Iterator[tuple[Runs, Runs]]:
    """Runs of each scenario, fleet and rule, and those of the rule they are compared with."""
    rules = dict.fromkeys(str(row["rule"]) for row in rows)
    for scenario, robots in groups(rows):
        base = Runs.of(rows, scenario, NEAREST, robots)
        for rule in rules:
            runs = Runs.of(rows, scenario, rule, robots)
            if runs:
                yield runs, base


def _asked(runs: Runs) -> Row:
    first = next(iter(runs.rows.values()))
    return {
        "scenario": first["scenario"],
        "robots": first["robots"],
        "backlog": first["backlog_size"],
        "rule": first["rule"],
    }


def _cost(runs: Runs, costs: Assumptions) -> Spread:
    return Spread.of([cost_per_line(row, costs) for row in runs.rows.values()])


def _ages(runs: Runs) -> str:
    means = [runs.spread(f"age_{name}_s").mean / 60 for name in ("p50", "p95", "p99")]
    ages = [*means, runs.largest("age_max_s") / 60]
    return " / ".join(f"{age:.0f}" for age in ages)


def _times(ratio: Spread | None) -> Cell:
    return "" if ratio is None else ratio.text()


def walking_table(walking: Sequence[Row], rows: Sequence[Row], costs: Assumptions) -> list[Row]:
    """A row for each scenario and way to walk; the cost is at the lines per hour of the best run
    with robots of the same seed."""
    names = dict.fromkeys((str(row["scenario"]), str(row["way"])) for row in walking)
    return [
        _walking_row(
            [row for row in walking if (row["scenario"], row["way"]) == name],
            [row for row in rows if row["scenario"] == name[0]],
            costs,
        )
        for name in names
    ]


def _walking_row(own: Sequence[Row], runs: Sequence[Row], costs: Assumptions) -> Row:
    money = [
        walking_cost_per_line(max(same, key=lambda run: number(run["lines_per_h"])), row, costs)
        for row in own
        if (same := [run for run in runs if run["seed"] == row["seed"]])
    ]
    return {
        "scenario": own[0]["scenario"],
        "batching, slotting": own[0]["way"],
        "seeds": len(own),
        "lines/picker-h": _of(own, "lines_per_picker_h").text(1),
        "m/line": _of(own, "metres_per_line").text(1),
        "yuan/line": Spread.of(money).text(3) if money else "",
    }


def _of(rows: Sequence[Row], name: str) -> Spread:
    return Spread.of([number(row[name]) for row in rows])


def goal_rows(found: Sequence[Verdict]) -> list[Row]:
    """The goals and what holds."""
    return [verdict.row for verdict in found]


def markdown(rows: Sequence[Row]) -> str:
    """A table for a document."""
    if not rows:
        return ""
    lines = [list(rows[0]), ["---"] * len(rows[0])]
    lines += [[_shown(cell) for cell in row.values()] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _shown(cell: Cell) -> str:
    return f"{cell:,}" if isinstance(cell, int | float) else cell
