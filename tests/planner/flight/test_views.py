"""From where faces are seen, on `small`: blocks of two rows, an aisle north and south of each."""

from math import atan2, pi

import pytest

from planner.flight.airspace import AirspaceParams, NoFlyBox
from planner.flight.enclosure import airspace_of, over_stations
from planner.flight.views import view_of, views_of
from planner.roadmap.compile import compile_roadmap
from planner.roadmap.lattice import Lattice, node_id
from planner.roadmap.roadmap import NodeKind
from planner.warehouse.ids import PodId
from planner.warehouse.site import Point
from sim_worlds.sites.catalogue import load_site

SMALL = load_site("small")
ROADMAP = compile_roadmap(SMALL)
PODS: dict[PodId, Point] = {
    pod: (float(ROADMAP.xy_m[ROADMAP.index[node], 0]), float(ROADMAP.xy_m[ROADMAP.index[node], 1]))
    for pod, node in ROADMAP.pods.items()
}
ACROSS = PodId("P020")
"""In the middle of the site: its face is seen from across the aisle south of it."""
SPACE = airspace_of(SMALL, [], over_stations(SMALL))


def test_every_face_is_looked_at_along_an_aisle_beside_the_pod() -> None:
    views = views_of(SPACE, SMALL, ROADMAP, PODS)
    assert {view.pod for view in views} == set(PODS)
    for view in views:
        spot = Lattice(SMALL.pitch_m).nearest(view.pod_m)
        away = (view.cell[0] - spot[0], view.cell[1] - spot[1])
        assert sorted(map(abs, away)) in ([0, 1], [0, 2])
        # The camera looks from the cell to the pod.
        turned = atan2(-away[1], -away[0])
        assert (view.heading_rad - turned + pi) % (2 * pi) == pytest.approx(pi)
        step = (away[0] // max(map(abs, away)), away[1] // max(map(abs, away)))
        beside = ROADMAP.index[node_id((spot[0] + step[0], spot[1] + step[1]))]
        assert ROADMAP.kind[beside] == NodeKind.AISLE


def test_across_the_aisle_by_hand() -> None:
    view = view_of(SPACE, SMALL, ROADMAP, ACROSS, PODS[ACROSS])
    assert view is not None
    # From 3.15 m up to the middle of the face, 1.125 m; 2.4 m away less half a pod.
    assert view.tilt_rad == pytest.approx(atan2(3.15 - 1.125, 2.4 - 0.4))


def test_from_above_the_aisle_if_the_other_side_is_closed() -> None:
    pod = ACROSS
    far = view_of(SPACE, SMALL, ROADMAP, pod, PODS[pod])
    assert far is not None
    x, y, _ = SPACE.centre(far.cell)
    lamp = NoFlyBox("lamp", ((x - 0.1, y - 0.1), (x + 0.1, y - 0.1), (x, y + 0.1)))
    near = view_of(airspace_of(SMALL, [], [lamp]), SMALL, ROADMAP, pod, PODS[pod])
    spot = Lattice(SMALL.pitch_m).nearest(PODS[pod])
    assert near is not None
    assert abs(near.cell[0] - spot[0]) + abs(near.cell[1] - spot[1]) == 1
    assert near.tilt_rad > far.tilt_rad


def test_a_drone_so_low_that_pods_hide_the_face_looks_from_the_aisle() -> None:
    low = airspace_of(SMALL, [], (), AirspaceParams(lowest_m=1.5, layer_m=1.0, reach_up_m=0.5))
    pod = next(iter(PODS))
    view = view_of(low, SMALL, ROADMAP, pod, PODS[pod])
    assert view is not None
    spot = Lattice(SMALL.pitch_m).nearest(PODS[pod])
    assert abs(view.cell[0] - spot[0]) + abs(view.cell[1] - spot[1]) == 1


def test_no_air_no_view() -> None:
    roof = NoFlyBox("roof", ((-1.0, -1.0), (31.0, -1.0), (31.0, 15.0), (-1.0, 15.0)), 0.0, 3.0)
    shut = airspace_of(SMALL, [], [roof])
    assert views_of(shut, SMALL, ROADMAP, PODS) == ()
