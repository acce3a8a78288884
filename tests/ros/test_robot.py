"""One robot without ROS: what makes it stand, what it refuses, when it tells."""

from dataclasses import replace
from itertools import product
from math import cos, hypot, nan, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.ids import ActionId, PodId, RobotId, TransportOrderId
from planner.warehouse.robot import ErrorKind, Pose
from planner.warehouse.transport import Action, ActionKind, ActionStatus
from podherd_robot.holds import Holds
from podherd_robot.instant import InstantRequest
from podherd_robot.report_rule import ReportRule
from podherd_robot.robot import Robot
from podherd_robot.zones import rectangle, touches
from podherd_ros.presence import Stop, StopScope

from .test_pilot import LIFT, STANDING, PaperBody, along_x, at

R01 = RobotId("R01")
T1 = TransportOrderId("T1")
NOWHERE = Pose(0.0, 0.0, 0.0)


def robot_with(body: PaperBody, contact_ms: int = 0, places: list[Pose] | None = None) -> Robot:
    holds = Holds(R01, 0.8, 0.6, 0.8, braking_m=1.5)
    place = places.append if places is not None else None
    robot = Robot(R01, 1.2, body, holds, ReportRule(500), place=place, contact_ms=contact_ms)
    robot.feel(STANDING)
    return robot


@pytest.fixture
def body() -> PaperBody:
    return PaperBody()


@pytest.fixture
def robot(body: PaperBody) -> Robot:
    robot = robot_with(body)
    robot.activate()
    return robot


def request(kind: str, order: str = "", pose: Pose = NOWHERE) -> InstantRequest:
    return InstantRequest("i-1", kind, TransportOrderId(order), pose)


def zone(left: float, right: float, name: str = "zone") -> Stop:
    """A strip across the way along x."""
    corners = ((left, -2.0), (right, -2.0), (right, 2.0), (left, 2.0))
    return Stop(name, StopScope.ZONE, area_m=corners)


def test_an_inactive_robot_reports_stands_and_refuses(body: PaperBody) -> None:
    robot = robot_with(body)
    refused = robot.take(along_x(0, 4, released=2), stitch=False)
    assert refused is not None
    assert "not active" in refused.text
    state = robot.feel(STANDING)
    assert state is not None
    assert (state.paused, state.order) == (True, "")
    robot.activate()
    assert robot.take(along_x(0, 4, released=2), stitch=False) is None
    robot.deactivate()
    state = robot.feel(at(0.6, reached=0))
    assert state is not None
    assert (state.paused, state.order, body.stops) == (True, T1, 1)
    robot.activate()
    assert [point.sequence for point in body.goals[-1][1]] == [2, 4]


def test_a_pause_keeps_the_order_and_begins_nothing(robot: Robot, body: PaperBody) -> None:
    robot.take(along_x(0, 1, released=1, action=LIFT), stitch=False)
    assert robot.carry_out(request("startPause")) is None
    assert robot.carry_out(request("startPause")) is None
    assert body.stops == 1
    robot.feel(at(1.2, reached=2, driving=False))
    assert (body.actions, len(body.goals)) == ([], 1)
    robot.carry_out(request("stopPause"))
    assert body.actions == [LIFT]


def test_an_action_under_way_is_finished_in_a_pause(robot: Robot) -> None:
    robot.take(along_x(0, 0, released=0, action=LIFT), stitch=False)
    robot.carry_out(request("startPause"))
    done = replace(STANDING, load=LIFT.pod, action=LIFT.action, action_status=ActionStatus.FINISHED)
    state = robot.feel(done)
    assert state is not None
    assert state.actions == ((LIFT.action, ActionStatus.FINISHED),)


def test_a_body_that_drives_on_in_a_pause_is_told_again(robot: Robot, body: PaperBody) -> None:
    robot.take(along_x(0, 4, released=4), stitch=False)
    robot.carry_out(request("startPause"))
    robot.feel(at(0.4, reached=0, at_ms=2_000))
    robot.feel(at(1.0, reached=0, at_ms=3_500))
    assert body.stops == 2


