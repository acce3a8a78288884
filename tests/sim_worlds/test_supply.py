"""Shifts with goods that come in: the whole loop with bridge, dispatcher, people and referee."""

from collections import Counter
from dataclasses import replace

import pytest

from planner.dispatch.state import Line, State
from planner.dispatch.stock import SlotStock
from planner.warehouse.errors import InvalidSite
from planner.warehouse.ids import LineId, OrderId, ReceiptId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.receipts import Receipt
from planner.warehouse.site import StationRole
from planner.warehouse.stock import Balance, pod_of, slot_id
from sim_worlds.demand import TimedOrder
from sim_worlds.faults import Faults, SilentRobot
from sim_worlds.run import Outcome, ShiftRun, run_shift
from sim_worlds.shift import Shift, replenished_shift, with_replenishment
from sim_worlds.sites.catalogue import load_site
from sim_worlds.stocking import pod_ids
from sim_worlds.summary import kpi_rows
from sim_worlds.supply import Supplier, SupplyParams, TimedReceipt, stock_position
from wms_bridge.records.work import ReceiptQuery

SMALL = with_replenishment(load_site("small"), 1)
QUICK = SupplyParams(lead_s=300, review_s=60, period_s=300, cover_s=900)


def good(outcome: Outcome) -> None:
    assert outcome.violations == ()
    assert outcome.ledger.sound


def order(name: str, **wanted: int) -> PickOrder:
    key = OrderId(name)
    lines = (OrderLine(line_id(key, i), Sku(s), n) for i, (s, n) in enumerate(wanted.items(), 1))
    return PickOrder(key, tuple(lines))


def goods(name: str, sku: str, quantity: int, at_ms: int = 0) -> TimedReceipt:
    return TimedReceipt(at_ms, Receipt(ReceiptId(name), Sku(sku), quantity))


def test_an_sku_out_of_stock_is_received_put_and_then_picked() -> None:
    """The toy: one pick station, one replenishment station, nothing in stock."""
    shift = Shift(
        SMALL,
        orders=(TimedOrder(1_000, order("A", RED=5)),),
        stock=(),
        receipts=(goods("R1", "RED", 12),),
    )
    run = ShiftRun(shift)
    while not run.done:
        run.tick()
    outcome = run.outcome()
    good(outcome)
    assert outcome.unfinished == ()
    kpis, ledger = outcome.kpis, outcome.ledger
    assert (kpis.orders_completed, kpis.orders_completed_short) == (1, 0)
    assert (ledger.pieces_received, ledger.pieces_on_dock, ledger.pieces_picked) == (12, 0, 5)
    rows = dict(kpi_rows(kpis))
    assert rows["receipts put away"] == "1 of 1"
    left = Counter({b.sku: 0 for b in run.bridge.stock()})
    for balance in run.bridge.stock():
        left[balance.sku] += balance.quantity
    assert left == {"RED": 7}
    assert len({pod_of(balance.slot) for balance in run.bridge.stock()}) >= 2


def test_a_run_ends_when_all_goods_given_are_in_pods() -> None:
    receipts = tuple(goods(f"R{i}", f"SKU{i % 5}", 30, at_ms=i * 20_000) for i in range(12))
    run = ShiftRun(Shift(SMALL, orders=(), stock=(), receipts=receipts))
    while not run.done:
        run.tick()
    outcome = run.outcome()
    good(outcome)
    assert (outcome.ledger.pieces_received, outcome.ledger.pieces_on_dock) == (360, 0)
    assert all(record.completed_ms for record in run.bridge.receipts(ReceiptQuery()))
    in_slots = {b.slot: b.quantity for b in run.bridge.stock() if b.quantity}
    true = {s: n for s, n in run.world._staff._true_stock.items() if n}
    assert in_slots == true
    assert max(in_slots.values()) <= SMALL.pod_model.slot_capacity


def test_the_supplier_keeps_the_stock_up() -> None:
    """With stock for a twentieth of the demand, next to nothing comes out short."""
    shift = replenished_shift(
        load_site("small"), 7, seed=3, put_stations=1, stocked=0.05, supply=QUICK
    )
    outcome = run_shift(shift)
    good(outcome)
    assert outcome.unfinished == ()
    assert outcome.kpis.orders_completed == 7
    assert outcome.kpis.lines_shortened < 0.02 * outcome.kpis.lines_received
    ledger = outcome.ledger
    assert ledger.pieces_picked > 0
    assert ledger.pieces_received > 0
    assert run_shift(shift) == outcome


