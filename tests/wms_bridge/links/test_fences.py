"""Delivery to a WMS that does not know repeats: search, fence and single flight, over restarts."""

import asyncio

import pytest

from planner.warehouse.ids import SlotId
from wms_bridge.backoff import BackoffParams
from wms_bridge.flights import CircuitState
from wms_bridge.outbox import Delivery
from wms_bridge.ports.store import DeliveryFailed, Store
from wms_bridge.records.work import OutboxMessage

FENCE_MS = 15_000
WAITS = BackoffParams(first_ms=100, longest_ms=1_000, jitter=0.0)
UNKNOWN = DeliveryFailed("timeout", refused=False, unknown=True)
AWAY = DeliveryFailed("connection refused", refused=False)


class Scripted:
    """A way to the WMS that does as it is told, and remembers what it was asked."""

    fence_ms = FENCE_MS

    def __init__(self) -> None:
        self.failures: list[DeliveryFailed] = []
        self.failure_of: dict[str, DeliveryFailed] = {}
        self.there: set[str] = set()
        self.asked: list[str] = []
        self.under_way: set[str] = set()
        self.most = 0
        self.gate: asyncio.Event | None = None

    async def send(self, message: OutboxMessage) -> str:
        assert message.message not in self.under_way, "one flight per message"
        self.asked.append(f"send {message.message}")
        self.under_way.add(message.message)
        self.most = max(self.most, len(self.under_way))
        try:
            if self.gate is not None:
                await self.gate.wait()
            await asyncio.sleep(0.01)
            failure = self.failure_of.pop(message.message, None)
            if failure is None and self.failures:
                failure = self.failures.pop(0)
        finally:
            self.under_way.discard(message.message)
        if failure is not None:
            raise failure
        self.there.add(message.message)
        return "done"

    async def find(self, message: OutboxMessage) -> bool:
        self.asked.append(f"find {message.message}")
        return message.message in self.there

    async def close(self) -> None:
        """There is nothing to let go of."""


class Rig:
    """A delivery with clocks set by hand."""

    def __init__(self, store: Store):
        self.store = store
        self.wall_ms = 1_000_000
        self.steady_ms = 0
        self.way = Scripted()
        self.restart()

    def restart(self) -> None:
        self.delivery = Delivery(
            self.store, self.way, lambda: self.wall_ms, WAITS, steady=lambda: self.steady_ms
        )

    def add(self, *names: str) -> None:
        with self.store.writing() as tx:
            for name in names:
                slot = SlotId(name.partition("/")[0])
                tx.add_message(OutboxMessage(0, name, None, "{}", 0, slot=slot))

    def deliver(self) -> int:
        return asyncio.run(self.delivery.deliver_due())

    def wait(self, by_ms: int) -> None:
        self.wall_ms += by_ms
        self.steady_ms += by_ms

    def circuit(self) -> CircuitState:
        return self.delivery.status.circuit

    def message(self, number: int = 1) -> OutboxMessage:
        with self.store.reading() as tx:
            message = tx.message(number)
        assert message is not None
        return message


@pytest.fixture
def rig(store: Store) -> Rig:
    return Rig(store)


def test_lost_answer_is_searched_after_the_fence_and_found(rig: Rig) -> None:
    rig.add("A/1")
    rig.way.failures = [UNKNOWN]
    rig.way.there = {"A/1"}
    assert rig.deliver() == 0
    assert rig.message().flying_ms == rig.wall_ms
    rig.wait(FENCE_MS - 1)
    assert (rig.deliver(), rig.way.asked) == (0, ["send A/1"])
    rig.wait(1)
    assert (rig.deliver(), rig.way.asked) == (1, ["send A/1", "find A/1"])
    assert (rig.message().flying_ms, rig.message().error) == (None, "")


def test_lost_request_is_sent_again_only_after_it_was_not_found(rig: Rig) -> None:
    rig.add("A/1")
    rig.way.failures = [UNKNOWN]
    rig.deliver()
    rig.wait(FENCE_MS)
    assert rig.deliver() == 1
    assert rig.way.asked == ["send A/1", "find A/1", "send A/1"]


