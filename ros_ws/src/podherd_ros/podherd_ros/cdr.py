"""Odometry straight from the bytes of its message: the one message that comes all the time.

rclpy needs 50 us to build the Python objects of a ``nav_msgs/Odometry`` with its covariances; what
we want of it are ten numbers. They are read from the serialised message, which is plain CDR (OMG
DDS-XTypes 1.3, section 7.4: little-endian, each number aligned to its size after the four bytes of
the header). Any other encoding goes the long way round.
"""

from math import atan2, hypot, isfinite
from struct import Struct, error

from nav_msgs.msg import Odometry as OdometryMessage
from rclpy.serialization import deserialize_message

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.robot import Pose
from podherd_ros.base import Odometry, Velocity
from podherd_ros.convert_base import odometry_from_message

_LITTLE_ENDIAN = b"\x00\x01"
_HEAD = 4
_STAMP = Struct("<iII")
"""Seconds, nanoseconds, length of the frame's name."""
_LENGTH = Struct("<I")
_POSE = Struct("<7d")
_TWIST = Struct("<6d")
_COVARIANCE = 36 * 8
_UNIT_TOLERANCE = 0.1


def odometry_from_bytes(raw: bytes) -> Odometry:
    """As :func:`podherd_ros.convert_base.odometry_from_message`.

    Raises :class:`InvalidMessage` on a number that is none, a turn that is no rotation, or bytes
    that are no odometry.
    """
    if raw[:2] != _LITTLE_ENDIAN:
        return odometry_from_message(deserialize_message(raw, OdometryMessage))
    try:
        seconds, nanoseconds, length = _STAMP.unpack_from(raw, _HEAD)
        at = _aligned(_HEAD + _STAMP.size + length, 4)
        at = _aligned(at + _LENGTH.size + _LENGTH.unpack_from(raw, at)[0], 8)
        x_m, y_m, _, i, j, k, w = _POSE.unpack_from(raw, at)
        forward, left, _, _, _, turn = _TWIST.unpack_from(raw, at + _POSE.size + _COVARIANCE)
    except error as problem:
        raise _wrong("bytes that are no odometry", "message", len(raw)) from problem
    if not isfinite(x_m + y_m + forward + left + turn):
        raise _wrong("not a finite number", "pose, twist", (x_m, y_m, forward, left, turn))
    norm = hypot(i, j, k, w)
    if not abs(norm - 1) <= _UNIT_TOLERANCE:
        raise _wrong("not a rotation", "pose.orientation", norm)
    heading = atan2(2 * (w * k + i * j), 1 - 2 * (j * j + k * k))
    at_ms = seconds * 1_000 + nanoseconds // 1_000_000
    return Odometry(at_ms, Pose(x_m, y_m, heading), Velocity(forward, left, turn))


def _aligned(at: int, size: int) -> int:
    return _HEAD + (at - _HEAD + size - 1) // size * size


def _wrong(problem: str, field: str, value: object) -> InvalidMessage:
    return InvalidMessage(
        problem,
        field=field,
        value=value,
        remedy="Check the driver that sends it; the reading is left out.",
    )
