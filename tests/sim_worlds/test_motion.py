"""Robots keep their limits at every step, whatever is released to them and when."""

from itertools import pairwise
from math import hypot, isclose, pi
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.vda5050.waypoint import Waypoint
from planner.warehouse.site import Point, RobotType
from sim_worlds.drives import Drives
from sim_worlds.params import EXACT, WorldParams

KIND = RobotType(
    id="lifter",
    length_m=0.8,
    width_m=0.6,
    speed_mps=1.5,
    loaded_speed_mps=1.2,
    acceleration_mps2=1.0,
    turn_rate_radps=1.57,
    lift_s=3.0,
    battery_wh=350.0,
    drive_w=200.0,
    idle_w=40.0,
    charge_w=1500.0,
)
PITCH_M = 1.2
STEP_S = 0.1
TINY = 1e-5
MOVES: tuple[Point, ...] = ((1, 0), (0, 1), (-1, 0), (0, -1))


def drives_of(params: WorldParams, seed: int = 0) -> Drives:
    return Drives([KIND], [(0.0, 0.0)], [1.0], params, [Random(seed)])


class Walk:
    """A way over the lattice with a speed limit on every edge; node 0 is where the robot starts."""

    def __init__(self, headings: list[int], speeds: list[float]):
        self.nodes: list[Point] = [(0.0, 0.0)]
        for heading in headings:
            x_m, y_m = self.nodes[-1]
            dx, dy = MOVES[heading]
            self.nodes.append((x_m + dx * PITCH_M, y_m + dy * PITCH_M))
        self.speeds = [0.0, *speeds]

    def waypoints(self, first: int, last: int) -> tuple[Waypoint, ...]:
        return tuple(
            Waypoint(2 * i, *self.nodes[i], self.speeds[i]) for i in range(first, last + 1)
        )

    def heading_changes(self, index: int) -> bool:
        (ax, ay), (bx, by), (cx, cy) = self.nodes[index - 1 : index + 2]
        return not isclose((bx - ax) * (cx - bx) + (by - ay) * (cy - by), PITCH_M**2)


walks = st.integers(2, 12).flatmap(
    lambda n: st.builds(
        Walk,
        st.lists(st.integers(0, 3), min_size=n, max_size=n),
        st.lists(st.sampled_from([0.2, 0.5, 1.0, 9.0]), min_size=n, max_size=n),
    )
)
noise = st.sampled_from([EXACT, WorldParams(pause_chance=0.2), WorldParams(slowest_pace=0.5)])


@settings(max_examples=100)
@given(walks, noise, st.lists(st.integers(0, 25), min_size=12, max_size=12), st.integers(0, 9))
def test_limits_hold_and_nothing_unreleased_is_driven(
    walk: Walk, params: WorldParams, waits: list[int], seed: int
) -> None:
    """One more node is released after each wait (in steps)."""
    drives = drives_of(params, seed)
    reached = 0
    last = len(walk.nodes) - 1
    for released in range(1, last + 1):
        drives.set_route(0, "T1", walk.waypoints(reached + 1, released))
        for _ in range(waits[released - 1]):
            reached = step_checked(drives, walk, reached, released)
    for _ in range(600 * last):
        if reached == last:
            break
        reached = step_checked(drives, walk, reached, last)
    assert reached == last
    place = drives.pose(0)
    assert (place.x_m, place.y_m) == walk.nodes[-1]
    assert drives.state[0, 3] == 0
    assert not drives.driving(0)


def step_checked(drives: Drives, walk: Walk, reached: int, released: int) -> int:
    """One step; checks everything that must hold after it and returns the node reached last."""
    before, speed_before = drives.pose(0), float(drives.state[0, 3])
    news = drives.step()
    after, speed = drives.pose(0), float(drives.state[0, 3])
    if news:
        ((row, sequence),) = news
        assert row == 0
        assert reached < sequence // 2 <= released
        reached = sequence // 2
    assert abs(speed - speed_before) <= KIND.acceleration_mps2 * STEP_S + TINY
    turned = abs((after.theta_rad - before.theta_rad + pi) % (2 * pi) - pi)
    assert turned <= KIND.turn_rate_radps * STEP_S + TINY
    moved = hypot(after.x_m - before.x_m, after.y_m - before.y_m)
    assert moved <= KIND.speed_mps * STEP_S + TINY
    check_place(walk, reached, released, (after.x_m, after.y_m), speed)
    return reached


def check_place(walk: Walk, reached: int, released: int, place: Point, speed: float) -> None:
    """On the edge after the node reached, below its speed limit, able to stop where it must."""
    beyond = hypot(place[0] - walk.nodes[reached][0], place[1] - walk.nodes[reached][1])
    if reached == released:
        assert beyond <= TINY, "never past the last released node"
        assert speed == 0
        return
    end = walk.nodes[reached + 1]
    ahead = hypot(end[0] - place[0], end[1] - place[1])
    assert isclose(beyond + ahead, PITCH_M, abs_tol=TINY), "on the line between the two"
    assert speed <= min(walk.speeds[reached + 1], KIND.speed_mps) + TINY
    node = reached + 1
    while node < released and not walk.heading_changes(node):
        node += 1
        ahead += PITCH_M
    assert speed**2 <= 2 * KIND.acceleration_mps2 * ahead + TINY, "it can still stop"


