"""The WMS away for half an hour, time-scaled: do orders and picks go on, and how fast is the
backlog drained afterwards, next to what the WMS can take at most (measured in the same run)?

``python -m benchmarks.macro.wms_outage``; with ``QUICK=1`` a minute and a half of it.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.report import publish, quick
from planner.warehouse.commands import ShowPicks
from planner.warehouse.ids import OrderId, PickId, PodId, RobotId, Sku, SlotId, StationId, VisitId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.picks import PickTask
from planner.warehouse.site import PickStation, PodModel, Site, StationRole
from planner.warehouse.stock import Balance
from wms_bridge.adapters.sql.store import SqlStore, sqlite_url
from wms_bridge.backoff import BackoffParams
from wms_bridge.outbox import AT_ONCE, Delivery, steady_clock_ms
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import OutboxMessage, SkuRecord
from wms_bridge.service import Bridge
from wms_bridge.topics import Topic

SCALE = 20
"""So much faster than in a warehouse: a WMS of 5 documents per second does 100 here."""
AWAY_S = 1_800 / SCALE
QUICK_AWAY_S = 90 / SCALE
WARM_UP_S = 5.0
ORDERS_PER_S = 40
"""2 per second in a warehouse."""
SERVICE_S = 0.08
"""How long the WMS works on a document; on ``AT_ONCE`` of them at the same time."""
FENCE_MS = 15_000 // SCALE
WAITS = BackoffParams(first_ms=500 // SCALE, longest_ms=30_000 // SCALE)
SLOTS = 8
SKU = Sku("RED")


class SlowWms:
    """A WMS that takes so many documents per second and no more, each once it is asked; away when
    it is told so."""

    fence_ms = FENCE_MS

    def __init__(self) -> None:
        self.away = False
        self.taken: list[str] = []
        self._desks = asyncio.Semaphore(AT_ONCE)

    async def send(self, message: OutboxMessage) -> str:
        """Take a document."""
        if self.away:
            raise DeliveryFailed("connection refused", refused=False)
        async with self._desks:
            await asyncio.sleep(SERVICE_S)
            if self.away:
                raise DeliveryFailed("connection reset", refused=False, unknown=True)
            self.taken.append(message.message)
        return "done"

    async def find(self, message: OutboxMessage) -> bool:
        """Whether it is there."""
        if self.away:
            raise DeliveryFailed("connection refused", refused=False)
        return message.message in self.taken

    async def close(self) -> None:
        """There is nothing to let go of."""


@dataclass(slots=True)
class Shift:
    """Orders and picks of a floor that does not wait for the WMS."""

    bridge: Bridge
    orders: int = 0
    slowest_ms: float = 0.0

    async def run(self, seconds: float) -> float:
        """Work for so long; how many orders were picked per second."""
        begun_s, first = time.monotonic(), self.orders
        while (now_s := time.monotonic()) < begun_s + seconds:
            await asyncio.to_thread(self._one)
            self.slowest_ms = max(self.slowest_ms, (time.monotonic() - now_s) * 1000)
            due_s = begun_s + (self.orders - first) / ORDERS_PER_S
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        return (self.orders - first) / (time.monotonic() - begun_s)

    def _one(self) -> None:
        """An order comes, its pick is shown and confirmed."""
        self.orders += 1
        order, now_ms = OrderId(f"O{self.orders}"), _wall_ms()
        line = OrderLine(line_id(order, 1), SKU, 1)
        self.bridge.receive_order(PickOrder(order, (line,)), now_ms)
        slot = SlotId(f"P001/A/1/{1 + self.orders % SLOTS}")
        pick = PickTask(
            PickId(f"p{self.orders}"),
            VisitId("v"),
            StationId("S1"),
            PodId("P001"),
            slot,
            order,
            line.line,
            SKU,
            1,
        )
        show = ShowPicks(pick.visit, pick.station, pick.pod, RobotId("R1"), (pick,))
        assert self.bridge.apply([show], now_ms) == (None,)
        self.bridge.confirm_pick(pick.pick, 1, now_ms)


async def _own_rate(wms: SlowWms) -> float:
    """Documents per second that the WMS takes from somebody who does nothing else."""
    total = 200
    message = OutboxMessage(0, "", None, "{}", 0)
    left = iter(range(total))

    async def ask() -> None:
        for number in left:
            await wms.send(replace(message, message=f"own/{number}"))

    begun_s = time.monotonic()
    await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
    return total / (time.monotonic() - begun_s)


async def _outage(bridge: Bridge, away_s: float) -> tuple[list[dict[str, str | float]], float]:
    wms = SlowWms()
    own = await _own_rate(wms)
    delivery = Delivery(bridge.store, wms, _wall_ms, WAITS, steady=steady_clock_ms)
    loop = asyncio.get_running_loop()

    def wake(_topic: Topic) -> None:
        loop.call_soon_threadsafe(delivery.wake)

    bridge.subscribe(wake)
    running = asyncio.create_task(delivery.run())
    shift = Shift(bridge)
    rows = [await _phase("WMS there", shift, wms, lambda: shift.run(WARM_UP_S))]
    wms.away = True
    rows.append(await _phase("WMS away", shift, wms, lambda: shift.run(away_s)))
    backlog, back_s, before = _backlog(bridge), time.monotonic(), len(wms.taken)
    wms.away = False
    while len(wms.taken) == before:
        await asyncio.sleep(0.001)
    first_s = time.monotonic()
    while _backlog(bridge):
        await asyncio.sleep(0.01)
    drained = backlog / (time.monotonic() - first_s)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    confirmed = [name for name in wms.taken if not name.startswith("own/")]
    assert len(confirmed) == len(set(confirmed)) == shift.orders, "nothing lost, nothing twice"
    row: dict[str, str | float] = {
        "phase": f"drain of {backlog:,}",
        "orders and picks/s": "",
        "slowest ms": "",
        "told/s": round(drained, 1),
        "WMS's own rate/s": round(own, 1),
        "ratio": round(drained / own, 3),
    }
    return [*rows, row], first_s - back_s


async def _phase(
    name: str, shift: Shift, wms: SlowWms, work: Callable[[], Awaitable[float]]
) -> dict[str, str | float]:
    shift.slowest_ms, before, begun_s = 0.0, len(wms.taken), time.monotonic()
    rate = await work()
    return {
        "phase": name,
        "orders and picks/s": round(rate, 1),
        "slowest ms": round(shift.slowest_ms, 1),
        "told/s": round((len(wms.taken) - before) / (time.monotonic() - begun_s), 1),
        "WMS's own rate/s": "",
        "ratio": "",
    }


def _backlog(bridge: Bridge) -> int:
    with bridge.store.reading() as tx:
        return tx.backlog()


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


def _site() -> Site:
    station = PickStation(StationId("S1"), (0.0, 0.0), (), (), 4, roles=(StationRole.PICK,))
    return Site(
        format="podherd-site/1",
        name="outage",
        pitch_m=1.2,
        floor_m=((0.0, 0.0), (12.0, 0.0), (12.0, 12.0), (0.0, 12.0)),
        storage_blocks=(),
        aisles=(),
        stations=(station,),
        chargers=(),
        pod_model=PodModel(0.8, ("A",), levels=1, columns=SLOTS, slot_capacity=50_000),
        pod_count=1,
        robot_types=(),
        robots=(),
    )


def main() -> None:
    """Run it and publish."""
    away_s = QUICK_AWAY_S if quick() else AWAY_S
    with tempfile.TemporaryDirectory() as folder:
        store = SqlStore(sqlite_url(Path(folder) / "bridge.db"))
        bridge = Bridge(_site(), store)
        bridge.put_skus([SkuRecord(SKU)])
        places = [Balance(SlotId(f"P001/A/1/{n}"), SKU, 50_000) for n in range(1, SLOTS + 1)]
        bridge.load_stock(places, "opening", _wall_ms())
        rows, noticed_s = asyncio.run(_outage(bridge, away_s))
        store.close()
    publish(
        "wms_outage",
        rows,
        seed=0,
        packages=("sqlalchemy",),
        parameters={
            "scale": SCALE,
            "away_s": away_s,
            "orders_per_s": ORDERS_PER_S,
            "at_once": AT_ONCE,
            "service_s": SERVICE_S,
            "noticed_after_s": round(noticed_s, 3),
        },
        notes=(
            "Time is scaled: the pauses between tries, the fence and the outage are shorter by "
            "the scale, the WMS and the orders faster.",
            "SQLite with WAL and synchronous=FULL: each message is marked as under way and as "
            "delivered in a transaction of its own.",
        ),
    )


if __name__ == "__main__":
    main()
