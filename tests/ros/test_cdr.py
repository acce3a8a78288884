"""Odometry read from bytes is what the long way round gives."""

from math import nan

import pytest
from geometry_msgs.msg import Quaternion
from hypothesis import given
from hypothesis import strategies as st
from rclpy.serialization import serialize_message

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import RobotId
from planner.warehouse.robot import Pose
from podherd_ros.base import STANDSTILL, Odometry, Velocity
from podherd_ros.cdr import odometry_from_bytes
from podherd_ros.convert_base import odometry_from_message, odometry_to_message

NUMBERS = st.floats(-1e6, 1e6)
HERE = Odometry(1_500, Pose(1.0, 2.0, 0.5), STANDSTILL)


@given(
    st.text(st.characters(codec="ascii", categories=("L", "N")), max_size=20),
    st.integers(0, 10**12),
    st.tuples(NUMBERS, NUMBERS, st.floats(-3, 3)),
    st.tuples(NUMBERS, NUMBERS, NUMBERS),
)
def test_both_ways_give_the_same(
    name: str, at_ms: int, pose: tuple[float, ...], speed: tuple[float, ...]
) -> None:
    """Whatever the lengths of the frames' names do to the alignment of what follows."""
    message = odometry_to_message(RobotId(name), Odometry(at_ms, Pose(*pose), Velocity(*speed)))
    message.pose.covariance[:] = 7.0
    message.twist.covariance[:] = 8.0
    found = odometry_from_bytes(bytes(serialize_message(message)))
    assert found == odometry_from_message(message)


@pytest.mark.parametrize("field", ["x", "y"])
def test_a_number_that_is_none_is_refused(field: str) -> None:
    message = odometry_to_message(RobotId("R01"), HERE)
    setattr(message.pose.pose.position, field, nan)
    with pytest.raises(InvalidMessage, match="not a finite number"):
        odometry_from_bytes(bytes(serialize_message(message)))


@pytest.mark.parametrize("turn", [Quaternion(w=0.0), Quaternion(w=nan), Quaternion(w=3.0)])
def test_a_turn_that_is_no_rotation_is_refused(turn: Quaternion) -> None:
    message = odometry_to_message(RobotId("R01"), HERE)
    message.pose.pose.orientation = turn
    with pytest.raises(InvalidMessage, match="not a rotation"):
        odometry_from_bytes(bytes(serialize_message(message)))


@given(st.integers(2, 400), st.binary(max_size=40))
def test_bytes_that_end_early_are_refused(length: int, noise: bytes) -> None:
    whole = bytes(serialize_message(odometry_to_message(RobotId("R01"), HERE)))
    for broken in (whole[:length], b"\x00\x01\x00\x00" + noise):
        with pytest.raises(InvalidMessage):
            odometry_from_bytes(broken)
