"""Reach against a slow walk that asks the driving rule of the planners at every step."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.roadmap.access import may_enter
from planner.roadmap.compile import compile_roadmap
from planner.roadmap.geometry import check_site
from planner.roadmap.reach import Reach
from planner.roadmap.roadmap import NodeKind, Roadmap
from sim_worlds.sites.grid import GridPlan, grid_site


def walk(roadmap: Roadmap, start: int, goal: int, loaded: bool) -> bool:
    """Whether a robot gets from ``start`` to ``goal``, one legal step at a time."""
    seen, front = {start}, [start]
    while front:
        here = front.pop()
        if here == goal:
            return True
        for there in roadmap.neighbours[here].tolist():
            if there < 0 or there in seen:
                continue
            if may_enter(roadmap.kind, roadmap.station_of, here, there, goal, loaded):
                seen.add(there)
                front.append(there)
    return False


def test_every_pod_of_tiny_walks_to_the_station_and_back(tiny_roadmap: Roadmap) -> None:
    (station,) = (tiny_roadmap.index[node] for node in tiny_roadmap.station_nodes.values())
    reach = Reach.over(tiny_roadmap)
    for spot in np.flatnonzero(tiny_roadmap.kind == NodeKind.SPOT).tolist():
        assert walk(tiny_roadmap, spot, station, loaded=True)
        assert walk(tiny_roadmap, station, spot, loaded=True)
        assert reach.loaded(station)[spot]
        assert reach.loaded(station, backward=True)[spot]


def test_robots_of_tiny_walk_to_the_charger_and_back(tiny_roadmap: Roadmap) -> None:
    (charger,) = (tiny_roadmap.index[node] for node in tiny_roadmap.charger_nodes.values())
    for node in tiny_roadmap.robots.values():
        start = tiny_roadmap.index[node]
        assert walk(tiny_roadmap, start, charger, loaded=False)
        assert walk(tiny_roadmap, charger, start, loaded=False)


plans = st.builds(
    GridPlan,
    blocks_east=st.integers(1, 5),
    blocks_north=st.integers(1, 4),
    block_columns=st.integers(5, 8),
    stations=st.integers(1, 2),
    robots=st.integers(1, 8),
    chargers=st.integers(1, 4),
    queue_cells=st.integers(2, 4),
)


@settings(max_examples=30)
@given(plan=plans, pick=st.randoms(use_true_random=False))
def test_every_grid_floor_works(plan: GridPlan, pick: random.Random) -> None:
    site = grid_site(plan)
    assert check_site(site) == ()
    roadmap = compile_roadmap(site)
    spots = [roadmap.index[node] for node in roadmap.spots]
    station = roadmap.index[pick.choice(list(roadmap.station_nodes.values()))]
    spot = pick.choice(spots)
    assert walk(roadmap, spot, station, loaded=True)
    assert walk(roadmap, station, spot, loaded=True)


@pytest.mark.parametrize("robots", [1, 2, 10, 37, 60])
def test_floors_for_a_number_of_robots_work(robots: int) -> None:
    site = grid_site(GridPlan.for_robots(robots))
    assert len(site.robots) == robots
    assert check_site(site) == ()
