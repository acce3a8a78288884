"""Where orders and goods of a shift come from, and who is told what became of them: a system of
record beside the bridge."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from planner.codec.messages import decode, from_json
from planner.warehouse.counts import EvidenceKind, SlotCount
from planner.warehouse.errors import PodherdError, Unavailable
from planner.warehouse.ids import OrderId, Sku, SlotId
from planner.warehouse.orders import PickOrder
from planner.warehouse.receipts import Receipt
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance
from podherd_bringup.programs import Wiring, bridge_program, webhook_program
from podherd_bringup.supervisor import ProcessFailed, Program, Supervisor
from podherd_bringup.tryton_server import TrytonPlan, addresses, postgres_address
from podherd_bringup.wms_audit import WmsAudit, audit, read_books
from podherd_bringup.wms_clerk import WmsClerk
from wms_bridge.client import BridgeClient, client_of
from wms_bridge.records.work import SkuRecord, Tally
from wms_bridge.shelves import Shelves

Said = TypeVar("Said")
POLL_S = 0.1
_READY_S = 60.0
"""Wall time within which the bridge must be up."""
_FIRST_S = 300.0
"""The same for a WMS, which may have to be installed, and for what is to arrive from there."""
_QUIET_S = 6.0
"""Counts of a slot are judged once nothing was booked on it for as long as clocks may differ."""
_AT_ONCE = 12
"""Orders entered between two looks at the shift."""
_COUNTS_AT_ONCE = 200
_SURE = 0.995


class Office(Protocol):
    """A system of record and the bridge, from the first process to the last message."""

    def open(self, supervisor: Supervisor, skus: Sequence[SkuRecord]) -> None:
        """Start both and have articles and opening stock in the books."""

    def receive(self, receipts: Sequence[Receipt]) -> int:
        """Hand over goods; how many, from the first."""

    def order(self, orders: Sequence[PickOrder]) -> int:
        """Hand over orders; how many, from the first."""

    def await_taken(self, receipts: int, orders: int) -> None:
        """Return when the bridge has so many."""

    def close(self, supervisor: Supervisor, floor: Sequence[str]) -> WmsAudit | None:
        """All is done: hold the books against each other, if there are two. ``floor`` are the
        programs that may be ended for it."""


class WebhookOffice:
    """Orders by HTTP; a fake WMS is told by a webhook."""

    def __init__(self, wiring: Wiring, stock: Sequence[Balance]):
        self._wiring = wiring
        self._stock = stock
        self._client = client_of(wiring.bridge_url)

    def open(self, supervisor: Supervisor, skus: Sequence[SkuRecord]) -> None:
        """See :class:`Office`."""
        supervisor.start(webhook_program(self._wiring))
        supervisor.start(bridge_program(self._wiring, self._wiring.webhook_url))
        await_bridge(self._client, supervisor)
        self._client.put_skus(skus)
        self._client.put_stock(self._stock, "opening-stock")

    def receive(self, receipts: Sequence[Receipt]) -> int:
        """One by one."""
        for receipt in receipts:
            self._client.send_receipt(receipt)
        return len(receipts)

    def order(self, orders: Sequence[PickOrder]) -> int:
        """In one batch."""
        taken = self._client.send_orders(orders)
        if taken.rejected:
            first = taken.rejections[0]
            raise PodherdError(first.problem, field=first.field, value=first.value)
        return len(orders)

    def await_taken(self, receipts: int, orders: int) -> None:
        """They were answered."""

    def close(self, supervisor: Supervisor, floor: Sequence[str]) -> WmsAudit | None:
        """The fake WMS keeps no stock."""
        return None


@dataclass(frozen=True, slots=True)
class _Shelves:
    """Part of the world's report."""

    shelves: Mapping[SlotId, int]


