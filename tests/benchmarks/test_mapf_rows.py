"""What is run, and the row of a run, in full length, short, or failed."""

from pathlib import Path

import pytest
import typer
from fakes.league_floors import write_instance

from benchmarks.macro.mapf import main
from benchmarks.macro.mapf_case import Case
from benchmarks.macro.mapf_rows import (
    CELLS,
    FAIRNESS,
    LANES,
    QUICK,
    ROBOTS,
    TABLE,
    Run,
    Sizes,
    Yardsticks,
    measured_row,
    runs,
)
from benchmarks.macro.mapf_workloads import WORKLOADS, Workload

FLOOR = ["SSSSSS", "......", "E.E.E."]
TINY = Workload("tiny", 12, 6, goal=1, stretch=99, peer=2)


def silent(words: str, step: int) -> None:
    pass


def row_of(path: Path, steps: int, yardsticks: Yardsticks | None = None) -> dict[str, object]:
    run = Run(TABLE, TINY, Case(path, steps))
    return dict(measured_row(run, yardsticks or Yardsticks(), silent))


def test_a_run_in_full_is_held_against_goal_peer_and_free_flow(tmp_path: Path) -> None:
    path = write_instance(tmp_path, FLOOR, [0, 17], [[1, 12], [4, 16]])
    yardsticks = Yardsticks()
    row = row_of(path, 12, yardsticks)
    assert (row["goal"], row["stretch"], row["peer"]) == (1, 99, 2)
    assert row["of peer"] == int(str(row["tasks"])) / 2
    assert row["violations"] == 0
    assert yardsticks.known == {(path, 12): row["free flow"]}


def test_a_short_run_is_not(tmp_path: Path) -> None:
    row = row_of(write_instance(tmp_path, FLOOR, [0], [[1, 12]]), 6)
    assert (row["goal"], row["peer"], row["of peer"]) == ("", "", "")
    assert row["free flow"] != ""


def test_a_failed_run_is_a_row_with_its_reason(tmp_path: Path) -> None:
    row = row_of(tmp_path / "missing.json", 6)
    assert str(row["holds"]).startswith("no: InvalidInstance")
    assert row["tasks"] == row["violations"] == ""
    good = row_of(write_instance(tmp_path, FLOOR, [0], [[1, 12]]), 6)
    assert row.keys() == good.keys()


def test_what_is_run(tmp_path: Path) -> None:
    """Every workload in both modes, with the short run's lengths; growth on floors that are made;
    each run that leaves something out has one beside it that does not."""
    data = tmp_path / "data"
    data.mkdir()
    written = write_instance(data, FLOOR * 40, [0, 17], [[1, 12]])
    for name in (*(one.name for one in WORKLOADS), "WH-5000"):
        (data / f"{name}.json").write_text(written.read_text())
    sizes = Sizes(True, QUICK.lanes_on, QUICK.fairness_on, (3, 5), (4, 6), 2)
    found = runs(data, tmp_path, sizes)
    table = [run for run in found if run.part == TABLE]
    assert len(table) == 2 * len(WORKLOADS) == len({(r.workload, r.case.mode) for r in table})
    assert all(run.case.steps == run.workload.quick_steps for run in table)
    compared = {run.workload for run in found if run.part in (LANES, FAIRNESS)}
    assert compared <= {run.workload for run in table}
    made = [run.case.instance for run in found if run.part in (ROBOTS, CELLS)]
    assert len(made) == len(set(made)) == 4
    assert all(path.is_file() and path.parent == tmp_path for path in made)


def test_who_lacks_the_instances_is_told_where_to_get_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as stopped:
        main(data=tmp_path)
    assert stopped.value.exit_code == 2
    told = capsys.readouterr().err
    assert str(tmp_path) in told
    for words in ("WS-100.json", "WH-5000.json", "DATA=DIR", "benchmarks/README.md"):
        assert words in told
    assert "WH-10000.json" not in told
