"""A velocity base driven over lattice routes: precise, and never beyond its base."""

from dataclasses import replace
from math import hypot, pi

import pytest
from fakes.lattice_rides import LIFTER, MARKERS, PITCH_M, ROUTE, Cell, Ride, ride, waypoints
from fakes.rolling_base import ORDINARY, PERFECT, Physics, RollingBase
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.vda5050.waypoint import Waypoint
from planner.warehouse.ids import ActionId, PodId, RobotId, TransportOrderId
from planner.warehouse.robot import ErrorKind, Pose
from planner.warehouse.transport import Action, ActionKind, ActionStatus
from podherd_robot.base_drive import BaseDrive
from podherd_robot.drive_params import DriveParams, SafetyParams
from podherd_robot.profile import wrapped
from podherd_ros.base import STANDSTILL, BaseKind

LIFT = Action(ActionId("lift-1"), ActionKind.PICK, PodId("P001"))
STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))

kinds = st.sampled_from(list(BaseKind))
seeds = st.integers(0, 10_000)
turns = st.lists(st.sampled_from([0, 0, 0, 1, 3, 2]), min_size=1, max_size=7)
"""Quarter turns before each step; mostly straight on."""


def chain(turned: list[int]) -> list[Cell]:
    """Cells of a walk from the origin."""
    cells, heading = [(0, 0)], 0
    for turn in turned:
        heading = (heading + turn) % 4
        x, y = cells[-1]
        cells.append((x + STEPS[heading][0], y + STEPS[heading][1]))
    return cells


def kinds_of(made: Ride) -> list[ErrorKind]:
    assert made.report is not None
    return [error.kind for error in made.report.errors]


def send(made: Ride, cells: list[Cell], route: TransportOrderId = ROUTE) -> None:
    """Release a chain of cells and tell the driver."""
    made.released = list(cells)
    made.drive.go(route, tuple(waypoints(cells)))


@pytest.mark.parametrize("kind", BaseKind)
@pytest.mark.parametrize("dt_ms", [20, 50, 100])
def test_a_perfect_base_stops_within_millimetres(kind: BaseKind, dt_ms: int) -> None:
    made = ride(kind, dt_ms=dt_ms)
    send(made, [(0, 0), (1, 0), (2, 0), (2, 1), (3, 1)])
    report = made.until_still()
    assert report.reached == 8
    assert made.off_m((3, 1)) <= 0.005
    assert abs(made.base.truth.theta_rad) <= 0.5 * pi / 180
    assert made.beyond_m <= 0.005
    assert report.errors == ()
    assert report.odometer_m == pytest.approx(4 * PITCH_M, abs=0.05)


@settings(max_examples=40)
@given(kinds, seeds, turns, st.sampled_from([20, 50, 100]))
def test_ends_are_met_with_ordinary_wheels(
    kind: BaseKind, seed: int, turned: list[int], dt_ms: int
) -> None:
    made = ride(kind, ORDINARY, seed, dt_ms=dt_ms)
    cells = chain(turned)
    send(made, cells)
    report = made.until_still()
    assert report.reached == 2 * len(turned)
    assert made.off_m(cells[-1]) <= 0.02
    assert made.beyond_m <= 0.02
    assert made.beside_m <= 0.05


@settings(max_examples=60)
@given(
    kinds,
    seeds,
    turns,
    st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=8),
    st.sampled_from([0, 50, 100]),
)
def test_no_pattern_of_updates_drives_it_beyond_its_base(
    kind: BaseKind, seed: int, turned: list[int], pauses: list[tuple[int, bool]], delay_ms: int
) -> None:
    """The base grows by one or two nodes at any moment; messages come twice and with old news."""
    physics = Physics(delay_ms=delay_ms, acceleration_mps2=2.0, marker_sd_m=0.002, scale_sd=0.003)
    made = ride(kind, physics, seed)
    cells, many = chain(turned), 1
    old: tuple[Waypoint, ...] = ()
    for ticks, repeat in pauses:
        many = min(len(cells), many + 1 + ticks % 2)
        made.released = cells[:many]
        points = tuple(waypoints(cells[:many]))
        made.drive.go(ROUTE, points)
        made.tick(ticks)
        if repeat:
            made.drive.go(ROUTE, points)
        if repeat and ticks % 3 == 0 and old:
            made.drive.go(ROUTE, old)
            made.tick()
            made.drive.go(ROUTE, points)
        old = points
    report = made.until_still()
    assert report.reached == 2 * (many - 1)
    assert made.off_m(cells[many - 1]) <= 0.02
    assert made.beyond_m <= 0.02
    assert made.beside_m <= 0.05
    assert made.reached == sorted(made.reached)


