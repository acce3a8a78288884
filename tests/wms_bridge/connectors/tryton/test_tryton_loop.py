"""The whole loop on a real Tryton: orders in, reserved, picked, shipped; counts; goods received."""

import dataclasses

import pytest

from planner.warehouse.flows import Flow
from planner.warehouse.ids import Lot, OrderId, ReceiptId, SlotId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.receipts import Receipt
from tests.wms_bridge.connectors.tryton.desk import Desk, adjusted, confirmed, put_away, wanted
from wms_bridge.connectors.port import OrderState, StockAt
from wms_bridge.messages import LinePicked, LotDifference
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import OrderStatus, SkuRecord

pytestmark = pytest.mark.tryton


async def ship_by_hand(desk: Desk, reference: str) -> None:
    wire = desk.clerk._wire
    shipment = "stock.shipment.out"
    (found,) = await wire.find(shipment, [["reference", "=", reference]], ["id"])
    for button in ("assign_try", "pick", "pack", "do"):
        await wire.do(f"{shipment}.{button}", [found["id"]])


async def rename(desk: Desk, sku: str, name: str) -> None:
    wire = desk.clerk._wire
    (found,) = await wire.find("product.template", [["code", "=", sku]], ["id"])
    await wire.do("product.template.write", [found["id"]], {"name": name})


def test_it_lets_us_in(desk: Desk) -> None:
    assert desk.run(desk.connector.check()).startswith("Tryton 8.")
    assert "podherd-trial" not in desk.connector.name


def test_an_order_comes_in_is_reserved_picked_short_and_shipped(desk: Desk) -> None:
    desk.stock_up({("P001", "A"): 10, ("P002", "A"): 10, ("P001", "B"): 10, ("P003", "C"): 5})
    order = desk.place("1", A=6, B=4, C=3)
    (document,) = desk.news()
    assert (document.reference, document.state, document.order) == (
        order.order,
        OrderState.OPEN,
        order,
    )

    desk.tell(wanted(order))
    assert desk.knows(wanted(order))
    told = confirmed(order, [("P001/A/1/1", 2), ("P002/A/1/1", 4)], [("P001/A/1/2", 1)], [])
    assert not desk.knows(told)
    assert desk.tell(told) == "shipped"
    assert desk.knows(told)

    (shipped,) = desk.documents(order.order)
    assert shipped.state == "done"
    assert sorted(shipped.done, key=str) == [
        StockAt("P001", desk.sku("A"), 2),
        StockAt("P001", desk.sku("B"), 1),
        StockAt("P002", desk.sku("A"), 4),
    ]
    assert desk.stock() == {
        ("P001", "A"): 8,
        ("P002", "A"): 6,
        ("P001", "B"): 9,
        ("P003", "C"): 5,
    }
    assert [one.state for one in desk.news()] == [OrderState.DONE]


def test_an_order_told_twice_is_shipped_once(desk: Desk) -> None:
    desk.stock_up({("P001", "A"): 10})
    order = desk.place("1", A=6)
    told = confirmed(order, [("P001/A/1/1", 6)])
    desk.tell(told)
    assert desk.tell(told) == "shipped"
    assert desk.stock() == {("P001", "A"): 4}


def test_an_order_of_which_nothing_was_there_is_closed(desk: Desk) -> None:
    desk.stock_up({("P001", "A"): 10})
    order = desk.place("1", A=6)
    desk.tell(confirmed(order, []))
    (document,) = desk.documents(order.order)
    assert (document.state, document.done) == ("done", ())
    assert desk.stock() == {("P001", "A"): 10}


def test_what_was_picked_counts_and_not_what_tryton_thinks_is_there(desk: Desk) -> None:
    desk.stock_up({("P001", "A"): 10, ("P002", "A"): 1})
    order = desk.place("1", A=6)
    desk.tell(wanted(order))
    desk.tell(confirmed(order, [("P002/A/1/1", 6)]))
    assert desk.stock() == {("P001", "A"): 10, ("P002", "A"): -5}


