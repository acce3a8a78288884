"""Messages by their bytes are the same messages."""

from math import nan

import pytest
from geometry_msgs.msg import TwistStamped
from hypothesis import given
from hypothesis import strategies as st
from nav_msgs.msg import Odometry as OdometryMessage
from rclpy.serialization import deserialize_message, serialize_message

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import RobotId
from planner.warehouse.robot import Pose
from podherd_gazebo.cdr import OdometryBytes, velocity_from_bytes
from podherd_ros.base import Odometry, Velocity
from podherd_ros.convert_base import odometry_to_message, velocity_to_message
from sim_worlds.gazebo.sensors import WheelReading

numbers = st.floats(-1e3, 1e3)
times = st.integers(0, 2_000_000_000)
names = st.text("R0123456789_abcdefgh", min_size=1, max_size=12)


@given(names, times, numbers, numbers, st.floats(-3.1, 3.1), numbers, numbers)
def test_odometry_is_the_message_that_it_stands_for(
    name: str, at_ms: int, x_m: float, y_m: float, theta: float, speed: float, turn: float
) -> None:
    robot, pose = RobotId(name), Pose(x_m, y_m, theta)
    written = OdometryBytes(robot)
    written.of(at_ms // 2, WheelReading(Pose(1.0, 2.0, 3.0), 4.0, 5.0))
    raw = written.of(at_ms, WheelReading(pose, speed, turn))
    wanted = odometry_to_message(robot, Odometry(at_ms, pose, Velocity(speed, 0.0, turn)))
    assert deserialize_message(raw, OdometryMessage) == wanted


@given(names, times, numbers, numbers, numbers)
def test_speeds_are_those_of_the_message(
    frame: str, at_ms: int, x: float, y: float, turn: float
) -> None:
    velocity = Velocity(x, y, turn)
    raw = serialize_message(velocity_to_message(at_ms, frame, velocity))
    assert velocity_from_bytes(raw) == (at_ms, velocity)


def test_a_speed_that_is_no_number_is_refused() -> None:
    message = TwistStamped()
    message.twist.linear.x = nan
    with pytest.raises(InvalidMessage, match="finite"):
        velocity_from_bytes(serialize_message(message))