@settings(max_examples=20)
@given(seeds, turns, st.sampled_from([20, 100]))
def test_a_base_ten_per_cent_weaker_than_its_type_keeps_to_its_base(
    seed: int, turned: list[int], dt_ms: int
) -> None:
    weak = replace(ORDINARY, acceleration_mps2=0.9, acceleration_radps2=2.7)
    made = ride(physics=weak, seed=seed, dt_ms=dt_ms)
    cells = chain(turned)
    send(made, cells)
    assert made.until_still().reached == 2 * len(turned)
    assert made.off_m(cells[-1]) <= 0.02
    assert made.beyond_m <= 0.02


def test_a_waypoint_is_never_reached_early() -> None:
    made = ride(physics=ORDINARY, seed=3)
    send(made, [(0, 0), (1, 0), (2, 0), (3, 0)])
    before = -1
    while (report := made.tick()).reached < 6:
        if report.reached > before:
            before = report.reached
            assert report.pose.x_m >= PITCH_M * report.reached / 2 - 0.011


def test_an_extended_base_is_driven_without_a_stop() -> None:
    made = ride()
    send(made, [(0, 0), (1, 0), (2, 0)])
    made.tick(8)
    send(made, [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0)])
    slowest = min(made.tick() and made.base.velocity.forward_mps for _ in range(12))
    assert slowest > 0.7
    made.until_still()
    assert made.off_m((4, 0)) <= 0.005


def test_limits_of_the_way_hold_and_are_met_in_time() -> None:
    made = ride()
    limits = (1.5, 1.5, 0.4, 1.5)
    points = tuple(
        Waypoint(2 * i, PITCH_M * i, 0.0, limit) for i, limit in enumerate(limits, start=1)
    )
    made.drive.go(ROUTE, points)
    made.released = [(i, 0) for i in range(5)]
    fastest = [0.0] * 5
    while (report := made.tick()).reached < 8:
        part = min(4, max(1, int(report.pose.x_m / PITCH_M) + 1))
        fastest[part] = max(fastest[part], made.base.velocity.forward_mps)
    assert fastest[2] > 1.0
    assert fastest[3] <= 0.45
    assert fastest[4] > 0.8


def test_loaded_it_drives_at_the_speed_of_the_type() -> None:
    made = ride()
    made.base.load = PodId("P001")
    made.tick(2)
    send(made, [(i, 0) for i in range(6)])
    fastest = max(made.tick() and made.base.velocity.forward_mps for _ in range(40))
    assert fastest == pytest.approx(LIFTER.loaded_speed_mps, abs=0.01)


def test_stop_means_now_and_the_same_route_goes_on_later() -> None:
    made = ride(physics=ORDINARY, seed=5)
    send(made, [(0, 0), (1, 0), (2, 0), (3, 0)])
    made.tick(14)
    made.drive.stop()
    begin = made.base.truth.x_m
    report = made.until_still()
    assert made.base.truth.x_m - begin < 1.5
    assert report.reached < 6
    send(made, [(0, 0), (1, 0), (2, 0), (3, 0)])
    assert made.until_still().reached == 6
    assert made.off_m((3, 0)) <= 0.02


