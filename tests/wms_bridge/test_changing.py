"""Orders that change after the bridge took them, and stations that close, on each kind of store."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from typer.testing import CliRunner

from planner.warehouse.commands import ShowPicks, WithdrawPicks
from planner.warehouse.errors import IdempotencyConflict, InvalidOrder, NotFound, TooLate
from planner.warehouse.events import (
    OrderCancelled,
    OrderChanged,
    OrderPrioritised,
    PickFailed,
    PickWithdrawn,
    StationClosed,
    StationOpened,
)
from planner.warehouse.ids import LineId, OrderId, PickId, StationId, VisitId
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from wms_bridge.adapters.sql.store import SqlStore, migrate, sqlite_url
from wms_bridge.cli import orders_app, stations_app
from wms_bridge.client import BridgeClient
from wms_bridge.records.work import OrderStatus, StationRecord, Tally
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
S1 = StationId("S1")
A, P1 = OrderId("A"), PickId("p1")


def told(bridge: Bridge) -> list[object]:
    """The feed, without what happens on every order."""
    return [item.event for item in bridge.feed(0)]


def messages(bridge: Bridge) -> list[dict[str, object]]:
    with bridge.store.reading() as tx:
        return [json.loads(message.body) for message in tx.pending(10**12, 100)]


def test_cancel_withdraws_what_is_shown_and_tells_everybody(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=3, BLUE=2), 1)
    bridge.apply([show("p1", "A#1", "RED", 3), show("p2", "A#2", "BLUE", 2, "P001/A/1/2")], 2)
    bridge.confirm_pick(PickId("p2"), 2, 3)
    answer = bridge.cancel_order(A, 4)
    assert (answer.status, answer.pieces, answer.picked, answer.withdrawn) == (
        OrderStatus.CANCELLED,
        5,
        2,
        1,
    )
    assert bridge.open_picks(S1) == ()
    assert told(bridge)[-2:] == [PickWithdrawn(P1), OrderCancelled(A)]
    [message] = messages(bridge)
    assert message["message"] == "order-cancelled/A"
    assert message["status"] == "cancelled"
    assert [(line["picked"], line["short"], line["reason"]) for line in message["lines"]] == [  # type: ignore[attr-defined]
        (0, 3, "cancelled"),
        (2, 0, None),
    ]
    assert bridge.verify().sound
    with pytest.raises(TooLate, match=r"withdrawn.*Put what was taken back"):
        bridge.confirm_pick(P1, 3, 5)
    assert bridge.stock(slot=None)[0].quantity == 10, "nothing left the slot"


def test_cancel_again_is_the_same_answer_and_nothing_is_done(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=3), 1)
    bridge.apply([show("p1", "A#1", "RED", 3)], 2)
    first = bridge.cancel_order(A, 3)
    before = told(bridge)
    assert bridge.cancel_order(A, 9) == replace(first, repeated=True)
    other_key = bridge.cancel_order(A, 9, "another")
    assert (other_key.repeated, other_key.changed) == (True, False)
    assert told(bridge) == before
    assert bridge.tallies()[Tally.ORDERS_CANCELLED] == 1
    assert bridge.receive_order(order("A", RED=3), 9).repeated, "it is not taken anew"


@pytest.mark.parametrize("what", ["cancel", "change", "priority"])
def test_unknown_complete_and_cancelled_orders(
    bridge: Bridge, order: OrderMaker, show: ShowMaker, what: str
) -> None:
    def ask(name: str) -> object:
        if what == "cancel":
            return bridge.cancel_order(OrderId(name), 9)
        if what == "change":
            return bridge.change_order(order(name, RED=1), 9)
        return bridge.prioritise_order(OrderId(name), 1, 9)

    with pytest.raises(NotFound, match="no such order"):
        ask("A")
    bridge.receive_order(order("A", RED=3), 1)
    bridge.apply([show("p1", "A#1", "RED", 3)], 2)
    bridge.confirm_pick(P1, 3, 3)
    with pytest.raises(TooLate, match="the order is complete"):
        ask("A")
    if what != "cancel":
        bridge.receive_order(order("B", RED=3), 1)
        bridge.cancel_order(OrderId("B"), 2)
        with pytest.raises(TooLate, match="the order is cancelled"):
            ask("B")


def test_change_is_all_or_nothing(bridge: Bridge, order: OrderMaker, show: ShowMaker) -> None:
    bridge.receive_order(order("A", RED=3, BLUE=2), 1)
    bridge.apply([show("p1", "A#1", "RED", 3)], 2)
    bridge.confirm_pick(P1, 3, 3)
    before = bridge.order(A), told(bridge), bridge.tallies()
    for wrong, field in (
        (order("A", RED=2, BLUE=9), "lines[0]"),
        (order("A", BLUE=3), "lines[0]"),  # line 1 is RED, and picked
        (order("A", RED=3, PINK=1), "lines[1].sku"),
        (replace(order("A", RED=3), due_ms=-1), "due_ms"),
    ):
        with pytest.raises(InvalidOrder) as caught:
            bridge.change_order(wrong, 4)
        assert caught.value.field == field
    assert (bridge.order(A), told(bridge), bridge.tallies()) == before


def test_change_sums_up(bridge: Bridge, order: OrderMaker, show: ShowMaker) -> None:
    bridge.receive_order(order("A", RED=3, BLUE=2), 1)
    bridge.apply([show("p1", "A#1", "RED", 3)], 2)
    changed = order("A", RED=1, BLUE=2, RARE=4)
    answer = bridge.change_order(changed, 3)
    assert (answer.lines, answer.pieces, answer.withdrawn, answer.changed) == (3, 7, 1, True)
    assert told(bridge)[-2:] == [PickWithdrawn(P1), OrderChanged(changed, 1)]
    assert not bridge.change_order(changed, 4).changed
    assert told(bridge)[-1] == OrderChanged(changed, 1), "said once"
    tallies = bridge.tallies()
    assert (tallies[Tally.LINES_RECEIVED], tallies[Tally.PIECES_ORDERED]) == (3, 7)
    assert tallies[Tally.ORDERS_CHANGED] == 1
    answer = bridge.change_order(order("A", RED=1), 5)
    assert (answer.lines, answer.pieces) == (3, 1), "what is wanted no more stays, for nothing"
    bridge.apply([show("p2", "A#1", "RED", 1)], 6)
    bridge.confirm_pick(PickId("p2"), 1, 7)
    details = bridge.order(A)
    assert details is not None
    assert details.order.status is OrderStatus.COMPLETE
    assert bridge.verify().sound


def test_picks_that_a_change_has_overtaken_come_back_withdrawn(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=3), 1)
    bridge.receive_order(order("B", RED=1), 1)
    bridge.change_order(order("A", RED=1), 2)
    late = show("p1", "A#1", "RED", 3)
    fits = show("p2", "B#1", "RED", 1)
    together = replace(late, picks=(*late.picks, *fits.picks))
    assert bridge.apply([together, together], 3) == (None, None)
    assert [record.task.pick for record in bridge.open_picks(S1)] == ["p2"]
    assert told(bridge).count(PickWithdrawn(P1)) == 1
    with pytest.raises(TooLate):
        bridge.confirm_pick(P1, 3, 4)


def test_withdrawing_ends_every_pick_once(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=3), 1)
    bridge.apply([show("p1", "A#1", "RED", 1), show("p2", "A#1", "RED", 1)], 2)
    bridge.confirm_pick(PickId("p2"), 1, 3)
    names = (P1, PickId("p2"), PickId("never"))
    command = WithdrawPicks(VisitId("v-P001"), S1, names)
    assert bridge.apply([command], 4) == (None,)
    assert told(bridge)[-2:] == [PickWithdrawn(P1), PickWithdrawn(PickId("never"))]
    bridge.apply([command], 5)
    assert told(bridge).count(PickWithdrawn(P1)) == 1
    details = bridge.order(A)
    assert details is not None
    assert (details.lines[0].shown, details.lines[0].picked) == (0, 1)


def test_a_failed_pick_is_listed_until_a_person_confirms_it(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=3), 1)
    bridge.apply([show("p1", "A#1", "RED", 3)], 2)
    assert bridge.fail_pick(P1, 3) == bridge.fail_pick(P1, 4)
    assert told(bridge).count(PickFailed(P1)) == 1
    assert [record.task.pick for record in bridge.exceptions()] == ["p1"]
    assert [record.task.pick for record in bridge.open_picks(S1)] == ["p1"]
    bridge.confirm_pick(P1, 3, 5)
    assert bridge.exceptions() == ()
    with pytest.raises(TooLate, match="confirmed with 3"):
        bridge.fail_pick(P1, 6)
    with pytest.raises(NotFound):
        bridge.fail_pick(PickId("p9"), 6)


def test_priority_is_kept_and_told(bridge: Bridge, order: OrderMaker) -> None:
    bridge.receive_order(replace(order("A", RED=3), priority=2), 1)
    details = bridge.order(A)
    assert details is not None
    assert details.order.priority == 2
    assert bridge.prioritise_order(A, 0, 2, due_ms=7).due_ms == 7
    assert not bridge.prioritise_order(A, 0, 3).changed
    assert told(bridge)[-1] == OrderPrioritised(A, 0, 7)
    with pytest.raises(InvalidOrder, match="priority out of range"):
        bridge.prioritise_order(A, -1, 4)


def test_a_key_stands_for_one_request(bridge: Bridge, order: OrderMaker) -> None:
    bridge.receive_order(order("A", RED=3), 1)
    first = bridge.prioritise_order(A, 1, 2, key="k")
    bridge.prioritise_order(A, 0, 3, key="other")
    assert bridge.prioritise_order(A, 1, 4, key="k") == replace(first, repeated=True)
    details = bridge.order(A)
    assert details is not None
    assert details.order.priority == 0, "the repeat changed nothing"
    with pytest.raises(IdempotencyConflict):
        bridge.cancel_order(A, 5, "k")


def test_stations_close_and_open_once(bridge: Bridge) -> None:
    closed = bridge.close_station(S1, 5, at_once=True)
    assert bridge.close_station(S1, 6, at_once=True) == closed
    assert bridge.close_station(S1, 7) == StationRecord(S1, True, False, 7)
    bridge.open_station(S1, 8)
    bridge.open_station(StationId("S2"), 9)
    assert told(bridge)[-3:] == [StationClosed(S1, True), StationClosed(S1), StationOpened(S1)]
    assert bridge.stations() == (
        StationRecord(S1, False, False, 8),
        StationRecord(StationId("S2")),
    )
    with pytest.raises(NotFound, match="no such station"):
        bridge.close_station(StationId("S9"), 9)


def test_over_http_it_is_the_same(
    client: BridgeClient, stocked: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    client.send_order(replace(order("A", RED=3), priority=1))
    assert client.prioritise_order(A, 5, key="p").priority == 5
    assert client.prioritise_order(A, 5, key="p").repeated
    assert client.change_order(order("A", RED=2)).pieces == 2
    client.send_commands([show("p1", "A#1", "RED", 2)])
    client.fail_pick(P1)
    assert [record.task.line for record in client.exceptions()] == [LineId("A#1")]
    assert client.cancel_order(A).withdrawn == 1
    assert client.cancel_order(A).repeated
    with pytest.raises(TooLate):
        client.confirm_pick(P1, 2)
    assert client.close_station(S1).closed
    assert [record.closed for record in client.stations()] == [True, False]
    assert not client.open_station(S1).closed
    found = client.orders(OrderStatus.CANCELLED)
    assert [(record.order, record.priority) for record in found] == [("A", 0)]
    with pytest.raises(InvalidOrder, match="priority"):
        client.prioritise_order(A, -1)


def test_the_command_line_says_what_happened(url: str, stocked: Bridge, order: OrderMaker) -> None:
    stocked.receive_order(order("A", RED=3), 1)

    def say(app: object, *words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, [*words, "--url", url])  # type: ignore[arg-type]
        return result.exit_code, " ".join(result.output.split())

    assert say(orders_app, "rush", "A") == (0, "A has now priority 1")
    assert say(orders_app, "rush", "A") == (0, "A had already priority 1")
    gone = "0 of 3 pieces are picked, 0 picks were withdrawn"
    assert say(orders_app, "cancel", "A") == (0, f"A is cancelled: {gone}")
    assert say(orders_app, "cancel", "A") == (0, f"A is cancelled before: {gone}")
    assert say(orders_app, "cancel", "Z")[0] == 1
    assert say(stations_app, "close", "S1", "--at-once") == (0, "S1 is closed")
    assert say(stations_app, "list") == (0, "S1: closed at once S2: open")
    assert say(stations_app, "open", "S1") == (0, "S1 is open")
    assert say(stations_app, "open", "S9")[0] == 1


def test_an_order_of_an_earlier_version_is_known_when_it_comes_again(
    bridge: Bridge, order: OrderMaker
) -> None:
    """Its digest was made before orders had a priority."""
    bridge.receive_order(order("A", RED=1), 1)
    with bridge.store.reading() as tx:
        record = tx.order(A)
    assert record is not None
    body = '{"order":"A","lines":[{"line":"A#1","sku":"RED","quantity":1}],"due_ms":null}'
    assert record.body_hash == hashlib.sha256(f"order\n{body}".encode()).hexdigest()


def test_a_database_of_the_version_before_keeps_its_orders(tmp_path: Path) -> None:
    path = tmp_path / "bridge.db"
    engine = create_engine(sqlite_url(path))
    with engine.begin() as connection:
        migrate(connection, "0002")
        connection.exec_driver_sql(
            "INSERT INTO pick_order VALUES (1, 'A', '', 1, NULL, 'open', NULL, 1, 0, 1, 0, 0)"
        )
    engine.dispose()
    store = SqlStore(sqlite_url(path))
    with store.reading() as tx:
        record = tx.order(A)
        assert tx.stations() == ()
    store.close()
    assert record is not None
    assert (record.priority, record.changes) == (0, 0)
    with sqlite3.connect(path) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(pick)")]
    connection.close()
    assert {"failed_ms", "withdrawn_ms"} <= set(columns)


def test_cancelled_lines_keep_the_reason_they_were_short_for(
    bridge: Bridge, order: OrderMaker
) -> None:
    bridge.receive_order(order("A", RED=3), 1)
    bridge.cancel_order(A, 2)
    details = bridge.order(A)
    assert details is not None
    assert [line.reason for line in details.lines] == [ShortReason.CANCELLED]
