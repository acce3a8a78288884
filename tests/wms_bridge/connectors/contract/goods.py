"""What goods go through at every WMS that keeps documents: counts, receipts, moves, articles."""

import dataclasses
import itertools

import pytest

from planner.warehouse.ids import ReceiptId, SlotId
from planner.warehouse.receipts import Receipt
from tests.wms_bridge.connectors.contract.desk import Desk
from tests.wms_bridge.connectors.contract.messages import adjusted, confirmed, put_away
from wms_bridge.connectors.port import StockAt
from wms_bridge.messages import LinePicked, LotDifference
from wms_bridge.records.work import SkuRecord


class GoodsLoop:
    """Tests on a ``desk`` of the WMS."""

    @pytest.mark.parametrize(("difference", "left"), [(-4, 6), (7, 17), (0, 10), (-12, -2)])
    def test_an_adjustment_is_booked_once(self, desk: Desk, difference: int, left: int) -> None:
        desk.stock_up({("P001", "A"): 10})
        told = adjusted("1", "P001/A/1/1", desk.sku("A"), difference)
        assert desk.knows(told) is (difference == 0)
        for _ in range(2):
            desk.tell(told)
        assert desk.knows(told)
        assert desk.stock() == {("P001", "A"): left}
        assert len(desk.documents(told.message)) == (1 if difference else 0)

    def test_an_adjustment_takes_from_the_lots_that_are_there(self, desk: Desk) -> None:
        desk.stock_up_lots({"L3": 3, "L5": 5})
        desk.tell(adjusted("1", "P001/A/1/1", desk.sku("A"), -4))
        assert desk.stock_of(desk.sku("A")) == [StockAt("P001", desk.sku("A"), 4, "L5")]

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
        self, desk: Desk, difference: int, of_lots: dict[str, int], left: dict[str, int]
    ) -> None:
        desk.stock_up_lots({"L3": 3, "L5": 5})
        told = adjusted("1", "P001/A/1/1", desk.sku("A"), difference)
        by_lot = tuple(LotDifference(lot, pieces) for lot, pieces in of_lots.items())
        for _ in range(2):
            desk.tell(dataclasses.replace(told, lots=by_lot))
        assert desk.lots() == left

    def test_lots_picked_are_the_lots_booked(self, desk: Desk) -> None:
        desk.stock_up_lots({"L1": 5, "L2": 5})
        order = desk.place("1", A=4)
        told = confirmed(order, [("P001/A/1/1", 1), ("P001/A/1/2", 3)])
        picks = tuple(
            LinePicked(pick.pick, pick.station, SlotId(pick.slot), pick.quantity, 1, lot)
            for pick, lot in zip(told.lines[0].picks, ("L1", "L2"), strict=True)
        )
        line = dataclasses.replace(told.lines[0], picks=picks)
        desk.tell(dataclasses.replace(told, lines=(line,)))
        assert desk.lots() == {"L1": 4, "L2": 2}

    def test_goods_received_are_put_away(self, desk: Desk) -> None:
        desk.stock_up({("P001", "A"): 1, ("P002", "A"): 1})
        receipt = Receipt(ReceiptId(f"{desk.prefix}-R1"), desk.sku("A"), 12)
        desk.run(desk.clerk.receive(receipt))
        assert desk.receipts() == [receipt]
        told = put_away(receipt.receipt, receipt.sku, ("P001/A/1/1", 7), ("P002/A/1/1", 5))
        assert not desk.knows(told)
        for _ in range(2):
            desk.tell(told)
        assert desk.knows(told)
        assert desk.stock() == {("P001", "A"): 8, ("P002", "A"): 6}
        assert desk.receipts() == []

    def test_goods_that_it_did_not_receive_are_put_away_by_an_internal_document(
        self, desk: Desk
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

    def test_moves_tell_what_was_booked_after_the_snapshot_and_whose_it_is(
        self, desk: Desk
    ) -> None:
        desk.stock_up({("P001", "A"): 10, ("P002", "A"): 10})
        before = desk.run(desk.connector.stock())
        desk.tell(adjusted("1", "P001/A/1/1", desk.sku("A"), -4))
        order = desk.place("1", A=2)
        desk.tell(confirmed(order, [("P002/A/1/1", 2)]))
        desk.run(desk.clerk.book_stock([StockAt("P001", desk.sku("A"), 3)]))
        page = desk.run(desk.connector.moves(before.cursor))
        ours = [move for move in page.items if move.sku == desk.sku("A")]
        way = itertools.pairwise(["P002", *desk.words.to_customers])
        assert [
            (move.from_location, move.to_location, move.quantity, move.ours) for move in ours
        ] == [
            ("P001", desk.words.lost, 4, True),
            *((here, there, 2, True) for here, there in way),
            (desk.words.suppliers, "P001", 3, False),
        ]
        assert [move for move in page.items if move not in ours] == []
        assert desk.run(desk.connector.moves(page.cursor)).items == ()

    def test_articles_come_when_they_are_new_and_when_they_change(self, desk: Desk) -> None:
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
        desk.run(desk.rename(item.sku, "A blue one"))
        (renamed,) = desk.run(desk.connector.items(cursor)).items
        assert renamed == dataclasses.replace(item, description="A blue one")
