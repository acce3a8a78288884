"""A station's terminal against a bridge that comes and goes."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue

import pytest

from planner.warehouse.errors import NotFound
from planner.warehouse.ids import (
    LineId,
    OrderId,
    PickId,
    PodId,
    Sku,
    SlotId,
    StationId,
    VisitId,
)
from planner.warehouse.picks import PickTask, ShortReason
from podherd_world.terminal import Terminal
from sim_worlds.picker import PickOutcome

S01 = StationId("S01")
WAIT_S = 10.0


def pick(number: int) -> PickTask:
    return PickTask(
        pick=PickId(f"V1#{number}"),
        visit=VisitId("V1"),
        station=S01,
        pod=PodId("P001"),
        slot=SlotId("P001/A/1/1"),
        order=OrderId("O1"),
        line=LineId(f"O1#{number}"),
        sku=Sku("SKU1"),
        quantity=2,
    )


@dataclass
class FlakyDesk:
    """Fails the first ``failures`` calls of each kind; both threads share it."""

    failures: int
    to_show: list[PickTask]
    calls: int = 0
    tries: list[tuple[str, str]] = field(default_factory=list)
    refuse: bool = False
    idle: threading.Event = field(default_factory=threading.Event)

    def open_picks(
        self, station: StationId, known: int, wait_s: float
    ) -> tuple[tuple[PickTask, ...], int]:
        self.calls += 1
        if self.calls <= self.failures:
            raise ConnectionError("down")
        new = self.to_show[known:]
        if not new:
            self.idle.wait(WAIT_S)
        return tuple(new), len(self.to_show)

    def confirm(self, pick: PickId, quantity: int, reason: ShortReason | None, key: str) -> None:
        self.tries.append((pick, key))
        if len(self.tries) <= self.failures:
            raise ConnectionError("down")
        if self.refuse:
            raise NotFound("no such pick was shown")


@pytest.fixture
def bell() -> SimpleQueue[None]:
    return SimpleQueue()


@pytest.fixture
def desk() -> Iterator[FlakyDesk]:
    desk = FlakyDesk(2, [pick(1), pick(2)])
    yield desk
    desk.idle.set()


def test_picks_come_in_order_after_the_bridge_is_back(
    desk: FlakyDesk, bell: SimpleQueue[None]
) -> None:
    terminal = Terminal(S01, lambda: desk, lambda: bell.put(None))
    bell.get(timeout=WAIT_S)
    assert terminal.shown() == (pick(1), pick(2))
    assert terminal.shown() == ()
    terminal.close()


def test_a_confirmation_is_tried_with_the_same_key_until_it_is_taken(
    desk: FlakyDesk, bell: SimpleQueue[None]
) -> None:
    desk.to_show = []
    terminal = Terminal(S01, lambda: desk, lambda: bell.put(None))
    assert not terminal.busy
    terminal.confirm(PickOutcome(PickId("V1#1"), 2))
    assert terminal.busy
    bell.get(timeout=WAIT_S)
    assert not terminal.busy
    assert desk.tries == [("V1#1", "confirm/V1#1")] * 3
    assert terminal.refused == 0
    terminal.close()


def test_a_refusal_is_counted_and_the_next_goes_on(
    desk: FlakyDesk, bell: SimpleQueue[None]
) -> None:
    desk.to_show, desk.failures, desk.refuse = [], 0, True
    terminal = Terminal(S01, lambda: desk, lambda: bell.put(None))
    terminal.confirm(PickOutcome(PickId("V1#1"), 2))
    terminal.confirm(PickOutcome(PickId("V1#2"), 1, ShortReason.SLOT_SHORT))
    bell.get(timeout=WAIT_S)
    bell.get(timeout=WAIT_S)
    assert (terminal.refused, terminal.busy) == (2, False)
    assert [name for name, _ in desk.tries] == ["V1#1", "V1#2"]
    terminal.close()
