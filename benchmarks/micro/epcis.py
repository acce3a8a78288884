"""EPCIS events: official examples read, what is emitted valid, and what reading, writing and
hashing cost.

    python -m benchmarks.micro.epcis [--data DIR]      # QUICK=1 for a short run

DIR holds GS1's ``EPCIS-JSON-Schema.json`` and ``examples/``; without it only speed is measured.
Rates are of events of counts, each another one, in one process: medians of rounds.
"""

import argparse
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

from jsonschema import Draft7Validator

from benchmarks.report import Row, publish, quick
from planner.codec.messages import encode
from planner.warehouse.counts import EvidenceKind
from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import EpcUri, Sku, SlotId
from wms_bridge.epcis.counting import (
    PREFIXES,
    CountedSlot,
    SlotStock,
    declare_error,
    document,
    events_of_count,
)
from wms_bridge.epcis.digital_link import check_digit
from wms_bridge.epcis.event import EpcisEvent
from wms_bridge.epcis.hash import event_hash
from wms_bridge.epcis.naming import EpcisSite
from wms_bridge.epcis.read import read_document
from wms_bridge.epcis.write import write_document

SEED = 1
EXAMPLES = 47
START_MS = 1_700_000_000_000
SITES = (
    EpcisSite("https://wms.example.com/hall-2", "urn:example:goods"),
    EpcisSite("urn:example:hall-2", "urn:example:goods", "0614141073467", (), "+01:00"),
    EpcisSite("urn:example:hall-2", "urn:example:goods", "0614141073467", ("0614141",), "-09:30"),
)


def counts() -> int:
    """How many counts are told."""
    return 300 if quick() else 3_000


def rounds() -> int:
    """How often each is measured."""
    return 3 if quick() else 9


def gtin(dice: random.Random) -> str:
    """Of a company that the site knows, or of another."""
    digits = dice.choice(("80614141", "04012345")) + f"{dice.randrange(10**5):05}"
    return digits + check_digit(digits)


def drawn(number: int, dice: random.Random) -> CountedSlot:
    """A count of one slot: right, short, over, empty, of tagged and untagged pieces."""
    good = gtin(dice) if dice.random() < 0.7 else None
    serials = dice.sample(range(20), dice.randrange(12) if dice.random() < 0.6 else 0)
    tags = [EpcUri(f"urn:epc:id:sgtin:0614141.812345.{number}-{serial}") for serial in serials]
    split = dice.randrange(len(tags) + 1)
    booked, found = tuple(tags[:split]), tuple(tags[dice.randrange(split + 1) :])
    sku = Sku(f"S{number}")
    other = Sku(f"T{number}") if dice.random() < 0.05 else sku
    at_ms = START_MS + 1000 * number
    return CountedSlot(
        slot=SlotId(f"P{number:05}/A/3/2"),
        count_id=f"C-{number}",
        booked=SlotStock(sku, len(booked) + dice.randrange(4), good, booked),
        found=SlotStock(other, len(found) + dice.randrange(4), good, found),
        at_ms=at_ms,
        kinds=frozenset(dice.sample(list(EvidenceKind), dice.randrange(1, 3))),
        evidence=tuple(f"sha-256;{dice.randrange(2**256):064x}" for _ in range(3)),
        adjusted_ms=at_ms + 60_000 if dice.random() < 0.5 else None,
        whole_round=dice.random() < 0.3,
    )


def emitted() -> list[EpcisEvent]:
    """Events of all counts, and declarations that one in ten was wrong."""
    dice = random.Random(SEED)
    made: list[EpcisEvent] = []
    for number in range(counts()):
        count, site = drawn(number, dice), SITES[number % len(SITES)]
        events = events_of_count(count, site)
        made += events
        if number % 10 == 0:
            made.append(declare_error(events[0], count.at_ms, site))
    return made


def official(data: Path) -> Iterator[Row]:
    """Examples read, and written again equal."""
    read = equal = 0
    for path in sorted((data / "examples").rglob("*.jsonld")):
        raw = path.read_bytes()
        try:
            written = write_document(read_document(raw))
        except InvalidMessage as error:
            print(f"{path.name}: {error}")
            continue
        read += 1
        equal += written == json.loads(raw)
    yield row("official examples read", read, "documents", f"{EXAMPLES}: {holds(read == EXAMPLES)}")
    yield row("written again equal", equal, "documents", f"{EXAMPLES}: {holds(equal == EXAMPLES)}")


def valid(data: Path, events: list[EpcisEvent]) -> Row:
    """What is emitted, by GS1's schema."""
    schema = Draft7Validator(json.loads((data / "EPCIS-JSON-Schema.json").read_text()))
    good = sum(schema.is_valid(document([event], START_MS)) for event in events)
    goal = f"{len(events)}: {holds(good == len(events))}"
    return row("emitted events valid", good, "events", goal)


def per_second(what: Callable[[], object], number: int) -> float:
    """Median of rounds."""
    rates: list[float] = []
    for _ in range(rounds()):
        started = perf_counter()
        what()
        rates.append(number / (perf_counter() - started))
    return median(rates)


def speeds(events: list[EpcisEvent]) -> Iterator[Row]:
    """Of events in one document; counts to events with their hashes."""
    raw = encode(document(events, START_MS))
    dice = random.Random(SEED)
    drawings = [drawn(number, dice) for number in range(counts())]

    def hash_all() -> None:
        for event in events:
            event_hash(event, PREFIXES)

    def tell_all() -> None:
        for count in drawings:
            events_of_count(count, SITES[1])

    number = len(events)
    yield row("read and checked", per_second(lambda: read_document(raw), number), "events/s")
    write = per_second(lambda: encode(document(events, START_MS)), number)
    yield row("written as JSON", write, "events/s")
    yield row("hashed", per_second(hash_all, number), "events/s")
    yield row("counts told", per_second(tell_all, len(drawings)), "counts/s")


def row(what: str, value: float, unit: str, goal: str = "") -> Row:
    """One figure."""
    return {"what": what, "value": round(value), "unit": unit, "goal": goal}


def holds(fine: bool) -> str:
    """For people."""
    return "yes" if fine else "no"


def main() -> None:
    """All figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, help="GS1's schema and examples")
    data = parser.parse_args().data
    events = emitted()
    rows = [] if data is None else [*official(data), valid(data, events)]
    publish(
        "epcis",
        [*rows, *speeds(events)],
        seed=SEED,
        packages=("jsonschema", "msgspec"),
        parameters={"counts": counts(), "events": len(events), "rounds": rounds()},
        notes=["wall time in one process; 'counts told' includes the hashes of their events"],
    )


if __name__ == "__main__":
    main()