def test_two_lines_of_one_article_are_told_apart(desk: Desk) -> None:
    desk.stock_up({("P001", "A"): 10, ("P002", "A"): 10})
    name = OrderId(f"{desk.prefix}-1")
    lines = tuple(OrderLine(line_id(name, n), desk.sku("A"), n) for n in (1, 2))
    order = PickOrder(name, lines)
    desk.run(desk.clerk.place(order))
    desk.tell(confirmed(order, [], [("P002/A/1/1", 2)]))
    assert desk.stock() == {("P001", "A"): 10, ("P002", "A"): 8}


def test_lines_of_another_flow_are_left_to_people_who_ship_all(desk: Desk) -> None:
    desk.stock_up({("P001", "A"): 10, ("P001", "B"): 10})
    order = desk.place("1", A=6, B=2)
    desk.tell(wanted(order))
    told = confirmed(order, [("P001/A/1/1", 4)], [])
    routed = dataclasses.replace(
        told.lines[1], short=0, reason=None, flow=next(f for f in Flow if f != told.lines[0].flow)
    )
    told = dataclasses.replace(told, lines=(told.lines[0], routed))
    assert not desk.knows(told)
    for _ in range(2):
        assert desk.tell(told).startswith("entered")
    assert desk.knows(told)
    (document,) = desk.documents(order.order)
    assert (document.state, document.done) == ("waiting", ())
    desk.run(ship_by_hand(desk, order.order))
    (document,) = desk.documents(order.order)
    assert sorted(document.done, key=str) == [
        StockAt("P001", desk.sku("A"), 4),
        StockAt("P001", desk.sku("B"), 2),
    ]


@pytest.mark.parametrize("state", ["waiting", "assigned", "cancelled"])
def test_a_cancelled_order_is_cancelled_and_what_was_picked_is_set_aside(
    desk: Desk, state: str
) -> None:
    desk.stock_up({("P001", "A"): 10})
    order = desk.place("1", A=6)
    if state == "assigned":
        desk.tell(wanted(order))
    if state == "cancelled":
        desk.run(desk.clerk.cancel(order.order))
    told = confirmed(order, [("P001/A/1/1", 2)], status=OrderStatus.CANCELLED)
    for _ in range(2):
        desk.tell(told)
    assert desk.knows(told)
    assert [one.state for one in desk.documents(order.order)] == ["cancelled"]
    assert [one.state for one in desk.documents(told.message)] == ["done"]
    assert desk.stock() == {("P001", "A"): 8}
    assert [one.state for one in desk.news()] == [OrderState.CANCELLED]


def test_an_order_cancelled_before_any_pick_books_nothing(desk: Desk) -> None:
    desk.stock_up({("P001", "A"): 10})
    order = desk.place("1", A=6)
    told = confirmed(order, [], status=OrderStatus.CANCELLED)
    assert desk.tell(told) == "cancelled"
    assert desk.knows(told)
    assert desk.documents(told.message) == ()
    assert desk.stock() == {("P001", "A"): 10}


def test_an_order_cancelled_there_when_it_was_complete_here_is_set_aside(desk: Desk) -> None:
    desk.stock_up({("P001", "A"): 10})
    order = desk.place("1", A=6)
    desk.run(desk.clerk.cancel(order.order))
    told = confirmed(order, [("P001/A/1/1", 6)])
    desk.tell(told)
    assert desk.knows(told)
    assert desk.stock() == {("P001", "A"): 4}


def test_a_change_comes_as_a_new_version(desk: Desk) -> None:
    desk.stock_up({("P001", "A"): 10, ("P001", "B"): 10})
    order = desk.place("1", A=6)
    desk.tell(wanted(order))
    first = desk.news()[-1]
    changed = desk.order("1", A=2, B=1)
    desk.run(desk.clerk.change(changed))
    (second,) = desk.news()
    assert second.order == changed
    assert second.version != first.version
    assert desk.news() == []
    desk.tell(confirmed(changed, [("P001/A/1/1", 2)], [("P001/A/1/2", 1)]))
    assert desk.stock() == {("P001", "A"): 8, ("P001", "B"): 9}


