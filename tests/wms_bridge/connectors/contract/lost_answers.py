"""Connections to a real WMS cut at every call, before and after: the end is the same."""

import pytest

from planner.warehouse.ids import ReceiptId
from planner.warehouse.receipts import Receipt
from tests.wms_bridge.connectors.contract.cuts import Cut
from tests.wms_bridge.connectors.contract.desk import Desk
from tests.wms_bridge.connectors.contract.messages import adjusted, confirmed, put_away, wanted
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import OrderStatus

MOST = 20
"""More calls than any message takes."""


class LostAnswers:
    """Tests on a ``desk`` of the WMS."""

    @pytest.mark.parametrize("how", Cut)
    def test_an_order_is_shipped_once_whichever_change_is_cut(self, desk: Desk, how: Cut) -> None:
        desk.stock_up({("P001", "A"): 200, ("P002", "A"): 200, ("P003", "B"): 200})
        for name in ("looks-everything-up", "knows-it"):
            ship(desk, name)
        changes = [number for number, call in enumerate(desk.cuts.calls) if not desk.asks(call)]
        assert desk.words.fewest_changes <= len(changes) < MOST
        for call in changes:
            desk.cuts.arm(call, how)
            (failure,) = ship(desk, f"{call}")
            assert failure.unknown is (how is Cut.AFTER)
        shipped = 2 + len(changes)
        assert desk.stock() == {
            ("P001", "A"): 200 - shipped,
            ("P002", "A"): 200 - 3 * shipped,
            ("P003", "B"): 200 - shipped,
        }

    def test_a_cut_while_asking_leaves_nothing_unknown(self, desk: Desk) -> None:
        desk.stock_up({("P001", "A"): 9, ("P002", "A"): 9, ("P003", "B"): 9})
        desk.knows(adjusted("0", "P001/A/1/1", desk.sku("A"), 1))
        desk.cuts.arm(0)
        (failure,) = ship(desk, "1")
        assert desk.asks(desk.cuts.calls[0])
        assert not failure.unknown

    def test_an_adjustment_is_booked_once_wherever_it_is_cut(self, desk: Desk) -> None:
        desk.stock_up({("P001", "A"): 200})
        booked = 0
        while True:
            told = adjusted(f"{booked}", "P001/A/1/1", desk.sku("A"), -3)
            desk.cuts.arm(booked)
            failures = desk.tell_until_done(told)
            booked += 1
            assert [one.state for one in desk.documents(told.message)] == ["done"]
            if not failures:
                break
        assert 4 < booked < MOST
        assert desk.stock() == {("P001", "A"): 200 - 3 * booked}

    def test_a_cancelled_order_is_set_aside_once_wherever_it_is_cut(self, desk: Desk) -> None:
        desk.stock_up({("P001", "A"): 200})
        cancelled = 0
        while True:
            order = desk.place(f"{cancelled}", A=5)
            told = confirmed(order, [("P001/A/1/1", 2)], status=OrderStatus.CANCELLED)
            desk.cuts.arm(cancelled)
            failures = desk.tell_until_done(told)
            cancelled += 1
            assert [one.state for one in desk.documents(order.order)] == [desk.words.cancelled]
            assert [one.state for one in desk.documents(told.message)] == ["done"]
            if not failures:
                break
        assert 6 < cancelled < MOST
        assert desk.stock() == {("P001", "A"): 200 - 2 * cancelled}

    def test_goods_are_put_away_once_wherever_it_is_cut(self, desk: Desk) -> None:
        desk.stock_up({("P001", "A"): 1, ("P002", "A"): 1})
        put = 0
        while True:
            receipt = Receipt(ReceiptId(f"{desk.prefix}-R{put}"), desk.sku("A"), 12)
            desk.run(desk.clerk.receive(receipt))
            told = put_away(receipt.receipt, receipt.sku, ("P001/A/1/1", 7), ("P002/A/1/1", 5))
            desk.cuts.arm(put)
            failures = desk.tell_until_done(told)
            put += 1
            if not failures:
                break
        assert 3 < put < MOST
        assert desk.stock() == {("P001", "A"): 1 + 7 * put, ("P002", "A"): 1 + 5 * put}

    def test_a_draft_made_by_a_late_request_is_never_booked(self, desk: Desk) -> None:
        desk.stock_up({("P001", "A"): 10})
        told = adjusted("1", "P001/A/1/1", desk.sku("A"), -3)
        desk.tell(told)
        (first,) = desk.documents(told.message)
        desk.run(desk.make_again(told.message))
        assert len(desk.documents(told.message)) == 2
        desk.tell(told)
        states = sorted(one.state for one in desk.documents(told.message))
        assert states == [desk.words.cancelled, first.state]
        assert desk.stock() == {("P001", "A"): 7}


def ship(desk: Desk, name: str) -> list[DeliveryFailed]:
    """Short, out of several pods; what failed on the way. Cuts count from its confirmation."""
    at, how = desk.cuts.at, desk.cuts.how
    desk.cuts.at = None
    order = desk.place(name, A=5, B=3)
    desk.tell(wanted(order))
    told = confirmed(order, [("P001/A/1/1", 1), ("P002/A/1/1", 3)], [("P003/A/1/1", 1)])
    desk.cuts.arm(at, how)
    failures = desk.tell_until_done(told)
    (document,) = desk.documents(order.order)
    assert document.state == "done"
    assert sum(one.quantity for one in document.done) == 5
    return failures
