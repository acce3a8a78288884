"""The two messages of every robot in every tick, straight from and to their bytes.

Making an ``Odometry`` message object costs more than all else that is done with it: it holds 72
covariances that nobody here knows. So its bytes (CDR, the little-endian encoding of DDS) are made
once for each robot, and only the numbers that change are written into them.
"""

from math import cos, isfinite, sin
from struct import Struct

from geometry_msgs.msg import TwistStamped
from rclpy.serialization import deserialize_message, serialize_message

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import RobotId
from planner.warehouse.robot import Pose
from podherd_ros.base import Odometry, Velocity
from podherd_ros.convert_base import odometry_to_message, velocity_from_message
from sim_worlds.gazebo.sensors import WheelReading

_STAMP = Struct("<iI")
_STAMP_AT = 4
"""After the four bytes that say how the rest is encoded."""
_POSE = Struct("<7d")
_TWIST = Struct("<6d")
_MARKED = Odometry(0, Pose(1e100, 2e100, 0.0), Velocity(3e100, 4e100, 5e100))
"""Numbers that stand nowhere else in a message."""


class OdometryBytes:
    """The odometry of one robot, written again and again."""

    def __init__(self, robot: RobotId):
        raw = serialize_message(odometry_to_message(robot, _MARKED))
        self._raw = bytearray(raw)
        pose, speed = _MARKED.pose, _MARKED.velocity
        self._pose_at = raw.index(Struct("<2d").pack(pose.x_m, pose.y_m))
        self._twist_at = raw.index(Struct("<2d").pack(speed.forward_mps, speed.left_mps))

    def of(self, at_ms: int, reading: WheelReading) -> bytes:
        """The message's bytes with what the wheels say at ``at_ms``."""
        raw, (pose, forward_mps, turn_radps) = self._raw, reading
        half_rad = pose.theta_rad / 2
        _STAMP.pack_into(raw, _STAMP_AT, at_ms // 1000, at_ms % 1000 * 1_000_000)
        _POSE.pack_into(
            raw, self._pose_at, pose.x_m, pose.y_m, 0.0, 0.0, 0.0, sin(half_rad), cos(half_rad)
        )
        _TWIST.pack_into(raw, self._twist_at, forward_mps, 0.0, 0.0, 0.0, 0.0, turn_radps)
        return bytes(raw)


def velocity_from_bytes(raw: bytes) -> tuple[int, Velocity]:
    """The odometry's time (ms) that a ``TwistStamped`` answers and the speed: the stamp is at the
    beginning, the six numbers are at the end. :class:`InvalidMessage` on a NaN."""
    if raw[:2] != b"\x00\x01" or len(raw) < _STAMP_AT + _STAMP.size + _TWIST.size:
        return velocity_from_message(deserialize_message(raw, TwistStamped))
    seconds, nanoseconds = _STAMP.unpack_from(raw, _STAMP_AT)
    x, y, _, _, _, turn = _TWIST.unpack_from(raw, len(raw) - _TWIST.size)
    if not (isfinite(x) and isfinite(y) and isfinite(turn)):
        raise InvalidMessage(
            "not a finite number",
            field="twist",
            value=(x, y, turn),
            remedy="Check the robot that sends it; the speed is left out.",
        )
    return seconds * 1000 + nanoseconds // 1_000_000, Velocity(x, y, turn)
