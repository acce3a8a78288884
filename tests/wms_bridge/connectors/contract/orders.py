"""What orders go through at every WMS that keeps documents: in, reserved, picked, shipped."""

import dataclasses
from typing import Literal

import pytest

from planner.warehouse.flows import Flow
from planner.warehouse.ids import OrderId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from tests.wms_bridge.connectors.contract.desk import Desk
from tests.wms_bridge.connectors.contract.messages import confirmed, wanted
from wms_bridge.connectors.port import OrderState, StockAt
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import OrderStatus

Before = Literal["released", "reserved", "cancelled"]
"""How far the WMS is with an order when it is cancelled here."""


class OrderLoop:
    """Tests on a ``desk`` of the WMS."""

    def test_it_lets_us_in(self, desk: Desk) -> None:
        assert desk.run(desk.connector.check()).startswith(desk.words.version)
        assert "podherd-trial" not in desk.connector.name

    def test_an_order_comes_in_is_reserved_picked_short_and_shipped(self, desk: Desk) -> None:
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

    def test_an_order_told_twice_is_shipped_once(self, desk: Desk) -> None:
        desk.stock_up({("P001", "A"): 10})
        order = desk.place("1", A=6)
        told = confirmed(order, [("P001/A/1/1", 6)])
        desk.tell(told)
        assert desk.tell(told) == "shipped"
        assert desk.stock() == {("P001", "A"): 4}

    def test_an_order_of_which_nothing_was_there_is_closed(self, desk: Desk) -> None:
        desk.stock_up({("P001", "A"): 10})
        order = desk.place("1", A=6)
        told = confirmed(order, [])
        desk.tell(told)
        (document,) = desk.documents(order.order)
        assert (document.state, document.done) == (desk.words.nothing_there, ())
        assert desk.knows(told)
        assert desk.stock() == {("P001", "A"): 10}

    def test_what_was_picked_counts_and_not_what_the_wms_thinks_is_there(self, desk: Desk) -> None:
        desk.stock_up({("P001", "A"): 10, ("P002", "A"): 1})
        order = desk.place("1", A=6)
        desk.tell(wanted(order))
        desk.tell(confirmed(order, [("P002/A/1/1", 6)]))
        assert desk.stock() == {("P001", "A"): 10, ("P002", "A"): -5}

    def test_two_lines_of_one_article_are_told_apart(self, desk: Desk) -> None:
        desk.stock_up({("P001", "A"): 10, ("P002", "A"): 10})
        name = OrderId(f"{desk.prefix}-1")
        lines = tuple(OrderLine(line_id(name, n), desk.sku("A"), n) for n in (1, 2))
        order = PickOrder(name, lines)
        desk.run(desk.clerk.place(order))
        desk.tell(confirmed(order, [], [("P002/A/1/1", 2)]))
        assert desk.stock() == {("P001", "A"): 10, ("P002", "A"): 8}

    def test_lines_of_another_flow_are_left_to_people_who_ship_all(self, desk: Desk) -> None:
        desk.stock_up({("P001", "A"): 10, ("P001", "B"): 10})
        order = desk.place("1", A=6, B=2)
        desk.tell(wanted(order))
        told = confirmed(order, [("P001/A/1/1", 4)], [])
        other = next(flow for flow in Flow if flow != told.lines[0].flow)
        routed = dataclasses.replace(told.lines[1], short=0, reason=None, flow=other)
        told = dataclasses.replace(told, lines=(told.lines[0], routed))
        assert not desk.knows(told)
        for _ in range(2):
            assert desk.tell(told).startswith("entered")
        assert desk.knows(told)
        (document,) = desk.documents(order.order)
        assert (document.state, document.done) == (desk.words.entered, ())
        desk.run(desk.ship_by_hand(order.order))
        (document,) = desk.documents(order.order)
        assert sorted(document.done, key=str) == [
            StockAt("P001", desk.sku("A"), 4),
            StockAt("P001", desk.sku("B"), 2),
        ]

    @pytest.mark.parametrize("before", ["released", "reserved", "cancelled"])
    def test_a_cancelled_order_is_cancelled_and_what_was_picked_is_set_aside(
        self, desk: Desk, before: Before
    ) -> None:
        desk.stock_up({("P001", "A"): 10})
        order = desk.place("1", A=6)
        if before == "reserved":
            desk.tell(wanted(order))
        if before == "cancelled":
            desk.run(desk.clerk.cancel(order.order))
        told = confirmed(order, [("P001/A/1/1", 2)], status=OrderStatus.CANCELLED)
        for _ in range(2):
            desk.tell(told)
        assert desk.knows(told)
        assert [one.state for one in desk.documents(order.order)] == [desk.words.cancelled]
        assert [one.state for one in desk.documents(told.message)] == ["done"]
        assert desk.stock() == {("P001", "A"): 8}
        assert [one.state for one in desk.news()] == [OrderState.CANCELLED]

    def test_an_order_cancelled_before_any_pick_books_nothing(self, desk: Desk) -> None:
        desk.stock_up({("P001", "A"): 10})
        order = desk.place("1", A=6)
        told = confirmed(order, [], status=OrderStatus.CANCELLED)
        assert desk.tell(told) == "cancelled"
        assert desk.knows(told)
        assert desk.documents(told.message) == ()
        assert desk.stock() == {("P001", "A"): 10}

    def test_an_order_cancelled_there_when_it_was_complete_here_is_set_aside(
        self, desk: Desk
    ) -> None:
        desk.stock_up({("P001", "A"): 10})
        order = desk.place("1", A=6)
        desk.run(desk.clerk.cancel(order.order))
        told = confirmed(order, [("P001/A/1/1", 6)])
        desk.tell(told)
        assert desk.knows(told)
        assert desk.stock() == {("P001", "A"): 4}

    def test_a_change_comes_as_a_new_version(self, desk: Desk) -> None:
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

    def test_an_order_it_does_not_have_is_refused_but_its_reservation_is_not(
        self, desk: Desk
    ) -> None:
        desk.stock_up({("P001", "A"): 10})
        order = desk.order("1", A=1)
        assert desk.tell(wanted(order)) == "no such order"
        with pytest.raises(DeliveryFailed) as failure:
            desk.tell(confirmed(order, [("P001/A/1/1", 1)]))
        assert failure.value.refused

    def test_two_open_documents_of_one_order_are_refused(self, desk: Desk) -> None:
        desk.stock_up({("P001", "A"): 10})
        order = desk.place("1", A=1)
        desk.place("1", A=1)
        with pytest.raises(DeliveryFailed, match="2 open documents") as failure:
            desk.tell(confirmed(order, [("P001/A/1/1", 1)]))
        assert failure.value.refused
        assert desk.stock() == {("P001", "A"): 10}