def test_an_order_tryton_does_not_have_is_refused_but_its_reservation_is_not(desk: Desk) -> None:
    desk.stock_up({("P001", "A"): 10})
    order = desk.order("1", A=1)
    assert desk.tell(wanted(order)) == "no such order"
    with pytest.raises(DeliveryFailed) as failure:
        desk.tell(confirmed(order, [("P001/A/1/1", 1)]))
    assert failure.value.refused


def test_two_open_shipments_of_one_order_are_refused(desk: Desk) -> None:
    desk.stock_up({("P001", "A"): 10})
    order = desk.place("1", A=1)
    desk.place("1", A=1)
    with pytest.raises(DeliveryFailed, match="2 open documents") as failure:
        desk.tell(confirmed(order, [("P001/A/1/1", 1)]))
    assert failure.value.refused
    assert desk.stock() == {("P001", "A"): 10}


@pytest.mark.parametrize(("difference", "left"), [(-4, 6), (7, 17), (0, 10), (-12, -2)])
def test_an_adjustment_is_booked_once(desk: Desk, difference: int, left: int) -> None:
    desk.stock_up({("P001", "A"): 10})
    told = adjusted("1", "P001/A/1/1", desk.sku("A"), difference)
    assert desk.knows(told) is (difference == 0)
    for _ in range(2):
        desk.tell(told)
    assert desk.knows(told)
    assert desk.stock() == {("P001", "A"): left}
    assert len(desk.documents(told.message)) == (1 if difference else 0)


def test_an_adjustment_takes_from_the_lots_that_are_there(desk: Desk) -> None:
    desk.run(desk.clerk.set_up(["P001"], [SkuRecord(desk.sku("A"))]))
    lots = [StockAt("P001", desk.sku("A"), pieces, f"L{pieces}") for pieces in (3, 5)]
    desk.run(desk.clerk.book_stock(lots))
    desk.tell(adjusted("1", "P001/A/1/1", desk.sku("A"), -4))
    snapshot = desk.run(desk.connector.stock())
    assert [one for one in snapshot.stock if one.sku == desk.sku("A")] == [
        StockAt("P001", desk.sku("A"), 4, "L5")
    ]


@pytest.mark.parametrize(
    ("difference", "of_lots", "left"),
    [
        (-4, {"L5": -4}, {"L3": 3, "L5": 1}),
        (-4, {"L5": -3}, {"L3": 2, "L5": 2}),
        (4, {"L3": 4}, {"L3": 7, "L5": 5}),
        (4, {"L9": 4}, {"L3": 3, "L5": 5, "L9": 4}),
        (-1, {"L3": -2, "L5": 1}, {"L3": 2, "L5": 5}),
    ],
)
def test_an_adjustment_is_of_the_lots_told(
    desk: Desk, difference: int, of_lots: dict[str, int], left: dict[str, int]
) -> None:
    desk.run(desk.clerk.set_up(["P001"], [SkuRecord(desk.sku("A"))]))
    lots = [StockAt("P001", desk.sku("A"), pieces, f"L{pieces}") for pieces in (3, 5)]
    desk.run(desk.clerk.book_stock(lots))
    told = adjusted("1", "P001/A/1/1", desk.sku("A"), difference)
    by_lot = tuple(LotDifference(lot, pieces) for lot, pieces in of_lots.items())
    for _ in range(2):
        desk.tell(dataclasses.replace(told, lots=by_lot))
    snapshot = desk.run(desk.connector.stock())
    found = {one.lot: one.quantity for one in snapshot.stock if one.sku == desk.sku("A")}
    assert found == left


def test_lots_picked_are_the_lots_booked(desk: Desk) -> None:
    desk.run(desk.clerk.set_up(["P001"], [SkuRecord(desk.sku("A"))]))
    lots = [StockAt("P001", desk.sku("A"), 5, lot) for lot in ("L1", "L2")]
    desk.run(desk.clerk.book_stock(lots))
    order = desk.place("1", A=4)
    told = confirmed(order, [("P001/A/1/1", 1), ("P001/A/1/2", 3)])
    picks = tuple(
        LinePicked(pick.pick, pick.station, SlotId(pick.slot), pick.quantity, 1, lot)
        for pick, lot in zip(told.lines[0].picks, ("L1", "L2"), strict=True)
    )
    line = dataclasses.replace(told.lines[0], picks=picks)
    desk.tell(dataclasses.replace(told, lines=(line,)))
    snapshot = desk.run(desk.connector.stock())
    assert {one.lot: one.quantity for one in snapshot.stock if one.sku == desk.sku("A")} == {
        "L1": 4,
        "L2": 2,
    }


