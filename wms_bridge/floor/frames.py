"""Pose frames as bytes: where all robots are, in the fewest bytes that show it.

The layout stands in docs/reference/floor-stream.md. Little endian; a header of 16 bytes, then one
record per robot in the order that the stream has told.
"""

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.view import RobotActivity, RobotView, WaitsFor

VERSION = 1
MOST_ROBOTS = 65_535
"""What the header can count."""
ACTIVITIES: tuple[RobotActivity, ...] = (
    RobotActivity.IDLE,
    RobotActivity.PARK,
    RobotActivity.FETCH,
    RobotActivity.DELIVER,
    RobotActivity.PICK,
    RobotActivity.RETURN,
    RobotActivity.CHARGE,
    RobotActivity.COUNT,
    RobotActivity.SILENT,
)
"""By their code in a frame. New ones are put at the end: the code is part of the layout."""
WAITS: tuple[WaitsFor, ...] = (
    WaitsFor.ROBOT,
    WaitsFor.CLOSURE,
    WaitsFor.PERSON,
    WaitsFor.HELP,
    WaitsFor.RETRY,
    WaitsFor.OTHERS,
    WaitsFor.WAY,
    WaitsFor.WORK,
)
"""By their code less one: code 0 is a robot that does not wait."""
_HEADER = struct.Struct("<BBHId")
_NEAR = struct.Struct("<hhBBBB")
_WIDE = struct.Struct("<ffBBBB")
_NEAR_M = 327.67
_FARTHEST_M = 1e30
_TURN = 2 * math.pi
_LOADED = 1
_SEQUENCES = 2**32


class FrameKind(IntEnum):
    """How places are written: ``NEAR`` as centimetres in 16 bits (8 bytes a robot), ``WIDE`` as
    32-bit floats in metres (12 bytes a robot), for floors that reach beyond 327.67 m."""

    NEAR = 1
    WIDE = 2


@dataclass(frozen=True, slots=True)
class Pose:
    """One record: place (m), heading in [0, 2 pi) (rad), battery (0 to 1), what the robot does and
    waits for, and whether it carries a pod."""

    x_m: float
    y_m: float
    theta_rad: float
    battery: float
    activity: RobotActivity
    waits_for: WaitsFor | None
    loaded: bool


@dataclass(frozen=True, slots=True)
class PoseFrame:
    """All poses at ``at_ms`` of site time; ``sequence`` counts views modulo 2^32."""

    kind: FrameKind
    sequence: int
    at_ms: float
    poses: tuple[Pose, ...]


def pose_of(robot: RobotView) -> Pose:
    """What a frame tells of a robot."""
    return Pose(
        robot.x_m,
        robot.y_m,
        robot.theta_rad,
        robot.battery,
        robot.activity,
        robot.wait.on if robot.wait else None,
        robot.load is not None,
    )


def encode_frame(poses: Sequence[Pose], sequence: int, at_ms: float) -> bytes:
    """The bytes of a frame. :class:`InvalidMessage` for more robots than it can count."""
    if len(poses) > MOST_ROBOTS:
        raise InvalidMessage(
            f"more than {MOST_ROBOTS} robots",
            field="robots",
            value=len(poses),
            remedy="Show each site by a bridge of its own.",
        )
    near = all(abs(pose.x_m) <= _NEAR_M and abs(pose.y_m) <= _NEAR_M for pose in poses)
    kind = FrameKind.NEAR if near else FrameKind.WIDE
    head = _HEADER.pack(VERSION, kind, len(poses), sequence % _SEQUENCES, at_ms)
    write = _near if near else _wide
    return head + b"".join([write(pose) for pose in poses])


def decode_frame(data: bytes) -> PoseFrame:
    """A frame from its bytes; :class:`InvalidMessage` on any that is none."""
    if len(data) < _HEADER.size:
        raise _no_frame("shorter than its header", len(data))
    version, kind, count, sequence, at_ms = _HEADER.unpack_from(data)
    if version != VERSION:
        raise _no_frame("of another version", version)
    if kind not in list(FrameKind):
        raise _no_frame("of an unknown kind", kind)
    record = _NEAR if kind == FrameKind.NEAR else _WIDE
    if len(data) != _HEADER.size + count * record.size:
        raise _no_frame(f"not as long as {count} robots", len(data))
    unit_m = 0.01 if kind == FrameKind.NEAR else 1.0
    read = record.iter_unpack(memoryview(data)[_HEADER.size :])
    poses = tuple(_pose(x * unit_m, y * unit_m, *rest) for x, y, *rest in read)
    return PoseFrame(FrameKind(kind), sequence, at_ms, poses)


def _near(pose: Pose) -> bytes:
    return _NEAR.pack(round(pose.x_m * 100), round(pose.y_m * 100), *_rest(pose))


def _wide(pose: Pose) -> bytes:
    return _WIDE.pack(_within(pose.x_m), _within(pose.y_m), *_rest(pose))


def _within(metres: float) -> float:
    # A float of 32 bits cannot hold what a careless report may say.
    return max(-_FARTHEST_M, min(_FARTHEST_M, metres))


def _rest(pose: Pose) -> tuple[int, int, int, int]:
    heading = round(math.fmod(pose.theta_rad, _TURN) / _TURN * 256) % 256
    battery = round(max(0.0, min(1.0, pose.battery)) * 255)
    waits = 0 if pose.waits_for is None else WAITS.index(pose.waits_for) + 1
    state = ACTIVITIES.index(pose.activity) | waits << 4
    return heading, battery, state, _LOADED if pose.loaded else 0


def _pose(x_m: float, y_m: float, heading: int, battery: int, state: int, flags: int) -> Pose:
    activity, waits = state & 0x0F, state >> 4
    if activity >= len(ACTIVITIES) or waits > len(WAITS):
        raise _no_frame("with a state that nobody knows", state)
    return Pose(
        x_m,
        y_m,
        heading / 256 * _TURN,
        battery / 255,
        ACTIVITIES[activity],
        WAITS[waits - 1] if waits else None,
        bool(flags & _LOADED),
    )


def _no_frame(problem: str, value: int) -> InvalidMessage:
    return InvalidMessage(
        f"a pose frame {problem}", field="frame", value=value, remedy="See floor-stream.md."
    )
