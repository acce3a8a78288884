"""In lock-step the order in which messages arrive leaves no trace."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from fakes.paper_fleet import PaperFleet
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.warehouse.events import Event, RobotStateSeen
from planner.warehouse.ids import NodeId, RobotId, TransportOrderId
from planner.warehouse.robot import Pose, RobotState
from podherd_fleet.cadence import REPORTS_S, Cadence
from podherd_fleet.feed import Fed, PolledFeed
from podherd_fleet.inbox import Inbox

R01, R02 = RobotId("R01"), RobotId("R02")


def report(robot: RobotId, at_ms: int, odometer_m: float = 0.0) -> RobotState:
    return RobotState(
        robot,
        at_ms,
        Pose(0.0, 0.0, 0.0),
        NodeId(""),
        0,
        TransportOrderId(""),
        0,
        False,
        None,
        1.0,
        False,
        odometer_m,
    )


def interleaved(told: dict[RobotId, list[RobotState]], seed: int) -> list[RobotState]:
    """Each robot's reports stay in order; who comes before whom is up to chance."""
    draw = Random(seed)
    queues = {robot: list(states) for robot, states in told.items() if states}
    mixed = []
    while queues:
        robot = draw.choice(sorted(queues))
        mixed.append(queues[robot].pop(0))
        queues = {robot: states for robot, states in queues.items() if states}
    return mixed


@given(
    robots=st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=5), min_size=1, max_size=6),
    seeds=st.tuples(st.integers(), st.integers()),
)
def test_any_interleaving_is_heard_alike(robots: list[list[int]], seeds: tuple[int, int]) -> None:
    """Reports up to the tick's time, and any number after it that came early."""
    told = {
        RobotId(f"R{i}"): [
            report(RobotId(f"R{i}"), 500 * step, odometer_m=k)
            for k, step in enumerate(sorted([*steps, 1]))
        ]
        for i, steps in enumerate(robots)
    }
    heard = []
    for seed in seeds:
        inbox, waiting = Inbox(lockstep=True), set(told)
        for state in interleaved(told, seed):
            if waiting:  # what comes after the tick is not there when it is made
                inbox.hear(state)
            waiting -= {state.robot} if state.at_ms >= 500 else set()
        assert inbox.complete(500)
        heard.append(inbox.take(500))
    assert heard[0] == heard[1]
    assert {event.state.robot for event in heard[0]} == set(told)


def test_who_reports_after_the_tick_s_time_is_heard_in_the_next() -> None:
    inbox = Inbox(lockstep=True)
    for state in (report(R02, 500), report(R01, 400), report(R01, 500), report(R01, 500, 1.0)):
        inbox.hear(state)
    assert [e.state.at_ms for e in inbox.take(500)] == [400, 500, 500]
    assert [e.state.odometer_m for e in inbox.take(1_000)] == [1.0]


def test_one_that_does_not_answer_is_waited_for_once() -> None:
    inbox = Inbox(lockstep=True)
    inbox.hear(report(R01, 500))
    inbox.hear(report(R02, 500))
    assert inbox.complete(500)
    inbox.hear(report(R01, 1_000))
    assert not inbox.complete(1_000)
    assert inbox.give_up(1_000) == (R02,)
    inbox.hear(report(R01, 1_500))
    assert inbox.complete(1_500)
    inbox.hear(report(R02, 1_500))
    inbox.hear(report(R01, 2_000))
    assert not inbox.complete(2_000)
    inbox.forget(R02)
    assert inbox.complete(2_000)


def test_without_lockstep_nobody_is_waited_for_and_nothing_is_sorted() -> None:
    inbox = Inbox()
    for state in (report(R02, 0), report(R01, 700)):
        inbox.hear(state)
    assert inbox.complete(500)
    assert [event.state.robot for event in inbox.take(500)] == [R02, R01]


class ShuffledFleet(PaperFleet):
    """Robots' reports come in another order in every run."""

    draw = Random(0)

    def _report(self, events: list[Event]) -> None:  # type: ignore[override]
        states = [event for event in events if isinstance(event, RobotStateSeen)]
        rest = [event for event in events if not isinstance(event, RobotStateSeen)]
        self.draw.shuffle(states)
        super()._report([*rest, *states])


@settings(max_examples=5)
@given(seed=st.integers(0, 1_000), orders=st.tuples(st.integers(), st.integers()))
def test_the_same_reports_in_any_order_give_the_same_log(
    seed: int, orders: tuple[int, int]
) -> None:
    logs = []
    for order in orders:
        with TemporaryDirectory() as folder:
            paper = ShuffledFleet(Path(folder), seed=seed, chance=0.8, lockstep=True)
            paper.draw = Random(order)
            paper.order(4)
            paper.ticks(120)
            paper.fleet.close()
            logs.append((Path(folder) / "events.jsonl").read_bytes())
    assert logs[0] == logs[1]


def test_a_tick_waits_for_reports_but_not_for_ever() -> None:
    cadence = Cadence(lockstep=True)
    assert not cadence.is_due(0.0, heard_all=True), "nothing is wanted"
    cadence.want(500, 10.0)
    assert not cadence.is_due(10.0, heard_all=False)
    assert not cadence.lets_go(answered=True), "it has not ticked yet"
    assert cadence.is_due(10.0, heard_all=True)
    assert cadence.is_due(10.0 + 2 * REPORTS_S, heard_all=False)
    cadence.ticked()
    assert not cadence.lets_go(answered=False)
    assert cadence.lets_go(answered=True)


def test_without_lockstep_it_ticks_at_once() -> None:
    cadence = Cadence()
    cadence.want(500, 0.0)
    assert cadence.is_due(0.0, heard_all=False)


class Office:
    """A bridge that is down at every other call."""

    def __init__(self, feed: list[Fed]):
        self.feed = feed
        self.calls = 0

    def events(self, after: int, wait_s: float) -> tuple[Fed, ...]:
        self.calls += 1
        assert wait_s == 0.0
        if self.calls % 2:
            raise ConnectionError("down")
        return tuple(fed for fed in self.feed if fed.number > after)[:2]

    def send(self, commands: object) -> tuple[str | None, ...]:
        raise AssertionError(commands)

    def show(self, view: object) -> None:
        raise AssertionError(view)


def test_the_polled_feed_loses_nothing_while_the_bridge_comes_and_goes() -> None:
    seen = RobotStateSeen(report(R01, 0))
    feed = PolledFeed(Office([Fed(number, seen) for number in range(3, 8)]), after=2)
    assert [[fed.number for fed in feed.drain()] for _ in range(8)] == [
        [], [3, 4], [], [5, 6], [], [7], [], [],
    ]  # fmt: skip
