"""Lanes of a site: trips that robots drive, lanes where they oppose, routes that keep to them."""

from dataclasses import replace

import numpy as np
import pytest
from fakes.drawn_floor import PITCH_M, drawn_floor

from planner.mapf.guidance import STEP, Guidance, plain, repelled
from planner.mapf.sitelanes import (
    SITE_CONTRAFLOW,
    Traffic,
    driven_flow,
    site_lanes,
    site_trips,
)
from planner.roadmap.access import SPOT, Int32Array
from planner.roadmap.compile import compile_roadmap
from planner.roadmap.distances import Distances, Pace
from planner.roadmap.roadmap import Roadmap
from sim_worlds.sites.catalogue import load_site

EAST, WEST = 0, 2
PACE = Pace(quarter_turn_ms=1000, stop_ms=500, speed_mps=2.0)
PACES = (PACE, PACE)
TWO_AISLES = drawn_floor("......\n.xxxx.\n......")
SOUTH_WEST, SOUTH_EAST = 0, 5


def both_ways(times: int) -> Int32Array:
    one = [(SOUTH_WEST, SOUTH_EAST, 0), (SOUTH_EAST, SOUTH_WEST, 1)]
    return np.array(one * times, dtype=np.int32)


@pytest.fixture(scope="module")
def small() -> Roadmap:
    return compile_roadmap(load_site("small"))


def test_trips_fetch_deliver_and_return(small: Roadmap) -> None:
    trips = site_trips(small, 300, seed=4)
    stations = set(map(small.index.__getitem__, small.station_nodes.values()))
    assert len(trips) == 300
    for origin, goal, loaded in trips.tolist():
        kinds = (origin in stations, goal in stations)
        assert kinds in ([(True, False), (False, True)] if loaded else [(False, False)])
        assert all(small.kind[node] == SPOT for node in (origin, goal) if node not in stations)
    assert np.array_equal(trips, site_trips(small, 300, seed=4))
    assert not np.array_equal(trips, site_trips(small, 300, seed=5))


def test_a_floor_without_stations_has_no_trips() -> None:
    assert site_trips(TWO_AISLES, 30).shape == (0, 3)


def test_flow_is_that_of_the_ways() -> None:
    traffic = Traffic(TWO_AISLES, PITCH_M, PACES, robots=4)
    trips = np.array([(SOUTH_WEST, SOUTH_EAST, 0)], dtype=np.int32)
    flow = driven_flow(traffic, trips, plain(len(TWO_AISLES.nodes)))
    # Five cells without a turn: each of four robots crosses every edge in a fifth of the steps.
    assert flow[:SOUTH_EAST, EAST] == pytest.approx(0.8)
    assert flow.sum() == pytest.approx(4.0)


def test_turning_takes_its_share_of_the_time() -> None:
    traffic = Traffic(drawn_floor("x.\n.."), PITCH_M, PACES, robots=1)
    flow = driven_flow(traffic, np.array([(0, 2, 0)], dtype=np.int32), plain(3))
    # Two cells of 500 ms and a turn of 1,500 ms: five steps for two edges.
    assert flow.sum() == pytest.approx(2 / 5)


def test_flow_never_leads_loaded_robots_past_spots() -> None:
    floor = drawn_floor("._.\n...")
    traffic = Traffic(floor, PITCH_M, PACES, robots=1)
    spot = next(node for node in range(len(floor.nodes)) if floor.kind[node] == SPOT)
    left, right = spot - 1, spot + 1
    unloaded = driven_flow(traffic, np.array([(left, right, 0)], dtype=np.int32), plain(6))
    loaded = driven_flow(traffic, np.array([(left, right, 1)], dtype=np.int32), plain(6))
    assert unloaded[spot].sum() > 0
    assert loaded[spot].sum() == 0
    assert loaded.sum() > 0


def test_trips_without_a_way_are_left_out() -> None:
    floor = drawn_floor(".x.")
    flow = driven_flow(
        Traffic(floor, PITCH_M, PACES, 3), np.array([(0, 1, 0)], dtype=np.int32), plain(2)
    )
    assert not flow.any()


def test_opposing_robots_part_and_routes_keep_to_the_lanes() -> None:
    traffic = Traffic(TWO_AISLES, PITCH_M, PACES, robots=10)
    count = len(TWO_AISLES.nodes)
    trips = both_ways(10)
    before = driven_flow(traffic, trips, plain(count))
    assert before[2, EAST] > 0
    assert before[2, WEST] > 0
    eastwards_only = before * (np.arange(4) != WEST)
    params = replace(SITE_CONTRAFLOW, repulsion=1_000.0)
    guidance = repelled(TWO_AISLES.neighbours, eastwards_only, params)
    after = driven_flow(traffic, trips, guidance)
    assert after[2, EAST] > 0
    assert after[2, WEST] == 0
    table = Distances(TWO_AISLES, PITCH_M, factor=guidance.drive / STEP).to(0, True, PACE)
    plain_table = Distances(TWO_AISLES, PITCH_M).to(0, True, PACE)
    assert table[SOUTH_EAST * 4 + WEST] > plain_table[SOUTH_EAST * 4 + WEST]


def test_lanes_of_a_site_only_make_edges_dearer(small: Roadmap) -> None:
    site = load_site("small")
    kind = site.robot_types[0]
    traffic = Traffic(small, site.pitch_m, (Pace.of(kind, False), Pace.of(kind, True)), 6)
    params = replace(SITE_CONTRAFLOW, repulsion=300.0, rounds=2, trips=120)
    lanes = site_lanes(traffic, params, seed=2)
    assert lanes.drive.min() == STEP
    assert lanes.drive.max() > STEP
    assert np.array_equal(lanes.drive, site_lanes(traffic, params, seed=2).drive)
    opposite = against(small, lanes)
    one_sided = (lanes.drive >= 2 * STEP) & (opposite >= 0) & (opposite <= lanes.drive - STEP)
    assert one_sided.any(), "nowhere is one way much cheaper than the other"


def against(floor: Roadmap, lanes: Guidance) -> Int32Array:
    """Cost of the way back over every edge; -1 where there is none."""
    found = np.full(lanes.drive.shape, -1, dtype=np.int32)
    for node, heading in zip(*np.nonzero(floor.neighbours >= 0), strict=True):
        there = floor.neighbours[node, heading]
        if floor.neighbours[there, (heading + 2) % 4] == node:
            found[node, heading] = lanes.drive[there, (heading + 2) % 4]
    return found
