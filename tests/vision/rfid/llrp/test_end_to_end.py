"""Client against simulated reader over loopback TCP: a robot drives past a rack, reads arrive."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from planner.warehouse.errors import InvalidFrame, Unavailable
from vision.rfid.llrp.client import ReaderConnection, connect, reads_for_ever, steady_clock
from vision.rfid.llrp.codec import decode, encode
from vision.rfid.llrp.framing import FrameBuffer
from vision.rfid.llrp.racks import rack_tags
from vision.rfid.llrp.reads import TagRead
from vision.rfid.llrp.requests import ReaderSettings
from vision.rfid.llrp.scene import AntennaMount, RobotPose, Scene, along, planted
from vision.rfid.llrp.simulator import (
    Clock,
    ReaderServer,
    StepClock,
    WallClock,
    reader_in,
    small_rack,
)
from vision.rfid.llrp.tree import Message, UnknownMessage

T = TypeVar("T")
BAYS = 3
TAGS = rack_tags(BAYS, (0.3, 0.8, 1.3, 1.8), 2, seed=4)
DEAD = {TAGS[3].epc, TAGS[17].epc}
MOUNTS = (AntennaMount(1, 0.0, 0.0, 0.5), AntennaMount(2, 0.0, 0.0, 1.6))
RIDE_S = 12.0
SETTINGS = ReaderSettings(duration_ms=int(RIDE_S * 1000), phase=True, timeout_ms=20_000)
HOST = "127.0.0.1"


def scene(seed: int = 1) -> Scene:
    ride = along([(0.0, RobotPose(-0.5, 0.0, 0.0)), (RIDE_S, RobotPose(BAYS + 0.5, 0.0, 0.0))])
    return Scene(planted(TAGS, dead=DEAD), MOUNTS, ride, seed)


def run(what: Coroutine[Any, Any, T]) -> T:
    async def bounded() -> T:
        async with asyncio.timeout(60):
            return await what

    return asyncio.run(bounded())


@asynccontextmanager
async def serving(clock: Clock | None = None, seed: int = 1) -> AsyncIterator[int]:
    """The port of a reader in the scene."""
    used = clock or StepClock()
    async with ReaderServer(reader_in(scene(seed), used), used) as server:
        yield await server.start()


async def ride(seed: int = 1, settings: ReaderSettings = SETTINGS) -> list[TagRead]:
    """All reads of one drive past the rack."""
    async with serving(seed=seed) as port, await connect(HOST, port, settings) as reader:
        return [read async for reads in reader for read in reads]


def without_receipt(reads: list[TagRead]) -> list[TagRead]:
    return [replace(read, received_ms=0) for read in reads]


def test_a_drive_past_a_rack_reads_its_tags() -> None:
    reads = run(ride())
    found = {read.epc for read in reads}
    alive = {tag.epc for tag in TAGS} - DEAD
    assert found <= alive
    assert len(found) >= 0.95 * len(alive)
    assert {read.antenna for read in reads} == {1, 2}
    assert all(read.count == 1 and read.channel == 1 and read.utc for read in reads)
    assert all(read.phase_rad is not None and read.rssi_dbm is not None for read in reads)
    times = [read.at_ms or 0 for read in reads]
    assert times == sorted(times)
    assert times[-1] - times[0] <= RIDE_S * 1000


def test_antennas_read_what_the_scene_says() -> None:
    reads, expected = run(ride()), scene()
    wanted = [
        (seen.epc, seen.antenna, seen.at_us // 1000)
        for number in range(int(RIDE_S * 40))
        for seen in expected.sightings(number, 1 + number % 2, number * 25_000)
    ]
    begin_ms = StepClock().now_us() // 1000
    assert [(read.epc, read.antenna, (read.at_ms or 0) - begin_ms) for read in reads] == wanted


def test_tags_are_strongest_when_the_robot_passes_them() -> None:
    reads = run(ride())
    begin_ms = StepClock().now_us() // 1000
    errors = []
    for tag in TAGS:
        own = [read for read in reads if read.epc == tag.epc]
        if len(own) >= 5:
            strength = [10 ** ((read.rssi_dbm or 0.0) / 20) for read in own]
            at_s = [((read.at_ms or 0) - begin_ms) / 1000 for read in own]
            mean_s = sum(s * t for s, t in zip(strength, at_s, strict=True)) / sum(strength)
            errors.append(abs(mean_s * (BAYS + 1) / RIDE_S - 0.5 - tag.at_m[0]))
    assert len(errors) > 15
    assert sorted(errors)[len(errors) // 2] < 0.5


def test_a_drive_is_repeated_by_seed() -> None:
    first, again, other = (without_receipt(run(ride(seed))) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_reads_come_in_batches_if_wanted_and_add_up() -> None:
    each, summed = run(ride()), run(ride(settings=replace(SETTINGS, report_every=50)))
    assert len(summed) < len(each)
    assert sum(read.count for read in summed) == len(each)


def test_a_run_without_end_is_stopped_by_its_client() -> None:
    async def some() -> tuple[int, deque[str]]:
        endless = replace(SETTINGS, duration_ms=None)
        async with serving() as port, await connect(HOST, port, endless) as reader:
            before = sum([len(reads) async for reads in first_of(reader, 5)])
            await reader.close()
            after = sum([len(reads) async for reads in reader])
            return before + after, reader.warnings

    count, warnings = run(some())
    assert count >= 5
    assert not [text for text in warnings if text.startswith("closing")]


async def first_of(reader: ReaderConnection, count: int) -> AsyncIterator[tuple[TagRead, ...]]:
    for _ in range(count):
        yield await anext(reader)


def test_capabilities_and_clocks_are_known_to_the_client() -> None:
    async def both() -> tuple[Message | None, int | None]:
        async with serving() as port, await connect(HOST, port, SETTINGS) as reader:
            return reader.capabilities, reader.reader_ahead_ms

    capabilities, ahead_ms = run(both())
    assert capabilities is not None
    device = capabilities.first("GeneralDeviceCapabilities")
    assert device is not None
    assert device.number("MaxNumberOfAntennaSupported") == 2
    assert ahead_ms is not None
    assert ahead_ms < 0  # the stepped clock begins in 2023


def test_a_second_client_is_refused_and_the_first_is_told() -> None:
    async def two() -> deque[str]:
        endless = replace(SETTINGS, duration_ms=None)
        async with serving() as port, await connect(HOST, port, endless) as reader:
            with pytest.raises(Unavailable, match="Client_Initiated_Connection_Already_Exists"):
                await connect(HOST, port, SETTINGS)
            async for _ in reader:
                if any("another client" in text for text in reader.warnings):
                    break
            return reader.warnings

    assert any("another client" in text for text in run(two()))


def test_the_next_client_is_served_when_the_first_is_gone() -> None:
    async def one_after_the_other() -> list[int]:
        async with serving() as port:
            begins = []
            short = replace(SETTINGS, duration_ms=3_000)
            for _ in range(3):
                async with await connect(HOST, port, short) as reader:
                    begins.append(min([reads[0].at_ms or 0 async for reads in reader]))
            return begins

    begins = run(one_after_the_other())
    begin_ms = StepClock().now_us() // 1000
    assert [(at_ms - begin_ms) // 3_000 for at_ms in begins] == [0, 1, 2]


def test_real_time_works_too_and_keepalives_are_answered() -> None:
    async def fast() -> tuple[int, deque[str]]:
        settings = replace(SETTINGS, keepalive_ms=5_000)
        async with (
            serving(WallClock(speed=20.0)) as port,
            await connect(HOST, port, settings) as reader,
        ):
            count = sum([len(reads) async for reads in reader])
            return count, reader.warnings

    count, _ = run(fast())
    assert count > 100


def test_reads_go_on_over_connections() -> None:
    async def again() -> list[int]:
        async with serving() as port:
            short = replace(SETTINGS, duration_ms=3_000)
            batches = reads_for_ever(HOST, [1, 1], port, short)
            return [reads[0].at_ms or 0 async for reads in batches]

    times = run(again())
    begin_ms = StepClock().now_us() // 1000
    assert {(at_ms - begin_ms) // 3_000 for at_ms in times} == {0, 1, 2}


def test_back_off_is_the_callers_and_ends() -> None:
    waited: list[int] = []

    def waits() -> Iterator[int]:
        for wait_ms in (1, 2, 3):
            waited.append(wait_ms)
            yield wait_ms

    async def nobody() -> None:
        async with serving() as port:
            pass
        async for _ in reads_for_ever(HOST, waits(), port, SETTINGS):
            raise AssertionError("nobody is there")

    with pytest.raises(Unavailable, match="no connection"):
        run(nobody())
    assert waited == [1, 2, 3]


# --- readers that misbehave ----------------------------------------------------------------------


@asynccontextmanager
async def saying(*chunks: bytes, hang_up: bool = True) -> AsyncIterator[int]:
    """The port of a server that says this and no more."""
    done = asyncio.Event()

    async def serve(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        for chunk in chunks:
            outgoing.write(chunk)
        await outgoing.drain()
        if not hang_up:
            await done.wait()
        outgoing.close()

    server = await asyncio.start_server(serve, HOST, 0)
    yield server.sockets[0].getsockname()[1]
    done.set()
    server.close()


@pytest.mark.parametrize(
    ("chunks", "hang_up", "error", "text"),
    [
        ((), True, Unavailable, "end of stream|lost"),
        ((b"HTTP/1.1 400 Bad Request\r\n\r\n",), True, InvalidFrame, "reserved bits"),
        ((b"\x04\x3f\x00\x00\x00\x0b\x00\x00\x00\x00\x00",), True, InvalidFrame, "byte 10"),
        ((), False, Unavailable, "silent"),
    ],
)
def test_whoever_is_no_reader_is_an_error_of_ours(
    chunks: tuple[bytes, ...], hang_up: bool, error: type[Exception], text: str
) -> None:
    async def attempt() -> ReaderConnection:
        async with saying(*chunks, hang_up=hang_up) as port:
            patience_ms = 20_000 if hang_up else 200
            return await connect(HOST, port, ReaderSettings(timeout_ms=patience_ms))

    with pytest.raises(error, match=text):
        run(attempt())


# --- clients that misbehave ----------------------------------------------------------------------


async def answers_to(data: bytes, count: int) -> list[Message | UnknownMessage]:
    """What the reader says to bytes, its greeting first."""
    async with serving() as port:
        incoming, outgoing = await asyncio.open_connection(HOST, port)
        outgoing.write(data)
        buffer = FrameBuffer()
        found: list[Message | UnknownMessage] = []
        while len(found) < count and (chunk := await incoming.read(4096)):
            found += [decode(frame) for frame in buffer.feed(chunk)]
        outgoing.close()
        return found


def test_a_broken_message_is_answered_with_an_error() -> None:
    broken = bytes.fromhex("0416" + "0000000c" + "00000007" + "0000")
    sound = bytes.fromhex("041a" + "0000000a" + "00000008")
    hello, error, rospecs = run(answers_to(broken + sound, 3))
    assert isinstance(error, Message)
    assert (error.name, error.id) == ("ERROR_MESSAGE", 7)
    assert isinstance(rospecs, Message)
    assert rospecs.name == "GET_ROSPECS_RESPONSE"
    assert encode(hello)


def test_a_client_that_speaks_no_llrp_is_hung_up_on() -> None:
    assert len(run(answers_to(b"GET / HTTP/1.1\r\n\r\n", 99))) == 1


def test_clocks_go_forward() -> None:
    clock = steady_clock()
    assert clock() <= clock()
    fast = WallClock(speed=1000.0)
    assert fast.seconds_until(fast.now_us() + 10_000_000) <= 0.01
    stepped = StepClock(5)
    assert (stepped.seconds_until(9), stepped.now_us()) == (0.0, 9)
    assert (stepped.seconds_until(3), stepped.now_us()) == (0.0, 9)


def test_the_small_rack_is_read_there_and_back() -> None:
    rack = small_rack(1)
    seen = {
        one.epc
        for number in range(0, 1100, 3)
        for one in rack.sightings(number, 1 + number % 2, number * 25_000)
    }
    assert len(seen) > 0.9 * len(rack.tags)