def test_an_order_for_one_lot_says_so(desk: Desk) -> None:
    desk.run(desk.clerk.set_up(["P001"], [SkuRecord(desk.sku("A"))]))
    name = OrderId(f"{desk.prefix}-1")
    order = PickOrder(name, (OrderLine(line_id(name, 1), desk.sku("A"), 2, lot=Lot("L1")),))
    desk.run(desk.clerk.place(order))
    assert [one.order for one in desk.news()] == [order]


def test_goods_received_are_put_away(desk: Desk) -> None:
    desk.stock_up({("P001", "A"): 1, ("P002", "A"): 1})
    receipt = Receipt(ReceiptId(f"{desk.prefix}-R1"), desk.sku("A"), 12)
    desk.run(desk.clerk.receive(receipt))
    page = desk.run(desk.connector.receipts(""))
    assert receipt in [one.receipt for one in page.items]
    told = put_away(receipt.receipt, receipt.sku, ("P001/A/1/1", 7), ("P002/A/1/1", 5))
    assert not desk.knows(told)
    for _ in range(2):
        desk.tell(told)
    assert desk.knows(told)
    assert desk.stock() == {("P001", "A"): 8, ("P002", "A"): 6}
    again = desk.run(desk.connector.receipts(""))
    assert receipt not in [one.receipt for one in again.items]


def test_goods_that_tryton_did_not_receive_are_put_away_by_an_internal_shipment(
    desk: Desk,
) -> None:
    desk.stock_up({("P001", "A"): 1, ("P002", "A"): 1})
    receipt = ReceiptId(f"{desk.prefix}-R1")
    told = put_away(receipt, desk.sku("A"), ("P001/A/1/1", 7), ("P002/A/1/1", 5))
    assert not desk.knows(told)
    for _ in range(2):
        desk.tell(told)
    assert desk.knows(told)
    assert desk.stock() == {("P001", "A"): 8, ("P002", "A"): 6}
    assert len(desk.documents(told.message)) == 1


def test_moves_tell_what_was_booked_after_the_snapshot_and_whose_it_is(desk: Desk) -> None:
    desk.stock_up({("P001", "A"): 10, ("P002", "A"): 10})
    before = desk.run(desk.connector.stock())
    desk.tell(adjusted("1", "P001/A/1/1", desk.sku("A"), -4))
    order = desk.place("1", A=2)
    desk.tell(confirmed(order, [("P002/A/1/1", 2)]))
    desk.run(desk.clerk.book_stock([StockAt("P001", desk.sku("A"), 3)]))
    page = desk.run(desk.connector.moves(before.cursor))
    ours = [move for move in page.items if move.sku == desk.sku("A")]
    assert [(move.from_location, move.to_location, move.quantity, move.ours) for move in ours] == [
        ("P001", "Lost and Found", 4, True),
        ("P002", "OUT", 2, True),
        ("OUT", "CUS", 2, True),
        ("SUP", "P001", 3, False),
    ]
    assert [move for move in page.items if move not in ours] == []
    assert desk.run(desk.connector.moves(page.cursor)).items == ()


def test_articles_come_when_they_are_new_and_when_they_change(desk: Desk) -> None:
    item = SkuRecord(desk.sku("A"), "A red one", piece_value=2.5)
    desk.run(desk.clerk.set_up([], [item]))
    found, cursor, more = [], "", True
    while more:
        page = desk.run(desk.connector.items(cursor))
        found += [one for one in page.items if one.sku == item.sku]
        cursor, more = page.cursor, page.more
    # Once by itself and once by its template, if these come on different pages.
    assert set(found) == {item}
    assert desk.run(desk.connector.items(cursor)).items == ()
    desk.run(rename(desk, item.sku, "A blue one"))
    (renamed,) = desk.run(desk.connector.items(cursor)).items
    assert renamed == dataclasses.replace(item, description="A blue one")
