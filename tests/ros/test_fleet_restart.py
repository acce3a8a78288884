"""The fleet is killed at any tick: no order is lost, none is given to two robots."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from fakes.paper_fleet import PaperFleet
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.warehouse.events import OrderReceived
from planner.warehouse.ids import PodId
from planner.warehouse.transport import ActionKind

MOST_TICKS = 3_000


def pods_to_be_lifted(paper: PaperFleet) -> Counter[PodId]:
    """By how many robots each pod is to be lifted, as the robots have it."""
    return Counter(
        action.pod
        for hopper in paper.world.robots.values()
        for node in hopper.ahead
        for action in node.actions
        if action.kind is ActionKind.PICK and action.pod is not None
    )


def tear(log: Path, share: float) -> None:
    """Killed while it wrote what it had decided: the last line is there in part, or not at all."""
    content = log.read_bytes()
    start = content[:-1].rfind(b"\n") + 1
    if b'"commands"' in content[start:]:
        log.write_bytes(content[: start + int(share * (len(content) - start))])


@settings(max_examples=10)
@given(
    seed=st.integers(0, 10_000),
    chance=st.floats(0.4, 1.0),
    kills=st.lists(st.tuples(st.integers(1, 60), st.floats(0.0, 1.0), st.booleans()), max_size=6),
)
def test_killed_at_any_tick_it_loses_nothing_and_does_nothing_twice(
    seed: int, chance: float, kills: list[tuple[int, float, bool]]
) -> None:
    with TemporaryDirectory() as folder:
        paper = PaperFleet(Path(folder), seed=seed, chance=chance)
        paper.order(6)
        for ticks, share, robot_too in kills:
            paper.ticks(ticks)
            tear(Path(folder) / "events.jsonl", share)
            paper.restart()
            if robot_too:
                robot = list(paper.world.robots)[ticks % len(paper.world.robots)]
                paper.world.forget_order(robot)
        finish(paper)
        assert paper.world.collisions == []
        wanted = sum(
            line.quantity
            for event in paper.fed
            if isinstance(event, OrderReceived)
            for line in event.order.lines
        )
        assert sum(pick.quantity for pick in paper.world.confirmed.values()) == wanted


def finish(paper: PaperFleet) -> None:
    for _ in range(MOST_TICKS):
        paper.ticks()
        assert max(pods_to_be_lifted(paper).values(), default=0) <= 1
        if paper.fleet.view().kpis.orders_completed == 6:
            return
    raise AssertionError("the work does not end")


def test_what_was_on_its_way_to_a_robot_is_sent_at_once_when_it_is_heard(tmp_path: Path) -> None:
    paper = PaperFleet(tmp_path, seed=1)
    paper.order(6)
    paper.ticks(30)
    robot = next(robot for robot, hopper in paper.world.robots.items() if hopper.ahead)
    paper.restart()
    paper.world.forget_order(robot)
    paper.ticks(1)
    assert robot in {command.order.robot for command in paper.sent}
    assert paper.world.robots[robot].state.order != ""