def test_another_route_that_turns_back_waits_for_a_stand() -> None:
    made = ride()
    send(made, [(0, 0), (1, 0), (2, 0), (3, 0)])
    made.tick(12)
    back = [(2, 0), (1, 0), (0, 0)]
    made.drive.go(TransportOrderId("T2"), tuple(waypoints(back)))
    report = made.until_still()
    assert report.route == "T2"
    assert report.reached == 4
    assert made.off_m((0, 0)) <= 0.005
    assert made.beyond_m <= 0.005


def test_another_route_straight_ahead_is_taken_moving() -> None:
    made = ride()
    send(made, [(0, 0), (1, 0), (2, 0), (3, 0)])
    made.tick(15)
    made.drive.go(TransportOrderId("T2"), tuple(waypoints([(0, 0), (1, 0), (2, 0), (3, 0)])))
    report = made.tick()
    assert report.route == "T2"
    assert made.base.velocity.forward_mps > 0.9
    assert made.until_still().reached == 6


def test_no_waypoints_stop_it() -> None:
    made = ride()
    send(made, [(0, 0), (1, 0), (2, 0), (3, 0)])
    made.tick(12)
    made.drive.go(ROUTE, ())
    report = made.until_still()
    assert report.reached < 6


def test_a_route_that_begins_elsewhere_is_not_driven() -> None:
    made = ride()
    made.drive.go(ROUTE, tuple(waypoints([(3, 3), (4, 3), (5, 3)])))
    made.tick(20)
    assert hypot(made.base.truth.x_m, made.base.truth.y_m) < 0.01
    assert ErrorKind.NO_ROUTE_ERROR in kinds_of(made)
    send(made, [(0, 0), (1, 0)])
    assert made.until_still().errors == ()


def test_a_brain_that_starts_between_two_nodes_finds_the_line() -> None:
    made = ride(start=Pose(0.0, 0.02, 0.0))
    send(made, [(0, 0), (1, 0), (2, 0)])
    made.tick(14)
    made.drive.stop()
    made.until_still()
    fresh = BaseDrive(RobotId("R01"), LIFTER, made.base, MARKERS, DriveParams())
    made.drive = fresh
    made.tick()
    fresh.place(made.base.truth)
    made.tick(3)
    fresh.go(TransportOrderId("T2"), tuple(waypoints([(0, 0), (1, 0), (2, 0)])))
    report = made.until_still()
    assert made.off_m((2, 0)) <= 0.005
    assert report.reached == 4


def between_two_nodes() -> Ride:
    """A robot that was stopped on its way."""
    made = ride(physics=ORDINARY, seed=9)
    send(made, [(0, 0), (1, 0), (2, 0)])
    made.tick(14)
    made.drive.stop()
    made.until_still()
    return made


def test_a_brain_that_crashed_between_two_nodes_recalls_where_it_is() -> None:
    made = between_two_nodes()
    memory = made.drive.memory
    assert memory is not None
    fresh = BaseDrive(RobotId("R01"), LIFTER, made.base, MARKERS, DriveParams())
    fresh.recall(memory)
    made.drive = fresh
    made.base.now_ms += 3_000
    assert made.tick().errors == ()
    assert made.report is not None
    assert made.report.pose.x_m == pytest.approx(made.base.truth.x_m, abs=0.02)
    fresh.go(TransportOrderId("T2"), tuple(waypoints([(0, 0), (1, 0), (2, 0)])))
    assert made.until_still().reached == 4
    assert made.off_m((2, 0)) <= 0.02


@pytest.mark.parametrize("away_ms", [100, 61_000, -5_000])
def test_memories_of_wheels_that_began_anew_are_not_believed(away_ms: int) -> None:
    made = between_two_nodes()
    memory = made.drive.memory
    assert memory is not None
    if away_ms == 100:
        made.base.odom = Pose(0.0, 0.0, 0.0)
    made.base.now_ms += away_ms
    fresh = BaseDrive(RobotId("R01"), LIFTER, made.base, MARKERS, DriveParams())
    fresh.recall(memory)
    made.drive = fresh
    made.tick(5)
    assert kinds_of(made) == [ErrorKind.LOCALISATION_LOST]


