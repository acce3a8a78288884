"""The fleet's threads to the bridge: nothing lost, nothing overtaken."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue

from planner.warehouse.commands import AlarmKind, Command, RaiseAlarm
from planner.warehouse.events import StockStated
from planner.warehouse.view import FloorView, Kpis
from podherd_fleet.feed import Fed, Feed
from podherd_fleet.outbound import Gallery, Outbound

WAIT_S = 10.0


def alarm(number: int) -> RaiseAlarm:
    return RaiseAlarm(AlarmKind.ROBOT_SILENT, f"R{number}", "silent")


def view(at_ms: int) -> FloorView:
    kpis = Kpis(*[0] * 9, (), *[0] * 7)  # type: ignore[arg-type]
    return FloorView(at_ms, (), (), (), kpis, ())


@dataclass
class FlakyOffice:
    """Fails the first ``failures`` calls of each kind."""

    failures: int = 0
    feed: list[Fed] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    batches: SimpleQueue[tuple[Command, ...]] = field(default_factory=SimpleQueue)
    sends: int = 0
    shown: SimpleQueue[int] = field(default_factory=SimpleQueue)
    gate: threading.Event = field(default_factory=threading.Event)
    refuse: bool = False

    def events(self, after: int, wait_s: float) -> tuple[Fed, ...]:
        self.asked.append(after)
        if len(self.asked) <= self.failures:
            raise ConnectionError("down")
        new = tuple(fed for fed in self.feed if fed.number > after)[:2]
        if not new:
            self.gate.wait(WAIT_S)
        return new

    def send(self, commands: Sequence[Command]) -> tuple[str | None, ...]:
        self.sends += 1
        if self.sends <= self.failures:
            raise ConnectionError("down")
        self.batches.put(tuple(commands))
        return ("no",) * len(commands) if self.refuse else (None,) * len(commands)

    def show(self, view: FloorView) -> None:
        self.gate.wait(WAIT_S)
        self.shown.put(view.at_ms)


def test_the_feed_goes_on_where_it_was_cut_off() -> None:
    office = FlakyOffice(2, [Fed(number, StockStated(())) for number in range(5, 9)])
    feed = Feed(lambda: office, after=5)
    fed: list[int] = []
    tries = 0
    while len(fed) < 3 and tries < 10_000:
        fed += [item.number for item in feed.drain()]
        tries += 1
        office.gate.wait(0.001)
    feed.close()
    office.gate.set()
    assert fed == [6, 7, 8]
    assert office.asked[:4] == [5, 5, 5, 7]


def test_commands_wait_for_the_bridge_and_keep_their_order() -> None:
    office = FlakyOffice(failures=2)
    outbound = Outbound(lambda: office)
    sent = [alarm(number) for number in range(6)]
    for start in (0, 2, 4):
        outbound.send(sent[start : start + 2])
    received: list[Command] = []
    while len(received) < len(sent):
        received += office.batches.get(timeout=WAIT_S)
    outbound.close()
    assert received == sent
    assert outbound.refused == 0


def test_a_refused_command_is_counted_and_not_sent_again() -> None:
    office = FlakyOffice(refuse=True)
    outbound = Outbound(lambda: office)
    outbound.send([alarm(1)])
    assert office.batches.get(timeout=WAIT_S) == (alarm(1),)
    outbound.send([alarm(2)])
    assert office.batches.get(timeout=WAIT_S) == (alarm(2),)
    outbound.close()
    assert outbound.refused >= 1


def test_a_picture_that_waits_is_replaced_by_a_newer_one() -> None:
    office = FlakyOffice()
    gallery = Gallery(lambda: office)
    assert gallery.idle
    for at_ms in (1, 2, 3):
        gallery.show(view(at_ms))
    assert not gallery.idle
    office.gate.set()
    last = 0
    while last != 3:
        last = office.shown.get(timeout=WAIT_S)
    gallery.close()
