"""The console when things go wrong under it: servers, networks, clocks, frames and pictures."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import WebSocketRoute, expect

from tests.fakes.played_shift import PlayedShift
from tests.wms_bridge.console.floor_server import FloorServer
from tests.wms_bridge.console.opened import OpenedConsole

pytestmark = pytest.mark.browser
Look = Callable[..., OpenedConsole]
PAINTED = """() => [...document.querySelectorAll(".floor-canvas canvas")].map(canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.some(byte => byte !== 0);
})"""
WIPE = """() => document.querySelectorAll(".floor-canvas canvas").forEach(canvas => {
    canvas.width = canvas.width;
})"""
RESTORE = """() => document.querySelectorAll(".floor-canvas canvas").forEach(canvas =>
    canvas.dispatchEvent(new Event("contextrestored")))"""
SKEWED = """{
    const right = Date.now.bind(Date);
    Date.now = () => right() + 5 * 3_600_000;
}"""


class Relay:
    """Passes TCP connections on; while ``cut`` is set bytes stay unread and nobody is told."""

    def __init__(self, target: int):
        self.cut = threading.Event()
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """Closes all."""
        for one in (self._listener, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                self._open += [client, server]
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if not self.cut.is_set():
                    sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def relay(floor: FloorServer) -> Iterator[Relay]:
    """Between a browser and the bridge."""
    made = Relay(floor.port)
    yield made
    made.stop()


def same_floor(console: OpenedConsole, shift: PlayedShift) -> None:
    """What is shown is what the bridge was told last."""
    view = shift.frame()
    state = console.floor()
    assert {one["robot"]: one["activity"] for one in state["robots"]} == {
        robot.robot: robot.activity for robot in view.robots
    }
    assert state["pods"] == len(view.pods)


def test_changes_during_a_restart_are_not_lost(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    floor.show(shift.advance(30_000))
    console = look()
    console.until("s.link === 'live' && s.pictures > 0")
    floor.stop()
    console.until("s.link === 'lost'")
    shift.advance(60_000)
    floor.start()
    view = shift.advance(1_000)
    floor.show(view)
    console.until("s.link === 'live' && s.at_ms === a", view.at_ms)
    same_floor(console, shift)
    assert console.floor()["unreadable"] == 0


# A silence is believed after three beats of the bridge (6.5 s): the one slow test here.
def test_a_network_that_swallows_everything_is_noticed(
    look: Look, floor: FloorServer, shift: PlayedShift, relay: Relay
) -> None:
    floor.show(shift.advance(30_000))
    console = look()
    console.page.goto(f"http://127.0.0.1:{relay.port}/console/floor")
    console.until("s.link === 'live' && s.pictures > 0")
    relay.cut.set()
    lost = shift.advance(5_000)
    floor.show(lost)
    console.until("s.link === 'lost'")
    assert console.floor()["at_ms"] < lost.at_ms
    expect(console.page.locator(".connection-age")).to_be_visible()
    relay.cut.clear()
    view = shift.advance(5_000)
    floor.show(view)
    console.until("s.link === 'live' && s.at_ms === a", view.at_ms)
    same_floor(console, shift)


def test_ages_are_right_under_a_wrong_clock(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    floor.show(shift.advance(30_000))
    floor.now_ms += 120_000
    console = look()
    console.page.add_init_script(SKEWED)
    console.page.reload()
    console.until("s.age_ms >= 120000 && s.age_ms < 180000")
    console.until_text(".connection-age", "2 min")
    floor.show(shift.advance(1_000))
    console.until("s.age_ms < 20000")
    expect(console.page.locator(".connection")).to_have_attribute("data-state", "live")


@pytest.mark.parametrize(
    "forged",
    [
        b"\x01\x01\xff\xff" + bytes(20),
        bytes(4_000_000),
        "{" * 100_000,
        '{"type": "order"}',
        '{"type": "changes", "number": 10000000000, "at_ms": 0}',
        "null",
    ],
    ids=["cut short", "oversized", "no JSON", "unknown type", "out of step", "null"],
)
def test_a_page_survives_forged_frames(
    look: Look, floor: FloorServer, shift: PlayedShift, forged: bytes | str
) -> None:
    view = shift.advance(30_000)
    floor.show(view)
    console = look()
    console.until("s.link === 'live'")
    links: list[str] = []

    def answer(link: WebSocketRoute) -> None:
        links.append(link.url)
        if len(links) > 1:
            link.connect_to_server()
        else:
            link.send(forged)

    console.page.route_web_socket("**/v1/floor*", answer)
    console.page.reload()
    console.until("s.link === 'live' && s.at_ms === a && s.pictures > 0", view.at_ms)
    assert len(links) == 2
    assert console.floor()["unreadable"] == 1
    same_floor(console, shift)
    assert console.complaints == []


def test_a_lost_picture_is_drawn_anew(look: Look, floor: FloorServer, shift: PlayedShift) -> None:
    floor.show(shift.advance(30_000))
    console = look()
    console.until("s.link === 'live' && s.pictures > 0")
    console.page.wait_for_timeout(400)
    page = console.page
    page.evaluate(WIPE)
    page.wait_for_timeout(300)
    assert page.evaluate(PAINTED) == [False, False], "nothing else draws it anew"
    page.evaluate(RESTORE)
    page.wait_for_function(f"() => ({PAINTED})().every(Boolean)")
