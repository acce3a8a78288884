"""Instructions over HTTP and pushed over a WebSocket."""

from collections.abc import Callable

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from planner.codec.messages import decode
from planner.warehouse.commands import ShowPicks
from planner.warehouse.ids import StationId
from planner.warehouse.orders import PickOrder
from wms_bridge.api.routes.instructing import BEAT_S
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
PATIENCE_S = 20.0


def live(url: str, station: str = "S1", language: str = "en") -> ClientConnection:
    address = url.replace("http://", "ws://")
    return connect(f"{address}/v1/stations/{station}/live?language={language}")


def told(link: ClientConnection) -> list[str]:
    panel = decode(str(link.recv(PATIENCE_S)).encode())
    return [one["id"] for one in panel["instructions"]]


def test_a_change_is_pushed_and_a_beat_repeats_it(
    url: str, stocked: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    stocked.receive_order(order("A", RED=3), 1)
    with live(url) as link, live(url, "S2") as other:
        assert told(link) == []
        stocked.apply([show("p1", "A#1", "RED", 3)], 2)
        assert told(link) == ["p1"]
        assert told(link) == ["p1"]  # by the beat
        stocked.confirm_pick(stocked.open_picks(StationId("S1"))[0].task.pick, 3, 3)
        assert told(link) == []
        assert [told(other), told(other)] == [[], []]
    assert BEAT_S < 6.5 / 3  # three beats, and the console gives a link up


def test_closing_the_station_is_pushed(url: str, stocked: Bridge) -> None:
    with live(url) as link:
        assert decode(str(link.recv(PATIENCE_S)).encode())["closed"] is False
        stocked.close_station(StationId("S1"), 5)
        assert decode(str(link.recv(PATIENCE_S)).encode())["closed"] is True


def test_what_is_spoken_is_in_the_language_asked_for(
    url: str, stocked: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    stocked.receive_order(order("A", RED=3), 1)
    stocked.apply([show("p1", "A#1", "RED", 3)], 2)
    with live(url, language="zh") as link:
        [one] = decode(str(link.recv(PATIENCE_S)).encode())["instructions"]
    assert one["voice"].startswith("拣选3件")
    asked = httpx.get(f"{url}/v1/stations/S1/instruction", params={"language": "zh"})
    assert asked.json()["instructions"] == [one]
    assert httpx.get(f"{url}/v1/stations/S1/instruction?language=xx").status_code == 422


def test_a_station_that_is_not_there_is_refused(url: str) -> None:
    with live(url, "S9") as link, pytest.raises(ConnectionClosed) as caught:
        link.recv(PATIENCE_S)
    assert caught.value.rcvd is not None
    assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (
        1008,
        "the site has no such station",
    )
