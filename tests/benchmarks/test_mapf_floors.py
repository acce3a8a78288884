"""Floors made for measuring are sound instances."""

from pathlib import Path

import numpy as np
from fakes.league_floors import write_instance

from benchmarks.macro.mapf_floors import part_of_floor, with_more_agents
from sim_worlds.league.instance import load_instance

FLOOR = ["E.......", ".SS.SS..", ".@@.@@.E", ".SS.SS..", "....@@@@"]


def test_more_agents_keep_the_first_ones_and_the_tasks(tmp_path: Path) -> None:
    small = write_instance(tmp_path, FLOOR, [5, 0], [[9, 0], [12]])
    large = load_instance(with_more_agents(small, 20, tmp_path, seed=1))
    assert large.starts[:2].tolist() == [5, 0]
    assert (large.team_size, len(np.unique(large.starts))) == (20, 20)
    assert not large.map.blocked.ravel()[large.starts].any()
    assert [large.errands_of(task) for task in range(large.tasks)] == [(9, 0), (12,)]


def test_fewer_agents_are_the_first_ones(tmp_path: Path) -> None:
    small = write_instance(tmp_path, FLOOR, [5, 0, 1], [[9, 0]])
    assert load_instance(with_more_agents(small, 2, tmp_path, seed=1)).starts.tolist() == [5, 0]


def test_the_same_seed_gives_the_same_agents(tmp_path: Path) -> None:
    small = write_instance(tmp_path, FLOOR, [5], [[9, 0]])
    starts = [
        load_instance(with_more_agents(small, 12, tmp_path, seed)).starts.tolist()
        for seed in (1, 1, 2)
    ]
    assert starts[0] == starts[1] != starts[2]


def test_a_part_of_a_floor(tmp_path: Path) -> None:
    """The first six columns have 22 free cells in one region; tasks lead from S to E."""
    whole = write_instance(tmp_path, FLOOR, [5, 0], [[9, 0]])
    part = load_instance(part_of_floor(whole, 6, 0.5, tmp_path, seed=1))
    assert part.map.width == 6
    assert part.team_size == round(0.5 * part.map.free_cells)
    letters = part.map.letters.ravel()[part.errands.reshape(-1, 2)]
    assert (letters == (ord("S"), ord("E"))).all()


def test_only_the_largest_region_is_used(tmp_path: Path) -> None:
    """Cut after five columns, the cell at the bottom right is walled in."""
    rows = ["ES..", "..@@", "..@."]
    whole = write_instance(tmp_path, [row + "." for row in rows], [0], [[1, 0]])
    part = load_instance(part_of_floor(whole, 4, 1.0, tmp_path, seed=1))
    assert sorted(part.starts.tolist()) == [0, 1, 2, 3, 4, 5, 8, 9]


def test_floors_with_the_same_number_are_kept_apart(tmp_path: Path) -> None:
    whole = write_instance(tmp_path, FLOOR, [5, 0], [[9, 0]])
    more = with_more_agents(whole, 6, tmp_path, seed=1)
    part_of_floor(whole, 6, 0.5, tmp_path, seed=1)
    assert (load_instance(more).team_size, load_instance(more).map.width) == (6, 8)
