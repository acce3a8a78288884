"""A real bridge process, killed with SIGKILL in the middle of orders and picks: nothing that was
answered is lost, and nothing is done twice."""

import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from planner.codec.messages import encode
from planner.warehouse.commands import ShowPicks
from planner.warehouse.counts import SlotCount
from planner.warehouse.events import OrderReceived, PickConfirmed, RescanWanted
from planner.warehouse.ids import PickId, Sku, SlotId
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance
from wms_bridge.backoff import BackoffParams
from wms_bridge.client import BridgeClient, retrying
from wms_bridge.records.counts import CaseStatus
from wms_bridge.records.work import OrderStatus, SkuRecord

OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
CountMaker = Callable[..., SlotCount]
QUICK = BackoffParams(first_ms=20, longest_ms=100)
ORDERS = 120
KILLS = 4


class Process:
    """A process of ours on a port that stays the same over restarts."""

    def __init__(self, *command: str):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._command = [sys.executable, "-m", *command, "--port", str(self.port)]
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._running = subprocess.Popen(self._command)

    def kill(self) -> None:
        """SIGKILL: no clean-up of any kind."""
        if self._running is not None:
            self._running.send_signal(signal.SIGKILL)
            self._running.wait()


@pytest.fixture
def wms(tmp_path: Path) -> Iterator[Process]:
    process = Process("wms_bridge.fakes.wms", "--log", str(tmp_path / "wms.jsonl"))
    process.start()
    yield process
    process.kill()


@pytest.fixture
def process(site: Site, tmp_path: Path, wms: Process) -> Iterator[Process]:
    site_file = tmp_path / "site.json"
    site_file.write_bytes(encode(site))
    database = str(tmp_path / "bridge.db")
    to_wms = ("--wms", f"{wms.url}/confirmations")
    running = Process(
        "wms_bridge", "bridge", "--site", str(site_file), "--database", database, *to_wms
    )
    running.start()
    yield running
    running.kill()


class Caller:
    """A WMS, a dispatcher and a picker in one: every call again until it is answered."""

    def __init__(self, client: BridgeClient, order: OrderMaker, show: ShowMaker):
        self._client = client
        self._order = order
        self._show = show
        self.done = 0
        self.step = threading.Condition()
        self.failure: BaseException | None = None

    def work(self) -> None:
        try:
            self._stock()
            for number in range(ORDERS):
                self._one(number)
                self._advance()
        except BaseException as failure:
            self.failure = failure
            raise
        finally:
            self._advance(ORDERS)

    def wait_for(self, done: int) -> None:
        with self.step:
            assert self.step.wait_for(lambda: self.done >= done, timeout=120)

    def _stock(self) -> None:
        skus = [SkuRecord(Sku("RED"))]
        records = [Balance(SlotId(f"P00{pod}/A/1/1"), Sku("RED"), 50) for pod in (1, 2, 3)]
        self._ask(lambda: self._client.put_skus(skus))
        self._ask(lambda: self._client.put_stock(records, "opening"))

    def _one(self, number: int) -> None:
        name, pick = f"O{number:03d}", PickId(f"p{number}")
        slot = f"P00{number % 3 + 1}/A/1/1"
        wanted = self._order(name, RED=1)
        command = self._show(pick, f"{name}#1", "RED", 1, slot=slot)
        self._ask(lambda: self._client.send_order(wanted))
        self._ask(lambda: self._client.send_commands([command]))
        self._ask(lambda: self._client.confirm_pick(pick, 1))

    def _ask(self, call: Callable[[], object]) -> None:
        retrying(call, attempts=500, params=QUICK)

    def _advance(self, to: int | None = None) -> None:
        with self.step:
            self.done = to if to is not None else self.done + 1
            self.step.notify_all()


