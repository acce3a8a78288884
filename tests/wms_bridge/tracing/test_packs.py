"""Packs: one parent at most, never in itself, and what is in a pack goes where it goes."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from planner.codec.messages import decode, encode
from planner.warehouse.commands import ShowPuts
from planner.warehouse.errors import (
    IdempotencyConflict,
    InvalidMessage,
    InvalidStock,
    NotFound,
)
from planner.warehouse.ids import PutId, ReceiptId, Sku
from planner.warehouse.receipts import Receipt
from tests.wms_bridge.tracing.conftest import GTIN, sgtin, sscc
from wms_bridge.epcis.counting import document
from wms_bridge.epcis.event import AggregationEvent
from wms_bridge.epcis.read import read_document, read_event
from wms_bridge.ledger import Account
from wms_bridge.ports.store import Store
from wms_bridge.serials.packing import ClassQuantity, PackAction, Packing
from wms_bridge.service import Bridge
from wms_bridge.traces.answers import Subject
from wms_bridge.traces.service import Traces

Receive = Callable[..., list[str]]
PackingMaker = Callable[..., Packing]


def packs_of(traces: Traces, code: str, at_ms: int | None = None) -> tuple[str, ...]:
    thing = traces.where(Subject.ITEM, code, at_ms).thing
    assert thing is not None
    return thing.packs


def test_a_bottle_is_in_its_case_on_its_pallet(
    traces: Traces, receive: Receive, packing: PackingMaker
) -> None:
    codes = receive("R1", 4, 10)
    traces.pack(packing("k1", sscc(1), codes[:3], 11), 11)
    traces.pack(packing("k2", sscc(2), [sscc(1)], 12), 12)
    assert packs_of(traces, codes[0]) == (sscc(1), sscc(2))
    assert packs_of(traces, codes[0], 11) == (sscc(1),)
    assert packs_of(traces, codes[3]) == ()
    pallet = traces.where(Subject.PACK, sscc(2))
    assert pallet.inside == (sscc(1),)


def test_what_is_in_a_pack_goes_with_it(
    bridge: Bridge,
    traces: Traces,
    receive: Receive,
    packing: PackingMaker,
    show_put: Callable[..., ShowPuts],
) -> None:
    codes = receive("R1", 3, 10)
    traces.pack(packing("k1", sscc(1), codes, 11), 11)
    traces.pack(packing("k2", sscc(2), [sscc(1)], 12), 12)
    bridge.apply([show_put("u1", "R1", "RED", 3)], 20)
    bridge.confirm_put(PutId("u1"), 3, 20)
    traces.tell_serials("put/u1", [sscc(2)])
    found = traces.where(Subject.ITEM, codes[0])
    assert found.thing is not None
    assert (found.thing.seat.slot, found.thing.packs) == ("P003/A/1/1", (sscc(1), sscc(2)))
    before = traces.where(Subject.ITEM, codes[0], 19).thing
    assert before is not None
    assert before.seat.receipt == "R1"
    path = traces.history(Subject.ITEM, codes[0]).path
    assert [(step.at_ms, step.cause, step.with_pack) for step in path] == [
        (10, "receipt/R1", None),
        (11, "pack/k1", None),
        (12, "pack/k2", sscc(1)),
        (20, "put/u1", sscc(2)),
    ]


def test_unpacked_is_where_the_pack_is(
    traces: Traces, receive: Receive, packing: PackingMaker
) -> None:
    codes = receive("R1", 3, 10)
    traces.pack(packing("k1", sscc(1), codes, 11), 11)
    traces.pack(packing("k2", sscc(1), codes[:1], 12, PackAction.DELETE), 12)
    assert [packs_of(traces, code) for code in codes] == [(), (sscc(1),), (sscc(1),)]
    traces.pack(packing("k3", sscc(1), [], 13, PackAction.DELETE), 13)
    assert [packs_of(traces, code) for code in codes] == [(), (), ()]
    assert packs_of(traces, codes[0], 11) == (sscc(1),)
    with pytest.raises(InvalidStock, match="not in 00/"):
        traces.pack(packing("k4", sscc(1), codes[:1], 14, PackAction.DELETE), 14)


def test_one_parent_at_most_unless_repacked(
    traces: Traces, receive: Receive, packing: PackingMaker
) -> None:
    codes = receive("R1", 3, 10)
    traces.pack(packing("k1", sscc(1), codes, 11), 11)
    with pytest.raises(InvalidStock, match="in another pack"):
        traces.pack(packing("k2", sscc(2), codes[:1], 12), 12)
    traces.pack(packing("k3", sscc(2), codes[:1], 12, repack=True), 12)
    assert packs_of(traces, codes[0]) == (sscc(2),)
    with pytest.raises(NotFound):
        traces.where(Subject.PACK, sscc(2), 11)


def test_a_pack_is_never_in_itself(traces: Traces, receive: Receive, packing: PackingMaker) -> None:
    codes = receive("R1", 1, 10)
    traces.pack(packing("k1", sscc(1), codes, 11), 11)
    traces.pack(packing("k2", sscc(2), [sscc(1)], 12), 12)
    for parent, child in ((1, 2), (1, 1)):
        with pytest.raises(InvalidStock):
            traces.pack(packing("k3", sscc(parent), [sscc(child)], 13, repack=True), 13)


def test_packs_are_not_nested_without_end(
    traces: Traces, receive: Receive, packing: PackingMaker
) -> None:
    codes = receive("R1", 1, 10)
    nested = [codes[0], *(sscc(number) for number in range(1, 8))]
    for inner, outer in pairwise(nested):
        traces.pack(packing(outer, outer, [inner], 11), 11)
    with pytest.raises(InvalidStock, match="too deep"):
        traces.pack(packing("k9", sscc(9), [nested[-1]], 11), 11)
    assert len(packs_of(traces, codes[0])) == 7


def test_only_what_is_there_can_be_packed(
    bridge: Bridge, traces: Traces, receive: Receive, packing: PackingMaker
) -> None:
    codes = [*receive("R1", 1, 10), *receive("R2", 1, 10)]
    with pytest.raises(InvalidStock, match="at dock:R2"):
        traces.pack(packing("k1", sscc(1), codes, 11), 11)
    with pytest.raises(NotFound):
        traces.pack(packing("k1", sscc(1), [sgtin("ghost")], 11), 11)
    with pytest.raises(NotFound):
        traces.where(Subject.PACK, sscc(1))


def test_history_is_not_rewritten(traces: Traces, receive: Receive, packing: PackingMaker) -> None:
    codes = receive("R1", 2, 100)
    with pytest.raises(InvalidMessage, match="came to where it is later"):
        traces.pack(packing("k1", sscc(1), codes, 99), 200)
    with pytest.raises(InvalidMessage, match="time"):
        traces.pack(packing("k1", sscc(1), codes, 10**9), 200)


def test_a_packing_is_done_once_per_key(
    traces: Traces, receive: Receive, packing: PackingMaker
) -> None:
    codes = receive("R1", 2, 10)
    first = traces.pack(packing("k1", sscc(1), codes, 11), 11)
    again = traces.pack(packing("k1", sscc(1), codes, 11), 50)
    assert (first.children, again.children) == (tuple(codes), tuple(codes))
    assert again.repeated
    with pytest.raises(IdempotencyConflict):
        traces.pack(packing("k1", sscc(1), codes[:1], 11), 50)


def test_pieces_by_class_are_counted(traces: Traces, packing: PackingMaker) -> None:
    lot = f"(01){GTIN}(10)LOT-7"
    inside = (ClassQuantity(lot, 12),)
    traces.pack(packing("k1", sscc(1), [], 11, contents=inside, place=Account("dock:R1")), 11)
    held = traces.where(Subject.PACK, sscc(1)).contents
    assert [(each.what, each.quantity) for each in held] == [(f"01/{GTIN}/10/LOT-7", 12)]
    assert traces.where(Subject.LOT, "LOT-7").contents == held
    some = (ClassQuantity(lot, 13),)
    with pytest.raises(InvalidStock, match="12 are in"):
        traces.pack(packing("k2", sscc(1), [], 12, PackAction.DELETE, contents=some), 12)
    traces.pack(packing("k3", sscc(1), [], 12, PackAction.DELETE), 12)
    assert traces.where(Subject.PACK, sscc(1)).contents == ()


def test_announced_goods_come_with_their_pallet(
    bridge: Bridge, traces: Traces, packing: PackingMaker
) -> None:
    bottles = [sgtin(number) for number in range(3)]
    traces.pack(packing("k1", sscc(1), bottles, 11, announced=True), 11)
    traces.pack(packing("k2", sscc(2), [sscc(1)], 12, announced=True), 12)
    bridge.receive_goods(Receipt(ReceiptId("R1"), Sku("RED"), 3, lot="LOT-1"), 20)
    [entry] = traces.history(Subject.LOT, "LOT-1").came_from
    traces.tell_serials(entry.cause, [sscc(2)])
    found = traces.where(Subject.ITEM, bottles[0]).thing
    assert found is not None
    assert (found.seat.receipt, found.packs, found.sku) == ("R1", (sscc(1), sscc(2)), "RED")
    [serials] = traces.where(Subject.LOT, "LOT-1").serials
    assert (serials.seat.receipt, serials.count) == ("R1", 3)


def test_packings_are_told_and_taken_as_epcis_events(
    bridge: Bridge, traces: Traces, store: Store, receive: Receive, packing: PackingMaker
) -> None:
    codes = receive("R1", 2, 10)
    traces.pack(packing("k1", sscc(1), codes, 11), 11)
    traces.pack(packing("k2", sscc(1), codes[:1], 12, PackAction.DELETE), 12)
    with store.reading() as tx:
        events = [read_event(decode(record.body)) for record in tx.epcis(0, 10)]
    added, taken = events
    assert isinstance(added, AggregationEvent)
    assert isinstance(taken, AggregationEvent)
    assert (added.action, taken.action) == ("ADD", "DELETE")
    assert added.parent_id == f"https://id.gs1.org/{sscc(1)}"
    assert taken.child_epcs == (f"https://id.gs1.org/{codes[0]}",)
    sent = read_document(encode(document([added], 13)))
    with pytest.raises(InvalidMessage, match="came to where it is later"):
        traces.take_events(sent.events, 13)


def test_a_supplier_s_document_is_taken_once(traces: Traces) -> None:
    event = AggregationEvent(
        event_time="1970-01-01T00:00:00.011Z",
        time_zone_offset="+00:00",
        action="ADD",
        parent_id=f"https://id.gs1.org/{sscc(5)}",
        child_epcs=("urn:epc:id:sgtin:9506000.013435.7",),
        biz_step="packing",
    )
    first = traces.take_events([event], 20, announced=True)
    again = traces.take_events([event], 30, announced=True)
    assert (first.taken, first.repeated) == (1, 0)
    assert (again.taken, again.repeated) == (0, 1)
    assert traces.where(Subject.PACK, sscc(5)).inside == (sgtin(7),)