@given(st.lists(st.sets(st.sampled_from(["named", "other", "zone", "far", "site"])), max_size=8))
def test_it_stands_just_while_something_means_it(history: list[set[str]]) -> None:
    """Stops come and go in any order; the order survives, and it goes on by itself."""
    body = PaperBody()
    robot = robot_with(body)
    robot.activate()
    robot.take(along_x(0, 4, released=2), stitch=False)
    stops = {
        "named": Stop("named", StopScope.ROBOT, robots=(RobotId("R02"), R01)),
        "other": Stop("other", StopScope.ROBOT, robots=(RobotId("R02"),)),
        "zone": zone(-1.0, 1.0),
        "far": zone(8.0, 9.0, "far"),
        "site": Stop("site", StopScope.SITE),
    }
    for names in history:
        robot.obey(tuple(stops[name] for name in sorted(names)))
        state = robot.feel(at(0.0, reached=0, driving=False))
        assert state is not None
        assert state.paused == bool(names & {"named", "zone", "site"})
        assert state.order == T1
        assert robot.reasons == names & {"named", "zone", "site"}
    robot.obey(())
    robot.feel(at(0.0, reached=0, driving=False))
    told = [point.sequence for point in body.goals[-1][1]]
    assert told == [2, 4]


def test_a_zone_on_its_way_stops_it_outside(robot: Robot) -> None:
    """Its nose is at 0.4 m and it needs 1.5 m to stop; it stands before it would drive in."""
    robot.take(along_x(0, 4, released=4), stitch=False)
    robot.obey((zone(4.0, 5.0),))
    for x_m, stands in ((0.0, False), (1.9, False), (2.2, True), (2.6, True)):
        robot.feel(at(x_m, reached=2 * int(x_m // 1.2)))
        assert bool(robot.reasons) is stands, x_m


def test_a_zone_beyond_its_base_does_not_stop_it(robot: Robot) -> None:
    robot.take(along_x(0, 4, released=1), stitch=False)
    robot.obey((zone(1.7, 3.0),))
    robot.feel(at(0.6, reached=0))
    assert robot.reasons == frozenset()
    robot.take(along_x(1, 4, released=2, update=1), stitch=True)
    assert robot.reasons == {"zone"}


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(-4, 4), st.floats(-3, 3), st.floats(-4, 4))
def test_rectangles_touch_if_a_point_lies_in_both(
    x_m: float, y_m: float, turn: float, u_m: float, spin: float
) -> None:
    """Against sampling: a common sample means touching, and far apart means not."""
    one, other = Pose(0.0, 0.0, turn), Pose(x_m, y_m + u_m, spin)
    a, b = rectangle(one, 0.4, 0.3), rectangle(other, 1.0, 0.5)
    steps = [i / 8 - 1 for i in range(17)]

    def inside(px: float, py: float) -> bool:
        dx, dy = px - one.x_m, py - one.y_m
        c, s = cos(one.theta_rad), sin(one.theta_rad)
        return abs(dx * c + dy * s) < 0.4 and abs(dy * c - dx * s) < 0.3

    c, s = cos(other.theta_rad), sin(other.theta_rad)
    common = any(
        inside(other.x_m + c * i - s * j * 0.5, other.y_m + s * i + c * j * 0.5)
        for i, j in product(steps, steps)
    )
    assert touches(a, b) == touches(b, a)
    if common:
        assert touches(a, b)
    if hypot(other.x_m, other.y_m) > hypot(0.4, 0.3) + hypot(1.0, 0.5):
        assert not touches(a, b)


@pytest.mark.parametrize(
    ("kind", "order", "pose", "words"),
    [
        ("fly", "", NOWHERE, "no such action"),
        ("cancelOrder", "", NOWHERE, "nothing to cancel"),
        ("cancelOrder", "T9", NOWHERE, "nothing to cancel"),
        ("initPosition", "", Pose(nan, 0.0, 0.0), "three numbers"),
        ("initPosition", "", Pose(0.0, 0.0, nan), "three numbers"),
        ("initPosition", "", NOWHERE, "tells where it is"),
    ],
)
def test_instant_actions_without_sense_are_refused(
    robot: Robot, kind: str, order: str, pose: Pose, words: str
) -> None:
    error = robot.carry_out(request(kind, order, pose))
    assert error is not None
    assert (error.kind, error.reference) == (ErrorKind.VALIDATION_ERROR, "i-1")
    assert words in error.text


def test_a_standing_robot_is_told_where_it_is(body: PaperBody) -> None:
    places: list[Pose] = []
    robot = robot_with(body, places=places)
    robot.activate()
    assert robot.carry_out(request("initPosition", pose=Pose(1.0, 2.0, 0.5))) is None
    assert places == [Pose(1.0, 2.0, 0.5)]
    robot.take(along_x(0, 4, released=4), stitch=False)
    robot.feel(at(0.4, reached=0))
    refused = robot.carry_out(request("initPosition", pose=NOWHERE))
    assert refused is not None
    assert "drives" in refused.text


def test_cancel_by_instant_action_ends_at_the_end_of_the_base(
    robot: Robot, body: PaperBody
) -> None:
    robot.take(along_x(0, 4, released=2), stitch=False)
    assert robot.carry_out(request("cancelOrder", "T1")) is None
    robot.feel(at(2.4, reached=4, driving=False))
    assert robot.outcome(T1) == "CANCELED"
    assert body.stops == 0


def test_silence_of_the_fleet_is_told_once_it_lasts_and_until_it_ends(body: PaperBody) -> None:
    robot = robot_with(body, contact_ms=3_000)
    robot.activate()
    robot.hear_fleet(2_000)
    for at_ms, kinds in ((5_000, []), (5_100, [ErrorKind.LOST_CONTACT])):
        state = robot.feel(replace(STANDING, at_ms=at_ms))
        assert state is not None
        assert [error.kind for error in state.errors] == kinds
    robot.hear_fleet(5_100)
    state = robot.feel(replace(STANDING, at_ms=5_200))
    assert state is not None
    assert state.errors == ()


@pytest.mark.parametrize(
    ("load", "kind", "pod", "words"),
    [
        ("P001", ActionKind.PICK, "P002", "cannot lift P002, it carries P001"),
        ("P001", ActionKind.DROP, "P002", "cannot lower P002, it carries P001"),
        ("P001", ActionKind.PICK, "P001", ""),
        ("P001", ActionKind.DROP, "P001", ""),
        (None, ActionKind.DROP, "P001", ""),
        (None, ActionKind.PICK, "P002", ""),
    ],
)
def test_orders_that_do_not_fit_the_load_are_refused(
    robot: Robot, load: str | None, kind: ActionKind, pod: str, words: str
) -> None:
    """What is done already may come again: a robot that restarted gets its whole order."""
    robot.feel(replace(STANDING, load=PodId(load) if load else None))
    action = Action(ActionId("a"), kind, PodId(pod))
    error = robot.take(along_x(0, 2, released=2, action=action), stitch=False)
    assert (words in error.text) if error and words else error is None and not words
    state = robot.feel(replace(STANDING, load=PodId(load) if load else None))
    assert state is not None
    assert bool(state.errors) == bool(words)


def test_a_place_that_is_none_is_refused(robot: Robot, body: PaperBody) -> None:
    order = along_x(0, 2, released=2)
    nodes = (*order.nodes[:-1], replace(order.nodes[-1], y_m=nan))
    error = robot.take(replace(order, nodes=nodes), stitch=False)
    assert error is not None
    assert error.kind is ErrorKind.VALIDATION_ERROR
    assert body.goals == []


@given(st.lists(st.tuples(st.integers(1, 400), st.booleans()), min_size=1, max_size=60))
def test_reports_come_on_change_and_in_every_span(steps: list[tuple[int, bool]]) -> None:
    rule, body = ReportRule(500), PaperBody()
    robot = robot_with(body)
    state = robot.feel(STANDING)
    assert state is not None
    now_ms, changes, spans, before = 0, 0, set(), None
    for step_ms, change in steps:
        now_ms += step_ms
        changes += change
        now = replace(state, at_ms=now_ms, last_sequence=changes)
        told = rule.due(now)
        assert told == (before is None or change or now_ms // 500 != before // 500)
        if told:
            spans.add(now_ms // 500)
        before = now_ms
    assert spans == {moment // 500 for moment in _moments(steps)}


def _moments(steps: list[tuple[int, bool]]) -> list[int]:
    return [sum(step for step, _ in steps[: i + 1]) for i in range(len(steps))]