def test_message_under_way_at_a_crash_waits_for_a_fence_from_the_restart_on(rig: Rig) -> None:
    rig.add("A/1")

    async def crash() -> None:
        rig.way.gate = asyncio.Event()
        delivering = asyncio.create_task(rig.delivery.deliver_due())
        while not rig.way.under_way:
            await asyncio.sleep(0.001)
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)

    asyncio.run(crash())
    rig.way.gate = None
    assert rig.message().flying_ms is not None, "it was marked before it was sent"
    rig.wait(FENCE_MS - 1)
    rig.restart()
    rig.wait(FENCE_MS - 1)
    rig.deliver()
    assert rig.way.asked == ["send A/1"], "the last request may have gone out just before"
    rig.wait(1)
    assert rig.deliver() == 1
    assert rig.way.asked == ["send A/1", "find A/1", "send A/1"]


def test_clock_that_is_set_forward_does_not_shorten_the_fence(rig: Rig) -> None:
    rig.add("A/1")
    rig.way.failures = [UNKNOWN]
    rig.deliver()
    rig.wall_ms += 3_600_000
    rig.steady_ms += 1_000
    assert (rig.deliver(), rig.way.asked) == (0, ["send A/1"])
    rig.wait(FENCE_MS - 1_000)
    assert rig.deliver() == 1


def test_unknown_outcome_holds_up_only_its_own_key(rig: Rig) -> None:
    rig.add("A/1", "A/2", "B/1")
    rig.way.failure_of = {"A/1": UNKNOWN}
    rig.deliver()
    rig.wait(WAITS.first_ms)
    rig.deliver()
    assert sorted(rig.way.asked) == ["send A/1", "send B/1"]
    rig.wait(FENCE_MS)
    assert rig.deliver() == 2
    assert rig.way.asked[-3:] == ["find A/1", "send A/1", "send A/2"]


def test_messages_of_one_key_go_one_after_the_other_and_keys_overlap(rig: Rig) -> None:
    rig.add(*(f"{key}/{number}" for number in range(3) for key in "ABCD"))
    assert rig.deliver() == 12
    for key in "ABCD":
        sent = [asked for asked in rig.way.asked if f" {key}/" in asked]
        assert sent == [f"send {key}/{number}" for number in range(3)]
    assert 1 < rig.way.most <= 4


def test_no_more_messages_overlap_than_allowed(rig: Rig) -> None:
    rig.add(*(f"K{number}/1" for number in range(30)))
    assert rig.deliver() == 30
    assert 1 < rig.way.most <= 8


def test_slow_message_holds_up_nobody_else(rig: Rig) -> None:
    rig.add("A/1")

    async def play() -> int:
        rig.way.gate = asyncio.Event()
        delivering = asyncio.create_task(rig.delivery.deliver_due())
        while "A/1" not in rig.way.under_way:
            await asyncio.sleep(0.001)
        rig.add("B/1")
        rig.delivery.wake()
        while "B/1" not in rig.way.under_way:
            await asyncio.sleep(0.001)
        assert rig.delivery.status.under_way == 2
        rig.way.gate.set()
        return await delivering

    assert asyncio.run(play()) == 2


def test_wms_that_is_away_is_tried_by_one_message(rig: Rig) -> None:
    rig.add("A/1", "B/1", "C/1")
    rig.way.failures = [AWAY] * 4
    rig.deliver()
    assert rig.circuit() is CircuitState.OPEN
    rig.wait(WAITS.first_ms)
    assert rig.circuit() is CircuitState.HALF_OPEN
    asked = len(rig.way.asked)
    rig.deliver()
    assert len(rig.way.asked) == asked + 1
    assert rig.message().flying_ms is None, "a refused connection is a definite answer"
    rig.wait(WAITS.longest_ms)
    assert rig.deliver() == 3
    assert rig.circuit() is CircuitState.CLOSED


def test_waiting_key_does_not_have_the_outbox_read_again_and_again(rig: Rig) -> None:
    rig.add("A/1", "A/2")
    rig.way.failures = [DeliveryFailed("422", refused=True)]
    rig.deliver()
    with rig.store.reading() as tx:
        assert tx.next_pending_ms() == 0
        assert tx.next_head_ms() == rig.wall_ms + WAITS.first_ms


def test_outcome_is_kept(rig: Rig) -> None:
    rig.add("A/1")
    rig.deliver()
    assert rig.message().outcome == "done"
    with rig.store.reading() as tx:
        assert tx.untold() == ()


def test_flight_and_outcome_are_kept_by_every_store(store: Store) -> None:
    with store.writing() as tx:
        tx.add_message(OutboxMessage(0, "m", None, "{}", 0, flying_ms=5, outcome="half"))
    with store.reading() as reading:
        [message] = reading.untold()
    assert (message.flying_ms, message.outcome, message.order) == (5, "half", None)
    assert isinstance(message.message, str)