# --- docking -------------------------------------------------------------------------------


@settings(max_examples=30)
@given(kinds, seeds, st.floats(-0.06, 0.06), st.floats(-0.06, 0.06), st.floats(-0.1, 0.1))
def test_it_corrects_its_place_before_it_lifts(
    kind: BaseKind, seed: int, x_m: float, y_m: float, theta_rad: float
) -> None:
    made = ride(kind, ORDINARY, seed, start=Pose(x_m, y_m, theta_rad))
    made.drive.act(LIFT)
    for _ in range(600):
        report = made.tick()
        if report.action_status is not ActionStatus.RUNNING:
            break
    assert report.action_status is ActionStatus.FINISHED
    assert report.load == "P001"
    (asked,) = made.base.asked
    assert hypot(asked[1].x_m, asked[1].y_m) <= 0.02
    assert abs(wrapped(asked[1].theta_rad)) <= 0.045
    assert made.beside_m <= hypot(x_m, y_m) + 0.03


def test_an_action_at_the_end_of_the_way_waits_for_the_robot() -> None:
    made = ride(physics=ORDINARY, seed=2)
    send(made, [(0, 0), (1, 0), (1, 1)])
    made.tick(5)
    made.drive.act(LIFT)
    report = made.until_still()
    assert made.base.asked
    assert hypot(made.base.asked[0][1].x_m - 1.2, made.base.asked[0][1].y_m - 1.2) <= 0.02
    assert report.reached == 4


def test_an_action_twice_is_done_once_and_a_lost_one_is_asked_again() -> None:
    made = ride()
    made.base.deaf = True
    made.drive.act(LIFT)
    made.drive.act(LIFT)
    made.tick(5)
    assert len(made.base.asked) == 1
    made.base.deaf = False
    made.tick(40)
    made.drive.act(LIFT)
    report = made.tick(20)
    assert report.action_status is ActionStatus.FINISHED
    assert len(made.base.asked) == 2


def test_equipment_that_never_answers_fails_the_action() -> None:
    made = ride()
    made.base.deaf = True
    made.drive.act(LIFT)
    report = made.tick(115)
    assert report.action_status is ActionStatus.FAILED
    assert "did not answer" in report.action_text


def test_a_stop_holds_what_is_not_begun_until_it_is_asked_again() -> None:
    made = ride(physics=ORDINARY, seed=8, start=Pose(0.05, 0.0, 0.0))
    made.drive.act(LIFT)
    made.tick(2)
    made.drive.stop()
    made.until_still()
    stopped = made.base.truth
    made.tick(60)
    assert made.base.truth == stopped
    assert made.base.asked == []
    made.drive.act(LIFT)
    report = made.tick(80)
    assert report.action_status is ActionStatus.FINISHED


def test_it_does_not_drive_while_the_lift_works() -> None:
    made = ride()
    made.drive.act(LIFT)
    made.tick(3)
    send(made, [(0, 0), (1, 0)])
    made.tick(4)
    assert made.base.truth.x_m == pytest.approx(0.0, abs=1e-3)
    made.tick(15)
    assert made.until_still().reached == 2


# --- senses that fail ----------------------------------------------------------------------


def test_each_odometry_is_answered_once_with_its_time() -> None:
    made = ride(params=DriveParams(at_once=False))
    send(made, [(0, 0), (1, 0)])
    made.tick(30)
    times = [at_ms for at_ms, _ in made.base.answers]
    assert times == list(range(1_000, 1_000 + 100 * len(times), 100))


def test_the_same_readings_give_the_same_speeds() -> None:
    def answers() -> list[object]:
        made = ride(physics=ORDINARY, seed=11)
        send(made, [(0, 0), (1, 0), (1, 1), (0, 1)])
        made.until_still()
        return list(made.base.answers)

    assert answers() == answers()


