"""A station's terminal against a bridge that comes and goes."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

import pytest

from planner.warehouse.counts import CountTask
from planner.warehouse.errors import InvalidCount, NotFound, PodherdError, TooLate
from planner.warehouse.ids import (
    CountId,
    LineId,
    OrderId,
    PickId,
    PodId,
    PutId,
    ReceiptId,
    Sku,
    SlotId,
    StationId,
    VisitId,
)
from planner.warehouse.picks import PickTask, ShortReason
from planner.warehouse.receipts import PutTask
from podherd_world.desk import Answer
from podherd_world.terminal import Terminal
from sim_worlds.counter import PEOPLE, DoneCount
from sim_worlds.picker import PickOutcome
from sim_worlds.staff import DonePick, DonePut
from sim_worlds.stower import PutOutcome

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


PUT = PutTask(
    PutId("U1"),
    VisitId("V1"),
    S01,
    PodId("P001"),
    SlotId("P001/A/1/2"),
    ReceiptId("R1"),
    Sku("SKU1"),
    4,
)


COUNT = CountTask(
    CountId("C000001.1"), VisitId("V1"), S01, PodId("P001"), SlotId("P001/A/1/3"), Sku("SKU1")
)


def done(number: int) -> DonePick:
    task = pick(number)
    return DonePick(task, PickOutcome(task.pick, task.quantity))


@dataclass
class FlakyDesk:
    """Fails the first ``failures`` calls of each kind; both threads share it."""

    failures: int
    to_show: list[PickTask]
    calls: int = 0
    tries: list[tuple[str, str]] = field(default_factory=list)
    refuse: PodherdError | None = None
    puts: list[PutTask] = field(default_factory=list)
    counts: list[CountTask] = field(default_factory=list)
    counted: list[tuple[int, str]] = field(default_factory=list)
    idle: threading.Event = field(default_factory=threading.Event)

    def open_picks(
        self, station: StationId, known: int, wait_s: float
    ) -> tuple[tuple[PickTask, ...], int]:
        self.calls += 1
        if self.calls <= self.failures:
            raise ConnectionError("down")
        new = self.to_show[known:]
        if not new and wait_s:
            self.idle.wait(WAIT_S)
        return tuple(new), len(self.to_show)

    def confirm(self, pick: PickId, quantity: int, reason: ShortReason | None, key: str) -> None:
        self.tries.append((pick, key))
        if len(self.tries) <= self.failures:
            raise ConnectionError("down")
        if self.refuse is not None:
            raise self.refuse

    def fail(self, pick: PickId) -> None:
        self.confirm(pick, 0, None, f"fail/{pick}")

    def confirm_put(self, put: PutId, quantity: int, key: str) -> None:
        self.confirm(PickId(put), quantity, None, key)

    def open_puts(
        self, station: StationId, known: int, wait_s: float
    ) -> tuple[tuple[PutTask, ...], int]:
        if not self.puts[known:]:
            self.idle.wait(WAIT_S)
        return tuple(self.puts[known:]), len(self.puts)

    def confirm_count(self, count: CountId, quantity: int, by: str, key: str) -> None:
        self.counted.append((quantity, by))
        self.confirm(PickId(count), quantity, None, key)

    def open_counts(
        self, station: StationId, known: int, wait_s: float
    ) -> tuple[tuple[CountTask, ...], int]:
        if not self.counts[known:]:
            self.idle.wait(WAIT_S)
        return tuple(self.counts[known:]), len(self.counts)


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
    assert terminal.picks() == (pick(1), pick(2))
    assert terminal.picks() == ()
    terminal.close()


def test_a_confirmation_is_tried_with_the_same_key_until_it_is_taken(
    desk: FlakyDesk, bell: SimpleQueue[None]
) -> None:
    desk.to_show = []
    terminal = Terminal(S01, lambda: desk, lambda: bell.put(None))
    assert not terminal.busy
    terminal.confirm(done(1))
    assert terminal.busy
    bell.get(timeout=WAIT_S)
    assert not terminal.busy
    assert desk.tries == [("V1#1", "confirm/V1#1")] * 3
    assert terminal.answers() == ((done(1), Answer.TAKEN),)
    assert terminal.answers() == ()
    terminal.close()


def test_a_refusal_is_told_and_the_next_goes_on(desk: FlakyDesk, bell: SimpleQueue[None]) -> None:
    desk.to_show, desk.failures, desk.refuse = [], 0, NotFound("no such pick was shown")
    terminal = Terminal(S01, lambda: desk, lambda: bell.put(None))
    terminal.confirm(done(1))
    terminal.confirm(done(2))
    bell.get(timeout=WAIT_S)
    bell.get(timeout=WAIT_S)
    assert not terminal.busy
    assert terminal.answers() == ((done(1), Answer.REFUSED), (done(2), Answer.REFUSED))
    assert [name for name, _ in desk.tries] == ["V1#1", "V1#2"]
    terminal.close()


def test_where_one_pick_was_withdrawn_the_others_are_looked_for(
    desk: FlakyDesk, bell: SimpleQueue[None]
) -> None:
    desk.to_show, desk.failures = [pick(1), pick(2), pick(3)], 0
    terminal = Terminal(S01, lambda: desk, lambda: bell.put(None))
    bell.get(timeout=WAIT_S)
    assert terminal.picks() == (pick(1), pick(2), pick(3))
    assert terminal.withdrawn() == ()
    desk.to_show, desk.refuse = [pick(3)], TooLate("the pick was withdrawn")
    terminal.confirm(done(1))
    bell.get(timeout=WAIT_S)
    assert terminal.answers() == ((done(1), Answer.WITHDRAWN),)
    assert terminal.withdrawn() == ("V1#2",)
    terminal.close()


def test_failures_and_puts_are_told_in_order_with_the_same_words(
    desk: FlakyDesk, bell: SimpleQueue[None]
) -> None:
    desk.to_show, desk.failures = [], 1
    terminal = Terminal(S01, lambda: desk, lambda: bell.put(None))
    failure = DonePick(pick(1), PickOutcome(PickId("V1#1"), 0, failed=True))
    for item in (failure, done(1), DonePut(PUT, PutOutcome(PUT.put, 4))):
        terminal.confirm(item)
    for _ in range(3):
        bell.get(timeout=WAIT_S)
    assert [key for _, key in desk.tries] == [
        "fail/V1#1",
        "fail/V1#1",
        "confirm/V1#1",
        "put/U1",
    ]
    assert [answer for _, answer in terminal.answers()] == [Answer.TAKEN] * 3
    terminal.close()


def test_puts_are_shown_only_where_goods_are_put_away(
    desk: FlakyDesk, bell: SimpleQueue[None]
) -> None:
    desk.to_show, desk.failures, desk.puts = [], 0, [PUT]
    terminal = Terminal(S01, lambda: desk, lambda: bell.put(None), puts=True)
    bell.get(timeout=WAIT_S)
    assert terminal.puts() == (PUT,)
    terminal.close()
    plain = Terminal(S01, lambda: desk, lambda: bell.put(None))
    with pytest.raises(Empty):
        bell.get(timeout=0.2)
    assert plain.puts() == ()
    plain.close()


def test_counts_are_shown_only_where_people_count(desk: FlakyDesk, bell: SimpleQueue[None]) -> None:
    desk.to_show, desk.failures, desk.counts = [], 0, [COUNT]
    terminal = Terminal(S01, lambda: desk, lambda: bell.put(None), counts=True)
    bell.get(timeout=WAIT_S)
    assert terminal.counts() == (COUNT,)
    assert terminal.counts() == ()
    terminal.close()
    plain = Terminal(S01, lambda: desk, lambda: bell.put(None))
    with pytest.raises(Empty):
        bell.get(timeout=0.2)
    assert plain.counts() == ()
    plain.close()


def test_a_count_is_told_after_the_picks_before_it_until_it_is_heard(
    desk: FlakyDesk, bell: SimpleQueue[None]
) -> None:
    desk.to_show, desk.failures = [], 2
    terminal = Terminal(S01, lambda: desk, lambda: bell.put(None))
    counted = DoneCount(COUNT, 7, PEOPLE[0])
    terminal.confirm(done(1))
    terminal.confirm(counted)
    bell.get(timeout=WAIT_S)
    bell.get(timeout=WAIT_S)
    assert [key for _, key in desk.tries] == ["confirm/V1#1"] * 3 + ["count/C000001.1"]
    assert desk.counted == [(7, PEOPLE[0])]
    assert terminal.answers() == ((done(1), Answer.TAKEN), (counted, Answer.TAKEN))
    terminal.close()


@pytest.mark.parametrize(
    ("error", "answer", "people"),
    [
        (TooLate("not wanted any more"), Answer.WITHDRAWN, PEOPLE[:1]),
        (InvalidCount("counted before", field="by"), Answer.REFUSED, PEOPLE),
        (InvalidCount("too many", field="quantity"), Answer.REFUSED, PEOPLE[:1]),
    ],
)
def test_a_count_that_is_not_taken_takes_no_picks_off_the_list(
    desk: FlakyDesk,
    bell: SimpleQueue[None],
    error: PodherdError,
    answer: Answer,
    people: tuple[str, ...],
) -> None:
    desk.failures, desk.refuse = 0, error
    terminal = Terminal(S01, lambda: desk, lambda: bell.put(None))
    bell.get(timeout=WAIT_S)
    assert terminal.picks() == (pick(1), pick(2))
    desk.to_show = []
    counted = DoneCount(COUNT, 7, PEOPLE[0])
    terminal.confirm(counted)
    bell.get(timeout=WAIT_S)
    assert terminal.answers() == ((counted, answer),)
    assert desk.counted == [(7, by) for by in people]
    assert terminal.withdrawn() == ()
    terminal.close()
