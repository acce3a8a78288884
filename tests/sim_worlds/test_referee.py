"""Planted collisions of every kind are seen, near misses are not."""

from dataclasses import replace
from math import pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, affinity, box

from planner.warehouse.ids import PodId, RobotId
from planner.warehouse.robot import Pose
from planner.warehouse.site import Site, SiteRobot, Zone, ZoneKind
from sim_worlds.referee import Referee, ViolationKind
from sim_worlds.sites.catalogue import load_site

P1, P2, P3 = PodId("P001"), PodId("P002"), PodId("P003")
Place = tuple[float, float, float]
AWAY = Pose(8.0, 8.0, 0.0)


def two_robots() -> Site:
    """The tiny site (9.6 m square; robots 0.8 x 0.6 m, pods 0.8 m) with a zone in its north."""
    site = load_site("tiny")
    zone = Zone("Z1", ZoneKind.NO_GO, ((4.0, 8.0), (5.0, 8.0), (5.0, 9.0), (4.0, 9.0)))
    slow = replace(zone, id="Z0", kind=ZoneKind.SLOW, max_speed_mps=0.3)
    return replace(site, zones=(slow, zone))


def seen(
    a: Place,
    b: Place = (8.0, 2.0, 0.0),
    loads: tuple[PodId | None, PodId | None] = (None, None),
    stored: Pose = AWAY,
) -> list[tuple[ViolationKind, str, str]]:
    referee = Referee(two_robots())
    referee.look(700, np.array([a, b]), loads, {P3: stored}, 0)
    assert [v.at_ms for v in referee.violations] == [700] * len(referee.violations)
    return [(v.kind, v.a, v.b) for v in referee.violations]


def test_two_robots_touch_end_to_end_and_side_by_side() -> None:
    hit = [(ViolationKind.ROBOTS, "R01", "R02")]
    assert seen((3, 3, 0), (3.79, 3, 0)) == hit
    assert seen((3, 3, 0), (3.81, 3, 0)) == []
    assert seen((3, 3, 0), (3, 3.59, 0)) == hit
    assert seen((3, 3, 0), (3, 3.61, 0)) == []


def test_turning_makes_them_touch() -> None:
    hit = [(ViolationKind.ROBOTS, "R01", "R02")]
    assert seen((3, 3, 0), (3, 3.65, pi / 2)) == hit
    assert seen((3, 3, 0), (3, 3.75, pi / 2)) == []
    assert seen((3, 3, pi / 4), (3.7, 3.7, -pi / 4)) == []
    assert seen((3, 3, pi / 4), (3.6, 3.6, pi / 4)) == []
    assert seen((3, 3, pi / 4), (3.5, 3.5, pi / 4)) == hit


def test_carried_pods_touch_before_their_robots_do() -> None:
    assert seen((3, 3, 0), (3, 3.79, 0), (P1, P2)) == [(ViolationKind.CARRIED_PODS, "R01", "R02")]
    assert seen((3, 3, 0), (3, 3.81, 0), (P1, P2)) == []


def test_a_turning_pod_touches_the_next_one() -> None:
    assert seen((3, 3, 0), (3, 3.9, pi / 4), (P1, P2)) == [
        (ViolationKind.CARRIED_PODS, "R01", "R02")
    ]
    assert seen((3, 3, pi / 4), (3, 4.2, pi / 4), (P1, P2)) == [], "a pitch is enough to turn"


@pytest.mark.parametrize("loads", [(P1, None), (None, P1)])
def test_a_carried_pod_touches_another_robot(loads: tuple[PodId | None, PodId | None]) -> None:
    hit = [(ViolationKind.CARRIED_POD_AND_ROBOT, "R01", "R02")]
    assert seen((3, 3, 0), (3, 3.69, 0), loads) == hit
    assert seen((3, 3, 0), (3, 3.71, 0), loads) == []


def test_a_carried_pod_touches_a_stored_one() -> None:
    hit = [(ViolationKind.CARRIED_AND_STORED_POD, "R01", "P003")]
    assert seen((3, 3, 0), loads=(P1, None), stored=Pose(3.79, 3.0, 0.0)) == hit
    assert seen((3, 3, 0), loads=(P1, None), stored=Pose(3.81, 3.0, 0.0)) == []
    assert seen((3, 3, 0), loads=(P1, None), stored=Pose(3.9, 3.0, pi / 4)) == hit


def test_robots_without_a_load_drive_beneath_pods() -> None:
    assert seen((3, 3, 0), stored=Pose(3.0, 3.0, 0.0)) == []
    assert seen((3, 3, 0), stored=Pose(3.5, 3.2, 0.0)) == []


def test_the_border_of_the_floor() -> None:
    off = [(ViolationKind.OFF_FLOOR, "R01", "")]
    assert seen((0.39, 3, 0)) == off
    assert seen((0.41, 3, 0)) == []
    assert seen((0.35, 3, pi / 2)) == []
    assert seen((0.35, 3, pi / 2), loads=(P1, None)) == off, "its pod is wider"
    assert seen((-5, 3, 0)) == off, "far outside"
    assert seen((9.6, 9.6, 0)) == off


