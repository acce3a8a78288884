"""Long polls and the live picture: woken by news, not by asking again."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import FastAPI
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from planner.codec.messages import decode, from_json
from planner.warehouse.commands import ShowPicks
from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import PickId, StationId
from planner.warehouse.orders import PickOrder
from planner.warehouse.view import FloorView, Kpis
from wms_bridge.api.app import create_app
from wms_bridge.client import BridgeClient
from wms_bridge.connection import Connection
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
S1 = StationId("S1")
LONG_S = 60.0
"""Far longer than the tests may take: an answer that comes was woken."""


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as opened:
        yield opened


def kpis(picks: int = 0) -> Kpis:
    return Kpis(0, 0, 0, 0, 0, 0, 0, picks, 0, (), 0, 0, 0, 0, 0, 0, 0)


def frame(at_ms: int) -> FloorView:
    return FloorView(at_ms, (), (), (), kpis(at_ms), ())


class Looked(threading.Event):
    """Set when the bridge has looked once in vain, so that the caller is waiting now."""


def watched(bridge: Bridge, name: str, monkeypatch: pytest.MonkeyPatch) -> Looked:
    looked, original = Looked(), getattr(bridge, name)

    def look(*args: object) -> object:
        found = original(*args)
        if not found:
            looked.set()
        return found

    monkeypatch.setattr(bridge, name, look)
    return looked


def test_fleet_is_woken_by_an_order(
    stocked: Bridge,
    client: BridgeClient,
    pool: ThreadPoolExecutor,
    order: OrderMaker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked = watched(stocked, "feed", monkeypatch)
    last = client.status().feed
    waiting = pool.submit(client.events, last, LONG_S)
    assert looked.wait(20)
    client.send_order(order("A", RED=1))
    [item] = waiting.result(timeout=30)
    assert item.number == last + 1


def test_picker_is_woken_by_a_pick(
    stocked: Bridge,
    client: BridgeClient,
    pool: ThreadPoolExecutor,
    order: OrderMaker,
    show: ShowMaker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client.send_order(order("A", RED=2))
    looked = watched(stocked, "open_picks", monkeypatch)
    waiting = pool.submit(client.picks, S1, 0, LONG_S)
    assert looked.wait(20)
    client.send_commands([show("p1", "A#1", "RED", 1)])
    [first] = waiting.result(timeout=30)
    assert first.task.pick == "p1"
    looked.clear()
    waiting = pool.submit(client.picks, S1, first.number, LONG_S)
    assert looked.wait(20)
    client.confirm_pick(PickId("p1"), 1)
    client.send_commands([show("p2", "A#1", "RED", 1)])
    [second] = waiting.result(timeout=30)
    assert second.task.pick == "p2"


def test_wait_ends_empty_handed(client: BridgeClient) -> None:
    assert client.events(client.status().feed, wait_s=0.01) == ()
    assert client.picks(S1, wait_s=0.01) == ()


def test_page_gets_the_newest_frame_at_once_and_then_each_new_one(
    url: str, client: BridgeClient
) -> None:
    client.post_view(frame(1))
    client.post_view(frame(2))
    with connect(url.replace("http", "ws") + "/v1/live") as page:
        assert from_json(decode(page.recv(20)), FloorView) == frame(2)
        client.post_view(frame(3))
        assert from_json(decode(page.recv(20)), FloorView) == frame(3)
    assert client.kpis().floor == kpis(3)


def test_status_tells_how_old_the_newest_frame_is(
    stocked: Bridge, serve: Callable[[FastAPI], str]
) -> None:
    now_ms = [1_000]
    client = BridgeClient(serve(create_app(stocked, lambda: now_ms[0])))
    assert client.status().view_age_ms is None
    now_ms[0] = 4_000
    client.post_view(frame(1))
    for now_ms[0], age_ms in ((9_500, 5_500), (9_000, 5_000)):
        assert client.status().view_age_ms == age_ms
    client.close()


def test_age_is_never_negative(stocked: Bridge, serve: Callable[[FastAPI], str]) -> None:
    now_ms = [4_000]
    client = BridgeClient(serve(create_app(stocked, lambda: now_ms[0])))
    client.post_view(frame(1))
    now_ms[0] = 3_000
    assert client.status().view_age_ms == 0, "the clock was set back"
    client.close()


def test_slow_page_skips_to_the_newest_frame(url: str, client: BridgeClient) -> None:
    client.post_view(frame(0))
    with connect(url.replace("http", "ws") + "/v1/live", max_queue=1) as page:
        page.recv(20)
        for at_ms in range(1, 200):
            client.post_view(frame(at_ms))
        seen = [0]
        while seen[-1] != 199:
            seen.append(from_json(decode(page.recv(20)), FloorView).at_ms)
        assert seen == sorted(set(seen))


def test_frame_that_is_none_is_refused_and_not_shown(url: str, client: BridgeClient) -> None:
    client.post_view(frame(1))
    with pytest.raises(InvalidMessage):
        Connection(url).send("POST", "/v1/fleet/view", {"at_ms": 5})
    with connect(url.replace("http", "ws") + "/v1/live") as page:
        assert from_json(decode(page.recv(20)), FloorView) == frame(1)


def test_page_of_another_site_is_not_connected(url: str) -> None:
    with pytest.raises(InvalidStatus):
        connect(url.replace("http", "ws") + "/v1/live", origin=Origin("https://evil.example"))


def test_pages_that_leave_are_forgotten(url: str, client: BridgeClient) -> None:
    for _ in range(5):
        with connect(url.replace("http", "ws") + "/v1/live") as page:
            page.close()
            with pytest.raises(ConnectionClosed):
                page.recv(20)
    client.post_view(frame(1))
    assert client.status().feed > 0
