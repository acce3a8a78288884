"""Opening stock: all records or none."""

import pytest

from planner.warehouse.errors import IdempotencyConflict, InvalidStock
from planner.warehouse.events import StockStated
from planner.warehouse.ids import PodId, Sku, SlotId
from planner.warehouse.stock import Balance
from wms_bridge.ledger import Holding
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge
from wms_bridge.shelves import pod_names
from wms_bridge.stocking import StockLoaded


def held(slot: str, sku: str, quantity: int) -> Balance:
    return Balance(SlotId(slot), Sku(sku), quantity)


GOOD = held("P003/A/1/1", "RED", 5)


def test_stock_is_posted_and_stated_on_the_feed(bridge: Bridge) -> None:
    assert bridge.load_stock([GOOD], "more", 5) == StockLoaded(1, 5)
    assert bridge.stock(slot=GOOD.slot) == (GOOD,)
    stated = bridge.feed(0)[-1].event
    assert stated == StockStated((GOOD,))
    assert bridge.verify().sound


def test_stock_can_be_asked_by_sku_and_pod(bridge: Bridge) -> None:
    assert [b.slot for b in bridge.stock(sku=Sku("RED"))] == ["P001/A/1/1", "P002/A/1/1"]
    assert [b.sku for b in bridge.stock(pod=PodId("P001"))] == ["RED", "BLUE"]
    assert bridge.stock(slot=SlotId("P001/A/9/9")) == ()


def test_same_key_and_stock_again_does_nothing(bridge: Bridge) -> None:
    first = bridge.load_stock([GOOD], "more", 5)
    assert bridge.load_stock([GOOD], "more", 6) == first
    assert bridge.stock(slot=GOOD.slot) == (GOOD,)


def test_same_key_with_other_stock_is_a_conflict(bridge: Bridge) -> None:
    bridge.load_stock([GOOD], "more", 5)
    with pytest.raises(IdempotencyConflict):
        bridge.load_stock([held("P003/A/1/1", "RED", 6)], "more", 6)


@pytest.mark.parametrize(
    ("bad", "field", "problem"),
    [
        (held("P004/A/1/1", "RED", 1), "records[1].slot", "no such slot"),
        (held("P003/B/1/1", "RED", 1), "records[1].slot", "no such slot"),
        (held("nonsense", "RED", 1), "records[1].slot", "no such slot"),
        (held("P003/A/1/2", "GREEN", 1), "records[1].sku", "not in the catalogue"),
        (held("P003/A/1/2", "RED", 51), "records[1].quantity", "at most 50"),
        (held("P001/A/1/1", "RED", 1), "records[1].slot", "taken by RED"),
        (held("P001/A/1/1", "BLUE", 1), "records[1].slot", "taken by RED"),
        (held("P003/A/1/1", "BLUE", 1), "records[1].slot", "taken by RED"),
        (held("P003/A/1/1", "RED", 1), "records[1].slot", "taken by RED"),
    ],
    ids=[
        "unknown pod",
        "unknown face",
        "not a slot name",
        "unknown SKU",
        "more than fits",
        "slot has this SKU",
        "slot has another SKU",
        "two SKUs in a slot",
        "slot twice",
    ],
)
def test_one_bad_record_refuses_all(bridge: Bridge, bad: Balance, field: str, problem: str) -> None:
    before, events = bridge.stock(), bridge.feed(0)
    with pytest.raises(InvalidStock, match=problem) as error:
        bridge.load_stock([GOOD, bad], "more", 5)
    assert error.value.field == field
    assert error.value.remedy
    assert (bridge.stock(), bridge.feed(0)) == (before, events)
    assert bridge.load_stock([GOOD], "more", 6).slots == 1


def test_negative_stock_cannot_even_be_written_down() -> None:
    with pytest.raises(InvalidStock, match="negative"):
        held("P003/A/1/1", "RED", -1)


def test_zero_is_stated_but_moves_nothing(bridge: Bridge) -> None:
    entries = bridge.verify().entries
    assert bridge.load_stock([held("P003/A/1/1", "RED", 0)], "more", 5) == StockLoaded(0, 0)
    assert bridge.verify().entries == entries


def test_much_stock_comes_in_several_events(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wms_bridge.stocking.BALANCES_PER_EVENT", 3)
    names = [f"P003/A/{level}/{column}" for level in (1, 2) for column in (1, 2)]
    seen = len(bridge.feed(0))
    bridge.load_stock([held(name, "RED", 1) for name in names], "more", 5)
    events = [numbered.event for numbered in bridge.feed(seen)]
    assert [len(event.balances) for event in events if isinstance(event, StockStated)] == [3, 1]


def test_sku_may_change_its_description(bridge: Bridge) -> None:
    bridge.put_skus([SkuRecord(Sku("RED"), "a red thing"), SkuRecord(Sku("NEW"), "new")])
    named = {record.sku: record.description for record in bridge.catalogue()}
    assert named == {"RED": "a red thing", "BLUE": "", "RARE": "", "NEW": "new"}


def test_unusable_sku_is_refused(bridge: Bridge) -> None:
    with pytest.raises(InvalidStock) as error:
        bridge.put_skus([SkuRecord(Sku("OK")), SkuRecord(Sku("\u202e"))])
    assert error.value.field == "skus[1].sku"
    assert len(bridge.catalogue()) == 3


def test_pod_names_have_as_many_digits_as_needed() -> None:
    assert pod_names(2) == ("P001", "P002")
    assert pod_names(1000)[-1] == "P1000"
    assert pod_names(1000)[0] == "P0001"


def test_stock_of_the_store_comes_in_pages(bridge: Bridge) -> None:
    with bridge.store.reading() as tx:
        everything = tx.holdings()
        for limit in (1, 2, len(everything)):
            pages: list[Holding] = []
            while page := tx.holdings(
                after=(pages[-1].account, pages[-1].sku) if pages else None, limit=limit
            ):
                assert len(page) <= limit
                pages += page
            assert tuple(pages) == everything
        red = tx.holdings(sku=Sku("RED"))
        assert tx.holdings(sku=Sku("RED"), after=(red[0].account, red[0].sku)) == red[1:]
        assert tx.holdings(limit=0) == ()


def test_stock_is_told_in_pages_of_whole_slots(bridge: Bridge) -> None:
    told = []
    after: SlotId | None = SlotId("")
    while after is not None:
        page, after = bridge.stock_page(after, 1)
        told += page
        assert len({balance.slot for balance in page}) == 1
    assert tuple(told) == bridge.stock()
    reds, following = bridge.stock_page(SlotId(""), 2, sku=Sku("RED"))
    assert (reds, following) == (bridge.stock(sku=Sku("RED")), None)
    [last] = bridge.stock_page(SlotId(""), 5, pod=PodId("P002"))[0]
    assert last.slot == "P002/A/1/1"