def test_a_robot_that_falls_silent_on_the_way_loses_no_goods() -> None:
    receipts = tuple(goods(f"R{i}", f"SKU{i % 5}", 30) for i in range(12))
    faults = Faults(silent=(SilentRobot(SMALL.robots[0].id, 20_000),))
    run = ShiftRun(Shift(SMALL, orders=(), stock=(), receipts=receipts, faults=faults))
    while not run.done and run.now_ms < 3_600_000:
        run.tick()
    outcome = run.outcome()
    good(outcome)
    on_the_dead = sum(
        run.state.puts[put].quantity for visit in run.state.visits.values() for put in visit.puts
    )
    assert outcome.ledger.pieces_on_dock == on_the_dead
    assert outcome.ledger.pieces_received == 360
    put = sum(balance.quantity for balance in run.bridge.stock())
    assert put == 360 - on_the_dead


def test_a_line_waits_while_its_goods_come_and_is_short_without() -> None:
    shift = Shift(
        SMALL,
        orders=(TimedOrder(0, order("A", RED=5)),),
        stock=(),
        receipts=(goods("R1", "RED", 3),),
    )
    outcome = run_shift(shift)
    good(outcome)
    assert (outcome.kpis.lines_picked, outcome.kpis.lines_shortened) == (1, 1)
    assert outcome.ledger.pieces_picked == 3


# --- the supplier alone ---


def state(held: int, wanted: int = 0, dock: int = 0) -> State:
    sku, slot = Sku("RED"), slot_id(pod_ids(SMALL)[0], "A", 1, 1)
    line = Line(LineId("A#1"), OrderId("A"), sku, max(1, wanted), picked=0 if wanted else 1)
    return State(slots={slot: SlotStock(sku, held)}, lines={line.line: line}, incoming={sku: dock})


def supplier(params: SupplyParams = QUICK) -> Supplier:
    slot = slot_id(pod_ids(SMALL)[0], "A", 1, 1)
    return Supplier(SMALL, [Balance(slot, Sku("RED"), 40)], params, seed=1)


def sent(seller: Supplier, now: State, until_s: int) -> int:
    came = (seller.due(at_s * 1000, now) for at_s in range(until_s))
    return sum(receipt.quantity for receipts in came for receipt in receipts)


def test_what_orders_wait_for_is_not_in_stock() -> None:
    assert stock_position(state(held=10, wanted=4)) == {"RED": 6}


def test_half_of_the_opening_stock_is_the_first_reorder_point() -> None:
    assert sent(supplier(), state(held=21), 2000) == 0
    assert sent(supplier(), state(held=20), 500) == 20


def test_goods_on_their_way_or_at_the_dock_are_not_ordered_again() -> None:
    assert sent(supplier(), state(held=20, dock=20), 2000) == 0
    assert sent(supplier(replace(QUICK, lead_s=1000)), state(held=20), 1300) == 20


def test_receipts_are_cut_to_size_and_named_once() -> None:
    seller = supplier(replace(QUICK, receipt_pieces=7))
    found = [r for at_s in range(500) for r in seller.due(at_s * 1000, state(held=10))]
    assert [r.quantity for r in found] == [7, 7, 7, 7, 2]
    assert len({r.receipt for r in found}) == 5


def test_demand_raises_the_levels() -> None:
    seller = supplier()
    for minute in range(30):
        seller.see(order(f"O{minute}", RED=20), minute * 60_000)
    assert sent(seller, state(held=40), 30 * 60) > 100


def test_no_more_is_ordered_than_there_is_room_for() -> None:
    tiny = replace(SMALL, pod_model=replace(SMALL.pod_model, slot_capacity=1))  # room for 1200
    slot = slot_id(pod_ids(SMALL)[0], "A", 1, 1)
    slow = replace(QUICK, lead_s=4000, lead_spread=0)
    seller = Supplier(tiny, [Balance(slot, Sku("RED"), 1)], slow, seed=1)
    for minute in range(30):
        seller.see(order(f"O{minute}", RED=10_000), minute * 60_000)
    assert 100 < sent(seller, state(held=0), 4000 + 3600) <= 0.8 * 1200


@pytest.mark.parametrize(
    "wrong",
    [
        {"lead_s": -1.0},
        {"review_s": 0.0},
        {"lead_spread": 2.0},
        {"fill": 0.0},
        {"receipt_pieces": 0},
    ],
)
def test_bad_parameters_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="found"):
        replace(SupplyParams(), **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("put_stations", [0, 2])
def test_a_site_needs_a_station_of_each_kind(put_stations: int) -> None:
    with pytest.raises(InvalidSite):
        with_replenishment(load_site("small"), put_stations)
    roles = [station.roles for station in SMALL.stations]
    assert roles == [(StationRole.PICK,), (StationRole.REPLENISH,)]
