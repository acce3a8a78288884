"""Pose frames: what is written is what is read, to the precision of the layout; nothing else is
read."""

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.view import RobotActivity, WaitsFor
from wms_bridge.floor.frames import (
    ACTIVITIES,
    MOST_ROBOTS,
    WAITS,
    FrameKind,
    Pose,
    decode_frame,
    encode_frame,
)

HERE = Pose(1.0, 2.0, 0.0, 1.0, RobotActivity.IDLE, None, False)


def poses(metres: float) -> st.SearchStrategy[Pose]:
    place = st.floats(-metres, metres, allow_nan=False)
    return st.builds(
        Pose,
        place,
        place,
        st.floats(-100, 100),
        st.floats(0, 1),
        st.sampled_from(RobotActivity),
        st.none() | st.sampled_from(WaitsFor),
        st.booleans(),
    )


@settings(deadline=None)
@given(
    st.lists(poses(327.67), max_size=20) | st.lists(poses(1e6), max_size=20),
    st.integers(0, 2**40),
    st.integers(0, 2**52),
)
@example([HERE], 2**32 - 1, 2**52)
def test_round_trip(written: list[Pose], sequence: int, at_ms: int) -> None:
    data = encode_frame(written, sequence, at_ms)
    frame = decode_frame(data)
    near = all(max(abs(pose.x_m), abs(pose.y_m)) <= 327.67 for pose in written)
    assert frame.kind is (FrameKind.NEAR if near else FrameKind.WIDE)
    assert len(data) == 16 + len(written) * (8 if near else 12)
    assert (frame.sequence, frame.at_ms) == (sequence % 2**32, at_ms)
    for pose, read in zip(written, frame.poses, strict=True):
        off_m = 0.00501 if near else max(abs(pose.x_m), abs(pose.y_m)) * 2**-23 + 1e-30
        assert math.hypot(pose.x_m - read.x_m, pose.y_m - read.y_m) <= off_m * 1.5
        turned = math.remainder(pose.theta_rad - read.theta_rad, 2 * math.pi)
        assert abs(turned) <= math.pi / 256 + 1e-9
        assert 0 <= read.theta_rad < 2 * math.pi
        assert abs(pose.battery - read.battery) <= 0.5 / 255 + 1e-9
        assert (read.activity, read.waits_for, read.loaded) == (
            pose.activity,
            pose.waits_for,
            pose.loaded,
        )


def test_every_activity_and_every_wait_has_a_code_that_fits() -> None:
    assert set(ACTIVITIES) == set(RobotActivity)
    assert set(WAITS) == set(WaitsFor)
    assert len(ACTIVITIES) <= 16
    assert len(WAITS) <= 15


@settings(deadline=None)
@given(st.binary(max_size=64))
def test_other_bytes_are_refused_or_read_whole(data: bytes) -> None:
    try:
        frame = decode_frame(data)
    except InvalidMessage:
        return
    assert data[0] == 1
    assert len(data) == 16 + len(frame.poses) * (8 if frame.kind is FrameKind.NEAR else 12)


@pytest.mark.parametrize(
    ("at", "byte", "problem"),
    [(0, 2, "version"), (1, 9, "kind"), (2, 7, "as long as 7"), (22, 0xFF, "state")],
)
def test_what_is_wrong_with_a_frame_is_said(at: int, byte: int, problem: str) -> None:
    data = bytearray(encode_frame([HERE], 1, 2))
    data[at] = byte
    with pytest.raises(InvalidMessage, match=problem):
        decode_frame(bytes(data))


def test_more_robots_than_can_be_counted_are_refused() -> None:
    with pytest.raises(InvalidMessage, match="more than 65535 robots"):
        encode_frame([HERE] * (MOST_ROBOTS + 1), 1, 2)


def test_places_that_no_float_holds_do_no_harm() -> None:
    far = Pose(1e300, -1e300, 0.0, 2.0, RobotActivity.IDLE, None, True)
    [read] = decode_frame(encode_frame([far], 1, 2)).poses
    assert read.x_m > 1e29
    assert read.battery == 1
