"""What the peers make of the same frames and tags, in an environment of their own.

    PEERS_PYTHON benchmarks/macro/counting_peers.py DATA

Run by :mod:`benchmarks.macro.counting`, right beside our own. sllurp is under the GPL: it is never
imported by anything of ours, and this file imports nothing of ours. Prints JSON.
"""

import json
import statistics
import struct
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

STREAMS = ("dx101_a", "dx101_b", "dx101_c", "dx101_e")
REPORT = 61
ROUNDS = 3


def main(data: Path) -> None:
    found = {"sllurp": _sllurp(data / "llrp" / "dx101"), "epcpy": _epcpy(data / "epc")}
    print(json.dumps(found))


def _frames(path: Path) -> list[bytes]:
    raw, at, frames = path.read_bytes(), 0, []
    while at < len(raw):
        (length,) = struct.unpack_from(">I", raw, at + 2)
        frames.append(raw[at : at + length])
        at += length
    return frames


def _sllurp(folder: Path) -> dict[str, object]:
    """Frames it takes, and tags/s of the stream that is all reports."""
    from sllurp.llrp import LLRPMessage

    frames = [frame for name in STREAMS for frame in _frames(folder / f"{name}.bin")]
    taken = sum(_works(lambda frame=frame: LLRPMessage(msgbytes=frame)) for frame in frames)
    reports = [f for f in _frames(folder / "dx101_c.bin") if f[0] << 8 & 0x300 | f[1] == REPORT]

    def read() -> int:
        tags = 0
        for frame in reports:
            body = LLRPMessage(msgbytes=frame).msgdict["RO_ACCESS_REPORT"]
            tags += len(body.get("TagReportData", []))
        return tags

    seconds, tags = _best(read)
    return {
        "version": version("sllurp"),
        "frames": taken,
        "of": len(frames),
        "tags_per_s": tags / seconds,
    }


def _epcpy(folder: Path) -> dict[str, object]:
    """Vectors it decodes to the right tag URI or pure identity, and microseconds a SGTIN-96."""
    from epcpy import hex_to_tag_encodable

    document = json.loads((folder / "epc_vectors.json").read_text())
    vectors = document["vectors"]

    def right(vector: dict[str, str]) -> bool:
        uris = {vector.get("pure_identity_uri"), vector.get("tag_uri")} - {None}
        return hex_to_tag_encodable(vector["hex"]).epc_uri in uris

    decoded = sum(_works(lambda vector=vector: right(vector)) for vector in vectors)
    refused = sum(
        not _works(lambda vector=vector: hex_to_tag_encodable(vector["hex"]) or True)
        for vector in document["must_refuse"]
    )
    tags = [f"3066C4409047E140{number:08X}" for number in range(1000)]
    seconds, _ = _best(lambda: sum(bool(hex_to_tag_encodable(tag).epc_uri) for tag in tags))
    return {
        "version": version("epcpy"),
        "decoded": decoded,
        "of": len(vectors),
        "refused": refused,
        "us_per_tag": 1e6 * seconds / len(tags),
    }


def _works(what: Callable[[], object]) -> bool:
    try:
        return bool(what())
    except Exception:
        return False


def _best(what: Callable[[], int]) -> tuple[float, int]:
    """CPU seconds of the median of some passes, and the result."""
    spent, result = [], 0
    for _ in range(ROUNDS):
        began = time.process_time()
        result = what()
        spent.append(time.process_time() - began)
    return statistics.median(spent), result


if __name__ == "__main__":
    main(Path(sys.argv[1]))