def test_lost_contact_is_told_and_the_base_is_driven_to_its_end() -> None:
    params = DriveParams(safety=SafetyParams(contact_ms=2_000))
    made = ride(params=params)
    made.drive.feel_contact(made.base.now_ms)
    send(made, [(0, 0), (1, 0), (2, 0), (3, 0)])
    made.tick(10)
    assert kinds_of(made) == []
    report = made.until_still()
    assert kinds_of(made) == [ErrorKind.LOST_CONTACT]
    assert report.reached == 6
    made.drive.feel_contact(made.base.now_ms)
    made.tick()
    assert kinds_of(made) == []


def test_a_gap_in_odometry_stops_it_until_readings_are_steady() -> None:
    made = ride()
    send(made, [(i, 0) for i in range(8)])
    made.tick(15)
    for _ in range(80):  # the base rolls on; nobody tells
        made.base._step()
    made.tick()
    assert made.base.answers[-1][1] == STANDSTILL
    assert kinds_of(made) == [ErrorKind.SENSOR_ERROR]
    made.tick(8)
    assert kinds_of(made) == []
    assert made.until_still().reached == 14


@pytest.mark.parametrize("cells", [[(0, 0), (1, 0)], [(0, 0), (0, 1)]])
def test_a_base_that_is_held_up_does_not_fight_and_tries_again(cells: list[Cell]) -> None:
    made = ride()
    made.base.stuck = True
    send(made, cells)
    told = [made.tick() and made.base.answers[-1][1] for _ in range(80)]
    assert any(made.base.answers[i][1] == STANDSTILL for i in range(-60, 0))
    assert max(abs(speed.forward_mps) for speed in told) < 1.0
    made.tick(30)
    made.base.stuck = False
    made.tick(40)
    assert made.until_still().reached == 2
    assert kinds_of(made) == []


def test_a_held_up_base_is_told() -> None:
    made = ride()
    made.base.stuck = True
    send(made, [(0, 0), (1, 0)])
    made.tick(20)
    assert kinds_of(made) == [ErrorKind.OBSTACLE]
    assert made.base.answers[-1][1] == STANDSTILL


def test_time_running_backwards_stops_it_and_a_new_clock_is_taken() -> None:
    made = ride()
    send(made, [(i, 0) for i in range(8)])
    made.tick(15)
    made.base.now_ms -= 10_000
    made.base._orders.clear()
    made.tick(2)
    assert made.base.answers[-1][1] == STANDSTILL
    assert ErrorKind.SENSOR_ERROR in kinds_of(made)
    made.tick(20)
    assert ErrorKind.SENSOR_ERROR not in kinds_of(made)


def test_a_jump_of_odometry_is_not_driven_by() -> None:
    made = ride()
    send(made, [(i, 0) for i in range(8)])
    made.tick(12)
    odom = made.base.odom
    made.base.odom = Pose(odom.x_m + 2.0, odom.y_m, odom.theta_rad)
    made.tick()
    assert made.base.answers[-1][1] == STANDSTILL
    assert {ErrorKind.SENSOR_ERROR, ErrorKind.LOCALISATION_LOST} <= set(kinds_of(made))


def test_a_kidnapped_robot_notices_and_does_not_drive_its_old_way() -> None:
    made = ride(physics=ORDINARY, seed=4)
    send(made, [(i, 0) for i in range(8)])
    made.tick(15)
    truth = made.base.truth
    made.base.watch = lambda _: None
    made.base.truth = Pose(truth.x_m, truth.y_m + 2 * PITCH_M, truth.theta_rad)
    kidnapped = made.base.truth
    for _ in range(200):
        made.tick()
        if ErrorKind.LOCALISATION_LOST in kinds_of(made):
            break
    else:
        pytest.fail("it never noticed")
    assert hypot(made.base.truth.x_m - kidnapped.x_m, made.base.truth.y_m - kidnapped.y_m) < 2.0
    made.until_still()
    end = made.base.truth
    made.tick(50)
    assert made.base.truth == end


