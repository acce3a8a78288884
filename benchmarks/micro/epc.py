"""What decoding an EPC costs, scheme by scheme, and what the fast path gains.

    python -m benchmarks.micro.epc [--data DIR]        # QUICK=1 for a short run

DIR holds ``epc_vectors.json``; without it only speed is measured.

Every tag is another one; nothing is kept between them. "all" is what a count needs: scheme, filter,
company prefix, key with check digit, serial and EPC URI. Medians of rounds, in one process.
"""

import argparse
import json
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, NamedTuple

from benchmarks.report import Row, publish, quick
from planner.warehouse.errors import InvalidTag
from vision.rfid.epc.codec import decode, decode_generic, encode
from vision.rfid.epc.fast import FAST
from vision.rfid.epc.identity import Epc
from vision.rfid.epc.schemes import LEGACY, PLUS, SCHEMES
from vision.rfid.epc.texts import epc_from_elements, epc_from_text

SEED = 1
GOAL_US = 10.0
PREFIXES = ("0614141", "95060001343", "952012")
_URIS: dict[str, Callable[[random.Random], str]] = {
    "gid-96": lambda dice: (
        f"{dice.randrange(10**8)}.{dice.randrange(10**7)}.{dice.randrange(10**9)}"
    ),
    "usdod-96": lambda dice: f"{dice.randrange(16)}.CAGEY.{dice.randrange(10**9)}",
    "adi-var": lambda dice: f"{dice.randrange(64)}.35962.PQ7VZ4.M{dice.randrange(10**9)}",
}


class Times(NamedTuple):
    """Microseconds."""

    wall: float
    cpu: float


def tags() -> int:
    """How many of each scheme."""
    return 500 if quick() else 2_000


def rounds() -> int:
    """How often all of them are decoded."""
    return 3 if quick() else 9


def drawn(scheme: str, dice: random.Random) -> bytes:
    """A tag of a scheme at random."""
    if scheme.lower() in _URIS:
        return encode(epc_from_text(f"urn:epc:tag:{scheme.lower()}:{_URIS[scheme.lower()](dice)}"))
    if scheme in PLUS:
        return encode(_plus(scheme, dice))
    table = LEGACY[scheme]
    prefix = dice.choice(PREFIXES)
    layout = table.layouts[len(prefix)]
    fields = [prefix]
    for field in layout.fields[1:]:
        if field.kind == "digits":
            size = field.size or 0
            fields.append(f"{dice.randrange(10**size):0{size}d}" if size else "")
        else:
            most = min(field.maximum or 10**9, 10**9)
            fields.append(str(dice.randrange(most)))
    return encode(Epc(scheme, dice.randrange(8), tuple(fields)))


def _plus(scheme: str, dice: random.Random) -> Epc:
    """With the identity of a legacy tag, a date and a host name where they belong."""
    base = scheme.strip("+").removeprefix("D")
    legacy = next(name for name in LEGACY if name.startswith(base + "-"))
    elements = decode(drawn(legacy, dice)).elements
    date = (("17", f"{dice.randrange(100):02d}0630"),) if PLUS[scheme].dates else ()
    host = "id.example.com" if PLUS[scheme].has_hostname else None
    return epc_from_elements((*elements, *date), scheme, dice.randrange(8), None, host)


def micros(ways: Sequence[Callable[[bytes], object]], data: list[bytes]) -> list[Times]:
    """Microseconds per tag of each way, wall and CPU: medians of rounds, the ways in turn."""
    walls: list[list[float]] = [[] for _ in ways]
    cpus: list[list[float]] = [[] for _ in ways]
    for _ in range(rounds()):
        for number, way in enumerate(ways):
            wall, cpu = perf_counter(), process_time()
            for each in data:
                way(each)
            walls[number].append(1e6 * (perf_counter() - wall) / len(data))
            cpus[number].append(1e6 * (process_time() - cpu) / len(data))
    return [Times(median(wall), median(cpu)) for wall, cpu in zip(walls, cpus, strict=True)]


def everything(data: bytes) -> object:
    """All that a count needs of a tag."""
    epc = decode(data)
    return epc.scheme, epc.filter, epc.company_prefix, epc.key, epc.serial, epc.pure_identity_uri


def row(scheme: str) -> Row:
    """One scheme: the path that is taken, all parts, and the generic path."""
    dice = random.Random(SEED)
    data = [drawn(scheme, dice) for _ in range(tags())]
    taken, whole, generic = micros((decode, everything, decode_generic), data)
    fast = SCHEMES[scheme].header in FAST
    return {
        "scheme": scheme,
        "path": "fast" if fast else "tables",
        "decode CPU us": round(taken.cpu, 2),
        "all CPU us": round(whole.cpu, 2),
        "tables CPU us": round(generic.cpu, 2),
        "tables / decode": round(generic.cpu / taken.cpu, 2),
        "decode wall us": round(taken.wall, 2),
        "all wall us": round(whole.wall, 2),
        "goal": (f"all <= {GOAL_US:g}: " + _holds(whole.cpu)) if fast else "",
    }


def _holds(micro: float) -> str:
    return "yes" if micro <= GOAL_US else "no"


def vectors(folder: Path) -> list[Row]:
    """Published vectors, decoded to every text they have, encoded from texts alone, refused."""
    document = json.loads((folder / "epc_vectors.json").read_text())
    given = document["vectors"]
    decoded = sum(_texts(vector) == _told(vector) for vector in given)
    encoded = sum(_bits(vector) == _padded(vector["hex"]) for vector in given)
    refused = sum(_is_refused(vector["hex"]) for vector in document["must_refuse"])
    return [
        {"vectors": "decoded", "right": decoded, "of": len(given)},
        {"vectors": "encoded", "right": encoded, "of": len(given)},
        {"vectors": "refused", "right": refused, "of": len(document["must_refuse"])},
    ]


def _texts(vector: Mapping[str, str]) -> tuple[str | None, str | None]:
    epc = decode(vector["hex"])
    return epc.pure_identity_uri, epc.tag_uri


def _told(vector: Mapping[str, str]) -> tuple[str | None, str | None]:
    return vector["pure_identity_uri"], vector["tag_uri"]


def _bits(vector: Mapping[str, Any]) -> bytes:
    if vector["tag_uri"] is not None:
        return encode(epc_from_text(vector["tag_uri"]))
    host = "id.example.com" if vector["scheme"].endswith("++") else "id.gs1.org"
    link = f"https://{host}{vector['digital_link_path']}"
    return encode(epc_from_text(link, filter_value=vector["filter"]))


def _padded(digits: str) -> bytes:
    return bytes.fromhex(digits + "0" * (-len(digits) % 4))


def _is_refused(digits: str) -> bool:
    try:
        decode(digits)
    except InvalidTag:
        return True
    return False


def main(folder: Path | None) -> None:
    """All schemes, and the vectors where there are any."""
    if folder is not None:
        publish("epc_vectors", vectors(folder), seed=SEED)
    publish(
        "epc",
        [row(scheme) for scheme in SCHEMES],
        seed=SEED,
        parameters={"tags": tags(), "rounds": rounds()},
        notes=["us per tag. 'all': decode, key, serial, prefix and EPC URI. Goal: by CPU time."],
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=None)
    main(parser.parse_args().data)
