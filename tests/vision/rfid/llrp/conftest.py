"""Frames that others wrote (the LLRP Toolkit's test files), and every message that LLRP allows."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import strategies as st

from vision.rfid.llrp.definitions import Bits, Definition, Value, protocol
from vision.rfid.llrp.framing import FrameBuffer
from vision.rfid.llrp.tree import Message, Parameter, Unknown

LARGEST_BYTES = 2 << 20
"""Two of the toolkit's generated reports are larger than what is taken by default."""


@pytest.fixture(scope="session")
def llrp_data(shared_data: Path) -> Path:
    return shared_data / "llrp"


@pytest.fixture(scope="session")
def streams(llrp_data: Path) -> dict[str, list[bytes]]:
    """The toolkit's binary streams (dx101), cut into frames, by file."""
    files = [path for path in sorted(llrp_data.glob("dx101/*.bin")) if path.stem != "dx101_a_in"]
    cut: dict[str, list[bytes]] = {}
    for path in files:
        buffer = FrameBuffer(LARGEST_BYTES)
        cut[path.stem] = buffer.feed(path.read_bytes())
        assert buffer.waiting == 0
    return cut


@pytest.fixture(scope="session")
def frames(streams: dict[str, list[bytes]], llrp_data: Path) -> list[bytes]:
    """All whole frames there are: the streams, and the toolkit's single messages."""
    single = [path.read_bytes() for path in sorted(llrp_data.glob("ltkjava_resources/*.bin"))]
    return [frame for stream in streams.values() for frame in stream] + single


@pytest.fixture(scope="session")
def any_message() -> st.SearchStrategy[Message]:
    """Messages that conform to the definitions, in any version."""
    return messages()


U32 = st.integers(0, (1 << 32) - 1)
DEEPEST = 5


def bit_vectors() -> st.SearchStrategy[Bits]:
    return st.binary(max_size=9).flatmap(
        lambda data: st.integers(max(0, 8 * len(data) - 7), 8 * len(data)).map(
            lambda bits: Bits(bits, data)
        )
    )


KINDS: Mapping[str, st.SearchStrategy[Value]] = {
    "u1": st.integers(0, 1),
    "u2": st.integers(0, 3),
    "u8": st.integers(0, 0xFF),
    "u16": st.integers(0, 0xFFFF),
    "u32": U32,
    "u64": st.integers(0, (1 << 64) - 1),
    "s8": st.integers(-128, 127),
    "s16": st.integers(-32768, 32767),
    "u96": st.binary(min_size=12, max_size=12),
    "u1v": bit_vectors(),
    "u8v": st.binary(max_size=9),
    "u16v": st.lists(st.integers(0, 0xFFFF), max_size=5).map(tuple),
    "u32v": st.lists(U32, max_size=5).map(tuple),
    "utf8v": st.text(max_size=9),
    "bytesToEnd": st.binary(max_size=9),
}


@st.composite
def contents(
    draw: st.DrawFn, definition: Definition, depth: int
) -> tuple[dict[str, Value], tuple[Parameter | Unknown, ...]]:
    """Fields of a definition, and parameters that conform to it."""
    fields = {
        field.name: draw(KINDS[field.kind])
        for field in definition.fields
        if field.kind != "reserved"
    }
    found: list[Parameter | Unknown] = []
    for part in definition.parts:
        most = part.at_most or 2
        most = most if depth < DEEPEST else part.at_least
        for _ in range(draw(st.integers(part.at_least, most))):
            name = draw(st.sampled_from(sorted(part.names)))
            inner = draw(contents(protocol().parameters[name], depth + 1))
            found.append(Parameter(name, *inner))
    return fields, tuple(found)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    definition = draw(st.sampled_from(list(protocol().messages.values())))
    fields, parameters = draw(contents(definition, 0))
    return Message(definition.name, draw(U32), fields, parameters, draw(st.integers(0, 7)))
