"""What a brain remembers outlives it, whole or not at all."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.robot import Pose
from podherd_robot.base_drive import Memory
from podherd_robot.localisation import Estimate
from podherd_robot.memory_file import MemoryFile
from podherd_ros.base import STANDSTILL, Odometry

numbers = st.floats(-1e6, 1e6)
poses = st.builds(Pose, numbers, numbers, numbers)
times = st.integers(0, 10**12)


@st.composite
def memories(draw: st.DrawFn) -> Memory:
    xx, xy, xt, yy, yt, tt = draw(st.tuples(*[numbers] * 6))
    covariance = ((xx, xy, xt), (xy, yy, yt), (xt, yt, tt))
    estimate = Estimate(draw(times), draw(poses), covariance, "")
    return Memory(Odometry(draw(times), draw(poses), STANDSTILL), estimate)


@given(st.lists(memories(), min_size=1, max_size=3))
def test_the_last_memory_comes_back(tmp_path_factory, many: list[Memory]) -> None:  # type: ignore[no-untyped-def]
    path: Path = tmp_path_factory.mktemp("memory") / "R01"
    file = MemoryFile(path)
    assert file.read() is None
    for memory in many:
        file.write(memory)
    file.close()
    again = MemoryFile(path)
    assert again.read() == many[-1]
    again.close()


@given(memories(), st.integers(0, 10**6), st.integers(1, 255))
def test_a_damaged_memory_is_none(  # type: ignore[no-untyped-def]
    tmp_path_factory, memory: Memory, place: int, change: int
) -> None:
    path: Path = tmp_path_factory.mktemp("memory") / "R01"
    file = MemoryFile(path)
    file.write(memory)
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= change
    path.write_bytes(content)
    assert file.read() is None
    path.write_bytes(content[: place % len(content)])
    assert file.read() is None
    file.close()
