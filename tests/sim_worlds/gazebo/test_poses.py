"""Reading pose messages fast gives what reading them plainly gives."""

import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.robot import Pose
from sim_worlds.gazebo.fields import fields, varint
from sim_worlds.gazebo.poses import PoseReader

Told = tuple[str, float, float, float]
"""Model or link, x, y and heading."""


def number(value: int) -> bytes:
    """A number on the wire."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def block(field: int, body: bytes) -> bytes:
    """A part of a message with its length."""
    return number(field << 3 | 2) + number(len(body)) + body


def doubles(first: int, *values: float) -> bytes:
    """Numbers of fields that follow each other."""
    return b"".join(
        number((first + k) << 3 | 1) + struct.pack("<d", value) for k, value in enumerate(values)
    )


def message(at_ms: int, told: list[Told]) -> bytes:
    """A ``PosesStamped`` as Gazebo writes it."""
    seconds, rest = divmod(at_ms, 1000)
    time = number(1 << 3) + number(seconds) + number(2 << 3) + number(rest * 1_000_000)
    poses = b"".join(block(2, pose(index, *entry)) for index, entry in enumerate(told))
    return block(1, time) + poses


def pose(index: int, name: str, x_m: float, y_m: float, theta_rad: float) -> bytes:
    """One model or link in it."""
    half = theta_rad / 2
    return (
        block(1, name.encode())
        + number(2 << 3)
        + number(index * 97)
        + block(3, doubles(1, x_m, y_m, 0.1))
        + block(4, doubles(2, 0.0, 0.0, math.sin(half), math.cos(half)))
    )


names = st.from_regex(r"\A[RP][0-9]{1,3}(::chassis)?\Z")
lengths = st.floats(-1e3, 1e3)
angles = st.floats(-math.pi, math.pi)
told = st.lists(st.tuples(names, lengths, lengths, angles), max_size=6, unique_by=lambda t: t[0])


@given(ticks=st.lists(st.lists(told, min_size=1, max_size=5), min_size=1, max_size=5))
def test_the_newest_pose_of_every_model_is_known(ticks: list[list[list[Told]]]) -> None:
    """Models come and go from message to message; each keeps what was told of it last."""
    reader, expected, at_ms = PoseReader(), dict[str, Told](), 0
    for tick in ticks:
        for entries in tick:
            at_ms += 10
            assert reader.feel(message(at_ms, entries)) == at_ms
            expected |= {entry[0]: entry for entry in entries if "::" not in entry[0]}
        reader.read()
        assert reader.poses.keys() == expected.keys()
        for name, x_m, y_m, theta_rad in expected.values():
            got = reader.poses[name]
            assert (got.x_m, got.y_m) == (x_m, y_m), "to the last bit"
            assert math.remainder(got.theta_rad - theta_rad, math.tau) == pytest.approx(0, abs=1e-9)


def test_two_messages_of_one_length_with_other_models_are_told_apart() -> None:
    reader = PoseReader()
    reader.feel(message(10, [("R01", 1.0, 0.0, 0.0)]))
    reader.feel(message(20, [("R02", 2.0, 0.0, 0.0)]))
    reader.read()
    assert reader.poses == {"R01": Pose(1.0, 0.0, 0.0), "R02": Pose(2.0, 0.0, 0.0)}


def test_a_message_without_models_tells_the_time_only() -> None:
    reader = PoseReader()
    reader.feel(message(10, [("R01", 1.0, 0.0, 0.0)]))
    reader.feel(message(20, []))
    reader.read()
    assert (reader.at_ms, reader.told_ms, reader.moving) == (20, 10, ("R01",))


def test_a_model_that_is_gone_is_forgotten() -> None:
    reader = PoseReader()
    reader.feel(message(10, [("R01", 1.0, 0.0, 0.0)]))
    reader.forget("R01")
    reader.read()
    assert reader.poses == {}


@given(values=st.lists(st.integers(0, 2**32), min_size=1))
def test_numbers_on_the_wire_come_back(values: list[int]) -> None:
    data = b"".join(number(value) for value in values)
    at, got = 0, []
    while at < len(data):
        value, at = varint(data, at)
        got.append(value)
    assert got == values


def test_a_wire_type_of_no_message_is_refused() -> None:
    with pytest.raises(ValueError, match="wire type 3"):
        list(fields(number(1 << 3 | 3), 0, 1))


def test_layouts_are_kept_from_growing_without_bound() -> None:
    reader = PoseReader()
    for count in range(1, 200):
        reader.feel(message(count * 10, [("R" + "1" * count, float(count), 0.0, 0.0)]))
        reader.read()
    assert len(reader.poses) == 199
    assert len(reader._layouts) <= 64
    assert np.isclose(reader.poses["R" + "1" * 199].x_m, 199.0)
