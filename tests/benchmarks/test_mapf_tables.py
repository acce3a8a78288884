"""Tables and the line that sums up."""

from pathlib import Path

from benchmarks.macro.mapf_plots import growth_plot, save_plots
from benchmarks.macro.mapf_rows import FOUND, LANES, ROBOTS, TABLE
from benchmarks.macro.mapf_tables import markdown, summary
from benchmarks.report import Row


def row(part: str = TABLE, **changed: str | int | float) -> Row:
    return {
        "part": part, "workload": "WS-100", "mode": "fast", "lanes": "auto", "fair": "yes",
        "steps": 500, "goal": 820, "stretch": 860, "peer": 807, **dict.fromkeys(FOUND, 1),
        "violations": 0, "holds": "yes", **changed,
    }  # fmt: skip


def test_a_goal_is_reached_by_the_modes_that_reach_it() -> None:
    rows = [row(tasks=819), row(tasks=820, mode="anytime"), row(tasks=3, workload="WS-200")]
    told = summary(rows)
    assert "reached: WS-100 (anytime)." in told
    assert "Not reached: WS-200." in told


def test_a_run_without_a_verdict_is_no_sound_run() -> None:
    assert summary([row(), row(violations=""), row(violations=2)]).endswith("2 of 3.")


def test_runs_without_lanes_stand_beside_those_with() -> None:
    rows = [row(tasks=1_100), row(tasks=9, mode="anytime"), row(LANES, tasks=1_000, lanes="off")]
    assert "| WS-100 | 1 | 1,000 | 1,100 | +10.0% | 1 | 1 |" in markdown(rows)


def test_a_failed_run_is_shown_with_its_reason() -> None:
    failed = row(**dict.fromkeys(FOUND, ""), holds="no: out of memory")
    assert "no: out of memory" in markdown([failed])


def test_plots_of_the_same_rows_are_the_same(tmp_path: Path) -> None:
    rows = [
        row(),
        row(mode="anytime"),
        *(
            row(ROBOTS, **{"robots": size, "median ms": size / 100, "peak MB": 200})
            for size in (1, 10, 100)
        ),
    ]
    first, second = ([path.read_bytes() for path in save_plots(rows, tmp_path)] for _ in range(2))
    assert first == second


def test_the_power_of_growth_is_found() -> None:
    rows = [
        row(ROBOTS, **{"robots": size, "median ms": 3.0 * size**1.5, "peak MB": 200.0})
        for size in (10, 100, 1_000)
    ]
    legend = growth_plot(rows).axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["~ size^1.50"]
