"""Hostile bytes for everything that reads LLRP, found by coverage: atheris (libFuzzer).

    python -m tests.vision.rfid.llrp.fuzz_frames [-runs=N] [-seed=N] [CORPUS_DIR]

The first byte chooses who is fed: the codec, the stream cutter, the client behind a hostile reader,
the simulated reader before a hostile client. Anything but the errors that each of them documents
ends the run and leaves the input beside it (``crash-...``); so do 512 MB of memory and 5 s of time.
"""

import os
import sys
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["vision.rfid.llrp"]):
    from tests.vision.rfid.llrp.test_hostile import survives
    from vision.rfid.llrp.codec import decode, encode
    from vision.rfid.llrp.framing import HEADER_BYTES, MOST_BYTES, FrameBuffer
    from vision.rfid.llrp.reader import SimulatedReader
    from vision.rfid.llrp.reader_facts import Facts
    from vision.rfid.llrp.requests import ReaderSettings
    from vision.rfid.llrp.scene import Sighting
    from vision.rfid.llrp.session import RefusedByReader, Send, Session

from planner.warehouse.errors import InvalidFrame, Unavailable

# Its own limit counts what whoever started it held: getrusage's peak outlives exec.
LIMITS = ("-rss_limit_mb=0", "-malloc_limit_mb=256", "-timeout=5", "-max_len=4096")
MOST_BYTES_HELD = 512 << 20
_LOOK_EVERY = 500
_CHUNK = 64


def to_stream(data: bytes) -> None:
    """In chunks: never more is held than one message and a chunk."""
    buffer = FrameBuffer()
    for at in range(0, len(data), _CHUNK):
        try:
            frames = buffer.feed(data[at : at + _CHUNK])
        except InvalidFrame:
            assert buffer.broken is not None
            return
        assert all(len(frame) >= HEADER_BYTES for frame in frames)
        assert buffer.waiting < MOST_BYTES


def to_client(data: bytes) -> None:
    """The client behind a reader that says anything, also after its set-up."""
    session = Session(ReaderSettings(antennas=(1, 2)), 0)
    for number, frame in enumerate(_frames(data)):
        try:
            outcomes = session.received(frame, number)
        except (InvalidFrame, Unavailable, RefusedByReader):
            return
        for outcome in outcomes:
            if isinstance(outcome, Send):
                decode(outcome.frame)


def to_reader(data: bytes) -> None:
    """The simulated reader before a client that asks for anything; it answers what can be sent."""
    reader = SimulatedReader(_one_tag, Facts((1, 2)), 0)
    reader.greet(0)
    for number, frame in enumerate(_frames(data)):
        try:
            asked = decode(frame)
        except InvalidFrame:
            return
        for answer in (*reader.received(asked, number * 1000), *reader.advance(number * 2000)):
            decode(encode(answer))


TARGETS: tuple[Callable[[bytes], None], ...] = (survives, to_stream, to_client, to_reader)


_inputs = count()


def one_input(data: bytes) -> None:
    """Feeds one of the targets."""
    if next(_inputs) % _LOOK_EVERY == 0:
        held = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        assert held < MOST_BYTES_HELD, f"{held >> 20} MB are held"
    if data:
        TARGETS[data[0] % len(TARGETS)](data[1:])


def _one_tag(round_number: int, antenna: int, at_us: int) -> Sequence[Sighting]:
    return [Sighting(bytes(range(12)), antenna, at_us, -50.0, 1.0)]


def _frames(data: bytes) -> list[bytes]:
    """As they come out of the stream."""
    try:
        return FrameBuffer().feed(data)
    except InvalidFrame:
        return []


if __name__ == "__main__":
    atheris.Setup([*sys.argv, *LIMITS], one_input)
    atheris.Fuzz()
