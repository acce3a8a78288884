"""What a robot tells to ordinary tools: frames, pose, battery, health."""

from math import isnan, nan, pi

import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from hypothesis import given
from hypothesis import strategies as st
from sensor_msgs.msg import BatteryState

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import ActionId, NodeId, PodId, RobotId, TransportOrderId
from planner.warehouse.robot import Pose, RobotState
from planner.warehouse.transport import ActionStatus
from podherd_robot.convert import (
    battery_of,
    diagnostics_of,
    equipment_of_battery,
    pose_of,
    transforms_of,
)
from podherd_robot.localisation import composed
from podherd_ros.base import STANDSTILL, Equipment, Odometry
from podherd_ros.convert_base import heading_of

POSES = st.builds(Pose, st.floats(-50, 50), st.floats(-50, 50), st.floats(-pi, pi))


def state_at(pose: Pose, battery: float = 0.5) -> RobotState:
    return RobotState(
        robot=RobotId("R01"),
        at_ms=12_300,
        pose=pose,
        last_node=NodeId("n1"),
        last_sequence=2,
        order=TransportOrderId("T1"),
        update=0,
        driving=True,
        load=None,
        battery=battery,
        charging=True,
        odometer_m=1.0,
    )


@given(POSES, POSES)
def test_frames_lead_from_map_over_odom_to_the_robot(in_map: Pose, in_odom: Pose) -> None:
    frames = transforms_of(state_at(in_map), Odometry(12_300, in_odom, STANDSTILL))
    assert [(one.header.frame_id, one.child_frame_id) for one in frames] == [
        ("map", "R01/odom"),
        ("R01/odom", "R01/base_link"),
    ]
    pose = Pose(0.0, 0.0, 0.0)
    for frame in frames:
        place, turn = frame.transform.translation, heading_of(frame.transform.rotation)
        pose = composed(pose, (place.x, place.y, turn))
    assert (pose.x_m, pose.y_m) == pytest.approx((in_map.x_m, in_map.y_m), abs=1e-9)
    assert abs((pose.theta_rad - in_map.theta_rad + pi) % (2 * pi) - pi) < 1e-9


def test_without_odometry_odom_lies_on_map() -> None:
    drift, base = transforms_of(state_at(Pose(3.0, 4.0, 1.0)), None)
    place = drift.transform.translation
    assert (place.x, place.y, heading_of(drift.transform.rotation)) == pytest.approx((0, 0, 0))
    assert (base.transform.translation.x, base.transform.translation.y) == (3.0, 4.0)


def test_the_covariance_is_over_x_y_and_turn() -> None:
    message = pose_of(state_at(Pose(1.0, 2.0, 0.0)), ((1, 2, 3), (2, 4, 5), (3, 5, 6)))
    told = {i: value for i, value in enumerate(message.pose.covariance) if value}
    assert told == {0: 1, 1: 2, 5: 3, 6: 2, 7: 4, 11: 5, 30: 3, 31: 5, 35: 6}


def test_a_battery_there_and_back() -> None:
    message = battery_of(state_at(Pose(0.0, 0.0, 0.0), battery=0.25))
    assert isnan(message.voltage)
    known = Equipment(
        12_000, PodId("P001"), 0.9, False, ActionId("a"), ActionStatus.FAILED, "jammed"
    )
    merged = equipment_of_battery(message, known, 12_300)
    assert merged == Equipment(
        12_300, PodId("P001"), 0.25, True, ActionId("a"), ActionStatus.FAILED, "jammed"
    )


def test_a_battery_without_a_charge_or_a_stamp() -> None:
    with pytest.raises(InvalidMessage, match="percentage"):
        equipment_of_battery(BatteryState(percentage=nan), None, 0)
    alone = equipment_of_battery(BatteryState(percentage=0.5), None, 4_000)
    assert (alone.at_ms, alone.load, alone.charging) == (4_000, None, False)


def test_health_is_an_error_just_while_there_is_a_problem() -> None:
    figures = {"lost": "", "order": "T1"}
    for problems, level in (((), DiagnosticStatus.OK), (("a", "b"), DiagnosticStatus.ERROR)):
        status = diagnostics_of(RobotId("R01"), 1_000, problems, figures).status[0]
        assert (status.level, status.hardware_id) == (level, "R01")
        assert status.message == ("; ".join(problems) or "ok")
        assert {one.key: one.value for one in status.values} == figures