def test_a_robot_that_misses_markers_slows_down_and_then_stands() -> None:
    made = ride(physics=ORDINARY, seed=6)
    send(made, [(i, 0) for i in range(9)])
    made.tick(12)
    made.base.blindfolded = True
    begin, report = made.base.truth.x_m, made.until_still()
    assert kinds_of(made) == [ErrorKind.LOCALISATION_LOST]
    assert report.reached < 16
    assert made.base.truth.x_m - begin < 3.2 * PITCH_M
    made.base.blindfolded = False
    assert made.tick(10).errors != ()  # between two nodes there is nothing to see


def test_it_does_not_lift_at_a_node_whose_marker_it_does_not_see() -> None:
    made = ride(physics=ORDINARY, seed=7)
    send(made, [(0, 0), (1, 0)])
    made.tick(8)
    made.base.blindfolded = True
    made.until_still()
    made.drive.act(LIFT)
    report = made.tick(50)
    assert report.action_status is ActionStatus.RUNNING
    report = made.tick(60)
    assert report.action_status is ActionStatus.FAILED
    assert "no marker" in report.action_text
    assert made.base.asked == []


def test_without_markers_odometry_is_the_pose() -> None:
    base = RollingBase(BaseKind.DIFFERENTIAL, LIFTER, Pose(0.0, 0.0, 0.0), {}, PERFECT)
    drive = BaseDrive(RobotId("R01"), LIFTER, base, {}, DriveParams())
    base.tick(drive)
    drive.go(ROUTE, tuple(waypoints([(0, 0), (1, 0), (1, 1)])))
    for _ in range(100):
        report = base.tick(drive)
    assert report.reached == 4
    assert report.errors == ()
    assert hypot(base.truth.x_m - 1.2, base.truth.y_m - 1.2) <= 0.005


def test_it_stands_until_it_knows_where_it_is() -> None:
    base = RollingBase(BaseKind.DIFFERENTIAL, LIFTER, Pose(0.5, 0.0, 0.0), MARKERS, PERFECT)
    drive = BaseDrive(RobotId("R01"), LIFTER, base, MARKERS, DriveParams())
    drive.go(ROUTE, tuple(waypoints([(0, 0), (1, 0)])))
    for _ in range(10):
        report = base.tick(drive)
    assert [error.kind for error in report.errors] == [ErrorKind.LOCALISATION_LOST]
    assert base.truth == Pose(0.5, 0.0, 0.0)
    drive.place(Pose(0.5, 0.0, 0.0))
    for _ in range(50):
        report = base.tick(drive)
    assert report.reached == 2
    assert report.errors == ()


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"delay_ms": -1}, "delay_ms"),
        ({"dock_m": float("nan")}, "dock_m"),
        ({"arrive_m": 0.0}, "arrive_m"),
        ({"dock_m": 0.5}, "dock_most_m"),
        ({"settle_m": 0.05}, "arrive_m"),
    ],
)
def test_parameters_that_cannot_be_are_refused(wrong: dict[str, float], found: str) -> None:
    with pytest.raises(ValueError, match=found):
        DriveParams(**wrong)  # type: ignore[arg-type]


def test_an_order_to_a_standing_robot_is_begun_before_the_next_odometry() -> None:
    made = ride()
    made.tick(5)
    before = len(made.base.answers)
    send(made, [(0, 0), (1, 0), (2, 0)])
    assert len(made.base.answers) == before + 1
    at_ms, velocity = made.base.answers[-1]
    assert at_ms == made.base.answers[-2][0], "it answers the last odometry"
    assert 0.0 < velocity.forward_mps <= 0.05
    made.drive.go(ROUTE, tuple(waypoints([(0, 0), (1, 0), (2, 0)])))
    assert len(made.base.answers) == before + 1, "once is enough"
    made.until_still()
    assert made.off_m((2, 0)) <= 0.005


def test_a_robot_that_may_not_drive_does_not_begin_at_once() -> None:
    made = ride()
    made.tick(5)
    made.drive._localiser.lose("a test")
    before = len(made.base.answers)
    send(made, [(0, 0), (1, 0)])
    assert all(velocity == STANDSTILL for _, velocity in made.base.answers[before:])
