"""The stream over the bridge's own tables: all kinds, filters, who may see what."""

from dataclasses import replace

import pytest

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.ids import PickId, StationId
from tests.wms_bridge.conftest import OrderMaker, ShowMaker
from wms_bridge.access.acting import Act, acting
from wms_bridge.records.tower import StreamItem, StreamKind
from wms_bridge.service import Bridge
from wms_bridge.tower.desk import StreamQuery
from wms_bridge.tower.errors import InvalidStream
from wms_bridge.tower.merging import written

ALL = tuple(StreamKind)


@pytest.fixture
def busy(bridge: Bridge, order: OrderMaker, show: ShowMaker) -> Bridge:
    """A bridge on which something of most kinds has happened, one thing per second."""
    with acting(Act("ann", "POST /v1/orders", at_ms=1_000)):
        bridge.receive_order(order("A", RED=3), 1_000)
    bridge.apply([show("p1", "A#1", "RED", 3)], 2_000)
    bridge.apply([RaiseAlarm(AlarmKind.ROBOT_SILENT, "R1", "no report")], 3_000)
    bridge.confirm_pick(PickId("p1"), 3, 4_000)
    bridge.close_station(StationId("S1"), 5_000)
    return bridge


def read_all(bridge: Bridge, query: StreamQuery) -> list[StreamItem]:
    found: list[StreamItem] = []
    while True:
        page = bridge.tower.stream(query)
        found += page.items
        if not page.more:
            return found
        query = replace(query, after=written(page.last), since_ms=None)


def test_all_is_told_by_time(busy: Bridge) -> None:
    kinds = tuple(kind for kind in StreamKind if kind is not StreamKind.ACT)
    found = read_all(busy, StreamQuery(kinds, since_ms=1_001, limit=2))
    told = [(one.kind.value, one.type, one.subject) for one in found]
    assert ("alarm", "robot_silent.raised", "R1") in told
    assert ("event", "PickConfirmed", "p1") in told
    assert ("event", "StationClosed", "S1") in told
    assert any(one.kind is StreamKind.WMS_OUT and one.subject == "A" for one in found)
    assert [one.at_ms for one in found] == sorted(one.at_ms for one in found)
    assert len({(one.kind, one.number) for one in found}) == len(found)


def test_pages_go_back_from_the_newest(busy: Bridge) -> None:
    forwards = read_all(busy, StreamQuery(ALL, since_ms=0))
    query, more = StreamQuery(ALL, limit=3), True
    found: list[StreamItem] = []
    while more:
        page = busy.tower.stream(query)
        found = [*page.items, *found]
        query, more = replace(query, before=written(page.first)), page.more
    assert {(one.kind, one.number) for one in found} == {(one.kind, one.number) for one in forwards}
    assert len(found) == len(forwards)


def test_filters_by_kind_and_subject(busy: Bridge) -> None:
    (only,) = read_all(busy, StreamQuery((StreamKind.ALARM,), since_ms=0))
    assert only.body["event"] == "raised"
    about = read_all(busy, StreamQuery(ALL, subject="s1", since_ms=0))
    assert {one.subject for one in about if one.kind is StreamKind.EVENT} == {"S1"}
    acts = read_all(busy, StreamQuery((StreamKind.ACT,), since_ms=0))
    assert ("ann", "POST", "/v1/orders") in [(one.who, one.type, one.subject) for one in acts]
    assert all("digest" not in one.body for one in acts)


def test_only_one_place_at_a_time(busy: Bridge) -> None:
    with pytest.raises(InvalidStream):
        busy.tower.stream(StreamQuery(ALL, after="e1", since_ms=0))