def test_zones_where_nothing_may_be() -> None:
    hit = [(ViolationKind.IN_NO_GO_ZONE, "R01", "Z1")]
    assert seen((4.5, 8.5, 0)) == hit, "inside"
    assert seen((4.5, 7.75, 0)) == hit, "across the border"
    assert seen((4.5, 7.65, 0)) == []
    assert seen((4.5, 7.65, 0), loads=(P1, None)) == hit


def test_a_collision_is_noted_once_until_it_ends() -> None:
    referee = Referee(two_robots())
    apart, together = [(3.0, 3.0, 0.0), (5.0, 3.0, 0.0)], [(3.0, 3.0, 0.0), (3.5, 3.0, 0.0)]
    for at_ms, scene in enumerate([apart, together, together, apart, together]):
        referee.look(at_ms, np.array(scene), (None, None), {}, 0)
    assert [v.at_ms for v in referee.violations] == [1, 4]
    assert referee.counts == {ViolationKind.ROBOTS: 2}
    first = referee.violations[0]
    assert (first.a, first.b, first.x_m, first.y_m) == ("R01", "R02", 3.0, 3.0)


def test_a_pod_lifted_meanwhile_is_no_obstacle_any_more() -> None:
    referee = Referee(two_robots())
    poses = np.array([(3.0, 3.0, 0.0), (8.0, 2.0, 0.0)])
    referee.look(0, poses, (None, None), {P1: Pose(3.0, 3.0, 0.0)}, 0)
    referee.look(100, poses, (P1, None), {P2: Pose(3.0, 3.85, 0.0)}, 1)
    assert referee.violations == []
    poses[0, 2] = pi / 4
    referee.look(200, poses, (P1, None), {P2: Pose(3.0, 3.85, 0.0)}, 1)
    assert [(v.kind, v.b) for v in referee.violations] == [
        (ViolationKind.CARRIED_AND_STORED_POD, "P002")
    ]


def outline(place: Place, length: float, width: float) -> Polygon:
    shape = box(-length / 2, -width / 2, length / 2, width / 2)
    turned = affinity.rotate(shape, place[2], origin=(0, 0), use_radians=True)
    return affinity.translate(turned, place[0], place[1])


near = st.tuples(st.floats(2, 4), st.floats(2, 4), st.floats(-4, 4))


@settings(max_examples=300)
@given(near, near, near, st.booleans(), st.booleans())
def test_it_agrees_with_polygons(
    a: Place, b: Place, pod: Place, a_loaded: bool, b_loaded: bool
) -> None:
    """Shapely is the oracle; scenes within 2 mm of touching are left out."""
    loads = (P1 if a_loaded else None, P2 if b_loaded else None)
    got = {kind for kind, _, _ in seen(a, b, loads, Pose(*pod))}
    robot_a, robot_b = outline(a, 0.8, 0.6), outline(b, 0.8, 0.6)
    pod_a, pod_b = outline(a, 0.8, 0.8), outline(b, 0.8, 0.8)
    stored = outline(pod, 0.8, 0.8)
    bodies_a = [robot_a, pod_a] if a_loaded else [robot_a]
    bodies_b = [robot_b, pod_b] if b_loaded else [robot_b]
    if depth_is_unclear([(x, y) for x in bodies_a for y in bodies_b]):
        return
    between = got - {ViolationKind.CARRIED_AND_STORED_POD}
    assert bool(between) == any(x.intersects(y) for x in bodies_a for y in bodies_b)
    meets = [p for p, loaded in ((pod_a, a_loaded), (pod_b, b_loaded)) if loaded]
    if not depth_is_unclear([(p, stored) for p in meets]):
        assert (ViolationKind.CARRIED_AND_STORED_POD in got) == any(
            p.intersects(stored) for p in meets
        )


def depth_is_unclear(pairs: list[tuple[Polygon, Polygon]]) -> bool:
    return any(
        x.buffer(0.002).intersects(y) and not x.buffer(-0.002).intersects(y) for x, y in pairs
    )


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_the_grid_misses_nothing(seed: int) -> None:
    """Many robots and pods anywhere on the floor, against every pair."""
    random = np.random.default_rng(seed)
    site = two_robots()
    robots = tuple(SiteRobot(RobotId(f"R{i}"), site.robots[0].type, (1.0, 1.0)) for i in range(12))
    referee = Referee(replace(site, robots=robots, zones=()))
    poses = np.column_stack([random.uniform(1, 8.6, (12, 2)), random.uniform(-3, 3, 12)])
    referee.look(0, poses, (None,) * 12, {}, 0)
    shapes = [outline(tuple(pose), 0.8 - 1e-3, 0.6 - 1e-3) for pose in poses.tolist()]
    pairs = {
        frozenset((f"R{i}", f"R{j}"))
        for i in range(12)
        for j in range(i)
        if shapes[i].intersects(shapes[j])
    }
    found = {frozenset((v.a, v.b)) for v in referee.violations if v.kind is ViolationKind.ROBOTS}
    assert found == pairs
