import dataclasses
from pathlib import Path
from typing import Any

import pytest

from planner.codec.sitefile import dump_site
from planner.roadmap.compile import compile_roadmap
from planner.warehouse.errors import InvalidSite
from sim_worlds.sites.catalogue import load_site, site_names
from sim_worlds.sites.grid import COMPACT_ROBOT, GridPlan, grid_site

TINY = GridPlan(
    name="tiny",
    blocks_east=1,
    blocks_north=1,
    block_columns=4,
    stations=1,
    robots=2,
    chargers=1,
    pods=6,
    queue_cells=2,
    order_slots=4,
)
SMALL = GridPlan(name="small", pods=60)
MEDIUM = GridPlan(
    name="medium",
    blocks_east=9,
    blocks_north=10,
    stations=10,
    robots=60,
    chargers=12,
    pods=1000,
)

PICKING_CELL = GridPlan(
    name="picking-cell",
    blocks_east=1,
    blocks_north=3,
    block_columns=5,
    stations=1,
    robots=3,
    chargers=2,
    pods=24,
    queue_cells=2,
    order_slots=6,
    robot=COMPACT_ROBOT,
)
ONE_LANE = GridPlan(
    name="one-lane",
    blocks_east=3,
    blocks_north=3,
    stations=3,
    robots=25,
    chargers=4,
    pods=60,
    robot=COMPACT_ROBOT,
)


@pytest.mark.parametrize(
    "plan", [TINY, SMALL, MEDIUM, PICKING_CELL, ONE_LANE], ids=lambda plan: str(plan.name)
)
def test_shipped_sites_are_what_the_generator_makes(plan: GridPlan) -> None:
    assert load_site(plan.name) == grid_site(plan)


def test_site_names() -> None:
    assert site_names() == ("medium", "one-lane", "picking-cell", "small", "tiny")


def test_a_site_is_loaded_from_a_path(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_bytes(dump_site(dataclasses.replace(load_site("tiny"), name="mine")))
    assert load_site(file).name == "mine"
    assert load_site(str(file)).name == "mine"


def test_an_unknown_site_lists_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(InvalidSite, match="medium, one-lane, picking-cell, small, tiny"):
        load_site("large")
    with pytest.raises(InvalidSite, match="no site file"):
        load_site(tmp_path)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("robots", {"robots": 0}),
        ("robots", {"robots": 10_000}),
        ("stations", {"stations": 7}),
        ("chargers", {"chargers": 9}),
        ("queue_cells", {"queue_cells": 1}),
        ("block_columns", {"block_columns": 3}),
        ("blocks_east", {"blocks_east": 0}),
        ("pods", {"pods": 0}),
        ("pods", {"pods": 72}),
    ],
)
def test_plans_that_do_not_fit_are_refused(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidSite, match="does not fit") as caught:
        GridPlan(**changes)
    assert caught.value.field == field
    assert caught.value.value == changes[field]


def test_stations_fill_the_best_berths_first() -> None:
    south_then_north = GridPlan(blocks_east=5, stations=5).berths()
    assert south_then_north == ((0, False), (2, False), (4, False), (0, True), (4, True))
    assert len(set(GridPlan(blocks_east=3, stations=6).berths())) == 6


def test_an_entry_lies_upstream_of_the_exit_of_its_station() -> None:
    """Both on one lane, so that a full queue never closes the way out of its own station."""
    site = grid_site(MEDIUM)
    roadmap = compile_roadmap(site)
    for station in site.stations:
        first, last = (
            roadmap.nearest(*station.queue_m[0]),
            roadmap.nearest(*station.exit_m[-1]),
        )
        (entry,) = (roadmap.neighbours == first).any(axis=1).nonzero()[0].tolist()
        (merge,) = [i for i in roadmap.neighbours[last].tolist() if i >= 0]
        eastward = roadmap.neighbours[entry, 0] >= 0
        steps = roadmap.xy_m[merge, 0] - roadmap.xy_m[entry, 0]
        assert (steps > 0) == eastward
        assert roadmap.xy_m[merge, 1] == roadmap.xy_m[entry, 1]
