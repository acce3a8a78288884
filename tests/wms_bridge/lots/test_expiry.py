"""Lots are held when they expire, by themselves and once."""

import asyncio
from collections.abc import Callable

import pytest

from planner.warehouse.commands import ShowPicks
from planner.warehouse.events import PickWithdrawn, TermsStated
from planner.warehouse.ids import Lot, PickId, PodId, Sku, SlotId
from planner.warehouse.orders import PickOrder
from planner.warehouse.stock import Balance, SlotTerms, slot_id
from tests.wms_bridge.lots.conftest import DAY_MS
from wms_bridge.access.acting import act
from wms_bridge.expiry_watch import ExpiryWatch
from wms_bridge.lots.naming import LotName
from wms_bridge.messages import LotStateTold, read_message
from wms_bridge.records.lots import LotState
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
KeyOf = Callable[..., Lot]
MILK = Sku("MILK")
SLOT = SlotId("P003/A/1/1")
DATE_MS = 10 * DAY_MS


class Calendar:
    """A watch and the time it sees."""

    def __init__(self, bridge: Bridge):
        self.now_ms = 0
        self._watch = ExpiryWatch(bridge.lots, lambda: self.now_ms, 0.001)

    def look(self, now_ms: int) -> int:
        self.now_ms = now_ms
        return self._watch.look()

    def run_for(self, seconds: float) -> None:
        async def within() -> None:
            try:
                async with asyncio.timeout(seconds):
                    await self._watch.run()
            except TimeoutError:
                pass

        asyncio.run(within())


@pytest.fixture
def calendar(lotted: Bridge) -> Calendar:
    return Calendar(lotted)


def state(bridge: Bridge, lot: Lot) -> LotState:
    return bridge.lots.lot(lot).lot.state


def test_lots_are_held_on_their_dates(lotted: Bridge, calendar: Calendar, key_of: KeyOf) -> None:
    first, second = key_of(lotted, "A"), key_of(lotted, "B")
    assert calendar.look(DATE_MS - 1) == 0
    assert calendar.look(DATE_MS) == 2  # ours and ACME's
    assert (state(lotted, first), state(lotted, second)) == (LotState.HELD, LotState.RELEASED)
    assert calendar.look(DATE_MS + 1) == 0
    assert calendar.look(30 * DAY_MS) == 1
    (change,) = lotted.lots.lot(second).changes
    assert (change.by, change.reason, change.at_ms) == ("podherd", "expired", 30 * DAY_MS)
    told = [read_message(message) for message in lotted.promises.messages(0, 100)]
    assert [m.lot for m in told if isinstance(m, LotStateTold)] == ["A", "A", "B"]


def test_picks_of_an_expired_lot_are_taken_back(
    lotted: Bridge, calendar: Calendar, order: OrderMaker, show: ShowMaker
) -> None:
    lotted.receive_order(order("A", MILK=3), 5)
    lotted.apply([show("p1", "A#1", "MILK", 3, slot=SLOT)], 6)
    before = len(lotted.feed(0))
    calendar.look(DATE_MS)
    told = [numbered.event for numbered in lotted.feed(before)]
    assert TermsStated((SlotTerms(SLOT, MILK, blocked=10),)) in told
    assert PickWithdrawn(PickId("p1")) in told


def test_a_lot_that_somebody_let_go_after_its_date_stays_free(
    lotted: Bridge, calendar: Calendar, key_of: KeyOf
) -> None:
    lot = key_of(lotted, "A")
    calendar.look(DATE_MS)
    lotted.lots.release(lot, "ann", "for the food bank", DATE_MS + 5)
    assert calendar.look(DATE_MS + 10) == 0
    assert Calendar(lotted).look(DATE_MS + 10) == 0
    assert state(lotted, lot) is LotState.RELEASED


def test_a_later_date_counts_anew_and_an_earlier_one_at_once(
    lotted: Bridge, calendar: Calendar, key_of: KeyOf
) -> None:
    lot, other = key_of(lotted, "A"), key_of(lotted, "B")
    calendar.look(DATE_MS)
    lotted.lots.name(MILK, LotName("A", expires_ms=12 * DAY_MS), DATE_MS + 1)
    lotted.lots.release(lot, "ann", "the date was wrong", DATE_MS + 2)
    assert calendar.look(12 * DAY_MS - 1) == 0
    assert calendar.look(12 * DAY_MS) == 1
    held = lotted.lots.name(MILK, LotName("B", expires_ms=11 * DAY_MS), 12 * DAY_MS)
    assert (held.lot, held.state) == (other, LotState.HELD)


def test_goods_that_come_after_their_date_are_held_as_they_come(
    lotted: Bridge, key_of: KeyOf
) -> None:
    slot = slot_id(PodId("P002"), "A", 1, 2)
    late = {0: LotName("C", expires_ms=500)}
    lotted.load_stock([Balance(slot, MILK, 4)], "late", 1_000, late)
    assert state(lotted, key_of(lotted, "C")) is LotState.HELD


def test_lots_without_pieces_are_left_alone(
    lotted: Bridge, calendar: Calendar, key_of: KeyOf
) -> None:
    gone = lotted.lots.name(MILK, LotName("GONE", expires_ms=9 * DAY_MS), 5)
    assert calendar.look(9 * DAY_MS) == 0
    assert state(lotted, gone.lot) is LotState.RELEASED


def test_the_watch_goes_on_after_a_failure(
    lotted: Bridge, calendar: Calendar, key_of: KeyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar.now_ms = DATE_MS
    hold, failed, acts = lotted.lots.hold_expired, [], []

    def at_first_not(since_ms: int, now_ms: int) -> int:
        acts.append(act())
        if not failed:
            failed.append(since_ms)
            raise OSError("disk full")
        return hold(since_ms, now_ms)

    monkeypatch.setattr(lotted.lots, "hold_expired", at_first_not)
    calendar.run_for(0.5)
    assert failed == [0]
    assert state(lotted, key_of(lotted, "A")) is LotState.HELD
    assert {made.who for made in acts if made} == {"podherd"}
