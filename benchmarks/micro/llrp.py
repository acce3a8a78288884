"""Tag reports a second, read in a tree and read fast; frames that come back byte for byte; how much
faster than real time the simulated reader is.

    python -m benchmarks.micro.llrp [--data DIR]        # QUICK=1 for a short run

DIR holds the test files of the LLRP Toolkit (LTK/Tests/dx101 as ``dx101``); without it only reports
made here are read. CPU time of one thread, the best of several passes.
"""

import argparse
import asyncio
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time
from typing import TypeVar

from benchmarks.report import Row, publish, quick
from vision.rfid.llrp import impinj
from vision.rfid.llrp.client import connect
from vision.rfid.llrp.codec import decode, encode
from vision.rfid.llrp.framing import FrameBuffer
from vision.rfid.llrp.reads import read_of
from vision.rfid.llrp.reports import is_report, read_reports
from vision.rfid.llrp.requests import ReaderSettings
from vision.rfid.llrp.simulator import ReaderServer, StepClock, reader_in, small_rack
from vision.rfid.llrp.tree import Parameter, message, parameter

T = TypeVar("T")
SEED = 1
STREAMS = ("dx101_a", "dx101_b", "dx101_c", "dx101_e")
LARGEST_BYTES = 2 << 20
GOAL = 200_000
PEER = (
    "Peer, measured once before this was written, not run here: "
    "sllurp 3.0.5 (GPL-3) read the reports of dx101_c at 32,000 tags/s and took 1,349 of the 1,719 "
    "frames of the four streams."
)


def tag_data(number: int) -> Parameter:
    """What a reader with phase sends for a tag."""
    return parameter(
        "TagReportData",
        parameter("EPC_96", EPC=number.to_bytes(12, "big")),
        parameter("ROSpecID", ROSpecID=1),
        parameter("AntennaID", AntennaID=1 + number % 4),
        parameter("PeakRSSI", PeakRSSI=-40 - number % 30),
        parameter("ChannelIndex", ChannelIndex=1 + number % 4),
        parameter("FirstSeenTimestampUTC", Microseconds=1_700_000_000_000_000 + number),
        parameter("LastSeenTimestampUTC", Microseconds=1_700_000_000_000_000 + number),
        parameter("TagSeenCount", TagCount=1),
        parameter("C1G2_PC", PC_Bits=0x3000),
        parameter("C1G2_CRC", CRC=number % 65_536),
        impinj.custom(impinj.PHASE, struct.pack(">H", number % 4096)),
        impinj.custom(impinj.PEAK_RSSI, struct.pack(">h", -4000 - number % 3000)),
    )


def reports(in_one: int, tags: int) -> list[bytes]:
    """Reports of so many tags each."""
    return [
        encode(message("RO_ACCESS_REPORT", at, *(tag_data(at + n) for n in range(in_one))))
        for at in range(0, tags, in_one)
    ]


def best_s(what: Callable[[], T], passes: int) -> tuple[float, T]:
    """CPU seconds of the fastest pass, and its result."""
    best, result = float("inf"), what()
    for _ in range(passes):
        begin = process_time()
        result = what()
        best = min(best, process_time() - begin)
    return best, result


def reading(name: str, frames: Sequence[bytes]) -> Row:
    """Both ways of reading the same reports, one after the other in one run."""
    passes = 1 if quick() else 3
    fast_s, tags = best_s(lambda: sum(len(read_reports(frame)) for frame in frames), passes)
    reads_s, _ = best_s(
        lambda: [[read_of(one, 0) for one in read_reports(frame)] for frame in frames], passes
    )
    tree_s, _ = best_s(lambda: sum(len(list(_tags(frame))) for frame in frames), passes)
    return {
        "reports": name,
        "frames": len(frames),
        "tags": tags,
        "tree_tags_s": tags / tree_s,
        "fast_tags_s": tags / fast_s,
        "as_reads_tags_s": tags / reads_s,
        "fast_to_tree": tree_s / fast_s,
        "fast_to_goal": tags / fast_s / GOAL,
    }


def _tags(frame: bytes) -> Sequence[object]:
    found = decode(frame)
    return getattr(found, "parameters", ())


def round_trip(name: str, frames: Sequence[bytes]) -> Row:
    """Frames decoded and encoded again."""
    seconds, same = best_s(lambda: sum(encode(decode(frame)) == frame for frame in frames), 1)
    size = sum(len(frame) for frame in frames)
    return {
        "stream": name,
        "frames": len(frames),
        "byte_exact": same,
        "there_and_back_mb_s": size / seconds / 1e6,
    }


def driving(simulated_s: int) -> Row:
    """A robot past a rack of 96 tags, client and reader over loopback TCP in one process."""

    async def drive() -> int:
        clock = StepClock()
        reader = reader_in(small_rack(SEED), clock)
        settings = ReaderSettings(duration_ms=1000 * simulated_s, phase=True, timeout_ms=60_000)
        async with ReaderServer(reader, clock) as server:
            port = await server.start()
            async with await connect("127.0.0.1", port, settings) as connection:
                return sum([len(reads) async for reads in connection])

    seconds, reads = best_s(lambda: asyncio.run(drive()), 1 if quick() else 3)
    return {
        "simulated_s": simulated_s,
        "reads": reads,
        "cpu_s": seconds,
        "times_real_time": simulated_s / seconds,
        "reads_per_cpu_s": reads / seconds,
    }


def streams(folder: Path) -> dict[str, list[bytes]]:
    """The toolkit's streams, cut into frames."""
    return {
        name: FrameBuffer(LARGEST_BYTES).feed((folder / "dx101" / f"{name}.bin").read_bytes())
        for name in STREAMS
    }


def main(folder: Path | None) -> None:
    tags = 2_000 if quick() else 10_000
    rows = [reading(f"with phase, {n} in one", reports(n, tags)) for n in (1, 10, 100)]
    found = streams(folder) if folder is not None else {}
    rows += [
        reading(name, [frame for frame in frames if is_report(frame)])
        for name, frames in found.items()
    ]
    publish("llrp", rows, seed=SEED, notes=[PEER])
    trips = [round_trip(name, frames) for name, frames in found.items()]
    if trips:
        publish("llrp_round_trip", trips, seed=SEED, notes=[PEER])
    publish("llrp_simulator", [driving(5 if quick() else 27)], seed=SEED, packages=["numpy"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=None)
    main(parser.parse_args().data)
