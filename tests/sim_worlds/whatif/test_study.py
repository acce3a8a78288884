"""Whole studies: real futures in real processes, kept rows, failures, plots."""

import csv
import json
import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest

from planner.warehouse.errors import InvalidStudy
from sim_worlds.whatif.answer import parse_target
from sim_worlds.whatif.futures import Future, Row, run_future
from sim_worlds.whatif.journal import Journal
from sim_worlds.whatif.plots import draw, save
from sim_worlds.whatif.pool import run_on_processes
from sim_worlds.whatif.study import Findings, Study, Where, run_study
from sim_worlds.whatif.tables import screen_table, write_csv
from sim_worlds.whatif.vary import parse_axes
from tests.sim_worlds.whatif.grounds import Deadly, tiny_ground

TWO = Where(workers=2)


def test_two_by_two_futures_of_the_tiny_site(tmp_path: Path) -> None:
    axes = parse_axes(["robots=1,2", "pick_s=4,12"])
    study = Study(tiny_ground(), axes, seeds=1)
    found = run_study(study, tmp_path, TWO)
    assert [row.error for row in found.rows] == ["", "", "", ""]
    figures = {row.settings: row.figures for row in found.rows}
    for row in found.rows:
        assert row.figures is not None
        assert (row.figures.done, row.figures.orders) == (1.0, 3)
        assert row.figures.lines == sum(len(t.order.lines) for t in study.ground.orders)
    # The same future in this process: the same figures to the last bit.
    first = found.rows[0]
    assert run_future(study.ground, first.future) == first
    slow, fast = (figures[("robots", 2), ("pick_s", s)] for s in (12, 4))
    assert slow is not None
    assert fast is not None
    assert fast.done_h < slow.done_h
    assert fast.cost_per_line < slow.cost_per_line
    assert found.answer.best is not None
    assert dict(found.answer.best.settings)["pick_s"] == 4
    _plots_and_tables(study, tmp_path)


def _plots_and_tables(study: Study, folder: Path) -> None:
    """What is finished is not run again: this only reads rows."""
    found = run_study(study, folder, Where(workers=0))
    svg, png = save(draw(found.combinations, study.axes, study.targets, found.answer.best), folder)
    assert svg.read_bytes().startswith(b"<?xml")
    assert png.read_bytes().startswith(b"\x89PNG")
    write_csv(found.rows, study.axes, folder / "futures.csv")
    with (folder / "futures.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["robots"], row["pick_s"]) for row in rows] == [
        ("1", "4"),
        ("1", "12"),
        ("2", "4"),
        ("2", "12"),
    ]
    assert float(rows[0]["lines_per_h"]) > 0
    assert screen_table(found.combinations, study.axes, study.targets).row_count == 4


def test_one_number_and_three_are_drawn_too(tmp_path: Path) -> None:
    for texts in (["pick_s=4,8"], ["release.rule=joint"], ["robots=1", "pick_s=4", "volume=1,2"]):
        axes = parse_axes(texts)
        study = Study(tiny_ground(1), axes, seeds=1)
        rows = [run_future(study.ground, future) for future in study.futures()]
        assert [row.error for row in rows] == [""] * len(rows)
        folder = tmp_path / str(len(texts) + len(texts[0]))
        with_rows = _kept(study, folder, rows)
        save(draw(with_rows.combinations, axes, study.targets, with_rows.answer.best), folder)
        assert (folder / "whatif.svg").stat().st_size > 1000


def _kept(study: Study, folder: Path, rows: list[Row]) -> Findings:
    journal = Journal(folder, study.ground)
    for row in rows:
        journal.add(row)
    journal.close()
    return run_study(study, folder, Where(workers=0))


def test_a_future_that_fails_is_a_row_and_the_others_go_on(tmp_path: Path) -> None:
    # A thousand times the orders need more stock than six pods hold.
    study = Study(tiny_ground(), parse_axes(["volume=1000,1"]), seeds=1)
    found = run_study(study, tmp_path, TWO)
    failed, good = found.rows
    assert "does not fit into the pods" in failed.error
    assert good.error == ""
    assert found.answer.best is not None
    assert found.answer.best.settings == (("volume", 1),)
    # It is tried again when the study goes on; what went well is not.
    told: list[Row] = []
    run_study(study, tmp_path, TWO, told.append)
    assert told[0] == good
    assert told[1].error == failed.error


def test_a_process_that_dies_takes_one_future_with_it() -> None:
    ground = replace(tiny_ground(), faults=Deadly())
    futures = [Future((), 1), Future((), 2)]
    rows = list(run_on_processes(ground, futures, 2))
    assert sorted(row.seed for row in rows) == [1, 2]
    assert {row.error for row in rows} == {"its process ended with exit code 7"}


def test_an_interrupt_keeps_what_is_finished_and_the_same_call_goes_on(tmp_path: Path) -> None:
    study = Study(tiny_ground(1), parse_axes(["pick_s=4,5,6"]), seeds=1)

    def interrupt(row: Row) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_study(study, tmp_path, Where(workers=1), interrupt)
    assert multiprocessing.active_children() == []
    lines = (tmp_path / "futures.jsonl").read_text().splitlines()
    assert [json.loads(line)["settings"] for line in lines] == [{"pick_s": 4}]
    found = run_study(study, tmp_path, TWO)
    assert len(found.rows) == 3
    assert len((tmp_path / "futures.jsonl").read_text().splitlines()) == 3


def test_a_torn_line_is_cut_off_and_more_values_may_be_added(tmp_path: Path) -> None:
    study = Study(tiny_ground(1), parse_axes(["pick_s=4"]), seeds=1)
    run_study(study, tmp_path, TWO)
    path = tmp_path / "futures.jsonl"
    whole = path.read_text()
    path.write_text(whole + '{"settings": {"pick')
    told: list[Row] = []
    wider = replace(study, axes=parse_axes(["pick_s=4,6"]))
    run_study(wider, tmp_path, TWO, told.append)
    assert path.read_text().startswith(whole)
    assert [dict(row.settings)["pick_s"] for row in told] == [4, 6]
    assert len(path.read_text().splitlines()) == 2


def test_a_folder_of_another_study_is_left_alone(tmp_path: Path) -> None:
    Journal(tmp_path, tiny_ground(1)).close()
    with pytest.raises(InvalidStudy, match=r"out: this folder holds another study.*Name another"):
        Journal(tmp_path, tiny_ground(2))
    (tmp_path / "futures.jsonl").write_text("{}\n")
    with pytest.raises(InvalidStudy, match=r"futures\.jsonl:1"):
        Journal(tmp_path, tiny_ground(1))


def test_a_future_ends_after_its_hours_and_open_orders_count() -> None:
    ground = replace(tiny_ground(6), hours=0.1, promise_h=0.01)
    row = run_future(ground, Future((), 1))
    assert row.figures is not None
    assert row.figures.done < 1.0
    assert row.figures.done_h == pytest.approx(0.1)
    assert row.figures.late > 0
    late = parse_target("late<=0")
    assert not late.met(row.figures.late)