def test_killed_in_the_middle_nothing_is_lost_and_nothing_done_twice(
    process: Process,
    wms: Process,
    order: OrderMaker,
    show: ShowMaker,
    until: Callable[[Callable[[], bool]], None],
) -> None:
    client = BridgeClient(process.url)
    caller = Caller(client, order, show)
    working = threading.Thread(target=caller.work)
    working.start()
    moments = sorted(random.Random(7).sample(range(5, ORDERS - 5), KILLS))
    for moment in moments:
        caller.wait_for(moment)
        process.kill()
        process.start()
    working.join()
    assert caller.failure is None
    until(lambda: client.status().wms.backlog == 0)
    check_orders(client)
    check_feed(client)
    check_books(client)
    told = httpx.get(f"{wms.url}/confirmations").json()
    assert sorted(item["body"]["order"] for item in told) == [f"O{n:03d}" for n in range(ORDERS)]
    assert all(item["body"]["status"] == "complete" for item in told)


def check_orders(client: BridgeClient) -> None:
    orders = client.orders(limit=1000)
    assert len(orders) == ORDERS
    assert {item.status for item in orders} == {OrderStatus.COMPLETE}
    assert [item.number for item in orders] == list(range(ORDERS, 0, -1))


def check_feed(client: BridgeClient) -> None:
    events = client.events(0, limit=10_000)
    assert [item.number for item in events] == list(range(1, len(events) + 1))
    received = [i.event.order.order for i in events if isinstance(i.event, OrderReceived)]
    confirmed = [i.event.pick for i in events if isinstance(i.event, PickConfirmed)]
    assert received == [f"O{number:03d}" for number in range(ORDERS)]
    assert confirmed == [f"p{number}" for number in range(ORDERS)]


def check_books(client: BridgeClient) -> None:
    report = client.verify()
    assert report.sound
    assert (report.pieces_opened, report.pieces_picked) == (150, ORDERS)
    assert sum(balance.quantity for balance in client.stock()) == 150 - ORDERS


def test_short_pick_answered_just_before_the_kill_is_kept(
    process: Process, order: OrderMaker, show: ShowMaker
) -> None:
    client = BridgeClient(process.url)
    stock = [Balance(SlotId("P001/A/1/1"), Sku("RED"), 50)]
    retrying(lambda: client.put_skus([SkuRecord(Sku("RED"))]), attempts=500, params=QUICK)
    client.put_stock(stock, "opening")
    client.send_order(order("A", RED=5))
    client.send_commands([show("p1", "A#1", "RED", 5)])
    taken = client.confirm_pick(PickId("p1"), 2, ShortReason.SLOT_SHORT)
    process.kill()
    process.start()
    retrying(client.status, attempts=500, params=QUICK)
    again = client.confirm_pick(PickId("p1"), 2, ShortReason.SLOT_SHORT)
    assert (again.repeated, again.confirmed_ms) == (True, taken.confirmed_ms)
    assert len(client.discrepancies()) == 1
    assert client.verify().pieces_disputed == 48


def test_count_answered_just_before_the_kill_is_kept(process: Process, seen: CountMaker) -> None:
    client = BridgeClient(process.url)
    stock = [Balance(SlotId("P001/A/1/1"), Sku("RED"), 10)]
    retrying(lambda: client.put_skus([SkuRecord(Sku("RED"))]), attempts=500, params=QUICK)
    client.put_stock(stock, "opening")
    photo = client.counts.put_evidence(b"\xff\xd8\xff of a slot")
    count = replace(seen(7, 0.9, at=client.status().now_ms), evidence=(photo,))
    [taken] = client.counts.take([count])
    process.kill()
    process.start()
    retrying(client.status, attempts=500, params=QUICK)
    assert client.counts.take([count]) == (replace(taken, repeated=True),)
    [case] = client.counts.cases(is_open=True)
    assert (case.status, case.evidence) == (CaseStatus.RESCAN, (photo,))
    assert client.counts.evidence(photo)[1] == b"\xff\xd8\xff of a slot"
    wanted = [item.event for item in client.events(0) if isinstance(item.event, RescanWanted)]
    assert wanted == [RescanWanted(SlotId("P001/A/1/1"))]
