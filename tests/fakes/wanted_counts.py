"""Slots of a real bridge that a person is to count, because robots have looked and cannot tell."""

from hashlib import sha256

from planner.warehouse.commands import ShowCounts
from planner.warehouse.counts import CountTask, EvidenceKind, SlotCount
from planner.warehouse.ids import CountId, RobotId, SlotId, StationId, VisitId
from planner.warehouse.stock import Balance, pod_of
from wms_bridge.records.counts import CaseQuery, CountCase, CountTaken
from wms_bridge.service import Bridge

LOOKS_MS = (100_000, 200_000, 300_000)
SHOWN_MS, COUNTED_MS = 400_000, 500_000


def want_count(bridge: Bridge, books: Balance) -> None:
    """Robots look three times, and a piece may be missing or not."""
    for at_ms in LOOKS_MS:
        look(bridge, books, at_ms, {books.quantity: 0.5, books.quantity - 1: 0.5})


def look(bridge: Bridge, books: Balance, at_ms: int, chances: dict[int, float]) -> None:
    """Readers and cameras see a slot."""
    capacity = bridge.shelves.capacity
    found = tuple(chances.get(pieces, 0.0) for pieces in range(capacity + 1))
    kinds = frozenset({EvidenceKind.RFID, EvidenceKind.CAMERA})
    mark = sha256(f"{books.slot}/{at_ms}".encode()).hexdigest()
    seen = SlotCount(
        books.slot, books.sku, books.quantity, at_ms - 1_000, at_ms, found, kinds, (mark,)
    )
    (answer,) = bridge.counts.take([seen], at_ms)
    assert isinstance(answer, CountTaken), answer


def case_of(bridge: Bridge, slot: SlotId) -> CountCase:
    """The latest case of a slot."""
    return bridge.counts.cases(CaseQuery(slot=slot))[0]


def show_count(bridge: Bridge, slot: SlotId, station: StationId) -> CountTask:
    """Show the count that is wanted of a slot, as the dispatcher does when the pod has come."""
    case, pod, visit = case_of(bridge, slot), pod_of(slot), VisitId("V3")
    assert case.task is not None
    task = CountTask(CountId(case.task), visit, station, pod, slot, case.sku)
    command = ShowCounts(visit, station, pod, RobotId("R01"), (task,))
    assert bridge.apply([command], SHOWN_MS) == (None,)
    return task
