"""Confirmations to the WMS: all of them, each known by its id, whatever the WMS does."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from typing import TypeVar

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.commands import RouteLine, ShortenLine
from planner.warehouse.errors import NotFound
from planner.warehouse.flows import Flow
from planner.warehouse.ids import OrderId
from planner.warehouse.orders import PickOrder, line_id
from planner.warehouse.picks import ShortReason
from wms_bridge.adapters.webhook.sender import WebhookSender
from wms_bridge.api.app import create_app
from wms_bridge.backoff import BackoffParams, backoff_ms
from wms_bridge.client import BridgeClient
from wms_bridge.fakes.wms import FakeWms, Mode, ModeIn, create_fake_wms
from wms_bridge.main import wall_clock_ms
from wms_bridge.outbox import Delivery
from wms_bridge.ports.store import Store
from wms_bridge.records.work import OutboxMessage
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
Result = TypeVar("Result")
PARAMS = BackoffParams(first_ms=100, longest_ms=1_000, jitter=0.0)


class Rig:
    """A bridge, its delivery with a clock set by hand, and a fake WMS."""

    def __init__(self, bridge: Bridge, order: OrderMaker):
        self.now_ms = 10_000
        self._order = order
        self.bridge = bridge
        app = create_fake_wms()
        self.wms: FakeWms = app.state.wms
        self._sender = WebhookSender("http://wms/confirmations", httpx.ASGITransport(app))
        self.delivery = self.restarted()

    def restarted(self) -> Delivery:
        """A delivery that knows only what the store knows."""
        store, clock = self.bridge.store, lambda: self.now_ms
        self.delivery = Delivery(store, self._sender, clock, PARAMS, max_refusals=3)
        return self.delivery

    def refuse_to_death(self, *names: str) -> None:
        """Messages that the WMS has refused as often as it may."""
        self.mode(Mode.REFUSES)
        self.finish(*names)
        for _ in range(3):
            assert self.deliver() == 0
            self.now_ms += PARAMS.longest_ms
        self.mode(Mode.UP)

    def finish(self, *names: str) -> None:
        """Orders that are complete (short of everything), so that each is confirmed."""
        for name in names:
            self.bridge.receive_order(self._order(name, RARE=1), self.now_ms)
            assert self.bridge.apply([shortened(OrderId(name))], self.now_ms) == (None,)

    def mode(self, mode: Mode) -> None:
        self.wms.behaviour = ModeIn(mode=mode, delay_s=0)

    def deliver(self) -> int:
        return run(self.delivery.deliver_due())

    @property
    def backlog(self) -> int:
        with self.bridge.store.reading() as tx:
            return tx.backlog()

    @property
    def dead(self) -> list[tuple[str, int]]:
        with self.bridge.store.reading() as tx:
            found = tx.dead(10)
            assert tx.dead_count() == len(found)
        return [(message.order, message.refusals) for message in found]

    @property
    def told(self) -> list[tuple[str, int]]:
        return [(received.key.rpartition("/")[2], received.times) for received in self.wms.received]


def run(work: Coroutine[object, object, Result]) -> Result:
    return asyncio.run(work)


@pytest.fixture
def rig(bridge: Bridge, order: OrderMaker) -> Rig:
    return Rig(bridge, order)


def test_finished_orders_are_confirmed_once(rig: Rig) -> None:
    rig.finish("A", "B", "C")
    assert rig.deliver() == 3
    assert sorted(rig.told) == [("A", 1), ("B", 1), ("C", 1)]
    assert (rig.deliver(), rig.backlog) == (0, 0)


def test_confirmation_tells_what_came_of_each_line(rig: Rig) -> None:
    rig.finish("A")
    rig.deliver()
    [received] = rig.wms.received
    assert received.key == "order-confirmed/A"
    assert received.body == {
        "message": "order-confirmed/A",
        "order": "A",
        "status": "complete_short",
        "received_ms": 10_000,
        "completed_ms": 10_000,
        "lines": [
            {
                "line": "A#1",
                "sku": "RARE",
                "ordered": 1,
                "picked": 0,
                "short": 1,
                "reason": "insufficient_stock",
                "flow": "goods_to_person",
                "picks": [],
            }
        ],
    }


def test_a_routed_line_is_told_before_the_confirmation_of_its_order(
    rig: Rig, order: OrderMaker
) -> None:
    rig.bridge.receive_order(order("A", RED=96), rig.now_ms)
    route = RouteLine(OrderId("A"), line_id(OrderId("A"), 1), Flow.FULL_CASE, "cases", 7)
    assert rig.bridge.apply([route], rig.now_ms) == (None,)
    rig.mode(Mode.DOWN)
    rig.deliver()
    rig.mode(Mode.UP)
    rig.now_ms += PARAMS.longest_ms
    assert rig.deliver() == 2
    routed, confirmed = rig.wms.received
    assert routed.key == "line-routed/A%231"
    assert routed.body == {
        "message": "line-routed/A#1",
        "order": "A",
        "line": "A#1",
        "sku": "RED",
        "quantity": 96,
        "flow": "full_case",
        "rule": "cases",
        "version": 7,
    }
    assert confirmed.key == "order-confirmed/A"


def test_wms_down_then_up(rig: Rig) -> None:
    rig.mode(Mode.DOWN)
    rig.finish(*"ABCDEFGHIJ")
    assert rig.deliver() == 0
    assert rig.delivery.status.failures > 0
    assert "503" in rig.delivery.status.last_error
    assert (rig.backlog, rig.told) == (10, [])
    rig.mode(Mode.UP)
    assert rig.deliver() == 0, "the pause is kept"
    rig.now_ms = rig.delivery.status.paused_until_ms
    assert rig.deliver() == 10
    assert rig.delivery.status.failures == 0
    assert (rig.backlog, len(rig.told)) == (0, 10)


def test_while_the_wms_is_down_it_is_tried_with_one_message_at_a_time(rig: Rig) -> None:
    rig.mode(Mode.DOWN)
    rig.finish(*"ABCDEFGHIJKLMNOPQRST")
    rig.deliver()
    first = rig.delivery.status.failures
    rig.now_ms = rig.delivery.status.paused_until_ms
    rig.deliver()
    assert rig.delivery.status.failures == first + 1
    pause_ms = rig.delivery.status.paused_until_ms - rig.now_ms
    assert PARAMS.first_ms < pause_ms <= PARAMS.longest_ms


def test_answer_lost_on_the_way_is_a_repeat_that_the_wms_knows(rig: Rig) -> None:
    rig.mode(Mode.LOSES_ANSWERS)
    rig.finish("A")
    assert (rig.deliver(), rig.backlog) == (0, 1)
    rig.mode(Mode.UP)
    rig.now_ms += PARAMS.longest_ms
    assert (rig.deliver(), rig.backlog) == (1, 0)
    assert rig.told == [("A", 2)]


def test_message_that_is_refused_holds_up_no_other_order(rig: Rig) -> None:
    rig.mode(Mode.REFUSES)
    rig.finish("A")
    assert rig.deliver() == 0
    assert rig.delivery.status.failures == 0, "the WMS itself is well"
    assert "422" in rig.delivery.status.last_error
    rig.mode(Mode.UP)
    rig.finish("B")
    assert rig.deliver() == 1
    assert rig.told == [("B", 1)]
    rig.now_ms += PARAMS.first_ms
    assert rig.deliver() == 1
    assert rig.told == [("B", 1), ("A", 1)]


def test_message_refused_too_often_is_dead(rig: Rig) -> None:
    rig.refuse_to_death("A")
    assert (rig.dead, rig.backlog, rig.told) == ([("A", 3)], 0, [])
    assert (rig.deliver(), rig.told) == (0, []), "nobody asked for it"
    with rig.bridge.store.reading() as tx:
        assert tx.next_pending_ms() is None
        [message] = tx.dead(1)
    assert "422" in message.error


def test_refusals_are_counted_over_restarts(rig: Rig) -> None:
    rig.mode(Mode.REFUSES)
    rig.finish("A")
    for _ in range(3):
        assert rig.dead == []
        rig.restarted()
        rig.deliver()
        rig.now_ms += PARAMS.longest_ms
    assert rig.dead == [("A", 3)]


def test_wms_that_is_down_kills_no_message(rig: Rig) -> None:
    rig.mode(Mode.DOWN)
    rig.finish("A")
    for _ in range(10):
        rig.deliver()
        rig.now_ms += PARAMS.longest_ms
    assert (rig.dead, rig.backlog) == ([], 1)
    rig.mode(Mode.UP)
    assert rig.deliver() == 1


def test_dead_message_holds_up_nothing(rig: Rig, store: Store) -> None:
    rig.refuse_to_death("A")
    with store.writing() as tx:
        [dead] = tx.dead(1)
        tx.add_message(replace(dead, message="order-corrected/A", dead_ms=None, refusals=0))
    rig.finish("B")
    assert rig.deliver() == 2
    assert sorted(received.key for received in rig.wms.received) == [
        "order-confirmed/B",
        "order-corrected/A",
    ]
    assert rig.dead == [("A", 3)]


def test_dead_message_is_retried_on_demand(rig: Rig) -> None:
    rig.refuse_to_death("A", "B")
    assert rig.dead == [("B", 3), ("A", 3)]
    with rig.bridge.store.reading() as tx:
        number = tx.dead(10)[-1].number
    for _ in range(2):
        retried = rig.bridge.retry_message(number, rig.now_ms)
        assert (retried.order, retried.pending, retried.refusals) == ("A", True, 0)
    assert (rig.dead, rig.backlog) == ([("B", 3)], 1)
    assert (rig.deliver(), rig.told) == (1, [("A", 1)])
    delivered = rig.bridge.retry_message(number, rig.now_ms)
    assert delivered.delivered_ms == rig.now_ms
    assert (rig.deliver(), rig.told) == (0, [("A", 1)]), "it is there, and stays so"


def test_retried_message_may_be_refused_as_often_again(rig: Rig) -> None:
    rig.refuse_to_death("A")
    rig.bridge.retry_message(1, rig.now_ms)
    rig.mode(Mode.REFUSES)
    for refusals in (1, 2):
        rig.deliver()
        with rig.bridge.store.reading() as tx:
            message = tx.message(1)
        assert message is not None
        assert (message.refusals, message.pending) == (refusals, True)
        rig.now_ms += PARAMS.longest_ms
    rig.deliver()
    assert rig.dead == [("A", 3)]


def test_message_that_never_was_cannot_be_retried(rig: Rig) -> None:
    with pytest.raises(NotFound) as error:
        rig.bridge.retry_message(7, rig.now_ms)
    assert (error.value.field, error.value.value) == ("number", 7)


def test_restart_forgets_no_message(rig: Rig) -> None:
    rig.mode(Mode.DOWN)
    rig.finish("A", "B")
    rig.deliver()
    rig.mode(Mode.UP)
    rig.restarted()
    assert rig.deliver() == 2


def test_messages_of_one_order_go_in_order(rig: Rig, store: Store) -> None:
    rig.finish("A", "B")
    with store.writing() as tx:
        [first, other] = tx.pending(rig.now_ms, 10)
        tx.add_message(replace(first, message="order-corrected/A"))
        assert [m.message for m in tx.pending(rig.now_ms, 10)] == [first.message, other.message]
        tx.put_message(replace(first, next_ms=rig.now_ms + 1))
        assert [m.message for m in tx.pending(rig.now_ms, 10)] == [other.message]
        tx.put_message(replace(first, delivered_ms=rig.now_ms))
        assert [m.message for m in tx.pending(rig.now_ms, 10)] == [
            other.message,
            "order-corrected/A",
        ]


def test_wms_that_is_not_there_is_not_well(bridge: Bridge, order: OrderMaker) -> None:
    rig = Rig(bridge, order)
    rig.finish("A")
    nobody = WebhookSender("http://127.0.0.1:9/confirmations")
    delivery = Delivery(bridge.store, nobody, lambda: rig.now_ms, PARAMS)
    assert run(delivery.deliver_due()) == 0
    assert delivery.status.failures == 1
    assert "ConnectError" in delivery.status.last_error


def test_order_with_any_name_makes_a_header_that_can_be_sent(rig: Rig) -> None:
    rig.finish("Größe 1/2 №7")
    assert rig.deliver() == 1
    assert rig.wms.received[0].key == "order-confirmed/Gr%C3%B6%C3%9Fe%201/2%20%E2%84%967"


def test_fake_wms_knows_after_a_restart_what_it_has(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    log = tmp_path_factory.mktemp("wms") / "wms.jsonl"
    FakeWms(log).keep("k", {"order": "A"})
    again = FakeWms(log)
    again.keep("k", {"order": "A"})
    assert [received.times for received in again.received] == [2]
    assert len(log.read_text().splitlines()) == 1


Running = tuple[BridgeClient, str, FakeWms]


@pytest.fixture
def running(stocked: Bridge, serve: Callable[[FastAPI], str]) -> Iterator[Running]:
    """A client of a running bridge with short waits, and the WMS it delivers to."""
    wms_app = create_fake_wms()
    wms_url = serve(wms_app)
    sender = WebhookSender(f"{wms_url}/confirmations")
    quick = BackoffParams(first_ms=1, longest_ms=20)
    delivery = Delivery(stocked.store, sender, wall_clock_ms, quick, max_refusals=4)
    client = BridgeClient(serve(create_app(stocked, wall_clock_ms, delivery=delivery)))
    yield client, wms_url, wms_app.state.wms
    client.close()


def finish(client: BridgeClient, order: PickOrder) -> None:
    """An order of one piece that is complete, short of everything."""
    client.send_order(order)
    assert client.send_commands([shortened(order.order)])[0].accepted


def shortened(order: OrderId) -> ShortenLine:
    """The only piece of the only line is given up."""
    return ShortenLine(order, line_id(order, 1), 1, 1, ShortReason.INSUFFICIENT_STOCK)


def test_running_bridge_delivers_by_itself_and_shows_trouble(
    running: Running, order: OrderMaker, until: Callable[[Callable[[], bool]], None]
) -> None:
    client, wms_url, wms = running
    httpx.put(f"{wms_url}/mode", json={"mode": "down"}).raise_for_status()
    finish(client, order("A", RARE=1))
    until(lambda: client.status().wms.failures > 2)
    troubled = client.status().wms
    assert (troubled.healthy, troubled.backlog) == (False, 1)
    assert "503" in troubled.last_error
    client.send_order(order("B", RARE=1))
    httpx.put(f"{wms_url}/mode", json={"mode": "up"}).raise_for_status()
    until(lambda: client.status().wms.backlog == 0)
    assert client.status().wms.healthy
    assert [received.times for received in wms.received] == [1]


def test_running_bridge_shows_dead_messages_and_retries_them(
    running: Running, order: OrderMaker, until: Callable[[Callable[[], bool]], None]
) -> None:
    client, _, wms = running
    wms.behaviour = ModeIn(mode=Mode.REFUSES, delay_s=0)
    finish(client, order("A", RARE=1))
    until(lambda: client.status().wms.dead == 1)
    status = client.status().wms
    [dead] = status.dead_messages
    assert (status.healthy, status.backlog, dead.order, dead.refusals) == (True, 0, "A", 4)
    assert "422" in dead.error
    wms.behaviour = ModeIn(mode=Mode.UP, delay_s=0)
    assert client.retry_message(dead.number).dead_ms is None
    until(lambda: len(wms.received) == 1)
    assert client.status().wms.dead == 0


@given(st.integers(1, 10_000), st.text(max_size=5), st.integers(0, 9))
def test_waits_grow_to_the_longest_and_are_the_same_every_time(
    attempt: int, subject: str, seed: int
) -> None:
    params = BackoffParams(first_ms=100, factor=2.0, longest_ms=5_000, jitter=0.5, seed=seed)
    wait_ms = backoff_ms(attempt, subject, params)
    whole_ms = min(100 * 2 ** min(attempt - 1, 60), 5_000)
    assert whole_ms / 2 <= wait_ms <= whole_ms
    assert wait_ms == backoff_ms(attempt, subject, params)


def test_waits_of_different_subjects_differ() -> None:
    waits = {backoff_ms(5, f"order {number}", BackoffParams()) for number in range(20)}
    assert len(waits) > 15


@pytest.mark.parametrize(
    "wrong", [{"first_ms": 0}, {"factor": 0.5}, {"jitter": 1.0}, {"longest_ms": 1}]
)
def test_impossible_schedule_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="schedule"):
        BackoffParams(**wrong)  # type: ignore[arg-type]


def test_message_numbers_are_given_by_the_store(rig: Rig, store: Store) -> None:
    rig.finish("A", "B")
    with store.reading() as tx:
        messages: tuple[OutboxMessage, ...] = tx.pending(rig.now_ms, 10)
    assert [message.number for message in messages] == [1, 2]
