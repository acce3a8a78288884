"""Shifts into which goods come, and sites with arms and combi-stations."""

from collections import Counter
from dataclasses import replace

import pytest

from planner.warehouse.errors import InvalidSite
from planner.warehouse.site import PickerKind, StationRole
from sim_worlds.demand import TimedOrder
from sim_worlds.run import run_shift
from sim_worlds.shift import (
    Shift,
    generated_shift,
    receiving,
    with_arms,
    with_combi_station,
    with_replenishment,
)
from sim_worlds.sites.catalogue import load_site

SMALL, TINY = load_site("small"), load_site("tiny")


def pieces(shift: Shift) -> Counter[str]:
    """In pods at the start and at the dock later, by SKU."""
    found: Counter[str] = Counter()
    for balance in shift.stock:
        found[balance.sku] += balance.quantity
    for timed in shift.receipts:
        found[timed.receipt.sku] += timed.receipt.quantity
    return found


def test_a_share_of_the_stock_that_orders_ask_for_comes_in() -> None:
    before = generated_shift(SMALL, 10, 1)
    shift = receiving(before, 0.15)
    assert pieces(shift) == pieces(before)
    asked = {line.sku for timed in before.orders for line in timed.order.lines}
    for_orders = sum(balance.quantity for balance in before.stock if balance.sku in asked)
    coming = sum(timed.receipt.quantity for timed in shift.receipts)
    assert 0.15 <= coming / for_orders <= 0.2
    assert {timed.receipt.sku for timed in shift.receipts} <= asked
    assert {balance.sku for balance in shift.stock}.isdisjoint(
        timed.receipt.sku for timed in shift.receipts
    )
    assert len({timed.receipt.receipt for timed in shift.receipts}) == len(shift.receipts)


def test_goods_are_there_before_the_first_order_for_them_and_in_the_first_half() -> None:
    shift = receiving(generated_shift(SMALL, 20, 3), 0.5)
    last_ms = max(timed.at_ms for timed in shift.orders)
    times = [timed.at_ms for timed in shift.receipts]
    assert times == sorted(times)
    assert len(set(times)) > 10
    assert max(times) <= last_ms / 2
    for timed in shift.receipts:
        for order in shift.orders:
            if any(line.sku == timed.receipt.sku for line in order.order.lines):
                assert timed.at_ms <= order.at_ms


def test_the_same_seed_gives_the_same_goods() -> None:
    plans = [receiving(generated_shift(TINY, 5, seed), 0.15).receipts for seed in (1, 1, 2)]
    assert plans[0] == plans[1] != plans[2]


def test_without_a_share_or_orders_nothing_changes() -> None:
    shift = generated_shift(TINY, 5, 1)
    assert receiving(shift, 0.0) == shift
    empty = replace(shift, orders=())
    assert receiving(empty, 0.5) == empty
    with pytest.raises(ValueError, match="share"):
        receiving(shift, 1.5)


@pytest.mark.parametrize("share", [0.15, 1.0])
def test_orders_wait_for_their_goods_and_complete(share: float) -> None:
    """All orders at once, so that nearly all of them wait."""
    made = generated_shift(TINY, 4, 2)
    made = replace(made, orders=tuple(TimedOrder(0, timed.order) for timed in made.orders))
    shift = receiving(made, share)
    outcome = run_shift(shift)
    assert outcome.violations == ()
    assert (outcome.unfinished, outcome.kpis.lines_shortened) == ((), 0)
    assert outcome.ledger.sound
    received = sum(timed.receipt.quantity for timed in shift.receipts)
    assert outcome.ledger.pieces_put_away == outcome.ledger.pieces_received == received


def test_the_last_station_puts_away_unless_one_does_already() -> None:
    first, last = with_combi_station(SMALL).stations
    assert first == SMALL.stations[0]
    assert last.roles == (StationRole.PICK, StationRole.REPLENISH)
    has_one = with_replenishment(SMALL, 1)
    assert with_combi_station(has_one) == has_one


def test_the_first_pick_stations_get_arms() -> None:
    kinds = [[place.picker for place in with_arms(SMALL, count).stations] for count in range(3)]
    person, arm = PickerKind.PERSON, PickerKind.ARM
    assert kinds == [[person, person], [arm, person], [arm, arm]]
    with pytest.raises(InvalidSite, match="0 to 2 arms"):
        with_arms(SMALL, 3)
    with pytest.raises(InvalidSite, match="arms"):
        with_arms(SMALL, -1)
