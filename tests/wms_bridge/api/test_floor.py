"""`WS /v1/floor` over a real connection: a snapshot first, changes without gaps, a way back, and no
patience with clients that speak."""

import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from planner.warehouse.ids import RobotId
from planner.warehouse.view import FloorView, RobotActivity, RobotView
from tests.wms_bridge.floor.views import NO_KPIS, Client
from wms_bridge.access.limits import SocketParams
from wms_bridge.api.app import create_app
from wms_bridge.client import BridgeClient
from wms_bridge.service import Bridge

Serve = Callable[[FastAPI], str]
PATIENCE_S = 20


def view(at_ms: int, load: str | None = None, robots: int = 1) -> FloorView:
    """Some robots, the first with a load."""
    still = RobotView(
        RobotId("R0"), 1.0, 2.0, 0.5, None, 0.9, RobotActivity.IDLE, None, (), (), None
    )
    shown = [replace(still, robot=RobotId(f"R{i}"), x_m=at_ms / 100) for i in range(robots)]
    shown[0] = replace(shown[0], load=load)
    return FloorView(at_ms, tuple(shown), (), (), NO_KPIS, ())


def stream(url: str, query: str = "", **more: Any) -> ClientConnection:
    return connect(f"{url.replace('http', 'ws')}/v1/floor{query}", **more)


def take_until(socket: ClientConnection, client: Client, at_ms: int) -> None:
    while client.poses is None or client.poses.at_ms != at_ms:
        client.take(socket.recv(PATIENCE_S))


def end_of(socket: ClientConnection) -> ConnectionClosed:
    """Why a connection is closed, once it is."""
    try:
        while True:
            socket.recv(PATIENCE_S)
    except ConnectionClosed as closed:
        return closed


def test_the_floor_is_told_at_once_and_then_each_change(url: str, client: BridgeClient) -> None:
    client.post_view(view(1))
    known = Client()
    with stream(url) as floor:
        take_until(floor, known, 1)
        known.check_knows(view(1))
        client.post_view(view(2, "P1"))
        take_until(floor, known, 2)
    known.check_knows(view(2, "P1"))
    assert known.whys == ["start"]
    assert known.numbers == [2]


def test_before_there_is_a_view_the_stream_lives(url: str, client: BridgeClient) -> None:
    known = Client()
    with stream(url) as floor:
        known.take(floor.recv(PATIENCE_S))
        assert known.beats[0]["age_ms"] is None
        client.post_view(view(1))
        take_until(floor, known, 1)
    assert known.whys == ["start"]


def test_a_slow_client_misses_poses_and_no_change(url: str, client: BridgeClient) -> None:
    many = 400
    client.post_view(view(0, robots=many))
    slow, quick = Client(), Client()
    with stream(url, max_queue=1) as behind, stream(url) as floor:
        take_until(behind, slow, 0)
        for at_ms in range(1, 120):
            client.post_view(view(at_ms, str(at_ms), robots=many))
            take_until(floor, quick, at_ms)
        take_until(behind, slow, 119)
    for known in (slow, quick):
        known.check_knows(view(119, "119", robots=many))
        assert known.numbers == list(range(known.numbers[0], known.numbers[0] + 119))
        assert known.whys == ["start"]


def test_who_comes_back_is_told_what_it_missed(url: str, client: BridgeClient) -> None:
    client.post_view(view(1))
    known = Client()
    with stream(url) as floor:
        take_until(floor, known, 1)
    client.post_view(view(2, "P1"))
    with stream(url, f"?stream={known.stream}&after={known.number}") as floor:
        take_until(floor, known, 2)
    known.check_knows(view(2, "P1"))
    assert known.whys == ["start"]


def test_who_comes_back_to_another_bridge_is_told_the_whole(url: str, client: BridgeClient) -> None:
    client.post_view(view(1))
    known = Client()
    with stream(url, "?stream=of%20yesterday&after=7") as floor:
        take_until(floor, known, 1)
    assert known.whys == ["restart"]


@pytest.mark.parametrize("said", ["{}", '{"type": "snapshot"}', b"\x01\x01", ""])
def test_a_client_that_speaks_is_told_to_go(url: str, client: BridgeClient, said: Any) -> None:
    client.post_view(view(1))
    with stream(url) as floor:
        floor.send(said)
        closed = end_of(floor)
    assert closed.rcvd is not None
    assert (closed.rcvd.code, closed.rcvd.reason) == (
        1008,
        "this stream takes no messages",
    )


def test_a_client_that_says_too_much_is_told_to_go(stocked: Bridge, serve: Serve) -> None:
    app = create_app(stocked, lambda: 0, sockets=SocketParams(message_bytes=1_000))
    with stream(serve(app)) as floor:
        floor.send("x" * 1_001)
        closed = end_of(floor)
    assert closed.rcvd is not None
    assert (closed.rcvd.code, closed.rcvd.reason) == (1009, "too long")


@pytest.mark.parametrize(
    "query", ["?after=-1&stream=a", "?after=x&stream=a", f"?after=1&stream={'a' * 65}"]
)
def test_numbers_that_are_none_are_refused(url: str, query: str) -> None:
    with pytest.raises((InvalidStatus, ConnectionClosed)), stream(url, query) as floor:
        floor.recv(PATIENCE_S)


def test_a_page_of_another_site_gets_nothing(url: str) -> None:
    with pytest.raises(InvalidStatus):
        stream(url, origin=Origin("https://evil.example"))


def test_bytes_that_are_no_websocket_frame_do_no_harm(url: str, client: BridgeClient) -> None:
    client.post_view(view(1))
    known = Client()
    with stream(url) as floor:
        take_until(floor, known, 1)
        raw: socket.socket = floor.socket
        raw.sendall(b"\xff" * 64)
        end_of(floor)
    with stream(url) as floor:
        take_until(floor, Client(), 1)