def straight(count: int, speed: float = 9.0) -> Walk:
    return Walk([0] * count, [speed] * count)


def steps_until_there(drives: Drives, limit: int = 1000) -> int:
    for step in range(1, limit):
        drives.step()
        if not drives.driving(0):
            return step
    raise AssertionError("never arrived")


def test_a_straight_drive_takes_the_time_of_its_trapezoid() -> None:
    drives = drives_of(EXACT)
    drives.set_route(0, "T1", straight(10).waypoints(1, 10))
    seconds = 12.0 / 1.5 + 1.5 / 1.0  # distance / speed + speed / acceleration
    assert steps_until_there(drives) * STEP_S == pytest.approx(seconds, abs=STEP_S + TINY)


def test_a_right_angle_costs_a_stop_and_a_turn() -> None:
    drives = drives_of(EXACT)
    drives.set_route(0, "T1", Walk([0, 1], [9.0, 9.0]).waypoints(1, 2))
    leg = 2 * (1.2 / 1.0) ** 0.5  # up and down over one pitch, top speed not reached
    seconds = 2 * leg + (pi / 2) / 1.57
    assert steps_until_there(drives) * STEP_S == pytest.approx(seconds, abs=2 * STEP_S)


def test_a_loaded_robot_is_slower() -> None:
    drives = drives_of(EXACT)
    drives.set_loaded(0, True)
    drives.set_route(0, "T1", straight(10).waypoints(1, 10))
    seconds = 12.0 / 1.2 + 1.2 / 1.0
    assert steps_until_there(drives) * STEP_S == pytest.approx(seconds, abs=STEP_S + TINY)


def test_it_does_not_stop_between_nodes_in_line() -> None:
    drives = drives_of(EXACT)
    drives.set_route(0, "T1", straight(6).waypoints(1, 6))
    speeds = []
    while drives.step() is not None and drives.driving(0):
        speeds.append(float(drives.state[0, 3]))
    top = speeds.index(max(speeds))
    assert all(a <= b + TINY for a, b in pairwise(speeds[:top]))
    assert all(a >= b - TINY for a, b in pairwise(speeds[top:]))


def test_a_stop_takes_the_braking_distance_and_the_way_goes_on_later() -> None:
    drives = drives_of(EXACT)
    drives.set_route(0, "T1", straight(10).waypoints(1, 10))
    for _ in range(30):
        drives.step()
    start, speed = drives.pose(0).x_m, float(drives.state[0, 3])
    drives.stop(0)
    for _ in range(40):
        drives.step()
    assert drives.state[0, 3] == 0
    assert drives.pose(0).x_m - start == pytest.approx(speed**2 / 2, abs=TINY)
    drives.set_route(0, "T1", straight(10).waypoints(1, 10))
    steps_until_there(drives)
    assert drives.pose(0).x_m == pytest.approx(12.0)


def test_waypoints_that_come_late_are_not_driven_back_to() -> None:
    drives = drives_of(EXACT)
    drives.set_route(0, "T1", straight(4).waypoints(1, 4))
    while drives.progress(0) != ("T1", 4):
        drives.step()
    drives.set_route(0, "T1", straight(6).waypoints(1, 6))
    x_m = drives.pose(0).x_m
    for _ in range(100):
        drives.step()
        assert drives.pose(0).x_m >= x_m
        x_m = drives.pose(0).x_m
    assert x_m == pytest.approx(7.2)


def test_a_new_route_on_the_same_line_is_joined_while_driving() -> None:
    drives = drives_of(EXACT)
    drives.set_route(0, "T1", straight(8).waypoints(1, 8))
    for _ in range(25):
        drives.step()
    speed = float(drives.state[0, 3])
    drives.set_route(0, "T2", straight(8).waypoints(1, 8))
    drives.step()
    assert drives.state[0, 3] >= speed
    steps_until_there(drives)
    assert drives.pose(0).x_m == pytest.approx(9.6)


def test_a_new_route_elsewhere_is_begun_after_a_stop() -> None:
    drives = drives_of(EXACT)
    drives.set_route(0, "T1", straight(8).waypoints(1, 8))
    for _ in range(25):
        drives.step()
    drives.set_route(0, "T2", (Waypoint(2, 0.0, 0.0, 9.0),))
    previous = float(drives.state[0, 3])
    for _ in range(200):
        drives.step()
        assert abs(float(drives.state[0, 3]) - previous) <= STEP_S + TINY
        previous = float(drives.state[0, 3])
    assert (drives.pose(0).x_m, drives.pose(0).y_m) == (0.0, 0.0)


def test_the_same_seed_gives_the_same_trace_and_another_one_does_not() -> None:
    def trace(seed: int) -> list[tuple[float, ...]]:
        drives = drives_of(WorldParams(pause_chance=0.3), seed)
        drives.set_route(0, "T1", Walk([0, 0, 1, 1, 2], [1.0] * 5).waypoints(1, 5))
        return [tuple(drives.state[0].tolist()) for _ in range(300) if drives.step() is not None]

    assert trace(1) == trace(1)
    assert trace(1) != trace(2)
