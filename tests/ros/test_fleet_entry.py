"""A person walks onto the floor: robots leave, nothing moves, the area is given back."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fakes.paper_fleet import PaperFleet
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.warehouse.commands import AlarmKind
from planner.warehouse.errors import InvalidMessage, NotFound
from planner.warehouse.ids import RobotId
from planner.warehouse.site import Point
from podherd_fleet.areas import distance_m
from podherd_fleet.entry import PATIENCE_MS, SILENT_STANDS_MS, EntryState
from podherd_ros.presence import Stop, StopScope

Area = tuple[Point, ...]


def box(x_m: float, y_m: float, width_m: float, height_m: float) -> Area:
    return (
        (x_m, y_m),
        (x_m + width_m, y_m),
        (x_m + width_m, y_m + height_m),
        (x_m, y_m + height_m),
    )


NORTH_WEST = box(3.0, 9.0, 8.0, 3.6)


@pytest.fixture
def paper(tmp_path: Path) -> PaperFleet:
    paper = PaperFleet(tmp_path, seed=3)
    paper.order(10)
    paper.ticks(40)
    return paper


def state_of(paper: PaperFleet, name: str = "E1") -> EntryState:
    entry = paper.fleet.find_entry(name)
    assert entry is not None
    return entry.state


def until_frozen(paper: PaperFleet, most: int = 400) -> None:
    for _ in range(most):
        if state_of(paper) is EntryState.FROZEN:
            return
        paper.ticks()
    raise AssertionError("the area was never frozen")


def in_area(paper: PaperFleet, area: Area, reach_m: float = 0.4) -> dict[RobotId, Point]:
    poses = {robot: hopper.state.pose for robot, hopper in paper.world.robots.items()}
    return {
        robot: (pose.x_m, pose.y_m)
        for robot, pose in poses.items()
        if distance_m(area, pose.x_m, pose.y_m) <= reach_m
    }


def test_an_area_is_drained_frozen_entered_and_given_back(paper: PaperFleet) -> None:
    paper.fleet.request_entry("E1", NORTH_WEST, asked_ms=1)
    assert state_of(paper) is EntryState.DRAINING
    assert paper.fleet.stops == ()
    until_frozen(paper)
    assert in_area(paper, NORTH_WEST) == {}
    assert [stop.area_m for stop in paper.fleet.stops] == [NORTH_WEST]
    assert paper.fleet.enter("E1").state is EntryState.ENTERED
    assert paper.fleet.enter("E1").state is EntryState.ENTERED, "twice does no harm"
    paper.ticks(60)
    assert in_area(paper, NORTH_WEST) == {}
    told = [alarm.text for alarm in paper.alarms if alarm.kind is AlarmKind.HUMAN_ENTRY]
    assert any("a person is on the floor" in text for text in told)
    paper.fleet.leave("E1")
    assert paper.fleet.stops == ()
    paper.ticks(400)
    assert not [a for a in paper.fleet.view().alarms if a.kind is AlarmKind.HUMAN_ENTRY]
    assert paper.world.collisions == []
    assert paper.fleet.leave("E1").state is EntryState.RELEASED, "twice does no harm"


def test_one_that_cannot_leave_is_stopped_and_named(paper: PaperFleet) -> None:
    robot, hopper = next(iter(paper.world.robots.items()))
    pose = hopper.state.pose
    area = box(pose.x_m - 0.3, pose.y_m - 0.3, 0.6, 0.6)
    hopper.alive = False
    paper.fleet.request_entry("E1", area, asked_ms=1)
    paper.ticks(PATIENCE_MS // 500 - 2)
    assert state_of(paper) is EntryState.DRAINING
    paper.ticks(SILENT_STANDS_MS // 500 + 4)
    assert state_of(paper) is EntryState.FROZEN
    entry = paper.fleet.find_entry("E1")
    assert entry is not None
    assert entry.inside == (robot,)
    assert any(robot in stop.robots for stop in paper.fleet.stops)
    texts = [a.text for a in paper.fleet.view().alarms if a.kind is AlarmKind.HUMAN_ENTRY]
    assert robot in texts[0]


def test_who_was_caught_inside_gets_nothing_to_drive_until_the_person_has_left(
    paper: PaperFleet,
) -> None:
    robot, hopper = next((r, h) for r, h in paper.world.robots.items() if h.ahead)
    pose = hopper.state.pose
    area = box(pose.x_m - 0.6, pose.y_m - 0.6, 1.2, 1.2)
    paper.fleet.set_stop(Stop("hold", StopScope.ROBOT, (robot,)), engaged=True)
    paper.world.stops = paper.fleet.stops
    paper.fleet.request_entry("E1", area, asked_ms=1)
    until_frozen(paper)
    paper.fleet.set_stop(Stop("hold", StopScope.ROBOT, (robot,)), engaged=False)
    paper.world.forget_order(robot)
    for _ in range(30):
        guarded_tick(paper, area)
    assert hopper.state.order == ""
    paper.fleet.leave("E1")
    paper.ticks(2)
    assert hopper.state.order != "", "what was held back was lost"
    paper.ticks(2000)
    assert len(paper.fleet.view().alarms) == 0
    assert paper.fleet.view().kpis.orders_completed == 10
    assert paper.world.collisions == []


def test_nobody_enters_before_the_area_is_frozen(paper: PaperFleet) -> None:
    paper.fleet.request_entry("E1", NORTH_WEST, asked_ms=1)
    with pytest.raises(InvalidMessage, match="not yet"):
        paper.fleet.enter("E1")
    with pytest.raises(NotFound, match="E2"):
        paper.fleet.leave("E2")


@pytest.mark.parametrize(
    ("area", "word"),
    [
        (((1.0, 1.0), (2.0, 2.0)), "3 to"),
        (((1.0, 1.0), (2.0, float("nan")), (3.0, 1.0)), "no number"),
        (((1.0, 1.0), (3.0, 3.0), (3.0, 1.0), (1.0, 3.0)), "cross"),
        (((1.0, 1.0), (2.0, 2.0), (3.0, 3.0)), "empty"),
        (box(900.0, 900.0, 2.0, 2.0), "beside the floor"),
    ],
)
def test_an_area_that_is_none_is_refused_and_nothing_stays(
    paper: PaperFleet, area: Area, word: str
) -> None:
    with pytest.raises(InvalidMessage, match=word):
        paper.fleet.request_entry("E1", area, asked_ms=1)
    assert paper.fleet.find_entry("E1") is None


def test_a_name_in_use_is_not_taken_for_another_area(paper: PaperFleet) -> None:
    first = paper.fleet.request_entry("E1", NORTH_WEST, asked_ms=1)
    assert paper.fleet.request_entry("E1", NORTH_WEST, asked_ms=9) == first
    with pytest.raises(InvalidMessage, match="another area"):
        paper.fleet.request_entry("E1", box(3.0, 9.0, 2.0, 2.0), asked_ms=1)


def test_an_entry_outlives_the_fleet(paper: PaperFleet) -> None:
    paper.fleet.request_entry("E1", NORTH_WEST, asked_ms=1)
    paper.restart()
    until_frozen(paper)
    paper.fleet.enter("E1")
    stops = paper.fleet.stops
    paper.restart()
    assert state_of(paper) is EntryState.ENTERED
    assert paper.fleet.stops == stops
    paper.ticks(30)
    assert in_area(paper, NORTH_WEST) == {}
    paper.fleet.leave("E1")
    paper.restart()
    paper.ticks(2)
    closed = [a for a in paper.fleet.view().alarms if a.kind is AlarmKind.NODES_CLOSED]
    assert closed == [], "the closure was opened though the log did not say so yet"


STEPS = st.sampled_from(
    ["tick", "tick", "tick", "request", "enter", "leave", "hold", "restart", "kill"]
)


@settings(max_examples=12)
@given(
    seed=st.integers(0, 10_000),
    chance=st.floats(0.3, 1.0),
    corner=st.tuples(st.floats(1.0, 10.0), st.floats(1.0, 10.0)),
    size=st.tuples(st.floats(0.3, 6.0), st.floats(0.3, 6.0)),
    steps=st.lists(st.tuples(STEPS, st.integers(1, 60)), min_size=5, max_size=20),
)
def test_nothing_moves_where_a_person_may_be(
    seed: int,
    chance: float,
    corner: Point,
    size: Point,
    steps: list[tuple[str, int]],
) -> None:
    area = box(*corner, *size)
    with TemporaryDirectory() as folder:
        paper = PaperFleet(Path(folder), seed=seed, chance=chance)
        paper.order(8)
        paper.ticks(20)
        for step, count in steps:
            take(paper, step, area)
            for _ in range(count):
                guarded_tick(paper, area)
        paper.fleet.close()
        assert paper.world.collisions == []


def take(paper: PaperFleet, step: str, area: Area) -> None:
    entry = paper.fleet.find_entry("E1")
    if step == "request":
        paper.fleet.request_entry("E1", area, asked_ms=1)
    elif step == "enter" and entry is not None and entry.state is EntryState.FROZEN:
        paper.fleet.enter("E1")
    elif step == "leave" and entry is not None:
        paper.fleet.leave("E1")
        paper.world.stops = paper.fleet.stops
    elif step == "hold":
        robot = next(iter(in_area(paper, area)), RobotId("R01"))
        held = any(stop.stop == "hold" for stop in paper.fleet.stops)
        paper.fleet.set_stop(Stop("hold", StopScope.ROBOT, (robot,)), engaged=not held)
        paper.world.stops = paper.fleet.stops
    elif step == "restart":
        paper.restart()
    elif step == "kill":
        alive = [hopper for hopper in paper.world.robots.values() if hopper.alive]
        alive[0].alive = len(alive) < 3


def guarded_tick(paper: PaperFleet, area: Area) -> None:
    """A tick; if a person may be in the area, nothing has moved in there or may do so."""
    entry = paper.fleet.find_entry("E1")
    guarded = entry is not None and entry.state in (EntryState.FROZEN, EntryState.ENTERED)
    before = in_area(paper, area)
    paper.ticks()
    if guarded:
        assert in_area(paper, area) == before
        bases = [node for command in paper.sent for node in command.order.base]
        assert [n for n in bases if distance_m(area, n.x_m, n.y_m) <= 0.4] == []