class TrytonOffice:
    """A real Tryton: people enter orders and goods there, and the bridge's link fetches them."""

    def __init__(self, wiring: Wiring, plan: TrytonPlan, site: Site, stock: Sequence[Balance]):
        self._wiring = wiring
        self._plan = plan
        self._shelves = Shelves(site)
        self._stock = stock
        self._client = client_of(wiring.bridge_url)
        self._runner = asyncio.Runner()
        self._clerk: WmsClerk | None = None
        self._url = ""
        self._entered: list[OrderId] = []
        self._received: list[str] = []

    def open(self, supervisor: Supervisor, skus: Sequence[SkuRecord]) -> None:
        """Articles reach the bridge by the link; what lies in the pods is in both books from the
        start."""
        postgres = self._plan.postgres
        if database := self._plan.own_postgres:
            postgres = self._start(supervisor, database, postgres_address)
        server = self._plan.server(self._wiring.folder.tryton, postgres)
        self._url, clerk_url = self._start(supervisor, server, addresses)
        self._clerk = WmsClerk(clerk_url)
        self._runner.run(self._clerk.open_books(self._shelves.pods, skus, self._stock))
        supervisor.start(bridge_program(self._wiring, self._url))
        await_bridge(self._client, supervisor)
        self._await(lambda: len(self._client.catalogue()) >= len(skus), "articles")
        self._client.put_stock(self._stock, "opening-stock")

    def receive(self, receipts: Sequence[Receipt]) -> int:
        """In Tryton."""
        some = receipts[:_AT_ONCE]
        self._runner.run(self._at_desk.receive(some))
        self._received += [receipt.receipt for receipt in some]
        return len(some)

    def order(self, orders: Sequence[PickOrder]) -> int:
        """In Tryton."""
        some = orders[:_AT_ONCE]
        self._runner.run(self._at_desk.place(some))
        self._entered += [order.order for order in some]
        return len(some)

    def await_taken(self, receipts: int, orders: int) -> None:
        """They come by the link."""

        def taken() -> bool:
            counts = self._client.kpis().bridge
            return (
                counts.get(Tally.RECEIPTS_RECEIVED, 0) >= receipts
                and counts.get(Tally.ORDERS_RECEIVED, 0) >= orders
            )

        self._await(taken, "orders and goods")

    def close(self, supervisor: Supervisor, floor: Sequence[str]) -> WmsAudit | None:
        """Everything is counted, the WMS is told, and both books and the shelves are compared."""
        supervisor.end(floor)
        shelves = self._shelves_of_world()
        if shelves is not None:
            self._count(shelves)
            self._await(lambda: self._client.status().wms.backlog == 0, "the end of the outbox")
        books = self._runner.run(read_books(self._url))
        found = audit(
            books,
            frozenset(self._shelves.pods),
            self._entered,
            self._received,
            picked_of(self._client, self._entered),
            self._client.stock(),
            shelves,
        )
        self._runner.run(self._at_desk.close())
        self._runner.close()
        return found

    @property
    def _at_desk(self) -> WmsClerk:
        if self._clerk is None:
            raise PodherdError("the office is not open", field="wms")
        return self._clerk

    def _shelves_of_world(self) -> Mapping[SlotId, int] | None:
        """What the world says lies in the slots at the end, if it does."""
        report = self._wiring.folder.world
        told = decode(report.read_bytes()) if report.exists() else {}
        return (
            from_json({"shelves": told["shelves"]}, _Shelves).shelves if "shelves" in told else None
        )

    def _count(self, shelves: Mapping[SlotId, int]) -> None:
        """The closing count: every slot that does not hold what the books say, seen by readers and
        cameras."""
        time.sleep(_QUIET_S)
        counts = closing_counts(self._client.stock(), shelves, self._shelves.capacity, _now_ms())
        for start in range(0, len(counts), _COUNTS_AT_ONCE):
            self._client.counts.take(counts[start : start + _COUNTS_AT_ONCE])

    def _start(
        self, supervisor: Supervisor, program: Program, said: Callable[[str], Said | None]
    ) -> Said:
        """Start a program, and return what it says once it is ready."""
        supervisor.start(program)
        deadline_s = time.monotonic() + _FIRST_S
        while time.monotonic() < deadline_s:
            supervisor.poll()
            if found := said(self._log(program.name)):
                return found
            time.sleep(POLL_S)
        raise ProcessFailed(
            f"{program.name} does not start:\n{supervisor.tail(program.name)}", field=program.name
        )

    def _log(self, name: str) -> str:
        log: Path = self._wiring.folder.logs / f"{name}.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def _await(self, done: Callable[[], bool], what: str) -> None:
        deadline_s = time.monotonic() + _FIRST_S
        while time.monotonic() < deadline_s:
            with suppress(Unavailable):
                if done():
                    return
            time.sleep(POLL_S)
        raise ProcessFailed(f"{what} did not arrive within {_FIRST_S:.0f} s", field="wms")


def closing_counts(
    books: Sequence[Balance], shelves: Mapping[SlotId, int], capacity: int, now_ms: int
) -> list[SlotCount]:
    """Of each slot that holds something else than the books say, as seen by a reader and a
    camera."""
    found = []
    for balance in books:
        pieces = shelves.get(balance.slot, 0)
        if pieces == balance.quantity:
            continue
        chances = [(1 - _SURE) / capacity] * (capacity + 1)
        chances[pieces] = _SURE
        name = hashlib.sha256(f"{balance.slot} {now_ms}".encode()).hexdigest()
        found.append(
            SlotCount(
                balance.slot,
                balance.sku,
                balance.quantity,
                now_ms,
                now_ms,
                tuple(chances),
                frozenset({EvidenceKind.RFID, EvidenceKind.CAMERA}),
                (name,),
            )
        )
    return found


def picked_of(client: BridgeClient, orders: Sequence[OrderId]) -> dict[tuple[str, Sku], int]:
    """Pieces picked, by order and SKU, as the bridge has them."""
    picked: dict[tuple[str, Sku], int] = {}
    for order in orders:
        found = client.order(order)
        for line in found.order_lines if found else ():
            if line.picked:
                picked[order, line.sku] = picked.get((order, line.sku), 0) + line.picked
    return picked


def await_bridge(client: BridgeClient, supervisor: Supervisor) -> None:
    """Return when the bridge answers; :class:`ProcessFailed` if it does not."""
    deadline_s = time.monotonic() + _READY_S
    while time.monotonic() < deadline_s:
        supervisor.poll()
        try:
            client.status()
        except Unavailable:
            time.sleep(POLL_S)
            continue
        return
    raise ProcessFailed(
        f"the bridge does not answer; it said:\n{supervisor.tail('bridge')}", field="bridge"
    )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
